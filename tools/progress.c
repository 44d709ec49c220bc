// SPDX-License-Identifier: GPL-2.0-only
#include "progress.h"

/* A path may have what JSON wants escaped. */
static void json_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(out, "\\u%04x", *text);
		else
			fputc(*text, out);
	}
}

void progress_json(FILE *out, const struct progress *p)
{
	fputs("{\"device\":\"", out);
	json_text(out, p->device);
	fprintf(out, "\",\"device_bytes\":\"%llu\",\"device_size\":\"%llu\",\"speed\":\"%llu\",",
		p->done, p->all, p->speed);
	if (p->eta_ms == PROGRESS_UNKNOWN)
		fputs("\"eta_ms\":\"0\",", out);
	else
		fprintf(out, "\"eta_ms\":\"%llu\",", p->eta_ms);
	fprintf(out, "\"time_ms\":\"%llu\"}\n", p->time_ms);
	fflush(out);
}

const char *progress_time(u64 ms, char *text, size_t size)
{
	u64 s = ms / 1000;

	if (ms == PROGRESS_UNKNOWN)
		snprintf(text, size, "unknown");
	else if (s >= 3600)
		snprintf(text, size, "%lluh%02llum%02llus", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(text, size, "%02llum%02llus", s / 60, s % 60);
	return text;
}

static const char *size_of(u64 bytes, char *text, size_t size)
{
	static const char * const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	unsigned int unit = 0;
	u64 tenths = bytes >> 60 ? bytes : bytes * 10;

	while (tenths >= 10240 && unit < 5) {
		tenths >>= 10;
		unit++;
	}
	/* never a comma, whatever the locale */
	snprintf(text, size, "%llu.%llu %s", tenths / 10, tenths % 10, units[unit]);
	return text;
}

void progress_line(FILE *out, const struct progress *p, bool terminal)
{
	char eta[32], done[32], speed[32];
	u64 permille = p->all ? p->done * 1000 / p->all : 0;

	fprintf(out, "%sProgress: %3llu.%llu%%, ETA %s, %s read, speed %s/s, %s%s",
		terminal ? "\33[2K\r" : "", permille / 10, permille % 10,
		progress_time(p->eta_ms, eta, sizeof(eta)), size_of(p->done, done, sizeof(done)),
		size_of(p->speed, speed, sizeof(speed)), p->state, terminal ? "" : "\n");
	fflush(out);
}
