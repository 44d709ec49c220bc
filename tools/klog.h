/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel said while we asked it for something: device-mapper has only
 * an error number as an answer, and writes the reason to the log.
 *
 *	klog_begin(&log);
 *	r = dm_create(...);
 *	if (r)
 *		klog_tell(&log, name);
 *	klog_end(&log);
 */
#ifndef REMAPSETUP_KLOG_H
#define REMAPSETUP_KLOG_H

#include <stdbool.h>

struct klog {
	int fd;
};

void klog_begin(struct klog *log);
void klog_end(struct klog *log);

/** klog_tell() - repeat what was said of the device since klog_begin(); false if nothing was */
bool klog_tell(struct klog *log, const char *name);

#endif
