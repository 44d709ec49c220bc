// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/sysfs.h>
#include <linux/xarray.h>

#if !IS_ENABLED(CONFIG_BLK_DEV_DM) || !defined(CONFIG_64BIT)
#error needs device-mapper on a 64 bit kernel
#endif

int probe(struct bio *bio, char *buf);
int probe(struct bio *bio, char *buf)
{
	submit_bio_noacct(bio);
	return sysfs_emit(buf, "%d", DM_TARGET_NOWAIT);
}
