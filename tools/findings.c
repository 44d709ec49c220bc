// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "findings.h"
#include "terms.h"

#define NOTHING_LOST	"nothing is lost"
#define HEALS_ITSELF	"nothing: the next start rewrites it; so does 'remapsetup repair'"
#define BACKUP		"'remapsetup restore' with a backup of the map; nothing else can bring it back"

const char *text(const char *fmt, ...)
{
	static char buffers[6][512];
	static unsigned int next;
	char *buffer = buffers[next++ % ARRAY_SIZE(buffers)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buffer, sizeof(buffers[0]), fmt, ap);
	va_end(ap);
	return buffer;
}

const char *findings_severity(enum severity severity)
{
	static const char * const names[] = {
		[NOTE] = "note", [HEALS] = "heals", [REFUSED] = "refused",
	};

	return names[severity];
}

const char *copy_is(const struct spare_copy *copy)
{
	static const char * const names[] = {
		[REMAP_VALID] = "whole",
		[REMAP_BLANK] = "blank (all zeros)",
		[REMAP_FOREIGN] = "not what belongs there",
		[REMAP_CORRUPT] = "damaged (its checksum is wrong)",
		[REMAP_INSANE] = "impossible (its checksum is right, its content is not)",
		[REMAP_TOO_NEW] = "of a newer version",
	};

	return copy->unread ? "unreadable" : names[copy->verdict];
}

void findings_add(struct findings *found, enum severity severity, const char *what,
		  const char *means, const char *advice)
{
	struct finding *list = reallocarray(found->list, found->nr + 1, sizeof(*list)), *f;

	if (!list) {
		found->no_memory = true;
		return;
	}
	found->list = list;
	f = &list[found->nr++];
	f->severity = severity;
	f->what = strdup(what);
	f->means = strdup(means);
	f->advice = strdup(advice);
	found->no_memory |= !f->what || !f->means || !f->advice;
	if (severity > found->worst)
		found->worst = severity;
}

void findings_free(struct findings *found)
{
	size_t i;

	for (i = 0; i < found->nr; i++) {
		free(found->list[i].what);
		free(found->list[i].means);
		free(found->list[i].advice);
	}
	free(found->list);
	memset(found, 0, sizeof(*found));
}

int findings_exit_code(const struct findings *found)
{
	if (found->not_a_spare)
		return 4;
	return found->worst == REFUSED ? EXIT_REFUSED : found->worst == HEALS ? EXIT_HEALS : 0;
}

/*
 * Superblocks: none counts
 */

/* Where format puts the first block of the table; to recognise what was a spare. */
static bool was_a_spare(struct inspection *spare)
{
	const struct remap_disk_header *h = (void *)spare->md.scratch;

	return !remap_disk_read(spare->md.disk, REMAP_META_SECTORS, spare->md.scratch,
				REMAP_META_SIZE) &&
	       le64_to_cpu(h->magic) == REMAP_MAGIC_TABLE;
}

static const char *both_supers(const struct inspection *spare)
{
	return text("no superblock can be used: A is %s, B is %s",
		    copy_is(&spare->supers[SPARE_A]), copy_is(&spare->supers[SPARE_B]));
}

static void nothing_of_ours(struct findings *found, struct inspection *spare)
{
	if (was_a_spare(spare)) {
		findings_add(found, REFUSED, both_supers(spare),
			     "a table stands behind superblock A: this was a spare, and what is remapped to it cannot be found without a superblock",
			     BACKUP);
		return;
	}
	found->not_a_spare = true;
	findings_add(found, REFUSED, both_supers(spare), "this is not a spare of dm-remap",
		     "look whether it is the right device, and whether its area begins elsewhere (--spare-start)");
}

static void overwritten(struct findings *found, const struct inspection *spare)
{
	bool a = spare->supers[SPARE_A].verdict == REMAP_FOREIGN;

	findings_add(found, REFUSED,
		     text("superblock %c was overwritten by something else, %c is whole",
			  a ? 'A' : 'B', a ? 'B' : 'A'),
		     "a file system or a partition table may have been made over the spare: then more may be gone than shows here, data of remapped blocks included",
		     "if nothing else lives on this device: 'remapsetup repair --in-place --force' restores it from the other copy, as option 'force' of the table line does");
}

