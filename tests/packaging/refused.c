// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints what remapsetup says when the kernel has no module.
 * usage: refused ROOT RELEASE
 */
#include <stdio.h>

#include "../../tools/module_refused.h"

int main(int argc, char **argv)
{
	char text[512];

	if (argc != 3)
		return 2;
	module_refused_text(text, sizeof(text), argv[1], argv[2]);
	puts(text);
	return 0;
}
