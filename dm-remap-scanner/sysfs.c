// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/block/dm-N/dm_remap/scan: from attach to detach. Handlers take the scanner's lock, which is
 * not held during I/O.
 */
#include <linux/device-mapper.h>
#include <linux/sysfs.h>

#include "scanner.h"

#define DM_MSG_PREFIX "remap-scanner"

static struct scanner *scanner_of(struct kobject *kobj)
{
	return container_of(kobj, struct scanner, kobj);
}

/*
 * Figures: one number each
 */

static u64 get_position(struct scanner *s)
{
	return s->memory.under_way ? scan_pass_done(s) : 0;
}

static u64 get_progress(struct scanner *s)
{
	return s->memory.under_way ?
	       div64_u64(scan_pass_done(s) * 100, max(scan_pass_length(s), 1ULL)) : 0;
}

static u64 get_load(struct scanner *s)
{
	return s->pace.load;
}

static u64 get_rate_kbps(struct scanner *s)
{
	return s->memory.under_way ? scan_pace_rate(&s->pace) / 2 : 0;
}

static u64 get_late(struct scanner *s)
{
	return s->memory.under_way && s->pace.late && !s->memory.by_hand;
}

static u64 get_growth_per_week(struct scanner *s)
{
	struct scan_health_inputs in;

	scan_score_inputs(s, &in);
	return in.growth_per_week;
}

static u64 get_health_score(struct scanner *s)
{
	return scan_score(s);
}

static u64 get_slow_blocks(struct scanner *s)
{
	return s->nr_slow;
}

static u64 get_suspects(struct scanner *s)
{
	return s->judge.nr_suspects;
}

static u64 get_collisions(struct scanner *s)
{
	return s->pace.collisions;
}

/* Over all passes, with the one that is under way. */
#define SUM(name, field)						\
static u64 get_##name(struct scanner *s)				\
{									\
	return s->memory.all.field +					\
	       (s->memory.under_way ? s->memory.pass.field : 0);	\
}

SUM(sectors_scanned, sectors)
SUM(scan_time_ms, scan_ms)
SUM(yield_time_ms, yield_ms)
SUM(io_errors, errors)
SUM(slow_found, slow)
SUM(predictive_remaps, relocated)
SUM(interruptions, interruptions)

static u64 get_slow_sectors(struct scanner *s)
{
	return get_slow_found(s) * s->geo.block;
}

static u64 get_unread_blocks(struct scanner *s)
{
	return s->memory.unread + s->memory.spare_unread;
}

#define OF_MEMORY(name, field)						\
static u64 get_##name(struct scanner *s)				\
{									\
	return s->memory.field;						\
}

OF_MEMORY(last_start, all.started)
OF_MEMORY(last_complete, all.ended)
OF_MEMORY(passes, passes)

struct figure {
	struct kobj_attribute attr;
	u64 (*get)(struct scanner *s);
};

static ssize_t figure_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct scanner *s = scanner_of(kobj);
	u64 n;

	mutex_lock(&s->lock);
	n = container_of(attr, struct figure, attr)->get(s);
	mutex_unlock(&s->lock);
	return sysfs_emit(buf, "%llu\n", n);
}

#define FIGURE(name)							\
static struct figure name##_figure = {					\
	.attr = __ATTR(name, 0444, figure_show, NULL), .get = get_##name }

FIGURE(position);
FIGURE(progress);
FIGURE(load);
FIGURE(rate_kbps);
FIGURE(late);
FIGURE(last_start);
FIGURE(last_complete);
FIGURE(passes);
FIGURE(sectors_scanned);
FIGURE(scan_time_ms);
FIGURE(yield_time_ms);
FIGURE(io_errors);
FIGURE(slow_sectors);
FIGURE(slow_blocks);
FIGURE(suspects);
FIGURE(unread_blocks);
FIGURE(predictive_remaps);
FIGURE(interruptions);
FIGURE(collisions);
FIGURE(growth_per_week);
FIGURE(health_score);

/*
 * Figures that may be unknown
 */

static ssize_t show_or_unknown(char *buf, u64 n)
{
	return n == U64_MAX ? sysfs_emit(buf, "unknown\n") : sysfs_emit(buf, "%llu\n", n);
}

static ssize_t eta_seconds_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct scanner *s = scanner_of(kobj);
	u64 n;

	mutex_lock(&s->lock);
	n = scan_eta(s);
	mutex_unlock(&s->lock);
	return show_or_unknown(buf, n);
}

