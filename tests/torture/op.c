// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "op.h"

static const char * const names[NR_OPS] = {
	"read", "write", "write FUA", "flush", "discard", "zeroes",
	"remap", "retry", "report", "recover", "check",
	"fault", "heal", "heal all", "outage", "protect", "flush fails",
	"suspend+resume", "reload", "POWER CUT", "restart", "final",
};

static const char * const profile_names[NR_PROFILES] = {
	"calm", "faults", "outages", "bad-spare", "bad-table", "full", "all",
};

static const char * const disk_names[] = { "main", "spare" };

bool op_is_io(const struct op *op)
{
	return op->kind <= OP_ZEROES;
}

bool op_is_alone(const struct op *op)
{
	return op->kind >= OP_CUT;
}

bool op_touches(const struct op *op, u64 sector)
{
	u64 first = op->sector, count = op->count;

	if (op->kind >= OP_REMAP && op->kind <= OP_RECOVER) {
		first *= spb();
		count *= spb();
	} else if (op->kind == OP_FAULT || op->kind == OP_HEAL) {
		/* a block fails as a whole */
		if (op->disk == SPARE)
			return true;
		count += first % spb() + spb();
		first -= first % spb();
	} else if (op->kind == OP_FLUSH || op->kind == OP_CHECK || op->kind > OP_HEAL) {
		return op->kind != OP_CHECK;
	}
	return sector >= first && sector < first + count;
}

static const char *more(const struct op *op)
{
	static __thread char text[128];

	text[0] = '\0';
	switch (op->kind) {
	case OP_READ:
	case OP_WRITE:
		return op->nowait ? " nowait" : "";
	case OP_FAULT:
	case OP_HEAL:
	case OP_FLUSHFAIL:
	case OP_OUTAGE:
		snprintf(text, sizeof(text), " of %s%s%s, %u", disk_names[op->disk],
			 op->letters[0] ? " letters " : "", op->letters, op->a);
		break;
	case OP_SUSPEND:
	case OP_RELOAD:
		snprintf(text, sizeof(text), "%s %u ms", op->noflush ? " noflush" : "", op->a);
		break;
	case OP_CUT:
		snprintf(text, sizeof(text), " takes %u (main), %u (spare) of 1000 blocks%s",
			 op->a, op->b, op->c ? ", and again while starting" : "");
		break;
	}
	return text;
}

const char *op_describe(const struct op *op)
{
	static __thread char text[256];
	char range[48] = "";

	if (op->count)
		snprintf(range, sizeof(range), " %llu+%u", (unsigned long long)op->sector,
			 op->count);
	snprintf(text, sizeof(text), "%s%s%s", names[op->kind], range, more(op));
	return text;
}

/*
 * The shape of an episode
 */

static u32 one_of(struct chance *c, const u32 *list, u32 nr)
{
	return list[chance_below(c, nr)];
}

static void shape_disks(struct chance *c, struct shape *s)
{
	static const u32 mib[] = { 1, 2, 4, 4, 8, 8, 16, 24 };
	u32 unit;

	s->logical[MAIN] = chance_of(c, 25) ? 4096 : 512;
	s->logical[SPARE] = chance_of(c, 70) ? 512 : s->logical[MAIN];
	s->physical[MAIN] = chance_of(c, 40) ? 4096 : s->logical[MAIN];
	s->physical[SPARE] = chance_of(c, 40) ? 4096 : s->logical[SPARE];
	unit = s->logical[MAIN] / SECTOR;
	s->sectors = one_of(c, mib, ARRAY_SIZE(mib)) * 2048ull + chance_below(c, 64) * unit;
	s->start[MAIN] = chance_of(c, 50) ? 0 : chance_below(c, 40) * unit;
	s->start[SPARE] = chance_of(c, 50) ? 0 : chance_below(c, 10) * 8;
	s->size[MAIN] = s->start[MAIN] + s->sectors + chance_below(c, 10) * unit;
	s->size[SPARE] = s->start[SPARE] + (3 + chance_below(c, 8)) * 2048 + chance_below(c, 8) * 8;
}

