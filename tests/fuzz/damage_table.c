// SPDX-License-Identifier: GPL-2.0-only
/* Wrong table blocks, entries and health records. */
#include "damage_parts.h"

static int table_header(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		u8 *t = (u8 *)damage_table(image, 0, copy);

		if (!(d->copies & 1 << copy))
			continue;
		memcpy(t + d->at, &d->value, d->bytes);
		edit_seal(t);
	}
	return 0;
}

static int health_header(struct damage_image *image, const struct damage *d)
{
	memcpy(damage_health(image, 0) + d->at, &d->value, d->bytes);
	edit_seal(damage_health(image, 0));
	return 0;
}

/* The record was written to one copy only. */
static int health_newer(struct damage_image *image, const struct damage *d)
{
	u8 *h = damage_health(image, d->copies == B);

	damage_set_generation(h, damage_fresh(image));
	memset(h + sizeof(struct remap_disk_header), 0x77, 256);
	edit_seal(h);
	return 0;
}

/* The superblocks say "clean", and the fingerprint is wrong; the record knows better. */
static int clean_taken_back(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		struct remap_disk_super *s = (void *)damage_super(image, copy);

		s->flags = REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT;
		s->fingerprint_first ^= 1;
		edit_seal((u8 *)s);
	}
	return health_newer(image, d);
}

/* A new mapping that would be fine, but for one field. */
static int mapped_field(struct damage_image *image, const struct damage *d)
{
	struct remap_disk_entry e = { .state = REMAP_ENTRY_MAPPED };
	u32 spare = damage_free_spare(image, 0);

	if (spare >= image->sb.spare_blocks)
		return -ENOSPC;
	e.main_block = damage_free_main(image, 0);
	e.generation = damage_fresh(image);
	memcpy((u8 *)&e + d->at, &d->value, d->bytes);
	damage_put_entry(image, spare, &e, d->copies);
	if (d->expect == DAMAGE_IGNORED)
		damage_shows(image, e.main_block, spare);
	return 0;
}

/* A free entry with something in it. */
static int free_field(struct damage_image *image, const struct damage *d)
{
	struct remap_disk_entry e = { .generation = damage_fresh(image) };
	u32 spare = damage_free_spare(image, 0);

	if (spare >= image->sb.spare_blocks)
		return -ENOSPC;
	memcpy((u8 *)&e + d->at, &d->value, d->bytes);
	damage_put_entry(image, spare, &e, d->copies);
	return 0;
}

static int bad_with_block(struct damage_image *image, const struct damage *d)
{
	struct remap_disk_entry e = { .generation = damage_fresh(image), .state = REMAP_ENTRY_BAD,
				      .main_block = 1 };
	u32 spare = damage_free_spare(image, 0);

	if (spare >= image->sb.spare_blocks)
		return -ENOSPC;
	damage_put_entry(image, spare, &e, BOTH);
	return 0;
}

/*
 * Entries against one another
 */

static int two_entries(struct damage_image *image, u64 other_block, u64 other_generation)
{
	u32 one = damage_free_spare(image, 0), two = damage_free_spare(image, one + 1);
	struct remap_disk_entry e = { .state = REMAP_ENTRY_MAPPED };

	if (two >= image->sb.spare_blocks)
		return -ENOSPC;
	e.main_block = damage_free_main(image, 0);
	e.generation = damage_fresh(image);
	damage_shows(image, e.main_block, one);
	damage_put_entry(image, one, &e, BOTH);
	e.generation += other_generation;
	e.main_block = other_block == U64_MAX ? e.main_block : damage_free_main(image, 0);
	e.reason = REMAP_REASON_MANUAL;
	if (other_block == U64_MAX && other_generation)
		damage_shows(image, e.main_block, two);
	damage_put_entry(image, two, &e, BOTH);
	return 0;
}

static int overlap_newer(struct damage_image *image, const struct damage *d)
{
	return two_entries(image, U64_MAX, 1);
}

static int overlap_equal(struct damage_image *image, const struct damage *d)
{
	return two_entries(image, U64_MAX, 0);
}

/* Twice the very same entry, for two spare blocks. */
static int duplicate(struct damage_image *image, const struct damage *d)
{
	u32 spare = damage_free_spare(image, 0), i;

	for (i = 0; i < image->sb.spare_blocks; i++)
		if (damage_entry(image, i, 0)->state == REMAP_ENTRY_MAPPED)
			break;
	if (spare >= image->sb.spare_blocks || i == image->sb.spare_blocks)
		return -ENOSPC;
	damage_put_entry(image, spare, damage_entry(image, i, 0), BOTH);
	return 0;
}

/* The value is used twice, but not for one block: nothing contradicts. */
static int same_generation(struct damage_image *image, const struct damage *d)
{
	u64 block = damage_free_main(image, 0);
	int r = two_entries(image, 0, 0);

	/* the first stays where it is shown; the second is one more change of the map */
	if (!r)
		damage_shows(image, block, image->spare);
	return r;
}

