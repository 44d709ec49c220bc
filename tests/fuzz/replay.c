// SPDX-License-Identifier: GPL-2.0-only
/*
 * In place of libFuzzer, where there is none: gives each file named to the target once.
 */
#include <stdio.h>

#include "fuzz.h"

int main(int argc, char **argv)
{
	static u8 data[1 << 16];
	int i;

	for (i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		size_t size;

		if (!f) {
			perror(argv[i]);
			return 1;
		}
		size = fread(data, 1, sizeof(data), f);
		fclose(f);
		fprintf(stderr, "%s\n", argv[i]);
		LLVMFuzzerTestOneInput(data, size);
	}
	return 0;
}
