// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a spare device to a running map, and back.
 *
 *   ctr         reads the superblocks, checks everything that can refuse, writes nothing
 *   preresume   reads them again (the old table may have written meanwhile),
 *               formats or loads, clears the clean mark in both superblocks
 *   postsuspend writes the health record and the clean mark
 */
#include <linux/uuid.h>

#include "../compat/compat.h"
#include "fingerprint.h"
#include "recover.h"
#include "registry.h"
#include "repair.h"
#include "target.h"

#define DM_MSG_PREFIX "remap"

static int refuse(struct remap_device *dev, int error, char *why)
{
	dev->ti->error = why;
	DMERR("%s: %s", dev->name, why);
	return error;
}

#define MAIN_CHANGED_TEXT \
	"The main device is another one, or was written without its spare since " \
	"the last stop; 'force' accepts it as it is"

/*
 * A blank spare
 */

static void plan(struct remap_device *dev, bool known_ours)
{
	struct remap_super *sb = &dev->md.super;
	struct remap_options *opt = dev->options;
	u8 uuid[16];

	/* Going on with an interrupted format: the same spare, only newer. */
	if (known_ours)
		memcpy(uuid, sb->uuid, sizeof(uuid));
	else
		generate_random_uuid(uuid);
	dev->md.generation = known_ours ? sb->generation : 0;
	memset(sb, 0, sizeof(*sb));
	memcpy(sb->uuid, uuid, sizeof(sb->uuid));
	sb->mask_unit = bdev_logical_block_size(dev->main.dev->bdev);
	sb->block_size = opt->block_size ?: REMAP_DEFAULT_BLOCK_SIZE;
	if (!opt->block_size)
		sb->block_size = max(sb->block_size, sb->mask_unit);
	sb->spare_blocks = opt->spare_blocks ?: REMAP_DEFAULT_MAX_SPARES;
	sb->main_start = dev->main.start;
	sb->main_length = dev->ti->len;
	sb->length = dev->spare.length;
	memcpy(sb->main_identity, opt->identity, sizeof(sb->main_identity));
}

/* Spare blocks are aligned to physical blocks of the disk, not of the partition. */
static int lay_out(struct remap_device *dev)
{
	u32 align = max_t(u32, bdev_physical_block_size(dev->spare.dev->bdev), REMAP_META_SIZE);
	sector_t start = get_start_sect(dev->spare.dev->bdev) + dev->spare.start;

	/* no disk has larger ones; a size out of range would only waste room */
	align = min_t(u32, align, 1 << 20);
	return remap_format_layout(&dev->md.super, align,
				   (start << SECTOR_SHIFT) & (align - 1));
}

static int check_formattable(struct remap_device *dev, bool known_ours)
{
	int blank;

	if (!dev->options->format)
		return refuse(dev, -ENODATA, known_ours ?
			      "Formatting of the spare was interrupted: say 'format' to do it again" :
			      "There is no superblock on the spare: say 'format' to make it one, or give the right one");
	if (test_bit(REMAP_REPLACES_LIVE, &dev->flags))
		return refuse(dev, -EINVAL, "A reload never formats a spare");
	if (test_bit(REMAP_READ_ONLY_TABLE, &dev->flags))
		return refuse(dev, -EROFS, "A read-only table cannot format a spare");
	plan(dev, known_ours);
	if (dev->md.super.block_size < dev->md.super.mask_unit)
		return refuse(dev, -EINVAL, "The block size is below the logical block size of main");
	if (lay_out(dev))
		return refuse(dev, -ENOSPC, "The spare is too small");
	blank = remap_metadata_is_blank(&dev->md, known_ours);
	if (blank < 0)
		return refuse(dev, -EIO, "The spare cannot be read");
	if (!blank)
		return refuse(dev, -EMEDIUMTYPE,
			      "The spare holds something: not formatting it; wipe it first");
	dev->format_now = true;
	return 0;
}

/*
 * A formatted spare
 */

