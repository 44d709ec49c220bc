// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two superblocks.
 *
 *   write: one ; flush ; other ; flush       power cut: the newer valid one counts
 *
 * A copy is only overwritten while the other is known to be valid, current and
 * durable. So the one that isn't goes first, and if it can't be written, the
 * other is left alone.
 */
#include <linux/device-mapper.h>
#include <linux/string.h>

#include "metadata.h"

#define DM_MSG_PREFIX "remap"

static const char * const verdict_names[] = {
	[REMAP_VALID] = "valid",
	[REMAP_BLANK] = "blank",
	[REMAP_FOREIGN] = "not a dm-remap superblock",
	[REMAP_CORRUPT] = "corrupt (checksum)",
	[REMAP_INSANE] = "impossible content",
	[REMAP_TOO_NEW] = "of a newer version",
};

/* One unreadable copy must not hide the other: it counts as corrupt. */
static enum remap_verdict read_copy(struct remap_metadata *md, u32 copy,
				    sector_t sector, struct remap_super *super)
{
	void *buf = &md->super_buf[copy];
	blk_status_t status;

	status = remap_disk_read(md->disk, sector, buf, REMAP_META_SIZE);
	md->super_unread[copy] = status;
	if (status) {
		DMWARN("%s: superblock %c of the spare cannot be read (error %d)",
		       md->name, 'A' + copy, blk_status_to_errno(status));
		return REMAP_CORRUPT;
	}
	return remap_format_decode_super(buf, copy, super);
}

static sector_t place_of_twin(struct remap_metadata *md,
			      const struct remap_super *first)
{
	sector_t meta = REMAP_META_SECTORS;

	if (md->super_seen[0] == REMAP_VALID)
		return first->super_b;
	return (md->disk->length - meta) & ~(meta - 1);
}

/*
 * What is found at the end of the device, and not by superblock A, may belong to an area that
 * begins elsewhere. What is written by its word here would hit something else.
 */
static enum remap_verdict read_twin(struct remap_metadata *md, struct remap_super *s)
{
	sector_t place = place_of_twin(md, &s[0]);
	enum remap_verdict verdict = read_copy(md, 1, place, &s[1]);

	if (verdict != REMAP_VALID || md->super_seen[0] == REMAP_VALID || s[1].super_b == place)
		return verdict;
	DMWARN("%s: the superblock at the end of the spare is of an area that does not begin where it was looked for, but %lld sectors from there",
	       md->name, (long long)(place - s[1].super_b));
	return REMAP_FOREIGN;
}

static int refuse(struct remap_metadata *md)
{
	enum remap_verdict a = md->super_seen[0], b = md->super_seen[1];

	if (a == REMAP_BLANK && b == REMAP_BLANK)
		return -ENODATA;
	if (md->super_unread[0] && md->super_unread[1])
		return -EIO;
	DMERR("%s: no usable superblock on the spare: A is %s, B is %s",
	      md->name, verdict_names[a], verdict_names[b]);
	if (a == REMAP_TOO_NEW || b == REMAP_TOO_NEW)
		return -EPROTONOSUPPORT;
	if (a == REMAP_CORRUPT || b == REMAP_CORRUPT ||
	    a == REMAP_INSANE || b == REMAP_INSANE)
		return -EILSEQ;
	return -EMEDIUMTYPE;
}

/* Two valid superblocks of one spare differ in their generation or in nothing. */
static bool contradict(const struct remap_super *a, const struct remap_super *b)
{
	return memcmp(a->uuid, b->uuid, sizeof(a->uuid)) ||
	       (a->generation == b->generation && memcmp(a, b, sizeof(*a)));
}

/*
 * Beside one valid copy stands something else. A damaged copy of ours still
 * carries the UUID and is healed; a file system made over the spare is not ours to overwrite.
 */
static bool overwritten(struct remap_metadata *md, u32 copy, const struct remap_super *twin)
{
	const struct remap_disk_header *h = (void *)&md->super_buf[copy];

	return md->super_seen[copy] == REMAP_FOREIGN && !md->force &&
	       memcmp(h->uuid, twin->uuid, sizeof(h->uuid));
}

