/* SPDX-License-Identifier: GPL-2.0-only */
/* Carrying out operations. */
#ifndef EXEC_H
#define EXEC_H

#include "op.h"

/* Memory of a thread for its I/O. */
struct worker {
	u32 number;
	u8 *buf;
};

void worker_init(struct worker *w, u32 number);
void worker_exit(struct worker *w);

void exec_op(struct worker *w, const struct op *op);

/* io.c: what goes on beside each other */
int io_read(struct worker *w, const struct op *op);
int io_write(struct worker *w, const struct op *op, u64 generation);
int io_zeroes(const struct op *op);
int io_discard(const struct op *op);
int io_flush(void);

/* life.c: starting and stopping; the first ones run beside I/O, the others alone */
int life_suspend(const struct op *op);
int life_reload(const struct op *op);
int life_check(void);
int life_outage(const struct op *op);
/* Was the mode lower than rw since the last start? */
bool life_degraded(void);
void life_heal(enum disk which);
void life_power_off(const struct op *op);
void life_start(bool format);
void life_cut(struct worker *w, const struct op *op);
void life_restart(struct worker *w);
void life_final(struct worker *w);
void life_stop(void);

/* verify.c: every sector of the device; @settle after a power cut */
void verify_all(struct worker *w, bool settle);

#endif