static int check_size(struct remap_device *dev)
{
	const struct remap_super *sb = &dev->md.super;
	bool may_grow = dev->md.force || test_bit(REMAP_REPLACES_LIVE, &dev->flags);

	if (sb->length > dev->spare.length)
		return refuse(dev, -EINVAL, "The spare device is smaller than it was when formatted");
	if (sb->main_start != dev->main.start && !dev->md.force)
		return refuse(dev, -EINVAL,
			      "The spare belongs to another place of the main device (start differs)");
	if (sb->main_length != dev->ti->len && !may_grow)
		return refuse(dev, -EINVAL,
			      "The spare belongs to a main device of another size; 'force' if it was resized");
	if (sb->mask_unit != bdev_logical_block_size(dev->main.dev->bdev))
		return refuse(dev, -EINVAL,
			      "The spare belongs to a main device of another logical block size");
	return 0;
}

/*
 * A spare that is to replace the one of the live instance: it has the same UUID, and becomes active
 * between ctr and preresume, with the device suspended (docs/architecture.md, section 3.4).
 */
static bool is_successor(struct remap_device *dev)
{
	const struct remap_super *sb = &dev->md.super;
	bool in_ctr = !dev->built.block_size;

	return in_ctr && sb->state == REMAP_SUPER_STANDBY && dev->live_known &&
	       !memcmp(dev->live_uuid, sb->uuid, sizeof(sb->uuid));
}

static char *state_text(const struct remap_super *sb)
{
	return sb->state == REMAP_SUPER_REPLACED ?
	       "The spare is not the active one: it was replaced" :
	       "The spare was to replace another one, and that was not brought to an end";
}

static int check_formatted(struct remap_device *dev)
{
	const struct remap_super *sb = &dev->md.super;
	const struct remap_options *opt = dev->options;

	if (opt->have_uuid && memcmp(opt->uuid, sb->uuid, sizeof(sb->uuid)))
		return refuse(dev, -ENODEV, "The spare has another UUID");
	if (dev->live_known && !dev->md.force &&
	    memcmp(dev->live_uuid, sb->uuid, sizeof(sb->uuid)))
		return refuse(dev, -EINVAL, "A reload cannot exchange the spare");
	if (sb->state != REMAP_SUPER_ACTIVE && !is_successor(dev))
		return refuse(dev, -EINVAL, state_text(sb));
	if (opt->block_size && opt->block_size != sb->block_size)
		return refuse(dev, -EINVAL, "The spare was formatted with another block size");
	if (!remap_registry_uuid_free(dev))
		return refuse(dev, -EBUSY, "The spare is in use by another remap device");
	return check_size(dev);
}

int remap_activate_check(struct remap_device *dev)
{
	int r;

	dev->format_now = false;
	r = remap_super_read(&dev->md);
	if (!r && dev->md.super.state == REMAP_SUPER_FORMATTING)
		return check_formattable(dev, true);
	if (!r)
		return check_formatted(dev);
	switch (r) {
	case -ENODATA:
		if (dev->options->have_uuid)
			return refuse(dev, r, "The spare is blank and not the one asked for");
		return check_formattable(dev, false);
	case -EPROTONOSUPPORT:
		return refuse(dev, r, "The spare was written by a newer version: upgrade dm-remap");
	case -EMEDIUMTYPE:
		return refuse(dev, r, "The spare holds something else than a dm-remap spare");
	case -EILSEQ:
		return refuse(dev, r,
			      "Both superblocks of the spare are damaged: see remapsetup repair");
	case -EUCLEAN:
		return refuse(dev, r, "The superblocks of the spare contradict each other");
	case -ESTALE:
		return refuse(dev, r,
			      "A handover to another spare or main device was cut by a power failure, and the device was used since without knowing of it: see remapsetup check");
	default:
		return refuse(dev, r, "The spare cannot be read");
	}
}

/*
 * preresume
 */

enum main_is {
	MAIN_UNCHANGED,
	MAIN_UNKNOWN,	/* no clean stop, or it can't be read: a failing disk after all */
	MAIN_CHANGED,
};

/* A clone has the same first and last MiB, and holes where data was lost. */
static bool other_identity(struct remap_device *dev)
{
	const char *now = dev->options->identity;
	const u8 *then = dev->md.super.main_identity;

	return now[0] && then[0] && strncmp(now, then, sizeof(dev->md.super.main_identity));
}

static enum main_is compare_main(struct remap_device *dev)
{
	const struct remap_super *sb = &dev->md.super;
	const u32 clean = REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT;
	u32 now[2];

