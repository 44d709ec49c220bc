// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include <linux/kernel.h>

#include "dump.h"
#include "terms.h"
#include "offline.h"

const char *dump_standing(const struct inspection *spare, u32 nr)
{
	static const char * const names[] = {
		[SPARE_COUNTS] = "mapped",
		[SPARE_SUPERSEDED] = "superseded",
		[SPARE_RIVAL] = "rival",
	};

	return spare->standing[nr] == SPARE_IDLE ? name_of_state(inspect_entry(spare, nr)->state) :
	       names[spare->standing[nr]];
}

const char *dump_outcome(const struct spare_block *block)
{
	static const char * const names[] = {
		[SPARE_AGREE] = "agree",
		[SPARE_HEALS] = "heals from",
		[SPARE_DEAD] = "dead",
		[SPARE_DAMAGED] = "damaged",
		[SPARE_IMPOSSIBLE] = "impossible",
		[SPARE_CONTRADICTS] = "contradiction",
	};

	return names[block->outcome];
}

const char *dump_time(const struct remap_disk_entry *entry)
{
	static char text[32];
	time_t when = le32_to_cpu(entry->time);
	struct tm tm;

	if (!when)
		return "-";
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &tm));
	return text;
}

static const char *verdict(const struct spare_copy *c)
{
	static const char * const names[] = {
		[REMAP_VALID] = "valid",
		[REMAP_BLANK] = "blank",
		[REMAP_FOREIGN] = "foreign",
		[REMAP_CORRUPT] = "corrupt",
		[REMAP_INSANE] = "insane",
		[REMAP_TOO_NEW] = "too-new",
	};

	return c->unread ? "unreadable" : names[c->verdict];
}

static struct json_object *copies(const struct spare_copy *c)
{
	struct json_object *list = json_object_new_array();
	u32 copy;

	for (copy = 0; copy < 2; copy++) {
		struct json_object *o = json_object_new_object();

		json_put_text(o, "copy", copy ? "B" : "A");
		json_put_text(o, "verdict", verdict(&c[copy]));
		if (!c[copy].unread && c[copy].verdict == REMAP_VALID)
			json_put_u64(o, "generation", c[copy].generation);
		json_object_array_add(list, o);
	}
	return list;
}

static void put_bool(struct json_object *o, const char *key, bool value)
{
	json_object_object_add(o, key, json_object_new_boolean(value));
}

static struct json_object *layout(const struct remap_super *sb)
{
	struct json_object *o = json_object_new_object();

	json_put_u64(o, "length", sb->length);
	json_put_u64(o, "table_blocks", sb->table_blocks);
	json_put_u64(o, "table_a", sb->table[0]);
	json_put_u64(o, "health_a", sb->health[0]);
	json_put_u64(o, "data", sb->data);
	json_put_u64(o, "health_b", sb->health[1]);
	json_put_u64(o, "table_b", sb->table[1]);
	json_put_u64(o, "super_b", sb->super_b);
	return o;
}

static void put_super(struct json_object *o, const struct remap_super *sb)
{
	json_put_text(o, "uuid", offline_uuid(sb->uuid));
	json_put_text(o, "state", name_of_super_state(sb->state));
	json_put_u64(o, "generation", sb->generation);
	put_bool(o, "clean", sb->flags & REMAP_SUPER_CLEAN);
	put_bool(o, "fingerprint", sb->flags & REMAP_SUPER_FINGERPRINT);
	put_bool(o, "forget", sb->flags & REMAP_SUPER_FORGET);
	json_put_u64(o, "block_size", sb->block_size);
	json_put_u64(o, "mask_unit", sb->mask_unit);
	json_put_u64(o, "spare_blocks", sb->spare_blocks);
	json_put_u64(o, "main_start", sb->main_start);
	json_put_u64(o, "main_length", sb->main_length);
	json_put_text(o, "main_identity", identity_text(sb));
	json_object_object_add(o, "layout", layout(sb));
}

static struct json_object *table_block(const struct spare_block *b, u32 k)
{
	struct json_object *o = json_object_new_object();

	json_put_u64(o, "block", k);
	json_put_text(o, "outcome", b->outcome == SPARE_HEALS ? "heals" : dump_outcome(b));
	if (b->counts != SPARE_NEITHER)
		json_put_text(o, "counts", b->counts ? "B" : "A");
	if (b->disowned != SPARE_NEITHER)
		json_put_text(o, "disowned", b->disowned ? "B" : "A");
	json_object_object_add(o, "copies", copies(b->copy));
	return o;
}

static struct json_object *table(const struct inspection *spare)
{
	struct json_object *list = json_object_new_array();
	u32 k;

	for (k = 0; k < spare->super.table_blocks; k++)
		json_object_array_add(list, table_block(&spare->blocks[k], k));
	return list;
}

static struct json_object *entry(const struct inspection *spare, u32 nr)
{
	const struct remap_disk_entry *e = inspect_entry(spare, nr);
	struct json_object *o = json_object_new_object();

	json_put_u64(o, "spare_block", nr);
	json_put_text(o, "state", dump_standing(spare, nr));
	if (e->state == REMAP_ENTRY_MAPPED)
		json_put_u64(o, "main_block", le64_to_cpu(e->main_block));
	json_put_u64(o, "generation", le64_to_cpu(e->generation));
	json_put_u64(o, "lost", le64_to_cpu(e->lost));
	json_put_text(o, "reason", name_of_reason(e->reason));
	put_bool(o, "rescuable", e->flags & REMAP_ENTRY_RESCUABLE);
	json_put_u64(o, "time", le32_to_cpu(e->time));
	return o;
}

static struct json_object *entries(const struct inspection *spare)
{
	struct json_object *list = json_object_new_array();
	u32 i;

	for (i = 0; i < spare->super.spare_blocks; i++)
		if (inspect_entry(spare, i)->state != REMAP_ENTRY_FREE)
			json_object_array_add(list, entry(spare, i));
	return list;
}

int dump_json(const struct inspection *spare)
{
	struct json_object *o = json_object_new_object();
	int r;

	json_put_u64(o, "version", JSON_VERSION);
	json_object_object_add(o, "superblocks", copies(spare->supers));
	if (!spare->super_error)
		put_super(o, &spare->super);
	if (!spare->super_error && spare->fits) {
		json_object_object_add(o, "table", table(spare));
		json_object_object_add(o, "health", copies(spare->health));
	}
	if (spare->standing) {
		json_put_u64(o, "remapped", spare->mapped);
		json_put_u64(o, "superseded", spare->superseded);
		json_put_u64(o, "bad", spare->bad);
		json_put_u64(o, "lost", spare->lost);
		json_object_object_add(o, "entries", entries(spare));
	}
	r = offline_print_json(o);
	if (!r && (!spare->standing || spare->load_error))
		r = fail(WRONG_DEVICE, "there is no map that could be believed; see remapsetup check");
	return r;
}
