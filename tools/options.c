// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "verb.h"

/* What an option is called does not depend on the verb; what it does may. */
static const struct {
	const char *name;
	char letter;
	const char *argument;
} names[OPT_COUNT] = {
	[OPT_HELP] = { "help", 'h', NULL },
	[OPT_VERSION] = { "version", 'V', NULL },
	[OPT_VERBOSE] = { "verbose", 'v', NULL },
	[OPT_BATCH] = { "batch-mode", 'q', NULL },
	[OPT_FORCE] = { "force", 0, NULL },
	[OPT_JSON] = { "json", 'J', NULL },
	[OPT_OUTPUT] = { "output", 'o', "COLUMNS" },
	[OPT_NOHEADINGS] = { "noheadings", 'n', NULL },
	[OPT_DATA_DEVICE] = { "data-device", 0, "DEVICE" },
	[OPT_DATA_START] = { "data-start", 0, "SECTOR" },
	[OPT_DATA_LENGTH] = { "data-length", 0, "SECTORS" },
	[OPT_SPARE_START] = { "spare-start", 0, "SECTOR" },
	[OPT_UUID] = { "uuid", 0, "UUID" },
	[OPT_BLOCK_SIZE] = { "block-size", 0, "BYTES" },
	[OPT_SPARE_BLOCKS] = { "spare-blocks", 0, "NUMBER" },
	[OPT_READONLY] = { "readonly", 'r', NULL },
	[OPT_DEFERRED] = { "deferred", 0, NULL },
	[OPT_CANCEL_DEFERRED] = { "cancel-deferred", 0, NULL },
	[OPT_CHECK] = { "check", 0, NULL },
	[OPT_LOST] = { "lost", 0, NULL },
	[OPT_SECTORS] = { "sectors", 0, NULL },
	[OPT_WAIT] = { "wait", 'w', NULL },
	[OPT_PROGRESS_JSON] = { "progress-json", 0, NULL },
	[OPT_OUTPUT_FILE] = { "output", 0, "FILE" },
	[OPT_IN_PLACE] = { "in-place", 0, NULL },
	[OPT_DRY_RUN] = { "dry-run", 0, NULL },
	[OPT_TAB] = { "tab", 0, "FILE" },
	[OPT_WAIT_SECONDS] = { "timeout", 0, "SECONDS" },
	[OPT_MAIL] = { "mail", 'm', "ADDRESS" },
	[OPT_PROGRAM] = { "program", 'p', "PROGRAM" },
	[OPT_ONESHOT] = { "oneshot", '1', NULL },
	[OPT_TEST] = { "test", 't', NULL },
	[OPT_DELAY] = { "delay", 'd', "SECONDS" },
	[OPT_EVENT_DIR] = { "event-dir", 0, "DIRECTORY" },
	[OPT_BACKUP_DIR] = { "backup-dir", 0, "DIRECTORY" },
	[OPT_BACKUP_KEEP] = { "backup-keep", 0, "NUMBER" },
	[OPT_DEGRADED] = { "degraded", 0, NULL },
	[OPT_BADBLOCKS] = { "badblocks", 0, NULL },
	[OPT_SMART] = { "smart", 0, NULL },
	[OPT_REMAP] = { "remap", 0, NULL },
	[OPT_GUARD_TOO] = { "guard-too", 0, NULL },
	[OPT_FINISH] = { "finish", 0, NULL },
	[OPT_TO] = { "to", 0, "DEVICE" },
	[OPT_PROGRESS_FREQUENCY] = { "progress-frequency", 0, "SECONDS" },
};

static const struct verb_option common[] = {
	{ OPT_VERBOSE, "say more" },
	{ OPT_VERSION, "show the version" },
	{ OPT_HELP, "show this" },
};

/* getopt's value for an option: beyond all letters */
#define KEY(id)		((id) + 256)

