// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/kernel.h>

#include "back.h"
#include "block_map.h"
#include "clock.h"
#include "guard_mark.h"
#include "interrupt.h"
#include "klog.h"
#include "window.h"

#define MAX_RANGES	32	/* that the kernel lets wait */
#define PAUSE_MS	200	/* for everybody else, between two windows */

int back_begin(const char *name, struct remap_status *status)
{
	int r = dm_begin();

	if (!r)
		r = dm_read_status(name, status);
	if (!r)
		r = dm_handshake(status->name);
	if (!r)
		r = window_lock(status->name);
	return r ? r : window_refuse(status->name);
}

/*
 * Wishes
 */

struct figures {
	u64 waiting, recovered, kept;
};

static int wish(const char *name, const char *what, struct figures *f)
{
	char message[64], *reply;
	int r;

	snprintf(message, sizeof(message), "recover%s%s", *what ? " " : "", what);
	r = dm_message(name, message, &reply);
	if (!r && (!reply || sscanf(reply, "%llu waiting, %llu recovered, %llu kept", &f->waiting,
				    &f->recovered, &f->kept) != 3))
		r = -EPROTO;
	free(reply);
	return r;
}

static int say_why(const char *name, int error)
{
	switch (-error) {
	case EINVAL:
		return fail(WRONG_DEVICE, "%s: the module in the kernel knows no 'recover': it is of another age. Load the one of the same release", name);
	case EROFS:
		return fail(WRONG_DEVICE, "%s: the map cannot change, so nothing goes back to the main device: see remapsetup status %s",
			    name, name);
	case ESHUTDOWN:
	case EAGAIN:
		return fail(BUSY, "%s was suspended by somebody else meanwhile; what went back is on the main device, the rest on the spare",
			    name);
	case EPROTO:
		return fail(WRONG_DEVICE, "%s: the module in the kernel answers in a way that remapsetup does not understand",
			    name);
	default:
		return fail_errno(error, "%s: not all blocks could be asked back; what went back is on the main device, the rest on the spare",
				  name);
	}
}

static int suspend_and_resume(const char *name)
{
	struct window w;
	int suspended, resumed = 0;
	int r = window_open(&w, name, 0);

	if (r)
		return r;
	suspended = window_suspend(&w);
	if (!suspended)
		resumed = window_resume(&w);
	window_close(&w);
	if (suspended)
		return fail_errno(suspended, "%s cannot be suspended, so nothing more goes back; it goes on as before",
				  name);
	return resumed ? window_say_stuck(name, resumed) : OK;
}

/*
 * One pass over all that is wished for
 */

struct pass {
	struct back *back;
	struct block_map map;
	size_t next;		/* in the map */
	size_t all;		/* wished for and remapped, at the beginning of all */
	u64 began;		/* the kernel's count of what has gone */
};

