// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of one table instance: ctr, preresume, resume, presuspend,
 * postsuspend, dtr.
 */
#include <linux/dm-ioctl.h>
#include <linux/slab.h>

#include "../compat/compat.h"
#include "client.h"
#include "io.h"
#include "registry.h"
#include "repair.h"
#include "target.h"

#define DM_MSG_PREFIX "remap"

/*
 * Events: dm_table_event() takes a global mutex, so it has a work item of its own.
 */

static void send_event(struct work_struct *work)
{
	struct remap_device *dev = container_of(work, struct remap_device, event);
	unsigned int noio = memalloc_noio_save();

	dm_table_event(dev->ti->table);
	memalloc_noio_restore(noio);
}

void remap_device_event(struct remap_device *dev)
{
	queue_work(remap_event_wq, &dev->event);
}

/*
 * ctr
 */

static int parse_disk(struct remap_device *dev, struct dm_arg_set *as,
		      struct remap_disk *disk, char *bad_device, char *bad_start)
{
	struct dm_target *ti = dev->ti;
	const char *path = dm_shift_arg(as);
	unsigned long long start;
	int r;

	r = dm_get_device(ti, path, dm_table_get_mode(ti->table), &disk->dev);
	if (r) {
		DMERR("%s: %s: error %d", dev->name, path, r);
		ti->error = bad_device;
		return r;
	}
	if (kstrtoull(dm_shift_arg(as), 10, &start) ||
	    start >= compat_bdev_sectors(disk->dev->bdev)) {
		ti->error = bad_start;
		return -EINVAL;
	}
	disk->start = start;
	disk->unit = max(bdev_logical_block_size(disk->dev->bdev),
			 bdev_physical_block_size(disk->dev->bdev));
	return 0;
}

static int parse_disks(struct remap_device *dev, struct dm_arg_set *as)
{
	int r;

	r = parse_disk(dev, as, &dev->main, "Cannot open the main device",
		       "Invalid start on the main device");
	if (!r)
		r = parse_disk(dev, as, &dev->spare, "Cannot open the spare device",
			       "Invalid start on the spare device");
	/* also two partitions; what another target hides below it is not seen here */
	if (!r && dev->main.dev->bdev->bd_disk == dev->spare.dev->bdev->bd_disk) {
		dev->main.twin = &dev->spare;
		dev->spare.twin = &dev->main;
	}
	return r;
}

static int check_disks(struct remap_device *dev)
{
	struct dm_target *ti = dev->ti;
	struct block_device *main = dev->main.dev->bdev, *spare = dev->spare.dev->bdev;
	sector_t room = compat_bdev_sectors(main) - dev->main.start;
	u32 logical = bdev_logical_block_size(main) >> SECTOR_SHIFT;
	char *why = NULL;

	dev->main.length = ti->len;
	dev->spare.length = round_down(compat_bdev_sectors(spare) - dev->spare.start,
				       REMAP_META_SECTORS);
	if (bdev_is_zoned(main) || bdev_is_zoned(spare))
		why = "Zoned devices are not supported";
	else if (ti->len > room)
		why = "The main device is too small";
	else if ((dev->main.start | ti->len) & (logical - 1))
		why = "Start or length is not a multiple of the logical block size";
	else if (dev->spare.start & (REMAP_META_SECTORS - 1))
		why = "Start on the spare device is not a multiple of 8 sectors";
	else if (bdev_logical_block_size(main) > REMAP_META_SIZE)
		why = "Logical blocks larger than 4096 bytes are not supported";
	else if (bdev_logical_block_size(spare) > bdev_logical_block_size(main))
		why = "The logical block of the spare is larger than that of the main device";
	if (!why)
		return 0;
	ti->error = why;
	return -EINVAL;
}

