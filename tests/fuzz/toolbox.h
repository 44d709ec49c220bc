/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The offline part of remapsetup over a spare in memory. It brings the core's code along
 * a second time, over the tool's own headers, so it is linked as a whole of which only these
 * names are to be seen.
 */
#ifndef TOOLBOX_H
#define TOOLBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* what toolbox_change() does */
enum toolbox_change {
	TOOLBOX_HEAL,
	TOOLBOX_ERASE,
	TOOLBOX_RESTORE,	/* the map of @from, by way of a text */
	TOOLBOX_CHANGES
};

/**
 * struct toolbox - a spare area
 * @bytes: its content; changed by toolbox_change()
 * @sectors: its length
 * @force: accept an overwritten superblock
 * @cut_after: power goes after so many writes and flushes; negative: never
 * @fates: what becomes of writes that were not flushed then: two bits each: lost, kept, its
 *	first sector only, all but its first sector
 * @steps: how many writes and flushes there were
 */
struct toolbox {
	uint8_t *bytes;
	uint64_t sectors;
	bool force;
	int cut_after;
	uint32_t fates;
	unsigned int steps;
};

/** what is found: a block of main, and where it lives */
typedef void (*toolbox_found)(void *context, uint64_t block, uint32_t spare, uint64_t lost);

/**
 * toolbox_look() - would it start, and with which map?
 * @worst: receives what check thinks of it: enum severity, or 3 for no spare at all
 *
 * Return: 1 yes, 0 no. Nothing is written.
 */
int toolbox_look(const struct toolbox *t, int *worst, toolbox_found found, void *context);

/** toolbox_change() - 0 or -errno. @from: for TOOLBOX_RESTORE, a spare that starts */
int toolbox_change(struct toolbox *t, enum toolbox_change what, const struct toolbox *from);

/**
 * toolbox_read() - a text as a backup
 * @text: a zero byte follows it
 *
 * Return: whether it was accepted; then it was written and read again and said the same,
 * or this does not return.
 */
bool toolbox_read(const char *text, size_t size);

#endif
