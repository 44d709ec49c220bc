// SPDX-License-Identifier: GPL-2.0-only
/* Compiles only where the status types lack this one. */
#include <linux/device-mapper.h>

enum { STATUSTYPE_IMA };

status_type_t probe(void);
status_type_t probe(void)
{
	return STATUSTYPE_INFO;
}