static struct kobj_attribute eta_seconds_attr = __ATTR_RO(eta_seconds);

static ssize_t spare_days_left_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct scanner *s = scanner_of(kobj);
	u64 n;

	mutex_lock(&s->lock);
	n = scan_score_days_left(s);
	mutex_unlock(&s->lock);
	return show_or_unknown(buf, n);
}

static struct kobj_attribute spare_days_left_attr = __ATTR_RO(spare_days_left);

/*
 * Control
 */

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct scanner *s = scanner_of(kobj);
	const char *state;

	mutex_lock(&s->lock);
	state = scan_state(s);
	mutex_unlock(&s->lock);
	return sysfs_emit(buf, "%s\n", state);
}

static struct kobj_attribute state_attr = __ATTR_RO(state);

static ssize_t action_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	struct scanner *s = scanner_of(kobj);

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!scan_act(s, buf))
		return count;
	DMERR("%s: scan/action needs start, stop, pause or resume", s->name);
	return -EINVAL;
}

static struct kobj_attribute action_attr = __ATTR_WO(action);

static ssize_t knob_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct scan_knob *knob = scan_knob_find(attr->attr.name);

	return scan_knob_show(&scanner_of(kobj)->knobs, knob, buf, PAGE_SIZE);
}

static ssize_t knob_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	const struct scan_knob *knob = scan_knob_find(attr->attr.name);
	struct scanner *s = scanner_of(kobj);

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!scan_knob_change(s, knob, buf))
		return count;
	scan_knob_refuse(s->name, knob);
	return -EINVAL;
}

#define KNOB_ATTR(_name) \
static struct kobj_attribute _name##_attr = __ATTR(_name, 0644, knob_show, knob_store)

KNOB_ATTR(enabled);
KNOB_ATTR(interval_hours);
KNOB_ATTR(chunk_sectors);
KNOB_ATTR(max_latency_ms);
KNOB_ATTR(priority);
KNOB_ATTR(order);
KNOB_ATTR(advise);
KNOB_ATTR(relocations_per_hour);
KNOB_ATTR(spare_reserve);

static struct attribute *scan_attrs[] = {
	&state_attr.attr,
	&action_attr.attr,
	&enabled_attr.attr,
	&interval_hours_attr.attr,
	&chunk_sectors_attr.attr,
	&max_latency_ms_attr.attr,
	&priority_attr.attr,
	&order_attr.attr,
	&advise_attr.attr,
	&relocations_per_hour_attr.attr,
	&spare_reserve_attr.attr,
	&position_figure.attr.attr,
	&progress_figure.attr.attr,
	&eta_seconds_attr.attr,
	&load_figure.attr.attr,
	&rate_kbps_figure.attr.attr,
	&late_figure.attr.attr,
	&last_start_figure.attr.attr,
	&last_complete_figure.attr.attr,
	&passes_figure.attr.attr,
	&sectors_scanned_figure.attr.attr,
	&scan_time_ms_figure.attr.attr,
	&yield_time_ms_figure.attr.attr,
	&io_errors_figure.attr.attr,
	&slow_sectors_figure.attr.attr,
	&slow_blocks_figure.attr.attr,
	&suspects_figure.attr.attr,
	&unread_blocks_figure.attr.attr,
	&predictive_remaps_figure.attr.attr,
	&interruptions_figure.attr.attr,
	&collisions_figure.attr.attr,
	&growth_per_week_figure.attr.attr,
	&spare_days_left_attr.attr,
	&health_score_figure.attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(scan);

static void release(struct kobject *kobj)
{
	complete(&scanner_of(kobj)->kobj_released);
}

static struct kobj_type type = {
	.release = release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = scan_groups,
};

static void drop(struct scanner *s)
{
	kobject_put(&s->kobj);
	wait_for_completion(&s->kobj_released);
	memset(&s->kobj, 0, sizeof(s->kobj));
}

int scan_sysfs_add(struct scanner *s)
{
	struct kobject *parent = dm_remap_kobject(s->dev);
	int r;

	if (!parent)
		return -ENOENT;
	init_completion(&s->kobj_released);
	r = kobject_init_and_add(&s->kobj, &type, parent, "scan");
	if (r)
		drop(s);
	return r;
}

void scan_sysfs_remove(struct scanner *s)
{
	if (!s->kobj.ktype)
		return;
	kobject_del(&s->kobj);
	drop(s);
}
