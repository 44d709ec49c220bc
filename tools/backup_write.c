// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <uuid/uuid.h>

#include <linux/crc32c.h>
#include <linux/kernel.h>

#include "backup_text.h"
#include "terms.h"

/**
 * struct writer
 * @crc: of all lines so far
 * @error: the first one
 */
struct writer {
	FILE *file;
	u32 crc;
	int error;
};

static void __attribute__((format(printf, 2, 3))) put(struct writer *w, const char *fmt, ...)
{
	char line[1024];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, args);
	va_end(args);
	line[n++] = '\n';
	w->crc = crc32c(w->crc, line, n);
	if (fwrite(line, n, 1, w->file) != 1 && !w->error)
		w->error = errno ? -errno : -EIO;
}

/* Up to the first zero byte; what does not print, and the backslash, as \xHH. */
static void put_text(struct writer *w, const char *name, const u8 *text, size_t size)
{
	char out[4 * 128 + 1];
	size_t i, n = 0;

	for (i = 0; i < size && text[i]; i++)
		if (text[i] > ' ' && text[i] < 0x7f && text[i] != '\\')
			out[n++] = text[i];
		else
			n += sprintf(out + n, "\\x%02x", text[i]);
	out[n] = 0;
	put(w, "%s %s", name, n ? out : "-");
}

static void put_head(struct writer *w, const struct backup *b)
{
	time_t created = b->created;
	struct tm tm;
	char date[32], uuid[UUID_STR_LEN];
	unsigned int i;

	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&created, &tm));
	uuid_unparse_lower(b->super.uuid, uuid);
	put(w, BACKUP_FIRST_LINE);
	put(w, "# Which blocks of a main device live on its spare, as of %s.", date);
	put(w, "# Their data is not here. 'remapsetup restore' writes it back to the spare.");
	put(w, "uuid %s", uuid);
	for (i = 0; i < backup_field_count; i++)
		put(w, "%s %llu", backup_fields[i].name,
		    (unsigned long long)backup_field(b, &backup_fields[i]));
	put_text(w, "identity", b->super.main_identity, sizeof(b->super.main_identity));
	put_text(w, "label", b->super.label, sizeof(b->super.label));
}

static void put_entry(struct writer *w, const struct backup_entry *b)
{
	const struct remap_disk_entry *e = &b->entry;

	put(w, "entry %u %s %llu %llu %llx %s %s %u", b->spare, name_of_state(e->state),
	    (unsigned long long)le64_to_cpu(e->main_block),
	    (unsigned long long)le64_to_cpu(e->generation),
	    (unsigned long long)le64_to_cpu(e->lost), name_of_reason(e->reason),
	    e->flags & REMAP_ENTRY_RESCUABLE ? "rescuable" : "-", le32_to_cpu(e->time));
}

#define ROW	32

/* The rows that are not empty. */
static void put_health(struct writer *w, const struct backup *b)
{
	char hex[2 * ROW + 1];
	size_t at, i;

	if (!b->has_health)
		return;
	put(w, "# the health record: what the scanner remembers");
	for (at = 0; at < sizeof(b->health); at += ROW) {
		bool empty = true;

		for (i = 0; i < ROW; i++) {
			empty &= !b->health[at + i];
			sprintf(hex + 2 * i, "%02x", b->health[at + i]);
		}
		if (!empty)
			put(w, "health %zu %s", at, hex);
	}
}

int backup_write(const struct backup *backup, FILE *file)
{
	struct writer w = { .file = file, .crc = ~0U };
	u32 i;

	put_head(&w, backup);
	put(&w, "# entry: spare block, state, block of the main device, generation, lost logical blocks (a mask), reason, flags, time");
	for (i = 0; i < backup->nr; i++)
		put_entry(&w, &backup->entries[i]);
	put_health(&w, backup);
	put(&w, "end %u %s", backup->nr, backup->has_health ? "health" : "-");
	put(&w, "crc32c %08x", ~w.crc);
	return w.error;
}
