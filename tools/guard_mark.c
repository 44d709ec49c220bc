// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include <linux/crc32c.h>
#include <linux/kernel.h>

#include "device.h"
#include "guard_mark.h"

#define MAGIC	"dm-remap guard 1\n"

/* The last 32 bytes of the first sector stay zero: a PC takes some of them for a boot record. */
struct guard_mark {
	char text[448];
	u8 uuid[16];
	__le64 block;
	__le32 bytes;
	__le32 crc;
	u8 zero[32];
} __attribute__((packed));

static_assert(sizeof(struct guard_mark) == 512, "a mark fits the smallest block");

static u64 start_of(const struct remap_status *s, u64 block)
{
	return block * (s->block_size >> 9);
}

/* The last block may not be all there. */
static size_t bytes_of(const struct remap_status *s, u64 block)
{
	return min((u64)s->block_size, (s->sectors - start_of(s, block)) << 9);
}

static u32 checksum(const void *buf, size_t bytes)
{
	const size_t at = offsetof(struct guard_mark, crc);
	const __le32 zero = 0;
	u32 crc = crc32c(~0, buf, at);

	crc = crc32c(crc, &zero, sizeof(zero));
	return ~crc32c(crc, (const u8 *)buf + at + sizeof(zero), bytes - at - sizeof(zero));
}

int guard_marks_open(struct guard_marks *m, const struct remap_status *status)
{
	char path[256];
	int r;

	memset(m, 0, sizeof(*m));
	m->status = status;
	if (uuid_parse(status->uuid, m->uuid))
		return fail(WRONG_DEVICE, "%s: the module in the kernel does not tell the UUID of its spare",
			    status->name);
	r = disk_open(&m->main, device_path(status->main, path, sizeof(path)), 0);
	if (r)
		return r;
	m->buf = disk_buffer(status->block_size);
	if (m->buf)
		return OK;
	disk_close(&m->main);
	return NO_MEMORY;
}

void guard_marks_close(struct guard_marks *m)
{
	free(m->buf);
	disk_close(&m->main);
}

bool guard_mark_reaches(const struct remap_status *s, u64 block)
{
	u64 from = start_of(s, block) << 9, size = s->sectors << 9;

	return from < GUARD_REACH || from + s->block_size + GUARD_REACH > size;
}

static bool is_mark(const struct guard_marks *m, u64 block, size_t bytes)
{
	const struct guard_mark *mark = m->buf;

	return !memcmp(mark->text, MAGIC, strlen(MAGIC)) &&
	       !memcmp(mark->uuid, m->uuid, sizeof(mark->uuid)) &&
	       le64_to_cpu(mark->block) == block && le32_to_cpu(mark->bytes) == bytes &&
	       le32_to_cpu(mark->crc) == checksum(mark, bytes);
}

enum guard_mark_seen guard_mark_look(const struct guard_marks *m, u64 block)
{
	const struct remap_status *s = m->status;
	size_t bytes = bytes_of(s, block);

	if (!guard_mark_reaches(s, block))
		return GUARD_MARK_NONE;
	if (disk_read(&m->main, s->main_start + start_of(s, block), m->buf, bytes))
		return GUARD_MARK_UNREAD;
	return is_mark(m, block, bytes) ? GUARD_MARK_THERE : GUARD_MARK_NONE;
}

bool guard_mark_is_at(const struct guard_marks *m, u64 block)
{
	return guard_mark_look(m, block) == GUARD_MARK_THERE;
}

static void make(const struct guard_marks *m, u64 block, size_t bytes)
{
	struct guard_mark *mark = m->buf;

	memset(m->buf, 0, bytes);
	snprintf(mark->text, sizeof(mark->text),
		 MAGIC "This disk must not be used by itself: some of its data is on the spare\n"
		 "device %s.\nOpen both together: remapsetup open UUID=<that> <name>\n"
		 "This is in the place of block %llu, whose data is on the spare, so that nobody\n"
		 "takes this disk for what it was. To undo it: remapsetup guard <name> off\n",
		 m->status->uuid, block);
	memcpy(mark->uuid, m->uuid, sizeof(mark->uuid));
	mark->block = cpu_to_le64(block);
	mark->bytes = cpu_to_le32(bytes);
	mark->crc = cpu_to_le32(checksum(mark, bytes));
}

int guard_mark_write(const struct guard_marks *m, const struct disk *to, u64 block)
{
	const struct remap_status *s = m->status;
	size_t bytes = bytes_of(s, block);
	int r;

	make(m, block, bytes);
	r = disk_write(to, s->main_start + start_of(s, block), m->buf, bytes);
	if (!r)
		r = disk_flush(to);
	if (r)
		return r;
	return guard_mark_is_at(m, block) ? 0 : -EIO;
}
