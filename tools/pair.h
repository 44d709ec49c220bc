/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A main device and a spare that are to belong together.
 */
#ifndef REMAPSETUP_PAIR_H
#define REMAPSETUP_PAIR_H

#include "disk.h"

/**
 * struct pair - both devices, open, and which part of them
 * @main, @spare: their paths are NULL while they are not open
 * @main_start, @main_length: sectors of the main device that are mapped
 * @spare_start: first sector of the spare area
 */
struct pair {
	struct disk main, spare;
	u64 main_start, main_length;
	u64 spare_start;
};

/**
 * pair_open_spare() - open the spare, if nobody uses it
 * @write: it will be written
 *
 * Return: 0, or an exit code after a message; so do the others.
 */
int pair_open_spare(struct pair *pair, const char *path, bool write);

/** pair_open_main() - open the main device for reading, if nobody uses it; the spare comes first */
int pair_open_main(struct pair *pair, const char *path);

/** pair_check() - what the kernel would refuse of this pair, in better words */
int pair_check(const struct pair *pair);

/** pair_let_go() - give up the claim on both; what is known of them stays */
void pair_let_go(struct pair *pair);
void pair_close(struct pair *pair);

#endif
