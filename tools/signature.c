// SPDX-License-Identifier: GPL-2.0-only
#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fs.h>

#include "device.h"
#include "say.h"
#include "signature.h"

static bool add(blkid_probe probe, struct signatures *found, const char *type, const char *offset,
		const char *magic)
{
	struct signature *s = &found->list[found->nr];
	const char *name, *at, *bytes;
	size_t length;

	if (blkid_probe_lookup_value(probe, type, &name, NULL) ||
	    blkid_probe_lookup_value(probe, offset, &at, NULL) ||
	    blkid_probe_lookup_value(probe, magic, &bytes, &length))
		return false;
	snprintf(s->type, sizeof(s->type), "%s", name);
	s->offset = strtoull(at, NULL, 10);
	s->bytes = length;
	found->nr++;
	return true;
}

static int probe_all(blkid_probe probe, struct signatures *found)
{
	int r;

	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_MAGIC | BLKID_SUBLKS_TYPE |
					  BLKID_SUBLKS_BADCSUM);
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_MAGIC | BLKID_PARTS_FORCE_GPT);
	while ((r = blkid_do_probe(probe)) == 0 && found->nr < MAX_SIGNATURES)
		if (!add(probe, found, "TYPE", "SBMAGIC_OFFSET", "SBMAGIC"))
			add(probe, found, "PTTYPE", "PTMAGIC_OFFSET", "PTMAGIC");
	return r < 0 ? -EIO : 0;
}

int signatures_find(dev_t number, struct signatures *found)
{
	char path[256];
	blkid_probe probe;
	int fd, r = -ENOMEM;

	memset(found, 0, sizeof(*found));
	fd = open(device_path(number, path, sizeof(path)), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(errno, "%s cannot be opened", path);
	/* libblkid reads through the page cache, and the kernel writes below it */
	ioctl(fd, BLKFLSBUF);
	probe = blkid_new_probe();
	if (probe && !blkid_probe_set_device(probe, fd, 0, 0))
		r = probe_all(probe, found);
	if (probe)
		blkid_free_probe(probe);
	close(fd);
	return r ? fail_errno(r, "%s cannot be searched for what it holds", path) : OK;
}
