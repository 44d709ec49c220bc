// SPDX-License-Identifier: GPL-2.0-only
/* Wrong superblocks, and wrong lists of disowned copies in them. */
#include "damage_parts.h"

static int super_field(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		if (!(d->copies & 1 << copy))
			continue;
		memcpy(damage_super(image, copy) + d->at, &d->value, d->bytes);
		edit_seal(damage_super(image, copy));
	}
	return 0;
}

/* One copy says so, in a newer generation. */
static int super_field_newer(struct damage_image *image, const struct damage *d)
{
	u32 copy = d->copies == B;

	damage_set_generation(damage_super(image, copy), image->sb.generation + 1);
	return super_field(image, d);
}

static int super_corrupt(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++)
		if (d->copies & 1 << copy)
			damage_spoil(damage_super(image, copy));
	return 0;
}

static int super_blank(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++)
		if (d->copies & 1 << copy)
			memset(damage_super(image, copy), 0, PAGE);
	return 0;
}

/* Something else lives here now. */
static int super_overwritten(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++)
		if (d->copies & 1 << copy)
			memset(damage_super(image, copy), 0x53, PAGE);
	return 0;
}

static int supers_swapped(struct damage_image *image, const struct damage *d)
{
	damage_swap(damage_super(image, 0), damage_super(image, 1));
	return 0;
}

/* An area is where another is: @at is the field, @value the field that is copied to it. */
static int super_points_at(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		memcpy(damage_super(image, copy) + d->at, damage_super(image, copy) + d->value, 8);
		edit_seal(damage_super(image, copy));
	}
	return 0;
}

/* More spare blocks, and a table to go with them, than the area has room for. */
static int spares_beyond_area(struct damage_image *image, const struct damage *d)
{
	u32 blocks = image->sb.length / (image->sb.block_size >> 9) + 1, copy;

	for (copy = 0; copy < 2; copy++) {
		struct remap_disk_super *s = (void *)damage_super(image, copy);

		s->spare_blocks = blocks;
		s->table_blocks = (blocks + 125) / 126;
		edit_seal((u8 *)s);
	}
	return 0;
}

/* In perfect order, for a larger device; so that one limit alone is in the way. */
static void lay_out(struct remap_disk_super *s, u32 blocks)
{
	u64 table = 8ULL * ((blocks + 125) / 126);

	s->spare_blocks = blocks;
	s->table_blocks = table / 8;
	s->table_a = 8;
	s->health_a = s->table_a + table;
	s->data = round_up(s->health_a + 8, 64);
	s->health_b = round_up(s->data + (u64)blocks * (s->block_size >> 9), 8);
	s->table_b = s->health_b + 8;
	s->super_b = s->table_b + table;
	s->length = s->super_b + 8;
}

static int spare_blocks_above_limit(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		lay_out((void *)damage_super(image, copy), REMAP_MAX_SPARES + 1);
		edit_seal(damage_super(image, copy));
	}
	return 0;
}

static int block_size_above_limit(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		struct remap_disk_super *s = (void *)damage_super(image, copy);

		s->block_size = 2 * REMAP_MAX_BLOCK_SIZE;
		s->mask_unit = s->block_size / REMAP_MASK_BITS;
		s->main_length = 1 << 20;
		lay_out(s, 100);
		edit_seal((u8 *)s);
	}
	return 0;
}

/* A disk whose logical blocks are 1024 bytes, and the rest to match. */
static int mask_unit_of_another(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	if (image->sb.block_size < 1024)
		return -EOPNOTSUPP;
	for (copy = 0; copy < 2; copy++) {
		struct remap_disk_super *s = (void *)damage_super(image, copy);

		s->mask_unit = image->sb.mask_unit == 1024 ? 512 : 1024;
		s->main_length = round_up(image->sb.main_length, 2);
		edit_seal((u8 *)s);
	}
	return 0;
}

/* Each of 129 table blocks once: the last mark lies behind the list. */
static int disown_too_many(struct damage_image *image, const struct damage *d)
{
	u32 copy, i;

	for (copy = 0; copy < 2; copy++) {
		struct remap_disk_super *s = (void *)damage_super(image, copy);
		u8 *list = (u8 *)s + offsetof(struct remap_disk_super, disowned);

		lay_out(s, 129 * 126);
		s->disowned_count = 129;
		for (i = 0; i < 129; i++)
			memcpy(list + 8 * i, &i, sizeof(i));
		edit_seal((u8 *)s);
	}
	return 0;
}

