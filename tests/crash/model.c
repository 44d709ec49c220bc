// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

/* A write, from its submission on. */
struct op {
	u32 sector, count;
	char kind;		/* w, z, d as in the marks */
	bool acked, durable;
};

/* Numbers of writes; 0 is none. */
struct cell {
	u32 floor;		/* the newest that must not be lost */
	u32 last;		/* the newest submitted */
	u32 zeros;		/* the newest that may leave zeros */
	u32 error_until;	/* errors are fine until a later one is durable */
	u32 lost_at;		/* known as lost; what was submitted so far is gone */
	bool may_fail, lost;
};

/* A flush under way covers what was acknowledged before it. */
struct flush {
	u32 number, nr;
	u32 *ops;
};

u32 model_version;
bool model_active, model_filled;
const char *model_phase = "";
u32 model_live_violations;

static struct cell *cells;
static struct op *ops;
static u32 nr_ops;
static u32 *volatile_ops, nr_volatile;	/* acknowledged, not durable */
static struct flush flushes[64];

void model_init(void)
{
	cells = calloc(geometry.main_sectors, sizeof(*cells));
	assert(cells);
}

static struct op *op_of(u32 number)
{
	if (!number || number > nr_ops)
		die("the log speaks of write %u before its submission", number);
	return &ops[number - 1];
}

static void submitted(char kind, u32 number, u32 sector, u32 count)
{
	u32 i;

	if (number > 1U << 24 || sector + count > geometry.main_sectors)
		die("the log has a write %u of sectors %u+%u", number, sector, count);
	if (number > nr_ops) {
		ops = realloc(ops, number * sizeof(*ops));
		volatile_ops = realloc(volatile_ops, number * sizeof(*volatile_ops));
		assert(ops && volatile_ops);
		memset(ops + nr_ops, 0, (number - nr_ops) * sizeof(*ops));
		nr_ops = number;
	}
	*op_of(number) = (struct op){ sector, count, kind, false, false };
	for (i = sector; i < sector + count; i++) {
		if (kind != 'd')
			cells[i].last = number;
		/* a discard makes nothing readable that is lost */
		if (kind == 'z' || (kind == 'd' && !cells[i].lost))
			cells[i].zeros = number;
	}
}

static void make_durable(u32 number)
{
	struct op *op = op_of(number);
	u32 i;

	if (op->durable)
		return;
	op->durable = true;
	for (i = op->sector; i < op->sector + op->count; i++) {
		struct cell *c = &cells[i];

		if (number > c->floor)
			c->floor = number;
		if (c->may_fail && number > c->error_until)
			c->may_fail = false;
		if (c->lost && number > c->lost_at)
			c->lost = false;
	}
	model_version++;
}

static struct flush *flush_of(u32 number)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(flushes); i++)
		if (flushes[i].number == number)
			return &flushes[i];
	die("more than %zu flushes under way", ARRAY_SIZE(flushes));
}

static void flush_begins(u32 number)
{
	struct flush *f = flush_of(0);

	f->number = number;
	f->nr = nr_volatile;
	f->ops = malloc((nr_volatile + 1) * sizeof(*f->ops));
	assert(f->ops);
	memcpy(f->ops, volatile_ops, nr_volatile * sizeof(*f->ops));
}

static void forget_durable(void)
{
	u32 i, kept = 0;

	for (i = 0; i < nr_volatile; i++)
		if (!ops[volatile_ops[i] - 1].durable)
			volatile_ops[kept++] = volatile_ops[i];
	nr_volatile = kept;
}

static void flush_ends(u32 number, bool done)
{
	struct flush *f = flush_of(number);
	u32 i;

	for (i = 0; done && i < f->nr; i++)
		make_durable(f->ops[i]);
	free(f->ops);
	f->number = 0;
	forget_durable();
}

static void acknowledged(u32 number, bool durable)
{
	struct op *op = op_of(number);

	op->acked = true;
	if (durable)
		make_durable(number);
	else
		volatile_ops[nr_volatile++] = number;
}

