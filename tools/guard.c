// SPDX-License-Identifier: GPL-2.0-only
/*
 * The blocks by which the main device is recognised go to the spare, and a mark comes in
 * their place. Each step leaves what is right: first the entry is durable, then all I/O to
 * the old place is drained, only then is the old place written.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "back.h"
#include "block_map.h"
#include "device.h"
#include "guard_mark.h"
#include "klog.h"
#include "signature.h"
#include "verb.h"
#include "window.h"

#define ROUNDS		16	/* what hid behind a signature comes to light in the next */
#define MAX_BLOCKS	64

struct guard {
	struct remap_status status;
	struct guard_marks marks;
	char main_path[256];
	u64 blocks[MAX_BLOCKS];
	size_t nr;		/* in @blocks */
	size_t marked;		/* in all */
	size_t unread;		/* places of remapped blocks that do not read on the main device */
};

/*
 * What to guard
 */

static int refuse_type(const struct guard *g, const struct signature *s)
{
	if (strcmp(s->type, "crypto_LUKS"))
		return OK;
	return fail(WRONG_DEVICE, "%s holds a LUKS header, which is not guarded: it would be on the spare only, and if that is lost, so is everything on %s. An encrypted disk cannot be mounted by accident either. %s",
		    g->main_path, g->main_path, g->marked ?
		    "What was found before it is guarded; 'guard off' brings that back" :
		    "Nothing was changed");
}

static int note_block(struct guard *g, u64 block)
{
	size_t i;

	for (i = 0; i < g->nr; i++)
		if (g->blocks[i] == block)
			return OK;
	if (g->nr == MAX_BLOCKS)
		return fail(WRONG_DEVICE, "%s has too many signatures to guard", g->main_path);
	g->blocks[g->nr++] = block;
	return OK;
}

static int note(struct guard *g, const struct signature *s)
{
	u64 first = s->offset / g->status.block_size;
	u64 last = (s->offset + max(s->bytes, (u64)1) - 1) / g->status.block_size;
	int r = refuse_type(g, s);

	verbose("%s: %s at byte %llu", g->main_path, s->type, s->offset);
	if (!r && s->offset + s->bytes > g->status.sectors << 9)
		return fail(WRONG_DEVICE, "%s: a signature (%s) stands at byte %llu, behind what %s maps, and cannot be guarded",
			    g->main_path, s->type, s->offset, g->status.name);
	if (!r && !guard_mark_reaches(&g->status, first))
		return fail(WRONG_DEVICE, "%s: a signature (%s) stands at byte %llu, too far inside to be guarded",
			    g->main_path, s->type, s->offset);
	for (; !r && first <= last; first++)
		r = note_block(g, first);
	return r;
}

static int look(struct guard *g, dev_t number, struct signatures *found)
{
	size_t i;
	int r = signatures_find(number, found);

	for (i = 0; !r && i < found->nr; i++)
		r = note(g, &found->list[i]);
	return r;
}

/*
 * On
 */

static int lookup(const struct guard *g, u64 block, struct reply_entry *entry)
{
	char message[32], *reply;
	int r;

	snprintf(message, sizeof(message), "lookup %llu", block);
	r = dm_message(g->status.name, message, &reply);
	if (!r && (!reply || !reply_entry(reply, entry)))
		r = -EPROTO;
	free(reply);
	return r ? fail_errno(r, "%s: block %llu cannot be looked up", g->status.name, block) : OK;
}

/* All of it is on the spare, and it is the last data. */
static int check_moved(const struct guard *g, u64 block)
{
	struct reply_entry e;
	int r = lookup(g, block, &e);

	if (r)
		return r;
	if (e.mapped && !e.lost && !e.rescuable)
		return OK;
	return fail(WRONG_DEVICE, "%s: block %llu is not whole on the spare, so its place on %s is left alone",
		    g->status.name, block, g->main_path);
}

