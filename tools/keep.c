// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backup_file.h"
#include "keep.h"
#include "offline.h"

/* The name has the generation of the map: what was saved and fits is not saved again. */
static char *name_of(const struct inspection *spare, const char *directory)
{
	char *path;

	if (asprintf(&path, "%s/%s-%020llu.backup", directory, offline_uuid(spare->super.uuid),
		     (unsigned long long)spare->map_generation) < 0)
		return NULL;
	return path;
}

static const char *wanted_uuid;

static int is_backup(const struct dirent *entry)
{
	const char *name = entry->d_name;
	size_t uuid = strlen(wanted_uuid), digits = strspn(name, "0123456789abcdef-");

	return !strncmp(name, wanted_uuid, uuid) && name[uuid] == '-' &&
	       digits == uuid + 1 + 20 && !strcmp(name + digits, ".backup");
}

struct file {
	char *path;
	time_t time;
};

static int newest_first(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return x->time > y->time ? -1 : x->time < y->time;
}

static void take(struct file *file, const char *directory, const char *name)
{
	struct stat st;

	if (asprintf(&file->path, "%s/%s", directory, name) < 0)
		file->path = NULL;
	file->time = file->path && !stat(file->path, &st) ? st.st_mtime : 0;
}

/* The names in @entries, newest first; @entries is freed. NULL without memory. */
static struct file *sort(const char *directory, struct dirent **entries, int nr)
{
	struct file *files = calloc(nr + 1, sizeof(*files));
	int i;

	for (i = 0; i < nr; i++) {
		if (files)
			take(&files[i], directory, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (files)
		qsort(files, nr, sizeof(*files), newest_first);
	return files;
}

/* All but the newest; not by generation, for a map may be put back to an older state. */
static void prune(const char *directory, const char *uuid, const char *current,
		  unsigned int keep)
{
	struct dirent **entries;
	struct file *files;
	int nr, i;

	wanted_uuid = uuid;
	nr = scandir(directory, &entries, is_backup, alphasort);
	files = nr < 0 ? NULL : sort(directory, entries, nr);
	if (!files)
		return;
	for (i = 0; i < nr; i++) {
		if (i >= (int)keep && files[i].path && strcmp(files[i].path, current) &&
		    unlink(files[i].path))
			warn("%s: cannot be removed: %s", files[i].path, strerror(errno));
		free(files[i].path);
	}
	free(files);
}

static int save(const struct inspection *spare, const char *path)
{
	struct backup backup;
	int r = backup_take(&backup, spare, time(NULL));

	if (!r)
		r = backup_save(&backup, path);
	backup_free(&backup);
	return r ? fail_errno(r, "%s cannot be written: the map has no backup of its last change",
			      path) : OK;
}

/*
 * A spare that takes the place of another has its map, generation included; and so has one whose
 * main device is another now, or has grown. A backup from before does not fit it.
 */
static bool fits(const struct inspection *spare, const char *path)
{
	const struct remap_super *now = &spare->super;
	struct backup old = { 0 };
	bool same = !backup_load(&old, path) && old.super.length == now->length &&
		    old.super.spare_blocks == now->spare_blocks &&
		    old.super.main_start == now->main_start &&
		    old.super.main_length == now->main_length &&
		    !memcmp(old.super.main_identity, now->main_identity,
			    sizeof(now->main_identity));

	backup_free(&old);
	return same;
}

static int keep(const struct snapshot *s, const struct inspection *spare, const char *directory,
		unsigned int nr)
{
	char *path;
	int r = OK;

	if (!inspect_starts(spare))
		return fail(WRONG_DEVICE, "%s has no map at the moment that could be believed, so it has no backup of its last change",
			    s->spare);
	path = name_of(spare, directory);
	if (!path)
		return no_memory();
	/* the newest is that of now, even if it was made long ago */
	if (utimensat(AT_FDCWD, path, NULL, 0) || !fits(spare, path))
		r = save(spare, path);
	if (!r)
		prune(directory, offline_uuid(spare->super.uuid), path, nr);
	free(path);
	return r;
}

int keep_backup(const struct snapshot *s, const char *directory, unsigned int nr)
{
	struct inspection spare;
	struct offline o;
	int r = offline_open_at(&o, s->spare, s->status.spare_start, STORE_READ);

	if (r)
		return r;
	r = offline_settle(&o, false, &spare);
	if (!r)
		r = keep(s, &spare, directory, nr);
	inspect_free(&spare);
	offline_close(&o);
	return r;
}
