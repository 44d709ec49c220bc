/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a main device, as its spare knows it. */
#ifndef REMAPSETUP_FINDINGS_MAIN_H
#define REMAPSETUP_FINDINGS_MAIN_H

#include "disk.h"
#include "findings.h"

/**
 * findings_main() - identity, size, and whether it was changed since the last clean stop
 * @main: open; or an image, which has no identity
 *
 * Nothing is said if no superblock of the spare can be believed. Return: 0 or -ENOMEM.
 */
int findings_main(struct findings *found, const struct inspection *spare,
		  const struct disk *main);

#endif
