// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "../../tools/backup_text.h"
#include "../../tools/findings.h"
#include "../../tools/heal.h"
#include "toolbox.h"

/*
 * A store with a volatile cache that loses power
 */

#define WRITES	1024	/* between two flushes */

struct pending {
	u64 offset;
	size_t bytes;
	u8 *data;
};

struct cut_store {
	struct store store;
	struct toolbox *t;
	u8 *now;		/* what a read returns; t->bytes is what is durable */
	struct pending pending[WRITES];
	unsigned int nr;
	bool off;
};

static struct cut_store *cut_of(struct store *store)
{
	return container_of(store, struct cut_store, store);
}

/* Counts a write or flush; false once the power is gone. */
static bool step(struct cut_store *c)
{
	c->off |= c->t->cut_after >= 0 && c->t->steps >= (unsigned int)c->t->cut_after;
	c->t->steps += !c->off;
	return !c->off;
}

static int read_cut(struct store *store, u64 offset, void *buf, size_t bytes)
{
	struct cut_store *c = cut_of(store);

	if (c->off)
		return -EIO;
	memcpy(buf, c->now + offset, bytes);
	return 0;
}

static int write_cut(struct store *store, u64 offset, const void *buf, size_t bytes)
{
	struct cut_store *c = cut_of(store);
	struct pending *p = &c->pending[c->nr];

	if (!step(c))
		return -EIO;
	assert(c->nr < WRITES && bytes % REMAP_META_SIZE == 0);
	p->offset = offset;
	p->bytes = bytes;
	p->data = malloc(bytes);
	assert(p->data);
	memcpy(p->data, buf, bytes);
	memcpy(c->now + offset, buf, bytes);
	c->nr++;
	return 0;
}

static void persist(struct cut_store *c, const struct pending *p, size_t from, size_t to)
{
	memcpy(c->t->bytes + p->offset + from, p->data + from, to - from);
}

/* @fates: kept all of them, or what the power cut makes of them */
static void settle(struct cut_store *c, u32 fates)
{
	unsigned int i;

	for (i = 0; i < c->nr; i++) {
		const struct pending *p = &c->pending[i];
		u32 fate = fates >> (2 * i % 32) & 3;

		if (fate == 1 || fate == 2)
			persist(c, p, 0, SECTOR_SIZE);
		if (fate == 1 || fate == 3)
			persist(c, p, SECTOR_SIZE, p->bytes);
		free(p->data);
	}
	c->nr = 0;
}

static int flush_cut(struct store *store)
{
	struct cut_store *c = cut_of(store);

	if (!step(c))
		return -EIO;
	settle(c, 0x55555555);
	return 0;
}

static void start(struct cut_store *c, struct toolbox *t)
{
	memset(c, 0, sizeof(*c));
	c->store.disk.length = t->sectors;
	c->store.read = read_cut;
	c->store.write = write_cut;
	c->store.flush = flush_cut;
	c->t = t;
	t->steps = 0;
	c->now = malloc(t->sectors << SECTOR_SHIFT);
	assert(c->now);
	memcpy(c->now, t->bytes, t->sectors << SECTOR_SHIFT);
}

static void stop(struct cut_store *c)
{
	settle(c, c->t->fates);
	free(c->now);
}

/*
 * Look
 */

static void read_store(struct store_memory *m, struct inspection *spare,
		       const struct toolbox *t)
{
	int r;

	store_memory(m, t->bytes, t->sectors, STORE_READ);
	r = inspect_spare(spare, &m->store, t->force);
	assert(!r);
}

int toolbox_look(const struct toolbox *t, int *worst, toolbox_found found, void *context)
{
	struct findings findings;
	struct inspection spare;
	struct store_memory m;
	int starts, r;
	u32 i;

	read_store(&m, &spare, t);
	r = findings_of(&findings, &spare);
	assert(!r);
	*worst = findings.not_a_spare ? 3 : findings.worst;
	starts = inspect_starts(&spare);
	for (i = 0; starts && i < spare.super.spare_blocks; i++) {
		const struct remap_disk_entry *e = inspect_entry(&spare, i);

		if (spare.standing[i] == SPARE_COUNTS)
			found(context, le64_to_cpu(e->main_block), i, le64_to_cpu(e->lost));
	}
	findings_free(&findings);
	inspect_free(&spare);
	return starts;
}

/*
 * Backups
 */

static char *as_text(const struct backup *b, size_t *size)
{
	char *out = NULL;
	FILE *f = open_memstream(&out, size);
	int r;

	assert(f);
	r = backup_write(b, f);
	fclose(f);
	assert(!r && out);
	return out;
}

static bool same(const struct backup *a, const struct backup *b)
{
	struct remap_super x = a->super, y = b->super;

	/* what a backup does not keep */
	x.generation = y.generation = 0;
	x.flags = y.flags = 0;
	memset(x.fingerprint, 0, sizeof(x.fingerprint));
	memset(y.fingerprint, 0, sizeof(y.fingerprint));
	x.disowned_count = y.disowned_count = 0;
	memset(x.disowned, 0, sizeof(x.disowned));
	memset(y.disowned, 0, sizeof(y.disowned));
	/* texts end with their first zero byte */
	return !strncmp((char *)x.main_identity, (char *)y.main_identity, 127) &&
	       !memcmp(&x, &y, offsetof(struct remap_super, main_identity)) &&
	       a->created == b->created && a->map_generation == b->map_generation &&
	       a->highest == b->highest && a->nr == b->nr && a->has_health == b->has_health &&
	       (!a->nr || !memcmp(a->entries, b->entries, a->nr * sizeof(*a->entries))) &&
	       !memcmp(a->health, b->health, sizeof(a->health));
}

/* What was written is read, and says the same. */
static void there_and_back(const struct backup *a, struct backup *b)
{
	unsigned int at;
	const char *why;
	size_t size;
	char *written = as_text(a, &size);
	int r = backup_read(b, written, size, &at, &why);
	bool equal = !r && same(a, b);

	assert(equal);
	free(written);
}

bool toolbox_read(const char *text, size_t size)
{
	struct backup a, b;
	unsigned int line;
	const char *why = NULL;
	int r = backup_read(&a, text, size, &line, &why);

	if (!r) {
		there_and_back(&a, &b);
		backup_free(&b);
	} else {
		assert(r == -EINVAL && why);
	}
	backup_free(&a);
	return !r;
}

static int bring(struct store *to, const struct inspection *there, const struct toolbox *from)
{
	struct inspection spare;
	struct store_memory m;
	struct backup a, b;
	int r;

	read_store(&m, &spare, from);
	r = backup_take(&a, &spare, 1700000000);
	assert(!r);
	there_and_back(&a, &b);
	r = restore(&b, to, there->highest, false);
	backup_free(&a);
	backup_free(&b);
	inspect_free(&spare);
	return r;
}

int toolbox_change(struct toolbox *t, enum toolbox_change what, const struct toolbox *from)
{
	struct inspection spare;
	struct store_memory m;
	struct cut_store c;
	int r;

	read_store(&m, &spare, t);
	start(&c, t);
	if (what == TOOLBOX_HEAL)
		r = heal(&spare, &c.store, t->force);
	else if (what == TOOLBOX_ERASE)
		r = erase(&spare, &c.store);
	else
		r = bring(&c.store, &spare, from);
	stop(&c);
	inspect_free(&spare);
	return r;
}
