/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Replies of the target to messages, and what people type: pure.
 */
#ifndef REMAPSETUP_REPLY_H
#define REMAPSETUP_REPLY_H

#include <stdbool.h>

#include <linux/types.h>

/**
 * struct reply_entry - a line of the reply to `list` and `lookup`
 * @mapped: false: the block is on the main device, and the rest says nothing
 * @lost: a bit for each lost logical block
 */
struct reply_entry {
	u64 block;
	bool mapped;
	u32 spare;
	u64 lost;
	char reason[16];
	bool rescuable;
};

/** reply_entry() - parse a line; false if it is none */
bool reply_entry(const char *line, struct reply_entry *entry);

/** reply_more() - "more <block>": where to go on with `list` */
bool reply_more(const char *line, u64 *block);

/** reply_range() - "<first>" or "<first>+<count>"; nothing else, and no overflow */
bool reply_range(const char *text, u64 *first, u64 *count);

#endif
