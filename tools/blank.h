/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a device holds before it becomes a spare.
 */
#ifndef REMAPSETUP_BLANK_H
#define REMAPSETUP_BLANK_H

#include "super.h"

/**
 * blank_recognise() - what libblkid finds on a device
 * @what: "a file system (ext4)", or empty
 *
 * Return: 0, or an exit code after a message.
 */
int blank_recognise(const struct disk *disk, char *what, size_t size);

/**
 * blank_check() - do the first and the last MiB and the metadata area read as zeros?
 * @sb: with its layout
 * @leftovers: metadata of ours counts as blank, too: formatting was interrupted
 * @blank: the answer
 *
 * It asks what the kernel asks before it formats.
 *
 * Return: 0, or an exit code after a message.
 */
int blank_check(const struct disk *disk, u64 start, const struct remap_super *sb,
		bool leftovers, bool *blank);

/** blank_make() - write zeros there, durably; Return: 0, or a negative error number */
int blank_make(const struct disk *disk, u64 start, const struct remap_super *sb);

#endif
