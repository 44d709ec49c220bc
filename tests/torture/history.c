// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"

struct event {
	struct op op;
	u64 began, ended;	/* ended 0: not yet */
	int result;
	u8 thread;
};

#define MOST	200000

static struct event *events;
static u64 nr_events, nr_ended;

void history_init(void)
{
	if (!events)
		events = calloc(MOST, sizeof(*events));
	if (!events)
		die("no memory for the history");
	nr_events = 0;
}

u64 history_begin(const struct op *op, u32 thread)
{
	u64 number = __atomic_fetch_add(&nr_events, 1, __ATOMIC_SEQ_CST);

	if (number >= MOST)
		die("the history is full");
	events[number] = (struct event){ .op = *op, .thread = thread, .began = tick() };
	return number + 1;
}

void history_began(u64 number, u64 when)
{
	events[number - 1].began = when;
}

void history_end(u64 number, int result)
{
	events[number - 1].result = result;
	events[number - 1].ended = tick();
	__atomic_fetch_add(&nr_ended, 1, __ATOMIC_SEQ_CST);
}

u64 history_ended(void)
{
	return __atomic_load_n(&nr_ended, __ATOMIC_SEQ_CST);
}

static void show(u64 i)
{
	const struct event *e = &events[i];
	char end[40] = "not ended";

	if (e->ended && !e->result)
		snprintf(end, sizeof(end), "%llu done", (unsigned long long)e->ended);
	else if (e->ended)
		snprintf(end, sizeof(end), "%llu failed: %s", (unsigned long long)e->ended,
			 strerrorname_np(-e->result) ?: "?");
	say("  #%llu [%llu .. %s] t%u %s", (unsigned long long)(i + 1),
	    (unsigned long long)e->began, end, e->thread, op_describe(&e->op));
}

static bool wanted(const struct event *e, u64 sector)
{
	/* a write with FUA that fails, wherever, may be who is told of a flush that failed */
	if (e->op.kind == OP_WRITE_FUA && e->result)
		return true;
	return sector == NEVER ? !op_is_io(&e->op) : op_touches(&e->op, sector);
}

void history_show(u64 sector, u32 most)
{
	u64 i, nr = nr_events, found = 0, skip;

	for (i = 0; i < nr; i++)
		found += wanted(&events[i], sector);
	skip = found > most ? found - most : 0;
	if (skip)
		say("  (%llu earlier ones are left out)", (unsigned long long)skip);
	for (i = 0; i < nr; i++) {
		if (!wanted(&events[i], sector))
			continue;
		if (skip)
			skip--;
		else
			show(i);
	}
}

void history_show_open(void)
{
	u64 i;

	for (i = 0; i < nr_events; i++)
		if (!events[i].ended)
			show(i);
}
