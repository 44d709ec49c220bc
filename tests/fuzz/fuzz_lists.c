// SPDX-License-Identifier: GPL-2.0-only
/*
 * A text as a list of bad places. The input: a byte that says of which kind, then the
 * text. What is accepted is in order and in range, and reads the same when it is written.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/lists.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static int read_as(u8 kind, struct spans *spans, const char *text, size_t size)
{
	unsigned int line;
	const char *why;
	u64 more;

	switch (kind & 3) {
	case 0:
		return lists_smart(spans, text, size, &more, &why);
	case 1:
		return lists_badblocks(spans, text, size, 512U << (kind >> 2) % 12, &line, &why);
	default:
		return lists_mapfile(spans, text, size, kind & 1, &line, &why);
	}
}

static void check_tidy(const struct spans *s)
{
	size_t i;

	for (i = 0; i < s->nr; i++) {
		assert(s->list[i].start < s->list[i].end);
		assert(s->list[i].end <= LISTS_END);
		assert(!i || s->list[i].start > s->list[i - 1].end);
	}
}

static void check_again(u8 kind, const struct spans *s, void (*write)(FILE *, const struct spans *))
{
	struct spans again;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	assert(f);
	write(f, s);
	fclose(f);
	assert(!read_as(kind, &again, text, size));
	assert(again.nr == s->nr);
	assert(!s->nr || !memcmp(again.list, s->list, s->nr * sizeof(*s->list)));
	spans_free(&again);
	free(text);
}

static void write_mapfile(FILE *f, const struct spans *s)
{
	lists_write_mapfile(f, s, 0, LISTS_END);
}

static u32 block_size;

static void write_badblocks(FILE *f, const struct spans *s)
{
	lists_write_badblocks(f, s, block_size);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct spans spans;
	char *text;

	if (!size)
		return 0;
	/* of just that size, so that a look behind it is noticed */
	text = malloc(size);
	assert(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (!read_as(data[0], &spans, text, size - 1)) {
		check_tidy(&spans);
		check_again(2, &spans, write_mapfile);
		block_size = 512U << (data[0] >> 2) % 12;
		if ((data[0] & 3) == 1)
			check_again(data[0], &spans, write_badblocks);
	}
	spans_free(&spans);
	free(text);
	return 0;
}
