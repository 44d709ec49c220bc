// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
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

static int sim_read(struct store *store, u64 offset, void *buf, size_t bytes)
{
	struct sim *s = container_of(store, struct sim, store);
	u64 first = offset / 512, end = (offset + bytes) / 512;

	if (s->silent || (first < s->bad_sector + s->bad_sectors && s->bad_sector < end))
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

static int sim_write(struct store *store, u64 offset, const void *buf, size_t bytes)
{
	struct sim *s = container_of(store, struct sim, store);
	bool fault;

	if (power_is_gone())
		return -EIO;
	s->steps++;
	fault = strikes(s);
	if (!fault || s->fault == FAILS_BUT_LANDS)
		land(s, offset, buf, bytes);
	return fault && s->fault != DROPPED && s->fault != DROPS_ALL ? -EIO : 0;
}

static void settle(struct sim *s)
{
	memcpy(s->durable, s->now, sizeof(s->durable));
	s->nr_pending = 0;
}

static int sim_flush(struct store *store)
{
	struct sim *s = container_of(store, struct sim, store);
	bool fault;

	if (power_is_gone())
		return -EIO;
	s->steps++;
	fault = strikes(s);
	if (!fault || s->fault == FAILS_BUT_LANDS)
		settle(s);
	return fault && s->fault != DROPPED && s->fault != DROPS_ALL ? -EIO : 0;
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