static void handover_cut(struct findings *found, const struct inspection *spare)
{
	const char *main_device = identity_text(&spare->md.super);
	/* of one that does not read the generation is 0 */
	bool b = spare->supers[SPARE_A].generation > spare->supers[SPARE_B].generation;

	findings_add(found, REFUSED,
		     text("superblock %c was written by a handover that was cut, and the device was used since by superblock %c",
			  b ? 'A' : 'B', b ? 'B' : 'A'),
		     text("%c could not be read at that time; what was written then is with this spare and the main device %s, and nowhere else",
			  b ? 'A' : 'B', main_device[0] ? main_device : "that it had"),
		     "if the other spare or main device was not used in their place since: 'remapsetup repair --in-place --force' makes these count again, and then hand over anew");
}

/* The advice counts from the start of the device: that is what dd takes. */
static void contradiction(struct findings *found, const struct inspection *spare)
{
	u64 start = spare->store->start;
	struct remap_super a;

	remap_format_decode_super(spare->super_raw[SPARE_A], SPARE_A, &a);
	findings_add(found, REFUSED, "the two superblocks contradict each other",
		     "each is whole, and nothing says which of them to believe; it never comes about by itself",
		     text("if one is left over from another spare, copy both away, then overwrite that one alone: zeros over 4096 bytes at sector %" PRIu64 " (A) or %" PRIu64 " (B), with dd conv=notrunc; not 'remapsetup erase', which wipes both. Or " BACKUP,
			  (uint64_t)start, (uint64_t)(start + a.super_b)));
}

static void no_super(struct findings *found, struct inspection *spare)
{
	bool one_valid = spare->supers[SPARE_A].verdict == REMAP_VALID ||
			 spare->supers[SPARE_B].verdict == REMAP_VALID;

	switch (spare->super_error) {
	case -EUCLEAN:
		contradiction(found, spare);
		return;
	case -ESTALE:
		handover_cut(found, spare);
		return;
	case -EPROTONOSUPPORT:
		findings_add(found, REFUSED, both_supers(spare),
			     "a newer version has written here; its map must not be read by this one",
			     "upgrade dm-remap and its tools");
		return;
	case -EIO:
		findings_add(found, REFUSED, both_supers(spare),
			     "the device fails, or is too small to be a spare",
			     "copy it to a sound device of the same size with ddrescue, and check that");
		return;
	case -EMEDIUMTYPE:
		if (one_valid) {
			overwritten(found, spare);
			return;
		}
		break;
	case -EILSEQ:
		findings_add(found, REFUSED, both_supers(spare),
			     "where the map stands is not known; the data of remapped blocks is untouched, but cannot be found",
			     BACKUP);
		return;
	}
	nothing_of_ours(found, spare);
}

/*
 * Superblocks: one counts
 */

static void other_super(struct findings *found, const struct inspection *spare)
{
	u32 other = !spare->super_counts;
	const struct spare_copy *c = &spare->supers[other];

	if (c->verdict != REMAP_VALID || c->unread)
		findings_add(found, HEALS,
			     text("superblock %c is %s", 'A' + other, copy_is(c)),
			     text(NOTHING_LOST ": superblock %c is whole", 'A' + !other),
			     HEALS_ITSELF);
	else if (c->generation != spare->super.generation)
		findings_add(found, HEALS,
			     text("superblock %c is older than %c", 'A' + other, 'A' + !other),
			     NOTHING_LOST ": a write of both was interrupted half-way; the newer one counts",
			     HEALS_ITSELF);
}

static void odd_bytes(struct findings *found, const struct inspection *spare)
{
	struct remap_disk_super again;
	u32 copy = spare->super_counts;

	remap_format_encode_super(&again, &spare->super, copy);
	if (memcmp((u8 *)&again + sizeof(again.header), spare->super_raw[copy] +
		   sizeof(again.header), sizeof(again) - sizeof(again.header)))
		findings_add(found, NOTE, "the superblock has something in bytes or features that this version does not know",
			     "they may be ignored", "nothing: the next start clears them");
}

