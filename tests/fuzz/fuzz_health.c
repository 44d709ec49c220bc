// SPDX-License-Identifier: GPL-2.0-only
/* One health record. The input: geometry, copy, two spare bytes; then edits. */
#include "base.h"
#include "fuzz.h"
#include "spec.h"

const size_t fuzz_head = 4;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	enum remap_verdict verdict, other;
	struct remap_disk_health h;
	struct base_copy *c;
	u8 *block;
	u32 copy;

	if (size < 4)
		return 0;
	copy = data[1] & 1;
	c = base_edit(base_of(data[0]), data + 4, size - 4);
	block = c->area + c->base->super.health[copy] * 512;
	verdict = remap_format_check_health((void *)block, &c->base->super, copy);
	other = spec_health(block, &c->base->super, copy);
	assert(verdict == other);
	if (verdict != REMAP_VALID)
		return 0;
	memcpy(&h, block, sizeof(h));
	remap_format_seal_health(&h, c->base->super.uuid, h.header.generation, !copy);
	verdict = remap_format_check_health(&h, &c->base->super, !copy);
	assert(verdict == REMAP_VALID);
	assert(!memcmp(h.payload, block + 64, sizeof(h.payload)));
	return 0;
}
