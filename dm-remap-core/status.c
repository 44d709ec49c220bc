// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel calls this at table load, before preresume, as well: nothing here may
 * depend on a running device.
 */
#include "target.h"

#include "../compat/compat.h"

/* Fields are only ever appended. */
static void info(struct remap_device *dev, char *result, unsigned int maxlen)
{
	const struct remap_counters *c = &dev->counters;
	unsigned int sz = 0;

	DMEMIT("%s %s %u %u/%u %u %lu %llu %llu %llu %llu %llu %llu",
	       remap_mode_name(remap_device_mode(dev)), remap_fault_name(&dev->fault),
	       dev->md.super.block_size, READ_ONCE(dev->spares.used), dev->spares.total,
	       READ_ONCE(dev->spares.bad), READ_ONCE(dev->map.remapped),
	       READ_ONCE(c->lost), READ_ONCE(c->write_errors), READ_ONCE(c->read_errors),
	       READ_ONCE(c->salvaged), READ_ONCE(c->rescued), READ_ONCE(c->unconfirmed));
}

static unsigned int changed_knobs(struct remap_device *dev)
{
	unsigned int i, n = 0;

	for (i = 0; i < remap_nr_knobs; i++)
		n += remap_knob_get(dev, &remap_knobs[i]) != remap_knobs[i].standard;
	return n;
}

/* Given back to the kernel, this line finds the same spare and never formats another. */
static void table(struct remap_device *dev, char *result, unsigned int maxlen)
{
	const char *identity = dev->options->identity;
	unsigned int sz = 0, i;

	DMEMIT("%s %llu %s %llu %u", dev->main.dev->name, (u64)dev->main.start,
	       dev->spare.dev->name, (u64)dev->spare.start,
	       1 + !!identity[0] + changed_knobs(dev));
	if (dev->format_now && !dev->loaded)
		DMEMIT(" format");
	else
		DMEMIT(" uuid=%pUb", dev->md.super.uuid);
	if (identity[0])
		DMEMIT(" identity=%s", identity);
	for (i = 0; i < remap_nr_knobs; i++)
		if (remap_knob_get(dev, &remap_knobs[i]) != remap_knobs[i].standard)
			DMEMIT(" %s=%u", remap_knobs[i].name,
			       remap_knob_get(dev, &remap_knobs[i]));
}

#ifdef COMPAT_STATUSTYPE_IMA
static void ima(struct remap_device *dev, char *result, unsigned int maxlen)
{
	unsigned int sz = 0;

	DMEMIT_TARGET_NAME_VERSION(dev->ti->type);
	DMEMIT(",main=%s,main_start=%llu,spare=%s,spare_start=%llu,uuid=%pUb,block_size=%u;",
	       dev->main.dev->name, (u64)dev->main.start, dev->spare.dev->name,
	       (u64)dev->spare.start, dev->md.super.uuid, dev->md.super.block_size);
}
#endif

void remap_status(struct dm_target *ti, status_type_t type, unsigned int flags,
		  char *result, unsigned int maxlen)
{
	struct remap_device *dev = ti->private;

	result[0] = '\0';
	switch (type) {
	case STATUSTYPE_INFO:
		info(dev, result, maxlen);
		break;
	case STATUSTYPE_TABLE:
		table(dev, result, maxlen);
		break;
#ifdef COMPAT_STATUSTYPE_IMA
	case STATUSTYPE_IMA:
		ima(dev, result, maxlen);
		break;
#endif
	default:
		break;
	}
}
