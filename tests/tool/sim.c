// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "sim.h"

struct pending {
	u64 offset;
	size_t bytes;
	u8 data[64 * REMAP_META_SIZE];
};

unsigned int steps, cut_at = NEVER;

/* Without power nothing happens any more. */
static bool power_is_gone(void)
{
	return steps++ >= cut_at;
}

static bool is_bad(const struct sim *s, u64 offset, size_t bytes)
{
	u64 first = offset / 512, end = (offset + bytes) / 512;

	return first < s->bad_sector + s->bad_sectors && s->bad_sector < end;
}

static int sim_read(struct store *store, u64 offset, void *buf, size_t bytes)
{
	struct sim *s = container_of(store, struct sim, store);

	if (s->silent || is_bad(s, offset, bytes))
		return -EIO;
	memcpy(buf, s->now + offset, bytes);
	return 0;
}

static bool strikes(const struct sim *s)
{
	if (s->fault == DEAD || s->fault == DROPS_ALL)
		return s->steps > s->fault_at;
	return s->fault != NONE && s->steps == s->fault_at + 1;
}

static void land(struct sim *s, u64 offset, const void *buf, size_t bytes)
{
	struct pending *p = &s->pending[s->nr_pending++];

	if (s->nr_pending > MAX_PENDING || bytes > sizeof(p->data))
		abort();
	p->offset = offset;
	p->bytes = bytes;
	memcpy(p->data, buf, bytes);
	memcpy(s->now + offset, buf, bytes);
}

/* One write or flush more: does it happen, and what is said of it? */
static int take_step(struct sim *s, bool *happens)
{
	bool fault;

	*happens = false;
	if (power_is_gone())
		return -EIO;
	s->steps++;
	fault = strikes(s);
	*happens = !fault || s->fault == FAILS_BUT_LANDS;
	return fault && s->fault != DROPPED && s->fault != DROPS_ALL ? -EIO : 0;
}

static int sim_write(struct store *store, u64 offset, const void *buf, size_t bytes)
{
	struct sim *s = container_of(store, struct sim, store);
	bool happens;
	int r = take_step(s, &happens);

	if (s->bad_writes && is_bad(s, offset, bytes))
		return -EIO;
	if (happens)
		land(s, offset, buf, bytes);
	return r;
}

static void settle(struct sim *s)
{
	memcpy(s->durable, s->now, sizeof(s->durable));
	s->nr_pending = 0;
}

static int sim_flush(struct store *store)
{
	struct sim *s = container_of(store, struct sim, store);
	bool happens;
	int r = take_step(s, &happens);

	if (happens)
		settle(s);
	return r;
}

void sim_lose_power(struct sim *s, enum fate fate)
{
	unsigned int i;

	for (i = 0; i < s->nr_pending; i++) {
		struct pending *p = &s->pending[i];
		size_t from = fate == ALL_BUT_FIRST ? 512 : 0;
		size_t to = fate == FIRST_SECTOR ? 512 : p->bytes;

		if (fate != LOST)
			memcpy(s->durable + p->offset + from, p->data + from, to - from);
	}
	memcpy(s->now, s->durable, sizeof(s->now));
	s->nr_pending = 0;
	s->fault = NONE;
	s->silent = false;
}

void sim_reset(struct sim *s, const u8 *image, u64 sectors)
{
	struct pending *pending = s->pending;

	memset(s, 0, sizeof(*s));
	s->pending = pending ? pending : calloc(MAX_PENDING, sizeof(*pending));
	s->store.disk.length = sectors;
	s->store.read = sim_read;
	s->store.write = sim_write;
	s->store.flush = sim_flush;
	if (image)
		memcpy(s->now, image, sectors * 512);
	settle(s);
}

void sim_spare(struct sim *s, struct remap_metadata *md, u64 sectors, u32 spare_blocks,
	       u64 main_length, const char *main_identity)
{
	sim_reset(s, NULL, sectors);
	remap_metadata_init(md, &s->store.disk, "test");
	memset(md->super.uuid, 7, sizeof(md->super.uuid));
	md->super.block_size = SIM_BLOCK;
	md->super.mask_unit = 512;
	md->super.spare_blocks = spare_blocks;
	md->super.main_length = main_length;
	md->super.length = sectors;
	strcpy((char *)md->super.main_identity, main_identity);
	if (remap_format_layout(&md->super, SIM_BLOCK, 0) || remap_metadata_alloc(md))
		abort();
}

int sim_start(struct sim *s, struct remap_metadata *md, bool force)
{
	int r;

	memset(md, 0, sizeof(*md));
	if (remap_metadata_init(md, &s->store.disk, "test"))
		abort();
	md->force = force;
	r = remap_super_read(md);
	if (r == -ESTALE && force)
		r = 0;
	if (!r && md->super.state != REMAP_SUPER_ACTIVE)
		r = -EINVAL;
	if (!r)
		r = remap_metadata_alloc(md) ?: remap_load(md, false);
	if (r)
		return r;
	md->super.flags &= ~(REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT);
	if (remap_super_write(md)) {
		remap_metadata_degrade(md, REMAP_MODE_RO_MAP, "test");
		remap_metadata_write_health(md);
	}
	return 0;
}

static unsigned int nr, failed;

void check(bool good, const char *what)
{
	printf("%s %u - %s\n", good ? "ok" : "not ok", ++nr, what);
	failed += !good;
}

int checked(void)
{
	printf("1..%u\n", nr);
	return failed > 0;
}