/* All is in order, but the device was larger when it was formatted. */
static int length_beyond_device(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		struct remap_disk_super *s = (void *)damage_super(image, copy);

		s->length = image->size / 512 + 8;
		edit_seal((u8 *)s);
	}
	return 0;
}

static int main_longer(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		((struct remap_disk_super *)damage_super(image, copy))->main_length +=
			image->sb.mask_unit >> 9;
		edit_seal(damage_super(image, copy));
	}
	return 0;
}

/* It was longer, and a block of the end that it had is mapped. */
static int beyond_new_end(struct damage_image *image, const struct damage *d)
{
	struct remap_disk_entry e = { .state = REMAP_ENTRY_MAPPED };
	u32 spare = damage_free_spare(image, 0), copy;

	if (spare >= image->sb.spare_blocks)
		return -ENOSPC;
	for (copy = 0; copy < 2; copy++) {
		((struct remap_disk_super *)damage_super(image, copy))->main_length +=
			64 * (image->sb.block_size >> 9);
		edit_seal(damage_super(image, copy));
	}
	e.main_block = remap_format_main_blocks(&image->sb) + 10;
	e.generation = damage_fresh(image);
	damage_put_entry(image, spare, &e, BOTH);
	return 0;
}

/* In a table block of which nothing else is written anew, if there is one. */
static void may_be_rescued(struct damage_image *image)
{
	const struct remap_disk_entry e = {
		.main_block = damage_free_main(image, 0), .generation = damage_fresh(image),
		.lost = 1, .state = REMAP_ENTRY_MAPPED, .flags = REMAP_ENTRY_RESCUABLE,
	};
	u32 spare = damage_free_spare(image, REMAP_ENTRIES_PER_BLOCK);

	if (spare < image->sb.spare_blocks)
		damage_put_entry(image, spare, &e, BOTH);
}

/* The fingerprint is said to be valid, and is not of this main device. */
static int fingerprint_wrong(struct damage_image *image, const struct damage *d)
{
	u32 copy;

	may_be_rescued(image);
	for (copy = 0; copy < 2; copy++) {
		struct remap_disk_super *s = (void *)damage_super(image, copy);

		s->flags = REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT;
		s->fingerprint_first ^= 1;
		edit_seal((u8 *)s);
	}
	return 0;
}

/*
 * The list of disowned copies
 */

static void disown(struct damage_image *image, u32 slot, u32 block, u8 copy, u8 flags)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		struct remap_disk_super *s = (void *)damage_super(image, i);

		s->disowned[slot].block = block;
		s->disowned[slot].copy = copy;
		s->disowned[slot].flags = flags;
		s->disowned_count = slot + 1;
		edit_seal((u8 *)s);
	}
}

/* @value: the copies named, one a byte, 1 for A; of the block @at */
static int disowned(struct damage_image *image, const struct damage *d)
{
	u32 block = d->at == U32_MAX ? image->sb.table_blocks : d->at, slot;

	for (slot = 0; d->value >> (8 * slot) & 0xff; slot++)
		disown(image, slot, block, (d->value >> (8 * slot) & 0xff) - 1, d->bytes);
	return 0;
}

/* The copy that is to be ignored is whole and newer. */
static int disowned_newer(struct damage_image *image, const struct damage *d)
{
	int r = damage_table_newer(image, d);

	if (!r && image->spare >= 126)
		return -ENOSPC;
	image->shows = false;
	disown(image, 0, 0, d->copies == B, 0);
	return r;
}

/* The copy that counts is gone. */
static int disowned_the_good_one(struct damage_image *image, const struct damage *d)
{
	damage_spoil((u8 *)damage_table(image, 0, 1));
	disown(image, 0, 0, 0, 0);
	return 0;
}

/* "Emptied" is said of a block that holds a mapping. */
static int dead_but_mapped(struct damage_image *image, const struct damage *d)
{
	struct remap_disk_entry e = { .state = REMAP_ENTRY_MAPPED };
	u32 last = image->sb.table_blocks - 1, copy;

	if (!last)
		return -EOPNOTSUPP;
	e.main_block = damage_free_main(image, 0);
	e.generation = damage_fresh(image);
	for (copy = 0; copy < 2; copy++)
		memset(damage_table(image, last, copy)->entries, 0, PAGE - 64);
	damage_put_entry(image, 126 * last, &e, BOTH);
	disown(image, 0, last, 0, REMAP_DISOWN_DEAD);
	damage_shows(image, remap_format_main_blocks(&image->sb) - 1, U32_MAX);
	return 0;
}