static bool health_within(struct remap_metadata *md, u64 above, u64 most)
{
	struct remap_disk_health *h = (void *)md->scratch;
	u64 generation;
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		if (remap_disk_read(md->disk, md->super.health[copy], h, sizeof(*h)) ||
		    remap_format_check_health(h, &md->super, copy) != REMAP_VALID)
			continue;
		generation = le64_to_cpu(h->header.generation);
		if (generation > above && generation <= most)
			return true;
	}
	return false;
}

static bool other_main(const struct remap_super *a, const struct remap_super *b)
{
	return a->main_identity[0] && b->main_identity[0] &&
	       memcmp(a->main_identity, b->main_identity, sizeof(a->main_identity));
}

/*
 * A handover writes one superblock, then the other. If it was cut in between, and the newer one
 * was away at a start, that start went by the older one, and what was written since is where that
 * one says. It could not write a superblock, but a health record, before any I/O. A retired spare
 * is started by nobody else. One with another main device may be, and is if it was the older one
 * that was away: but then the record is beyond the next multiple of 2^32 (load.c).
 */
static bool used_by_older(struct remap_metadata *md, const struct remap_super *newer,
			  const struct remap_super *older)
{
	if (older->state != REMAP_SUPER_ACTIVE)
		return false;
	if (newer->state == REMAP_SUPER_REPLACED)
		return health_within(md, older->generation, U64_MAX);
	return newer->state == REMAP_SUPER_ACTIVE && other_main(newer, older) &&
	       health_within(md, newer->generation, newer->generation | U32_MAX);
}

/*
 * The same where only the superblock that retired the spare is left. The older one was the newest
 * there was; the next multiple of 2^32 above it is where that start began (load.c), and where the
 * generation of the newer one comes from (tools/successor.c).
 */
static bool used_although_retired(struct remap_metadata *md)
{
	return md->super.state == REMAP_SUPER_REPLACED &&
	       health_within(md, md->super.generation & ~(u64)U32_MAX, U64_MAX);
}

/*
 * In memory as that start had it; a superblock that is written now is newer than both. To retire
 * a spare changes nothing else in it.
 */
static void go_by_older(struct remap_metadata *md, const struct remap_super *older, bool is_b)
{
	u64 newest = md->super.generation;

	if (older) {
		md->super = *older;
		md->super.generation = newest;
		md->super_good[is_b] = true;
		md->super_good[!is_b] = false;
	}
	md->super.state = REMAP_SUPER_ACTIVE;
	md->super.flags &= ~(REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT);
}

/* @older: NULL if it does not read */
static int check_handover(struct remap_metadata *md, const struct remap_super *newer,
			  const struct remap_super *older, bool newer_is_b)
{
	if (older ? !used_by_older(md, newer, older) : !used_although_retired(md))
		return 0;
	DMERR("%s: superblock %c of the spare was written by a handover that was cut, and the device was used since by superblock %c: what counts now is not decided here (see remapsetup check)",
	      md->name, newer_is_b ? 'B' : 'A', newer_is_b ? 'A' : 'B');
	go_by_older(md, older, !newer_is_b);
	return -ESTALE;
}

static int choose(struct remap_metadata *md, const struct remap_super *a,
		  const struct remap_super *b)
{
	bool use_a = md->super_seen[0] == REMAP_VALID;
	bool use_b = md->super_seen[1] == REMAP_VALID;

	if ((use_b && overwritten(md, 0, b)) || (use_a && overwritten(md, 1, a))) {
		DMERR("%s: superblock %c of the spare was overwritten by something else; 'force' restores it from the other copy",
		      md->name, use_b ? 'A' : 'B');
		return -EMEDIUMTYPE;
	}

	if (md->super_seen[0] == REMAP_TOO_NEW || md->super_seen[1] == REMAP_TOO_NEW)
		return refuse(md);	/* the other may be an old leftover */
	if (!use_a && !use_b)
		return refuse(md);
	if (use_a && use_b) {
		if (contradict(a, b)) {
			DMERR("%s: the two superblocks of the spare contradict each other",
			      md->name);
			return -EUCLEAN;
		}
		use_b = b->generation > a->generation;
	}
	md->super = use_b ? *b : *a;
	md->super_good[use_b] = true;
	md->super_good[!use_b] = md->super_seen[0] == md->super_seen[1] &&
				 a->generation == b->generation;
	if (md->super_good[!use_b])
		return 0;
	if (md->super_seen[!use_b] != REMAP_VALID)
		return check_handover(md, &md->super, NULL, use_b);
	return check_handover(md, use_b ? b : a, use_b ? a : b, use_b);
}