static int beyond_end(struct damage_image *image, const struct damage *d)
{
	struct damage field = *d;

	field.at = offsetof(struct remap_disk_entry, main_block);
	field.bytes = 8;
	field.value = remap_format_main_blocks(&image->sb);
	return mapped_field(image, &field);
}

static int lost_beyond_mask(struct damage_image *image, const struct damage *d)
{
	struct damage field = *d;

	if (remap_format_full_mask(&image->sb) == ~0ULL)
		return -EOPNOTSUPP;
	field.at = offsetof(struct remap_disk_entry, lost);
	field.bytes = 8;
	field.value = remap_format_full_mask(&image->sb) + 1;
	return mapped_field(image, &field);
}

static int behind_last(struct damage_image *image, const struct damage *d)
{
	const struct remap_disk_entry e = { .generation = 1 };

	if (image->sb.spare_blocks % 126 == 0)
		return -EOPNOTSUPP;
	damage_put_entry(image, image->sb.spare_blocks, &e, BOTH);
	return 0;
}

/*
 * Copies of the table
 */

static int table_corrupt(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++)
		if (d->copies & 1 << copy)
			damage_spoil((u8 *)damage_table(image, 0, copy));
	return 0;
}

static int table_blank(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++)
		if (d->copies & 1 << copy)
			memset(damage_table(image, 0, copy), 0, PAGE);
	return 0;
}

static int tables_contradict(struct damage_image *image, const struct damage *d)
{
	struct remap_disk_table *t = damage_table(image, 0, 1);
	u32 spare = damage_free_spare(image, 0);

	if (spare >= min(image->sb.spare_blocks, 126U))
		return -ENOSPC;
	t->entries[spare].state = REMAP_ENTRY_BAD;
	edit_seal((u8 *)t);
	return 0;
}

static int tables_swapped(struct damage_image *image, const struct damage *d)
{
	damage_swap((u8 *)damage_table(image, 0, 0), (u8 *)damage_table(image, 0, 1));
	return 0;
}

/* Written to the wrong place: block 0 where block 1 belongs. */
static int table_misplaced(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	if (image->sb.table_blocks < 2)
		return -EOPNOTSUPP;
	for (copy = 0; copy < 2; copy++)
		if (d->copies & 1 << copy)
			memcpy(damage_table(image, 1, copy), damage_table(image, 0, copy), PAGE);
	return 0;
}

/*
 * All kinds
 */

#define MAPPED_KIND(_name, _what, _field, _value) { \
	.name = _name, .what = _what, .make = mapped_field, .copies = BOTH, \
	ENTRY(_field), .value = _value, REFUSED(RESUME, -EUCLEAN) }

