// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scanner whose record somebody else has written. The input: a device, a clock and what to make
 * sound of the record, then the record. It attaches, shows itself, is saved and restored, waits
 * for its pass or goes on with it, and detaches.
 */
#include <stdio.h>

#include "fuzz.h"
#include "scan_device.h"
#include "scan_fields.h"
#include "scan_words.h"

/* What is made sound first; hardly anything would get past these by chance. */
#define MEND_HEAD	0x01	/* magic and version */
#define MEND_LENGTH	0x02
#define MEND_AREA	0x04
#define MEND_ORDER	0x08
#define MEND_STEP	0x10	/* in the area, or next to it */
#define MEND_END	0x20	/* next to the end of the last segment */
#define MEND_DAYS	0x40	/* ascending */
#define MEND_START	0x80	/* in the last week */

#define YEAR		(365 * 86400LL)

struct input {
	u8 mend;
	u8 block, length, spare;	/* magnitudes */
	u64 sectors;
	u64 now;
	u32 spare_blocks;
	u32 jitter;
	u32 lost, used;
	u8 fail;
	u8 steps;		/* its upper bits: which clock it attaches with */
	s16 later;		/* hours until the second life */
} __packed;

const size_t fuzz_head = sizeof(struct input);

/* How wrong the clock may be until somebody sets it. */
static const s64 wrong[] = {
	0, -60, -86400, -50 * YEAR, 60, 86400, 50 * YEAR, -20 * YEAR,
};

/* As in the kernel: never behind the time since the boot. Returns how much it was moved. */
static s64 set_clock(const struct remap_device *dev, s64 by)
{
	by = max(by, (s64)(dev->ns / NSEC_PER_SEC) + 1 - shim_real_seconds);
	shim_real_seconds += by;
	return by;
}

static void make_device(struct remap_device *dev, const struct input *in)
{
	struct dm_remap_geometry *geo = &dev->geo;

	memset(dev, 0, sizeof(*dev));
	geo->block = 8u << in->block % 4;
	geo->length = 1 + in->sectors % (1ULL << in->length % 45);
	geo->main_start = in->sectors % 64;
	geo->spare_start = in->jitter % 64;
	geo->spare_blocks = 1 + in->spare_blocks % (1u << in->spare % 25);
	geo->spare_data = geo->spare_start + 16 + 8 * DIV_ROUND_UP(geo->spare_blocks, 126u) +
			  in->sectors % 8;
	geo->spare_tail = geo->spare_data + (u64)geo->spare_blocks * geo->block;
	geo->spare_end = geo->spare_tail + 16 + 8 * DIV_ROUND_UP(geo->spare_blocks, 126u);
	dev->figures.lost = in->lost;
	dev->figures.remapped = in->used;
	dev->figures.spare_used = in->used;
	dev->figures.spare_bad = in->lost % 1000;
	dev->figures.writable = true;
	dev->figures.normal = true;
	dev->fail = in->fail;
	dev->unkind = in->lost >> 28;
	dev->jitter = in->jitter;
	dev->ns = in->now % (1ULL << 50);
	shim_real_seconds = 0;
	set_clock(dev, in->now % (1ULL << 34));
}

static u64 area_length(const struct dm_remap_geometry *geo, u32 area)
{
	const u64 lengths[] = {
		geo->length,
		geo->spare_data + (u64)geo->spare_blocks * geo->block - geo->spare_start,
		geo->spare_end - geo->spare_tail,
	};

	return lengths[min(area, 2u)];
}

/*
 * The record
 */

static const struct scan_field *field(const char *name)
{
	u32 nr;
	const struct scan_field *f = scan_fields(&nr), *end = f + nr;

	while (f < end && strcmp(f->name, name))
		f++;
	assert(f < end);
	return f;
}

static u64 get(const u8 *record, const char *name)
{
	return scan_field_on_disk(record, field(name));
}

static void put(u8 *record, const char *name, u64 value)
{
	scan_field_to_disk(record, field(name), value);
}

/* When is the last segment visited, which may be short? By counting. */
static u64 last_step(u64 length, u32 order)
{
	u64 all = DIV_ROUND_UP_ULL(length, SCAN_SEGMENT), last = all - 1;
	u64 step = last / 128, round;

	if (order == SCAN_SEQUENTIAL)
		return last;
	for (round = 0; round < last % 128; round++)
		step += (all - round + 127) / 128;
	return step;
}

