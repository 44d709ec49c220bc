/* SPDX-License-Identifier: GPL-2.0-only */
/* What the verbs that read or write a spare without the kernel have in common. */
#ifndef REMAPSETUP_OFFLINE_H
#define REMAPSETUP_OFFLINE_H

#include <json-c/json.h>

#include "disk.h"
#include "inspect.h"
#include "store.h"
#include "verb.h"

/**
 * struct offline - a spare that is worked on
 * @user: the device that uses it at the moment; empty: none
 */
struct offline {
	struct disk disk;
	struct store_disk store;
	char user[128];
};

/**
 * offline_open() - a block device or an image, from --spare-start on
 *
 * To be written, nobody else may use it; when it is only read, a warning says who does.
 *
 * Return: 0, or an exit code after a message.
 */
int offline_open(struct offline *o, const struct call *call, const char *path,
		 enum store_mode mode);

/** offline_open_at() - the same without options, and without the warning */
int offline_open_at(struct offline *o, const char *path, u64 start, enum store_mode mode);
void offline_close(struct offline *o);

/**
 * offline_inspect() - inspect_spare(), with --force
 *
 * One that is in use is read until it says the same twice. Return: 0, or an exit code
 * after a message. inspect_free() in any case.
 */
int offline_inspect(struct offline *o, const struct call *call, struct inspection *spare);

/** offline_settle() - the same without options: read until it says the same twice */
int offline_settle(struct offline *o, bool force, struct inspection *spare);

/** offline_uuid() - as it is printed, in a static buffer */
const char *offline_uuid(const u8 *uuid);

/** offline_print_json() - with a line end; frees it. 0 or NO_MEMORY */
int offline_print_json(struct json_object *object);

/** json_put_u64(), json_put_text() - one more member */
void json_put_u64(struct json_object *object, const char *key, u64 value);
void json_put_text(struct json_object *object, const char *key, const char *value);

#endif
