// SPDX-License-Identifier: GPL-2.0-only
/*
 * A spare with hostile metadata under the tool: what it says is what spec.h says, and what it
 * changes is safe at every power cut. The input: 8 bytes of circumstances, then edits.
 */
#include "base.h"
#include "fuzz.h"
#include "toolcheck.h"

struct circumstances {
	u8 geometry;
	u8 what;
	u8 cut_after;	/* 0: no power cut */
	u8 force;
	u32 fates;
} __attribute__((packed));

const size_t fuzz_head = sizeof(struct circumstances);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct circumstances c;
	struct base_copy *copy;
	struct toolcheck t;

	if (size < sizeof(c))
		return 0;
	memcpy(&c, data, sizeof(c));
	copy = base_edit(base_of(c.geometry), data + sizeof(c), size - sizeof(c));
	t = (struct toolcheck){
		.base = copy->base, .area = copy->area, .force = c.force & 1,
		.what = c.what % TOOLBOX_CHANGES,
		.cut_after = c.cut_after ? c.cut_after - 1 : -1, .fates = c.fates,
	};
	toolcheck(&t);
	return 0;
}
