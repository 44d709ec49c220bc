// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/kernel.h>

#include "metrics_text.h"

/* Backslash, quote and newline are escaped, all else is as it is. */
static void put_label(FILE *f, char before, const char *key, const char *value)
{
	fprintf(f, "%c%s=\"", before, key);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", f);
		else if (*value == '\\' || *value == '"')
			fprintf(f, "\\%c", *value);
		else
			fputc(*value, f);
	}
	fputc('"', f);
}

static void put_head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP dm_remap_%s %s\n# TYPE dm_remap_%s %s\n", name, help, name, type);
}

/*
 * Words
 */

static void put_info(FILE *f, const struct snapshot *s, size_t nr)
{
	put_head(f, "info", "gauge", "A device, its main device and its spare.");
	for (; nr--; s++) {
		fputs("dm_remap_info", f);
		put_label(f, '{', "name", s->status.name);
		put_label(f, ',', "uuid", s->status.uuid);
		put_label(f, ',', "main", s->main);
		put_label(f, ',', "spare", s->spare);
		fputs("} 1\n", f);
	}
}

/* One of several words: each is a line, and 1 if it is that. */
static void put_words(FILE *f, const char *name, const char * const *words, const char *is,
		      const struct snapshot *s)
{
	for (; *words; words++) {
		fprintf(f, "dm_remap_%s", name);
		put_label(f, '{', "name", s->status.name);
		put_label(f, ',', name, *words);
		fprintf(f, "} %d\n", !strcmp(is, *words));
	}
}

static void put_mode_and_state(FILE *f, const struct snapshot *s, size_t nr)
{
	static const char * const modes[] = { "rw", "ro-map", "read-only", "fail", NULL };
	static const char * const states[] = { "normal", "unreachable", "spare-unreachable",
					       "write-dead", "storm", NULL };
	size_t i;

	put_head(f, "mode", "gauge", "What the device still does.");
	for (i = 0; i < nr; i++)
		put_words(f, "mode", modes, s[i].status.mode, &s[i]);
	put_head(f, "state", "gauge", "What is known of its main device and its spare.");
	for (i = 0; i < nr; i++)
		put_words(f, "state", states, s[i].status.state, &s[i]);
}

/*
 * Figures
 */

#define MISSING	(~0ULL)

/* Each is a number, or MISSING where nothing is known. */
#define FIGURE(name, expression) \
static u64 name(const struct snapshot *s) { return expression; }

FIGURE(size, s->status.sectors << 9)
FIGURE(block_size, s->status.block_size)
FIGURE(suspended, s->status.suspended)
FIGURE(degraded, snapshot_is_degraded(s))
FIGURE(remapped, s->status.remapped)
FIGURE(lost, s->status.lost)
FIGURE(spare_total, s->status.total)
FIGURE(spare_used, s->status.used)
FIGURE(spare_bad, s->status.bad)
FIGURE(spare_free, (u64)(s->status.total - s->status.used) * s->status.block_size)
FIGURE(write_errors, s->status.write_errors)
FIGURE(read_errors, s->status.read_errors)
FIGURE(salvaged, s->status.salvaged)
FIGURE(rescued, s->status.rescued)
FIGURE(unconfirmed, s->status.unconfirmed)
FIGURE(passes, s->has_scan ? s->passes : MISSING)
FIGURE(scanned, s->has_scan ? s->scanned << 9 : MISSING)
FIGURE(last_start, s->has_scan && s->last_start ? s->last_start : MISSING)
FIGURE(last_complete, s->has_scan && s->last_complete ? s->last_complete : MISSING)
FIGURE(progress, s->has_scan ? s->progress : MISSING)
FIGURE(health, s->has_scan ? s->health : MISSING)

static const struct figure {
	const char *name, *type, *help;
	u64 (*value)(const struct snapshot *s);
	bool percent;		/* told as a ratio */
} figures[] = {
	{ "size_bytes", "gauge", "Size of the device.", size },
	{ "block_size_bytes", "gauge", "Size of a block, the unit of remapping.", block_size },
	{ "suspended", "gauge", "1 if the device is suspended.", suspended },
	{ "degraded", "gauge", "1 if it does not work fully: the mode is not rw, or the state not normal (ro-map of a device that was opened read-only is none).", degraded },
	{ "remapped_blocks", "gauge", "Blocks that live on the spare.", remapped },
	{ "lost_logical_blocks", "gauge", "Logical blocks whose data was lost; they read as errors until they are written.", lost },
	{ "spare_blocks", "gauge", "Blocks that the spare has.", spare_total },
	{ "spare_blocks_used", "gauge", "Spare blocks that cannot be given out.", spare_used },
	{ "spare_blocks_bad", "gauge", "Spare blocks that are bad.", spare_bad },
	{ "spare_free_bytes", "gauge", "What is left of the spare.", spare_free },
	{ "write_errors_total", "counter", "Confirmed failures of writes to the main device.", write_errors },
	{ "read_errors_total", "counter", "Confirmed failures of reads from the main device.", read_errors },
	{ "salvaged_blocks_total", "counter", "Blocks moved without losing anything.", salvaged },
	{ "rescued_logical_blocks_total", "counter", "Lost logical blocks that were brought back.", rescued },
	{ "unconfirmed_total", "counter", "Suspects that turned out to be readable.", unconfirmed },
	{ "scan_passes_total", "counter", "Passes of the scanner that were completed.", passes },
	{ "scan_read_bytes_total", "counter", "What the scanner has read.", scanned },
	{ "scan_last_start_timestamp_seconds", "gauge", "When a pass last began.", last_start },
	{ "scan_last_complete_timestamp_seconds", "gauge", "When a pass was last completed.", last_complete },
	{ "scan_progress_ratio", "gauge", "How far the pass is.", progress, true },
	{ "health_ratio", "gauge", "The health score, 1 for a healthy disk.", health, true },
};

static void put_figure(FILE *f, const struct figure *figure, const struct snapshot *s)
{
	u64 value = figure->value(s);

	if (value == MISSING)
		return;
	fprintf(f, "dm_remap_%s", figure->name);
	put_label(f, '{', "name", s->status.name);
	/* never a comma, whatever the locale */
	if (figure->percent)
		fprintf(f, "} %llu.%02llu\n", value / 100, value % 100);
	else
		fprintf(f, "} %llu\n", value);
}

void metrics_write(FILE *f, const struct snapshot *devices, size_t nr)
{
	unsigned int i;
	size_t d;

	put_info(f, devices, nr);
	put_mode_and_state(f, devices, nr);
	for (i = 0; i < ARRAY_SIZE(figures); i++) {
		put_head(f, figures[i].name, figures[i].type, figures[i].help);
		for (d = 0; d < nr; d++)
			put_figure(f, &figures[i], &devices[d]);
	}
}
