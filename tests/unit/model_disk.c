// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

struct choices choices;
struct model_disk disk;

static const char * const cell_names[CELLS] = {
	"superblock A", "superblock B", "table A0", "table A1", "table B0", "table B1",
};

const char *cell_name(unsigned int cell)
{
	return cell_names[cell];
}

void explain(const char *fmt, ...)
{
	va_list ap;

	if (!choices.explain)
		return;
	va_start(ap, fmt);
	printf("#     ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
}

unsigned int choose(unsigned int options, bool fault, const char *what)
{
	unsigned int c = 0;

	if (options < 2 || (fault && choices.faults == choices.budget))
		return 0;
	assert(choices.at < MAX_CHOICES);
	if (choices.at < choices.nr)
		c = choices.made[choices.at];
	else
		choices.made[choices.nr++] = 0;
	choices.options[choices.at++] = options;
	if (c && fault)
		choices.faults++;
	if (c)
		explain("! %s (%u)", what, c);
	return c;
}

bool choices_next(void)
{
	while (choices.nr) {
		u8 last = choices.nr - 1;

		if (++choices.made[last] < choices.options[last])
			return true;
		choices.nr--;
	}
	return false;
}

/*
 * State
 */

/* A torn block never passes for whole, not even where all that matters is in its head. */
static void land(unsigned int cell, unsigned int part, const u8 *image, u8 *to)
{
	memcpy(to, image, part == PART_ALL ? REMAP_META_SIZE : SECTOR_SIZE);
	if (part == PART_TORN)
		to[SECTOR_SIZE - 1] ^= 0x55;
}

void disk_load_state(const struct node *n)
{
	unsigned int i;

	for (i = 0; i < CELLS; i++) {
		memcpy(disk.durable[i], blob_get(n->durable[i]), REMAP_META_SIZE);
		memcpy(disk.now[i], disk.durable[i], REMAP_META_SIZE);
	}
	disk.nr_pending = n->nr_pending;
	memcpy(disk.pending, n->pending, sizeof(disk.pending));
	for (i = 0; i < n->nr_pending; i++)
		land(n->pending[i].cell, n->pending[i].part, blob_get(n->pending[i].image),
		     disk.now[n->pending[i].cell]);
	memset(disk.read_choice, 0, sizeof(disk.read_choice));
	memset(disk.write_choice, 0, sizeof(disk.write_choice));
	disk.flush_choice = 0;
	disk.off = false;
}

void disk_save_state(struct node *n)
{
	unsigned int i;

	for (i = 0; i < CELLS; i++)
		n->durable[i] = blob_put(disk.durable[i], REMAP_META_SIZE);
	n->nr_pending = disk.nr_pending;
	memset(n->pending, 0, sizeof(n->pending));
	memcpy(n->pending, disk.pending, disk.nr_pending * sizeof(n->pending[0]));
}

static void empty_cache(void)
{
	unsigned int i;

	for (i = 0; i < disk.nr_pending; i++)
		memcpy(disk.now[disk.pending[i].cell], disk.durable[disk.pending[i].cell],
		       REMAP_META_SIZE);
	disk.nr_pending = 0;
}

static void write_back(void)
{
	unsigned int i;

	for (i = 0; i < disk.nr_pending; i++)
		memcpy(disk.durable[disk.pending[i].cell], disk.now[disk.pending[i].cell],
		       REMAP_META_SIZE);
	disk.nr_pending = 0;
}

void disk_cut(void)
{
	unsigned int i;

	for (i = 0; i < disk.nr_pending; i++) {
		struct pending *p = &disk.pending[i];
		const u8 *image = blob_get(p->image);
		u8 *to = disk.durable[p->cell];
		unsigned int c;

		if (p->part == PART_ALL && !memcmp(to, image, REMAP_META_SIZE))
			continue;
		c = choose(p->part == PART_ALL ? 3 : 2, false,
			   "after the cut, cached write: 1 kept 2 torn");
		if (!c)
			continue;
		explain("  that was %s", cell_name(p->cell));
		land(p->cell, c == 1 ? p->part : PART_TORN, image, to);
	}
	empty_cache();
	disk.off = false;
}

/*
 * I/O
 */

static int find_cell(sector_t sector)
{
	int i;

	for (i = 0; i < CELLS; i++)
		if (disk.sector[i] == sector)
			return i;
	return -1;	/* the health record: not part of this */
}

/* In one phase, a copy that was not readable stays so. */
static bool readable(unsigned int cell)
{
	if (!disk.read_choice[cell]) {
		disk.read_choice[cell] = 1 + choose(3, true,
				"unreadable: 1 until written 2 dead, below:");
		if (disk.read_choice[cell] > 1)
			explain("  that is %s", cell_name(cell));
	}
	return disk.read_choice[cell] == 1;
}

/*
 * 1: fine; 2..4: fails, and nothing, all, a torn block gets through.
 * In one phase, a copy that was not writable stays so.
 */
static unsigned int write_choice(unsigned int cell)
{
	if (!disk.write_choice[cell]) {
		bool dead = disk.read_choice[cell] == 3;
		bool fine = disk.read_choice[cell] == 2;

		if (dead)
			disk.write_choice[cell] = 2 + choose(3, false,
				"dead: of a write 0 nothing 1 all 2 a torn block landed");
		else
			disk.write_choice[cell] = 1 + (fine ? 0 : choose(4, true,
				"unwritable: 1 nothing 2 all 3 a torn block landed"));
	}
	return disk.write_choice[cell];
}

static void cache(unsigned int cell, unsigned int part, const void *buf)
{
	struct pending *p = &disk.pending[disk.nr_pending];
	u32 image = blob_put(buf, REMAP_META_SIZE);
	unsigned int i;

	land(cell, part, buf, disk.now[cell]);
	for (i = 0; i < disk.nr_pending; i++)	/* an attempt at the same again */
		if (disk.pending[i].cell == cell && disk.pending[i].part == part &&
		    disk.pending[i].image == image)
			return;
	if (disk.nr_pending == MAX_PENDING) {	/* the oldest has long been written */
		write_back();
		p = disk.pending;
	}
	*p = (struct pending){ cell, part, image };
	disk.nr_pending++;
}

static bool power(const char *what, const char *where)
{
	if (!disk.off && choose(2, true, "the power goes before"))
		disk.off = true;
	explain("%s%s %s", disk.off ? "(off) " : "", what, where);
	return !disk.off;
}

blk_status_t remap_disk_read(struct remap_disk *d, sector_t sector, void *buf, size_t bytes)
{
	blk_status_t status = disk.off ? BLK_STS_IOERR : BLK_STS_OK;
	size_t at;

	for (at = 0; at < bytes && !status; at += REMAP_META_SIZE) {
		int cell = find_cell(sector + (at >> SECTOR_SHIFT));

		if (cell < 0)
			memset((u8 *)buf + at, 1, REMAP_META_SIZE);
		else if (readable(cell))
			memcpy((u8 *)buf + at, disk.now[cell], REMAP_META_SIZE);
		else
			status = BLK_STS_MEDIUM;
	}
	if (status)
		memset(buf, 0xdb, bytes);
	return status;
}

blk_status_t remap_disk_write(struct remap_disk *d, sector_t sector, void *buf, size_t bytes)
{
	int cell = find_cell(sector);
	unsigned int c;

	assert(bytes == REMAP_META_SIZE);
	if (cell < 0)
		return BLK_STS_OK;
	if (!power("write", cell_name(cell)))
		return BLK_STS_IOERR;
	c = write_choice(cell);
	if (c == 1) {
		cache(cell, PART_ALL, buf);
		disk.read_choice[cell] = 1;
		return BLK_STS_OK;
	}
	if (c > 2)
		cache(cell, c == 3 ? PART_ALL : PART_TORN, buf);
	return BLK_STS_IOERR;
}

/* 1 fine; fails: 2 once, and the cache is lost; for good: 3 kept, 4 lost, 5 written */
blk_status_t remap_disk_flush(struct remap_disk *d)
{
	if (!power("flush", ""))
		return BLK_STS_IOERR;
	if (disk.flush_choice <= 1)
		disk.flush_choice = 1 + choose(5, true,
			"flush fails: 1 once, cache lost; for good: cache 2 kept 3 lost 4 written");
	if (disk.flush_choice == 2 || disk.flush_choice == 4)
		empty_cache();
	else if (disk.flush_choice != 3)
		write_back();
	if (disk.flush_choice == 1)
		return BLK_STS_OK;
	if (disk.flush_choice == 2)
		disk.flush_choice = 6;	/* from now on it works, and nothing is asked */
	else if (disk.flush_choice == 6)
		return BLK_STS_OK;
	return BLK_STS_IOERR;
}
