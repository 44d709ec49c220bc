// SPDX-License-Identifier: GPL-2.0-only
/*
 * remapsetup: the administrator's tool of dm-remap.
 */
#include <stdio.h>
#include <string.h>

#include <linux/kernel.h>

#include <dm-remap/version.h>

#include "verb.h"

/* In the order in which --help lists them. */
static const struct verb * const verbs[] = {
	&verb_format, &verb_open, &verb_attach, &verb_close, &verb_status, &verb_list,
	&verb_remap, &verb_relocate, &verb_scan,
	&verb_recover, &verb_evacuate, &verb_guard, &verb_grow, &verb_replace_spare,
	&verb_dump, &verb_check, &verb_repair, &verb_backup, &verb_restore, &verb_erase,
	&verb_isremap,
	&verb_import, &verb_export, &verb_monitor, &verb_metrics,
};

static void version(void)
{
	printf("remapsetup %s\n", DM_REMAP_VERSION);
}

static void help(void)
{
	unsigned int i;

	printf("Usage: remapsetup <command> [argument...] [option...]\n"
	       "\n"
	       "dm-remap keeps a disk with bad sectors usable: blocks that fail are\n"
	       "redirected to a spare device.\n"
	       "\n"
	       "Commands:\n");
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		printf("  %-13s %s\n", verbs[i]->name, verbs[i]->summary);
	printf("\n"
	       "remapsetup <command> --help describes a command, remapsetup --version\n"
	       "shows the version.\n"
	       "\n"
	       "Exit codes: 0 done, 1 wrong parameters or not confirmed, 2 no permission,\n"
	       "3 no memory, 4 wrong or failing device, 5 exists already or is in use.\n");
}

static const struct verb *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	return NULL;
}

static bool is_one_of(const char *word, const char *letter, const char *name)
{
	return !strcmp(word, letter) || !strcmp(word, name);
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct call call = { .verb = verb };
	int r = options_parse(&call, argc, argv);

	if (r)
		return r;
	if (given(&call, OPT_HELP))
		options_help(verb);
	else if (given(&call, OPT_VERSION))
		version();
	else
		return verb->run(&call);
	return OK;
}

/* What was printed counts only if it arrived. */
static int finish(int code)
{
	if (fflush(stdout) || ferror(stdout))
		return code ? code : fail(BAD_USE, "the output could not be written");
	return code;
}

int main(int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2)
		return fail(BAD_USE, "which command? See remapsetup --help");
	if (is_one_of(argv[1], "-V", "--version")) {
		version();
		return finish(OK);
	}
	if (is_one_of(argv[1], "-h", "--help")) {
		help();
		return finish(OK);
	}
	verb = find(argv[1]);
	if (!verb)
		return fail(BAD_USE, "there is no command '%s'; see remapsetup --help", argv[1]);
	return finish(run(verb, argc - 1, argv + 1));
}
