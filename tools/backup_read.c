// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include <uuid/uuid.h>

#include <linux/crc32c.h>
#include <linux/kernel.h>

#include "backup_check.h"
#include "backup_text.h"
#include "terms.h"

#define WORDS	9
#define LONGEST	1024

/**
 * struct reader
 * @at: the next line
 * @end: of all lines that count
 * @line: number of the last one
 * @text: its words, cut apart
 * @words: and where each begins
 * @room: entries there is memory for
 */
struct reader {
	struct backup *backup;
	const char *at, *end;
	unsigned int line;
	char text[LONGEST];
	char *words[WORDS];
	unsigned int nr;
	u32 room;
	const char *why;
};

static int wrong(struct reader *r, const char *why)
{
	r->why = why;
	return -EINVAL;
}

/*
 * Words and numbers
 */

/* One blank between two words, none elsewhere: as it was written, or not at all. */
static int cut(struct reader *r)
{
	char *at = r->text;

	for (r->nr = 0; at; r->nr++) {
		if (r->nr == WORDS || !*at || *at == ' ')
			return wrong(r, "it cannot be understood");
		r->words[r->nr] = at;
		at = strchr(at, ' ');
		if (at)
			*at++ = 0;
	}
	return 0;
}

/* The next line that is not for people. */
static int next(struct reader *r)
{
	const char *newline;

	do {
		newline = memchr(r->at, '\n', r->end - r->at);
		if (!newline)
			return wrong(r, "it ends too early");
		r->line++;
		if (newline - r->at >= LONGEST)
			return wrong(r, "it is too long");
		memcpy(r->text, r->at, newline - r->at);
		r->text[newline - r->at] = 0;
		r->at = newline + 1;
	} while (r->text[0] == '#');
	return cut(r);
}

/* The next line is to begin with @name and have so many words. */
static int expect(struct reader *r, const char *name, unsigned int words)
{
	int error = next(r);

	if (error)
		return error;
	if (strcmp(r->words[0], name) || r->nr != words)
		return wrong(r, "another one belongs here");
	return 0;
}

static bool number(const char *word, int base, u64 limit, u64 *value)
{
	unsigned long long n;
	char *end;

	/* strtoull() takes signs, blanks and 0x, too */
	if (word[strspn(word, base == 16 ? "0123456789abcdef" : "0123456789")])
		return false;
	errno = 0;
	n = strtoull(word, &end, base);
	if (errno || !*word || n > limit)
		return false;
	*value = n;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Two digits; or -1. */
static int hex_byte(const char *text)
{
	int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);

	return low < 0 ? -1 : high << 4 | low;
}

/*
 * The head
 */

static int read_field(struct reader *r, const struct backup_field *f)
{
	u64 limit = f->bytes == 4 ? U32_MAX : U64_MAX, value;
	int error = expect(r, f->name, 2);

	if (error)
		return error;
	if (!number(r->words[1], 10, limit, &value))
		return wrong(r, "it is not a number in range");
	backup_set_field(r->backup, f, value);
	return 0;
}

static int read_text(struct reader *r, const char *name, u8 *to, size_t size)
{
	const char *from;
	size_t n = 0;
	int error = expect(r, name, 2);

	if (error || !strcmp(r->words[1], "-"))
		return error;
	for (from = r->words[1]; *from; from++) {
		int c = (u8)*from;

		if (c == '\\') {
			c = from[1] == 'x' ? hex_byte(from + 2) : -1;
			from += 3;
		}
		/* the last byte stays zero */
		if (c <= 0 || n + 1 >= size)
			return wrong(r, "it is not a text that was written so");
		to[n++] = c;
	}
	return 0;
}

static int read_uuid(struct reader *r)
{
	int error = expect(r, "uuid", 2);

	if (error)
		return error;
	return uuid_parse(r->words[1], r->backup->super.uuid) ? wrong(r, "it is not a UUID") : 0;
}

static int read_head(struct reader *r)
{
	struct backup *b = r->backup;
	unsigned int i;
	int error = read_uuid(r);

	for (i = 0; i < backup_field_count && !error; i++)
		error = read_field(r, &backup_fields[i]);
	if (!error)
		error = read_text(r, "identity", b->super.main_identity,
				  sizeof(b->super.main_identity));
	if (!error)
		error = read_text(r, "label", b->super.label, sizeof(b->super.label));
	return error;
}

/*
 * The body
 */

