/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DM_REMAP_VERSION_H
#define DM_REMAP_VERSION_H

#define DM_REMAP_VERSION "0.1.0"

#endif
