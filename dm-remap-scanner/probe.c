// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device-mapper.h>
#include <linux/ioprio.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "../compat/compat.h"
#include "scanner.h"
#include "trace.h"

#define DM_MSG_PREFIX "remap-scanner"

bool scan_has_buffer(struct scanner *s)
{
	if (!s->buffer)
		s->buffer = __vmalloc(SCAN_BUFFER, SCAN_GFP);
	if (!s->buffer)
		DMWARN_LIMIT("%s: no memory to read with; the scan waits for it", s->name);
	return s->buffer;
}

/* We look at none of it, but somebody below may check it. */
static void fill(struct scanner *s, u32 sectors)
{
	u32 bytes = sectors << SECTOR_SHIFT, done = 0;

	while (done < bytes) {
		u32 n = min_t(u32, bytes - done, PAGE_SIZE);

		if (bio_add_page(&s->bio, vmalloc_to_page(s->buffer + done), n, 0) != n)
			break;
		done += n;
	}
}

blk_status_t scan_probe(struct scanner *s, u32 area, u64 sector, u32 sectors, u64 *ns)
{
	sector_t start;
	struct block_device *bdev = scan_area_place(s, area, &start);
	blk_status_t status;
	u64 began;

	/* one try of the driver is enough: who fails is looked at again */
	compat_bio_init(&s->bio, bdev, s->vecs, SCAN_VECS, REQ_OP_READ | REQ_FAILFAST_DEV);
	s->bio.bi_iter.bi_sector = start + sector;
	s->bio.bi_ioprio = IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0);
	fill(s, sectors);
	began = ktime_get_ns();
	submit_bio_wait(&s->bio);
	*ns = ktime_get_ns() - began;
	status = s->bio.bi_status;
	bio_uninit(&s->bio);
	trace_remap_scan(s, area, sector, sectors, *ns, status);
	return status;
}
