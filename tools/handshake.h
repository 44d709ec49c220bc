/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reply to the message `version`.
 */
#ifndef REMAPSETUP_HANDSHAKE_H
#define REMAPSETUP_HANDSHAKE_H

#include <stdbool.h>

struct handshake {
	char version[32];
	unsigned int format;
	unsigned int api;
};

/** handshake_parse() - "0.1.0 format 1 api 1", perhaps with more behind it */
bool handshake_parse(const char *reply, struct handshake *shake);

#endif
