// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "shim/shim.h"
#include "sim.h"

static struct sim *sim_of(struct remap_disk *disk)
{
	return (struct sim *)((char *)disk - offsetof(struct sim, disk));
}

void sim_init(struct sim *sim, sector_t sectors)
{
	memset(sim, 0, sizeof(*sim));
	sim->disk.length = sectors;
	sim->disk.unit = 4096;
	sim->now = calloc(sectors, SECTOR_SIZE);
	sim->durable = calloc(sectors, SECTOR_SIZE);
	assert(sim->now && sim->durable);
	sim->cut_after = -1;
}

void sim_exit(struct sim *sim)
{
	free(sim->now);
	free(sim->durable);
	free(sim->pending);
	free(sim->arena);
}

struct sim_rule *sim_rule(struct sim *sim, sector_t first, sector_t sectors,
			  unsigned int ops, enum sim_effect effect)
{
	struct sim_rule *r = &sim->rules[sim->nr_rules++];

	assert(sim->nr_rules <= SIM_RULES);
	memset(r, 0, sizeof(*r));
	r->first = first;
	r->last = first + sectors - 1;
	r->ops = ops;
	r->effect = effect;
	r->status = BLK_STS_IOERR;
	return r;
}

void sim_heal(struct sim *sim)
{
	sim->nr_rules = 0;
	sim->cut_after = -1;
	sim->off = false;
}

void sim_count(struct sim *sim)
{
	sim->steps = 0;
	sim->reads = 0;
	sim->writes = 0;
	sim->flushes = 0;
}

/* The rule that strikes this request, or NULL. */
static struct sim_rule *strikes(struct sim *sim, unsigned int op, sector_t sector,
				size_t bytes)
{
	unsigned int i;

	for (i = 0; i < sim->nr_rules; i++) {
		struct sim_rule *r = &sim->rules[i];

		if (!(r->ops & op) ||
		    (op != SIM_FLUSH && (r->last < sector ||
					 r->first >= sector + (bytes >> SECTOR_SHIFT))))
			continue;
		if (r->skip) {
			r->skip--;
			continue;
		}
		if (r->times && !--r->times)
			r->ops = 0;
		return r;
	}
	return NULL;
}

static void cure(struct sim *sim, sector_t sector, size_t bytes)
{
	unsigned int i;

	for (i = 0; i < sim->nr_rules; i++) {
		struct sim_rule *r = &sim->rules[i];

		if (r->cured_by_write && r->first >= sector &&
		    r->last < sector + (bytes >> SECTOR_SHIFT))
			r->ops = 0;
	}
}

/* Cached: visible to reads, not durable. */
static void land(struct sim *sim, sector_t sector, const void *buf, size_t bytes)
{
	struct sim_pending *p;

	if (!bytes)
		return;
	if (sim->nr_pending == sim->room_pending) {
		sim->room_pending += 64;
		sim->pending = realloc(sim->pending, sim->room_pending * sizeof(*p));
	}
	if (sim->arena_used + bytes > sim->arena_room) {
		sim->arena_room = 2 * sim->arena_room + bytes;
		sim->arena = realloc(sim->arena, sim->arena_room);
	}
	p = &sim->pending[sim->nr_pending++];
	p->sector = sector;
	p->bytes = bytes;
	p->at = sim->arena_used;
	memcpy(sim->arena + p->at, buf, bytes);
	sim->arena_used += bytes;
	memcpy(sim->now + (sector << SECTOR_SHIFT), buf, bytes);
}

/* Bytes [from, to) of a pending write reach the medium. */
static void persist(struct sim *sim, const struct sim_pending *p, size_t from, size_t to)
{
	memcpy(sim->durable + (p->sector << SECTOR_SHIFT) + from,
	       sim->arena + p->at + from, to - from);
}

static void empty_cache(struct sim *sim)
{
	unsigned int i;

	for (i = 0; i < sim->nr_pending; i++) {
		struct sim_pending *p = &sim->pending[i];
		size_t at = p->sector << SECTOR_SHIFT;

		memcpy(sim->now + at, sim->durable + at, p->bytes);
	}
	sim->nr_pending = 0;
	sim->arena_used = 0;
}

