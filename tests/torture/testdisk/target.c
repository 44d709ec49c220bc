// SPDX-License-Identifier: GPL-2.0-only
/*
 * testdisk: a RAM disk with a volatile write cache, that fails as it is told.
 *
 *	<start> <length> testdisk <logical block> <physical block> <seed>
 *
 * What is written lands in the cache; a flush, or FUA, brings it to the medium.
 * Each sector carries its faults as bits. Everything the disk does by chance comes
 * from its seed. Messages:
 *
 *	fault <start> <count> <letters or ->
 *		r reads fail, w writes fail, h a write heals reading, l writes that
 *		fail land all the same, m the status is FAULT_MEDIUM and not IOERR, s slow
 *	jitter <permille> <us>	so many bios take up to that long, out of order
 *	slow <us>		what the letter s means
 *	outage <0|1>		everything fails
 *	protect <0|1>		all writes fail
 *	flushfail <n>		the next n flushes fail; some, or all, of the cache may be lost
 *	stop			of all test disks: nothing lands any more, all fails
 *	stopflush <n>		the same at the moment of the n-th flush from now; 0 not
 *	powercut <permille> <n>	after stop: of the cache, so many pieces of n sectors are lost
 *	revive			of all test disks
 *
 * Status: <on|off> <flushes still to fail> <that began to fail> <that have failed>
 */
#include <linux/delay.h>
#include <linux/device-mapper.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "medium.h"

#define DM_MSG_PREFIX "testdisk"

/* Of a bio that completes later. */
struct late {
	struct list_head list;
	struct bio *bio;
	ktime_t when;
	bool done;		/* it was carried out at once, only its end is late */
	blk_status_t status;
};

static void finish(struct testdisk *d, struct bio *bio, blk_status_t status)
{
	bool failed_flush = !bio_sectors(bio) && status == MEDIUM_FLUSH_FAILED;
	unsigned long flags;

	/* nobody hears of what was done just before the power went */
	bio->bi_status = medium_has_power() ? status : BLK_STS_IOERR;
	/* as from the interrupt of a real disk */
	local_bh_disable();
	bio_endio(bio);
	local_bh_enable();
	if (!failed_flush)
		return;
	flags = medium_lock(d);
	d->flushes_failed++;
	medium_unlock(d, flags);
}

/*
 * What is late
 */

static struct late *first_due(struct testdisk *d, bool *any)
{
	struct late *l, *due = NULL;
	unsigned long flags = medium_lock(d);
	ktime_t now = ktime_get();

	*any = !list_empty(&d->late);
	list_for_each_entry(l, &d->late, list)
		if (ktime_compare(l->when, now) <= 0 &&
		    (!due || ktime_compare(l->when, due->when) < 0))
			due = l;
	if (due)
		list_del(&due->list);
	medium_unlock(d, flags);
	return due;
}

static void queue_late(struct testdisk *d, struct bio *bio, u32 us)
{
	struct late *l = dm_per_bio_data(bio, sizeof(*l));
	unsigned long flags;

	l->bio = bio;
	l->when = ktime_add_us(ktime_get(), us);
	flags = medium_lock(d);
	list_add_tail(&l->list, &d->late);
	medium_unlock(d, flags);
	queue_work(d->wq, &d->work);
}

static void do_one(struct testdisk *d, struct late *l)
{
	if (!l->done)
		l->status = medium_do(d, l->bio, true);
	if (l->status == BLK_STS_AGAIN)
		queue_late(d, l->bio, 100);
	else
		finish(d, l->bio, l->status);
}

static void do_late(struct work_struct *work)
{
	struct testdisk *d = container_of(work, struct testdisk, work);
	bool any = true;

	while (any) {
		struct late *l = first_due(d, &any);

		if (l)
			do_one(d, l);
		else if (any)
			usleep_range(100, 300);
	}
}

static u8 faults_of(struct testdisk *d, struct bio *bio)
{
	sector_t s = bio->bi_iter.bi_sector, end = s + bio_sectors(bio);
	u8 faults = 0;

	for (; s < end && s < d->sectors; s++)
		faults |= d->fault[s];
	return faults;
}

