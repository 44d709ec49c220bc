/* SPDX-License-Identifier: GPL-2.0-only */
/* the events of trace.h are empty functions here: see kernel.h */
