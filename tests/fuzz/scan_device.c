// SPDX-License-Identifier: GPL-2.0-only
#include "scan_device.h"

struct workqueue_struct *scan_wq;
static struct remap_device *current_dev;	/* of the clock */

/*
 * The core's side
 */

void dm_remap_geometry(struct remap_device *dev, struct dm_remap_geometry *geometry)
{
	current_dev = dev;
	*geometry = dev->geo;
}

const char *dm_remap_device_name(struct remap_device *dev)
{
	return "shim";
}

void dm_remap_load(struct remap_device *dev, u64 *in_flight, u64 *completed)
{
	*in_flight = 0;
	*completed = 0;
}

void dm_remap_figures(struct remap_device *dev, struct dm_remap_figures *figures)
{
	*figures = dev->figures;
}

int dm_remap_health_read(struct remap_device *dev, void *buf, size_t offset, size_t len)
{
	assert(offset + len <= sizeof(dev->health));
	memcpy(buf, dev->health + offset, len);
	return 0;
}

int dm_remap_health_write(struct remap_device *dev, const void *buf, size_t offset, size_t len)
{
	assert(offset + len <= sizeof(dev->health));
	memcpy(dev->health + offset, buf, len);
	return 0;
}

int dm_remap_health_sync(struct remap_device *dev)
{
	dev->syncs++;
	dev->busy++;
	return dev->unkind & 1 ? -EIO : 0;
}

int dm_remap_lookup(struct remap_device *dev, u64 block, u32 *spare)
{
	assert(block < DIV_ROUND_UP_ULL(dev->geo.length, dev->geo.block));
	return 0;
}

/* every other spare block is somebody's */
int dm_remap_holder(struct remap_device *dev, u32 spare, u64 *block)
{
	assert(spare < dev->geo.spare_blocks);
	*block = 0;
	return spare & 1;
}

int dm_remap_relocate(struct remap_device *dev, u64 block, enum dm_remap_why why)
{
	dev->busy++;
	return 0;
}

int dm_remap_report_bad(struct remap_device *dev, u64 block)
{
	static const int errors[] = {
		0, -ENOSPC, -EUCLEAN, -EROFS, -EPERM, -ENODEV, -EAGAIN, -ENOMEM,
	};

	dev->busy++;
	assert(block < DIV_ROUND_UP_ULL(dev->geo.length, dev->geo.block));
	return dev->unkind ? errors[(block ^ dev->unkind) % ARRAY_SIZE(errors)] :
	       block & 1 ? -ENOSPC : 0;
}

struct kobject *dm_remap_kobject(struct remap_device *dev)
{
	return &dev->kobj;
}

void dm_remap_event(struct remap_device *dev)
{
}

/*
 * What probe.c and sample.c do
 */

/* nothing is really read */
bool scan_has_buffer(struct scanner *s)
{
	return true;
}

blk_status_t scan_probe(struct scanner *s, u32 area, u64 sector, u32 sectors, u64 *ns)
{
	static const blk_status_t errors[] = {
		BLK_STS_MEDIUM, BLK_STS_IOERR, BLK_STS_TIMEOUT, BLK_STS_IOERR,
	};

	s->dev->busy++;
	assert(!s->lock.held);
	assert(area < SCAN_AREAS && sectors && sectors <= SCAN_CHUNK_MAX);
	assert(sector < scan_area_length(s, area) &&
	       sectors <= scan_area_length(s, area) - sector);
	*ns = NSEC_PER_MSEC;
	scan_device_sleep(s->dev, *ns);
	if (!s->dev->fail || ++s->dev->reads % s->dev->fail)
		return BLK_STS_OK;
	return errors[s->dev->unkind / 2 % ARRAY_SIZE(errors)];
}

void scan_sample(void *context, const struct dm_remap_sample *sample)
{
}

u64 scan_sample_busy(struct scanner *s, u64 now)
{
	return 0;
}

u64 scan_sample_latency(struct scanner *s, unsigned int bin)
{
	return 0;
}

/*
 * Time
 */

u64 ktime_get_ns(void)
{
	return current_dev->ns;
}

u32 get_random_u32(void)
{
	return current_dev->jitter;
}

s64 ktime_get_boottime_seconds(void)
{
	return current_dev->ns / NSEC_PER_SEC;
}

void scan_device_sleep(struct remap_device *dev, u64 ns)
{
	u64 seconds = dev->ns / NSEC_PER_SEC;

	dev->ns += ns;
	shim_real_seconds += dev->ns / NSEC_PER_SEC - seconds;
}

unsigned long scan_device_step(struct scanner *s)
{
	u32 busy = s->dev->busy;

	scan_step(&s->work.work);
	assert(!s->lock.held);
	/* who wants to go on at once has done something; beginning and end of a pass do nothing */
	s->dev->idle = shim_delay || s->dev->busy != busy ? 0 : s->dev->idle + 1;
	assert(s->dev->idle < 8);
	return shim_delay;
}

/*
 * What people see
 */

void scan_device_show(struct scanner *s)
{
	static const char * const words[] = { "status", "history", "latency", "slow" };
	static char page[PAGE_SIZE];
	struct attribute **attr;
	unsigned int i;

	for (attr = s->kobj.ktype->default_groups[0]->attrs; *attr; attr++) {
		struct kobj_attribute *a = container_of(*attr, struct kobj_attribute, attr);
		ssize_t n = a->show ? a->show(&s->kobj, a, page) : 2;

		assert(n > 1 && n < PAGE_SIZE);
	}
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		char *argv[] = { "scan", (char *)words[i] };
		int r;

		memset(page, 0, sizeof(page));
		r = scan_message(s, 2, argv, page, sizeof(page));
		assert(r == 1 && page[0] && strlen(page) < sizeof(page));
	}
}