static void set_units(struct remap_device *dev)
{
	u32 block_size = dev->md.super.block_size;

	dev->spb = block_size >> SECTOR_SHIFT;
	dev->main.unit = min(dev->main.unit, block_size);
	/* on the spare, too, nothing smaller than a bit of the lost mask is moved */
	dev->spare.unit = clamp(dev->spare.unit, dev->md.super.mask_unit, block_size);
}

static int alloc_rooms(struct remap_device *dev)
{
	int r;

	dev->built.table_blocks = dev->md.super.table_blocks;
	dev->built.spare_blocks = dev->md.super.spare_blocks;
	dev->built.block_size = dev->md.super.block_size;
	dev->built.format = dev->format_now;
	r = remap_metadata_alloc(&dev->md);
	if (!r)
		r = remap_map_init(&dev->map, dev->ti->len, dev->md.super.block_size);
	if (!r)
		r = remap_spare_init(&dev->spares, dev->md.super.spare_blocks);
	if (!r)
		r = remap_repair_init(dev);
	if (!r)
		r = remap_client_init(dev);
	if (r)
		dev->ti->error = "Not enough memory";
	return r;
}

static void set_target(struct remap_device *dev)
{
	struct dm_target *ti = dev->ti;

	ti->num_flush_bios = 2;
	ti->num_write_zeroes_bios = 1;
	ti->flush_supported = true;
	ti->per_io_data_size = sizeof(struct remap_bio);
	compat_accounts_remapped_io(ti);
	/* Discards follow main: over remapped blocks they do nothing. */
	if (compat_bdev_can_discard(dev->main.dev->bdev)) {
		ti->num_discard_bios = 1;
		ti->discards_supported = true;
	}
}

static void free_device(struct remap_device *dev)
{
	remap_client_exit(dev);
	remap_repair_exit(dev);
	/* not in postsuspend: dm_table_event() waits for a lock that others hold */
	cancel_work_sync(&dev->event);
	remap_spare_exit(&dev->spares);
	remap_map_exit(&dev->map);
	remap_metadata_exit(&dev->md);
	remap_registry_remove(dev);
	if (dev->spare.dev)
		dm_put_device(dev->ti, dev->spare.dev);
	if (dev->main.dev)
		dm_put_device(dev->ti, dev->main.dev);
	kfree(dev->options);
	kfree(dev);
}

/* What people call it; a later rename is not followed. */
static void set_name(struct remap_device *dev, struct mapped_device *md)
{
	char name[DM_NAME_LEN];

	if (dm_copy_name_and_uuid(md, name, NULL))
		strscpy(name, dm_device_name(md), sizeof(name));
	strscpy(dev->name, name, sizeof(dev->name));
}

static struct remap_device *new_device(struct dm_target *ti)
{
	struct remap_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	dev->options = kzalloc(sizeof(*dev->options), GFP_KERNEL);
	if (!dev->options) {
		kfree(dev);
		return NULL;
	}
	dev->ti = ti;
	ti->private = dev;
	set_name(dev, dm_table_get_md(ti->table));
	xa_init(&dev->map.blocks);
	INIT_WORK(&dev->event, send_event);
	remap_fault_init(&dev->fault);
	remap_knobs_init(dev);
	/* before its first table, a device has no size */
	if (get_capacity(dm_disk(dm_table_get_md(ti->table))))
		set_bit(REMAP_REPLACES_LIVE, &dev->flags);
	if (!(dm_table_get_mode(ti->table) & COMPAT_MODE_WRITE))
		set_bit(REMAP_READ_ONLY_TABLE, &dev->flags);
	return dev;
}

static int set_up(struct remap_device *dev, struct dm_arg_set *as)
{
	int r;

	r = parse_disks(dev, as);
	if (!r)
		r = remap_options_parse(dev, dev->options, as);
	if (!r)
		r = check_disks(dev);
	if (!r)
		r = remap_registry_add(dev, &dev->ti->error);
	if (r)
		return r;
	dev->md.force = dev->options->force;
	dev->md.settle_ms = 200;
	r = remap_metadata_init(&dev->md, &dev->spare, dev->name);
	if (r) {
		dev->ti->error = "Not enough memory";
		return r;
	}
	r = remap_activate_check(dev);
	if (r)
		return r;
	set_units(dev);
	return alloc_rooms(dev);
}

