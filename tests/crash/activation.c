// SPDX-License-Identifier: GPL-2.0-only
#include "activation.h"

struct visitor {
	void (*visit)(u32 event, void *arg);
	void *arg;
	u32 event;
};

static void visit_cut(void *arg)
{
	struct visitor *v = arg;

	v->visit(v->event, v->arg);
}

static void make_write(struct write *w, const struct event *e)
{
	memset(w, 0, sizeof(*w));
	w->sector = e->sector;
	w->count = META_SECTORS;
	w->content = e->content;
}

static void land(const struct write *w)
{
	u32 s;

	for (s = 0; s < META_SECTORS; s++)
		state_put(w->sector + s, &w->content[s]);
}

/*
 * All of it is durable; but of what was under way at a flush that failed no later flush tells
 * anything: only a newer write of the same block does. Returns how many stay pending.
 */
static u32 flush(struct write **pending, u32 nr)
{
	u32 i, other, kept = 0;

	for (i = 0; i < nr; i++) {
		if (pending[i]->failed)
			continue;
		land(pending[i]);
		for (other = 0; other < i; other++)
			if (pending[other]->sector == pending[i]->sector)
				pending[other]->failed = false;
	}
	for (i = 0; i < nr; i++)
		if (pending[i]->failed)
			pending[kept++] = pending[i];
	return kept;
}

static void flush_failed(struct write **pending, u32 nr)
{
	while (nr--)
		pending[nr]->failed = true;
}

void activation_cuts(struct record *record, u32 from, const struct cut_limits *limits,
		     void (*visit)(u32 event, void *arg), void *arg)
{
	static struct write writes[MAX_EVENTS];
	struct write *pending[MAX_EVENTS];
	struct visitor v = { visit, arg, 0 };
	u32 nr = 0, mark = state_mark();

	for (v.event = 0; v.event < record->nr; v.event++) {
		struct event *e = &record->events[v.event];

		if (e->flush && e->failed) {
			flush_failed(pending, nr);
		} else if (e->flush) {
			nr = flush(pending, nr);
		} else {
			pending[nr] = &writes[v.event];
			make_write(pending[nr++], e);
			if (v.event >= from)
				cuts_each(pending, nr, limits, visit_cut, &v);
		}
	}
	cuts_each(pending, nr, limits, visit_cut, &v);
	state_rollback(mark);
}