static void write_back(struct sim *sim)
{
	unsigned int i;

	for (i = 0; i < sim->nr_pending; i++)
		persist(sim, &sim->pending[i], 0, sim->pending[i].bytes);
	empty_cache(sim);
}

void sim_power_cut(struct sim *sim, const u8 *fates)
{
	unsigned int i;

	for (i = 0; i < sim->nr_pending; i++) {
		struct sim_pending *p = &sim->pending[i];

		if (fates[i] == SIM_FATE_KEEP || fates[i] == SIM_FATE_HEAD)
			persist(sim, p, 0, SECTOR_SIZE);
		if (fates[i] == SIM_FATE_KEEP || fates[i] == SIM_FATE_TAIL)
			persist(sim, p, SECTOR_SIZE, p->bytes);
	}
	empty_cache(sim);
	sim->off = false;
	sim->cut_after = -1;
}

void sim_poke(struct sim *sim, sector_t sector, const void *buf, size_t bytes)
{
	assert(!sim->nr_pending);
	memcpy(sim->now + (sector << SECTOR_SHIFT), buf, bytes);
	memcpy(sim->durable + (sector << SECTOR_SHIFT), buf, bytes);
}

/* Counts a write or flush; false once the power is gone. */
static bool step(struct sim *sim, unsigned int op, sector_t sector, size_t bytes)
{
	if (sim->cut_after >= 0 && sim->steps >= (unsigned int)sim->cut_after)
		sim->off = true;
	if (sim->off)
		return false;
	if (sim->steps < SIM_TRACE)
		sim->trace[sim->steps] = (struct sim_event){ op, sector, bytes };
	sim->steps++;
	return true;
}

static void check_range(struct sim *sim, sector_t sector, size_t bytes)
{
	assert(bytes && !(bytes % SECTOR_SIZE));
	assert(sector + (bytes >> SECTOR_SHIFT) <= sim->disk.length);
}

blk_status_t remap_disk_read(struct remap_disk *disk, sector_t sector,
			     void *buf, size_t bytes)
{
	struct sim *sim = sim_of(disk);
	struct sim_rule *r;

	check_range(sim, sector, bytes);
	sim->reads++;
	r = strikes(sim, SIM_READ, sector, bytes);
	if (sim->off || r) {
		memset(buf, 0xdb, bytes);	/* nobody may look at it */
		return r ? r->status : BLK_STS_IOERR;
	}
	memcpy(buf, sim->now + (sector << SECTOR_SHIFT), bytes);
	return BLK_STS_OK;
}

blk_status_t remap_disk_write(struct remap_disk *disk, sector_t sector,
			      void *buf, size_t bytes)
{
	struct sim *sim = sim_of(disk);
	struct sim_rule *r;

	check_range(sim, sector, bytes);
	if (!step(sim, SIM_WRITE, sector, bytes))
		return BLK_STS_IOERR;
	sim->writes++;
	r = strikes(sim, SIM_WRITE, sector, bytes);
	if (!r || r->effect == SIM_LANDED)
		land(sim, sector, buf, bytes);
	else if (r->effect == SIM_TORN_HEAD)
		land(sim, sector, buf, SECTOR_SIZE);
	else if (r->effect == SIM_TORN_TAIL)
		land(sim, sector + 1, (u8 *)buf + SECTOR_SIZE, bytes - SECTOR_SIZE);
	if (r)
		return r->status;
	cure(sim, sector, bytes);
	return BLK_STS_OK;
}

blk_status_t remap_disk_flush(struct remap_disk *disk)
{
	struct sim *sim = sim_of(disk);
	struct sim_rule *r;

	if (!step(sim, SIM_FLUSH, 0, 0))
		return BLK_STS_IOERR;
	sim->flushes++;
	r = strikes(sim, SIM_FLUSH, 0, 0);
	if (!r || r->effect == SIM_LANDED)
		write_back(sim);
	else if (r->effect == SIM_DROPPED)
		empty_cache(sim);
	return r ? r->status : BLK_STS_OK;
}
