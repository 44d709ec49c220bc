/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is done to the remap device while the log runs.
 */
#ifndef CRASH_WORKLOAD_H
#define CRASH_WORKLOAD_H

#include <stdint.h>

#include "stack.h"
#include "user.h"

/* no pause between two looks at an error, and no breaker */
#define OPTIONS "confirm_ms=0 storm_limit=100000"
#define SECTOR(block) ((block) * BLOCK_SECTORS)

void work_basic(void);		/* one of everything, one after the other */
void work_writers(void);	/* several at once, where every other block goes bad */
void work_moves(void);		/* blocks on the spare that go bad in their turn */
void work_copies(void);		/* copies of the table that cannot be written */
void work_doubt(void);		/* and nobody can record it */
void work_restarts(void);	/* activations that find a commit half done */
void work_races(void);		/* slow disks: what happens while something else does */
void work_reuse(void);		/* a read is still on its way to a place given up */
void work_back(void);		/* blocks that go back to main */

/* blocks to the spare; a failure is a violation */
void relocate(uint32_t block, uint32_t count);
void in_background(void (*f)(uint32_t), uint32_t arg);
void wait_for_background(void);
void pause_ms(unsigned int ms);

#endif
