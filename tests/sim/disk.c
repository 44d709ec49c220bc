// SPDX-License-Identifier: GPL-2.0-only
#include "disk.h"

#define ZONES		16
#define TRACK_OUTER	3200.0		/* sectors: 197 MB/s */
#define TRACK_INNER	1600.0
#define OVERHEAD	(MS / 10)
#define SEEK_NEXT	MS
#define SEEK_FULL	(15 * MS)	/* on top of that */
#define BUS_NS		1700.0		/* a sector from the cache */
#define READ_AHEAD	2048
#define FLASH_NS	(80 * 1000)
#define FLASH_SECTOR_NS	1000.0		/* 500 MB/s */

void disk_init(struct disk *d, bool flash, u64 length, u64 seed)
{
	memset(d, 0, sizeof(*d));
	d->flash = flash;
	d->length = length;
	d->factor = 1;
	d->rng = rng_make(seed, 1);
}

struct defect *disk_defect(const struct disk *d, u64 sector)
{
	u32 low = 0, high = d->nr_defects;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (d->defects[mid].sector + d->defects[mid].sectors <= sector)
			low = mid + 1;
		else
			high = mid;
	}
	return low < d->nr_defects ? &d->defects[low] : NULL;
}

static struct defect *next_defect(const struct disk *d, u64 sector, u64 end)
{
	struct defect *x = disk_defect(d, sector);

	while (x && x < d->defects + d->nr_defects && x->sector < end) {
		if (!x->gone)
			return x;
		x++;
	}
	return NULL;
}

static double track_sectors(const struct disk *d, u64 sector, u64 *zone_start)
{
	u64 zone = sector * ZONES / d->length;

	*zone_start = zone * d->length / ZONES;
	return TRACK_OUTER - (TRACK_OUTER - TRACK_INNER) * zone / (ZONES - 1);
}

static double sector_ns(const struct disk *d, u64 sector)
{
	u64 start;

	return REVOLUTION / track_sectors(d, sector, &start);
}

static u64 seek_ns(const struct disk *d, u64 to)
{
	double way = (to > d->head ? to - d->head : d->head - to) / (double)d->length;

	return way * d->length < 8 ? 0 : SEEK_NEXT + SEEK_FULL * sqrt(way);
}

static u64 rotation_ns(const struct disk *d, u64 now_ns, u64 sector)
{
	u64 start;
	double track = track_sectors(d, sector, &start);
	double place = fmod((sector - start) / track, 1);
	double here = now_ns % REVOLUTION / (double)REVOLUTION;

	return fmod(place - here + 1, 1) * REVOLUTION;
}

/* What the places between two sectors add; stops at one that fails. */
static u64 defects_ns(struct disk *d, u64 sector, u64 end, bool *failed)
{
	struct defect *x;
	u64 ns = 0;

	while (!*failed && (x = next_defect(d, sector, end))) {
		*failed = x->bad;
		if (x->bad || rng_below(&d->rng, 100) < x->percent)
			ns += x->delay_ns;
		sector = x->sector + x->sectors;
	}
	return ns;
}

/* Read-ahead goes on until it meets a defect, is full, or something else is read. */
static bool read_ahead(struct disk *d, u64 now_ns)
{
	u64 ahead = (now_ns - d->live_ns) / sector_ns(d, d->cache[d->live].to);

	d->cache[d->live].to += ahead;
	d->live_ns = now_ns;
	if (d->cache[d->live].to < d->live_limit)
		return true;
	d->cache[d->live].to = d->live_limit;
	return false;
}

static bool cached(const struct disk *d, u64 sector, u64 end)
{
	u32 i;

	for (i = 0; i < DISK_SEGMENTS; i++)
		if (sector >= d->cache[i].from && end <= d->cache[i].to)
			return true;
	return false;
}

static void begin_segment(struct disk *d, u64 from, u64 to, u64 now_ns)
{
	struct defect *x = next_defect(d, to, to + READ_AHEAD);

	d->live = (d->live + 1) % DISK_SEGMENTS;
	d->cache[d->live].from = from;
	d->cache[d->live].to = to;
	d->live_ns = now_ns;
	d->live_limit = x ? max(x->sector, to) : min(to + READ_AHEAD, d->length);
	d->head = to;
}

static u64 rotating_ns(struct disk *d, u64 now_ns, u64 sector, u32 sectors, bool *failed)
{
	bool streams = read_ahead(d, now_ns);
	u64 end = sector + sectors, from = sector, ns = OVERHEAD;

	if (cached(d, sector, end))
		return ns + sectors * BUS_NS;
	if (streams && sector >= d->cache[d->live].from && sector <= d->cache[d->live].to) {
		from = d->cache[d->live].to;
	} else {
		ns += seek_ns(d, sector);
		ns += rotation_ns(d, now_ns + ns, sector);
	}
	ns += (end - from) * sector_ns(d, from);
	ns += defects_ns(d, from, end, failed);
	begin_segment(d, sector, *failed ? sector : end, now_ns + ns);
	return ns;
}

static u64 flash_ns(struct disk *d, u64 sector, u32 sectors, bool *failed)
{
	u64 ns = FLASH_NS * (1 + rng_unit(&d->rng) / 4) + sectors * FLASH_SECTOR_NS;

	return ns + defects_ns(d, sector, sector + sectors, failed);
}

u64 disk_read(struct disk *d, u64 now_ns, u64 sector, u32 sectors, bool *failed)
{
	u64 ns;

	*failed = false;
	ns = d->flash ? flash_ns(d, sector, sectors, failed) :
			rotating_ns(d, now_ns, sector, sectors, failed);
	ns *= d->factor;
	if (rng_unit(&d->rng) * 1e6 < d->benign)
		ns += 50 * MS + rng_below(&d->rng, 250 * MS);
	if (now_ns >= d->ill_from && now_ns < d->ill_to)
		ns += d->ill_ns;
	return ns;
}
