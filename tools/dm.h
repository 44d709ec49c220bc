/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device-mapper: devices with the target "remap", by name.
 */
#ifndef REMAPSETUP_DM_H
#define REMAPSETUP_DM_H

#include <stdbool.h>
#include <sys/types.h>

#include <linux/types.h>

#define DM_NAME_SIZE	128

/**
 * struct remap_status - a device as the kernel describes it
 *
 * docs/dm-remap.rst explains the fields of the status line.
 */
struct remap_status {
	char name[DM_NAME_SIZE];
	dev_t number;
	bool suspended;
	bool read_only;
	bool deferred;		/* goes when its last user is done */
	u32 event_nr;		/* counts events; they wake whoever waits for news */
	int open_count;
	u64 sectors;
	char mode[16], state[32];
	u32 block_size, used, total, bad;
	u64 remapped, lost;
	u64 write_errors, read_errors, salvaged, rescued, unconfirmed;
	/* of the table line */
	dev_t main, spare;
	u64 main_start, spare_start;
	char uuid[37];
};

/** dm_begin() - before anything else here: quiet messages, and the permission to ask */
int dm_begin(void);

/** dm_check_target() - see that the kernel has the target, loading its module; 0 or an exit code */
int dm_check_target(void);

/** dm_exists() - is there a device of that name, whatever it is? */
bool dm_exists(const char *name);

/**
 * dm_read_status() - all of it
 * @name: may be a path in /dev/mapper; @status->name is without it
 * @status: filled in
 *
 * Return: 0, or WRONG_DEVICE after a message if there is no such device or it
 * is none of ours.
 */
int dm_read_status(const char *name, struct remap_status *status);

/**
 * dm_read_ours() - the same; but a device that is open without its spare, or has no table, will do,
 * and then only what device-mapper knows of any device is filled in
 */
int dm_read_ours(const char *name, struct remap_status *status);

/** dm_try_status() - the same for who expects anything: 0 or a negative error number */
int dm_try_status(const char *name, struct remap_status *status);

/** dm_each_remap() - call a function for each device of ours, by name; stops when it is not 0 */
int dm_each_remap(int (*each)(const char *name, void *context), void *context);

/**
 * dm_message() - send a message
 * @reply: the answer, to be freed; NULL where there is none
 *
 * Return: 0, or a negative error number; nothing is said about it.
 */
int dm_message(const char *name, const char *message, char **reply);

/**
 * dm_handshake() - see that tool and module understand each other
 *
 * Return: 0, or WRONG_DEVICE after a message.
 */
int dm_handshake(const char *name);

/**
 * struct dm_segment - a part of a device that is made of several
 * @main: where it begins on the main device; DM_ERROR: it fails
 */
struct dm_segment {
	u64 start, sectors, main;
};

#define DM_ERROR	(~0ULL)

/**
 * struct dm_line - a device to create
 * @params: of the table line
 * @segments: instead of it, @nr of them, on @main
 */
struct dm_line {
	const char *name, *uuid, *params;
	u64 sectors;
	bool read_only;
	const struct dm_segment *segments;
	size_t nr;
	dev_t main;
};

/** dm_create() - Return: 0, or a negative error number; then there is no such device */
int dm_create(const struct dm_line *line);

/** dm_remove() - Return: 0, or a negative error number */
int dm_remove(const char *name, bool deferred);

#endif
