/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WATCH_H
#define WATCH_H

/* Ends the program, with the blocked tasks in the kernel log, when nothing moves. */
void watch_start(void);

#endif
