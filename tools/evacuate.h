/* SPDX-License-Identifier: GPL-2.0-only */
/* evacuate --to: what its files share. docs/architecture.md, section 3.7. */
#ifndef REMAPSETUP_EVACUATE_H
#define REMAPSETUP_EVACUATE_H

#include "clone.h"
#include "dm.h"
#include "handover.h"
#include "identity.h"
#include "pair.h"
#include "verb.h"

/**
 * struct transfer - to another main device
 * @status: of the device, before; after transfer_run() as it is then
 * @device: it, for nobody else
 * @pair: the new main device, ours alone until the window; and the spare, shared with the kernel
 * @guarding: the new main device again, locked, so that udev does not look at it
 * @super: of the spare, as it runs
 * @identity: of the new main device
 * @params: the table line with it
 * @spare_at_rest: in the window
 * @device_written, @new_written: counts of sectors; who finds more was not alone
 * @guarded: blocks that guard keeps on the spare
 * @tell: how far it is, in bytes
 */
struct transfer {
	const struct call *call;
	struct remap_status *status;
	struct disk device, guarding;
	struct pair pair;
	struct remap_super super;
	char identity[IDENTITY_SIZE];
	char *params;
	struct store_disk spare_at_rest;
	struct handover handover;
	struct clone clone;
	u64 device_written, new_written;
	size_t guarded;
	const char *doing;
	void (*tell)(const char *what, u64 done, u64 all, void *context);
	void *context;
};

/** transfer_run() - all of it up to the new table; Return: an exit code after a message */
int transfer_run(struct transfer *e);

/** transfer_begin() - the device by its name, or the end of one that was interrupted: @done */
int transfer_begin(struct transfer *e, bool *done);

/**
 * struct figures - sectors, since the device has come
 * @written: or discarded
 */
struct figures {
	u64 read, written;
};

/** transfer_figures() - from the statistics of the kernel */
struct figures transfer_figures(dev_t number);

/**
 * transfer_switch() - the window: another table, another identity
 *
 * Return: 0, or an exit code after a message; @unchanged: then the old main device goes on,
 * and nothing has changed.
 */
int transfer_switch(struct transfer *e, bool *unchanged);

#endif
