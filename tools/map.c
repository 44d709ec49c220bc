// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "say.h"
#include "sysfs.h"

/**
 * struct walk
 * @next: block to go on from; 0: that was all
 */
struct walk {
	const struct remap_status *status;
	int (*each)(const struct reply_entry *entry, void *context);
	void *context;
	u64 next;
};

static int visit_lines(struct walk *w, char *reply)
{
	struct reply_entry entry;
	char *line, *rest = reply;
	int r = OK;

	w->next = 0;
	if (!strcmp(reply, "empty"))
		return OK;
	while (!r && (line = strsep(&rest, "\n"))) {
		if (!*line || reply_more(line, &w->next))
			continue;
		if (!reply_entry(line, &entry) || !entry.mapped)
			return fail(WRONG_DEVICE, "%s: the module in the kernel lists its map in a way that remapsetup does not understand: '%s'",
				    w->status->name, line);
		r = w->each(&entry, w->context);
	}
	return r;
}

int map_each(const struct remap_status *status,
	     int (*each)(const struct reply_entry *entry, void *context), void *context)
{
	struct walk w = { status, each, context };
	char message[32] = "list", *reply, none[] = "empty";
	int r;

	do {
		r = dm_message(status->name, message, &reply);
		if (r)
			return fail_errno(r, "%s: the map cannot be listed", status->name);
		r = visit_lines(&w, reply ? reply : none);
		free(reply);
		snprintf(message, sizeof(message), "list %llu", w.next);
	} while (!r && w.next);
	return r;
}

int map_unit(const struct remap_status *status, u32 *unit)
{
	u64 bytes;

	if (!sysfs_number(sysfs_disk(status->main), "queue/logical_block_size", &bytes) ||
	    bytes < 512 || bytes > status->block_size)
		return fail(WRONG_DEVICE, "%s: the block size of its main device cannot be found out",
			    status->name);
	*unit = bytes >> 9;
	return OK;
}