/*
 * All kinds
 */

#define SUPER_KIND(_name, _what, _field, _value, _error) { \
	.name = _name, .what = _what, .make = super_field, .copies = BOTH, \
	SUPER(_field), .value = _value, REFUSED(CTR, _error) }
#define POINTS_KIND(_name, _what, _field, _to) { \
	.name = _name, .what = _what, .make = super_points_at, SUPER(_field), \
	.value = offsetof(struct remap_disk_super, _to), REFUSED(CTR, -EILSEQ) }
#define DISOWN_KIND(_name, _what, _block, _copies, _flags) { \
	.name = _name, .what = _what, .make = disowned, .at = _block, .value = _copies, \
	.bytes = _flags, REFUSED(CTR, -EILSEQ) }

const struct damage damage_super_kinds[] = {
	/* the superblocks: which one */
	{ .name = "super-a-corrupt", .what = "superblock A has a wrong checksum",
	  .make = super_corrupt, .copies = A, .expect = DAMAGE_HEALED },
	{ .name = "super-b-corrupt", .what = "superblock B has a wrong checksum",
	  .make = super_corrupt, .copies = B, .expect = DAMAGE_HEALED },
	{ .name = "supers-corrupt", .what = "both superblocks have a wrong checksum",
	  .make = super_corrupt, .copies = BOTH, REFUSED(CTR, -EILSEQ) },
	{ .name = "super-a-blank", .what = "superblock A is zeros",
	  .make = super_blank, .copies = A, .expect = DAMAGE_HEALED },
	{ .name = "super-b-blank", .what = "superblock B is zeros",
	  .make = super_blank, .copies = B, .expect = DAMAGE_HEALED },
	{ .name = "supers-blank", .what = "both superblocks are zeros, the table is not",
	  .make = super_blank, .copies = BOTH, REFUSED(CTR, -ENODATA) },
	{ .name = "super-a-overwritten", .what = "something else stands in place of superblock A",
	  .make = super_overwritten, .copies = A, REFUSED(CTR, -EMEDIUMTYPE) },
	{ .name = "super-b-overwritten", .what = "something else stands in place of superblock B",
	  .make = super_overwritten, .copies = B, REFUSED(CTR, -EMEDIUMTYPE) },
	{ .name = "supers-overwritten", .what = "something else stands in place of both",
	  .make = super_overwritten, .copies = BOTH, REFUSED(CTR, -EMEDIUMTYPE) },
	{ .name = "supers-swapped", .what = "each superblock stands in the other's place",
	  .make = supers_swapped, REFUSED(CTR, -EMEDIUMTYPE) },
	{ .name = "super-b-is-a", .what = "superblock B calls itself A",
	  .make = super_field, .copies = B, HEADER(copy), .value = 0,
	  .expect = DAMAGE_HEALED },
	{ .name = "super-index", .what = "both superblocks have an index",
	  .make = super_field, .copies = BOTH, HEADER(index), .value = 7,
	  REFUSED(CTR, -EMEDIUMTYPE) },
	{ .name = "supers-of-two-spares", .what = "superblock B is another spare's, and newer",
	  .make = super_field_newer, .copies = B, OTHER_UUID,
	  REFUSED(CTR, -EUCLEAN) },
	{ .name = "supers-contradict", .what = "same generation, another fingerprint",
	  .make = super_field, .copies = B, SUPER(fingerprint_last), .value = 1,
	  REFUSED(CTR, -EUCLEAN) },
	{ .name = "super-b-newer", .what = "superblock A was not written any more",
	  .make = super_field_newer, .copies = B, SUPER(flags), .value = 0,
	  .expect = DAMAGE_HEALED },
	{ .name = "super-a-newer", .what = "superblock B was not written any more",
	  .make = super_field_newer, .copies = A, SUPER(flags), .value = 0,
	  .expect = DAMAGE_HEALED },
	{ .name = "super-a-insane", .what = "superblock A is impossible, B is not",
	  .make = super_field_newer, .copies = A, SUPER(block_size), .value = 0,
	  .expect = DAMAGE_HEALED },
	{ .name = "super-b-too-new", .what = "superblock B was written by a newer version",
	  .make = super_field, .copies = B, HEADER(version), .value = 2,
	  REFUSED(CTR, -EPROTONOSUPPORT) },

	/* the superblocks: what they say */
	SUPER_KIND("version", "a newer version", header.version, 2, -EPROTONOSUPPORT),
	SUPER_KIND("incompat", "a feature that everybody must know", incompat, 1U << 31,
		   -EPROTONOSUPPORT),
	SUPER_KIND("ro-compat", "a feature that a writer must know", ro_compat, 1,
		   -EPROTONOSUPPORT),
	{ .name = "compat", .what = "a feature that nobody must know", .make = super_field,
	  .copies = BOTH, SUPER(compat), .value = 1, .expect = DAMAGE_IGNORED },
	{ .name = "super-reserved", .what = "something in the reserved bytes",
	  .make = super_field, .copies = BOTH, SUPER(reserved1), .value = 1,
	  .expect = DAMAGE_IGNORED },
	SUPER_KIND("state-zero", "no state", state, 0, -EILSEQ),
	SUPER_KIND("state-unknown", "an unknown state", state, 5, -EILSEQ),
	SUPER_KIND("state-formatting", "formatting was interrupted, they say", state,
		   REMAP_SUPER_FORMATTING, -ENODATA),
	SUPER_KIND("state-standby", "a standby", state, REMAP_SUPER_STANDBY, -EINVAL),
	SUPER_KIND("state-replaced", "it was replaced", state, REMAP_SUPER_REPLACED, -EINVAL),
	SUPER_KIND("flag-unknown", "an unknown flag", flags, 8, -EILSEQ),
	SUPER_KIND("generation-zero", "generation 0", header.generation, 0, -EILSEQ),
	SUPER_KIND("generation-last", "generation 2^64 - 1", header.generation, ~0ULL, -EILSEQ),
	SUPER_KIND("block-size-zero", "blocks of no bytes", block_size, 0, -EILSEQ),
	SUPER_KIND("block-size-odd", "blocks of 3072 bytes", block_size, 3072, -EILSEQ),
	SUPER_KIND("block-size-small", "blocks of 256 bytes", block_size, 256, -EILSEQ),
	SUPER_KIND("block-size-large", "blocks of 64 KiB", block_size, 65536, -EILSEQ),
	{ .name = "block-size-above-limit", .what = "blocks of 64 KiB, laid out well",
	  .make = block_size_above_limit, REFUSED(CTR, -EILSEQ) },
	{ .name = "mask-unit", .what = "a main device of another logical block size",
	  .make = mask_unit_of_another, REFUSED(CTR, -EINVAL) },
	SUPER_KIND("mask-unit-zero", "logical blocks of no bytes", mask_unit, 0, -EILSEQ),
	SUPER_KIND("mask-unit-odd", "logical blocks of 513 bytes", mask_unit, 513, -EILSEQ),
	SUPER_KIND("mask-unit-large", "logical blocks larger than blocks", mask_unit, 65536,
		   -EILSEQ),
	SUPER_KIND("spare-blocks-zero", "no spare blocks", spare_blocks, 0, -EILSEQ),
	SUPER_KIND("spare-blocks-huge", "2^32 - 1 spare blocks", spare_blocks, U32_MAX, -EILSEQ),
	{ .name = "spare-blocks-beyond-area", .what = "more spare blocks than the area holds",
	  .make = spares_beyond_area, REFUSED(CTR, -EILSEQ) },
	{ .name = "spare-blocks-above-limit", .what = "2^24 + 1 spare blocks, laid out well",
	  .make = spare_blocks_above_limit, REFUSED(CTR, -EILSEQ) },
	SUPER_KIND("table-blocks-zero", "no table", table_blocks, 0, -EILSEQ),
	SUPER_KIND("table-blocks-huge", "a table of 2^32 - 1 blocks", table_blocks, U32_MAX,
		   -EILSEQ),
	SUPER_KIND("health-blocks-zero", "no health record", health_blocks, 0, -EILSEQ),
	SUPER_KIND("health-blocks-huge", "a health record of 4 TiB", health_blocks, 1U << 30,
		   -EILSEQ),
	SUPER_KIND("length-zero", "a spare area of no sectors", length, 0, -EILSEQ),
	SUPER_KIND("length-huge", "a spare area of 2^64 - 1 sectors", length, ~0ULL, -EILSEQ),
	{ .name = "length-beyond-device", .what = "the spare area is longer than the device",
	  .make = length_beyond_device, REFUSED(CTR, -EINVAL) },
	SUPER_KIND("main-length-zero", "a main device of no sectors", main_length, 0, -EILSEQ),
	SUPER_KIND("main-length-huge", "a main device of 2^64 - 8 sectors", main_length,
		   ~7ULL, -EILSEQ),
	{ .name = "main-longer", .what = "the main device was longer", .make = main_longer,
	  REFUSED(CTR, -EINVAL) },
	{ .name = "beyond-new-end", .what = "the main device was longer, and mapped there",
	  .make = beyond_new_end, REFUSED(CTR, -EINVAL) },
	SUPER_KIND("main-start", "another place of the main device", main_start, 8, -EINVAL),
	{ .name = "fingerprint", .what = "the main device was written behind our back",
	  .make = fingerprint_wrong, REFUSED(RESUME, -EUCLEAN) },

	/* cycles and overlaps of areas */
	SUPER_KIND("twin-is-itself", "superblock B is said to be where A is", super_b, 0,
		   -EILSEQ),
	SUPER_KIND("twin-far-away", "superblock B is said to be at 2^64 - 8", super_b, ~7ULL,
		   -EILSEQ),
	SUPER_KIND("table-over-super", "table A is said to be where superblock A is", table_a, 0,
		   -EILSEQ),
	POINTS_KIND("table-a-over-table-b", "table A is said to be where B is", table_a, table_b),
	POINTS_KIND("table-b-over-table-a", "table B is said to be where A is", table_b, table_a),
	POINTS_KIND("table-over-twin", "table B is said to be where superblock B is", table_b,
		    super_b),
	POINTS_KIND("table-over-data", "table A is said to be where the spare blocks are",
		    table_a, data),
	POINTS_KIND("data-over-table", "the spare blocks are said to be where table A is", data,
		    table_a),
	POINTS_KIND("data-over-health", "the spare blocks are said to be where health B is",
		    data, health_b),
	POINTS_KIND("health-over-table", "health record A is said to be where table A is",
		    health_a, table_a),
	POINTS_KIND("twin-over-health", "superblock B is said to be where health B is", super_b,
		    health_b),
	SUPER_KIND("table-wraps", "table B begins at 2^64 - 8: its end is a small number",
		   table_b, ~7ULL, -EILSEQ),
	SUPER_KIND("data-wraps", "the spare blocks begin at 2^64 - 512", data, ~511ULL, -EILSEQ),

	/* the list of disowned copies */
	DISOWN_KIND("disown-twice", "copy A of a table block is disowned twice", 0, 0x0101, 0),
	DISOWN_KIND("disown-both", "both copies of a table block are disowned", 0, 0x0201, 0),
	DISOWN_KIND("disown-beyond", "a table block is disowned that is none", U32_MAX, 1, 0),
	DISOWN_KIND("disown-copy-c", "a third copy is disowned", 0, 3, 0),
	DISOWN_KIND("disown-flag", "a disown mark with an unknown flag", 0, 1, 2),
	{ .name = "disown-too-many", .what = "129 disowned copies, each right by itself",
	  .make = disown_too_many, REFUSED(CTR, -EILSEQ) },
	SUPER_KIND("disown-count", "129 disowned copies", disowned_count, 129, -EILSEQ),
	SUPER_KIND("disown-count-huge", "2^32 - 1 disowned copies", disowned_count, U32_MAX,
		   -EILSEQ),
	{ .name = "disowned-newer-a", .what = "the disowned copy A is whole and newer",
	  .make = disowned_newer, .copies = A, .expect = DAMAGE_HEALED },
	{ .name = "disowned-newer-b", .what = "the disowned copy B is whole and newer",
	  .make = disowned_newer, .copies = B, .expect = DAMAGE_HEALED },
	{ .name = "disowned-the-good-one", .what = "copy A is disowned, and B is corrupt",
	  .make = disowned_the_good_one, REFUSED(RESUME, -EIO) },
	{ .name = "dead-but-mapped", .what = "a table block is marked dead and holds a mapping",
	  .make = dead_but_mapped, .expect = DAMAGE_IGNORED },
};

const unsigned int damage_super_count = ARRAY_SIZE(damage_super_kinds);
