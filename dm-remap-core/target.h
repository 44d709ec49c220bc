/* SPDX-License-Identifier: GPL-2.0-only */
/* Rooms of the target that module.c and target.c string together. */
#ifndef REMAP_TARGET_H
#define REMAP_TARGET_H

#include "device.h"

extern struct target_type remap_target;

/* options.c: the optional part of the table line */
struct remap_options {
	bool format;
	bool force;
	bool have_uuid;
	u8 uuid[16];
	u32 block_size;		/* 0: not given */
	u32 spare_blocks;
	char identity[128];
};

/** remap_options_parse() - 0, or -EINVAL with ti->error set */
int remap_options_parse(struct remap_device *dev, struct remap_options *opt,
			struct dm_arg_set *as);

/* activate.c: from a spare device to a running map and back */

/**
 * remap_activate_check() - read the superblocks, make every check that can refuse
 *
 * Nothing is written. Return: 0, or -errno with ti->error set.
 */
int remap_activate_check(struct remap_device *dev);

/** remap_activate() - format or load, at preresume */
int remap_activate(struct remap_device *dev);

/** remap_reactivate() - resume of an instance that was suspended */
int remap_reactivate(struct remap_device *dev);

/**
 * remap_take_back_clean() - if the spare may still say that the device is stopped
 *
 * Context: sleeps; the worker's queue, or while it is stopped.
 * Return: 0 when it does not any more, else -EIO.
 */
int remap_take_back_clean(struct remap_device *dev);

/** remap_deactivate() - health record and clean mark, at postsuspend */
void remap_deactivate(struct remap_device *dev);

/* knobs.c: one table for messages, sysfs and the table line */
struct remap_knob {
	const char *name;
	size_t offset;		/* in struct remap_knobs */
	unsigned int min, max, standard;
};

extern const struct remap_knob remap_knobs[];
extern const unsigned int remap_nr_knobs;

const struct remap_knob *remap_knob_find(const char *name, size_t len);
unsigned int remap_knob_get(struct remap_device *dev, const struct remap_knob *knob);

/** remap_knob_set() - 0, or -EINVAL and nothing changed */
int remap_knob_set(struct remap_device *dev, const struct remap_knob *knob,
		   const char *value);
void remap_knobs_init(struct remap_device *dev);

/* status.c, message.c, sysfs.c */
void remap_status(struct dm_target *ti, status_type_t type, unsigned int flags,
		  char *result, unsigned int maxlen);
int remap_message(struct dm_target *ti, unsigned int argc, char **argv,
		  char *result, unsigned int maxlen);
int remap_sysfs_add(struct remap_device *dev);
void remap_sysfs_remove(struct remap_device *dev);

/* module.c */
extern struct workqueue_struct *remap_event_wq;

#endif
