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

static void land_all(struct write **pending, u32 nr)
{
	u32 i, s;

	for (i = 0; i < nr; i++)
		for (s = 0; s < META_SECTORS; s++)
			state_put(pending[i]->sector + s, &pending[i]->content[s]);
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

		if (e->flush) {
			land_all(pending, nr);
			nr = 0;
			continue;
		}
		pending[nr] = &writes[nr];
		make_write(pending[nr++], e);
		if (v.event >= from)
			cuts_each(pending, nr, limits, visit_cut, &v);
	}
	land_all(pending, nr);
	visit(v.event, arg);
	state_rollback(mark);
}
