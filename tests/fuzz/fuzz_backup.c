// SPDX-License-Identifier: GPL-2.0-only
/*
 * A text as a backup. The input: a byte that says whether it gets a right checksum,
 * then the text.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "toolbox.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	/* of just that size, so that a look behind it is noticed */
	text = malloc(size + 32);
	assert(text);
	memcpy(text, data + 1, size - 1);
	size--;
	if (data[0] & 1)
		size += sprintf(text + size, "crc32c %08x\n", ~crc32c(~0U, text, size));
	text = realloc(text, size + 1);
	text[size] = 0;
	toolbox_read(text, size);
	free(text);
	return 0;
}
