// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "lists.h"

#define DEPTH	32	/* of smartctl's own output it is 6 */

/* A number of JSON that is one, and in range. */
static bool number_in(struct json_object *object, const char *key, u64 limit, u64 *value)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, key, &member) ||
	    !json_object_is_type(member, json_type_int) || json_object_get_int64(member) < 0)
		return false;
	*value = json_object_get_uint64(member);
	return *value <= limit;
}

static int read_table(struct spans *spans, struct json_object *table, u64 unit, const char **why)
{
	size_t i, nr = json_object_array_length(table);
	u64 lba;

	for (i = 0; i < nr; i++) {
		struct json_object *row = json_object_array_get_idx(table, i);

		if (!json_object_is_type(row, json_type_object) ||
		    !number_in(row, "lba", LISTS_END / unit - 1, &lba)) {
			*why = "a row of the log of pending defects has no LBA, or an impossible one";
			return -EINVAL;
		}
		if (!spans_add(spans, lba * unit, (lba + 1) * unit))
			return -ENOMEM;
	}
	return 0;
}

static int read_log(struct spans *spans, struct json_object *log, u64 unit, u64 *more,
		    const char **why)
{
	struct json_object *table = NULL;
	u64 count;
	int r = 0;

	json_object_object_get_ex(log, "table", &table);
	if (!json_object_is_type(log, json_type_object) ||
	    !number_in(log, "count", 65535, &count) ||
	    (table && !json_object_is_type(table, json_type_array)) || (count && !table)) {
		*why = "its log of pending defects cannot be understood";
		return -EINVAL;
	}
	if (table)
		r = read_table(spans, table, unit, why);
	*more = count > spans->nr ? count - spans->nr : 0;
	return r;
}

static int read_root(struct spans *spans, struct json_object *root, u64 *more, const char **why)
{
	struct json_object *log;
	u64 unit = 512;

	if (!json_object_is_type(root, json_type_object) ||
	    !json_object_object_get_ex(root, "ata_pending_defects_log", &log)) {
		*why = "it has no log of pending defects of an ATA disk: 'smartctl --json --info --log=defects,65535 <disk>' prints it, if the disk has one";
		return -EINVAL;
	}
	if (json_object_object_get_ex(root, "logical_block_size", NULL) &&
	    (!number_in(root, "logical_block_size", 65536, &unit) || unit < 512 ||
	     unit & (unit - 1))) {
		*why = "its logical block size is impossible";
		return -EINVAL;
	}
	return read_log(spans, log, unit, more, why);
}

int lists_smart(struct spans *spans, const char *text, size_t size, u64 *more, const char **why)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
	struct json_object *root;
	int r;

	memset(spans, 0, sizeof(*spans));
	*more = 0;
	*why = NULL;
	if (!tokener)
		return -ENOMEM;
	*why = "it is not JSON as smartctl --json prints it";
	root = size < 1 << 30 ? json_tokener_parse_ex(tokener, text, size) : NULL;
	r = root ? read_root(spans, root, more, why) : -EINVAL;
	json_object_put(root);
	json_tokener_free(tokener);
	if (!r)
		spans_tidy(spans);
	return r;
}
