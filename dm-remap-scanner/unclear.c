// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads that lead to no verdict: a disk that is away, an error that says nothing of the place. The
 * pass waits and tries again, but never for ever where the rest of the device answers.
 */
#include <linux/device-mapper.h>

#include "scanner.h"

#define DM_MSG_PREFIX "remap-scanner"

#define STALL_NS	(10ULL * NSEC_PER_SEC)
#define ROW_OF_BLOCKS	64u	/* left out in a row, and then as many pieces */
#define ROW_OF_PIECES	(2 * ROW_OF_BLOCKS)
#define PIECE		128u	/* sectors */
#define HEARD_NS	(1ULL * NSEC_PER_SEC)
#define HEARD_FAILURES	16

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
 * each of its blocks would cost its own time. But all of it is read: it ends somewhere.
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
 * In a pass in which much is away, a read that succeeded a moment ago says that the disk answers,
 * for some that fail; where a large part of it is away, so that control reads mostly hit that, a
 * place that read before does if it still reads.
 */
static bool still_answers(struct scanner *s, const struct scan_read *r)
{
	struct scan_heard *h = &s->heard;

	if (r->area == SCAN_MAIN && h->is) {
		if (r->purpose == SCAN_FOR_BLOCK && s->vain_places >= SCAN_VAIN_PLACES &&
		    ktime_get_ns() - h->ns < HEARD_NS && h->failures++ < HEARD_FAILURES)
			return true;
		if (s->vain_row >= ROW_OF_BLOCKS && scan_reads(s, SCAN_MAIN, h->sector, h->sectors))
			return true;
	}
	return scan_answers(s, r->area);
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
	answers = still_answers(s, r);
	if (s->epoch != epoch)
		return;
	if (answers && scan_in_vain(s, r, 1)) {
		leave_out(s, r);
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
	answers = scan_answers(s, r->area);
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
	leave_out(s, &tried);
	return true;
}
