// SPDX-License-Identifier: GPL-2.0-only
/* The same once more under another name: to see what two clients do to each other. */
#include "remap-sample-client.c"
