// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "remaptab.h"

#define MAX_FIELDS	5	/* one more than there may be, to notice it */

/* The first reason counts. Return: false, for the caller to pass on. */
static bool __attribute__((format(printf, 2, 3))) bad(struct remaptab *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (!e->why[0])
		vsnprintf(e->why, sizeof(e->why), fmt, args);
	va_end(args);
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* ASCII that prints: what ends up in unit files and on terminals is harmless. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static bool has_prefix(const char *text, const char *prefix)
{
	return !strncasecmp(text, prefix, strlen(prefix));
}

/*
 * The name: what udev and device-mapper both leave as it is in /dev/mapper.
 */
static bool parse_name(struct remaptab *e, const char *field)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789#+-.:=@_";

	if (strlen(field) >= sizeof(e->name))
		return bad(e, "the name has more than %d characters", REMAPTAB_NAME_SIZE - 1);
	if (field[strspn(field, allowed)])
		return bad(e, "the name '%s' may have only letters, digits and #+-.:=@_", field);
	if (field[0] == '.' || !strcmp(field, "control"))
		return bad(e, "'%s' cannot be the name of a device here", field);
	strcpy(e->name, field);
	return true;
}

/*
 * Devices. The UUID and the label of a file system are both on the main device and
 * on the one that is mapped onto it, so they name neither.
 */
static bool check_tag(struct remaptab *e, const char *field, const char *what,
		      const char * const *tags, const char *remedy)
{
	const char *value = strchr(field, '=');

	for (; *tags; tags++)
		if (has_prefix(field, *tags))
			return value[1] ? true : bad(e, "nothing follows %s", field);
	return bad(e, "the %s '%s' is neither a path nor %s", what, field, remedy);
}

static bool parse_device(struct remaptab *e, char *to, const char *field, const char *what,
			 const char * const *tags, const char *remedy)
{
	if (strlen(field) >= REMAPTAB_DEVICE_SIZE)
		return bad(e, "the %s has more than %d characters", what, REMAPTAB_DEVICE_SIZE - 1);
	if (field[0] == '/') {
		if (strncmp(field, "/dev/", 5) || !field[5])
			return bad(e, "the %s '%s' is not below /dev", what, field);
	} else if (!check_tag(e, field, what, tags, remedy)) {
		return false;
	}
	strcpy(to, field);
	return true;
}

static bool parse_spare(struct remaptab *e, const char *field)
{
	static const char * const tags[] = { "UUID=", "PARTUUID=", "PARTLABEL=", NULL };

	return parse_device(e, e->spare, field, "spare", tags, "UUID=, PARTUUID= or PARTLABEL=");
}

bool remaptab_names_content(const char *link)
{
	static const char * const content[] = {
		"disk/by-uuid/", "disk/by-label/", "disk/by-id/lvm-pv-uuid-"
	};
	unsigned int i;

	for (i = 0; i < sizeof(content) / sizeof(content[0]); i++)
		if (!strncmp(link, content[i], strlen(content[i])))
			return true;
	return false;
}

static bool parse_main(struct remaptab *e, const char *field)
{
	static const char * const tags[] = { "ID=", "PARTUUID=", "PARTLABEL=", NULL };

	if (!strcmp(field, "-"))
		return true;
	if (e->main[0])
		return bad(e, "the main device is given twice");
	if (!parse_device(e, e->main, field, "main device", tags,
			  "ID=, PARTUUID= or PARTLABEL= (UUID= and LABEL= name the file system, which is on two devices)"))
		return false;
	/* It is kept, and hides; which takes that very link away, and nothing would be found by it. */
	return field[0] != '/' || !remaptab_names_content(field + strlen("/dev/")) ||
	       bad(e, "the main device is given by what is on it, which is on two devices: give ID=, PARTUUID=, PARTLABEL= or a path that names the disk, not '%s'",
		   field);
}

/*
 * Options
 */

static bool parse_number(const char *text, unsigned long long max, unsigned long long *value,
			 const char **rest)
{
	char *end;

	/* strtoull() takes signs and blanks, too */
	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	*rest = end;
	return !errno && *value <= max;
}

