/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the simulation. Each prints figures as comments, and checks.
 */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include <stdbool.h>

#include <linux/types.h>

/** check() - a line of TAP */
void check(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** note() - a comment */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void impact(bool full, u64 seed);
void finish(bool full, u64 seed);
void detect(bool full, u64 seed);
void innocent(bool full, u64 seed);

#endif
