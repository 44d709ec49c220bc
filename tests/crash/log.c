// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

#define LOG_MAGIC	0x6a736677736872ULL
#define LOG_VERSION	1
#define LOG_FLUSH	1
#define LOG_FUA		2
#define LOG_DISCARD	4
#define LOG_MARK	8

struct super {
	u64 magic, version, nr_entries;
	u32 sector_size;
};

struct header {
	u64 sector, nr_sectors, flags, data_len;
};

static const u8 *map(const char *path, size_t offset, size_t *size)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st))
		die("%s: %s", path, strerror(errno));
	if ((size_t)st.st_size < offset + 512)
		die("%s: there is no log at %zu", path, offset);
	*size = st.st_size - offset;
	p = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, offset);
	if (p == MAP_FAILED)
		die("%s: %s", path, strerror(errno));
	close(fd);
	return p;
}

static struct entry *add(struct log *log, u8 kind, u32 sector, u32 count)
{
	struct entry *e;

	if (!(log->nr & (log->nr - 1))) {
		log->entries = realloc(log->entries, (2 * log->nr + 1) * sizeof(*e));
		assert(log->entries);
	}
	e = &log->entries[log->nr++];
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->sector = sector;
	e->count = count;
	return e;
}

static const struct content *decode(const u8 *bytes, u32 count)
{
	struct content *c = malloc(count * sizeof(*c));
	u32 i;

	assert(c);
	for (i = 0; i < count; i++)
		content_init(&c[i], bytes + i * 512);
	return c;
}

static void add_mark(struct log *log, const u8 *at, u64 len)
{
	char *text = strndup((const char *)at, len);

	assert(text);
	add(log, ENTRY_MARK, 0, 0)->text = text;
	if (sscanf(text, "geometry:%u:%u:%u:%u:%u", &geometry.main_at, &geometry.main_sectors,
		   &geometry.spare_at, &geometry.spare_sectors, &geometry.block_sectors) == 5)
		state_init();
}

static void add_entry(struct log *log, const struct header *h)
{
	const u8 *data = (const u8 *)h + 512;
	struct entry *e;

	if (h->flags & LOG_MARK) {
		add_mark(log, (const u8 *)(h + 1), h->data_len);
		return;
	}
	if (h->flags & LOG_FLUSH)
		add(log, ENTRY_FLUSH, h->nr_sectors ? 0 : h->sector, 0);
	if (!h->nr_sectors)
		return;
	if (h->sector + h->nr_sectors > geometry.spare_at + geometry.spare_sectors)
		die("the log speaks of sector %llu", h->sector);
	e = add(log, h->flags & LOG_DISCARD ? ENTRY_DISCARD : ENTRY_WRITE, h->sector,
		h->nr_sectors);
	e->fua = h->flags & LOG_FUA;
	if (e->kind == ENTRY_WRITE)
		e->content = decode(data, e->count);
}

/* Flushes tell by their address which disk they are for; a data write's own are for its. */
static void check_flushes(struct log *log)
{
	u32 i;

	for (i = 0; i < log->nr; i++) {
		struct entry *e = &log->entries[i];

		if (e->kind != ENTRY_FLUSH)
			continue;
		if (!e->sector && i + 1 < log->nr && log->entries[i + 1].kind == ENTRY_WRITE)
			e->sector = log->entries[i + 1].sector >= geometry.spare_at ?
				    geometry.spare_at : geometry.main_at;
		if (!e->sector)
			e->sector = ~0U;	/* of the whole stack: both */
	}
}

void log_read(struct log *log, const char *path, size_t offset)
{
	size_t size, at = 512;
	const u8 *base = map(path, offset, &size);
	const struct super *super = (const void *)base;
	u64 i;

	memset(log, 0, sizeof(*log));
	if (super->magic != LOG_MAGIC || super->version != LOG_VERSION ||
	    super->sector_size != 512)
		die("%s: there is no log at %zu", path, offset);
	for (i = 0; i < super->nr_entries; i++) {
		const struct header *h = (const void *)(base + at);

		if (at + 512 > size)
			die("%s: the log is cut off", path);
		add_entry(log, h);
		at += 512 + (h->flags & (LOG_DISCARD | LOG_MARK) ? 0 : h->nr_sectors * 512);
	}
	if (!state_at || !log->nr || strcmp(log->entries[log->nr - 1].text ?: "",
					    "dm-log-writes-end"))
		die("%s: the log has no end: the recording did not finish", path);
	check_flushes(log);
}
