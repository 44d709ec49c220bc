// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads that lead to no verdict: a disk that is away, an error that says nothing of the place. The
 * pass waits and tries again, but never for ever where the rest of the device answers.
 */
#include <linux/device-mapper.h>
#include <linux/random.h>

#include "scanner.h"

#define DM_MSG_PREFIX "remap-scanner"

#define STALL_NS	(10ULL * NSEC_PER_SEC)
#define ROW_OF_BLOCKS	64u	/* left out in a row, and then as many pieces */
#define ROW_OF_PIECES	(2 * ROW_OF_BLOCKS)
#define PIECE		128u	/* sectors */
#define HEARD_NS	(1ULL * NSEC_PER_SEC)
#define HEARD_FAILURES	16
#define SAMPLES		3u
#define NEAR		16384u	/* sectors */

void scan_stall(struct scanner *s, u64 ns)
{
	/* it is one interruption, however often it is tried; that of a detach is counted there */
	if (!s->stalled && !READ_ONCE(s->dying))
		scan_figures(s)->interruptions++;
	s->stalled = true;
	s->stalled_ns = ktime_get_ns() + ns;
}

struct scan_tries *scan_tries_at(struct scanner *s, const struct scan_read *r)
{
	struct scan_tries *t = &s->tries;

	if (t->area != r->area || t->sector != r->sector)
		*t = (struct scan_tries){ .area = r->area, .sector = r->sector };
	return t;
}

/*
 * Where one place after another is left out, or many were in this pass, a part of the device is
 * away: few tries will do.
 */
bool scan_in_vain(struct scanner *s, const struct scan_read *r, unsigned int few)
{
	bool patient = !s->vain_row && s->vain_places < SCAN_VAIN_PLACES;

	if (++scan_tries_at(s, r)->unclear < (patient ? SCAN_VAIN_MAX : few))
		return false;
	s->vain_places += patient;
	return true;
}

/*
 * The more was left out in a row, the larger the part that is away, and the coarser it is read, or
 * each of its blocks would cost its own time. But all of it is read: it ends somewhere, and what
 * reads in part is taken apart.
 */
u32 scan_piece(const struct scanner *s)
{
	if (s->vain_row < ROW_OF_BLOCKS)
		return s->geo.block;
	return max(s->geo.block, PIECE);
}

/* A place that always fails so must not hold up the pass for ever: first its blocks alone. */
static void leave_out(struct scanner *s, const struct scan_read *r)
{
	sector_t start;

	if (r->purpose == SCAN_FOR_PASS && s->vain_row < ROW_OF_PIECES) {
		scan_note_broken(s, r);
		scan_go_past(s, r);
		return;
	}
	s->vain_row++;
	scan_count_unread(s, r);
	scan_area_place(s, r->area, &start);
	DMWARN_LIMIT("%s: %u sectors from sector %llu of the %s device on cannot be read, for a reason that says nothing of the disk; they are left out in this pass",
		     s->name, r->sectors, (u64)start + r->sector,
		     r->area == SCAN_MAIN ? "main" : "spare");
	scan_go_past(s, r);
}

void scan_fell_silent(struct scanner *s, const struct scan_read *r)
{
	struct scan_tries *t = scan_tries_at(s, r);

	t->silent = true;
	t->sectors = r->sectors;
}

void scan_heard(struct scanner *s, u64 sector, u32 sectors)
{
	s->heard = (struct scan_heard){
		.is = true,
		.sector = sector,
		.sectors = min(sectors, s->geo.block),
		.ns = ktime_get_ns(),
	};
}

/*
 * In a pass in which much is away, a read of it that succeeded a moment ago says that the disk
 * answers, for some blocks that fail.
 */
static bool heard_lately(struct scanner *s, const struct scan_read *r)
{
	struct scan_heard *h = &s->heard;

	return r->area == SCAN_MAIN && r->purpose == SCAN_FOR_BLOCK && h->is &&
	       s->vain_places >= SCAN_VAIN_PLACES && s->vain_row < ROW_OF_BLOCKS &&
	       ktime_get_ns() - h->ns < HEARD_NS && h->failures++ < HEARD_FAILURES;
}

