// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads that lead to no verdict: a disk that is away, an error that says nothing of the place. The
 * pass waits and tries again, but never for ever where the rest of the device answers.
 */
#include <linux/device-mapper.h>

#include "scanner.h"

#define DM_MSG_PREFIX "remap-scanner"

#define STALL_NS	(10ULL * NSEC_PER_SEC)

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

/* Where one place after another is left out, a part of the device is away: few tries will do. */
bool scan_in_vain(struct scanner *s, const struct scan_read *r, unsigned int few)
{
	return ++scan_tries_at(s, r)->unclear >= (s->vain_row ? few : SCAN_VAIN_MAX);
}

/* A place that always fails so must not hold up the pass for ever: first its blocks alone. */
static void leave_out(struct scanner *s, const struct scan_read *r)
{
	if (r->purpose == SCAN_FOR_PASS) {
		scan_note_broken(s, r);
		s->broken.unclear = true;
		scan_go_past(s, r);
		return;
	}
	s->vain_row++;
	scan_count_unread(s, r);
	DMWARN_LIMIT("%s: %u sectors from %llu on cannot be read for a reason that says nothing of the disk; left out",
		     s->name, r->sectors, r->sector);
	scan_go_past(s, r);
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
	answers = scan_answers(s, r->area);
	if (s->epoch != epoch)
		return;
	if (answers && scan_in_vain(s, r, 1)) {
		leave_out(s, r);
		return;
	}
	scan_tries_at(s, r)->silent = !answers;
	scan_stall(s, STALL_NS);
}

/*
 * The last try here found the whole disk silent. Was it so before, too? A disk that was away is to
 * answer first; one that each time falls silent by this read is not waited for without end.
 */
bool scan_silences(struct scanner *s, const struct scan_read *r)
{
	unsigned int epoch = s->epoch;
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
	leave_out(s, r);
	return true;
}

/*
 * So many blocks in a row were left out: a part of the device is away, not a block of it. The rest
 * of what could not be read as a whole goes with them, or each would cost its own time.
 */
bool scan_goes_with_others(struct scanner *s, const struct scan_read *r)
{
	if (r->purpose != SCAN_FOR_BLOCK || !s->broken.unclear || s->vain_row < SCAN_ROW_MAX)
		return false;
	leave_out(s, r);
	return true;
}
