/* SPDX-License-Identifier: GPL-2.0-only */
/* Where on a device the signatures stand by which it is recognised. */
#ifndef REMAPSETUP_SIGNATURE_H
#define REMAPSETUP_SIGNATURE_H

#include <stddef.h>
#include <sys/types.h>

#include <linux/types.h>

#define MAX_SIGNATURES	32

/**
 * struct signature - one of them
 * @type: as libblkid calls it
 * @offset, @bytes: of its magic
 */
struct signature {
	char type[32];
	u64 offset, bytes;
};

struct signatures {
	struct signature list[MAX_SIGNATURES];
	size_t nr;
};

/**
 * signatures_find() - all that libblkid sees of a device as it stands on the disk
 *
 * Return: 0, or an exit code after a message.
 */
int signatures_find(dev_t number, struct signatures *found);

#endif