static int by_number(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool wished(const struct back *back, u64 block)
{
	return back->nr && bsearch(&block, back->blocks, back->nr, sizeof(block), by_number);
}

static size_t count(const struct pass *p)
{
	size_t i, nr = 0;

	for (i = 0; i < p->map.nr; i++)
		nr += wished(p->back, p->map.list[i].block);
	return nr;
}

/*
 * From one remapped block to another, as long as all in between are wished for: a range may lie
 * over blocks that are on main, of which the kernel takes no notice.
 */
static bool next_range(struct pass *p, u64 *first, u64 *blocks)
{
	const struct block_map *m = &p->map;
	size_t end;

	while (p->next < m->nr && !wished(p->back, m->list[p->next].block))
		p->next++;
	if (p->next == m->nr)
		return false;
	for (end = p->next + 1; end < m->nr && wished(p->back, m->list[end].block); end++)
		;
	*first = m->list[p->next].block;
	*blocks = m->list[end - 1].block - *first + 1;
	p->next = end;
	return true;
}

static int send_ranges(struct pass *p, struct figures *f)
{
	const char *name = p->back->status->name;
	unsigned int nr = 0;
	u64 first, blocks;
	char text[64];
	int r = 0;

	while (!r && nr++ < MAX_RANGES && next_range(p, &first, &blocks)) {
		snprintf(text, sizeof(text), "%llu+%llu", first, blocks);
		r = wish(name, text, f);
	}
	return r ? say_why(name, r) : OK;
}

static void tell(const struct pass *p, const struct figures *f)
{
	if (p->back->tell)
		p->back->tell(min((u64)p->all, f->recovered - p->began), p->all, p->back->context);
}

/* Windows until nothing waits; the kernel gets on with each of them, but look all the same. */
static int drain(struct pass *p, struct figures *f)
{
	const char *name = p->back->status->name;
	u64 before;
	int r;

	do {
		before = f->waiting;
		r = suspend_and_resume(name);
		if (r)
			return r;
		r = wish(name, "", f);
		if (r)
			return say_why(name, r);
		tell(p, f);
		if (f->waiting)
			sleep_ms(PAUSE_MS);
	} while (f->waiting && f->waiting < before && !interrupted);
	return OK;
}

static int pass(struct pass *p)
{
	struct figures f = { 0 };
	int r = OK;

	p->next = 0;
	while (!r && !interrupted) {
		r = send_ranges(p, &f);
		if (r || !f.waiting)
			break;
		r = drain(p, &f);
	}
	/* what waits still must not come true when somebody else suspends the device */
	if (r || interrupted || f.waiting)
		wish(p->back->status->name, "cancel", &f);
	return r;
}

static int begin(struct pass *p)
{
	struct figures f;
	int r = block_map_read(p->back->status->name, &p->map);

	if (r)
		return r;
	p->all = count(p);
	p->back->left = p->all;
	r = wish(p->back->status->name, "cancel", &f);
	p->began = f.recovered;
	return r ? say_why(p->back->status->name, r) : OK;
}

int back_move(struct back *back)
{
	struct pass p = { .back = back };
	size_t before;
	int r = begin(&p);

	interrupt_catch();
	do {
		before = back->left;
		if (!r && before)
			r = pass(&p);
		block_map_free(&p.map);
		if (!r)
			r = block_map_read(back->status->name, &p.map);
		if (!r)
			back->left = count(&p);
	} while (!r && back->left && back->left < before && !interrupted);
	block_map_free(&p.map);
	if (!r && interrupted)
		return fail(BAD_USE, "%s: interrupted; %zu blocks are back on the main device, %zu stay on the spare",
			    back->status->name, p.all - back->left, back->left);
	return r;
}

/*
 * Which
 */

static bool within(const u64 (*ranges)[2], size_t nr, u64 block)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (block >= ranges[i][0] && block - ranges[i][0] < ranges[i][1])
			return true;
	return false;
}

static int choose(const struct guard_marks *marks, const struct block_map *map,
		  const u64 (*ranges)[2], size_t nr, struct back_choice *c)
{
	size_t i;

	c->blocks = calloc(map->nr + 1, sizeof(*c->blocks));
	if (!c->blocks)
		return no_memory();
	for (i = 0; i < map->nr; i++) {
		const struct reply_entry *e = &map->list[i];

		if (!within(ranges, nr, e->block))
			continue;
		if (marks && guard_mark_is_at(marks, e->block))
			c->guarded++;
		else if (e->lost)
			c->lost++;
		else
			c->blocks[c->nr++] = e->block;
	}
	return OK;
}

int back_choose(const struct remap_status *status, const u64 (*ranges)[2], size_t nr,
		bool guard_too, struct back_choice *c)
{
	struct guard_marks marks;
	struct block_map map;
	int r;

	memset(c, 0, sizeof(*c));
	r = guard_marks_open(&marks, status);
	if (r)
		return r;
	r = block_map_read(status->name, &map);
	if (!r)
		r = choose(guard_too ? NULL : &marks, &map, ranges, nr, c);
	block_map_free(&map);
	guard_marks_close(&marks);
	return r;
}

/*
 * What came of it
 */

static int say_left(const struct back *back, const struct back_choice *c, struct klog *log)
{
	const char *name = back->status->name;

	if (c->guarded)
		printf("%zu blocks stay on the spare because 'guard' keeps them there\n", c->guarded);
	if (!back->left && !c->lost)
		return OK;
	if (back->left)
		klog_tell(log, name);
	if (c->lost)
		fail(0, "%s: %zu blocks stay on the spare because some of their data is lost: see remapsetup list --lost %s",
		     name, c->lost, name);
	if (!back->left)
		return WRONG_DEVICE;
	return fail(WRONG_DEVICE, "%s: %zu blocks stay on the spare, with their data; the kernel's log says why: the main device did not take them or give them back, or the spare did not read or record it",
		    name, back->left);
}

int back_report(const struct remap_status *status, const struct back_choice *c,
		void (*tell)(u64 gone, u64 all, void *context), void *context)
{
	struct back back = {
		.status = status,
		.blocks = c->blocks,
		.nr = c->nr,
		.tell = tell,
		.context = context,
	};
	struct klog log;
	int r;

	klog_begin(&log);
	r = c->nr ? back_move(&back) : OK;
	if (tell && isatty(STDOUT_FILENO))
		printf("\33[2K\r");
	if (!r) {
		printf("%zu blocks are back on the main device\n", c->nr - back.left);
		r = say_left(&back, c, &log);
	}
	klog_end(&log);
	return r;
}
