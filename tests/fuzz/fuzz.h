/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_H
#define FUZZ_H

#include "kernel.h"

/** LLVMFuzzerTestOneInput() - libFuzzer's, and replay.c's, way in. Returns 0 */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* bytes before the first edit, where the input is a list of edits: for mutator.c */
extern const size_t fuzz_head;

#endif