	if (other_identity(dev) || dev->main_exchanged)
		return MAIN_CHANGED;
	if ((sb->flags & clean) != clean)
		return MAIN_UNKNOWN;
	if (sb->main_start != dev->main.start ||
	    sb->main_length > compat_bdev_sectors(dev->main.dev->bdev) - dev->main.start)
		return MAIN_CHANGED;
	if (remap_fingerprint_take(dev, sb->main_length, now))
		return MAIN_UNKNOWN;
	return memcmp(now, sb->fingerprint, sizeof(now)) ? MAIN_CHANGED : MAIN_UNCHANGED;
}

static bool commit_forgotten(struct remap_device *dev, unsigned int nr)
{
	bool happened = true;
	unsigned int i;

	remap_metadata_commit(&dev->md, dev->changes, nr);
	for (i = 0; i < nr; i++)
		happened &= dev->changes[i].outcome == REMAP_HAPPENED;
	return happened;
}

/* Is there anything that FORGET would change? */
static bool any_rescuable(struct remap_device *dev)
{
	u32 i;

	for (i = 0; i < dev->spares.total; i++) {
		struct remap_disk_entry *e = remap_metadata_truth(&dev->md, i);

		if (e->flags & REMAP_ENTRY_RESCUABLE && e->lost && remap_is_place(dev, e, i))
			return true;
	}
	return false;
}

/*
 * Main may hold anything where data was lost: nothing can be rescued from there. In
 * memory at once; true when it is so on the disk as well. A superseded entry stays as
 * it is: with a new generation it would win over the one that superseded it.
 */
static bool forget_rescuable(struct remap_device *dev)
{
	struct remap_change *c = dev->changes;
	bool happened = true;
	unsigned int nr = 0;
	u32 i;

	for (i = 0; i < dev->spares.total; i++) {
		struct remap_disk_entry *e = remap_metadata_truth(&dev->md, i);

		if (!(e->flags & REMAP_ENTRY_RESCUABLE))
			continue;
		e->flags &= ~REMAP_ENTRY_RESCUABLE;
		if (!remap_is_place(dev, e, i))
			continue;
		if (remap_metadata_block_state(&dev->md, i) != REMAP_BLOCK_GOOD) {
			happened = false;
			continue;
		}
		c[nr].spare = i;
		c[nr++].entry = *e;
		if (nr == REMAP_BATCH) {
			happened &= commit_forgotten(dev, nr);
			nr = 0;
		}
	}
	return (!nr || commit_forgotten(dev, nr)) && happened;
}

/*
 *   superblocks: not clean, FORGET ; entries ; superblocks: without FORGET
 *
 * After a power cut in between FORGET makes the next activation go on.
 */
static void forget_if_changed(struct remap_device *dev)
{
	struct remap_super *sb = &dev->md.super;

	if (!(sb->flags & REMAP_SUPER_FORGET) || !forget_rescuable(dev) ||
	    dev->md.mode != REMAP_MODE_RW)
		return;
	sb->flags &= ~REMAP_SUPER_FORGET;
	if (remap_super_write(&dev->md))
		DMWARN("%s: the superblocks of the spare cannot be written", dev->name);
}

/* Superseded entries lose anyway; retired, their spare blocks are of use again. */
static void retire_superseded(struct remap_device *dev)
{
	u32 i;

	for (i = 0; i < dev->spares.total; i++) {
		struct remap_disk_entry *e = remap_metadata_truth(&dev->md, i);

		if (e->state != REMAP_ENTRY_MAPPED || remap_is_place(dev, e, i) ||
		    remap_metadata_block_state(&dev->md, i) != REMAP_BLOCK_GOOD)
			continue;
		memset(&dev->retired[dev->nr_retired++].entry, 0, sizeof(*e));
		dev->retired[dev->nr_retired - 1].spare = i;
		if (dev->nr_retired == REMAP_MAX_RETIRED)
			remap_retire(dev);
	}
	remap_retire(dev);
}

static void count_lost(struct remap_device *dev)
{
	u64 lost = 0;
	u32 i;

	for (i = 0; i < dev->spares.total; i++) {
		struct remap_disk_entry *e = remap_metadata_truth(&dev->md, i);

		if (e->lost && remap_is_place(dev, e, i))
			lost += hweight64(le64_to_cpu(e->lost) &
					  remap_job_valid(dev, le64_to_cpu(e->main_block)));
	}
	WRITE_ONCE(dev->counters.lost, lost);
}