void shape_make(struct chance *c, struct shape *s, u64 profile)
{
	static const u32 sizes[] = { 4096, 4096, 4096, 4096, 512, 1024, 2048, 8192, 16384, 32768 };
	static const u32 confirm[] = { 1, 5, 5, 20 };

	memset(s, 0, sizeof(*s));
	s->profile = chance_below(c, NR_PROFILES);
	if (profile < NR_PROFILES)
		s->profile = profile;
	shape_disks(c, s);
	do {
		s->block_size = one_of(c, sizes, ARRAY_SIZE(sizes));
	} while (s->block_size < s->logical[MAIN]);
	s->confirm_ms = one_of(c, confirm, ARRAY_SIZE(confirm));
	if (s->profile == FULL || (s->profile == ALL && chance_of(c, 25))) {
		s->spare_blocks = (s->profile == FULL ? 10 : 60) + chance_below(c, 40);
		s->confirm_ms = 1;	/* what cannot be remapped is looked into each time */
	}
	s->jitter_permille = chance_of(c, 75) ? chance_below(c, 400) : 0;
	s->jitter_us = chance_of(c, 80) ? 300 : 5000;
}

const char *shape_describe(const struct shape *s)
{
	static char text[256];

	snprintf(text, sizeof(text),
		 "%s: %llu sectors, main %u/%u at %llu, spare %u/%u %llu at %llu, blocks of %u, %s, confirm %u ms, jitter %u%% %u us",
		 profile_names[s->profile], (unsigned long long)s->sectors,
		 s->logical[MAIN], s->physical[MAIN], (unsigned long long)s->start[MAIN],
		 s->logical[SPARE], s->physical[SPARE], (unsigned long long)s->size[SPARE],
		 (unsigned long long)s->start[SPARE], s->block_size,
		 s->spare_blocks ? "few spare blocks" : "all spare blocks", s->confirm_ms,
		 s->jitter_permille / 10, s->jitter_us);
	return text;
}

/*
 * The list
 */

#define NR_HOT		6
#define HOT_SECTORS	96

struct maker {
	struct chance *c;
	const struct shape *s;
	u64 hot[NR_HOT];	/* where most things happen */
	u32 unit;		/* sectors of a logical block */
};

/* Has the episode this kind of trouble? */
static bool has(const struct maker *m, enum profile kind)
{
	return m->s->profile == kind || m->s->profile == ALL;
}

/* A range in whole logical blocks, often in a hot place. */
static void choose_range(struct maker *m, struct op *op, u32 most)
{
	u64 units = m->s->sectors / m->unit, first;
	u32 count = 1 + chance_below(m->c, most);

	if (chance_of(m->c, 75))
		first = m->hot[chance_below(m->c, NR_HOT)] + chance_below(m->c, HOT_SECTORS);
	else
		first = chance_below(m->c, m->s->sectors);
	if (chance_of(m->c, 3))
		first = m->s->sectors - m->unit;	/* the end is a place of its own */
	first = first / m->unit;
	count = (count + m->unit - 1) / m->unit;
	if (first >= units)
		first = units - 1;
	if (count > units - first)
		count = units - first;
	op->sector = first * m->unit;
	op->count = count * m->unit;
}

static u32 io_size(struct maker *m)
{
	u32 r = chance_below(m->c, 100);

	return r < 50 ? 8 : r < 80 ? 32 : r < 95 ? 128 : MAX_IO / SECTOR;
}

static void make_io(struct maker *m, struct op *op)
{
	u32 r = chance_below(m->c, 100);

	op->kind = r < 40 ? OP_READ : r < 82 ? OP_WRITE : r < 88 ? OP_WRITE_FUA :
		   r < 94 ? OP_FLUSH : r < 96 ? OP_DISCARD : OP_ZEROES;
	if (op->kind != OP_FLUSH)
		choose_range(m, op, io_size(m));
	op->nowait = op->kind <= OP_WRITE && chance_of(m->c, 4);
}

static void make_blocks(struct maker *m, struct op *op, enum op_kind kind, u32 most)
{
	u64 blocks = (m->s->sectors + spb() - 1) / spb();

	op->kind = kind;
	choose_range(m, op, 1);
	op->sector /= spb();
	op->count = 1 + chance_below(m->c, most);
	if (op->count > blocks - op->sector)
		op->count = blocks - op->sector;
}

