// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

int f(int n)
{
	char *p = calloc(1, 10);
	int a[4];

	if (n > 3)
		return 1;		// expect
	a[4] = n;			// expect
	printf("%s\n", n);		// expect
	puts(p);
	free(p);
	return 0;
}