static bool parse_wait(struct remaptab *e, const char *value)
{
	static const struct {
		const char *unit;
		unsigned int seconds;
	} units[] = {
		{ "", 1 }, { "s", 1 }, { "sec", 1 }, { "m", 60 }, { "min", 60 }, { "h", 3600 }
	};
	unsigned long long n;
	const char *unit;

	if (parse_number(value, REMAPTAB_MAX_WAIT, &n, &unit))
		for (unsigned int i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (!strcmp(unit, units[i].unit) &&
			    n * units[i].seconds <= REMAPTAB_MAX_WAIT) {
				e->wait = n * units[i].seconds;
				return true;
			}
	return bad(e, "spare-timeout= needs a time like 30s or 2min, a day at most, not '%s'",
		   value);
}

static bool parse_start(struct remaptab *e, const char *value)
{
	const char *rest;

	if (parse_number(value, 1ULL << 53, &e->spare_start, &rest) && !*rest)
		return true;
	return bad(e, "spare-start= needs a number of sectors, not '%s'", value);
}

static bool parse_option(struct remaptab *e, const char *word)
{
	if (!strcmp(word, "nofail"))
		e->nofail = true;
	else if (!strcmp(word, "noauto"))
		e->noauto = true;
	else if (!strcmp(word, "readonly") || !strcmp(word, "read-only"))
		e->readonly = true;
	else if (!strcmp(word, "x-initrd.attach"))
		e->initrd = true;
	else if (has_prefix(word, "spare-timeout="))
		return parse_wait(e, word + 14);
	else if (has_prefix(word, "spare-start="))
		return parse_start(e, word + 12);
	else if (has_prefix(word, "data-device="))
		return parse_main(e, word + 12);
	/* x-...: of other programs, as in fstab; the rest are the ways to say nothing */
	else if (word[0] && strncmp(word, "x-", 2) && strcmp(word, "defaults"))
		return bad(e, "there is no option '%s'", word);
	return true;
}

static bool parse_options(struct remaptab *e, char *field)
{
	char *word, *rest = field;
	bool good = true;

	if (!strcmp(field, "-") || !strcmp(field, "none"))
		return true;
	/* all of them: a main device behind a bad option is one to hide */
	while ((word = strsep(&rest, ",")))
		good &= parse_option(e, word);
	return good;
}

/*
 * A line
 */

static int split(char *text, char *fields[MAX_FIELDS])
{
	int nr = 0;

	while (nr < MAX_FIELDS) {
		while (is_blank(*text))
			text++;
		if (!*text)
			break;
		fields[nr++] = text;
		while (*text && !is_blank(*text))
			text++;
		if (*text)
			*text++ = '\0';
	}
	return nr;
}

/* One with such characters says nothing, but the main device may be in another. */
static bool has_plain(struct remaptab *e, char **fields, int nr, int field)
{
	return nr > field && (is_plain(fields[field]) ||
			      bad(e, "field %d has characters that are not printable ASCII",
				  field + 1));
}

static void parse_fields(struct remaptab *e, char **fields, int nr)
{
	if (has_plain(e, fields, nr, 0))
		parse_name(e, fields[0]);
	if (nr < 2)
		bad(e, "there is no spare");
	if (has_plain(e, fields, nr, 1))
		parse_spare(e, fields[1]);
	if (has_plain(e, fields, nr, 2))
		parse_main(e, fields[2]);
	if (has_plain(e, fields, nr, 3))
		parse_options(e, fields[3]);
	if (nr > 4)
		bad(e, "there are more than four fields; options are separated by commas, without blanks");
}

bool remaptab_parse(const char *text, size_t length, struct remaptab *entry)
{
	char copy[REMAPTAB_LINE_SIZE], *fields[MAX_FIELDS];
	size_t i;
	int nr;

	memset(entry, 0, sizeof(*entry));
	entry->wait = REMAPTAB_WAIT;
	for (i = 0; i < length && is_blank(text[i]); i++)
		;
	if (i == length || text[i] == '#')
		return false;
	if (length >= sizeof(copy)) {
		bad(entry, "the line has more than %d characters", REMAPTAB_LINE_SIZE - 1);
		return true;
	}
	if (memchr(text, 0, length)) {
		bad(entry, "the line has a zero byte in it");
		return true;
	}
	memcpy(copy, text, length);
	copy[length] = '\0';
	nr = split(copy, fields);
	parse_fields(entry, fields, nr);
	return true;
}

/*
 * A file
 */

/* Two devices cannot have one name, nor one spare. */
static void check_twice(const struct remaptab_file *tab, struct remaptab *e)
{
	unsigned int i;

	for (i = 0; i < tab->nr; i++) {
		const struct remaptab *other = &tab->entries[i];

		if (e->name[0] && !strcmp(other->name, e->name))
			bad(e, "line %u has the name '%s' already", other->line, e->name);
		if (e->spare[0] && !strcasecmp(other->spare, e->spare) &&
		    other->spare_start == e->spare_start)
			bad(e, "line %u has the spare '%s' already", other->line, e->spare);
	}
}

static int add(struct remaptab_file *tab, struct remaptab *e)
{
	struct remaptab *more;

	if (tab->nr == REMAPTAB_LINES)
		return -E2BIG;
	check_twice(tab, e);
	more = realloc(tab->entries, (tab->nr + 1) * sizeof(*e));
	if (!more)
		return -ENOMEM;
	tab->entries = more;
	tab->entries[tab->nr++] = *e;
	return 0;
}

int remaptab_read(FILE *file, struct remaptab_file *tab)
{
	unsigned int line = 0;
	struct remaptab e;
	char *text = NULL;
	size_t size = 0;
	ssize_t n;
	int r = 0;

	memset(tab, 0, sizeof(*tab));
	while (!r && (n = getline(&text, &size, file)) > 0) {
		line++;
		if (text[n - 1] == '\n')
			n--;
		if (!remaptab_parse(text, n, &e))
			continue;
		e.line = line;
		r = add(tab, &e);
	}
	if (!r && ferror(file))
		r = -EIO;
	free(text);
	if (r)
		remaptab_free(tab);
	return r;
}

int remaptab_load(const char *path, struct remaptab_file *tab)
{
	FILE *file = fopen(path, "re");
	int r;

	memset(tab, 0, sizeof(*tab));
	if (!file)
		return errno == ENOENT ? 0 : -errno;
	r = remaptab_read(file, tab);
	fclose(file);
	return r;
}

void remaptab_free(struct remaptab_file *tab)
{
	free(tab->entries);
	memset(tab, 0, sizeof(*tab));
}

const struct remaptab *remaptab_find(const struct remaptab_file *tab, const char *name)
{
	unsigned int i;

	for (i = 0; i < tab->nr; i++)
		if (!strcmp(tab->entries[i].name, name))
			return &tab->entries[i];
	return NULL;
}