static void make_letters(struct maker *m, char *letters)
{
	u32 kind = chance_below(m->c, 9);

	strcpy(letters, kind < 2 ? "r" : kind < 4 ? "w" : kind < 8 ? "rw" : "");
	if (chance_of(m->c, 50))
		strcat(letters, "m");
	if (strchr(letters, 'r') && chance_of(m->c, 30))
		strcat(letters, "h");
	if (strchr(letters, 'w') && chance_of(m->c, 25))
		strcat(letters, "l");
	if (!letters[0] || chance_of(m->c, 5))
		strcat(letters, "s");
}

/* Where the table is on the spare: at both ends. The data lies between. */
static void choose_spare_range(struct maker *m, struct op *op, bool table)
{
	u64 size = m->s->size[SPARE], start = m->s->start[SPARE];
	u64 blocks = (size - start) / (m->s->block_size / SECTOR);
	u64 meta = (blocks / 126 + 3) * 8;
	u32 unit = m->s->logical[SPARE] / SECTOR;

	if (table)
		op->sector = start + chance_below(m->c, meta);
	else
		op->sector = start + meta + 16 + chance_below(m->c, 512);
	if (table && chance_of(m->c, 50))
		op->sector = size - 1 - chance_below(m->c, meta);
	op->sector -= op->sector % unit;
	op->count = (1 + chance_below(m->c, table ? 2 : 16)) * unit;
	if (op->count > size - op->sector)
		op->count = size - op->sector;
}

static void make_fault(struct maker *m, struct op *op)
{
	bool data = has(m, BAD_SPARE), table = has(m, BAD_TABLE), spare = false;

	op->kind = OP_FAULT;
	make_letters(m, op->letters);
	if (data || table)
		spare = chance_of(m->c, 50);
	op->disk = spare ? SPARE : MAIN;
	if (spare)
		choose_spare_range(m, op, table && (!data || chance_of(m->c, 50)));
	else
		choose_range(m, op, chance_of(m->c, 80) ? 3 : 24);
}

static void make_cut(struct maker *m, struct op *op)
{
	static const u32 permille[] = { 0, 1000, 1000, 500, 500, 100, 900 };

	op->kind = OP_CUT;
	op->a = one_of(m->c, permille, ARRAY_SIZE(permille));
	op->b = one_of(m->c, permille, ARRAY_SIZE(permille));
	op->pieces = chance_of(m->c, 50) ? 1 : 8;
	if (chance_of(m->c, 30))
		op->c = 1 + chance_below(m->c, 30000);
}

/* The interesting instants are those in which the map changes: another thread sees to that. */
static void make_cut_while_remapping(struct maker *m, struct op *op)
{
	make_blocks(m, op, OP_REMAP, m->s->spare_blocks ? 2 : 60);
	make_cut(m, &op[1]);
	op[1].delay = chance_below(m->c, chance_of(m->c, 50) ? 4000 : 40000);
	if (chance_of(m->c, 50)) {
		op[1].flushes = 1 + chance_below(m->c, 4);
		op[1].delay = 40000;
	}
}

/* Back to main, at the resume after it: with I/O waiting, and sometimes with a power cut in it. */
static void make_recover(struct maker *m, struct op *op, bool cut)
{
	make_blocks(m, op, OP_RECOVER, 200);
	op[1] = (struct op){ .kind = OP_SUSPEND, .noflush = chance_of(m->c, 40),
			     .a = chance_below(m->c, 10) };
	if (!cut)
		return;
	make_cut(m, &op[2]);
	op[2].flushes = 1 + chance_below(m->c, 6);
	op[2].delay = 40000;
}

/* A block goes to the spare while it is being written, and read. */
static void make_race(struct maker *m, struct op *op)
{
	u32 i;

	op->kind = OP_WRITE;
	choose_range(m, op, 32);
	for (i = 1; i < 4; i++)
		op[i] = op[0];
	op[1].kind = OP_REMAP;
	op[1].sector = op->sector / spb();
	op[1].count = (op->sector + op->count - 1) / spb() - op[1].sector + 1;
	op[3].kind = OP_READ;
}

/*
 * The spare fails a flush while a change of the map is under way, and at once one is sent: it
 * may be that of a user, whatever has been written of the blocks by then. Other threads flush
 * as well, so that nothing may come between the two.
 */
