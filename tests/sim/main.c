// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: sim [--full] [--seed N] [part]...
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

static int nr, failed;

void check(bool ok, const char *fmt, ...)
{
	va_list args;

	failed += !ok;
	printf("%sok %d - ", ok ? "" : "not ", ++nr);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

void note(const char *fmt, ...)
{
	va_list args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

static const struct {
	const char *name;
	void (*run)(bool full, u64 seed);
} parts[] = {
	{ "impact", impact }, { "finish", finish }, { "detect", detect }, { "innocent", innocent },
};

int main(int argc, char **argv)
{
	bool full = false, named = false;
	u64 seed = 1;
	int i, p;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--full"))
			full = true;
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoull(argv[++i], NULL, 0);
		else
			named = true;
	}
	for (p = 0; p < ARRAY_SIZE(parts); p++) {
		bool wanted = !named;

		for (i = 1; i < argc; i++)
			wanted |= !strcmp(argv[i], parts[p].name);
		if (wanted)
			parts[p].run(full, seed);
	}
	printf("1..%d\n", nr);
	return failed != 0;
}