static void went_bad(u32 sector, u32 count)
{
	u32 i;

	for (i = sector; i < sector + count && i < geometry.main_sectors; i++) {
		cells[i].may_fail = true;
		cells[i].error_until = cells[i].last;
	}
}

/* A read has said so, which it must not before that is durable. */
static void known_as_lost(u32 sector)
{
	struct cell *c = &cells[sector];

	if (!c->lost)
		model_version++;
	c->lost = true;
	c->lost_at = c->last;
}

/* It is looked for on main again, and may turn up. */
static void may_be_rescued(u32 sector, u32 count)
{
	u32 i;

	for (i = sector; i < sector + count && i < geometry.main_sectors; i++) {
		cells[i].may_fail |= cells[i].lost;
		cells[i].lost = false;
	}
}

static bool mark_of_write(const char *t)
{
	u32 a, b, c;

	if (sscanf(t, "w:%u:%u:%u", &a, &b, &c) == 3 || sscanf(t, "z:%u:%u:%u", &a, &b, &c) == 3 ||
	    sscanf(t, "d:%u:%u:%u", &a, &b, &c) == 3)
		submitted(*t, a, b, c);
	else if (sscanf(t, "W:%u", &a) == 1 || sscanf(t, "D:%u", &a) == 1)
		acknowledged(a, *t == 'D');
	else if (sscanf(t, "f:%u", &a) == 1)
		flush_begins(a);
	else if (sscanf(t, "F:%u", &a) == 1 || sscanf(t, "G:%u", &a) == 1)
		flush_ends(a, *t == 'F');
	else if (sscanf(t, "x:%u:%u", &a, &b) == 2)
		went_bad(a, b);
	else if (sscanf(t, "k:%u:%u", &a, &b) == 2)
		may_be_rescued(a, b);
	else if (sscanf(t, "l:%u", &a) == 1 && a < geometry.main_sectors)
		known_as_lost(a);
	else
		return sscanf(t, "E:%u", &a) == 1;	/* old or new, as before */
	return true;
}

bool model_mark(const char *text)
{
	if (mark_of_write(text))
		return true;
	if (!strcmp(text, "active")) {
		model_version += !model_active;
		model_active = true;
		return true;
	}
	if (!strncmp(text, "!:", 2)) {
		model_live_violations++;
		return true;
	}
	if (strncmp(text, "p:", 2))
		return false;
	model_phase = text + 2;
	model_filled |= !strcmp(text, "p:format");
	return true;
}

bool model_wrote(u32 write, u32 sector)
{
	struct op *op = write && write <= nr_ops ? &ops[write - 1] : NULL;

	return op && op->kind == 'w' && sector >= op->sector && sector - op->sector < op->count;
}

bool model_allows(u32 sector, const struct content *content)
{
	const struct cell *c = &cells[sector];

	if (!content)
		return c->may_fail || c->lost;
	if (content->kind == CONTENT_ZERO)
		return c->zeros && c->zeros >= c->floor && !(c->lost && c->zeros <= c->lost_at);
	if (content->kind != CONTENT_USER || content->sector != sector)
		return false;
	return content->write >= c->floor && !(c->lost && content->write <= c->lost_at) &&
	       (content->write == c->last || model_wrote(content->write, sector));
}

const char *model_explain(u32 sector)
{
	const struct cell *c = &cells[sector];
	static char text[200];
	int n = 0;

	if (c->lost && c->floor <= c->lost_at)
		n = snprintf(text, sizeof(text), "an error (it was lost)%s",
			     c->last > c->lost_at ? ", or what was written since" : "");
	else if (c->floor == c->last)
		n = snprintf(text, sizeof(text), "write %u, which was acknowledged and flushed",
			     c->floor);
	else
		n = snprintf(text, sizeof(text), "write %u, which was acknowledged and flushed, or a later one up to %u",
			     c->floor, c->last);
	snprintf(text + n, sizeof(text) - n, "%s%s", c->may_fail ? ", or an error" : "",
		 c->zeros && c->zeros >= c->floor ? ", or zeros" : "");
	return text;
}
