// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "remap.h"

struct dm_device remap_device;

static void table_line(char *line, size_t size, enum how how)
{
	const struct shape *s = &world.shape;
	char options[160];
	int n = 2;

	snprintf(options, sizeof(options), "storm_limit=1000000 confirm_ms=%u", s->confirm_ms);
	if (how == FORCE) {
		n++;
		strcat(options, " force");
	}
	if (how == FORMAT) {
		n += 2 + !!s->spare_blocks;
		snprintf(options + strlen(options), sizeof(options) - strlen(options),
			 " format block_size=%u", s->block_size);
		if (s->spare_blocks)
			snprintf(options + strlen(options), sizeof(options) - strlen(options),
				 " spare_blocks=%u", s->spare_blocks);
	}
	snprintf(line, size, "%u:%u %llu %u:%u %llu %d %s",
		 disks[MAIN].dev.major, disks[MAIN].dev.minor, (unsigned long long)s->start[MAIN],
		 disks[SPARE].dev.major, disks[SPARE].dev.minor,
		 (unsigned long long)s->start[SPARE], n, options);
}

int remap_activate(enum how how)
{
	char line[256];
	int r;

	table_line(line, sizeof(line), how);
	r = dm_create(&remap_device, "torture", world.shape.sectors, "remap", line);
	if (r)
		return r;
	world.fd = dm_open(&remap_device, O_RDWR | O_DIRECT);
	if (world.fd < 0)
		die("cannot open the remap device: %s", strerror(-world.fd));
	return 0;
}

int remap_deactivate(void)
{
	if (world.fd >= 0)
		close(world.fd);
	world.fd = -1;
	return dm_remove(&remap_device);
}

int remap_reload(void)
{
	char line[512];
	int r;

	r = dm_status(&remap_device, true, line, sizeof(line));
	if (!r)
		r = dm_reload(&remap_device, world.shape.sectors, "remap", line);
	return r;
}

int remap_read_status(struct remap_status *st)
{
	char line[256];
	unsigned long long remapped, lost;
	int r = dm_status(&remap_device, false, line, sizeof(line));

	if (r)
		return r;
	if (sscanf(line, "%15s %23s %u %u/%u %u %llu %llu", st->mode, st->state,
		   &st->block_size, &st->used, &st->total, &st->bad, &remapped, &lost) != 8) {
		violation(NEVER, "STATUS: cannot be understood: %s", line);
		return -EINVAL;
	}
	st->remapped = remapped;
	st->lost = lost;
	return 0;
}

bool remap_writable(void)
{
	struct remap_status st;

	return !remap_read_status(&st) &&
	       (!strcmp(st.mode, "rw") || !strcmp(st.mode, "ro-map"));
}

static bool parse_entry(const char *line, struct remap_entry *e)
{
	unsigned long long block, spare, lost;
	char flag[16];

	if (sscanf(line, "%llu %llu %llx %23s %15s", &block, &spare, &lost,
		   e->reason, flag) != 5)
		return false;
	e->block = block;
	e->spare = spare;
	e->lost = lost;
	e->rescuable = !strcmp(flag, "rescuable");
	return true;
}

int remap_list(bool (*each)(const struct remap_entry *e, void *data), void *data)
{
	static __thread char answer[32768];
	struct remap_entry e;
	char *line, *save;
	u64 next = 0;
	bool more;

	do {
		int r = dm_message(&remap_device, answer, sizeof(answer), "list %llu",
				   (unsigned long long)next);

		if (r)
			return r;
		more = false;
		for (line = strtok_r(answer, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save)) {
			if (!strncmp(line, "more ", 5)) {
				next = strtoull(line + 5, NULL, 10);
				more = true;
			} else if (parse_entry(line, &e) && !each(&e, data)) {
				return 0;
			}
		}
	} while (more);
	return 0;
}

int remap_lookup(u64 block, struct remap_entry *e)
{
	char answer[256];
	int r = dm_message(&remap_device, answer, sizeof(answer), "lookup %llu",
			   (unsigned long long)block);

	if (r)
		return r;
	return parse_entry(answer, e) ? 1 : 0;
}