static int move(const struct guard *g, u64 block)
{
	char message[32];
	struct klog log;
	int r;

	snprintf(message, sizeof(message), "remap %llu", block);
	klog_begin(&log);
	r = dm_message(g->status.name, message, NULL);
	if (r) {
		klog_tell(&log, g->status.name);
		r = fail_errno(r, "%s: block %llu cannot be moved to the spare; %s is not guarded",
			       g->status.name, block, g->main_path);
	}
	klog_end(&log);
	return r ? r : check_moved(g, block);
}

/* Reads that are on their way to the old place come to their end. */
static int drain(const struct guard *g)
{
	struct window w;
	int error, r = window_open(&w, g->status.name, 0);

	if (r)
		return r;
	error = window_suspend(&w);
	if (!error)
		error = window_resume(&w);
	window_close(&w);
	return error ? fail_errno(error, "%s cannot be suspended and resumed; %s is not guarded. See dmsetup info %s",
				  g->status.name, g->main_path, g->status.name) : OK;
}

static int mark(struct guard *g, const struct disk *main, u64 block)
{
	int r = check_moved(g, block);

	if (r || guard_mark_is_at(&g->marks, block))
		return r;
	r = guard_mark_write(&g->marks, main, block);
	if (r)
		return fail_errno(r, "%s: the place of block %llu cannot be written; %s is not guarded. The data is on the spare, and whole",
				  g->main_path, block, g->main_path);
	g->marked++;
	return OK;
}

static int mark_all(struct guard *g)
{
	struct disk main;
	size_t i;
	int r = disk_open(&main, g->main_path, DISK_WRITE);

	for (i = 0; !r && i < g->nr; i++)
		r = mark(g, &main, g->blocks[i]);
	disk_close(&main);
	return r;
}

static int hide(struct guard *g)
{
	size_t i;
	int r = OK;

	for (i = 0; !r && i < g->nr; i++)
		r = move(g, g->blocks[i]);
	if (!r)
		r = drain(g);
	return r ? r : mark_all(g);
}

static size_t count_marks(struct guard *g, const struct block_map *map, u64 *blocks)
{
	size_t i, nr = 0;

	for (i = 0; i < map->nr; i++) {
		enum guard_mark_seen seen = guard_mark_look(&g->marks, map->list[i].block);

		g->unread += seen == GUARD_MARK_UNREAD;
		if (seen != GUARD_MARK_THERE)
			continue;
		if (blocks)
			blocks[nr] = map->list[i].block;
		nr++;
	}
	return nr;
}

static int turn_on(struct guard *g)
{
	struct signatures on_device, on_main;
	int round, r = look(g, g->status.number, &on_device);

	if (!r)
		r = look(g, g->status.main, &on_main);
	if (!r && !g->nr)
		return fail(WRONG_DEVICE, "%s holds nothing that would be recognised on %s: there is nothing to guard",
			    g->status.name, g->main_path);
	for (round = 0; !r && round < ROUNDS; round++) {
		r = hide(g);
		g->nr = 0;
		if (!r)
			r = look(g, g->status.main, &on_main);
		if (!r && !g->nr) {
			printf("%s alone is recognised as nothing now: %zu blocks were marked\n",
			       g->main_path, g->marked);
			return OK;
		}
	}
	return r ? r : fail(WRONG_DEVICE, "%s is still recognised as %s; see wipefs %s", g->main_path,
			    on_main.list[0].type, g->main_path);
}

/*
 * Off
 */

static int bring_back(const struct guard *g, const u64 *blocks, size_t nr)
{
	struct back back = { .status = &g->status, .blocks = blocks, .nr = nr };
	struct klog log;
	int r;

	klog_begin(&log);
	r = back_move(&back);
	if (!r && back.left) {
		klog_tell(&log, g->status.name);
		r = fail(WRONG_DEVICE, "%s: %zu of %zu guarded blocks stay on the spare, with their data: %s does not take them",
			 g->status.name, back.left, nr, g->main_path);
	}
	klog_end(&log);
	return r;
}

static int check_gone(const struct guard *g, const u64 *blocks, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (guard_mark_is_at(&g->marks, blocks[i]))
			return fail(WRONG_DEVICE, "%s: the mark is still in the place of block %llu; do not use %s alone",
				    g->main_path, blocks[i], g->main_path);
	printf("%s is recognised again: %zu blocks are back on it\n", g->main_path, nr);
	return OK;
}

