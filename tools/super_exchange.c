// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include <linux/kernel.h>

#include "super_exchange.h"

int super_put(struct store *store, const struct remap_super *sb, u32 copy, void *buf)
{
	remap_format_encode_super(buf, sb, copy);
	return remap_disk_write(&store->disk, super_place(sb, copy), buf, REMAP_META_SIZE) ||
	       remap_disk_flush(&store->disk) ? -EIO : 0;
}

bool super_is(struct store *store, const struct remap_super *sb, u32 copy, void *buf)
{
	struct remap_super seen;

	return !remap_disk_read(&store->disk, super_place(sb, copy), buf, REMAP_META_SIZE) &&
	       remap_format_decode_super(buf, copy, &seen) == REMAP_VALID &&
	       seen.state == sb->state && seen.generation == sb->generation;
}

bool super_put_and_look(struct store *store, const struct remap_super *sb, u32 copy, void *buf)
{
	return !super_put(store, sb, copy, buf) && super_is(store, sb, copy, buf);
}

static bool unchanged(struct store *store, const struct inspection *was, u32 copy, void *buf)
{
	return !remap_disk_read(&store->disk, super_place(&was->super, copy), buf, REMAP_META_SIZE) &&
	       !memcmp(buf, was->super_raw[copy], REMAP_META_SIZE);
}

bool supers_unchanged(struct store *store, const struct inspection *was, void *buf)
{
	return unchanged(store, was, 0, buf) && unchanged(store, was, 1, buf);
}

/*
 * One copy that durably says so is enough: it is the newer one, whatever becomes of
 * the other. If neither is known to, nobody may go on with either.
 */
enum super_exchanged super_exchange(struct store *store, const struct inspection *was,
				    const struct remap_super *next, void *buf)
{
	bool a = super_put_and_look(store, next, 0, buf), b;

	if (!a && supers_unchanged(store, was, buf))
		return SUPERS_UNCHANGED;
	b = super_put_and_look(store, next, 1, buf);
	if (a || b)
		return SUPERS_EXCHANGED;
	a = super_is(store, next, 0, buf);
	b = super_is(store, next, 1, buf);
	if ((a || b) && !remap_disk_flush(&store->disk))
		return SUPERS_EXCHANGED;
	return SUPERS_UNKNOWN;
}
