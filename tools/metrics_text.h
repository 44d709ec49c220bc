/* SPDX-License-Identifier: GPL-2.0-only */
/* Snapshots in the text format of Prometheus: pure. */
#ifndef REMAPSETUP_METRICS_TEXT_H
#define REMAPSETUP_METRICS_TEXT_H

#include <stdio.h>

#include "snapshot.h"

/** metrics_write() - all figures of all devices; those of one metric stand together */
void metrics_write(FILE *f, const struct snapshot *devices, size_t nr);

#endif
