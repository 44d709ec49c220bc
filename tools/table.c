// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "table.h"

#define MAX_COLUMNS	64

struct table {
	struct libscols_table *scols;
	struct libscols_line *line;
	const struct column *columns;
	size_t nr;
	int at[MAX_COLUMNS];	/* where the column stands; -1: nowhere */
	int shown[MAX_COLUMNS];	/* and back */
	int nr_shown;
	bool json;
	bool failed;		/* some memory was missing on the way */
};

static void show(struct table *t, int column)
{
	if (t->at[column] >= 0)
		return;
	t->at[column] = t->nr_shown;
	t->shown[t->nr_shown++] = column;
}

static int find(const struct table *t, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < t->nr; i++)
		if (strlen(t->columns[i].name) == length &&
		    !strncasecmp(t->columns[i].name, name, length))
			return i;
	return -1;
}

static int refuse(const struct table *t, const char *name, int length)
{
	size_t i;

	fail(BAD_USE, "there is no column '%.*s'; there are:", length, name);
	for (i = 0; i < t->nr; i++)
		fprintf(stderr, "  %s\n", t->columns[i].name);
	return BAD_USE;
}

/* "NAME,MODE" */
static int choose(struct table *t, const char *list)
{
	while (true) {
		size_t length = strcspn(list, ",");
		int column = find(t, list, length);

		if (column < 0)
			return refuse(t, list, length);
		show(t, column);
		if (!list[length])
			return OK;
		list += length + 1;
	}
}

static int json_type(enum column_kind kind)
{
	switch (kind) {
	case COLUMN_NUMBER:
		return SCOLS_JSON_NUMBER;
	case COLUMN_BOOLEAN:
		return SCOLS_JSON_BOOLEAN;
	default:
		return SCOLS_JSON_STRING;
	}
}

static bool make_columns(struct table *t)
{
	int i;

	for (i = 0; i < t->nr_shown; i++) {
		const struct column *c = &t->columns[t->shown[i]];
		struct libscols_column *column;

		column = scols_table_new_column(t->scols, c->name, 0,
						c->kind == COLUMN_NUMBER ? SCOLS_FL_RIGHT : 0);
		if (!column || scols_column_set_json_type(column, json_type(c->kind)))
			return false;
	}
	return true;
}

int table_new(const char *name, const struct column *columns, size_t nr,
	      const struct call *call, bool all, struct table **table)
{
	struct table *t = calloc(1, sizeof(*t));
	size_t i;
	int r;

	*table = t;
	if (!t)
		return no_memory();
	t->columns = columns;
	t->nr = nr;
	t->json = given(call, OPT_JSON);
	for (i = 0; i < MAX_COLUMNS; i++)
		t->at[i] = -1;
	r = given(call, OPT_OUTPUT) ? choose(t, call->value[OPT_OUTPUT]) : OK;
	if (r)
		return r;
	for (i = 0; i < nr && !given(call, OPT_OUTPUT); i++)
		if (all || t->json || !columns[i].hidden)
			show(t, i);
	t->scols = scols_new_table();
	if (!t->scols || !make_columns(t) || scols_table_set_name(t->scols, name))
		return no_memory();
	scols_table_enable_json(t->scols, t->json);
	scols_table_enable_noheadings(t->scols, given(call, OPT_NOHEADINGS));
	return OK;
}

void table_free(struct table *t)
{
	if (t)
		scols_unref_table(t->scols);
	free(t);
}

void table_line(struct table *t)
{
	t->line = scols_table_new_line(t->scols, NULL);
	t->failed |= !t->line;
}

void table_set(struct table *t, unsigned int column, const char *fmt, ...)
{
	char *text, *word;
	va_list args;
	int r;

	if (t->at[column] < 0 || !t->line)
		return;
	va_start(args, fmt);
	r = vasprintf(&text, fmt, args);
	va_end(args);
	if (r >= 0 && t->columns[column].kind == COLUMN_BOOLEAN && !t->json) {
		r = asprintf(&word, "%s", text[0] == '1' ? "yes" : "no");
		free(text);
		text = word;
	}
	t->failed |= r < 0 || scols_line_refer_data(t->line, t->at[column], text);
}

/* smartcols knows of lists only; it says nothing at all for an empty table */
static int print_json(struct table *t)
{
	const char *list = NULL;
	char *text = NULL;

	if (!scols_table_is_empty(t->scols)) {
		if (scols_print_table_to_string(t->scols, &text))
			return no_memory();
		list = strchr(text, '{');
	}
	printf("{\n   \"version\": %d,", JSON_VERSION);
	if (list)
		printf("%s%s", list + 1, list[strlen(list) - 1] == '\n' ? "" : "\n");
	else
		printf("\n   \"%s\": []\n}\n", scols_table_get_name(t->scols));
	free(text);
	return OK;
}

int table_print(struct table *t)
{
	if (t->failed)
		return no_memory();
	if (t->json)
		return print_json(t);
	if (scols_table_is_empty(t->scols))
		return OK;
	return scols_print_table(t->scols) ? no_memory() : OK;
}

/* "SPARE_TOTAL" as "spare total:" */
static void print_label(const char *name)
{
	char label[32];
	size_t i;

	for (i = 0; i < sizeof(label) - 2 && name[i]; i++)
		label[i] = name[i] == '_' ? ' ' : tolower((unsigned char)name[i]);
	label[i++] = ':';
	label[i] = '\0';
	printf("  %-20s", label);
}

int table_print_sheet(struct table *t)
{
	int i;

	if (t->json || t->failed)
		return table_print(t);
	for (i = 0; i < t->nr_shown; i++) {
		struct libscols_cell *cell = scols_line_get_cell(t->line, i);
		const char *text = cell ? scols_cell_get_data(cell) : NULL;

		print_label(t->columns[t->shown[i]].name);
		puts(text ? text : "-");
	}
	return OK;
}
