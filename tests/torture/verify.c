// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking at everything while nothing else goes on: each sector through the device, the map
 * against what the test knows of it, and main itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "content.h"
#include "disk.h"
#include "exec.h"
#include "flushes.h"
#include "model.h"
#include "remap.h"
#include "trouble.h"

#define MAX_SECTORS	(MAX_IO / SECTOR)

static u64 blocks(void)
{
	return (world.shape.sectors + spb() - 1) / spb();
}

static u32 logical(void)
{
	return world.shape.logical[MAIN] / SECTOR;
}

static u32 up_to_end(u64 sector)
{
	u64 left = world.shape.sectors - sector;

	return left < MAX_SECTORS ? left : MAX_SECTORS;
}

/*
 * Through the device
 */

static bool bit_is_lost(const struct remap_entry *e, u64 sector)
{
	return e->lost >> (sector % spb() * SECTOR / world.shape.logical[MAIN]) & 1;
}

/* One logical block failed to read: what does the map say, and is that possible? */
static void judge_error(u64 sector, u64 began)
{
	struct remap_entry e;
	int mapped = remap_lookup(sector / spb(), &e);

	if (mapped < 0 || trouble_since(TROUBLE_ACTIVATION, began))
		return;
	if (!mapped && (trouble_reads_fail(sector) || trouble_since(TROUBLE_OUTAGE_MAIN, began)))
		return;
	if (mapped && bit_is_lost(&e, sector) && trouble_may_be_lost(sector))
		return;
	if (mapped && (trouble_since(TROUBLE_SPARE_READ, began) ||
		       trouble_since(TROUBLE_OUTAGE_SPARE, began)))
		return;
	if (trouble_involved(sector / spb()) && trouble_since(TROUBLE_MODE, began))
		return;		/* in doubt */
	violation(sector, "ERROR: sector %llu (block %llu) cannot be read, without a reason; it is %s%s",
		  (unsigned long long)sector, (unsigned long long)(sector / spb()),
		  mapped ? "on the spare" : "on main",
		  mapped && bit_is_lost(&e, sector) ? ", recorded as lost" : "");
}

static bool read_range(u8 *buf, u64 sector, u32 count, bool settle)
{
	u64 began;
	bool good;
	u32 i;

	flushes_look();
	began = model_read_begin(sector, count);
	good = pread(world.fd, buf, count * SECTOR, sector * SECTOR) == (ssize_t)count * SECTOR;
	flushes_look();
	if (!good) {
		model_read_end(sector, count, began, NULL, NULL);
		if (count == logical())
			judge_error(sector, began);
		return false;
	}
	if (!model_read_end(sector, count, began, buf, settle ?
			    "after a power cut, a read" : "a last look"))
		return true;
	trouble_good(sector, count, began);
	for (i = 0; settle && i < count; i++)
		model_settle(sector + i, buf + i * SECTOR);
	return true;
}

/* What cannot be read whole is read in halves, down to the logical blocks that fail. */
static void read_halves(u8 *buf, u64 sector, u32 count, bool settle)
{
	u32 half = count / logical() / 2 * logical();

	if (world.failed || read_range(buf, sector, count, settle) || !half)
		return;
	read_halves(buf, sector, half, settle);
	read_halves(buf, sector + half, count - half, settle);
}

static void read_all(u8 *buf, bool settle)
{
	u64 sector;

	for (sector = 0; sector < world.shape.sectors; sector += MAX_SECTORS)
		read_halves(buf, sector, up_to_end(sector), settle);
}

/*
 * The map
 */

struct seen {
	bool *mapped;
	u64 remapped, lost;
};

static u64 valid_bits(u64 block)
{
	u64 left = world.shape.sectors - block * spb();
	u32 bits = (left < spb() ? left : spb()) / logical();

	return bits == 64 ? UINT64_MAX : (1ull << bits) - 1;
}

