// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/fs.h>

#include "clock.h"
#include "disk.h"
#include "sysfs.h"

#define ALIGNMENT	4096

static int measure(struct disk *disk)
{
	unsigned long long bytes;
	unsigned int physical;
	int logical;

	if (ioctl(disk->fd, BLKGETSIZE64, &bytes) || ioctl(disk->fd, BLKSSZGET, &logical) ||
	    ioctl(disk->fd, BLKPBSZGET, &physical))
		return fail_errno(errno, "%s: its size cannot be found out", disk->path);
	disk->sectors = bytes >> 9;
	disk->logical = logical;
	disk->physical = physical;
	sysfs_number(disk->number, "start", &disk->start);
	return OK;
}

static int inspect(struct disk *disk, unsigned int flags)
{
	struct stat st;

	if (fstat(disk->fd, &st))
		return fail_errno(errno, "%s", disk->path);
	if (S_ISBLK(st.st_mode)) {
		disk->number = st.st_rdev;
		return measure(disk);
	}
	if (!S_ISREG(st.st_mode) || !(flags & DISK_IMAGE))
		return fail(WRONG_DEVICE, "%s is not a block device", disk->path);
	disk->sectors = st.st_size >> 9;
	disk->logical = 512;
	disk->physical = 4096;
	return OK;
}

/* Some file systems have no O_DIRECT; an image there has no other reader. */
static int open_direct(const char *path, int mode, bool image)
{
	int fd = open(path, mode | O_DIRECT);

	if (fd < 0 && errno == EINVAL && image)
		fd = open(path, mode);
	return fd;
}

static int say_why_not(struct disk *disk, int error)
{
	if (error == EBUSY)
		return fail(BUSY, "%s is in use: mounted, or a part of another device; nothing was changed",
			    disk->path);
	return fail_errno(error, "%s cannot be opened", disk->path);
}

/*
 * udev does not look at what is locked; while it looks, it has a lock itself, and
 * that is just after a disk has come or was written to. It is soon done.
 */
#define LOCK_TRIES	600
#define LOCK_PAUSE_MS	50

int disk_lock(const struct disk *disk)
{
	int i;

	for (i = 0; i < LOCK_TRIES; i++) {
		if (!flock(disk->fd, LOCK_EX | LOCK_NB))
			return OK;
		sleep_ms(LOCK_PAUSE_MS);
	}
	return fail(BUSY, "%s is locked by another program; nothing was changed", disk->path);
}

int disk_open(struct disk *disk, const char *path, unsigned int flags)
{
	int mode = O_CLOEXEC | (flags & DISK_WRITE ? O_RDWR : O_RDONLY);
	struct stat st;
	int r;

	memset(disk, 0, sizeof(*disk));
	disk->path = strdup(path);
	if (!disk->path)
		return no_memory();
	/* O_EXCL without O_CREAT means something for block devices only */
	if (flags & DISK_EXCLUSIVE && !stat(path, &st) && S_ISBLK(st.st_mode))
		mode |= O_EXCL;
	disk->fd = open_direct(path, mode, flags & DISK_IMAGE);
	if (disk->fd < 0)
		r = flags & DISK_QUIET ? WRONG_DEVICE : say_why_not(disk, errno);
	else
		r = inspect(disk, flags);
	if (!r && flags & DISK_EXCLUSIVE)
		r = disk_lock(disk);
	if (r)
		disk_close(disk);
	return r;
}

void disk_let_go(struct disk *disk)
{
	if (disk->path && disk->fd >= 0)
		close(disk->fd);
	disk->fd = -1;
}

void disk_close(struct disk *disk)
{
	disk_let_go(disk);
	free(disk->path);
	disk->path = NULL;
}

int disk_read(const struct disk *disk, u64 sector, void *buf, size_t bytes)
{
	size_t done = 0;

	while (done < bytes) {
		ssize_t n = pread(disk->fd, (char *)buf + done, bytes - done,
				  (sector << 9) + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		done += n;
	}
	return 0;
}

int disk_write(const struct disk *disk, u64 sector, const void *buf, size_t bytes)
{
	size_t done = 0;

	while (done < bytes) {
		ssize_t n = pwrite(disk->fd, (const char *)buf + done, bytes - done,
				   (sector << 9) + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		done += n;
	}
	return 0;
}

int disk_flush(const struct disk *disk)
{
	return fsync(disk->fd) ? -errno : 0;
}

void *disk_buffer(size_t bytes)
{
	void *buf = aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);

	if (!buf) {
		no_memory();
		return NULL;
	}
	return memset(buf, 0, bytes);
}