static void make_flush_race(struct maker *m, struct op *op)
{
	make_blocks(m, op, OP_REMAP, m->s->spare_blocks ? 2 : 60);
	op[1] = (struct op){ .kind = OP_FLUSHFAIL, .disk = SPARE, .a = 1, .flushes = 1,
			     .delay = chance_below(m->c, 800 * op->count) };
	op[2].kind = OP_FLUSH;
	op[3].kind = OP_FLUSH;
}

/* Main fails the flush of a stop: the instance after it owes that to the user. */
static void make_flush_reload(struct maker *m, struct op *op)
{
	op->kind = OP_WRITE;
	choose_range(m, op, 32);
	op[1] = (struct op){ .kind = OP_FLUSHFAIL, .disk = MAIN, .a = 1 };
	op[2] = (struct op){ .kind = OP_RELOAD };
}

static void make_whole_disk(struct maker *m, struct op *op)
{
	u32 r = chance_below(m->c, 10);

	op->disk = chance_of(m->c, 60) ? MAIN : SPARE;
	op->a = 1 + chance_below(m->c, 600);
	op->kind = OP_OUTAGE;
	if (r < 2) {
		op->kind = OP_PROTECT;
	} else if (r < 7) {
		op->kind = OP_FLUSHFAIL;
		op->a = chance_of(m->c, 70) ? 1 : 1 + chance_below(m->c, 4);
	}
}

/* What isn't plain I/O; false: none this time. */
static bool make_event(struct maker *m, struct op *op)
{
	bool faults = m->s->profile != CALM;
	u32 r = chance_below(m->c, 1000);

	if (r < 10)
		make_blocks(m, op, OP_REMAP, m->s->spare_blocks ? 2 : 6);
	else if (r < 13)
		make_blocks(m, op, OP_RETRY, 40);
	else if (r < 16)
		make_blocks(m, op, OP_REPORT, 6);
	else if (r < 20)
		op->kind = OP_CHECK;
	else if (r < 24)
		*op = (struct op){ .kind = OP_SUSPEND, .noflush = chance_of(m->c, 40),
				   .a = chance_below(m->c, 10) };
	else if (r < 26)
		*op = (struct op){ .kind = OP_RELOAD, .noflush = chance_of(m->c, 40) };
	else if (r < 27)
		make_cut(m, op);
	else if (r < 28)
		op->kind = OP_RESTART;
	else if (r < 43 && faults)
		make_fault(m, op);
	else if (r < 47 && faults)
		*op = (struct op){ .kind = OP_HEAL, .disk = MAIN };
	else if (r < 48 && faults)
		op->kind = OP_HEAL_ALL;
	else if (r < 53 && has(m, OUTAGES))
		make_whole_disk(m, op);
	else
		return false;
	if (op->kind == OP_HEAL)
		choose_range(m, op, 64);
	return true;
}

struct op_list op_list_make(struct chance *c, const struct shape *s, u32 nr)
{
	struct maker m = { .c = c, .s = s, .unit = s->logical[MAIN] / SECTOR };
	struct op_list list = { .ops = calloc(nr + 8, sizeof(struct op)) };
	u32 i;

	if (!list.ops)
		die("no memory");
	for (i = 0; i < NR_HOT; i++)
		m.hot[i] = chance_below(c, s->sectors);
	while (list.nr < nr) {
		struct op *op = &list.ops[list.nr++];

		/* where all is remapped nothing changes any more: on to new places */
		if (chance_below(c, 1000) < 12)
			m.hot[chance_below(c, NR_HOT)] = chance_below(c, s->sectors);
		if (chance_below(c, 1000) < 3) {
			make_cut_while_remapping(&m, op);
			list.nr++;
		} else if (chance_below(c, 1000) < 12 && !s->spare_blocks) {
			make_race(&m, op);
			list.nr += 3;
		} else if (has(&m, OUTAGES) && chance_below(c, 1000) < 5) {
			make_flush_race(&m, op);
			list.nr += 3;
		} else if (has(&m, OUTAGES) && chance_below(c, 1000) < 5) {
			make_flush_reload(&m, op);
			list.nr += 2;
		} else if (chance_below(c, 1000) < 4) {
			bool cut = chance_of(c, 25);

			make_recover(&m, op, cut);
			list.nr += 1 + cut;
		} else if (!make_event(&m, op)) {
			make_io(&m, op);
		}
	}
	make_cut(&m, &list.ops[list.nr++]);
	list.ops[list.nr++].kind = OP_FINAL;
	return list;
}
