/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * docs/scanner.md once more: which settings there are, which values are right, and what a message
 * asks for. Written without the product's parsers, to be compared with them.
 */
#ifndef SCAN_WORDS_H
#define SCAN_WORDS_H

#include "scan_device.h"

#define SCAN_SETTINGS	9

/**
 * struct scan_setting - a row of the table under "Tuning"
 * @standard: what it is if nobody sets it
 * @words: what stands for 0 and 1, if numbers do not
 */
struct scan_setting {
	const char *name;
	unsigned int min, max, standard;
	const char *words[2];
};

/* in the order of the record */
extern const struct scan_setting scan_settings[SCAN_SETTINGS];

/** scan_words_setting() - its number; SCAN_SETTINGS: none is called so */
unsigned int scan_words_setting(const char *name);

/** scan_words_value() - is it a right value? Then @value is set. */
bool scan_words_value(const struct scan_setting *setting, const char *text, unsigned int *value);

/** scan_words_print() - a value as it is shown, with a newline */
void scan_words_print(const struct scan_setting *setting, unsigned int value, char *text,
		      size_t size);

/** scan_words_place() - where the scanner keeps a setting */
unsigned int *scan_words_place(struct scan_knobs *knobs, unsigned int nr);

enum scan_action {
	SCAN_START,
	SCAN_STOP,
	SCAN_PAUSE,
	SCAN_RESUME,
	SCAN_ACTIONS
};

/** scan_words_action() - SCAN_ACTIONS: it is none */
enum scan_action scan_words_action(const char *text);

enum scan_asked {
	SCAN_ASKED_NONSENSE,
	SCAN_ASKED_TEXT,	/* how it stands */
	SCAN_ASKED_ACTION,
	SCAN_ASKED_SHOW,	/* a setting */
	SCAN_ASKED_CHANGE,
};

/** scan_words_message() - what these words mean, of which the first is "scan" */
enum scan_asked scan_words_message(int argc, char **argv);

#endif
