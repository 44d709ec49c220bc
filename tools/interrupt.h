/* SPDX-License-Identifier: GPL-2.0-only */
/* Somebody wants it to end: between two steps, when it does no harm. */
#ifndef REMAPSETUP_INTERRUPT_H
#define REMAPSETUP_INTERRUPT_H

#include <signal.h>

extern volatile sig_atomic_t interrupted;

/** interrupt_catch() - from now on SIGINT, SIGTERM and SIGHUP only set @interrupted */
void interrupt_catch(void);

/** interrupt_hold() - no signal comes before interrupt_release(): what is done between is done whole */
void interrupt_hold(sigset_t *before);
void interrupt_release(const sigset_t *before);

#endif
