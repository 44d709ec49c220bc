/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One instance of the target. What each part may be touched by is in
 * docs/architecture.md, section 1.
 */
#ifndef REMAP_DEVICE_H
#define REMAP_DEVICE_H

#include <linux/bio.h>
#include <linux/device-mapper.h>
#include <linux/kobject.h>
#include <linux/sched/mm.h>
#include <linux/workqueue.h>

#include "disk.h"
#include "fault.h"
#include "map.h"
#include "metadata.h"
#include "spare.h"

struct remap_job;
struct remap_options;
struct remap_client_ops;
struct remap_attachment;

/* bits of remap_device.flags */
enum remap_device_flag {
	REMAP_WATCH_WRITES,	/* tell the worker of a successful write to main */
	REMAP_WRITE_SEEN,	/* there was one */
	REMAP_NO_REPAIR,	/* main is unreachable: errors go straight up */
	REMAP_SUSPENDING,	/* between presuspend and resume */
	REMAP_DYING,		/* after postsuspend: no more requests */
	REMAP_SPARE_NOSPC,	/* the spare device itself is full */
	REMAP_READ_ONLY_TABLE,
	REMAP_REPLACES_LIVE,	/* a failed activation must not leave I/O hanging */
	REMAP_RUNNING,		/* between preresume and postsuspend */
	REMAP_EVACUATE,		/* there are frozen table blocks to empty */
};

/**
 * struct remap_bio - what is kept beside each bio
 * @iter: as given to map(), before anybody below advanced it
 * @opf: likewise
 * @generation: of the map when the bio was sent
 * @spare: spare block it was sent to, or REMAP_NO_SPARE
 * @status: decided by the worker
 * @first_status: why end_io gave it to the worker; BLK_STS_OK if only moved
 * @flags: REMAP_BIO_*
 * @rounds: times it started over without progress
 * @start: for the sampling client, ns
 */
struct remap_bio {
	struct bvec_iter iter;
	blk_opf_t opf;
	unsigned int generation;
	u32 spare;
	blk_status_t status;
	blk_status_t first_status;
	u8 flags;
	u8 rounds;
	u64 start;
};

#define REMAP_BIO_OURS		0x01	/* we complete it: end_io lets it pass */
#define REMAP_BIO_SPARE_FLUSH	0x02
#define REMAP_BIO_SAMPLED	0x04
#define REMAP_BIO_CUT		0x08	/* not finished in this batch: start over */
#define REMAP_BIO_PROGRESS	0x10	/* a block of it was mapped in this batch */
#define REMAP_BIO_FLUSH		0x20
#define REMAP_BIO_OWN		0x40	/* a job of its own changed nothing */

/* In one batch: an old place for each job, and the spare blocks that failed. */
#define REMAP_MAX_RETIRED	(REMAP_BATCH * 5)

/* Tunables; all may be changed at any time. */
struct remap_knobs {
	unsigned int low_water;		/* free spare blocks that cause a warning */
	unsigned int read_retries;	/* of a block that is salvaged */
	unsigned int auto_remap;	/* remap by itself */
	unsigned int confirm_ms;	/* between two windows */
	unsigned int storm_limit;
};

struct remap_counters {
	u64 lost;			/* logical blocks that are lost now */
	u64 write_errors, read_errors;	/* confirmed, of main */
	u64 salvaged;			/* blocks moved without loss */
	u64 rescued;			/* logical blocks found again */
	u64 unconfirmed;		/* suspects that turned out healthy */
};

#define REMAP_MAX_RECOVER	32

/* Blocks from @next to before @end, remapped when @generation was the last. */
struct remap_range {
	u64 next, end;
	u64 generation;
};

/**
 * struct remap_recover - blocks that are to go back to main at the next resume
 * @ranges: of main blocks; under dev->lock
 * @nr: of ranges; likewise
 * @recovered: that did, in this activation
 * @kept: that could not
 */
