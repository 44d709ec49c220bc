// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dm-remap/version.h>

#include "lists.h"

/*
 * Spans
 */

bool spans_add(struct spans *s, u64 start, u64 end)
{
	struct span *more;

	if (s->nr == s->room) {
		s->room = 2 * s->room + 64;
		more = reallocarray(s->list, s->room, sizeof(*more));
		if (!more)
			return false;
		s->list = more;
	}
	s->list[s->nr++] = (struct span){ start, end };
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

void spans_tidy(struct spans *s)
{
	size_t i, nr = 0;

	if (s->nr)
		qsort(s->list, s->nr, sizeof(*s->list), by_start);
	for (i = 0; i < s->nr; i++) {
		struct span *last = nr ? &s->list[nr - 1] : NULL, here = s->list[i];

		if (here.start >= here.end)
			continue;
		if (!last || here.start > last->end)
			s->list[nr++] = here;
		else if (here.end > last->end)
			last->end = here.end;
	}
	s->nr = nr;
}

void spans_free(struct spans *s)
{
	free(s->list);
	memset(s, 0, sizeof(*s));
}

/*
 * Lines and words
 */

/**
 * struct lines - a text, line by line
 * @at: the next one
 * @line: number of the last one
 * @copy: it, cut into words
 */
struct lines {
	const char *at, *end;
	unsigned int line;
	char copy[256];
	char *words[4];
	unsigned int nr;
	const char *why;
};

static int wrong(struct lines *l, const char *why)
{
	l->why = why;
	return -EINVAL;
}

static int cut(struct lines *l)
{
	char *save = NULL, *word = strtok_r(l->copy, " \t\r", &save);

	for (l->nr = 0; word; word = strtok_r(NULL, " \t\r", &save)) {
		if (l->nr == 4)
			return wrong(l, "it has too many words");
		l->words[l->nr++] = word;
	}
	return 0;
}

/* The next line that says something: 1; 0 at the end. */
static int next(struct lines *l)
{
	do {
		const char *newline = memchr(l->at, '\n', l->end - l->at);
		size_t length = (newline ? newline : l->end) - l->at;

		if (l->at == l->end)
			return 0;
		l->line++;
		if (l->at[0] == '#')
			length = 0;
		if (length >= sizeof(l->copy))
			return wrong(l, "it is too long");
		memcpy(l->copy, l->at, length);
		l->copy[length] = '\0';
		l->at = newline ? newline + 1 : l->end;
		if (cut(l))
			return -EINVAL;
	} while (!l->nr);
	return 1;
}

/* strtoull() takes signs and blanks, too. */
static bool number(const char *word, int base, u64 *value)
{
	char *end;

	if (*word < '0' || *word > '9')
		return false;
	errno = 0;
	*value = strtoull(word, &end, base);
	return !errno && !*end && *value <= LISTS_END;
}

static int begin(struct lines *l, const char *text, size_t size)
{
	l->at = text;
	l->end = text + size;
	return memchr(text, 0, size) ? wrong(l, "it is not a text") : 0;
}

static int finish(struct spans *spans, struct lines *l, int r, unsigned int *line,
		  const char **why)
{
	*line = l->line;
	*why = l->why;
	if (!r)
		spans_tidy(spans);
	return r;
}

/*
 * GNU ddrescue
 */

/* "pos status [pass]": where ddrescue was */
static int read_position(struct lines *l)
{
	u64 n;
	int r = next(l);

	if (r <= 0)
		return r ? r : wrong(l, "it ends before its first line");
	if (l->nr < 2 || l->nr > 3 || !number(l->words[0], 0, &n) || strlen(l->words[1]) != 1 ||
	    !strchr("?*/-FG+", l->words[1][0]) || (l->nr == 3 && !number(l->words[2], 0, &n)))
		return wrong(l, "it is not the first one of a mapfile of GNU ddrescue");
	return 0;
}

/* "pos size status" */
static int read_piece(struct lines *l, struct spans *spans, bool sure, u64 *end)
{
	u64 start, size;
	char status;

	if (l->nr != 3 || !number(l->words[0], 0, &start) || !number(l->words[1], 0, &size) ||
	    strlen(l->words[2]) != 1)
		return wrong(l, "it is not <position> <size> <status>");
	if (!size || size > LISTS_END - start)
		return wrong(l, "its size is impossible");
	if (start < *end)
		return wrong(l, "it begins before the last one ends");
	*end = start + size;
	status = l->words[2][0];
	if (!strchr("?*/-+", status))
		return wrong(l, "its status is unknown");
	if (status == '-' || (!sure && (status == '*' || status == '/')))
		return spans_add(spans, start, *end) ? 0 : -ENOMEM;
	return 0;
}

int lists_mapfile(struct spans *spans, const char *text, size_t size, bool sure,
		  unsigned int *line, const char **why)
{
	struct lines l = { 0 };
	u64 end = 0;
	int r;

	memset(spans, 0, sizeof(*spans));
	r = begin(&l, text, size);
	if (!r)
		r = read_position(&l);
	while (!r) {
		r = next(&l);
		if (r <= 0)
			break;
		r = read_piece(&l, spans, sure, &end);
	}
	return finish(spans, &l, r, line, why);
}

static void put_piece(FILE *f, u64 start, u64 end, char status)
{
	if (start < end)
		fprintf(f, "0x%08llx  0x%08llx  %c\n", start, end - start, status);
}

void lists_write_mapfile(FILE *f, const struct spans *s, u64 from, u64 to)
{
	u64 at = from;
	size_t i;

	fprintf(f, "# Mapfile. Created by remapsetup %s\n"
		"# current_pos  current_status  current_pass\n"
		"0x%08llx     ?               1\n"
		"#      pos        size  status\n", DM_REMAP_VERSION, from);
	for (i = 0; i < s->nr; i++) {
		put_piece(f, at, s->list[i].start, '?');
		put_piece(f, s->list[i].start, s->list[i].end, '-');
		at = s->list[i].end;
	}
	put_piece(f, at, to, '?');
}

/*
 * badblocks
 */

int lists_badblocks(struct spans *spans, const char *text, size_t size, u32 block_size,
		    unsigned int *line, const char **why)
{
	struct lines l = { 0 };
	u64 block;
	int r;

	memset(spans, 0, sizeof(*spans));
	r = begin(&l, text, size);
	while (!r) {
		r = next(&l);
		if (r <= 0)
			break;
		if (l.nr != 1 || !number(l.words[0], 10, &block) ||
		    block >= LISTS_END / block_size)
			r = wrong(&l, "it is not the number of a block");
		else
			r = spans_add(spans, block * block_size, (block + 1) * block_size) ?
			    0 : -ENOMEM;
	}
	return finish(spans, &l, r, line, why);
}

void lists_write_badblocks(FILE *f, const struct spans *s, u32 block_size)
{
	u64 done = 0, block;
	size_t i;

	for (i = 0; i < s->nr; i++) {
		u64 first = s->list[i].start / block_size;

		for (block = first > done ? first : done;
		     block <= (s->list[i].end - 1) / block_size; block++)
			fprintf(f, "%llu\n", block);
		done = block;
	}
}
