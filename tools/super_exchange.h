/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From one pair of superblocks to the next, so that what became of it is known: A, flush,
 * B, flush, and each is read again. Nothing is said, and nothing allocated.
 */
#ifndef REMAPSETUP_SUPER_EXCHANGE_H
#define REMAPSETUP_SUPER_EXCHANGE_H

#include "inspect.h"
#include "store.h"

/** super_place() - where this copy is, in sectors of the spare */
static inline u64 super_place(const struct remap_super *sb, u32 copy)
{
	return copy ? sb->super_b : 0;
}

/** super_put() - write one copy, durably; @buf of REMAP_META_SIZE, here and below. 0 or -EIO */
int super_put(struct store *store, const struct remap_super *sb, u32 copy, void *buf);

/** super_is() - does this copy read as @sb, by its state and generation? */
bool super_is(struct store *store, const struct remap_super *sb, u32 copy, void *buf);

/** super_put_and_look() - super_put() and super_is() */
bool super_put_and_look(struct store *store, const struct remap_super *sb, u32 copy, void *buf);

/** supers_unchanged() - are both those that were inspected, byte for byte? */
bool supers_unchanged(struct store *store, const struct inspection *was, void *buf);

/**
 * enum super_exchanged
 * @SUPERS_UNCHANGED: the first write failed, and both read as they did
 * @SUPERS_EXCHANGED: one is durably the new one at least, and as the newer one it counts
 * @SUPERS_UNKNOWN: neither is known to be
 */
enum super_exchanged {
	SUPERS_UNCHANGED,
	SUPERS_EXCHANGED,
	SUPERS_UNKNOWN,
};

/**
 * super_exchange() - instead of those that were inspected, @next
 * @next: with a generation above all, that was never used
 */
enum super_exchanged super_exchange(struct store *store, const struct inspection *was,
				    const struct remap_super *next, void *buf);

#endif
