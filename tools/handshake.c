// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "handshake.h"

bool handshake_parse(const char *reply, struct handshake *shake)
{
	return sscanf(reply, "%31s format %u api %u", shake->version, &shake->format,
		      &shake->api) == 3;
}
