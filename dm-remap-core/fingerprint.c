// SPDX-License-Identifier: GPL-2.0-only
#include <linux/crc32c.h>

#include "fingerprint.h"

#define SCRATCH_SECTORS	(REMAP_LOAD_BLOCKS * REMAP_META_SECTORS)

/*
 * Remapped blocks are left out: main's old copy may fail, or take seconds to. The
 * map is the same at the stop and at the next start.
 */
static int checksum(struct remap_device *dev, u64 block, u64 end, u32 *crc)
{
	*crc = ~0;
	while (block < end) {
		u64 run = block;
		sector_t sector = block << dev->map.block_shift, sectors;

		while (run < end && !remap_map_get(&dev->map, run) &&
		       (run - block + 1) * dev->spb <= SCRATCH_SECTORS)
			run++;
		if (run == block) {
			*crc = crc32c(*crc, &block, sizeof(block));
			block++;
			continue;
		}
		sectors = min_t(sector_t, (run - block) * dev->spb, dev->ti->len - sector);
		if (remap_disk_read(&dev->main, sector, dev->md.scratch,
				    sectors << SECTOR_SHIFT))
			return -EIO;
		*crc = crc32c(*crc, dev->md.scratch, sectors << SECTOR_SHIFT);
		block = run;
	}
	return 0;
}

int remap_fingerprint_take(struct remap_device *dev, u32 fingerprint[2])
{
	u64 blocks = remap_device_blocks(dev);
	u64 mib = min_t(u64, blocks, (1 << 20 >> SECTOR_SHIFT) / dev->spb);
	int r;

	r = checksum(dev, 0, mib, &fingerprint[0]);
	return r ?: checksum(dev, blocks - mib, blocks, &fingerprint[1]);
}
