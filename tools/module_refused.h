/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef REMAPSETUP_MODULE_REFUSED_H
#define REMAPSETUP_MODULE_REFUSED_H

#include <stddef.h>

/*
 * Why the kernel has no target "remap" though it was asked to load the module,
 * and the way out.
 */
enum module_refused {
	MODULE_UNKNOWN,		/* it is there and nothing forbids it: the log knows */
	MODULE_MISSING,		/* depmod knows none for this kernel */
	MODULE_LOADING_OFF,	/* kernel.modules_disabled */
	MODULE_SIGNATURE,	/* lockdown or sig_enforce: it needs a known signature */
};

/* @root: before every path, "" for this machine; @release: of the kernel */
enum module_refused module_refused(const char *root, const char *release);

/* What to tell people: a part of a sentence, and what to do. */
void module_refused_text(char *text, size_t size, const char *root, const char *release);

#endif