/*
 * The superblocks cannot be written, and may still say that main is as it was at the last stop.
 * Main is written all the same: a spare that is away must not take a good disk down with it. If
 * the mark stays, the next start is refused until 'force', and that is true: main was written
 * without its spare.
 */
int remap_take_back_clean(struct remap_device *dev)
{
	/* where main is not written either, the mark is true */
	if (!dev->marked_clean || remap_device_mode(dev) != REMAP_MODE_RO_MAP)
		return 0;
	if (!remap_metadata_write_health(&dev->md))
		return -EIO;
	dev->marked_clean = false;
	return 0;
}

/*
 * From now on the disk says that we are running: no stale fingerprint may
 * refuse the device after a crash, and our generations are on record. @news: and that
 * main is not what it was, which nothing on the disk says yet.
 */
static void mark_running(struct remap_device *dev, bool news)
{
	struct remap_super *sb = &dev->md.super;

	if (dev->md.mode != REMAP_MODE_RW)
		return;
	sb->flags &= ~(REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT);
	sb->main_length = dev->ti->len;
	sb->main_start = dev->main.start;
	if (dev->options->identity[0])
		memcpy(sb->main_identity, dev->options->identity, sizeof(sb->main_identity));
	else if (dev->main_exchanged)	/* not known is better than that of another */
		memset(sb->main_identity, 0, sizeof(sb->main_identity));
	if (!remap_super_write(&dev->md)) {
		dev->marked_clean = false;
		WRITE_ONCE(dev->main_exchanged, false);	/* on record */
		return;
	}
	remap_metadata_degrade(&dev->md, REMAP_MODE_RO_MAP,
			       "the superblocks of the spare cannot be written");
	/* then the clean mark is all that tells the next start to compare */
	if (!news && remap_take_back_clean(dev))
		DMERR("%s: the spare may go on saying that the device is stopped: if it can't be written before the next start, that will ask for 'force'",
		      dev->name);
}

/*
 * Main is another one, or was written without us, and the spare says the opposite. At the next
 * start the one before would be taken, without whatever was written to this one; or what is lost
 * would be rescued from where it is not. So nothing is written.
 */
static void stop_unrecorded_writes(struct remap_device *dev)
{
	if (remap_device_mode(dev) == REMAP_MODE_RO_MAP)
		remap_metadata_degrade(&dev->md, REMAP_MODE_READ_ONLY,
				       "the main device is another one or has changed, and that cannot be written to the spare");
}

static int load_map(struct remap_device *dev)
{
	int r = remap_map_load(&dev->map, &dev->md);

	if (r == -EUCLEAN)
		return refuse(dev, r,
			      "The map contradicts itself or reaches beyond the end of the device");
	return r ? refuse(dev, r, "No memory for the map") : 0;
}

static int load(struct remap_device *dev)
{
	bool read_only = test_bit(REMAP_READ_ONLY_TABLE, &dev->flags);
	enum main_is main_is;
	bool news;
	int r;

	if (read_only)
		dev->md.mode = REMAP_MODE_RO_MAP;
	r = remap_load(&dev->md, read_only);
	if (r)
		return refuse(dev, r, "The map on the spare cannot be loaded");
	remap_map_clear(&dev->map);
	r = load_map(dev);
	if (r)
		return r;
	dev->marked_clean = !read_only;	/* one that was not read may say so, too */
	main_is = compare_main(dev);
	if (main_is == MAIN_CHANGED && !dev->md.force && !dev->main_exchanged)
		return refuse(dev, -EUCLEAN, MAIN_CHANGED_TEXT);
	news = other_identity(dev) || dev->main_exchanged;
	if (main_is == MAIN_CHANGED || (main_is == MAIN_UNKNOWN && dev->md.force)) {
		news |= !(dev->md.super.flags & REMAP_SUPER_FORGET) && any_rescuable(dev);
		dev->md.super.flags |= REMAP_SUPER_FORGET;
	}
	mark_running(dev, news);
	if (news && !read_only)
		stop_unrecorded_writes(dev);
	forget_if_changed(dev);
	remap_spare_load(&dev->spares, &dev->md);
	retire_superseded(dev);
	remap_spare_load(&dev->spares, &dev->md);
	count_lost(dev);
	/* table blocks that were frozen before are emptied now */
	set_bit(REMAP_EVACUATE, &dev->flags);
	return 0;
}

