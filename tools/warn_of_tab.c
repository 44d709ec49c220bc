// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <strings.h>

#include "remaptab.h"
#include "say.h"
#include "warn_of_tab.h"

/* Of the file as it is; a line with a mistake in it opens nothing, but is mended perhaps. */
static const struct remaptab *entry_of(struct remaptab_file *tab, const char *name)
{
	return remaptab_load(REMAPTAB_PATH, tab) ? NULL : remaptab_find(tab, name);
}

void warn_of_main(const char *name, const char *path, const char *identity)
{
	struct remaptab_file tab;
	const struct remaptab *entry = entry_of(&tab, name);

	if (entry && entry->main[0] &&
	    (strncmp(entry->main, "ID=", 3) || strcmp(entry->main + 3, identity)))
		warn("line %u of %s names the main device, %s: is that %s now? ID=%s is",
		     entry->line, REMAPTAB_PATH, entry->main, path, identity);
	remaptab_free(&tab);
}

static bool names_uuid(const struct remaptab *entry, const char *uuid)
{
	return !strncasecmp(entry->spare, "UUID=", 5) && !strcasecmp(entry->spare + 5, uuid);
}

void warn_of_spare(const char *name, const char *path, const char *uuid, u64 start)
{
	struct remaptab_file tab;
	const struct remaptab *entry = entry_of(&tab, name);

	if (entry && (!names_uuid(entry, uuid) || entry->spare_start != start))
		warn("line %u of %s names the spare, %s, from sector %llu on: is that %s now? UUID=%s and spare-start=%llu are. Change it before the next boot, and make the initramfs anew",
		     entry->line, REMAPTAB_PATH, entry->spare, entry->spare_start, path, uuid,
		     start);
	remaptab_free(&tab);
}