/* How long this bio takes, in us; and what else chance decides. */
static u32 lateness(struct testdisk *d, struct bio *bio, bool *early, bool *go_on)
{
	unsigned long flags = medium_lock(d);
	u32 us = 0;

	if (medium_chance(d, 1000) < d->jitter_permille)
		us = medium_chance(d, d->jitter_us) + 1;
	if (d->slow && faults_of(d, bio) & FAULT_SLOW)
		us += d->slow;
	*early = medium_chance(d, 2);
	*go_on = medium_chance(d, 2);
	medium_unlock(d, flags);
	return us;
}

static int testdisk_map(struct dm_target *ti, struct bio *bio)
{
	struct testdisk *d = ti->private;
	struct late *l = dm_per_bio_data(bio, sizeof(*l));
	bool early, go_on;
	u32 us = lateness(d, bio, &early, &go_on);

	l->done = !us || early;
	if (l->done)
		l->status = medium_do(d, bio, go_on);
	if (l->done && l->status == BLK_STS_AGAIN) {
		l->done = false;
		us = 100;
	}
	if (us)
		queue_late(d, bio, us);
	else
		finish(d, bio, l->status);
	return DM_MAPIO_SUBMITTED;
}

/*
 * Messages
 */

static int msg_fault(struct testdisk *d, char **argv)
{
	unsigned long flags;
	u64 start, count;
	const char *p;
	u8 bits = 0;

	if (kstrtou64(argv[1], 10, &start) || kstrtou64(argv[2], 10, &count) ||
	    start >= d->sectors || count > d->sectors - start)
		return -EINVAL;
	for (p = argv[3]; *p && *p != '-'; p++) {
		if (!strchr(FAULT_LETTERS, *p))
			return -EINVAL;
		bits |= 1 << (strchr(FAULT_LETTERS, *p) - FAULT_LETTERS);
	}
	flags = medium_lock(d);
	memset(d->fault + start, bits, count);
	medium_unlock(d, flags);
	return 0;
}

static const struct {
	const char *name;
	size_t field;
} numbers[] = {
	{ "outage", offsetof(struct testdisk, outage) },
	{ "protect", offsetof(struct testdisk, protect) },
	{ "flushfail", offsetof(struct testdisk, flushfail) },
	{ "stopflush", offsetof(struct testdisk, stopflush) },
	{ "slow", offsetof(struct testdisk, slow) },
};

static int msg_number(struct testdisk *d, const char *name, u32 value)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(name, numbers[i].name))
			continue;
		flags = medium_lock(d);
		*(u32 *)((void *)d + numbers[i].field) = value;
		medium_unlock(d, flags);
		return 0;
	}
	return -EINVAL;
}

static int msg_jitter(struct testdisk *d, u32 permille, u32 us)
{
	unsigned long flags = medium_lock(d);

	d->jitter_permille = permille;
	d->jitter_us = us;
	medium_unlock(d, flags);
	return 0;
}

static int testdisk_message(struct dm_target *ti, unsigned int argc, char **argv,
			    char *result, unsigned int maxlen)
{
	struct testdisk *d = ti->private;
	u32 a = 0, b = 0;

	if (argc == 4 && !strcmp(argv[0], "fault"))
		return msg_fault(d, argv);
	if (argc == 1 && (!strcmp(argv[0], "stop") || !strcmp(argv[0], "revive"))) {
		medium_set_power(!strcmp(argv[0], "revive"));
		return 0;
	}
	if (argc < 2 || argc > 3 || kstrtou32(argv[1], 10, &a) ||
	    (argc == 3 && kstrtou32(argv[2], 10, &b)))
		return -EINVAL;
	if (argc == 2)
		return msg_number(d, argv[0], a);
	if (!strcmp(argv[0], "jitter"))
		return msg_jitter(d, a, b);
	return strcmp(argv[0], "powercut") ? -EINVAL : medium_power_cut(d, a, b);
}