static void add(struct option *longs, char *letters, enum option_id id)
{
	char letter[] = { names[id].letter, names[id].argument ? ':' : 0, 0 };

	while (longs->name)
		longs++;
	longs->name = names[id].name;
	longs->has_arg = names[id].argument ? required_argument : no_argument;
	longs->val = KEY(id);
	if (letter[0])
		strcat(letters, letter);
}

static void collect(const struct verb *verb, struct option *longs, char *letters)
{
	const struct verb_option *o;

	add(longs, letters, OPT_HELP);
	add(longs, letters, OPT_VERSION);
	add(longs, letters, OPT_VERBOSE);
	for (o = verb->options; o && o->id != OPT_HELP; o++)
		add(longs, letters, o->id);
}

static int id_of(int key)
{
	int id;

	if (key >= KEY(0))
		return key - KEY(0);
	for (id = 0; id < OPT_COUNT; id++)
		if (names[id].letter == key)
			return id;
	return OPT_HELP;
}

static int refuse_option(const struct call *call, int key, char **argv)
{
	char letter[] = { '-', optopt, 0 };
	const char *what = optopt && optopt < 256 ? letter : argv[optind - 1];

	if (key == ':')
		return fail(BAD_USE, "%s: option %s needs a value", call->verb->name, what);
	return fail(BAD_USE, "%s: there is no option %s; see remapsetup %s --help",
		    call->verb->name, what, call->verb->name);
}

static int check_count(const struct call *call)
{
	const struct verb *verb = call->verb;

	if (call->nr_args >= verb->min_args && call->nr_args <= verb->max_args)
		return OK;
	return fail(BAD_USE, "%s: wrong number of arguments\nUsage: remapsetup %s %s\nSee remapsetup %s --help",
		    verb->name, verb->name, verb->usage, verb->name);
}

int options_parse(struct call *call, int argc, char **argv)
{
	struct option longs[OPT_COUNT + 1] = { 0 };
	char letters[3 * OPT_COUNT] = ":";
	int key;

	collect(call->verb, longs, letters);
	opterr = 0;
	while ((key = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (key == '?' || key == ':')
			return refuse_option(call, key, argv);
		call->value[id_of(key)] = optarg ? optarg : "";
	}
	call->args = argv + optind;
	call->nr_args = argc - optind;
	say_verbose = given(call, OPT_VERBOSE);
	if (given(call, OPT_HELP) || given(call, OPT_VERSION))
		return OK;
	return check_count(call);
}

static void help_line(const struct verb_option *o)
{
	char left[40], letter[] = "    ";

	if (names[o->id].letter)
		snprintf(letter, sizeof(letter), "-%c, ", names[o->id].letter);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, names[o->id].name,
		 names[o->id].argument ? " " : "",
		 names[o->id].argument ? names[o->id].argument : "");
	printf("  %-30s %s\n", left, o->help);
}

void options_help(const struct verb *verb)
{
	const struct verb_option *o;
	unsigned int i;

	printf("Usage: remapsetup %s%s%s [option...]\n\n%s\n\nOptions:\n", verb->name,
	       verb->usage[0] ? " " : "", verb->usage, verb->details);
	for (o = verb->options; o && o->id != OPT_HELP; o++)
		help_line(o);
	for (i = 0; i < ARRAY_SIZE(common); i++)
		help_line(&common[i]);
}

int option_number(const struct call *call, enum option_id id, unsigned long long min,
		  unsigned long long max, unsigned long long *value)
{
	const char *text = call->value[id];
	unsigned long long n;
	char *end;

	if (!text)
		return OK;
	errno = 0;
	n = strtoull(text, &end, 10);
	/* strtoull() takes signs and blanks, too */
	if (errno || *end || text[0] < '0' || text[0] > '9' || n < min || n > max)
		return fail(BAD_USE, "--%s needs a number from %llu to %llu, not '%s'",
			    names[id].name, min, max, text);
	*value = n;
	return OK;
}
