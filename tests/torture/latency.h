/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LATENCY_H
#define LATENCY_H

/* Prints "latency MEDIAN 99TH us". */
void latency_run(void);

#endif
