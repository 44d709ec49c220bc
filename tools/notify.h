/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling of events: journal, programs, mail. */
#ifndef REMAPSETUP_NOTIFY_H
#define REMAPSETUP_NOTIFY_H

#include "event.h"

/**
 * struct notify - whom to tell
 * @mail: address, or NULL
 * @program: or NULL
 * @directory: of more programs
 * @print: on standard output as well
 */
struct notify {
	const char *mail, *program, *directory;
	bool print;
};

/** notify_event() - everybody but by mail */
void notify_event(const struct notify *n, const struct snapshot *s, const struct event *e);

/**
 * notify_mail() - through sendmail
 * @held_back: mails of the same kind that were not sent since the last one
 */
void notify_mail(const struct notify *n, const struct snapshot *s, const struct event *e,
		 unsigned int held_back);

/** notify_check_address() - is it one that can stand in a header? 0, or BAD_USE after a message */
int notify_check_address(const char *address);

#endif
