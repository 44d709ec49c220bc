/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A remap device over two stores, through the product's own ctr, preresume,
 * resume, message, postsuspend and dtr. The worker is not there: requests to it
 * are recorded.
 */
#ifndef LIFE_H
#define LIFE_H

#include "kernel.h"
#include "repair.h"
#include "store.h"
#include "target.h"

/**
 * struct geometry - two disks and how the spare is formatted
 * @main: sectors
 * @spare: sectors of the spare area
 * @start: of the spare area on its disk
 * @grown: the disk was so much smaller when the spare was formatted
 */
struct geometry {
	u32 main, spare, start, grown;
	u32 block_size, spare_blocks;
};

#define GEOMETRIES	4
extern const struct geometry geometries[GEOMETRIES];

struct life {
	const struct geometry *geometry;
	struct gendisk disks[2];
	struct block_device main, spare;
	struct store main_store, spare_store;
	struct mapped_device md;
	struct dm_table table;
	struct dm_target ti;
	bool running;
};

void life_init(struct life *life, const struct geometry *geometry);
void life_exit(struct life *life);

/** life_create() - ctr with a table line of this tail; checks what ctr owes its caller */
int life_create(struct life *life, const char *options);

/** life_create_line() - the whole line behind "remap" */
int life_create_line(struct life *life, const char *line);

/** life_resume() - preresume, and resume if that went well */
int life_resume(struct life *life);

/** life_suspend() - presuspend and postsuspend */
void life_suspend(struct life *life);

/** life_destroy() - suspends if it has to; then dtr */
void life_destroy(struct life *life);

/** life_message() - as target_message() of dm-ioctl.c does */
int life_message(struct life *life, char *text, char *result, unsigned int maxlen);

/** life_put() - one change in one commit, and in the map if it is a mapping */
enum remap_outcome life_put(struct life *life, u32 spare, const struct remap_disk_entry *entry);

/** life_format() - format the blank spare and give it a map worth losing */
void life_format(struct life *life);

/* the spare area's bytes */
static inline u8 *life_area(struct life *life)
{
	return life->spare_store.now + (size_t)life->geometry->start * SECTOR_SIZE;
}

static inline struct remap_device *life_dev(struct life *life)
{
	return life->ti.private;
}

/* What remap_repair_request() was asked last, and what it answers. */
extern struct remap_request life_request;
extern unsigned int life_requests;
extern int life_request_error;

#endif