const struct damage damage_table_kinds[] = {
	/* the copies of a table block */
	{ .name = "table-a-corrupt", .what = "copy A has a wrong checksum",
	  .make = table_corrupt, .copies = A, .expect = DAMAGE_HEALED },
	{ .name = "table-b-corrupt", .what = "copy B has a wrong checksum",
	  .make = table_corrupt, .copies = B, .expect = DAMAGE_HEALED },
	{ .name = "tables-corrupt", .what = "both copies have a wrong checksum",
	  .make = table_corrupt, .copies = BOTH, REFUSED(RESUME, -EIO) },
	{ .name = "table-a-blank", .what = "copy A is zeros",
	  .make = table_blank, .copies = A, .expect = DAMAGE_HEALED },
	{ .name = "tables-blank", .what = "both copies are zeros",
	  .make = table_blank, .copies = BOTH, REFUSED(RESUME, -EIO) },
	{ .name = "table-a-newer", .what = "a commit ended after copy A",
	  .make = damage_table_newer, .copies = A, .expect = DAMAGE_HEALED },
	{ .name = "table-b-newer", .what = "copy A went back to what it was",
	  .make = damage_table_newer, .copies = B, .expect = DAMAGE_HEALED },
	{ .name = "tables-contradict", .what = "same generation, other entries",
	  .make = tables_contradict, REFUSED(RESUME, -EUCLEAN) },
	{ .name = "tables-swapped", .what = "each copy stands in the other's place",
	  .make = tables_swapped, REFUSED(RESUME, -EIO) },
	{ .name = "table-a-misplaced", .what = "copy A of block 0 stands in place of block 1",
	  .make = table_misplaced, .copies = A, .expect = DAMAGE_HEALED },
	{ .name = "tables-misplaced", .what = "both copies of block 0 stand in place of block 1",
	  .make = table_misplaced, .copies = BOTH, REFUSED(RESUME, -EIO) },
	{ .name = "table-a-foreign", .what = "copy A is another spare's",
	  .make = table_header, .copies = A, OTHER_UUID,
	  .expect = DAMAGE_HEALED },
	{ .name = "tables-foreign", .what = "both copies are another spare's",
	  .make = table_header, .copies = BOTH, OTHER_UUID,
	  REFUSED(RESUME, -EIO) },
	{ .name = "tables-wrong-index", .what = "both copies have another block's number",
	  .make = table_header, .copies = BOTH, HEADER(index), .value = 1,
	  REFUSED(RESUME, -EIO) },
	{ .name = "table-a-too-new", .what = "copy A is of a newer version",
	  .make = table_header, .copies = A, HEADER(version), .value = 2,
	  .expect = DAMAGE_HEALED },
	{ .name = "tables-too-new", .what = "both copies are of a newer version",
	  .make = table_header, .copies = BOTH, HEADER(version), .value = 2,
	  REFUSED(RESUME, -EUCLEAN) },
	{ .name = "table-generation-high", .what = "copy A has generation 2^62",
	  .make = table_header, .copies = A, HEADER(generation), .value = 1ULL << 62,
	  REFUSED(RESUME, -EUCLEAN) },
	{ .name = "table-generation-last", .what = "copy A has generation 2^64 - 1",
	  .make = table_header, .copies = A, HEADER(generation), .value = ~0ULL,
	  REFUSED(RESUME, -EUCLEAN) },
	{ .name = "table-generation-zero", .what = "copy A has generation 0",
	  .make = table_header, .copies = A, HEADER(generation), .value = 0,
	  REFUSED(RESUME, -EUCLEAN) },

	/* entries */
	{ .name = "overlap-newer", .what = "two entries for a block, one is newer",
	  .make = overlap_newer, .expect = DAMAGE_IGNORED },
	{ .name = "overlap-equal", .what = "two entries for a block, of the same generation",
	  .make = overlap_equal, REFUSED(RESUME, -EUCLEAN) },
	{ .name = "duplicate", .what = "an entry stands there twice",
	  .make = duplicate, REFUSED(RESUME, -EUCLEAN) },
	{ .name = "same-generation", .what = "two entries of a generation, for two blocks",
	  .make = same_generation, .expect = DAMAGE_IGNORED },
	{ .name = "beyond-end", .what = "a block behind main's last", .make = beyond_end,
	  .copies = BOTH, REFUSED(RESUME, -EUCLEAN) },
	{ .name = "beyond-end-in-a", .what = "the same, in copy A only", .make = beyond_end,
	  .copies = A, REFUSED(RESUME, -EUCLEAN) },
	MAPPED_KIND("far-beyond-end", "block 2^64 - 1 of main", main_block, ~0ULL),
	MAPPED_KIND("entry-newer-than-table", "an entry newer than its table block", generation,
		    ~0ULL),
	MAPPED_KIND("entry-generation-zero", "a mapped entry of generation 0", generation, 0),
	{ .name = "lost-beyond-mask", .what = "a logical block is lost that the block has not",
	  .make = lost_beyond_mask, .copies = BOTH, REFUSED(RESUME, -EUCLEAN) },
	MAPPED_KIND("entry-state-unknown", "an entry of an unknown state", state, 3),
	MAPPED_KIND("entry-reason-unknown", "an entry with an unknown reason", reason,
		    REMAP_REASON_COUNT),
	MAPPED_KIND("entry-flag-unknown", "an entry with an unknown flag", flags, 2),
	{ .name = "entry-reserved", .what = "something in an entry's reserved byte",
	  .make = mapped_field, .copies = BOTH, ENTRY(reserved), .value = 0xff,
	  .expect = DAMAGE_IGNORED },
	{ .name = "free-with-block", .what = "a free entry that names a block",
	  .make = free_field, .copies = BOTH, ENTRY(main_block), .value = 1,
	  REFUSED(RESUME, -EUCLEAN) },
	{ .name = "free-with-lost", .what = "a free entry with lost data",
	  .make = free_field, .copies = BOTH, ENTRY(lost), .value = 1,
	  REFUSED(RESUME, -EUCLEAN) },
	{ .name = "bad-with-block", .what = "a bad spare block that holds a block",
	  .make = bad_with_block, REFUSED(RESUME, -EUCLEAN) },
	{ .name = "entry-behind-last", .what = "an entry for a spare block that does not exist",
	  .make = behind_last, REFUSED(RESUME, -EUCLEAN) },

	/* the health record */
	{ .name = "health-a-newer", .what = "health record B was not written any more",
	  .make = health_newer, .copies = A, .expect = DAMAGE_IGNORED },
	{ .name = "health-b-newer", .what = "health record A was not written any more",
	  .make = health_newer, .copies = B, .expect = DAMAGE_IGNORED },
	{ .name = "clean-taken-back", .what = "a wrong fingerprint, and a health record since then",
	  .make = clean_taken_back, .copies = A, .expect = DAMAGE_IGNORED },
	{ .name = "health-index", .what = "health record A has another number",
	  .make = health_header, HEADER(index), .value = 1, .expect = DAMAGE_IGNORED },
	{ .name = "health-foreign", .what = "health record A is another spare's",
	  .make = health_header, OTHER_UUID,
	  .expect = DAMAGE_IGNORED },
	{ .name = "health-generation-last", .what = "health record A has generation 2^64 - 1",
	  .make = health_header, HEADER(generation), .value = ~0ULL,
	  .expect = DAMAGE_IGNORED },
	{ .name = "health-generation-high", .what = "health record A has generation 2^62",
	  .make = health_header, HEADER(generation), .value = 1ULL << 62,
	  REFUSED(RESUME, -EUCLEAN) },
};

const unsigned int damage_table_count = ARRAY_SIZE(damage_table_kinds);
