// SPDX-License-Identifier: GPL-2.0-only
#include <blkid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file_names.h"
#include "file_names_xfs.h"
#include "reader.h"

/*
 * debugfs
 */

/*
 * The second line of what debugfs says, behind a number and a tab: the first
 * is a heading. It only reads.
 */
static bool ask_debugfs(const struct file_names *n, const char *request, char *answer, size_t size)
{
	const char *args[] = { "debugfs", "-R", request, n->device, NULL };
	struct reader reader;
	char line[4200];
	int nr = 0;

	/* standard error has its version, and what it thinks of a mounted device */
	if (!reader_open(&reader, args, false))
		return false;
	answer[0] = '\0';
	while (fgets(line, sizeof(line), reader.file))
		if (++nr == 2 && strchr(line, '\t')) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(answer, size, "%s", strchr(line, '\t') + 1);
		}
	return reader_close(&reader) && answer[0];
}

static const char *find_ext(const struct file_names *n, u64 sector, char *text, size_t size)
{
	char request[64], inode[32];

	snprintf(request, sizeof(request), "icheck %llu", sector / n->block);
	if (!ask_debugfs(n, request, inode, sizeof(inode)))
		return "unknown";
	if (strspn(inode, "0123456789") != strlen(inode))
		return "none";		/* <block not found> */
	snprintf(request, sizeof(request), "ncheck %s", inode);
	return ask_debugfs(n, request, text, size) ? text : "unknown";
}

/*
 * Interface
 */

static u64 block_of_ext(blkid_probe probe)
{
	const char *size;
	u64 bytes;

	if (blkid_probe_lookup_value(probe, "BLOCK_SIZE", &size, NULL))
		return 0;
	bytes = strtoull(size, NULL, 10);
	return bytes >= 1024 && bytes <= 65536 ? bytes >> 9 : 0;
}

static void recognise(struct file_names *n, blkid_probe probe, bool used)
{
	const char *type;

	if (blkid_probe_lookup_value(probe, "TYPE", &type, NULL))
		return;
	if (!strncmp(type, "ext", 3)) {
		n->block = block_of_ext(probe);
	} else if (!strcmp(type, "xfs") && !used) {
		n->xfs = true;
		n->block = xfs_block(n->device);
	}
}

void file_names_open(struct file_names *n, const char *device, bool used)
{
	blkid_probe probe;

	memset(n, 0, sizeof(*n));
	snprintf(n->device, sizeof(n->device), "%s", device);
	probe = blkid_new_probe_from_filename(n->device);
	if (!probe)
		return;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
	if (!blkid_do_safeprobe(probe))
		recognise(n, probe, used);
	blkid_free_probe(probe);
}

void file_names_ask(struct file_names *n, const u64 *sectors, size_t nr)
{
	if (!n->xfs || !n->block)
		return;
	n->answers = xfs_ask(n->device, sectors, nr);
	n->nr = n->answers ? nr : 0;
}

void file_names_close(struct file_names *n)
{
	size_t i;

	for (i = 0; i < n->nr; i++)
		free(n->answers[i].file);
	free(n->answers);
	memset(n, 0, sizeof(*n));
}

u64 file_names_end(const struct file_names *n, u64 sector)
{
	return n->block ? sector - sector % n->block + n->block : ~0ULL;
}

static int by_sector(const void *a, const void *b)
{
	const struct file_answer *x = a, *y = b;

	return x->sector < y->sector ? -1 : x->sector > y->sector;
}

static const char *find_xfs(const struct file_names *n, u64 sector)
{
	struct file_answer key = { .sector = sector }, *found;

	found = n->nr ? bsearch(&key, n->answers, n->nr, sizeof(key), by_sector) : NULL;
	return found && found->file ? found->file : "unknown";
}

const char *file_names_find(const struct file_names *n, u64 sector, char *text, size_t size)
{
	if (!n->block)
		return "unknown";
	return n->xfs ? find_xfs(n, sector) : find_ext(n, sector, text, size);
}