struct remap_recover {
	struct remap_range ranges[REMAP_MAX_RECOVER];
	unsigned int nr;
	u64 recovered, kept;
};

/**
 * struct remap_stats - foreground I/O of one CPU, counted while a client samples
 */
struct remap_stats {
	u64 started;
	u64 ended;
};

struct remap_device {
	/* read for every bio, written seldom */
	struct remap_map map;
	unsigned long flags;
	struct remap_metadata md;	/* .mode is read for every bio */

	struct remap_disk main;
	struct remap_disk spare;
	struct dm_target *ti;
	u32 spb;			/* sectors in a block */
	struct remap_spare spares;
	struct remap_fault fault;
	struct remap_knobs knobs;
	struct remap_counters counters;
	struct remap_recover recover;
	unsigned int spare_warned;	/* percent */
	bool low_warned;
	struct remap_options *options;
	bool format_now;		/* the spare is blank and may be formatted */
	bool loaded;			/* the table was read; life cycle only */
	bool live_known;		/* the active instance is one of ours */
	u8 live_uuid[16];		/* of the instance that this one replaces */
	bool main_exchanged;		/* it has another main device */
	struct {			/* what the arrays were made for */
		u32 table_blocks, spare_blocks, block_size;
		bool format;
	} built;

	/* the worker and its lists */
	spinlock_t lock;
	struct bio_list queue;		/* for the worker */
	struct bio_list waiters;	/* for a block that is busy */
	struct list_head requests;
	struct workqueue_struct *wq;
	struct work_struct worker;
	struct delayed_work probe;
	struct remap_job *jobs;		/* REMAP_BATCH of them */
	unsigned int nr_jobs;
	struct bio_list batch;		/* bios being repaired */
	struct remap_change *changes;	/* of the batch */
	struct remap_change *retired;	/* superseded or bad entries */
	unsigned int nr_retired;
	void *bounce;			/* one block */
	bool evacuate_later;		/* that failed; the probe tries it again */
	bool marked_clean;		/* a superblock may say that the device is stopped */

	struct work_struct event;
	struct kobject kobj;
	struct completion kobj_released;

	/* client.c */
	struct list_head list;
	struct list_head attachments;
	unsigned int detaching;		/* attachments being taken down */
	struct remap_attachment __rcu *sampler;
	struct remap_stats __percpu *stats;

	struct list_head registered;	/* registry.c */
	char name[32];
};

static inline struct remap_bio *remap_bio_of(struct bio *bio)
{
	return dm_per_bio_data(bio, sizeof(struct remap_bio));
}

/* not bi_opf: the layers below may have changed that */
static inline bool remap_bio_writes(const struct remap_bio *rb)
{
	return op_is_write(rb->opf & REQ_OP_MASK);
}

static inline sector_t remap_spare_sector(struct remap_device *dev, u32 spare)
{
	return dev->md.super.data + (sector_t)spare * dev->spb;
}

/* Written by the worker only, read by anybody. */
static inline void remap_count(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

static inline u32 remap_spares_free(struct remap_device *dev)
{
	return dev->spares.total - READ_ONCE(dev->spares.used);
}

/**
 * remap_is_place() - is the entry of spare block @spare the place of its block?
 *
 * A superseded one is not, nor one beyond the end. Context: any.
 */
static inline bool remap_is_place(struct remap_device *dev, const struct remap_disk_entry *e,
				  u32 spare)
{
	u64 block = le64_to_cpu(e->main_block);

	return e->state == REMAP_ENTRY_MAPPED && block < dev->map.nr_blocks &&
	       remap_place_spare(remap_map_get(&dev->map, block)) == spare;
}

static inline enum remap_mode remap_device_mode(struct remap_device *dev)
{
	return READ_ONCE(dev->md.mode);
}

/** remap_device_event() - tell user space that something changed. Any context. */
void remap_device_event(struct remap_device *dev);

#endif
