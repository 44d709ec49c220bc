// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/kernel.h>

#include "klog.h"
#include "range.h"
#include "reply.h"

/* Whole blocks that these sectors are in. */
static void sectors_to_blocks(struct range *r)
{
	u32 spb = r->status.block_size >> 9;
	u64 last = r->first + r->count - 1;

	r->first /= spb;
	r->count = last / spb - r->first + 1;
}

int range_parse(const struct call *call, struct range *range)
{
	const char *text = call->args[1], *unit = given(call, OPT_SECTORS) ? "sector" : "block";
	u64 blocks;
	int r = dm_begin();

	if (!r)
		r = dm_read_status(call->args[0], &range->status);
	if (!r)
		r = dm_handshake(range->status.name);
	if (r)
		return r;
	if (!reply_range(text, &range->first, &range->count))
		return fail(BAD_USE, "%s: '%s' is no range: <%s> or <%s>+<count> is needed. Nothing was changed",
			    call->verb->name, text, unit, unit);
	if (given(call, OPT_SECTORS))
		sectors_to_blocks(range);
	blocks = (range->status.sectors + (range->status.block_size >> 9) - 1) /
		 (range->status.block_size >> 9);
	if (range->first >= blocks || range->count > blocks - range->first)
		return fail(BAD_USE, "%s: %s reaches beyond the end of %s, which has %llu blocks (%llu sectors). Nothing was changed",
			    call->verb->name, text, range->status.name, blocks,
			    range->status.sectors);
	return OK;
}

int range_refused(const char *name, int error)
{
	static const struct {
		int error, code;
		const char *text;
	} reasons[] = {
		{ ENOSPC, WRONG_DEVICE, "no spare block is left" },
		{ EROFS, WRONG_DEVICE, "the map cannot change: see remapsetup status" },
		{ ENODEV, WRONG_DEVICE, "the main or the spare device does not answer: see remapsetup status" },
		{ EAGAIN, BUSY, "the device is being suspended" },
		{ ESHUTDOWN, BUSY, "the device is suspended" },
		{ EIO, WRONG_DEVICE, "data or map could not be written to the spare" },
		{ EBUSY, BUSY, "too many blocks fail too fast, and nothing is moved for now (state storm)" },
		{ ENOMEM, NO_MEMORY, "the kernel has no memory" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		if (-error == reasons[i].error)
			return fail(reasons[i].code, "%s: %s. Some of the blocks may have been moved, with their data: see remapsetup list %s",
				    name, reasons[i].text, name);
	return fail_errno(error, "%s: not all blocks could be moved; those that were have their data: see remapsetup list %s",
			  name, name);
}

static int report(const char *reply)
{
	u64 moved, skipped;

	if (!reply || sscanf(reply, "%llu remapped, %llu skipped", &moved, &skipped) != 2)
		return fail(WRONG_DEVICE, "the module in the kernel answers in a way that remapsetup does not understand: '%s'",
			    reply ? reply : "");
	printf("%llu moved to the spare, %llu were there already\n", moved, skipped);
	return OK;
}

int range_remap(const struct range *range)
{
	char message[64], *reply;
	struct klog log;
	int r;

	snprintf(message, sizeof(message), "remap %llu+%llu", range->first, range->count);
	klog_begin(&log);
	r = dm_message(range->status.name, message, &reply);
	if (r) {
		klog_tell(&log, range->status.name);
		r = range_refused(range->status.name, r);
	} else {
		r = report(reply);
	}
	klog_end(&log);
	free(reply);
	return r;
}
