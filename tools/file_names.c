// SPDX-License-Identifier: GPL-2.0-only
#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_names.h"
#include "say.h"

/*
 * debugfs
 */

static void exec_debugfs(const struct file_names *n, const char *request, int out)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);	/* its version, and what it thinks of a mounted device */
	execlp("debugfs", "debugfs", "-R", request, n->device, NULL);
	_exit(127);
}

/*
 * The second line of what debugfs says, behind a number and a tab: the first
 * is a heading. It only reads.
 */
static bool ask_debugfs(const struct file_names *n, const char *request, char *answer, size_t size)
{
	char line[4200];
	int ends[2], nr = 0, status;
	FILE *file;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return false;
	pid = fork();
	if (!pid)
		exec_debugfs(n, request, ends[1]);
	close(ends[1]);
	answer[0] = '\0';
	file = fdopen(ends[0], "r");
	while (file && fgets(line, sizeof(line), file))
		if (++nr == 2 && strchr(line, '\t')) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(answer, size, "%s", strchr(line, '\t') + 1);
		}
	if (file)
		fclose(file);
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status && answer[0];
}

/*
 * Interface
 */

static u64 block_of(blkid_probe probe)
{
	const char *type, *size;
	u64 bytes;

	if (blkid_probe_lookup_value(probe, "TYPE", &type, NULL) || strncmp(type, "ext", 3) ||
	    blkid_probe_lookup_value(probe, "BLOCK_SIZE", &size, NULL))
		return 0;
	bytes = strtoull(size, NULL, 10);
	return bytes >= 1024 && bytes <= 65536 ? bytes >> 9 : 0;
}

void file_names_open(struct file_names *n, const struct remap_status *status)
{
	blkid_probe probe;

	snprintf(n->device, sizeof(n->device), "/dev/mapper/%s", status->name);
	n->block = 0;
	probe = blkid_new_probe_from_filename(n->device);
	if (!probe)
		return;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
	if (!blkid_do_safeprobe(probe))
		n->block = block_of(probe);
	blkid_free_probe(probe);
}

u64 file_names_end(const struct file_names *n, u64 sector)
{
	return n->block ? sector - sector % n->block + n->block : ~0ULL;
}

const char *file_names_find(const struct file_names *n, u64 sector, char *text, size_t size)
{
	char request[64], inode[32];

	if (!n->block)
		return "unknown";
	snprintf(request, sizeof(request), "icheck %llu", sector / n->block);
	if (!ask_debugfs(n, request, inode, sizeof(inode)))
		return "unknown";
	if (strspn(inode, "0123456789") != strlen(inode))
		return "none";		/* <block not found> */
	snprintf(request, sizeof(request), "ncheck %s", inode);
	return ask_debugfs(n, request, text, size) ? text : "unknown";
}