static void testdisk_status(struct dm_target *ti, status_type_t type, unsigned int flags,
			    char *result, unsigned int maxlen)
{
	struct testdisk *d = ti->private;
	unsigned long irq = medium_lock(d);
	unsigned int sz = 0;

	result[0] = '\0';
	if (type == STATUSTYPE_INFO)
		DMEMIT("%s %u %u %u", medium_has_power() ? "on" : "off", d->flushfail,
		       d->flushes_failing, d->flushes_failed);
	else if (type == STATUSTYPE_TABLE)
		DMEMIT("%u %u 0", d->logical, d->physical);
	medium_unlock(d, irq);
}

/*
 * Life
 */

static void testdisk_free(struct testdisk *d)
{
	if (d->wq)
		destroy_workqueue(d->wq);
	medium_exit(d);
	kfree(d);
}

static int parse(struct testdisk *d, struct dm_target *ti, char **argv)
{
	if (kstrtou32(argv[0], 10, &d->logical) || kstrtou32(argv[1], 10, &d->physical) ||
	    kstrtou64(argv[2], 10, &d->random))
		return -EINVAL;
	if (!is_power_of_2(d->logical) || d->logical < SECTOR_SIZE ||
	    !is_power_of_2(d->physical) || d->physical < d->logical)
		return -EINVAL;
	d->random = d->random * 0x9e3779b97f4a7c15ULL + 1;
	return ti->begin ? -EINVAL : 0;
}

static int testdisk_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct testdisk *d;
	int r;

	if (argc != 3) {
		ti->error = "Needs <logical block> <physical block> <seed>";
		return -EINVAL;
	}
	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	INIT_LIST_HEAD(&d->late);
	INIT_WORK(&d->work, do_late);
	d->sectors = ti->len;
	d->wq = alloc_workqueue("testdisk", WQ_MEM_RECLAIM | WQ_HIGHPRI | WQ_UNBOUND, 1);
	r = d->wq ? parse(d, ti, argv) : -ENOMEM;
	if (!r)
		r = medium_init(d);
	if (r) {
		ti->error = "Invalid argument, or not enough memory";
		testdisk_free(d);
		return r;
	}
	ti->private = d;
	ti->num_flush_bios = 1;
	ti->num_discard_bios = 1;
	ti->num_write_zeroes_bios = 1;
	ti->discards_supported = true;
	ti->flush_supported = true;
	ti->per_io_data_size = sizeof(struct late);
	return 0;
}

static void testdisk_dtr(struct dm_target *ti)
{
	testdisk_free(ti->private);
}

static void testdisk_io_hints(struct dm_target *ti, struct queue_limits *limits)
{
	struct testdisk *d = ti->private;

	limits->logical_block_size = d->logical;
	limits->physical_block_size = d->physical;
	limits->io_min = d->physical;
	limits->discard_granularity = d->logical;
	limits->max_discard_sectors = UINT_MAX;
	limits->max_hw_discard_sectors = UINT_MAX;
	limits->max_write_zeroes_sectors = UINT_MAX;
}

/* There are none; but without this, device-mapper allows no write zeroes. */
static int testdisk_iterate_devices(struct dm_target *ti, iterate_devices_callout_fn fn,
				    void *data)
{
	return 0;
}

static struct target_type testdisk_target = {
	.name = "testdisk",
	.version = { 1, 0, 0 },
	.features = DM_TARGET_SINGLETON | DM_TARGET_NOWAIT,
	.module = THIS_MODULE,
	.ctr = testdisk_ctr,
	.dtr = testdisk_dtr,
	.map = testdisk_map,
	.message = testdisk_message,
	.status = testdisk_status,
	.io_hints = testdisk_io_hints,
	.iterate_devices = testdisk_iterate_devices,
};

static int __init testdisk_init(void)
{
	return dm_register_target(&testdisk_target);
}

static void __exit testdisk_exit(void)
{
	dm_unregister_target(&testdisk_target);
}

module_init(testdisk_init);
module_exit(testdisk_exit);

MODULE_DESCRIPTION("RAM disk that fails as it is told, for the tests of dm-remap");
MODULE_LICENSE("GPL");
