/* SPDX-License-Identifier: GPL-2.0-only */
/* The map of a running device: which blocks live on the spare. */
#ifndef REMAPSETUP_BLOCK_MAP_H
#define REMAPSETUP_BLOCK_MAP_H

#include <stddef.h>

#include "reply.h"

/**
 * struct block_map - at one moment, more or less
 * @list: by block, rising
 */
struct block_map {
	struct reply_entry *list;
	size_t nr;
};

/** block_map_read() - Return: 0, or an exit code after a message; block_map_free() in any case */
int block_map_read(const char *name, struct block_map *map);
void block_map_free(struct block_map *map);

/** block_map_find() - NULL: the block lives on the main device */
const struct reply_entry *block_map_find(const struct block_map *map, u64 block);

#endif
