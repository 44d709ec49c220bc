/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a spare, in words: what, what it means for the data, what to do. */
#ifndef REMAPSETUP_FINDINGS_H
#define REMAPSETUP_FINDINGS_H

#include "inspect.h"

/**
 * enum severity
 * @NOTE: of no consequence
 * @HEALS: the kernel puts it right at the next start
 * @REFUSED: the kernel does not start it
 */
enum severity {
	NOTE,
	HEALS,
	REFUSED,
};

/* exit codes of check, behind those of say.h */
#define EXIT_HEALS	6
#define EXIT_REFUSED	7

struct finding {
	enum severity severity;
	char *what, *means, *advice;
};

/**
 * struct findings
 * @worst: of all; NOTE if there is none
 * @not_a_spare: and never was, as far as one can see
 */
struct findings {
	struct finding *list;
	size_t nr;
	enum severity worst;
	bool not_a_spare, no_memory;
};

/** findings_of() - 0 or -ENOMEM; findings_free() in any case */
int findings_of(struct findings *found, struct inspection *spare);
void findings_free(struct findings *found);

/** findings_exit_code() - as check has it */
int findings_exit_code(const struct findings *found);

/** findings_severity() - for people and programs: note, heals, refused */
const char *findings_severity(enum severity severity);

/** findings_add() - one more; texts in the manner of printf() */
void findings_add(struct findings *found, enum severity severity, const char *what,
		  const char *means, const char *advice);

/** text() - formatted, in one of a few buffers that are used in turn */
const char *text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* findings_table.c */
void findings_table(struct findings *found, const struct inspection *spare);
void findings_entries(struct findings *found, const struct inspection *spare);

/** copy_is() - what a copy of a metadata block is, in words */
const char *copy_is(const struct spare_copy *copy);

#endif
