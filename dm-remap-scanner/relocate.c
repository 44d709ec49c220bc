// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core is asked to do. Evidence is its business: what we say is only a suspicion, but
 * for slow blocks, which judge.c has condemned.
 */
#include <linux/device-mapper.h>
#include <linux/math64.h>
#include <linux/random.h>

#include "scanner.h"

#define DM_MSG_PREFIX "remap-scanner"

#define SILENT_NS	(60ULL * NSEC_PER_SEC)
#define AGAIN_NS	(1ULL * NSEC_PER_SEC)
#define HOUR_NS		(3600ULL * NSEC_PER_SEC)

/* What is read besides the pass, by us or by the core for us, is charged like the pass. */
static void let_go(struct scanner *s)
{
	struct scan_pace_now now;

	scan_now(s, &now);
	scan_pace_begin(&s->pace, &now, 0);
	mutex_unlock(&s->lock);
}

static void come_back(struct scanner *s)
{
	struct scan_pace_now now;

	mutex_lock(&s->lock);
	scan_now(s, &now);
	scan_pace_end(&s->pace, &now);
}

static int report(struct scanner *s, u64 block)
{
	struct scan_pace_now now;
	int r;

	let_go(s);
	r = dm_remap_report_bad(s->dev, block);
	mutex_lock(&s->lock);
	scan_now(s, &now);
	scan_pace_end_report(&s->pace, &now);
	return r;
}

/* The block that failed; -ENOENT: nobody's data is there. */
static int block_of(struct scanner *s, u32 area, u64 sector, u64 *block)
{
	u32 spare;

	if (area == SCAN_MAIN) {
		*block = div_u64(sector, s->geo.block);
		return 0;
	}
	if (!scan_spare_block(s, area, sector, &spare))
		return -ENOENT;
	return dm_remap_holder(s->dev, spare, block) == 1 ? 0 : -ENOENT;
}

static blk_status_t look(struct scanner *s, u32 area, u64 sector, u32 sectors)
{
	blk_status_t status;
	u64 ns;

	/* a suspend waits for this step, and everybody for the suspend */
	if (READ_ONCE(s->dying))
		return BLK_STS_AGAIN;
	let_go(s);
	status = scan_probe(s, area, sector, sectors, &ns);
	come_back(s);
	return status;
}

bool scan_reads(struct scanner *s, u32 area, u64 sector, u32 sectors)
{
	if (look(s, area, sector, sectors))
		return false;
	if (area == SCAN_MAIN)
		scan_heard(s, sector, sectors);
	return true;
}

/* A superblock, or one of three spare blocks somewhere. */
static bool spare_answers(struct scanner *s)
{
	u64 front = s->geo.spare_data - s->geo.spare_start;
	bool ok = scan_reads(s, SCAN_SPARE, 0, 8) ||
		  scan_reads(s, SCAN_SPARE_TAIL, scan_area_length(s, SCAN_SPARE_TAIL) - 8, 8);
	u32 i, nr;

	for (i = 0; i < 3 && !ok; i++) {
		nr = get_random_u32() % s->geo.spare_blocks;
		ok = scan_reads(s, SCAN_SPARE, front + (u64)nr * s->geo.block, s->geo.block);
	}
	return ok;
}

/* The core's rule, for what is not the core's business: does the rest of the disk answer? */
bool scan_answers(struct scanner *s, u32 area)
{
	u32 block = min_t(u64, s->geo.block, s->geo.length), answers = 0, i;

	if (area != SCAN_MAIN)
		return spare_answers(s);
	for (i = 0; i < SCAN_CONTROLS && answers < SCAN_ANSWERS; i++)
		answers += scan_reads(s, SCAN_MAIN, scan_elsewhere(s, block), block);
	return answers >= SCAN_ANSWERS;
}

/*
 * Blocks that fail
 */

/* When there is no other, that of the smallest, and of equals of the oldest. */
static struct scan_blocks *room_for_unread(struct scanner *s)
{
	struct scan_blocks *smallest = &s->unread[s->next_unread], *b;
	u32 i;

	if (s->nr_unread < SCAN_UNREAD)
		return &s->unread[s->nr_unread++];
	for (i = 1; i < SCAN_UNREAD; i++) {
		b = &s->unread[(s->next_unread + i) % SCAN_UNREAD];
		if (b->last - b->first < smallest->last - smallest->first)
			smallest = b;
	}
	s->next_unread = (smallest - s->unread + 1) % SCAN_UNREAD;
	return smallest;
}

/* A neighbourhood is read twice; what can't be moved fails each time. False: it was counted. */
static bool note_unread(struct scanner *s, u64 block)
{
	u32 i;

	for (i = 0; i < s->nr_unread; i++)
		if (block >= s->unread[i].first && block <= s->unread[i].last)
			return false;
	for (i = 0; i < s->nr_unread; i++) {
		if (block == s->unread[i].last + 1)
			s->unread[i].last = block;
		else if (block + 1 == s->unread[i].first)
			s->unread[i].first = block;
		else
			continue;
		return true;
	}
	*room_for_unread(s) = (struct scan_blocks){ block, block };
	return true;
}