static void mend_place(u8 *record, u8 mend, const struct dm_remap_geometry *geo)
{
	u64 length, all, offset = get(record, "offset");

	if (mend & MEND_LENGTH)
		put(record, "length", geo->length);
	if (mend & MEND_AREA)
		put(record, "area", get(record, "area") % SCAN_AREAS);
	if (mend & MEND_ORDER)
		put(record, "order", get(record, "order") % 2);
	length = area_length(geo, get(record, "area"));
	all = DIV_ROUND_UP_ULL(length, SCAN_SEGMENT);
	if (mend & MEND_STEP) {
		put(record, "step", get(record, "step") % (all + 2));
		put(record, "offset", offset % (SCAN_SEGMENT + 1));
	}
	if (mend & MEND_END) {
		put(record, "step", last_step(length, get(record, "order")));
		put(record, "offset", length - (all - 1) * SCAN_SEGMENT + offset % 3 - 1);
	}
}

static void mend_days(u8 *record)
{
	u32 nr, i, day = 18000;
	const struct scan_field *f = scan_fields(&nr);

	for (i = 0; i < nr; i++)
		if (f[i].kind == SCAN_FIELD_DAY) {
			day += 1 + scan_field_on_disk(record, &f[i]) % 8;
			scan_field_to_disk(record, &f[i], day);
		}
}

static void mend(u8 *record, const struct input *in, const struct dm_remap_geometry *geo)
{
	const u64 week = min(7 * 86400ULL, (u64)shim_real_seconds);

	if (in->mend & MEND_HEAD)
		memcpy(record, "dmremapP\1\0\0", 12);
	mend_place(record, in->mend, geo);
	if (in->mend & MEND_DAYS)
		mend_days(record);
	if (in->mend & MEND_START)
		put(record, "pass.started", shim_real_seconds -
		    get(record, "pass.started") % (week + 1));
}

/*
 * What must have come of it
 */

/* Is there such a place? Sets what lies behind it in this area. */
static bool place(u64 length, const struct scan_memory *m, u64 *done)
{
	u64 all = DIV_ROUND_UP_ULL(length, SCAN_SEGMENT), last = last_step(length, m->order);
	u64 segment = m->step == last ? length - (all - 1) * SCAN_SEGMENT : SCAN_SEGMENT;

	*done = m->step * SCAN_SEGMENT + m->offset;
	if (m->step > last)
		*done -= all * SCAN_SEGMENT - length;
	return m->step < all ? m->offset < segment : m->step == all && !m->offset;
}

static bool goes_on(const struct dm_remap_geometry *geo, const struct scan_memory *m, u64 *done)
{
	u64 in_area;
	u32 area;

	*done = 0;
	if (!m->under_way || m->length != geo->length || m->area >= 3 || m->order > 1)
		return false;
	for (area = 0; area < m->area; area++)
		*done += area_length(geo, area);
	if (!place(area_length(geo, m->area), m, &in_area))
		return false;
	*done += in_area;
	return true;
}

static void check_memory(const struct scan_memory *m, const struct scan_memory *expected)
{
	u32 nr, i;
	const struct scan_field *f = scan_fields(&nr);

	for (i = 0; i < nr; i++) {
		if (scan_field_get(m, &f[i]) == scan_field_get(expected, &f[i]))
			continue;
		fprintf(stderr, "%s: %llu, not %llu\n", f[i].name, scan_field_get(m, &f[i]),
			scan_field_get(expected, &f[i]));
		assert(!"the memory");
	}
	assert(m->paused == expected->paused);
	if (m->under_way)
		assert(m->by_hand == expected->by_hand);
}

static bool in_range(const struct scan_memory *m, u32 i)
{
	return m->knobs[i] >= scan_settings[i].min && m->knobs[i] <= scan_settings[i].max;
}

/* What is not taken was set by nobody: the parameters of the module go on to count. */
static void drop_settings(struct scan_memory *m)
{
	u32 i;

	for (i = 0; i < SCAN_SETTINGS; i++)
		if (!in_range(m, i))
			m->set &= ~(1u << i);
}

static void check_knobs(struct scan_knobs *knobs, const struct scan_memory *m)
{
	u32 i;

	assert(scan_nr_knobs == SCAN_SETTINGS);
	for (i = 0; i < SCAN_SETTINGS; i++) {
		bool set = m->set >> i & 1;

		assert(!set || in_range(m, i));
		assert(*scan_words_place(knobs, i) ==
		       (set ? m->knobs[i] : scan_settings[i].standard));
	}
}