static void state(struct findings *found, const struct inspection *spare)
{
	if (spare->super.state == REMAP_SUPER_FORMATTING)
		findings_add(found, REFUSED, "formatting, or restoring a backup, was interrupted",
			     "there is no map yet, and so no block that lives here",
			     "do it again");
	else if (spare->super.state != REMAP_SUPER_ACTIVE)
		findings_add(found, REFUSED,
			     text("the spare is not the active one: %s",
				  spare->super.state == REMAP_SUPER_REPLACED ?
				  "it was replaced" :
				  spare->super.flags & REMAP_SUPER_CLEAN ?
				  "it is a standby that was to replace another one, and is complete" :
				  "it is a standby that was to replace another one, and is not complete"),
			     "its map may be out of date",
			     spare->super.state == REMAP_SUPER_REPLACED ?
			     "use the spare that took its place; if that says it is a standby, 'remapsetup open' of either, with both there, ends the replacement" :
			     "open the old spare: if it was retired for this one already, 'remapsetup open' makes this one the active one");
	if (spare->super.flags & REMAP_SUPER_FORGET)
		findings_add(found, NOTE, "the main device was exchanged while data was lost",
			     "what was lost cannot be rescued from it any more",
			     "nothing: the next start goes on recording that");
}

static void size(struct findings *found, const struct inspection *spare)
{
	if (!spare->fits)
		findings_add(found, REFUSED,
			     text("the device ends after %" PRIu64 " sectors, the spare has %" PRIu64,
				  (uint64_t)spare->store->disk.length,
				  (uint64_t)spare->super.length),
			     "the second copy of the map, and perhaps data of remapped blocks, is not there",
			     "give the partition or volume its size back, or use the right device");
}

/*
 * Health record
 */

static void health(struct findings *found, const struct inspection *spare)
{
	const struct spare_copy *c = spare->health;
	u32 copy;

	if (spare->health_counts == SPARE_NEITHER) {
		findings_add(found, HEALS, text("no health record can be used: A is %s, B is %s",
						copy_is(&c[SPARE_A]), copy_is(&c[SPARE_B])),
			     NOTHING_LOST " but what the scanner remembers; it begins anew",
			     "nothing: the next stop writes it");
		return;
	}
	for (copy = 0; copy < 2; copy++) {
		if (copy == spare->health_counts)
			continue;
		if (c[copy].verdict != REMAP_VALID)
			findings_add(found, HEALS, text("health record %c is %s", 'A' + copy,
							copy_is(&c[copy])),
				     NOTHING_LOST ": the other copy is whole",
				     "nothing: the next stop writes it; so does 'remapsetup repair'");
		else if (c[copy].generation < c[!copy].generation)
			findings_add(found, HEALS, text("health record %c is older than %c",
							'A' + copy, 'A' + !copy),
				     NOTHING_LOST ": the newer one counts",
				     "nothing: the next stop writes it; so does 'remapsetup repair'");
	}
	if (spare->health_counts != SPARE_NEITHER && spare->super.flags & REMAP_SUPER_CLEAN &&
	    c[spare->health_counts].generation > spare->super.generation)
		findings_add(found, NOTE, "the superblocks say 'stopped cleanly', and a newer health record takes that back",
			     "the device ran since then and could not write its superblocks",
			     "nothing: the next start sees that too");
}

int findings_of(struct findings *found, struct inspection *spare)
{
	memset(found, 0, sizeof(*found));
	if (spare->super_error) {
		no_super(found, spare);
		return found->no_memory ? -ENOMEM : 0;
	}
	other_super(found, spare);
	odd_bytes(found, spare);
	state(found, spare);
	size(found, spare);
	if (spare->fits && spare->super.state != REMAP_SUPER_FORMATTING) {
		findings_table(found, spare);
		findings_entries(found, spare);
		health(found, spare);
	}
	return found->no_memory ? -ENOMEM : 0;
}
