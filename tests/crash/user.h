/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A user of the remap device: tagged writes, flushes and reads that know what
 * they must find. Every step is a mark in the log. Sectors are of the remap device. The
 * writes to one sector follow one another: no two threads write the same one.
 */
#ifndef CRASH_USER_H
#define CRASH_USER_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_WRITE	128	/* sectors */

void user_open(void);
void user_close(void);

/* main before there is a remap device, write number 1 to 64 */
void fill(void);

/* these say whether it succeeded; a failure that nobody expects is a violation */
bool put(uint32_t sector, uint32_t count);
bool put_durable(uint32_t sector, uint32_t count);
bool zero(uint32_t sector, uint32_t count);
void discard(uint32_t sector, uint32_t count);
void flush(void);
/* each sector: the last data, or what is known to be lost */
void get(uint32_t sector, uint32_t count);

/* places of main that neither read nor write; good again: they show what they held */
void bad(uint32_t sector, uint32_t count);
void good(uint32_t sector, uint32_t count);
/* the same for what block @block has on the spare; @sector within the block */
void bad_on_spare(uint32_t block, uint32_t sector, uint32_t count);

/* what of this block was lost and reads again on main is found; a failure is a violation */
void rescue(uint32_t block);

/* errors are part of the plan from now on, or no longer */
void errors_expected(bool expected);
void violation(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
extern unsigned int violations;

#endif
