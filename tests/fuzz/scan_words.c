// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "number.h"
#include "scan_words.h"

const struct scan_setting scan_settings[SCAN_SETTINGS] = {
	{ "enabled", 0, 1, 1 },
	{ "interval_hours", 1, 168, 24 },
	{ "chunk_sectors", 64, 2048, 1024 },
	{ "max_latency_ms", 1, 60000, 100 },
	{ "priority", 0, 10, 3 },
	{ "order", 0, 1, 0, { "staggered", "sequential" } },
	{ "advise", 0, 1, 0 },
	{ "relocations_per_hour", 0, 100000, 16 },
	{ "spare_reserve", 0, 100, 25 },
};

unsigned int scan_words_setting(const char *name)
{
	unsigned int nr = 0;

	while (nr < SCAN_SETTINGS && strcmp(scan_settings[nr].name, name))
		nr++;
	return nr;
}

/* as it is, or with the newline of echo */
static bool is_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(text, word, len) && (!text[len] || !strcmp(text + len, "\n"));
}

bool scan_words_value(const struct scan_setting *setting, const char *text, unsigned int *value)
{
	u64 n;

	if (setting->words[0]) {
		*value = is_word(text, setting->words[1]);
		return *value || is_word(text, setting->words[0]);
	}
	if (!words_number(text, &n) || n < setting->min || n > setting->max)
		return false;
	*value = n;
	return true;
}

void scan_words_print(const struct scan_setting *setting, unsigned int value, char *text,
		      size_t size)
{
	assert(value >= setting->min && value <= setting->max);
	if (setting->words[0])
		snprintf(text, size, "%s\n", setting->words[value]);
	else
		snprintf(text, size, "%u\n", value);
}

unsigned int *scan_words_place(struct scan_knobs *knobs, unsigned int nr)
{
	unsigned int * const places[SCAN_SETTINGS] = {
		&knobs->enabled, &knobs->interval_hours, &knobs->chunk_sectors,
		&knobs->max_latency_ms, &knobs->priority, &knobs->order, &knobs->advise,
		&knobs->relocations_per_hour, &knobs->spare_reserve,
	};

	return places[nr];
}

enum scan_action scan_words_action(const char *text)
{
	static const char * const words[SCAN_ACTIONS] = {
		[SCAN_START] = "start", [SCAN_STOP] = "stop",
		[SCAN_PAUSE] = "pause", [SCAN_RESUME] = "resume",
	};
	unsigned int action = 0;

	while (action < SCAN_ACTIONS && !is_word(text, words[action]))
		action++;
	return action;
}

static bool is_text(const char *word)
{
	return !strcmp(word, "status") || !strcmp(word, "history") ||
	       !strcmp(word, "latency") || !strcmp(word, "slow");
}

enum scan_asked scan_words_message(int argc, char **argv)
{
	unsigned int nr, value;

	if (argc == 1)
		return SCAN_ASKED_TEXT;
	nr = scan_words_setting(argv[1]);
	if (argc == 3 && nr < SCAN_SETTINGS &&
	    scan_words_value(&scan_settings[nr], argv[2], &value))
		return SCAN_ASKED_CHANGE;
	if (argc > 2)
		return SCAN_ASKED_NONSENSE;
	if (nr < SCAN_SETTINGS)
		return SCAN_ASKED_SHOW;
	if (scan_words_action(argv[1]) < SCAN_ACTIONS)
		return SCAN_ASKED_ACTION;
	return is_text(argv[1]) ? SCAN_ASKED_TEXT : SCAN_ASKED_NONSENSE;
}
