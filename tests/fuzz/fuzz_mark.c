// SPDX-License-Identifier: GPL-2.0-only
/*
 * A block of a main device as the mark of guard. The input: a device and a block of it, then what
 * stands there: bytes that are changed in a sound mark, or a block as it is. docs/format.md,
 * section 10, is written down a second time here.
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "../../tools/device.h"
#include "../../tools/guard_mark.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define UNSEALED	0x01	/* what is changed is not in its checksum */
#define RAW		0x02	/* no sound mark to begin with */
#define FAILS_READ	0x04
#define FAILS_WRITE	0x08
#define FAILS_FLUSH	0x10
#define LOSES_WRITE	0x20	/* and says that it was done */
#define NEAR_END	0x40	/* one of the last blocks */

struct input {
	u8 flags;
	u8 block_size;		/* magnitude */
	u8 length;		/* likewise */
	u8 uuid_at, uuid_byte;	/* a character of the UUID's text that is another one */
	u64 sectors, block, main_start;
	u8 uuid[16];
} __attribute__((packed));

struct change {
	u16 at;
	u8 bits;
} __attribute__((packed));

/*
 * A disk on which only one place matters: a block, as it is and as it will be after a flush
 */

static struct {
	u8 flags;
	u64 sector;
	size_t bytes;
	u8 *now;
	unsigned int reads, writes;
	bool flushed;
} place;

static const struct disk *the_main;

int disk_open(struct disk *disk, const char *path, unsigned int flags)
{
	assert(!strcmp(path, "main") && !flags);
	the_main = disk;
	return OK;
}

void disk_close(struct disk *disk)
{
	assert(disk == the_main);
	the_main = NULL;
}

static void check_place(const struct disk *disk, u64 sector, size_t bytes)
{
	assert(disk == the_main && sector == place.sector && bytes == place.bytes);
}

int disk_read(const struct disk *disk, u64 sector, void *buf, size_t bytes)
{
	check_place(disk, sector, bytes);
	place.reads++;
	if (place.flags & FAILS_READ)
		return -EIO;
	memcpy(buf, place.now, bytes);
	return 0;
}

int disk_write(const struct disk *disk, u64 sector, const void *buf, size_t bytes)
{
	check_place(disk, sector, bytes);
	place.writes++;
	place.flushed = false;
	if (place.flags & FAILS_WRITE)
		return -EIO;
	if (!(place.flags & LOSES_WRITE))
		memcpy(place.now, buf, bytes);
	return 0;
}

int disk_flush(const struct disk *disk)
{
	assert(disk == the_main && !place.reads);
	if (place.flags & FAILS_FLUSH)
		return -EIO;
	place.flushed = true;
	return 0;
}

/* of just that size, so that a look behind it is noticed */
void *disk_buffer(size_t bytes)
{
	return calloc(1, bytes);
}

const char *device_path(dev_t number, char *path, size_t size)
{
	snprintf(path, size, "%s", number == 7 ? "main" : "another");
	return path;
}

int fail(int code, const char *fmt, ...)
{
	return code;
}

/*
 * docs/format.md
 */

static u32 get32(const u8 *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (u32)at[3] << 24;
}

static void put32(u8 *at, u32 value)
{
	at[0] = value;
	at[1] = value >> 8;
	at[2] = value >> 16;
	at[3] = value >> 24;
}

