// SPDX-License-Identifier: GPL-2.0-only
/*
 * Seeds for the fuzzers of the disk: every kind of damage as a list of edits, in a
 * file of its name.
 *
 * usage: seeds <directory>	makes super/ table/ health/ load/ record/ below it
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base.h"
#include "damage.h"
#include "scan_fields.h"

#define WORDS	40	/* more differences in a block are not spelled out */

static FILE *create(const char *dir, const char *target, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s", dir, target, name);
	f = fopen(path, "wb");
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

static void put(FILE *f, u8 op, u32 nr, u32 copy, u16 at, u32 arg, u64 value)
{
	const struct edit e = { op, nr << 2 | copy, at, arg, value };

	fwrite(&e, sizeof(e), 1, f);
}

static bool is_sealed(const u8 *block)
{
	u8 again[4096];

	memcpy(again, block, sizeof(again));
	edit_seal(again);
	return !memcmp(again, block, sizeof(again));
}

static u32 differences(const u8 *a, const u8 *b)
{
	u32 at, words = 0;

	for (at = 0; at < 4096; at += 8)
		words += !!memcmp(a + at, b + at, 8);
	return words;
}

/* What turns one block into the other. */
static void put_block(FILE *f, u32 nr, u32 copy, const u8 *from, const u8 *to)
{
	u32 at, words = differences(from, to);
	u64 value;

	if (!words)
		return;
	if (words > WORDS)
		put(f, EDIT_FILL, nr, copy, 0, 0, to[0]);
	for (at = 0; at < 4096 && words <= WORDS; at += 8) {
		memcpy(&value, to + at, 8);
		if (memcmp(from + at, to + at, 8) && at != 8)
			put(f, EDIT_BYTES, nr, copy, at, 3, value);
	}
	/* the word of the checksum holds the version as well */
	if (words <= WORDS && memcmp(from + 12, to + 12, 4)) {
		memcpy(&value, to + 12, 4);
		put(f, EDIT_BYTES, nr, copy, 12, 2, value & 0xffffffff);
	}
	if (!is_sealed(to))
		put(f, EDIT_UNSEALED, nr, copy, 0, 0, 0);
}

static void put_image(FILE *f, const struct base *base, const u8 *to)
{
	u32 nr, copy;

	for (nr = 0; nr < 2 + base->super.table_blocks; nr++)
		for (copy = 0; copy < 2; copy++) {
			u64 at = edit_block_place(&base->super, nr, copy) * 512;

			put_block(f, nr, copy, base->image + at, to + at);
		}
}

/* Superblock A as it stands there, where edits would be too many. */
static bool raw_super(const char *dir, const struct damage *d, const struct base *base,
		      const u8 *to)
{
	FILE *f;

	if (differences(base->image, to) <= WORDS)
		return false;
	f = create(dir, "super", d->name);
	fwrite(is_sealed(to) ? "\0\0\1\0" : "\0\0\3\0", 4, 1, f);
	fwrite(to, 4096, 1, f);
	fclose(f);
	return true;
}

/* @head: what the fuzzer of this target reads before the edits */
static void seed(const char *dir, const char *target, const char *name, const void *head,
		 size_t size, const struct base *base, const u8 *to)
{
	FILE *f = create(dir, target, name);

	fwrite(head, size, 1, f);
	put_image(f, base, to);
	fclose(f);
}

/* As scanners leave them, on devices of all sizes: all is sound but for what is random. */
static void record_seeds(const char *dir)
{
	u8 head[40], record[SCAN_FIELDS_BYTES];
	struct scan_memory m;
	u32 random = 1, nr, i, j;
	const struct scan_field *f = scan_fields(&nr);
	char name[16];
	FILE *file;

	for (i = 0; i < 32 + 16; i++) {
		scan_fields_random(&m, &random);
		/* no pass, the last one half a minute or half a day ago, and each clock */
		if (i >= 32) {
			m.set = 0;
			m.pass.started = i & 8 ? 30 : 43200;
		}
		memset(record, 0, sizeof(record));
		for (j = 0; j < nr; j++)
			scan_field_to_disk(record, &f[j], scan_field_get(&m, &f[j]));
		memcpy(record, "dmremapP\1\0\0\0", 12);
		record[12] = i < 32 ? 1 + i % 4 * 2 : 0;
		for (j = 0; j < sizeof(head); j++)
			head[j] = (i + 1) * (j + 3) * 37;
		/* what is mended: one thing is not, once at the end of an area, once not */
		head[0] = i < 32 ? ~(1 << i % 8) & ~(i & 8 ? 0x20 : 0) : 0xff;
		memcpy(head + 12, "\0\xf1\x53\x65\0\0\0\0", 8);	/* the clock */
		head[37] = head[37] % 32 | i % 8 << 5;	/* and how wrong it is at first */
		snprintf(name, sizeof(name), "sound-%02u", i);
		file = create(dir, "record", name);
		fwrite(head, sizeof(head), 1, file);
		fwrite(record, i ? sizeof(record) : 0, 1, file);
		fclose(file);
	}
}

int main(int argc, char **argv)
{
	const struct base *base = base_of(0);
	const struct damage *d;
	struct damage_image image;
	unsigned int i;
	u8 *copy;

	if (argc != 2) {
		fprintf(stderr, "usage: %s <directory>\n", argv[0]);
		return 2;
	}
	copy = malloc(base->bytes);
	for (i = 0; (d = damage_kind(i)); i++) {
		memcpy(copy, base->image, base->bytes);
		damage_open(&image, copy, base->bytes);
		if (damage_make(&image, d))
			continue;
		/* with a commit once it runs; what is blank is asked to be formatted */
		seed(argv[1], "load", d->name, d->error == -ENODATA ?
		     "\0\x02\0\0\0\0\0\0" : "\0\x40\0\0\0\0\0\0", 8, base, copy);
		if (!raw_super(argv[1], d, base, copy))
			seed(argv[1], "super", d->name, "\0\0\0\0", 4, base, copy);
		seed(argv[1], "tool", d->name, "\0\0\0\0\0\0\0\0", 8, base, copy);
		seed(argv[1], "table", d->name, "\0\0\0\0\0\0", 6, base, copy);
		seed(argv[1], "health", d->name, "\0\0\0\0", 4, base, copy);
	}
	memset(copy, 0, base->bytes);
	seed(argv[1], "load", "blank", "\0\x02\0\0\0\0\0\0", 8, base, copy);
	free(copy);
	record_seeds(argv[1]);
	return 0;
}