/* Metadata that does not read has another copy, a free spare block nothing to lose. */
static void count_unread(struct scanner *s, u32 area, u64 sector)
{
	u64 block;

	if (block_of(s, area, sector, &block)) {
		scan_figures(s)->errors++;
		s->memory.spare_unread++;
	} else if (note_unread(s, block)) {
		scan_figures(s)->errors++;
		s->memory.unread++;
	}
}

void scan_count_unread(struct scanner *s, const struct scan_read *r)
{
	u64 sector, end = r->sector + r->sectors;

	for (sector = r->sector; sector < end; sector = scan_block_end(s, r->area, sector))
		count_unread(s, r->area, sector);
}

enum again {
	AGAIN_READS,
	AGAIN_FAILS,
	AGAIN_SILENT,	/* the rest of the disk does not answer either */
	AGAIN_UNCLEAR,	/* it did, and then nothing can be said of this place */
	AGAIN_REFUSED,	/* nobody has looked */
};

/*
 * For what the core does not judge, by rules like its own: it fails again while the disk answers
 * before and after. A medium error says that it is the place; anything else has to do so twice.
 */
static enum again once_more(struct scanner *s, const struct scan_read *r)
{
	blk_status_t status;
	unsigned int i;

	if (!scan_answers(s, r->area))
		return AGAIN_SILENT;
	for (i = 0; i < 2; i++) {
		status = look(s, r->area, r->sector, r->sectors);
		if (!status)
			return AGAIN_READS;
		if (!scan_suspicious(status) || !scan_answers(s, r->area))
			return READ_ONCE(s->dying) ? AGAIN_REFUSED : AGAIN_UNCLEAR;
		if (status == BLK_STS_MEDIUM)
			break;
	}
	return AGAIN_FAILS;
}

/* Is that a verdict? If not, it is tried again, but not for ever where the disk answers. */
static bool is_verdict(struct scanner *s, const struct scan_read *r, enum again again)
{
	if (again == AGAIN_UNCLEAR && scan_in_vain(s, r, 2)) {
		s->vain_row++;
		return true;
	}
	if (again == AGAIN_READS || again == AGAIN_FAILS) {
		s->vain_row = 0;
		return true;
	}
	if (again == AGAIN_SILENT)
		scan_fell_silent(s, r);
	scan_stall(s, SILENT_NS);
	return false;
}

static bool spare_failed(struct scanner *s, const struct scan_read *r)
{
	unsigned int epoch = s->epoch;
	enum again again = once_more(s, r);
	sector_t start;
	u32 spare;

	if (s->epoch != epoch || !is_verdict(s, r, again))
		return false;
	if (again == AGAIN_READS)
		return true;
	scan_area_place(s, r->area, &start);
	scan_count_unread(s, r);
	DMWARN_LIMIT("%s: sector %llu of the spare device cannot be read; nothing is lost: %s",
		     s->name, (u64)start + r->sector,
		     scan_spare_block(s, r->area, r->sector, &spare) ?
		     "the spare block is free" : "the metadata there has another copy");
	return true;
}

/*
 * A disk does not answer, the core says, and not which. When that lasts, what fails cannot be
 * moved, but must not keep the pass from what reads: we judge ourselves. Only the first such
 * block is waited for, until the spare is back.
 */
static bool lasts(struct scanner *s, const struct scan_read *r)
{
	unsigned int epoch = s->epoch;
	bool back = s->disk_away && spare_answers(s);

	if (s->epoch != epoch)
		return false;
	if (back)
		s->disk_away = false;
	if (++scan_tries_at(s, r)->refused >= SCAN_VAIN_MAX)
		s->disk_away = true;
	return s->disk_away;
}

/* What is there to be seen of a block that the core does not move? */
static enum again judge_failed(struct scanner *s, const struct scan_read *r, int error)
{
	return error == -ENODEV && !lasts(s, r) ? AGAIN_REFUSED : once_more(s, r);
}

/* The pass goes on after AGAIN_READS and AGAIN_FAILS, which was counted. Else it is tried again. */
static enum again cannot_be_moved(struct scanner *s, const struct scan_read *r, u64 block,
				  int error)
{
	unsigned int epoch = s->epoch;
	enum again again;

	switch (error) {
	case -EUCLEAN:
	case -EEXIST:
		s->vain_row = 0;
		return AGAIN_READS;		/* or is being repaired */
	case -EAGAIN:
	case -ESHUTDOWN:
	case -ENOMEM:
		/* no interruption: the detach that follows will be one */
		s->stalled_ns = ktime_get_ns() + AGAIN_NS;
		return AGAIN_REFUSED;
	}
	again = judge_failed(s, r, error);
	if (s->epoch != epoch || !is_verdict(s, r, again))
		return AGAIN_REFUSED;
	if (again == AGAIN_READS)
		return again;
	scan_count_unread(s, r);
	DMWARN_LIMIT("%s: block %llu cannot be read and could not be remapped (error %d)%s",
		     s->name, block, error, error == -EPERM ? ": auto_remap is 0" : "");
	return AGAIN_FAILS;
}

