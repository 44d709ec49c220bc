// SPDX-License-Identifier: GPL-2.0-only
/*
 * A text as /etc/remaptab. What is accepted is within the limits that systemd, udev
 * and device-mapper set, and says the same when it is written again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/remaptab.h"
#include "fuzz.h"

static bool ends(const char *text, size_t size)
{
	return memchr(text, 0, size);
}

static void check_text(const char *text, bool name)
{
	for (; *text; text++)
		assert(*text > ' ' && *text <= '~' && !(name && strchr("/\\\"'%$,", *text)));
}

static void check_limits(const struct remaptab *e)
{
	assert(ends(e->name, sizeof(e->name)) && ends(e->spare, sizeof(e->spare)));
	assert(ends(e->main, sizeof(e->main)) && ends(e->why, sizeof(e->why)));
	check_text(e->name, true);
	check_text(e->spare, false);
	check_text(e->main, false);
	assert(e->wait <= REMAPTAB_MAX_WAIT && e->name[0] != '.');
	/* it is shown on terminals and in the log */
	for (const char *c = e->why; *c; c++)
		assert(*c >= ' ' && *c <= '~');
}

/* 63-remap.rules takes such links from a main device: it would not be found by one. */
static bool is_lasting(const char *main)
{
	return strncmp(main, "/dev/disk/by-uuid/", 18) && strncmp(main, "/dev/disk/by-label/", 19) &&
	       strncmp(main, "/dev/disk/by-id/lvm-pv-uuid-", 28);
}

static void write_again(const struct remaptab *e, char *line, size_t size)
{
	snprintf(line, size, "%s\t%s %s\tspare-timeout=%u,spare-start=%llu%s%s%s%s\r", e->name,
		 e->spare, e->main[0] ? e->main : "-", e->wait, e->spare_start,
		 e->nofail ? ",nofail" : "", e->noauto ? ",noauto" : "",
		 e->readonly ? ",readonly" : "", e->initrd ? ",x-initrd.attach" : "");
}

static void check_again(const struct remaptab *e)
{
	struct remaptab again;
	char line[1024];

	write_again(e, line, sizeof(line));
	assert(remaptab_parse(line, strlen(line), &again) && !again.why[0]);
	again.line = e->line;
	assert(!memcmp(e, &again, sizeof(again)));
}

static void check_file(const struct remaptab_file *tab)
{
	unsigned int i, j;

	for (i = 0; i < tab->nr; i++) {
		const struct remaptab *e = &tab->entries[i];

		check_limits(e);
		assert(e->line > (i ? e[-1].line : 0));
		if (e->why[0])
			continue;
		assert(e->name[0] && e->spare[0] && is_lasting(e->main));
		check_again(e);
		assert(remaptab_find(tab, e->name) == e);
		for (j = 0; j < i; j++)
			assert(strcmp(tab->entries[j].name, e->name));
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct remaptab_file tab;
	char *text;
	FILE *file;

	if (!size)
		return 0;
	/* of just that size, so that a look behind it is noticed */
	text = malloc(size);
	assert(text);
	memcpy(text, data, size);
	file = fmemopen(text, size, "r");
	assert(file);
	if (!remaptab_read(file, &tab))
		check_file(&tab);
	remaptab_free(&tab);
	fclose(file);
	free(text);
	return 0;
}
