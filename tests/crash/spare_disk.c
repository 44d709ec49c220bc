// SPDX-License-Identifier: GPL-2.0-only
#include "spare_disk.h"

struct fault disk_faults[MAX_FAULTS];
u32 disk_nr_faults;
struct flush_fault disk_flush_fault;
struct remap_disk spare_disk;

static struct record *record;

void disk_init(void)
{
	spare_disk.length = geometry.spare_sectors & ~7U;
	spare_disk.unit = SECTOR_SIZE;
}

void disk_record(struct record *to)
{
	record = to;
	record->nr = 0;
}

void disk_heal(void)
{
	disk_nr_faults = 0;
	disk_flush_fault.count = 0;
}

u32 disk_recorded(void)
{
	return record->nr;
}

static struct fault *strikes(sector_t sector, size_t size, bool write)
{
	u32 i;

	for (i = 0; i < disk_nr_faults; i++) {
		struct fault *f = &disk_faults[i];

		if ((write ? f->writes : f->reads) && sector < f->first + f->count &&
		    sector + (size >> SECTOR_SHIFT) > f->first)
			return f;
	}
	return NULL;
}

blk_status_t remap_disk_read(struct remap_disk *disk, sector_t sector, void *buf, size_t size)
{
	u32 at = geometry.spare_at + sector, i;

	assert(sector + (size >> SECTOR_SHIFT) <= disk->length);
	if (strikes(sector, size, false)) {
		memset(buf, 0xdb, size);
		return BLK_STS_IOERR;
	}
	for (i = 0; i < size >> SECTOR_SHIFT; i++)
		memcpy((u8 *)buf + i * SECTOR_SIZE, state_at[at + i]->bytes, SECTOR_SIZE);
	return BLK_STS_OK;
}

static void land(u32 at, const void *buf, u32 sectors)
{
	struct event *e = &record->events[record->nr];
	u8 *to = record->bytes[record->nr];
	u32 i;

	assert(record->nr < MAX_EVENTS);
	memcpy(to, buf, META_SECTORS * SECTOR_SIZE);
	e->flush = e->failed = false;
	e->sector = at;
	for (i = 0; i < META_SECTORS; i++)
		content_init(&e->content[i], to + i * SECTOR_SIZE);
	for (i = 0; i < sectors; i++)
		state_put(at + i, &e->content[i]);
	record->nr++;
}

blk_status_t remap_disk_write(struct remap_disk *disk, sector_t sector, void *buf, size_t size)
{
	struct fault *f = strikes(sector, size, true);

	assert(size == META_SECTORS * SECTOR_SIZE && sector + META_SECTORS <= disk->length);
	if (!f || f->effect != EFFECT_NONE)
		land(geometry.spare_at + sector, buf,
		     f && f->effect == EFFECT_TORN ? 1 : META_SECTORS);
	return f ? BLK_STS_IOERR : BLK_STS_OK;
}

static bool flush_fails(void)
{
	struct flush_fault *f = &disk_flush_fault;

	if (f->count && f->after)
		f->after--;
	else if (f->count)
		return f->count == FLUSHES_ALL || f->count--;
	return false;
}

blk_status_t remap_disk_flush(struct remap_disk *disk)
{
	struct event *e = &record->events[record->nr];

	assert(record->nr < MAX_EVENTS);
	record->nr++;
	e->flush = true;
	e->failed = flush_fails();
	return e->failed ? BLK_STS_IOERR : BLK_STS_OK;
}
