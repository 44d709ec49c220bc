/* SPDX-License-Identifier: GPL-2.0-only */
/* What numbers on the disk are called, in texts for people and programs. */
#ifndef REMAPSETUP_TERMS_H
#define REMAPSETUP_TERMS_H

#include <linux/types.h>

struct remap_super;

/* one word each; "unknown" for what is none */
const char *name_of_state(u8 state);
const char *name_of_reason(u8 reason);
const char *name_of_super_state(u32 state);

/* the number, or -1 */
int state_of_name(const char *name);
int reason_of_name(const char *name);

/** identity_text() - of the main device, as a superblock has it, fit to be printed; in a static buffer */
const char *identity_text(const struct remap_super *sb);

#endif
