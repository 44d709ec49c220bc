/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A log of dm-log-writes, in memory.
 */
#ifndef CRASH_LOG_H
#define CRASH_LOG_H

#include "state.h"

enum entry_kind {
	ENTRY_WRITE,
	ENTRY_DISCARD,
	ENTRY_FLUSH,
	ENTRY_MARK,
};

/**
 * struct entry
 * @kind: a write that carries a flush was made two entries
 * @fua: durable when it is complete
 * @sector: on the recorded disk; of a flush, the start of the slice it was for
 * @content: of a write, for each sector
 * @text: of a mark
 */
struct entry {
	u8 kind;
	bool fua;
	u32 sector, count;
	const struct content *content;
	const char *text;
};

struct log {
	struct entry *entries;
	u32 nr;
};

/**
 * log_read() - read the log that begins at @offset of a file, and set the geometry
 *
 * Ends the program with a message if that is no whole log.
 */
void log_read(struct log *log, const char *path, size_t offset);

void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
