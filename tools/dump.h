/* SPDX-License-Identifier: GPL-2.0-only */
/* What dump prints as text and as JSON. */
#ifndef REMAPSETUP_DUMP_H
#define REMAPSETUP_DUMP_H

#include "inspect.h"

/** dump_json() - all of it. 0, or an exit code after a message */
int dump_json(const struct inspection *spare);

/** dump_standing() - one word for an entry */
const char *dump_standing(const struct inspection *spare, u32 nr);

/** dump_outcome() - one word for a table block */
const char *dump_outcome(const struct spare_block *block);

/** dump_time() - of an entry, or "-"; in a static buffer */
const char *dump_time(const struct remap_disk_entry *entry);

#endif
