// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <dm-remap/format.h>
#include <linux/kernel.h>

#include "../dm-remap-core/format.h"
#include "terms.h"

static const char * const states[] = {
	[REMAP_ENTRY_FREE] = "free",
	[REMAP_ENTRY_MAPPED] = "mapped",
	[REMAP_ENTRY_BAD] = "bad",
};

static const char * const reasons[] = {
	[REMAP_REASON_NONE] = "none",
	[REMAP_REASON_WRITE_ERROR] = "write-error",
	[REMAP_REASON_READ_ERROR] = "read-error",
	[REMAP_REASON_SLOW] = "slow",
	[REMAP_REASON_MANUAL] = "manual",
	[REMAP_REASON_IMPORTED] = "imported",
	[REMAP_REASON_SPARE_FAILED] = "spare-failed",
};

static const char * const super_states[] = {
	[REMAP_SUPER_FORMATTING] = "formatting",
	[REMAP_SUPER_ACTIVE] = "active",
	[REMAP_SUPER_STANDBY] = "standby",
	[REMAP_SUPER_REPLACED] = "replaced",
};

static const char *name(const char * const *names, u32 nr, u32 value)
{
	return value < nr && names[value] ? names[value] : "unknown";
}

static int value(const char * const *names, int nr, const char *name)
{
	while (--nr >= 0)
		if (!strcmp(names[nr], name))
			break;
	return nr;
}

const char *name_of_state(u8 state)
{
	return name(states, ARRAY_SIZE(states), state);
}

const char *name_of_reason(u8 reason)
{
	return name(reasons, ARRAY_SIZE(reasons), reason);
}

const char *name_of_super_state(u32 state)
{
	return name(super_states, ARRAY_SIZE(super_states), state);
}

int state_of_name(const char *name)
{
	return value(states, ARRAY_SIZE(states), name);
}

int reason_of_name(const char *name)
{
	return value(reasons, ARRAY_SIZE(reasons), name);
}

const char *identity_text(const struct remap_super *sb)
{
	static char out[sizeof(sb->main_identity) + 1];
	size_t i;

	/* what a terminal might obey is not for a terminal */
	for (i = 0; i < sizeof(sb->main_identity) && sb->main_identity[i]; i++) {
		u8 c = sb->main_identity[i];

		out[i] = c < ' ' || c >= 0x7f ? '?' : c;
	}
	out[i] = 0;
	return out;
}
