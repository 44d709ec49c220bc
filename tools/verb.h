/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A subcommand, and how it is called.
 *
 * Each verb has a file of its own that defines a struct verb; main.c has the
 * table of them, and options.c the names of all options.
 */
#ifndef REMAPSETUP_VERB_H
#define REMAPSETUP_VERB_H

#include <stdbool.h>

#include "say.h"

/*
 * The key "version" of everything that --json prints. Keys are added without a
 * new one; it changes when a key goes or gets another meaning.
 */
#define JSON_VERSION	1

/* Keep in step with the table in options.c. */
enum option_id {
	OPT_HELP,
	OPT_VERSION,
	OPT_VERBOSE,
	OPT_BATCH,
	OPT_FORCE,
	OPT_JSON,
	OPT_OUTPUT,
	OPT_NOHEADINGS,
	OPT_DATA_DEVICE,
	OPT_DATA_START,
	OPT_DATA_LENGTH,
	OPT_SPARE_START,
	OPT_UUID,
	OPT_BLOCK_SIZE,
	OPT_SPARE_BLOCKS,
	OPT_READONLY,
	OPT_DEFERRED,
	OPT_CANCEL_DEFERRED,
	OPT_CHECK,
	OPT_LOST,
	OPT_SECTORS,
	OPT_WAIT,
	OPT_PROGRESS_JSON,
	OPT_PROGRESS_FREQUENCY,
	OPT_OUTPUT_FILE,
	OPT_IN_PLACE,
	OPT_DRY_RUN,
	OPT_TAB,
	OPT_WAIT_SECONDS,
	OPT_MAIL,
	OPT_PROGRAM,
	OPT_ONESHOT,
	OPT_TEST,
	OPT_DELAY,
	OPT_EVENT_DIR,
	OPT_BACKUP_DIR,
	OPT_BACKUP_KEEP,
	OPT_DEGRADED,
	OPT_BADBLOCKS,
	OPT_SMART,
	OPT_REMAP,
	OPT_GUARD_TOO,
	OPT_FINISH,
	OPT_TO,
	OPT_COUNT
};

/**
 * struct call - a subcommand with its arguments
 * @verb: which
 * @args: what is not an option, as many as the verb takes
 * @nr_args: how many
 * @value: of each option; NULL: not given; "" for options without a value
 */
struct call {
	const struct verb *verb;
	char **args;
	int nr_args;
	const char *value[OPT_COUNT];
};

/**
 * struct verb_option - an option that a verb takes
 * @id: which; OPT_HELP ends the list
 * @help: what it does here
 */
struct verb_option {
	enum option_id id;
	const char *help;
};

/**
 * struct verb - a subcommand
 * @name: as it is typed
 * @usage: its arguments, for the usage line
 * @summary: one line for the list of subcommands
 * @details: for --help of the verb: what it does, and to what
 * @min_args, @max_args: how many arguments
 * @options: its own options; --help, --version and --verbose come by themselves
 * @run: does it; returns the exit code, having said why it is not 0
 */
struct verb {
	const char *name;
	const char *usage;
	const char *summary;
	const char *details;
	int min_args, max_args;
	const struct verb_option *options;
	int (*run)(const struct call *call);
};

/** given() - is this option there? */
static inline bool given(const struct call *call, enum option_id id)
{
	return call->value[id];
}

/**
 * options_parse() - take a command line apart
 * @call: the verb is set; the rest is filled in
 * @argc, @argv: from the verb's name on; they are reordered
 *
 * Return: 0, or BAD_USE after a message.
 */
int options_parse(struct call *call, int argc, char **argv);

/** options_help() - describe a verb on standard output */
void options_help(const struct verb *verb);

/**
 * option_number() - value of an option that takes a decimal number
 * @value: set if the option is given, else left alone
 *
 * Return: 0, or BAD_USE after a message.
 */
int option_number(const struct call *call, enum option_id id, unsigned long long min,
		  unsigned long long max, unsigned long long *value);

extern const struct verb verb_format, verb_open, verb_close, verb_status, verb_list,
			 verb_scan, verb_remap, verb_relocate;

extern const struct verb verb_dump, verb_check, verb_repair, verb_backup, verb_restore,
			 verb_erase, verb_isremap;

extern const struct verb verb_attach;
extern const struct verb verb_monitor, verb_metrics, verb_import, verb_export;
extern const struct verb verb_recover, verb_evacuate, verb_guard, verb_grow,
			 verb_replace_spare;

#endif