static int format(struct remap_device *dev)
{
	int r = remap_metadata_format(&dev->md);

	if (r)
		return refuse(dev, r, "Formatting the spare failed");
	DMINFO("%s: formatted the spare: %u blocks of %u bytes", dev->name,
	       dev->md.super.spare_blocks, dev->md.super.block_size);
	return load(dev);
}

/*
 * The arrays have the size that ctr saw. On a reload the old table may have written the
 * superblocks since, but never the geometry.
 */
static int check_again(struct remap_device *dev)
{
	const struct remap_super *sb = &dev->md.super;
	int r = remap_activate_check(dev);

	if (!r && (sb->table_blocks != dev->built.table_blocks ||
		   sb->spare_blocks != dev->built.spare_blocks ||
		   sb->block_size != dev->built.block_size ||
		   dev->format_now != dev->built.format))
		return refuse(dev, -EUCLEAN, "The spare has changed since the table was loaded");
	return r;
}

int remap_activate(struct remap_device *dev)
{
	int r = check_again(dev);

	remap_registry_take_flush_errors(dev);
	if (!r)
		r = dev->format_now ? format(dev) : load(dev);
	if (r && test_bit(REMAP_REPLACES_LIVE, &dev->flags)) {
		/* An error here would leave the device suspended, and all I/O hanging. */
		remap_metadata_degrade(&dev->md, REMAP_MODE_FAIL,
				       "the new table cannot be activated");
		r = 0;
	}
	return r;
}

/* What was freed before the suspend may be handed out again: no I/O is left. */
int remap_reactivate(struct remap_device *dev)
{
	if (dev->md.mode == REMAP_MODE_FAIL)
		return 0;
	if (remap_super_changed(&dev->md)) {
		remap_metadata_degrade(&dev->md, REMAP_MODE_FAIL,
				       "something else has written the spare while the device was suspended; remove it and activate it anew");
		return 0;
	}
	if (dev->marked_clean)
		mark_running(dev, false);
	remap_recover(dev);
	remap_spare_load(&dev->spares, &dev->md);
	remap_repair_warn_again(dev);
	dev->evacuate_later = false;
	set_bit(REMAP_EVACUATE, &dev->flags);
	clear_bit(REMAP_SPARE_NOSPC, &dev->flags);
	return 0;
}

/*
 * postsuspend
 */

/* What the drive has lost it says once: the next instance owes it to its users. */
static bool main_is_durable(struct remap_device *dev)
{
	if (dev->fault.unreachable[REMAP_FAULT_MAIN])
		return false;
	if (!remap_disk_flush(&dev->main))
		return true;
	DMERR("%s: the main device cannot be flushed: what was written to it last may be lost",
	      dev->name);
	return false;
}

/* A spare that takes no health record is not told to call itself clean: it could not be untold. */
void remap_deactivate(struct remap_device *dev)
{
	struct remap_super *sb = &dev->md.super;
	unsigned int copies;

	if (remap_take_back_clean(dev))		/* the last chance */
		DMWARN("%s: the spare could not be told that the device ran", dev->name);
	if (dev->md.mode != REMAP_MODE_RW)
		return;
	copies = remap_metadata_write_health(&dev->md);
	if (!copies) {
		DMWARN("%s: the spare cannot be written: stopped without a clean mark",
		       dev->name);
		return;
	}
	if (copies < 2)
		DMWARN("%s: one copy of the health record on the spare cannot be written",
		       dev->name);
	/* of what survives a power cut: without the flush it may be newer than that */
	if (!main_is_durable(dev) ||
	    remap_fingerprint_take(dev, dev->ti->len, sb->fingerprint))
		sb->flags &= ~REMAP_SUPER_FINGERPRINT;
	else
		sb->flags |= REMAP_SUPER_FINGERPRINT;
	sb->flags |= REMAP_SUPER_CLEAN;
	dev->marked_clean = true;	/* whatever happens: a failed write may land */
	if (remap_super_write(&dev->md))
		DMWARN("%s: the clean mark could not be written", dev->name);
}
