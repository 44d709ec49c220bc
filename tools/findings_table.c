// SPDX-License-Identifier: GPL-2.0-only
/* Findings in the table and in the map that it makes. */
#include <inttypes.h>
#include <stdlib.h>

#include <linux/kernel.h>

#include "findings.h"

#define SHOWN	8	/* of things that may be many */

/*
 * Table blocks: what is alike in neighbours is said once
 */

static bool alike(const struct spare_block *a, const struct spare_block *b)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++)
		if (a->copy[copy].verdict != b->copy[copy].verdict ||
		    a->copy[copy].unread != b->copy[copy].unread)
			return false;
	return a->outcome == b->outcome && a->disowned == b->disowned && a->counts == b->counts;
}

static const char *blocks(u32 first, u32 last)
{
	return first == last ? text("table block %u", first) :
	       text("table blocks %u to %u", first, last);
}

static const char *spares(const struct inspection *spare, u32 first, u32 last)
{
	u32 end = min((last + 1) * REMAP_ENTRIES_PER_BLOCK, spare->super.spare_blocks) - 1;

	return text("spare blocks %u to %u", first * REMAP_ENTRIES_PER_BLOCK, end);
}

static void heals(struct findings *found, const struct inspection *spare, u32 first, u32 last)
{
	const struct spare_block *b = &spare->blocks[first];
	char other = 'A' + !b->counts, good = 'A' + b->counts;
	const struct spare_copy *c = &b->copy[!b->counts];

	if (b->disowned != SPARE_NEITHER)
		findings_add(found, HEALS,
			     text("copy %c of %s is disowned: once it could not be written", other,
				  blocks(first, last)),
			     text("nothing is lost: copy %c counts; no free block of %s is used", good,
				  spares(spare, first, last)),
			     "nothing: the next start tries to rewrite it; so does 'remapsetup repair'");
	else if (c->verdict == REMAP_VALID)
		findings_add(found, HEALS,
			     text("copy %c of %s is older than copy %c", other, blocks(first, last), good),
			     "nothing is lost: a change of the map was interrupted half-way, and the newer copy counts",
			     "nothing: the next start rewrites it; so does 'remapsetup repair'");
	else
		findings_add(found, HEALS,
			     text("copy %c of %s is %s", other, blocks(first, last), copy_is(c)),
			     text("nothing is lost: copy %c is whole", good),
			     "nothing: the next start rewrites it; so does 'remapsetup repair'");
}

static const char *both(const struct inspection *spare, u32 first, u32 last)
{
	const struct spare_block *b = &spare->blocks[first];
	const char *a_is = copy_is(&b->copy[SPARE_A]), *b_is = copy_is(&b->copy[SPARE_B]);

	if (b->disowned == SPARE_A)
		a_is = "disowned";
	if (b->disowned == SPARE_B)
		b_is = "disowned";
	return text("%s: copy A is %s, copy B is %s", blocks(first, last), a_is, b_is);
}

static void refused(struct findings *found, const struct inspection *spare, u32 first, u32 last)
{
	const struct spare_block *b = &spare->blocks[first];
	const char *means = text("which blocks of the main device live on %s is not known; their data is still there",
				 spares(spare, first, last));

	if (b->outcome == SPARE_DAMAGED)
		findings_add(found, REFUSED, both(spare, first, last), means,
			     "'remapsetup restore' with a backup of the map; do not use the main device alone, it holds old data");
	else if (b->outcome == SPARE_IMPOSSIBLE)
		findings_add(found, REFUSED, both(spare, first, last),
			     "it was written so, by a faulty program or on purpose: no copy can be believed",
			     "'remapsetup restore' with a backup of the map; and please report it");
	else
		findings_add(found, REFUSED,
			     text("the two copies of %s are of the same generation and differ",
				  blocks(first, last)),
			     "each is whole, and nothing says which of them to believe",
			     "'remapsetup restore' with a backup of the map; and please report it");
}

static void group(struct findings *found, const struct inspection *spare, u32 first, u32 last)
{
	switch (spare->blocks[first].outcome) {
	case SPARE_AGREE:
		break;
	case SPARE_HEALS:
		heals(found, spare, first, last);
		break;
	case SPARE_DEAD:
		findings_add(found, NOTE,
			     text("%s was given up: it could not be written", blocks(first, last)),
			     text("%s are out of use", spares(spare, first, last)), "nothing");
		break;
	default:
		refused(found, spare, first, last);
	}
}

void findings_table(struct findings *found, const struct inspection *spare)
{
	u32 first, end, nr = spare->super.table_blocks;

	for (first = 0; first < nr; first = end) {
		for (end = first + 1; end < nr; end++)
			if (!alike(&spare->blocks[first], &spare->blocks[end]))
				break;
		group(found, spare, first, end - 1);
	}
}

/*
 * Entries
 */

static void rivals(struct findings *found, const struct inspection *spare)
{
	u32 i, shown = 0;

	for (i = 0; i < spare->super.spare_blocks && shown < SHOWN; i++) {
		if (spare->standing[i] != SPARE_RIVAL)
			continue;
		shown++;
		findings_add(found, REFUSED,
			     text("spare block %u claims block %" PRIu64 " of the main device, and another one does so with the same generation",
				  i, (uint64_t)le64_to_cpu(inspect_entry(spare, i)->main_block)),
			     "nothing says which of them holds its data",
			     "'remapsetup restore' with a backup of the map; and please report it");
	}
}

static int by_value(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* No value is used twice, so two entries that share one tell of a faulty writer. */
static void same_generations(struct findings *found, const struct inspection *spare)
{
	u64 *values = calloc(spare->super.spare_blocks, sizeof(*values));
	u32 i, nr = 0, twice = 0;

	if (!values) {
		found->no_memory = true;
		return;
	}
	for (i = 0; i < spare->super.spare_blocks; i++)
		if (inspect_entry(spare, i)->generation)
			values[nr++] = le64_to_cpu(inspect_entry(spare, i)->generation);
	qsort(values, nr, sizeof(*values), by_value);
	for (i = 1; i < nr; i++)
		twice += values[i] == values[i - 1];
	free(values);
	if (twice)
		findings_add(found, NOTE, text("entries with a generation that is another's, too: %u", twice),
			     "it contradicts nothing, but is never written so",
			     "nothing; please report it");
}

static void reserved(struct findings *found, const struct inspection *spare)
{
	u32 i, nr = 0;

	for (i = 0; i < spare->super.spare_blocks; i++)
		nr += inspect_entry(spare, i)->reserved != 0;
	if (nr)
		findings_add(found, NOTE, text("entries with something in their reserved byte: %u", nr),
			     "it is ignored", "nothing");
}

void findings_entries(struct findings *found, const struct inspection *spare)
{
	if (spare->standing) {
		rivals(found, spare);
		same_generations(found, spare);
		reserved(found, spare);
		if (spare->superseded)
			findings_add(found, NOTE,
				     text("entries superseded by newer ones: %u", spare->superseded),
				     "nothing is lost: a move was interrupted before the old place was freed",
				     "nothing: the next start frees them");
	}
	if (spare->highest >> 62)
		findings_add(found, REFUSED,
			     text("generation %" PRIu64 " is impossibly high", (uint64_t)spare->highest),
			     "there would be no room to count on; a faulty program wrote it",
			     "'remapsetup restore' with a backup of the map; and please report it");
	/* whatever the words above forgot, the kernel's word counts */
	if (spare->load_error && found->worst != REFUSED)
		findings_add(found, REFUSED, "the map cannot be loaded", "the kernel refuses it",
			     "'remapsetup restore' with a backup of the map; and please report it");
}