static void check_health(struct scanner *s)
{
	struct scan_health_inputs in;
	u32 score = scan_score(s);
	u64 days = scan_score_days_left(s);

	assert(score <= 100);
	assert(days <= 36500 || days == SCAN_HEALTH_UNKNOWN);
	scan_score_inputs(s, &in);
	assert(in.spare_used_percent <= 100);
	assert(in.growth_per_week <= 7ULL * U32_MAX);
	in.lost++;
	assert(scan_health_score(&in) <= score);
}

/* Whatever the scanner has lived through, up to now. */
static void check_alive(struct scanner *s)
{
	assert(s->memory.nr_history <= SCAN_HISTORY && s->memory.level <= 3);
	assert(scan_health_trend_sane(&s->memory.trend));
	if (s->memory.under_way)
		assert(scan_pass_done(s) <= scan_pass_length(s));
	check_health(s);
}

/* A pass that cannot go on has ended: the sums have its figures, and one interruption more. */
static void end_pass(struct scan_memory *m)
{
	const struct scan_figures *pass = &m->pass;

	m->under_way = false;
	m->pass.interruptions++;
	m->all.sectors += pass->sectors;
	m->all.errors += pass->errors;
	m->all.slow += pass->slow;
	m->all.relocated += pass->relocated;
	m->all.interruptions += pass->interruptions;
	m->all.scan_ms += pass->scan_ms;
	m->all.yield_ms += pass->yield_ms;
}

/* No pass, no place. */
static void forget_place(struct scan_memory *m)
{
	m->area = 0;
	m->order = 0;
	m->step = 0;
	m->offset = 0;
}

static void check_attached(struct scanner *s, const u8 *record)
{
	struct scan_memory expected;
	u64 done;

	scan_fields_read(record, &expected);
	assert(scan_fields_sane(&expected));
	if (expected.under_way && !goes_on(&s->geo, &expected, &done))
		end_pass(&expected);
	assert(s->memory.under_way == expected.under_way);
	if (s->memory.under_way)
		assert(scan_pass_done(s) == done);
	else
		forget_place(&expected);
	drop_settings(&expected);
	check_memory(&s->memory, &expected);
	check_knobs(&s->knobs, &expected);
	check_alive(s);
}

/*
 * Lives
 */

static struct scanner *attach(struct remap_device *dev)
{
	u8 record[SCAN_FIELDS_BYTES];
	struct scanner *s;

	memcpy(record, dev->health, sizeof(record));
	s = scan_client.attach(dev);
	assert((unsigned long)s < (unsigned long)ERR_PTR(-MAX_ERRNO));
	check_attached(s, record);
	return s;
}

static void save(struct scanner *s)
{
	mutex_lock(&s->lock);
	scan_save(s);
	mutex_unlock(&s->lock);
}

/* Saved and read again: nothing changes any more. */
static void check_fixed_point(struct scanner *s)
{
	struct remap_device twin = *s->dev;
	struct scan_memory m;
	u32 set = s->memory.set;
	struct scanner *t;
	bool sane;

	save(s);
	assert(s->memory.set == set);
	m = s->memory;
	/* what is slow becomes what was known before */
	m.slow_before = max(m.slow, m.slow_before);
	/* a sum may have passed 2^56 meanwhile, which the next life does not believe */
	sane = scan_fields_sane(&m);
	scan_fields_clip(&m);
	if (!m.under_way)
		forget_place(&m);
	memcpy(twin.health, s->dev->health, sizeof(twin.health));
	t = attach(&twin);
	assert(t->memory.under_way == m.under_way);
	check_memory(&t->memory, &m);
	assert(!memcmp(&t->knobs, &s->knobs, sizeof(t->knobs)));
	if (m.under_way)
		assert(scan_pass_done(t) == scan_pass_done(s) || s->broken.is);
	save(t);
	/* nobody asks where a pass stood that is over */
	if (!m.under_way) {
		put(twin.health, "order", s->memory.order);
		put(twin.health, "step", s->memory.step);
		put(twin.health, "offset", s->memory.offset);
	}
	assert(!sane || !memcmp(twin.health, s->dev->health, sizeof(twin.health)));
	scan_client.detach(&twin, t);
	dm_remap_geometry(s->dev, &s->geo);	/* its clock again */
}

/* How late a pass may be, so that devices do not scan together. */
static u64 spread(const struct scanner *s, u64 most)
{
	return most * s->dev->jitter >> 32;
}

