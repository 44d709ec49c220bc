/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of bad places in the formats of other programs: pure. What is read may come
 * from anywhere.
 */
#ifndef REMAPSETUP_LISTS_H
#define REMAPSETUP_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <linux/types.h>

#define LISTS_END	(1ULL << 62)	/* no place is behind it */

/**
 * struct span - bytes from @start to before @end
 */
struct span {
	u64 start, end;
};

/**
 * struct spans - places
 * @list: once tidy: in order, apart from each other, none empty
 */
struct spans {
	struct span *list;
	size_t nr, room;
};

/** spans_add() - one more, not tidy; false without memory */
bool spans_add(struct spans *spans, u64 start, u64 end);
void spans_tidy(struct spans *spans);
void spans_free(struct spans *spans);

/**
 * lists_mapfile() - what GNU ddrescue could not read
 * @text: ends with a zero byte behind @size bytes
 * @sure: only what it knows to be bad, not what it has not tried in pieces yet
 * @line: receives the number of the line that is wrong, or 0 if it is the whole
 * @why: and what is wrong with it
 *
 * Return: 0 and tidy spans, -EINVAL or -ENOMEM; spans_free() in any case.
 */
int lists_mapfile(struct spans *spans, const char *text, size_t size, bool sure,
		  unsigned int *line, const char **why);

/** lists_badblocks() - numbers of blocks, as badblocks(8) and e2fsck -l have them */
int lists_badblocks(struct spans *spans, const char *text, size_t size, u32 block_size,
		    unsigned int *line, const char **why);

/**
 * lists_smart() - the log of pending defects of an ATA disk, by smartctl --json
 * @more: defects that the log counts and the text does not list
 *
 * Places are those of the whole disk.
 */
int lists_smart(struct spans *spans, const char *text, size_t size, u64 *more, const char **why);

/** lists_write_mapfile() - @from to @to is what was not tried, but for the spans, which are bad */
void lists_write_mapfile(FILE *f, const struct spans *spans, u64 from, u64 to);

/** lists_write_badblocks() - all blocks that a span touches */
void lists_write_badblocks(FILE *f, const struct spans *spans, u32 block_size);

#endif
