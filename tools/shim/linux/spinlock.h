/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread: there is nobody to lock out. It brings along READ_ONCE and WRITE_ONCE, as the kernel's does. */
#ifndef TOOLS_SHIM_SPINLOCK_H
#define TOOLS_SHIM_SPINLOCK_H

#include <stdbool.h>
#include <linux/kernel.h>

typedef struct {
	bool unused;
} spinlock_t;

#define spin_lock_init(lock) ((void)(lock))
#define spin_lock_irqsave(lock, flags) do { (void)(lock); (flags) = 0; } while (0)
#define spin_unlock_irqrestore(lock, flags) do { (void)(lock); (void)(flags); } while (0)

#endif
