/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TOOLS_SHIM_DELAY_H
#define TOOLS_SHIM_DELAY_H

void msleep(unsigned int ms);

#endif