bool scan_block_failed(struct scanner *s, const struct scan_read *r)
{
	unsigned int epoch = s->epoch;
	enum again again = AGAIN_FAILS;
	u64 block;
	int error;

	if (block_of(s, r->area, r->sector, &block))
		return spare_failed(s, r);
	error = report(s, block);
	if (s->epoch != epoch)
		return false;
	if (error) {
		again = cannot_be_moved(s, r, block, error);
	} else {
		s->disk_away = false;
		s->vain_row = 0;
	}
	if (again != AGAIN_FAILS)
		return again == AGAIN_READS;
	if (!error)
		scan_figures(s)->errors++;
	if (r->area == SCAN_MAIN) {
		if (!error && s->memory.area == SCAN_MAIN)
			scan_cursor_hit(&s->cursor, r->sector);
		scan_judge_forget(&s->judge, r->sector, r->sectors);
	}
	return true;
}

/*
 * Slow blocks
 */

static void add_slow(struct scanner *s, u64 block)
{
	u32 i;

	for (i = 0; i < s->nr_slow; i++)
		if (s->slow[i] == block)
			return;
	scan_figures(s)->slow++;
	if (s->nr_slow < ARRAY_SIZE(s->slow))
		s->slow[s->nr_slow++] = block;
	if (s->memory.area == SCAN_MAIN)
		scan_cursor_hit(&s->cursor, block * s->geo.block);
	DMWARN_LIMIT("%s: block %llu reads, but takes long each time%s", s->name, block,
		     scan_knob_get(s, advise) ? "; only reported, as 'advise' says" : "");
}

static void drop_slow(struct scanner *s, u32 i)
{
	s->slow[i] = s->slow[--s->nr_slow];
}

/* By the administrator, or by the core because they failed. */
void scan_slow_moved(struct scanner *s)
{
	u32 i = 0, spare;

	while (i < s->nr_slow) {
		if (dm_remap_lookup(s->dev, s->slow[i], &spare))
			drop_slow(s, i);
		else
			i++;
	}
}

/* Meanwhile another pass may have begun, with a list of its own. */
static void forget_slow(struct scanner *s, u64 block)
{
	u32 i;

	for (i = 0; i < s->nr_slow; i++) {
		if (s->slow[i] == block) {
			drop_slow(s, i);
			return;
		}
	}
}

/* What slow blocks may cost: so many an hour, and not the spare that failing ones will need. */
static bool may_relocate(struct scanner *s)
{
	u64 now = ktime_get_ns(), reserve;
	struct dm_remap_figures f;

	if (scan_knob_get(s, advise) || s->judge.everywhere || now < s->relocate_ns)
		return false;
	if (now - s->hour_ns >= HOUR_NS) {
		s->hour_ns = now;
		s->hour_relocations = 0;
	}
	if (s->hour_relocations >= scan_knob_get(s, relocations_per_hour))
		return false;
	dm_remap_figures(s->dev, &f);
	if (!f.writable || !f.normal)
		return false;
	reserve = (u64)s->geo.spare_blocks * scan_knob_get(s, spare_reserve);
	if (scan_spare_free(s, &f) * 100ULL > reserve)
		return true;
	if (!s->told_reserve)
		DMWARN("%s: slow blocks are not relocated any more: the rest of the spare is kept for those that fail",
		       s->name);
	s->told_reserve = true;
	return false;
}

bool scan_slow_waits(struct scanner *s)
{
	u64 block;

	while (scan_judge_condemned(&s->judge, &block))
		add_slow(s, block);
	return s->nr_slow && may_relocate(s);
}

void scan_relocate_slow(struct scanner *s)
{
	u64 block = s->slow[0];
	int error;

	let_go(s);
	error = dm_remap_relocate(s->dev, block, DM_REMAP_WHY_SLOW);
	come_back(s);
	if (error && error != -EEXIST) {
		/* the scan goes on meanwhile, and others come first */
		s->relocate_ns = ktime_get_ns() + (error == -EAGAIN ? AGAIN_NS : SILENT_NS);
		/* one that does not read whole in time stays: the next pass may find it again */
		if (error == -ETIMEDOUT)
			forget_slow(s, block);
		else if (s->nr_slow)
			swap(s->slow[0], s->slow[s->nr_slow - 1]);
		return;
	}
	forget_slow(s, block);
	if (error)
		return;
	s->unsaved |= !s->memory.under_way;	/* in a pass it is saved every minute */
	s->hour_relocations++;
	scan_figures(s)->relocated++;
	scan_judge_forget(&s->judge, block * s->geo.block, s->geo.block);
}
