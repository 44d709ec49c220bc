// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include "scanner.h"

static const char * const orders[] = {
	[SCAN_STAGGERED] = "staggered",
	[SCAN_SEQUENTIAL] = "sequential",
};

#define KNOB(field, min, max) { #field, offsetof(struct scan_knobs, field), min, max, NULL }

/* Their order is that of the health record: add at the end. */
const struct scan_knob scan_knobs[] = {
	KNOB(enabled, 0, 1),
	KNOB(interval_hours, 1, 168),
	KNOB(chunk_sectors, SCAN_CHUNK_MIN, SCAN_CHUNK_MAX),
	KNOB(max_latency_ms, 1, 60000),
	KNOB(priority, 0, SCAN_PRIORITY_MAX),
	{ "order", offsetof(struct scan_knobs, order), 0, ARRAY_SIZE(orders) - 1, orders },
	KNOB(advise, 0, 1),
	KNOB(relocations_per_hour, 0, 100000),
	KNOB(spare_reserve, 0, 100),
};

const unsigned int scan_nr_knobs = ARRAY_SIZE(scan_knobs);

/* What a device starts with; the module's parameters. */
static struct scan_knobs standard = {
	.enabled = 1,
	.interval_hours = 24,
	.chunk_sectors = SCAN_CHUNK_DEFAULT,
	.max_latency_ms = 100,
	.priority = SCAN_PRIORITY_DEFAULT,
	.order = SCAN_STAGGERED,
	.advise = 0,
	.relocations_per_hour = 16,
	.spare_reserve = 25,
};

static unsigned int *field(const struct scan_knobs *knobs, const struct scan_knob *knob)
{
	return (void *)knobs + knob->offset;
}

const struct scan_knob *scan_knob_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < scan_nr_knobs; i++)
		if (!strcmp(scan_knobs[i].name, name))
			return &scan_knobs[i];
	return NULL;
}

int scan_knob_show(const struct scan_knobs *knobs, const struct scan_knob *knob, char *buf,
		   size_t size)
{
	unsigned int n = READ_ONCE(*field(knobs, knob));

	if (knob->words)
		return scnprintf(buf, size, "%s\n", knob->words[n]);
	return scnprintf(buf, size, "%u\n", n);
}

static int find_word(const struct scan_knob *knob, const char *value)
{
	unsigned int i;

	for (i = 0; i <= knob->max; i++)
		if (sysfs_streq(knob->words[i], value))
			return i;
	return -EINVAL;
}

int scan_knob_set(struct scan_knobs *knobs, const struct scan_knob *knob, const char *value)
{
	unsigned int n;
	int word;

	if (knob->words) {
		word = find_word(knob, value);
		if (word < 0)
			return word;
		n = word;
	} else if (kstrtouint(value, 10, &n) || n < knob->min || n > knob->max) {
		return -EINVAL;
	}
	WRITE_ONCE(*field(knobs, knob), n);
	return 0;
}

int scan_knob_change(struct scanner *s, const struct scan_knob *knob, const char *value)
{
	int r = scan_knob_set(&s->knobs, knob, value);

	if (r)
		return r;
	mutex_lock(&s->lock);
	s->memory.set |= BIT(knob - scan_knobs);
	s->unsaved = true;
	s->sync_ns = 0;
	mutex_unlock(&s->lock);
	scan_kick(s);
	return 0;
}

void scan_knobs_store(const struct scan_knobs *knobs, u32 *values)
{
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(scan_knobs) > SCAN_KNOBS);
	for (i = 0; i < scan_nr_knobs; i++)
		values[i] = READ_ONCE(*field(knobs, &scan_knobs[i]));
}

u32 scan_knobs_load(struct scan_knobs *knobs, const u32 *values, u32 set)
{
	unsigned int i;

	for (i = 0; i < scan_nr_knobs; i++) {
		if (!(set & BIT(i)))
			continue;
		if (values[i] >= scan_knobs[i].min && values[i] <= scan_knobs[i].max)
			WRITE_ONCE(*field(knobs, &scan_knobs[i]), values[i]);
		else
			set &= ~BIT(i);
	}
	return set;
}

void scan_knobs_init(struct scan_knobs *knobs)
{
	unsigned int i;

	for (i = 0; i < scan_nr_knobs; i++)
		*field(knobs, &scan_knobs[i]) = READ_ONCE(*field(&standard, &scan_knobs[i]));
}

/*
 * Module parameters: the same names, ranges and words
 */

static int set_param(const char *value, const struct kernel_param *param)
{
	const struct scan_knob *knob = scan_knob_find(param->arg);

	return knob ? scan_knob_set(&standard, knob, value) : -EINVAL;
}

static int get_param(char *buf, const struct kernel_param *param)
{
	const struct scan_knob *knob = scan_knob_find(param->arg);

	return knob ? scan_knob_show(&standard, knob, buf, PAGE_SIZE) : -EINVAL;
}

static const struct kernel_param_ops param_ops = { .set = set_param, .get = get_param };

#define PARAM(name, text)						\
	module_param_cb(name, &param_ops, (void *)#name, 0644);		\
	MODULE_PARM_DESC(name, text " (for devices that come later)")

PARAM(enabled, "1: devices are scanned, 0: they are not");
PARAM(interval_hours, "from the start of a pass to that of the next, 1 to 168");
PARAM(chunk_sectors, "read at a time, before load is taken into account, 64 to 2048");
PARAM(max_latency_ms, "a block that takes longer is slow, 1 to 60000");
PARAM(priority, "how much foreground I/O may be disturbed, 0 to 10");
PARAM(order, "staggered or sequential");
PARAM(advise, "1: find slow blocks, but do not relocate them");
PARAM(relocations_per_hour, "of slow blocks, at most");
PARAM(spare_reserve, "percent of the spare blocks that slow blocks do not get");
