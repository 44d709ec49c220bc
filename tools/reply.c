// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reply.h"

bool reply_entry(const char *line, struct reply_entry *e)
{
	char flags[16], main[8];

	memset(e, 0, sizeof(*e));
	if (sscanf(line, "%llu %u %llx %15s %15s", &e->block, &e->spare, &e->lost, e->reason,
		   flags) == 5) {
		e->mapped = true;
		e->rescuable = !strcmp(flags, "rescuable");
		return true;
	}
	return sscanf(line, "%llu %7s", &e->block, main) == 2 && !strcmp(main, "main");
}

bool reply_more(const char *line, u64 *block)
{
	return sscanf(line, "more %llu", block) == 1;
}

/* strtoull() takes signs and blanks, too */
static bool number(const char *text, char **end, u64 *n)
{
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*n = strtoull(text, end, 10);
	return !errno;
}

bool reply_range(const char *text, u64 *first, u64 *count)
{
	char *end;

	*count = 1;
	if (!number(text, &end, first))
		return false;
	if (*end == '+' && (!number(end + 1, &end, count) || !*count))
		return false;
	return !*end && *first + *count >= *first;
}
