/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /etc/remaptab: which devices come up at boot, one a line, like integritytab.
 *
 *	name  spare  [main|-]  [option,...|-]
 *
 * The parser knows neither devices nor messages, so that the tool, the systemd
 * generator, udev's helper and the fuzzer share it. remaptab(5) describes the file.
 */
#ifndef REMAPSETUP_REMAPTAB_H
#define REMAPSETUP_REMAPTAB_H

#include <stdbool.h>
#include <stdio.h>

#define REMAPTAB_PATH		"/etc/remaptab"
#define REMAPTAB_NAME_SIZE	128	/* device-mapper's limit, with the zero byte */
#define REMAPTAB_DEVICE_SIZE	256
#define REMAPTAB_WHY_SIZE	192
#define REMAPTAB_LINE_SIZE	1024
#define REMAPTAB_LINES		1024	/* entries of a file */

#define REMAPTAB_WAIT		30	/* seconds, if the line does not say */
#define REMAPTAB_MAX_WAIT	86400

/**
 * struct remaptab - an entry
 * @line: where it stands
 * @name: of the device; empty if the line has none that could be one
 * @spare: a path, UUID=, PARTUUID= or PARTLABEL=
 * @main: a path, ID=, PARTUUID= or PARTLABEL=; empty: what the spare recorded
 * @wait: for how many seconds its devices are waited for
 * @spare_start: first sector of the spare area
 * @why: what is wrong with it; empty: nothing, it may be opened
 *
 * What was understood of a bad line is kept: its main device is hidden all the
 * same, for that is the safe side.
 */
struct remaptab {
	unsigned int line;
	char name[REMAPTAB_NAME_SIZE];
	char spare[REMAPTAB_DEVICE_SIZE];
	char main[REMAPTAB_DEVICE_SIZE];
	unsigned int wait;
	unsigned long long spare_start;
	bool nofail, noauto, readonly, initrd;
	char why[REMAPTAB_WHY_SIZE];
};

/**
 * remaptab_parse() - take a line apart
 * @text: the line, of @length bytes, without its newline; may hold anything
 *
 * Return: false if there is nothing on it but blanks or a comment.
 */
bool remaptab_parse(const char *text, size_t length, struct remaptab *entry);

/**
 * remaptab_names_content() - does a link name what is on a disk, and not the disk?
 * @link: below /dev
 *
 * Such links are those of the mapped device, which has the same content; a main device has none.
 */
bool remaptab_names_content(const char *link);

/**
 * struct remaptab_file - all entries, in their order
 */
struct remaptab_file {
	struct remaptab *entries;
	unsigned int nr;
};

/**
 * remaptab_read() - read a file
 *
 * Entries whose name or spare another one has already are marked as bad.
 *
 * Return: 0, or a negative error number.
 */
int remaptab_read(FILE *file, struct remaptab_file *tab);

/** remaptab_load() - the same from a path; that there is none is no error: no entries */
int remaptab_load(const char *path, struct remaptab_file *tab);

void remaptab_free(struct remaptab_file *tab);

/** remaptab_find() - the entry of that name, NULL if there is none */
const struct remaptab *remaptab_find(const struct remaptab_file *tab, const char *name);

#endif