/* Not far from what read it most likely reads as well. After a long row there are places enough. */
static bool reads_nearby(struct scanner *s)
{
	u32 block = s->geo.block, near = NEAR / block;
	u64 last = div_u64(s->geo.length, block) - 1, nr = div_u64(s->heard.sector, block);

	nr = nr - min_t(u64, nr, near) + get_random_u32() % (2 * near);
	return scan_reads(s, SCAN_MAIN, min(nr, last) * block, block);
}

/*
 * Where a large part is away, control reads mostly hit that. A place that read before says so too,
 * if it still reads; now and then another beside it, as something above the disk may keep it.
 */
static bool still_answers(struct scanner *s, const struct scan_read *r)
{
	struct scan_heard *h = &s->heard;
	unsigned int failures = h->failures;

	if (r->area != SCAN_MAIN || !h->is || s->vain_row < ROW_OF_BLOCKS)
		return scan_answers(s, r->area);
	if (failures >= ROW_OF_BLOCKS)
		return reads_nearby(s) || scan_answers(s, r->area);
	if (!scan_reads(s, SCAN_MAIN, h->sector, h->sectors))
		return scan_answers(s, r->area);
	h->failures = failures + 1;
	return true;
}

/*
 * What is read as a whole in a long row may be of more parts than one, and then no more than a
 * block of them is to be left out at once.
 */
static bool reads_in_part(struct scanner *s, const struct scan_read *r)
{
	u64 sector;
	u32 i, nr;

	if (s->vain_row < ROW_OF_BLOCKS || r->sectors <= s->geo.block)
		return false;
	for (i = 0; i < SAMPLES; i++) {
		nr = get_random_u32() % (r->sectors / s->geo.block);
		sector = r->sector + nr * s->geo.block;
		if (scan_reads(s, r->area, sector, s->geo.block))
			return true;
	}
	return false;
}

/* It was tried often enough: its blocks one by one, or none of them. */
static void give_up(struct scanner *s, const struct scan_read *r)
{
	unsigned int epoch = s->epoch;
	bool in_part = reads_in_part(s, r);

	if (s->epoch != epoch || READ_ONCE(s->dying))
		return;
	if (in_part)
		s->vain_row = 0;
	/* then a piece is read again block by block, and a read of the pass is taken apart there */
	if (!in_part || r->purpose == SCAN_FOR_PASS)
		leave_out(s, r);
}

/* An error that says nothing of the place: somebody else's, unless it is so each time. */
void scan_unclear(struct scanner *s, const struct scan_read *r)
{
	unsigned int epoch = s->epoch;
	bool answers;

	/* a visit is the judge's to give up */
	if (r->purpose == SCAN_FOR_VISIT) {
		scan_stall(s, STALL_NS);
		return;
	}
	answers = heard_lately(s, r) || still_answers(s, r);
	if (s->epoch != epoch)
		return;
	if (answers && scan_in_vain(s, r, 1)) {
		give_up(s, r);
		return;
	}
	if (!answers)
		scan_fell_silent(s, r);
	scan_stall(s, STALL_NS);
}

/*
 * The last try here found the whole disk silent. Was it so before, too? A disk that was away is to
 * answer first; one that each time falls silent by this read is not waited for without end.
 */
bool scan_silences(struct scanner *s, const struct scan_read *r)
{
	unsigned int epoch = s->epoch;
	struct scan_read tried = *r;
	bool answers;

	if (r->purpose == SCAN_FOR_VISIT || !scan_tries_at(s, r)->silent)
		return false;
	answers = still_answers(s, r);
	if (s->epoch != epoch || READ_ONCE(s->dying))
		return true;
	if (!answers) {
		scan_stall(s, STALL_NS);
		return true;
	}
	scan_tries_at(s, r)->silent = false;
	if (!scan_in_vain(s, r, 2))	/* not without a read while it answers */
		return false;
	/* that much was read; now more might be */
	tried.sectors = min(tried.sectors, s->tries.sectors);
	give_up(s, &tried);
	return true;
}