int remap_super_read(struct remap_metadata *md)
{
	struct remap_super *s = (void *)&md->super_buf[2];	/* A is s[0], B s[1] */

	BUILD_BUG_ON(sizeof(*s) > 2 * REMAP_META_SIZE);
	memset(s, 0, 2 * sizeof(*s));
	md->super_seen[0] = read_copy(md, 0, 0, &s[0]);
	md->super_seen[1] = read_twin(md, s);
	return choose(md, &s[0], &s[1]);
}

/* A copy that is not what was written last is the one to be written first. */
static bool copy_changed(struct remap_metadata *md, u32 copy)
{
	struct remap_super *now = (void *)&md->super_buf[2];

	switch (read_copy(md, copy, copy ? md->super.super_b : 0, now)) {
	case REMAP_VALID:
		if (now->generation != md->super.generation)
			md->super_good[copy] = false;
		return memcmp(now->uuid, md->super.uuid, sizeof(now->uuid)) ||
		       now->generation > md->super.generation;
	case REMAP_CORRUPT:
		md->super_good[copy] = false;
		return false;
	default:
		return true;
	}
}

bool remap_super_changed(struct remap_metadata *md)
{
	bool good[2] = { md->super_good[0], md->super_good[1] };
	bool a = copy_changed(md, 0), b = copy_changed(md, 1);

	/* neither is what was written last: what is known of them is the best there is */
	if (!md->super_good[0] && !md->super_good[1])
		memcpy(md->super_good, good, sizeof(good));
	return a || b;
}

static int write_copy(struct remap_metadata *md, u32 copy)
{
	void *buf = &md->super_buf[copy];
	blk_status_t status;

	md->super_good[copy] = false;
	remap_format_encode_super(buf, &md->super, copy);
	status = remap_disk_write(md->disk, copy ? md->super.super_b : 0, buf,
				  REMAP_META_SIZE);
	if (!status)
		status = remap_disk_flush(md->disk);
	if (status) {
		DMERR("%s: superblock %c of the spare cannot be written (error %d)",
		      md->name, 'A' + copy, blk_status_to_errno(status));
		return -EIO;
	}
	md->super_good[copy] = true;
	return 0;
}

int remap_super_write(struct remap_metadata *md)
{
	u32 first = md->super_good[0] && !md->super_good[1];

	/* Fresh on every attempt: one that failed may have landed. */
	md->super.generation = remap_metadata_next(md);
	if (write_copy(md, first))
		return -EIO;
	return write_copy(md, !first);
}

struct remap_disowned *remap_super_disowned(struct remap_metadata *md, u32 block)
{
	u32 i;

	for (i = 0; i < md->super.disowned_count; i++)
		if (md->super.disowned[i].block == block)
			return &md->super.disowned[i];
	return NULL;
}

void remap_super_own(struct remap_metadata *md, u32 block)
{
	struct remap_super *sb = &md->super;
	struct remap_disowned *o = remap_super_disowned(md, block);

	if (!o)
		return;
	*o = sb->disowned[--sb->disowned_count];
	memset(&sb->disowned[sb->disowned_count], 0, sizeof(*o));
}

int remap_super_disown(struct remap_metadata *md, u32 block, u8 copy)
{
	struct remap_super *sb = &md->super;

	/* a list with one block twice makes no valid superblock */
	if (remap_super_disowned(md, block))
		return -EIO;
	if (sb->disowned_count == REMAP_MAX_DISOWNED)
		return -ENOSPC;
	sb->disowned[sb->disowned_count].block = block;
	sb->disowned[sb->disowned_count].copy = copy;
	sb->disowned[sb->disowned_count].dead = false;
	sb->disowned_count++;
	return remap_super_write(md);
}