/* CRC32C, bit by bit; the field itself counts as zero */
static u32 checksum(const u8 *mark, size_t bytes)
{
	u32 crc = ~0U;
	size_t i;
	int bit;

	for (i = 0; i < bytes; i++) {
		crc ^= i >= 476 && i < 480 ? 0 : mark[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static bool is_mark(const u8 *mark, const u8 uuid[16], u64 block, size_t bytes)
{
	return !memcmp(mark, "dm-remap guard 1\n", 17) && !memcmp(mark + 448, uuid, 16) &&
	       get32(mark + 464) == (u32)block && get32(mark + 468) == block >> 32 &&
	       get32(mark + 472) == bytes && get32(mark + 476) == checksum(mark, bytes);
}

static void seal(u8 *mark, size_t bytes)
{
	put32(mark + 476, checksum(mark, bytes));
}

static void make_sound(u8 *mark, const u8 uuid[16], u64 block, size_t bytes)
{
	memset(mark, 0, bytes);
	memcpy(mark, "dm-remap guard 1\nand so on", 26);
	memcpy(mark + 448, uuid, 16);
	put32(mark + 464, block);
	put32(mark + 468, block >> 32);
	put32(mark + 472, bytes);
}

/* Does it begin in the first 8 MiB, or end in the last? A short last block ends there anyway. */
static bool reaches(const struct remap_status *s, u64 block)
{
	const u64 reach = 16384, first = block * (s->block_size / 512);
	u64 end = first + s->block_size / 512;

	return first < reach || s->sectors < reach || end > s->sectors - reach;
}

/*
 * A device
 */

static void print_uuid(char text[37], const struct input *in)
{
	unsigned int i, n = 0;

	for (i = 0; i < 16; i++)
		n += sprintf(text + n, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
			     in->uuid[i]);
	assert(n == 36);
	if (in->uuid_at && in->uuid_at <= 36)
		text[in->uuid_at - 1] = in->uuid_byte;
}

static u8 digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* 8-4-4-4-12 digits, whatever their case */
static bool read_uuid(const char *text, u8 uuid[16])
{
	unsigned int i, n = 0;

	if (strlen(text) != 36)
		return false;
	for (i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
		if (dash)
			continue;
		uuid[n / 2] = n % 2 ? uuid[n / 2] << 4 | digit(text[i]) : digit(text[i]);
		n++;
	}
	return true;
}

static void make_device(struct remap_status *s, const struct input *in)
{
	memset(s, 0, sizeof(*s));
	s->block_size = 512U << in->block_size % 7;
	s->sectors = 1 + in->sectors % (1ULL << in->length % 45);
	s->main = 7;
	s->main_start = in->main_start % (1ULL << 40);
	print_uuid(s->uuid, in);
}

static u64 choose_block(const struct remap_status *s, const struct input *in)
{
	u64 each = s->block_size / 512, all = (s->sectors + each - 1) / each;
	u64 near = all < 20000 ? all : 20000;

	return in->flags & NEAR_END ? all - 1 - in->block % near : in->block % all;
}

/* The last block may be shorter. */
static void go_to(const struct remap_status *s, u64 block)
{
	u64 each = s->block_size / 512, left = s->sectors - block * each;

	place.sector = s->main_start + block * each;
	place.bytes = 512 * (left < each ? left : each);
}

static void fill(const struct input *in, u64 block, const u8 *uuid, const u8 *data, size_t size)
{
	struct change c;

	place.now = calloc(1, place.bytes);
	assert(place.now);
	if (in->flags & RAW) {
		memcpy(place.now, data, size < place.bytes ? size : place.bytes);
	} else {
		make_sound(place.now, uuid, block, place.bytes);
		seal(place.now, place.bytes);
		for (; size >= sizeof(c); data += sizeof(c), size -= sizeof(c)) {
			memcpy(&c, data, sizeof(c));
			place.now[c.at % place.bytes] ^= c.bits;
		}
	}
	if (!(in->flags & UNSEALED))
		seal(place.now, place.bytes);
}

/*
 * What the tool makes of it
 */

static void check_look(const struct guard_marks *m, const u8 *uuid, u64 block)
{
	enum guard_mark_seen seen, expected = GUARD_MARK_NONE;
	bool near = reaches(m->status, block);

	assert(guard_mark_reaches(m->status, block) == near);
	place.reads = 0;
	seen = guard_mark_look(m, block);
	assert(place.reads == near);
	if (near && place.flags & FAILS_READ)
		expected = GUARD_MARK_UNREAD;
	else if (near && is_mark(place.now, uuid, block, place.bytes))
		expected = GUARD_MARK_THERE;
	assert(seen == expected);
	assert(guard_mark_is_at(m, block) == (seen == GUARD_MARK_THERE));
}

/* What is written is a mark that people can read, and zeros where the format has them. */
static void check_written(const char *uuid_text, const u8 *uuid, u64 block)
{
	const char *text = (char *)place.now;
	char number[32];
	size_t i, len = strnlen(text, 448);

	assert(place.flushed && is_mark(place.now, uuid, block, place.bytes));
	snprintf(number, sizeof(number), "block %llu,", block);
	assert(len < 448 && strstr(text, uuid_text) && strstr(text, number));
	for (i = 0; i < len; i++)
		assert(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
	for (i = len; i < place.bytes; i++)
		assert(!place.now[i] || (i >= 448 && i < 480));
}

static void check_write(const struct guard_marks *m, const u8 *uuid, u64 block)
{
	bool there = is_mark(place.now, uuid, block, place.bytes);
	int r;

	place.reads = 0;
	r = guard_mark_write(m, &m->main, block);
	assert(place.writes == 1);
	if (place.flags & (FAILS_WRITE | FAILS_FLUSH | FAILS_READ))
		assert(r == -EIO);
	else if (place.flags & LOSES_WRITE)
		assert(r == (there ? 0 : -EIO));
	else
		assert(!r);
	if (!r && !(place.flags & LOSES_WRITE))
		check_written(m->status->uuid, uuid, block);
}

static void check_marks(const struct guard_marks *m, const struct input *in, const u8 *uuid,
			const u8 *data, size_t size)
{
	u64 block = choose_block(m->status, in);

	memset(&place, 0, sizeof(place));
	place.flags = in->flags;
	go_to(m->status, block);
	fill(in, block, uuid, data, size);
	check_look(m, uuid, block);
	if (reaches(m->status, block))
		check_write(m, uuid, block);
	free(place.now);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct remap_status status;
	struct guard_marks marks;
	struct input in;
	u8 uuid[16];
	int r;

	if (size < sizeof(in))
		return 0;
	memcpy(&in, data, sizeof(in));
	make_device(&status, &in);
	r = guard_marks_open(&marks, &status);
	assert(r == (read_uuid(status.uuid, uuid) ? OK : WRONG_DEVICE));
	assert(!r == !!the_main);
	if (r)
		return 0;
	check_marks(&marks, &in, uuid, data + sizeof(in), size - sizeof(in));
	guard_marks_close(&marks);
	assert(!the_main);
	return 0;
}
