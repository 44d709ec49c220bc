/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows and columns for people and, from the same rows, JSON for programs.
 */
#ifndef REMAPSETUP_TABLE_H
#define REMAPSETUP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "verb.h"

enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER,
	COLUMN_BOOLEAN,		/* set to 0 or 1; as text no or yes */
};

/**
 * struct column - a column of a table
 * @name: heading; in small letters it is the key in JSON, and is never changed
 * @kind: how it is written in JSON
 * @hidden: not shown as text unless asked for with --output; always in JSON
 */
struct column {
	const char *name;
	enum column_kind kind;
	bool hidden;
};

struct table;

/**
 * table_new() - begin a table
 * @name: of the list in JSON
 * @call: for --json, --output and --noheadings
 * @all: show hidden columns as well
 * @table: the new table; table_free() it in any case
 *
 * Return: 0, or an exit code after a message.
 */
int table_new(const char *name, const struct column *columns, size_t nr,
	      const struct call *call, bool all, struct table **table);
void table_free(struct table *table);

/** table_line() - begin a new row; its cells are empty (null in JSON) */
void table_line(struct table *table);

/** table_set() - fill a cell of the last row */
void table_set(struct table *table, unsigned int column, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** table_print() - Return: 0, or NO_MEMORY after a message if anything above failed */
int table_print(struct table *table);

/** table_print_sheet() - the last row as lines "name: value"; as JSON it is a table */
int table_print_sheet(struct table *table);

#endif
