/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices of a workload, from below:
 *
 *   disk	null_blk in memory; its bad blocks make writes fail that are in the log all the same
 *   log	dm-log-writes: one order of everything that reaches the disk
 *   main	a slice of it, where bad or slow places come and go
 *   spare	another slice
 *   r		the remap device
 *
 * A write that fails in a bad place of main or spare never reached the log.
 */
#ifndef CRASH_STACK_H
#define CRASH_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* Slices of the log device. Not at its start: flushes are told apart by it. */
#define MAIN_AT		2048U
#define MAIN_SECTORS	8192U
#define SPARE_AT	(MAIN_AT + MAIN_SECTORS)
#define SPARE_SECTORS	4096U
#define BLOCK_SECTORS	8U
#define MAIN_BLOCKS	(MAIN_SECTORS / BLOCK_SECTORS)

enum view { MAIN, SPARE, VIEWS };
enum place { FINE, BAD, SLOW };

/* Where the spare has what, in its own sectors; known once it is active. */
struct layout {
	uint32_t table[2], super[2], table_blocks, data, spare_blocks;
};

extern struct layout layout;

void stack_up(const char *null_blk, const char *log_disk, unsigned long start,
	      unsigned long sectors);
void stack_down(void);

/* the places of a view become what is asked for; takes effect at once */
void view_set(enum view view, uint32_t first, uint32_t count, enum place place);
void view_slowness(enum view view, unsigned int read_ms, unsigned int write_ms);

/* writes there fail and are in the log nevertheless; sectors of the view */
void landing(enum view view, uint32_t first, uint32_t count, bool on);

/* the remap device: options as in its table line; format the first time */
void activate(const char *options);
int try_activate(const char *options);
void stop(void);
/* the instance ends without a last word on either disk */
void yank(void);
void reload(const char *options);
void suspend_and_resume(void);
int message(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* a line in the log; ':' between words */
void mark(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* where a block of main lives on the spare, or -1 */
int slot_of(uint32_t block);

#endif
