// SPDX-License-Identifier: GPL-2.0-only
/*
 * What udev's rules ask about a disk: is it a part of a device of dm-remap, or one
 * that /etc/remaptab lists?
 *
 *	dm-remap-udev spare DEVNODE		DM_REMAP_SPARE=<uuid>
 *	dm-remap-udev main DEVNODE [LINK...]	DM_REMAP_MAIN=<name>
 *	dm-remap-udev links DEVNODE [LINK...]	DM_REMAP_LINKS=<those that may stay>
 *
 * Prints nothing and exits with 1 where the answer is no. 63-remap.rules uses it.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include <linux/kernel.h>

#include "../../dm-remap-core/format.h"
#include "../identity.h"
#include "../remaptab.h"
#include "../sysfs.h"

struct device {
	const char *node;
	dev_t number;
	char **links;	/* without /dev/, or with it */
	int nr_links;
};

/*
 * The main device of an entry?
 */

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* udev's own database knows this disk only when the rules are through. */
static bool identity_by_env(const struct device *d, char *text)
{
	static const struct {
		const char *key, *prefix;
	} keys[] = {
		{ "ID_WWN_WITH_EXTENSION", "wwn" }, { "ID_WWN", "wwn" }, { "ID_SERIAL", "serial" }
	};
	const char *part = env("ID_PART_ENTRY_NUMBER");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!*env(keys[i].key) ||
		    !identity_clean(text, IDENTITY_SIZE - 12, keys[i].prefix, env(keys[i].key)))
			continue;
		if (sysfs_disk(d->number) != d->number && strlen(part) < 6)
			sprintf(text + strlen(text), "-part%s", part);
		return true;
	}
	return false;
}

static bool has_identity(const struct device *d, const char *wanted)
{
	char text[IDENTITY_SIZE];

	if (identity_of(d->number, text) && !strcmp(text, wanted))
		return true;
	return identity_by_env(d, text) && !strcmp(text, wanted);
}

static const char *without_dev(const char *path)
{
	return strncmp(path, "/dev/", 5) ? path : path + 5;
}

static bool has_path(const struct device *d, const char *path)
{
	struct stat st;
	int i;

	for (i = 0; i < d->nr_links; i++)
		if (!strcmp(without_dev(d->links[i]), without_dev(path)))
			return true;
	return !stat(path, &st) && S_ISBLK(st.st_mode) && st.st_rdev == d->number;
}

static bool is_main(const struct device *d, const struct remaptab *e)
{
	const char *text = e->main;

	if (!text[0])
		return false;
	if (!strncasecmp(text, "ID=", 3))
		return has_identity(d, text + 3);
	if (!strncasecmp(text, "PARTUUID=", 9))
		return !strcasecmp(env("ID_PART_ENTRY_UUID"), text + 9);
	if (!strncasecmp(text, "PARTLABEL=", 10))
		return !strcmp(env("ID_PART_ENTRY_NAME"), text + 10);
	return has_path(d, text);
}

/* The name of an open device that it is a part of. */
static bool held(const struct device *d, char *name, size_t size)
{
	char pattern[64], path[320], uuid[160];
	bool found = false;
	glob_t holders;
	size_t i;

	snprintf(pattern, sizeof(pattern), "/sys/dev/block/%u:%u/holders/*", major(d->number),
		 minor(d->number));
	if (glob(pattern, 0, NULL, &holders))
		return false;
	for (i = 0; i < holders.gl_pathc && !found; i++) {
		dev_t holder = sysfs_device(strrchr(holders.gl_pathv[i], '/') + 1);

		found = holder && sysfs_text(holder, "dm/uuid", uuid, sizeof(uuid)) &&
			!strncmp(uuid, "REMAP-", 6) &&
			sysfs_text(holder, "dm/name", path, sizeof(path));
	}
	globfree(&holders);
	if (found)
		snprintf(name, size, "%.*s", (int)size - 1, path);
	return found;
}

static bool listed(const struct device *d, char *name, size_t size)
{
	struct remaptab_file tab;
	bool found = false;
	unsigned int i;

	if (remaptab_load(REMAPTAB_PATH, &tab))
		return false;
	for (i = 0; i < tab.nr && !found; i++)
		if (is_main(d, &tab.entries[i])) {
			snprintf(name, size, "%s", tab.entries[i].name[0] ?
				 tab.entries[i].name : "unnamed");
			found = true;
		}
	remaptab_free(&tab);
	return found;
}

static int answer_main(const struct device *d)
{
	char name[160];

	if (!held(d, name, sizeof(name)) && !listed(d, name, sizeof(name)))
		return EXIT_FAILURE;
	printf("DM_REMAP_MAIN=%s\n", name);
	return EXIT_SUCCESS;
}

static int answer_links(const struct device *d)
{
	int i;

	printf("DM_REMAP_LINKS=");
	for (i = 0; i < d->nr_links; i++)
		if (!remaptab_names_content(without_dev(d->links[i])))
			printf("%s ", without_dev(d->links[i]));
	putchar('\n');
	return EXIT_SUCCESS;
}

/*
 * A spare?
 */

static int answer_spare(const struct device *d)
{
	static char block[REMAP_META_SIZE];
	struct remap_super super;
	char text[37];
	ssize_t n;
	int fd;

	fd = open(d->node, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return EXIT_FAILURE;
	n = pread(fd, block, sizeof(block), 0);
	close(fd);
	if (n != sizeof(block) || remap_format_decode_super(block, 0, &super) != REMAP_VALID)
		return EXIT_FAILURE;
	uuid_unparse_lower(super.uuid, text);
	printf("DM_REMAP_SPARE=%s\n", text);
	return EXIT_SUCCESS;
}

static const struct {
	const char *name;
	int (*answer)(const struct device *d);
} questions[] = {
	{ "spare", answer_spare }, { "main", answer_main }, { "links", answer_links },
};

int main(int argc, char **argv)
{
	struct device d = { .links = argv + 3, .nr_links = argc - 3 };
	unsigned int i, nr = ARRAY_SIZE(questions);
	struct stat st;

	for (i = 0; i < nr && argc > 2 && strcmp(questions[i].name, argv[1]); i++)
		;
	if (argc < 3 || i == nr) {
		fprintf(stderr, "usage: %s spare|main|links DEVNODE [LINK...]\n", argv[0]);
		return 2;
	}
	d.node = argv[2];
	if (stat(d.node, &st) || !S_ISBLK(st.st_mode))
		return EXIT_FAILURE;
	d.number = st.st_rdev;
	return questions[i].answer(&d);
}
