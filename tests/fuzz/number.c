// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "number.h"

bool words_number(const char *text, u64 *value)
{
	const char *digits = text + (*text == '+');
	size_t n = strspn(digits, "0123456789");
	char *end;

	if (!n || (digits[n] && strcmp(digits + n, "\n")))
		return false;
	errno = 0;
	*value = strtoull(digits, &end, 10);
	return !errno && end == digits + n;
}
