// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "activation.h"
#include "change.h"
#include "damage.h"
#include "judge.h"
#include "model.h"
#include "tag.h"

#define MAX_PRINTED 8

struct tally *tally;

static const struct effort *effort;
static const char *where;
static u32 pass;
static struct seen *states, *metas, *damages, *printed;
static struct record first, second;

void judge_init(const struct effort *e)
{
	effort = e;
	states = seen_new();
	metas = seen_new();
	damages = seen_new();
	printed = seen_new();
}

const struct cut_limits *judge_pass(u32 nr)
{
	static struct cut_limits chance;

	pass = nr;
	chance = (struct cut_limits){ .only_random = true, .random = effort->random };
	return nr ? &chance : &effort->first;
}

/*
 * Saying so
 */

static bool is_news(const char *text)
{
	u64 hash = 0;

	/* numbers aside */
	for (; *text; text++)
		if (*text < '0' || *text > '9')
			hash = crash_mix(hash + *text);
	return printed->nr < MAX_PRINTED && seen_add(printed, hash);
}

void violated(const char *fmt, ...)
{
	char text[600], line[2400];
	va_list ap;
	int n;

	__sync_fetch_and_add(&tally->violations, 1);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!is_news(text))
		return;
	n = snprintf(line, sizeof(line), "# VIOLATION: %s\n#   %s, in phase '%s'\n", text, where,
		     model_phase);
	n += snprintf(line + n, sizeof(line) - n, "#   unflushed:%s\n", cuts_describe());
	if (fwrite(line, 1, n, stdout) != (size_t)n || fflush(stdout))
		die("cannot write");
}

/*
 * Values
 */

static const char *found(const struct content *c)
{
	static char text[100];

	if (!c)
		return "an error";
	if (c->kind == CONTENT_ZERO)
		return "zeros";
	if (c->kind == CONTENT_OTHER)
		return "no data of any user";
	snprintf(text, sizeof(text), "write %u of sector %u", c->write, c->sector);
	return text;
}

static bool block_is_right(u32 block, const char *how)
{
	u32 spb = geometry.block_sectors, i;
	u32 spare = recover_place[block];
	u32 at = spare == REMAP_NO_SPARE ? geometry.main_at + block * spb :
		 geometry.spare_at + (u32)recover_md.super.data + spare * spb;

	for (i = 0; i < spb; i++) {
		const struct content *c = recover_lost[block] >> i & 1 ? NULL : state_at[at + i];

		if (model_allows(block * spb + i, c))
			continue;
		violated("%ssector %u (block %u, on %s %u) reads as %s; allowed is %s", how,
			 block * spb + i, block, spare == REMAP_NO_SPARE ? "main" : "spare block",
			 spare == REMAP_NO_SPARE ? block : spare, found(c),
			 model_explain(block * spb + i));
		return false;
	}
	return true;
}

bool values_are_right(const char *how)
{
	u32 block;

	for (block = 0; block < geometry.main_sectors / geometry.block_sectors; block++)
		if (!block_is_right(block, how))
			return false;
	return true;
}

/*
 * Power cuts during and after the load
 */

static void look_again(u32 event, void *arg)
{
	const struct change *c = arg;
	struct outcome o;

	__sync_fetch_and_add(&tally->again, 1);
	o = recover(&second);
	if (o.error || o.mode != REMAP_MODE_RW)
		violated("after a power cut during the activation the spare is refused (error %d, mode %s): %s",
			 o.error, remap_mode_name(o.mode), recover_reason());
	else if (!change_allows(c, o.map, event))
		violated("after a power cut during the activation or a change (%s) the map is another one",
			 change_names[c->kind]);
	else if (recover_md.super.flags & REMAP_SUPER_FORGET) {
		change_activate();
		if (recover(&second).map != o.map || recover_md.super.flags & REMAP_SUPER_FORGET)
			violated("the activation after FORGET does not end it, or changes more");
	}
}