static u64 interval(const struct scanner *s)
{
	u64 seconds = s->knobs.interval_hours * 3600ULL;

	return seconds + spread(s, seconds / 20);
}

/*
 * It came just now. When does the next pass begin? After the interval, or soon. What is still to
 * come counts as now, and what a clock from before 2020 says as nothing.
 */
static u64 due(const struct scanner *s, u64 now)
{
	u64 last = s->memory.pass.started;
	u64 then = min(last, now) + interval(s);

	return last >= 1577836800 && then >= now ? then : now + spread(s, 600);
}

static void take_steps(struct scanner *s)
{
	u32 i;

	for (i = 0; i < 4; i++)
		scan_device_step(s);
}

static bool may_scan(const struct scanner *s)
{
	return s->knobs.enabled && !s->memory.paused;
}

/* Has attached just now, whatever the clock says. Returns seconds until the pass begins. */
static u64 check_begins(struct scanner *s)
{
	u64 then = due(s, shim_real_seconds), syncs = s->dev->syncs, wait = scan_device_step(s);

	/* a new day is written down first */
	if (!wait && !s->memory.under_way && s->dev->syncs > syncs)
		wait = scan_device_step(s);
	assert(wait <= 60 * HZ);
	assert(s->memory.under_way == (may_scan(s) && then <= shim_real_seconds));
	return then - min_t(u64, then, shim_real_seconds);
}

static u64 time_left(struct scanner *s)
{
	struct scan_pace_now now;

	scan_now(s, &now);
	assert(now.deadline_ns - now.ns <= s->knobs.interval_hours * 3600 * NSEC_PER_SEC);
	return now.deadline_ns - now.ns;
}

/* Has just begun a pass: the next one is an interval away, whatever happens to the clock. */
static void check_next(struct scanner *s, s64 by)
{
	u64 left = time_left(s), passes = s->memory.passes;

	by = set_clock(s->dev, by);
	assert(time_left(s) == left);
	scan_act(s, "stop");
	take_steps(s);
	scan_device_sleep(s->dev, (interval(s) - 2) * NSEC_PER_SEC);
	take_steps(s);
	assert(!s->memory.under_way && s->memory.passes == passes);
	scan_device_sleep(s->dev, 2 * NSEC_PER_SEC);
	take_steps(s);
	assert(s->memory.under_way || s->memory.passes != passes);
	set_clock(s->dev, -by);
}

/* Has just attached, by a clock that is wrong by so much: neither early nor never. */
static void check_due(struct scanner *s, s64 by)
{
	u64 passes = s->memory.passes, wait = 0, last = s->memory.pass.started;

	if (!s->memory.under_way)
		check_begins(s);
	set_clock(s->dev, -by);
	time_left(s);
	if (s->memory.under_way)
		return;
	wait = check_begins(s);
	/* a start that is not so far ahead counts for itself when the clock has come there */
	if (last > shim_real_seconds)
		wait += min(last - shim_real_seconds, interval(s));
	scan_device_sleep(s->dev, wait * NSEC_PER_SEC);
	take_steps(s);
	assert(may_scan(s) == (s->memory.under_way || s->memory.passes != passes));
	if (may_scan(s) && by)
		check_next(s, by);
}

static void live(struct scanner *s, u32 steps, s64 by)
{
	scan_device_show(s);
	check_fixed_point(s);
	check_due(s, by);
	while (steps--) {
		scan_device_sleep(s->dev, scan_device_step(s) * (NSEC_PER_SEC / HZ));
		check_alive(s);
	}
	scan_device_show(s);
	check_fixed_point(s);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct remap_device dev;
	struct scanner *s;
	struct input in;
	s64 by;

	shim_mute = true;
	if (size < sizeof(in))
		return 0;
	memcpy(&in, data, sizeof(in));
	make_device(&dev, &in);
	memcpy(dev.health, data + sizeof(in), min_t(size_t, size - sizeof(in), sizeof(dev.health)));
	mend(dev.health, &in, &dev.geo);
	by = set_clock(&dev, wrong[in.steps / 32]);
	s = attach(&dev);
	live(s, in.steps % 32, by);
	scan_client.detach(&dev, s);
	/* the clock may have been ahead */
	set_clock(&dev, in.later * 3600LL);
	s = attach(&dev);
	live(s, in.steps % 4, 0);
	scan_client.detach(&dev, s);
	return 0;
}
