// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup_file.h"
#include "say.h"

#define LARGEST	(2ULL << 30)	/* as 16 Mi entries, by far */

static int write_and_close(const struct backup *backup, int fd)
{
	FILE *file = fdopen(fd, "w");
	int r;

	if (!file) {
		close(fd);
		return -errno;
	}
	r = backup_write(backup, file);
	if (!r && (fflush(file) || fsync(fd)))
		r = -errno;
	if (fclose(file) && !r)
		r = -errno;
	return r;
}

/* A name in the same directory, which is renamed when all of it is durable. */
int backup_save(const struct backup *backup, const char *path)
{
	char *temporary;
	int fd, r;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC);
	r = fd < 0 ? -errno : write_and_close(backup, fd);
	if (!r && rename(temporary, path))
		r = -errno;
	if (r && fd >= 0)
		unlink(temporary);
	free(temporary);
	return r;
}

static int slurp(FILE *file, char **text, size_t *size)
{
	size_t room = 0, n;
	char *more;

	do {
		room = 2 * room + 65536;
		more = room > LARGEST ? NULL : realloc(*text, room);
		if (!more)
			return -ENOMEM;
		*text = more;
		n = fread(*text + *size, 1, room - *size - 1, file);
		*size += n;
	} while (n);
	(*text)[*size] = 0;
	return ferror(file) ? -EIO : 0;
}

int slurp_path(const char *path, bool may_pipe, char **text, size_t *size)
{
	bool piped = may_pipe && !strcmp(path, "-");
	FILE *file = piped ? stdin : fopen(path, "re");
	int r;

	if (!file)
		return fail_errno(errno, "%s cannot be opened", path);
	r = slurp(file, text, size);
	if (!piped)
		fclose(file);
	return r ? fail_errno(r, "%s cannot be read", path) : OK;
}

static int parse(struct backup *backup, const char *path, const char *text, size_t size)
{
	unsigned int line;
	const char *why;
	int r = backup_read(backup, text, size, &line, &why);

	if (r == -ENOMEM)
		return no_memory();
	if (r && line)
		return fail(BAD_USE, "%s: line %u: %s", path, line, why);
	return r ? fail(BAD_USE, "%s: %s", path, why) : OK;
}

int backup_load(struct backup *backup, const char *path)
{
	char *text = NULL;
	size_t size = 0;
	int r = slurp_path(path, false, &text, &size);

	if (!r)
		r = parse(backup, path, text, size);
	free(text);
	return r;
}