/* Of a kind of change, if it can be made. Returns from where on the next one is of interest. */
static u32 judge_change(enum change_kind kind, u32 from)
{
	u32 mark = state_mark();
	struct outcome o = recover(&first);
	struct change c;
	bool made;

	change_activate();
	if (recover_md.mode != REMAP_MODE_RW)
		violated("an activation without any fault ended in mode %s",
			 remap_mode_name(recover_md.mode));
	made = change_make(&c, kind, crash_mix(state_meta_hash + kind), o.map);
	state_rollback(mark);
	if (!made)
		return from;
	if (c.outcome != REMAP_HAPPENED)
		violated("a change (%s) without any fault %s", change_names[kind],
			 change_outcome(&c));
	activation_cuts(&first, from, &effort->second, look_again, &c);
	return c.maps[1].from;
}

static void judge_again(void)
{
	enum change_kind kind;
	u32 from = 0;

	for (kind = 0; kind < CHANGES; kind++)
		from = judge_change(kind, from);
	if (!from)
		violated("the map cannot be changed at all");
}

/*
 * Flushes that fail
 */

static void look_after_failure(u32 event, void *arg)
{
	const struct change *c = arg;
	struct outcome o;

	__sync_fetch_and_add(&tally->flushes, 1);
	o = recover(&second);
	if (o.error)
		violated("after a flush that failed the spare is refused (error %d): %s", o.error,
			 recover_reason());
	else if (!change_allows(c, o.map, event))
		violated("after a change (%s) that %s, with a flush that failed, the map is another one",
			 change_names[c->kind], change_outcome(c));
}

static bool any_failed_before(u32 end)
{
	while (end--)
		if (first.events[end].failed)
			return true;
	return false;
}

/* One or some flushes, or all from there on, in the activation or in the change. */
static void judge_flush(void)
{
	/* a commit tries twice more */
	static const u32 counts[] = { 1, 3, FLUSHES_ALL };
	struct flush_fault fault = { random_below(10), counts[random_below(ARRAY_SIZE(counts))] };
	u32 mark = state_mark();
	struct outcome o;
	struct change c;
	bool made;

	disk_flush_fault = fault;
	o = recover(&first);
	change_activate();
	made = change_any(&c, random_below(CHANGES), random_u64() >> 40, o.map);
	disk_heal();
	state_rollback(mark);
	if (o.error)
		violated("with a flush that fails the spare is refused (error %d)", o.error);
	if (o.error || !made)
		return;
	if (c.outcome == REMAP_HAPPENED && fault.count == FLUSHES_ALL &&
	    any_failed_before(c.maps[0].until))
		violated("a change (%s) happened though no flush works any more",
			 change_names[c.kind]);
	activation_cuts(&first, 0, &effort->second, look_after_failure, &c);
}

static void judge_flushes(void)
{
	u32 i;

	for (i = 0; i < effort->flushes; i++)
		judge_flush();
}

/*
 * One state
 */

static bool acceptable(const struct outcome *o)
{
	if (!o->error)
		return true;
	/* before it was formatted it may be refused, if it does not look as if it were */
	if (!model_active && recover_md.super.state != REMAP_SUPER_ACTIVE)
		return false;
	violated("the spare is refused (error %d): %s", o->error, recover_reason());
	return false;
}

void judge_state(const char *w)
{
	u64 state = state_data_hash ^ crash_mix(state_meta_hash + model_version);
	u32 mark = state_mark();
	struct outcome o;
	bool fits;

	where = w;
	if (!seen_add(states, state))
		return;
	__sync_fetch_and_add(&tally->states, 1);
	o = recover(&first);
	fits = o.error || recover_main_fits();
	state_rollback(mark);
	if (!acceptable(&o))
		return;
	if (!fits)
		violated("the spare says that it was stopped with another content of main, and would be refused");
	if (o.mode != REMAP_MODE_RW)
		violated("the spare loads in mode %s", remap_mode_name(o.mode));
	if (!values_are_right(""))
		return;
	if (!model_active)
		return;
	if (seen_add(metas, state_meta_hash)) {
		judge_again();
		judge_flushes();
	}
	if (random_below(effort->one_in) ||
	    !seen_add(damages, crash_mix(state_meta_hash + pass) + model_version))
		return;
	damage_all(effort->damages);
}