static int turn_off(struct guard *g)
{
	struct block_map map;
	u64 *blocks = NULL;
	size_t nr = 0;
	int r = block_map_read(g->status.name, &map);

	if (!r) {
		blocks = calloc(map.nr + 1, sizeof(*blocks));
		r = blocks ? OK : no_memory();
	}
	if (!r)
		nr = count_marks(g, &map, blocks);
	if (!r && g->unread)
		r = fail(WRONG_DEVICE, "%s does not read at the places of %zu blocks that are on the spare, so it is not known whether they are guarded. Nothing was changed; their data is on the spare",
			 g->main_path, g->unread);
	if (!r && !nr)
		printf("%s is not guarded\n", g->main_path);
	if (!r && nr)
		r = bring_back(g, blocks, nr);
	if (!r && nr)
		r = check_gone(g, blocks, nr);
	free(blocks);
	block_map_free(&map);
	return r;
}

/*
 * Status
 */

static int show(struct guard *g)
{
	struct signatures found;
	struct block_map map;
	size_t nr = 0, i;
	int r = block_map_read(g->status.name, &map);

	if (!r)
		nr = count_marks(g, &map, NULL);
	block_map_free(&map);
	if (!r)
		r = signatures_find(g->status.main, &found);
	if (r)
		return r;
	printf("guard of %s: %s, %zu blocks marked\n", g->status.name,
	       !nr ? "off" : found.nr ? "incomplete" : "on", nr);
	if (g->unread)
		printf("%zu more blocks on the spare may be, their places on %s do not read\n",
		       g->unread, g->main_path);
	for (i = 0; i < found.nr; i++)
		printf("%s is recognised: %s at byte %llu\n", g->main_path, found.list[i].type,
		       found.list[i].offset);
	return OK;
}

/*
 * The verb
 */

static int check(const struct guard *g)
{
	if (!g->status.main_start)
		return OK;
	return fail(WRONG_DEVICE, "%s maps %s from sector %llu on: nothing there is recognised on the raw disk, and nothing needs a guard",
		    g->status.name, g->main_path, g->status.main_start);
}

static int begin(struct guard *g, const char *name, bool change)
{
	int r = OK;

	if (change)
		return back_begin(name, &g->status);
	r = dm_begin();
	if (!r)
		r = dm_read_status(name, &g->status);
	return r ? r : dm_handshake(g->status.name);
}

static int run(const struct call *call)
{
	const char *what = call->args[1];
	bool on = !strcmp(what, "on"), off = !strcmp(what, "off");
	struct guard g = { .nr = 0 };
	int r;

	if (!on && !off && strcmp(what, "status"))
		return fail(BAD_USE, "guard: '%s' is none of on, off and status", what);
	r = begin(&g, call->args[0], on || off);
	if (r)
		return r;
	device_path(g.status.main, g.main_path, sizeof(g.main_path));
	r = check(&g);
	if (!r)
		r = guard_marks_open(&g.marks, &g.status);
	if (r)
		return r;
	r = on ? turn_on(&g) : off ? turn_off(&g) : show(&g);
	guard_marks_close(&g.marks);
	return r;
}

static const struct verb_option options[] = {
	{ }
};

const struct verb verb_guard = {
	.name = "guard",
	.usage = "<name> on|off|status",
	.summary = "keep the main device from being mounted alone",
	.details =
"on      move the blocks by which the main device is recognised (superblock,\n"
"        partition table) to the spare, and put a mark in their place: without\n"
"        its spare, mount, LVM and boot loaders take the disk for nothing\n"
"off     move them back\n"
"status  whether it is on, and what the main device is recognised as\n"
"\n"
"Nothing changes for users of /dev/mapper/<name>. The spare is needed from then\n"
"on, even if the disk has no bad block: what is lost with the spare are these\n"
"blocks. Not for LUKS, whose header is in no second place. 'recover' and\n"
"'evacuate' leave guarded blocks alone.",
	.min_args = 2,
	.max_args = 2,
	.options = options,
	.run = run,
};
