// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block_map.h"
#include "dm.h"
#include "say.h"

static int add(struct block_map *map, size_t *room, const struct reply_entry *entry)
{
	struct reply_entry *more;

	if (map->nr == *room) {
		*room = 2 * *room + 256;
		more = reallocarray(map->list, *room, sizeof(*more));
		if (!more)
			return no_memory();
		map->list = more;
	}
	map->list[map->nr++] = *entry;
	return OK;
}

static int add_lines(const char *name, struct block_map *map, size_t *room, char *reply, u64 *next)
{
	struct reply_entry entry;
	char *line, *rest = reply;
	int r = OK;

	*next = 0;
	if (!strcmp(reply, "empty"))
		return OK;
	while (!r && (line = strsep(&rest, "\n"))) {
		if (!*line || reply_more(line, next))
			continue;
		if (!reply_entry(line, &entry) || !entry.mapped ||
		    (map->nr && entry.block <= map->list[map->nr - 1].block))
			return fail(WRONG_DEVICE, "%s: the module in the kernel lists its map in a way that remapsetup does not understand: '%s'",
				    name, line);
		r = add(map, room, &entry);
	}
	return r;
}

int block_map_read(const char *name, struct block_map *map)
{
	char message[32] = "list", *reply;
	size_t room = 0;
	u64 next;
	int r;

	memset(map, 0, sizeof(*map));
	do {
		r = dm_message(name, message, &reply);
		if (r)
			return fail_errno(r, "%s: the map cannot be listed", name);
		r = reply ? add_lines(name, map, &room, reply, &next) : (next = 0);
		free(reply);
		snprintf(message, sizeof(message), "list %llu", next);
	} while (!r && next);
	return r;
}

void block_map_free(struct block_map *map)
{
	free(map->list);
	memset(map, 0, sizeof(*map));
}

static int by_block(const void *a, const void *b)
{
	const struct reply_entry *x = a, *y = b;

	return x->block < y->block ? -1 : x->block > y->block;
}

const struct reply_entry *block_map_find(const struct block_map *map, u64 block)
{
	struct reply_entry key = { .block = block };

	return map->nr ? bsearch(&key, map->list, map->nr, sizeof(key), by_block) : NULL;
}
