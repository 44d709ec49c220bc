// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: some_names DEVICE used|unused SECTOR...: which files these belong to, a line each
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/file_names.h"

int main(int argc, char **argv)
{
	u64 sectors[64];
	struct file_names names;
	char text[4096];
	int i, nr = 0;

	if (argc < 3)
		return 2;
	for (i = 3; i < argc && nr < 64; i++)
		sectors[nr++] = strtoull(argv[i], NULL, 10);
	file_names_open(&names, argv[1], !strcmp(argv[2], "used"));
	file_names_ask(&names, sectors, nr);
	for (i = 0; i < nr; i++)
		puts(file_names_find(&names, sectors[i], text, sizeof(text)));
	file_names_close(&names);
	return 0;
}