static int ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct dm_arg_set as = { .argc = argc, .argv = argv };
	struct remap_device *dev;
	int r;

	if (argc < 4) {
		ti->error = "Not enough arguments: <main> <start> <spare> <start> [<#opts> <opts>...]";
		return -EINVAL;
	}
	dev = new_device(ti);
	if (!dev) {
		ti->error = "Not enough memory";
		return -ENOMEM;
	}
	r = set_up(dev, &as);
	if (r) {
		free_device(dev);
		return r;
	}
	set_target(dev);
	return 0;
}

static void dtr(struct dm_target *ti)
{
	free_device(ti->private);
}

/*
 * Resume and suspend
 */

static int preresume(struct dm_target *ti)
{
	struct remap_device *dev = ti->private;
	unsigned int noio = memalloc_noio_save();
	int r;

	r = dev->loaded ? remap_reactivate(dev) : remap_activate(dev);
	if (!r) {
		WRITE_ONCE(dev->loaded, true);
		if (remap_sysfs_add(dev))
			DMWARN("%s: no directory in sysfs", dev->name);
		set_bit(REMAP_RUNNING, &dev->flags);
		if (remap_device_mode(dev) != REMAP_MODE_RW)
			remap_device_event(dev);
	}
	memalloc_noio_restore(noio);
	return r;
}

static void resume(struct dm_target *ti)
{
	struct remap_device *dev = ti->private;
	unsigned int noio = memalloc_noio_save();

	clear_bit(REMAP_SUSPENDING, &dev->flags);
	remap_repair_start(dev);
	remap_client_attach(dev);
	memalloc_noio_restore(noio);
}

static void presuspend(struct dm_target *ti)
{
	struct remap_device *dev = ti->private;

	spin_lock_irq(&dev->lock);
	set_bit(REMAP_SUSPENDING, &dev->flags);
	spin_unlock_irq(&dev->lock);
}

static void presuspend_undo(struct dm_target *ti)
{
	struct remap_device *dev = ti->private;

	clear_bit(REMAP_SUSPENDING, &dev->flags);
	set_bit(REMAP_EVACUATE, &dev->flags);
	remap_repair_kick(dev);
}

/* No I/O is left when this is called. After it nobody touches either disk. */
static void postsuspend(struct dm_target *ti)
{
	struct remap_device *dev = ti->private;
	unsigned int noio;

	if (!test_and_clear_bit(REMAP_RUNNING, &dev->flags))
		return;
	noio = memalloc_noio_save();
	remap_repair_stop(dev);
	remap_client_detach(dev);
	remap_deactivate(dev);
	remap_sysfs_remove(dev);
	memalloc_noio_restore(noio);
}

/*
 * The rest of the contract
 */

static int iterate_devices(struct dm_target *ti, iterate_devices_callout_fn fn, void *data)
{
	struct remap_device *dev = ti->private;
	int r;

	r = fn(ti, dev->main.dev, dev->main.start, dev->main.length, data);
	return r ?: fn(ti, dev->spare.dev, dev->spare.start, dev->spare.length, data);
}

struct target_type remap_target = {
	.name = "remap",
	.version = { 1, 0, 0 },
	.features = DM_TARGET_SINGLETON | DM_TARGET_NOWAIT,
	.module = THIS_MODULE,
	.ctr = ctr,
	.dtr = dtr,
	.map = remap_io_map,
	.end_io = remap_io_end,
	.preresume = preresume,
	.resume = resume,
	.presuspend = presuspend,
	.presuspend_undo = presuspend_undo,
	.postsuspend = postsuspend,
	.status = remap_status,
	.message = remap_message,
	.iterate_devices = iterate_devices,
};
