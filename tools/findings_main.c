// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/crc32c.h>
#include <linux/kernel.h>

#include "findings_main.h"
#include "identity.h"
#include "terms.h"

#define OTHER_ADVICE	"look for the right one; 'remapsetup open' finds it by its identity if it is here"

static void see_identity(struct findings *found, const struct remap_super *sb,
			 const struct disk *main)
{
	const char *recorded = identity_text(sb);
	char actual[IDENTITY_SIZE];

	if (!recorded[0]) {
		findings_add(found, NOTE, "the spare knows no identity of its main device",
			     "it had neither WWN nor serial number when the spare was formatted; a wrong one would not be noticed by that",
			     "name the main device with care");
		return;
	}
	if (!main->number || !identity_of(main->number, actual))
		findings_add(found, main->number ? REFUSED : NOTE,
			     text("%s has no identity, the main device has %s", main->path,
				  recorded),
			     "it may be another device, an image, or plugged in by another adapter",
			     "if you know that it is the right one, 'open --force' accepts it");
	else if (strcmp(recorded, actual))
		findings_add(found, REFUSED,
			     text("%s is %s, the main device is %s", main->path, actual, recorded),
			     "with the wrong one, blocks of two disks would be mixed",
			     OTHER_ADVICE);
}

static bool see_size(struct findings *found, const struct remap_super *sb,
		     const struct disk *main)
{
	if (main->number && main->logical != sb->mask_unit)
		findings_add(found, REFUSED,
			     text("%s has logical blocks of %u bytes, the main device had %u",
				  main->path, main->logical, sb->mask_unit),
			     "it is another device, or plugged in by another adapter",
			     OTHER_ADVICE);
	if (sb->main_start <= main->sectors &&
	    sb->main_length <= main->sectors - sb->main_start)
		return true;
	findings_add(found, REFUSED,
		     text("%s has %llu sectors, and %llu are mapped from sector %llu on", main->path,
			  (unsigned long long)main->sectors, (unsigned long long)sb->main_length,
			  (unsigned long long)sb->main_start),
		     "it is too small to be the main device, or it has shrunk", OTHER_ADVICE);
	return false;
}

/*
 * Fingerprint: docs/format.md. Remapped blocks are left out of it.
 */

struct fingerprint {
	const struct remap_super *sb;
	const struct disk *main;
	u64 *remapped;		/* in order */
	size_t nr;
	u8 *buf;
};

static int by_block(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int collect(struct fingerprint *f, const struct inspection *spare)
{
	u32 i;

	f->remapped = calloc((size_t)spare->mapped + 1, sizeof(*f->remapped));
	f->buf = disk_buffer(f->sb->block_size);
	if (!f->remapped || !f->buf)
		return -ENOMEM;
	for (i = 0; i < spare->super.spare_blocks; i++)
		if (spare->standing[i] == SPARE_COUNTS)
			f->remapped[f->nr++] = le64_to_cpu(inspect_entry(spare, i)->main_block);
	qsort(f->remapped, f->nr, sizeof(*f->remapped), by_block);
	return 0;
}

static bool is_remapped(const struct fingerprint *f, u64 block)
{
	return bsearch(&block, f->remapped, f->nr, sizeof(block), by_block);
}

static bool checksum(const struct fingerprint *f, u64 block, u64 end, u32 *crc)
{
	u64 spb = f->sb->block_size >> 9;

	*crc = ~0U;
	for (; block < end; block++) {
		__le64 number = cpu_to_le64(block);
		u64 sectors = min(spb, f->sb->main_length - block * spb);

		if (is_remapped(f, block)) {
			*crc = crc32c(*crc, &number, sizeof(number));
			continue;
		}
		if (disk_read(f->main, f->sb->main_start + block * spb, f->buf, sectors << 9))
			return false;
		*crc = crc32c(*crc, f->buf, sectors << 9);
	}
	return true;
}

static void compare(struct findings *found, const struct fingerprint *f)
{
	const struct remap_super *sb = f->sb;
	u64 blocks = (sb->main_length + (sb->block_size >> 9) - 1) / (sb->block_size >> 9);
	u64 mib = min(blocks, (1ULL << 20) / sb->block_size);
	u32 now[2];

	if (!checksum(f, 0, mib, &now[0]) || !checksum(f, blocks - mib, blocks, &now[1]))
		findings_add(found, NOTE,
			     text("the first or the last MiB of %s cannot be read", f->main->path),
			     "whether it was changed without its spare is not known; a start would accept it, but rescue nothing from it",
			     "nothing: the blocks that fail are moved when they are used");
	else if (memcmp(now, sb->fingerprint, sizeof(now)))
		findings_add(found, REFUSED,
			     text("%s was changed since the last clean stop", f->main->path),
			     "it was mounted or written without its spare, or it is an older copy: the two do not belong together any more where blocks were moved",
			     "if you know what has changed it, 'open --force' accepts it; check the file system before it is used");
}

static int see_changes(struct findings *found, const struct inspection *spare,
		       const struct disk *main)
{
	const u32 clean = REMAP_SUPER_CLEAN | REMAP_SUPER_FINGERPRINT;
	struct fingerprint f = { .sb = &spare->super, .main = main };
	int r;

	if ((spare->md.super.flags & clean) != clean) {
		findings_add(found, NOTE, "the device was not stopped cleanly, or is in use",
			     "then nothing is on record that would tell whether the main device was changed without its spare",
			     "nothing");
		return 0;
	}
	r = collect(&f, spare);
	if (!r)
		compare(found, &f);
	free(f.remapped);
	free(f.buf);
	return r;
}

int findings_main(struct findings *found, const struct inspection *spare,
		  const struct disk *main)
{
	bool fits;

	if (spare->super_error)
		return 0;
	see_identity(found, &spare->super, main);
	fits = see_size(found, &spare->super, main);
	return fits && inspect_starts(spare) ? see_changes(found, spare, main) : 0;
}
