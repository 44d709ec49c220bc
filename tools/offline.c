// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <uuid/uuid.h>

#include <linux/device-mapper.h>

#include "in_use.h"
#include "offline.h"

#define TRIES	5

static void tell(const char *text)
{
	verbose("%s", text);
}

static int refuse_used(struct offline *o)
{
	return fail(BUSY, "%s is in use by %s, which would overwrite what is changed here; close it first",
		    o->disk.path, o->user);
}

int offline_open_at(struct offline *o, const char *path, u64 start, enum store_mode mode)
{
	unsigned int flags = DISK_IMAGE;
	int r;

	memset(o, 0, sizeof(*o));
	shim_message = tell;
	if (mode == STORE_WRITE)
		flags |= DISK_WRITE | DISK_EXCLUSIVE;
	r = disk_open(&o->disk, path, flags);
	if (r)
		return r;
	in_use_by(o->disk.fd, o->user, sizeof(o->user));
	if (o->user[0] && mode == STORE_WRITE)
		r = refuse_used(o);
	else if (store_disk(&o->store, &o->disk, start, mode))
		r = fail(WRONG_DEVICE, "%s ends before sector %llu", path, start);
	if (r)
		offline_close(o);
	return r;
}

int offline_open(struct offline *o, const struct call *call, const char *path,
		 enum store_mode mode)
{
	unsigned long long start = 0;
	int r = option_number(call, OPT_SPARE_START, 0, 1ULL << 54, &start);

	if (!r)
		r = offline_open_at(o, path, start, mode);
	if (!r && o->user[0])
		warn("%s is in use by %s: this is how it stands at the moment", path, o->user);
	return r;
}

void offline_close(struct offline *o)
{
	disk_close(&o->disk);
}

/* The same map and the same superblock: nothing was changed between two readings. */
static bool same(const struct inspection *a, const struct inspection *b)
{
	return a->super_error == b->super_error && a->load_error == b->load_error &&
	       a->highest == b->highest && a->map_generation == b->map_generation &&
	       (!a->md.table || !b->md.table || a->load_error ||
		!memcmp(a->md.table, b->md.table,
			(size_t)a->super.table_blocks * REMAP_META_SIZE));
}

/* Its blocks are not read at one moment: a block that moves in between could be missed. */
int offline_settle(struct offline *o, bool force, struct inspection *spare)
{
	struct inspection again;
	int tries;
	bool equal = false;

	if (inspect_spare(spare, &o->store.store, force))
		return no_memory();
	for (tries = 0; tries < TRIES && !equal; tries++) {
		int r = inspect_spare(&again, &o->store.store, force);

		equal = !r && same(spare, &again);
		inspect_free(spare);
		*spare = again;
		if (r)
			return no_memory();
	}
	if (!equal)
		return fail(BUSY, "%s changes too fast to be read; try again later, or close %s",
			    o->disk.path, o->user);
	return OK;
}

int offline_inspect(struct offline *o, const struct call *call, struct inspection *spare)
{
	bool force = given(call, OPT_FORCE);

	if (o->user[0])
		return offline_settle(o, force, spare);
	return inspect_spare(spare, &o->store.store, force) ? no_memory() : OK;
}

const char *offline_uuid(const u8 *uuid)
{
	static char text[UUID_STR_LEN];

	uuid_unparse_lower(uuid, text);
	return text;
}

int offline_print_json(struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
							  JSON_C_TO_STRING_SPACED |
							  JSON_C_TO_STRING_NOSLASHESCAPE);

	if (text)
		puts(text);
	json_object_put(object);
	return text ? OK : no_memory();
}

void json_put_u64(struct json_object *object, const char *key, u64 value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

void json_put_text(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}
