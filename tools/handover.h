/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A spare gets another main device, in the window: docs/architecture.md, section 3.7. Says
 * nothing, and allocates only in handover_read().
 */
#ifndef REMAPSETUP_HANDOVER_H
#define REMAPSETUP_HANDOVER_H

#include "super_exchange.h"

/**
 * struct handover
 * @store: the spare, at rest
 * @uuid: its own
 * @was: what was found
 */
struct handover {
	struct store *store;
	u8 uuid[16];
	struct inspection was;
};

/**
 * handover_read() - what the suspend has left
 *
 * Return: 0; -EUCLEAN: it is not in order, or was not stopped cleanly; -ENOMEM.
 */
int handover_read(struct handover *h);

/** handover_holds() - do all these blocks live on the spare? @blocks rises */
bool handover_holds(const struct handover *h, const u64 *blocks, size_t nr);

/** handover_commit() - from now on the main device is the one of this identity */
enum super_exchanged handover_commit(struct handover *h, const char *identity);

void handover_free(struct handover *h);

/**
 * handover_params() - a table line with another main device
 * @live: the parameters that there are
 * @number: of the new main device, as <major>:<minor>
 *
 * Return: free() it; NULL: no memory, or the line is not as it should be.
 */
char *handover_params(const char *live, const char *number, const char *identity);

#endif
