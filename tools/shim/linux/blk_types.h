/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dm-remap-core/disk.h mentions. All that counts of I/O here is whether it
 * went well.
 */
#ifndef TOOLS_SHIM_BLK_TYPES_H
#define TOOLS_SHIM_BLK_TYPES_H

#include <linux/types.h>

typedef __u8 blk_status_t;
typedef unsigned int blk_opf_t;

#define BLK_STS_OK	0
#define BLK_STS_IOERR	10

#define SECTOR_SHIFT	9
#define SECTOR_SIZE	512

struct bvec_iter {
	sector_t bi_sector;
};

struct bio_vec {
	void *bv_page;
};

struct bio {
	struct bvec_iter bi_iter;
};

struct dm_dev;

int blk_status_to_errno(blk_status_t status);

#endif