static int make_room(struct reader *r)
{
	struct backup *b = r->backup;
	struct backup_entry *more;

	if (b->nr < r->room)
		return 0;
	r->room = 2 * r->room + 64;
	more = reallocarray(b->entries, r->room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	b->entries = more;
	return 0;
}

static int read_entry(struct reader *r)
{
	struct remap_disk_entry e = {};
	u64 spare, block, generation, lost, time;
	int state, reason, error = make_room(r);

	if (error)
		return error;
	if (r->nr != 9)
		return wrong(r, "it cannot be understood");
	state = state_of_name(r->words[2]);
	reason = reason_of_name(r->words[6]);
	if (!number(r->words[1], 10, U32_MAX, &spare) || state < 0 || reason < 0 ||
	    !number(r->words[3], 10, U64_MAX, &block) ||
	    !number(r->words[4], 10, U64_MAX, &generation) ||
	    !number(r->words[5], 16, U64_MAX, &lost) || !number(r->words[8], 10, U32_MAX, &time))
		return wrong(r, "it holds something else than it should");
	if (!strcmp(r->words[7], "rescuable"))
		e.flags = REMAP_ENTRY_RESCUABLE;
	else if (strcmp(r->words[7], "-"))
		return wrong(r, "it has an unknown flag");
	e.main_block = cpu_to_le64(block);
	e.generation = cpu_to_le64(generation);
	e.lost = cpu_to_le64(lost);
	e.state = state;
	e.reason = reason;
	e.time = cpu_to_le32(time);
	r->backup->entries[r->backup->nr].spare = spare;
	r->backup->entries[r->backup->nr++].entry = e;
	return 0;
}

static int read_health(struct reader *r)
{
	const char *hex = r->words[2];
	u64 at;

	if (r->nr != 3 || !number(r->words[1], 10, sizeof(r->backup->health) - 1, &at))
		return wrong(r, "it cannot be understood");
	for (; *hex; hex += 2) {
		int c = hex_byte(hex);

		if (c < 0 || at >= sizeof(r->backup->health))
			return wrong(r, "it holds something else than it should");
		r->backup->health[at++] = c;
	}
	return 0;
}

static int read_end(struct reader *r)
{
	u64 nr;

	if (r->nr != 3 || !number(r->words[1], 10, U32_MAX, &nr) || nr != r->backup->nr)
		return wrong(r, "entries are missing");
	r->backup->has_health = !strcmp(r->words[2], "health");
	return r->at == r->end ? 0 : wrong(r, "something stands behind the end");
}

static int read_body(struct reader *r)
{
	for (;;) {
		int error = next(r);

		if (error)
			return error;
		if (!strcmp(r->words[0], "end"))
			return read_end(r);
		if (!strcmp(r->words[0], "entry"))
			error = read_entry(r);
		else if (!strcmp(r->words[0], "health"))
			error = read_health(r);
		else
			error = wrong(r, "it is of an unknown kind");
		if (error)
			return error;
	}
}

/*
 * The whole
 */

static int check_version(struct reader *r)
{
	if (next(r) || r->nr != 2 || strcmp(r->words[0], "dm-remap-backup"))
		return wrong(r, "it is not a backup of dm-remap");
	if (strcmp(r->words[1], "1"))
		return wrong(r, "the backup was written by a newer version");
	return 0;
}

/* Sets the end of what counts. Before anything else is believed; but the version says how. */
static int check_sum(struct reader *r, const char *text, size_t size)
{
	static const char name[] = "crc32c ";
	const size_t length = sizeof(name) - 1 + 8 + 1;
	u64 crc;
	char word[9] = "";

	if (size < length || memchr(text, 0, size) || text[size - 1] != '\n' ||
	    memcmp(text + size - length, name, sizeof(name) - 1))
		return wrong(r, "the backup is cut short: its last line is not a checksum");
	memcpy(word, text + size - 9, 8);
	r->end = text + size - length;
	if (!number(word, 16, U32_MAX, &crc) || crc != (u32)~crc32c(~0U, text, r->end - text))
		return wrong(r, "the checksum is wrong: the backup was damaged or changed");
	return 0;
}

static int read_all(struct reader *r, const char *text, size_t size)
{
	int error;

	r->at = text;
	r->end = text + size;
	error = check_version(r);
	if (!error)
		error = check_sum(r, text, size);
	if (!error)
		error = read_head(r);
	if (!error)
		error = read_body(r);
	if (error)
		return error;
	r->line = 0;
	return backup_check(r->backup, &r->why);
}

int backup_read(struct backup *backup, const char *text, size_t size, unsigned int *line,
		const char **why)
{
	struct reader r = { .backup = backup };
	int error;

	memset(backup, 0, sizeof(*backup));
	error = read_all(&r, text, size);
	*line = r.line;
	*why = r.why;
	return error;
}
