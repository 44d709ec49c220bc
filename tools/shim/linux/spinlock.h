/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: there is nobody to lock out. */
#ifndef TOOLS_SHIM_SPINLOCK_H
#define TOOLS_SHIM_SPINLOCK_H

#include <stdbool.h>

typedef struct {
	bool unused;
} spinlock_t;

#define spin_lock_init(lock) ((void)(lock))
#define spin_lock_irqsave(lock, flags) do { (void)(lock); (flags) = 0; } while (0)
#define spin_unlock_irqrestore(lock, flags) do { (void)(lock); (void)(flags); } while (0)

#endif