static bool see_entry(const struct remap_entry *e, void *data)
{
	u64 lost = e->lost & valid_bits(e->block), first = e->block * spb();
	u32 unit = logical(), i;
	struct seen *seen = data;

	if (e->block >= blocks() || seen->mapped[e->block]) {
		violation(NEVER, "MAP: an entry for block %llu, which %s",
			  (unsigned long long)e->block,
			  e->block >= blocks() ? "there is not" : "has another already");
		return false;
	}
	seen->mapped[e->block] = true;
	seen->remapped++;
	seen->lost += __builtin_popcountll(lost);
	if (!trouble_involved(e->block))
		violation(first, "REMAPPED: block %llu, which never failed (%s)",
			  (unsigned long long)e->block, e->reason);
	for (i = 0; i * unit < spb(); i++)
		if (lost >> i & 1 && !trouble_may_be_lost(first + i * unit))
			violation(first + i * unit, "LOST: sector %llu (block %llu) is recorded as lost, without a reason (%s)",
				  (unsigned long long)(first + i * unit),
				  (unsigned long long)e->block, e->reason);
	return !world.failed;
}

static bool spare_always_fine(void)
{
	return !trouble_since(TROUBLE_OUTAGE_SPARE, 1) && !trouble_since(TROUBLE_FLUSH_SPARE, 1) &&
	       !trouble_since(TROUBLE_SPARE_READ, 1) && !trouble_since(TROUBLE_SPARE_WRITE, 1);
}

static void check_map(struct seen *seen)
{
	struct remap_status st;

	if (remap_list(see_entry, seen) || remap_read_status(&st)) {
		violation(NEVER, "STATUS: the device does not answer");
		return;
	}
	if (st.remapped != seen->remapped || st.lost != seen->lost)
		violation(NEVER, "STATUS: says %llu remapped and %llu lost, the map %llu and %llu",
			  (unsigned long long)st.remapped, (unsigned long long)st.lost,
			  (unsigned long long)seen->remapped, (unsigned long long)seen->lost);
	if (st.used < st.remapped + st.bad)
		violation(NEVER, "STATUS: %u spare blocks used, but %llu remapped and %u bad",
			  st.used, (unsigned long long)st.remapped, st.bad);
	if (spare_always_fine() && st.used != st.remapped)
		violation(NEVER, "SPARE: %u spare blocks in use for %llu remapped blocks",
			  st.used, (unsigned long long)st.remapped);
}

/*
 * Main itself: what was never remapped is there, and nothing that its user did not write
 */

static void judge_main(u64 sector, const u8 *data, bool mapped)
{
	struct content c = content_read(data);
	u64 generation = content_generation(&c, sector);

	if (mapped ? generation != NEVER : model_may_hold(sector, generation))
		return;
	violation(sector, "MAIN: sector %llu of the main device itself (block %llu, %sremapped) holds %s",
		  (unsigned long long)sector, (unsigned long long)(sector / spb()),
		  mapped ? "" : "not ", content_describe(&c, sector));
}

struct raw {
	int fd;
	u8 *buf;
	const struct seen *seen;
};

static void check_raw(const struct raw *raw, u64 sector, u32 count)
{
	u32 half = count / logical() / 2 * logical(), i;
	ssize_t bytes = count * SECTOR;

	if (world.failed)
		return;
	if (pread(raw->fd, raw->buf, bytes, (world.shape.start[MAIN] + sector) * SECTOR) == bytes) {
		for (i = 0; i < count && !world.failed; i++)
			judge_main(sector + i, raw->buf + i * SECTOR,
				   raw->seen->mapped[(sector + i) / spb()]);
	} else if (half) {
		check_raw(raw, sector, half);
		check_raw(raw, sector + half, count - half);
	}
}

static void check_main(u8 *buf, const struct seen *seen)
{
	struct raw raw = { .buf = buf, .seen = seen };
	u64 sector;

	raw.fd = dm_open(&disks[MAIN].dev, O_RDONLY | O_DIRECT);
	if (raw.fd < 0)
		die("cannot open the main device");
	for (sector = 0; sector < world.shape.sectors; sector += MAX_SECTORS)
		check_raw(&raw, sector, up_to_end(sector));
	close(raw.fd);
}

void verify_all(struct worker *w, bool settle)
{
	struct seen seen = { .mapped = calloc(blocks(), sizeof(bool)) };

	if (!seen.mapped)
		die("no memory");
	read_all(w->buf, settle);
	if (!world.failed)
		check_map(&seen);
	if (!world.failed && !trouble_since(TROUBLE_OUTAGE_MAIN, NEVER))
		check_main(w->buf, &seen);
	free(seen.mapped);
}
