// SPDX-License-Identifier: GPL-2.0-only
#include "scan_walk.h"

void walk_init(struct walk *w)
{
	memset(w, 0, sizeof(*w));
	w->now.ns = 12345 * SECOND;
	w->now.priority = SCAN_PRIORITY_DEFAULT;
	w->now.chunk = SCAN_CHUNK_DEFAULT;
	w->now.left = 100 * GIB;
	w->now.deadline_ns = w->now.ns + 24 * HOUR;
	scan_pace_init(&w->p, &w->now);
}

u64 ask(struct walk *w)
{
	u64 wait = scan_pace_wait(&w->p, &w->now, &w->size);

	assert_true(!wait || (wait >= MS && wait <= SECOND));
	assert_in_range(w->size, SCAN_CHUNK_MIN, SCAN_CHUNK_MAX);
	assert_int_equal(!wait, w->p.reason == SCAN_GO);
	return wait;
}

void pass_time(struct walk *w, u64 ns)
{
	w->now.ns += ns;
}

void serve(struct walk *w, u64 ns)
{
	w->now.started++;
	w->now.busy_ns += ns;
	pass_time(w, ns);
	w->now.completed++;
}

void come(struct walk *w, u64 nr)
{
	w->now.started += nr;
	w->now.completed += nr;
}

bool walk_probe(struct walk *w, u64 ns, u64 disturbed_by)
{
	bool undisturbed;

	scan_pace_begin(&w->p, &w->now, w->size);
	pass_time(w, ns);
	w->now.started += disturbed_by;
	undisturbed = scan_pace_end(&w->p, &w->now);
	w->now.completed += disturbed_by;
	return undisturbed;
}

bool go_within(struct walk *w, u64 ns)
{
	u64 end = w->now.ns + ns, wait;

	while ((wait = ask(w)) && w->now.ns < end)
		pass_time(w, wait);
	return !wait;
}

void with_load(struct walk *w, u32 percent)
{
	u32 i;

	for (i = 0; i < 300; i++) {
		serve(w, percent * MS / 10);
		pass_time(w, (100 - percent) * MS / 10);
		ask(w);
	}
}

void scan_for(struct walk *w, u64 ns)
{
	u64 end = w->now.ns + ns, wait;

	while (w->now.ns < end) {
		wait = ask(w);
		pass_time(w, wait);
		if (!wait) {
			walk_probe(w, 10 * MS, 0);
			w->now.left -= w->size;
		}
	}
}

u64 whole_pass(struct walk *w, u64 sectors, u64 interval, u64 probe_ns, u64 jitter)
{
	u64 start, i, wait;

	walk_init(w);
	start = w->now.ns;
	w->now.left = sectors;
	for (i = 0; w->now.left; i++) {
		w->now.deadline_ns = start + interval + (i * 7919 % 100) * jitter / 100;
		wait = ask(w);
		if (wait) {
			pass_time(w, wait);
			continue;
		}
		if (w->size > w->now.left)
			w->size = w->now.left;
		walk_probe(w, probe_ns, 0);
		w->now.left -= w->size;
		if (w->now.ns > start + 10 * interval)
			return 1000;
	}
	return (w->now.ns - start) * 100 / interval;
}
