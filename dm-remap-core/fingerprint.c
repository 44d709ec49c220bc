// SPDX-License-Identifier: GPL-2.0-only
#include <linux/crc32c.h>

#include "fingerprint.h"

#define SCRATCH_SECTORS	(REMAP_LOAD_BLOCKS * REMAP_META_SECTORS)

/*
 * Remapped blocks are left out: main's old copy may fail, or take seconds to. The
 * map is the same at the stop and at the next start.
 */
static int checksum(struct remap_device *dev, u64 block, u64 end, sector_t length, u32 *crc)
{
	*crc = ~0;
	while (block < end) {
		u64 run = block;
		sector_t sector = block << dev->map.block_shift, sectors;

		while (run < end && !remap_map_get(&dev->map, run) &&
		       (run - block + 1) * dev->spb <= SCRATCH_SECTORS)
			run++;
		if (run == block) {
			__le64 number = cpu_to_le64(block++);

			*crc = crc32c(*crc, &number, sizeof(number));
			continue;
		}
		sectors = min_t(sector_t, (run - block) * dev->spb, length - sector);
		if (remap_disk_read(&dev->main, sector, dev->md.scratch,
				    sectors << SECTOR_SHIFT))
			return -EIO;
		*crc = crc32c(*crc, dev->md.scratch, sectors << SECTOR_SHIFT);
		block = run;
	}
	return 0;
}

int remap_fingerprint_take(struct remap_device *dev, sector_t length, u32 fingerprint[2])
{
	u64 blocks = DIV_ROUND_UP_ULL(length, dev->spb);
	u64 mib = min_t(u64, blocks, (1 << 20 >> SECTOR_SHIFT) / dev->spb);
	int r;

	r = checksum(dev, 0, mib, length, &fingerprint[0]);
	return r ?: checksum(dev, blocks - mib, blocks, length, &fingerprint[1]);
}
