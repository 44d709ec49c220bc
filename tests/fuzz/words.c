// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>

#include "words.h"

static const struct {
	const char *name;
	u64 min, max;
} knobs[] = {
	{ "low_water", 0, 1 << 24 },
	{ "read_retries", 0, 16 },
	{ "auto_remap", 0, 1 },
	{ "confirm_ms", 0, 60000 },
	{ "storm_limit", 1, 1 << 24 },
};

bool words_knob(const char *name, size_t len, u64 *min, u64 *max)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		if (strlen(knobs[i].name) == len && !memcmp(knobs[i].name, name, len)) {
			*min = knobs[i].min;
			*max = knobs[i].max;
			return true;
		}
	return false;
}

static bool is_uuid(const char *text)
{
	unsigned int i;

	if (strlen(text) != 36)
		return false;
	for (i = 0; i < 36; i++)
		if (strchr("\10\15\22\27", i) && i ? text[i] != '-' :
		    !isxdigit((unsigned char)text[i]))
			return false;
	return true;
}

static bool is_power_in_range(const char *text)
{
	u64 n;

	return words_number(text, &n) && n >= 512 && n <= 32768 && !(n & (n - 1));
}

/* printable ASCII, and nothing that device-mapper takes apart */
static bool is_one_word(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~' || *text == '\\')
			return false;
	return true;
}

bool words_option(const char *word)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? equals - word : strlen(word);
	u64 n, min, max;

	if (!equals)
		return !strcmp(word, "format") || !strcmp(word, "force");
	if (!strncmp(word, "uuid=", 5))
		return is_uuid(equals + 1);
	if (!strncmp(word, "block_size=", 11))
		return is_power_in_range(equals + 1);
	if (!strncmp(word, "spare_blocks=", 13))
		return words_number(equals + 1, &n) && n && n <= 1 << 24;
	if (!strncmp(word, "identity=", 9))
		return is_one_word(equals + 1) && strlen(equals + 1) < 128;
	return words_knob(word, len, &min, &max) && words_number(equals + 1, &n) &&
	       n >= min && n <= max;
}

bool words_range(const char *text, u64 blocks, u64 *first, u64 *end)
{
	const char *plus = strchr(text, '+');
	char left[32];
	u64 count = 1;

	/* a plus in front is taken for the one in the middle */
	if (*text == '+')
		return false;
	if (!plus)
		plus = text + strlen(text);
	else if (plus[1] == '+' || !words_number(plus + 1, &count))
		return false;
	/* leading zeros are all that can make it longer */
	while (plus - text >= (int)sizeof(left) && *text == '0')
		text++;
	if (plus - text >= (int)sizeof(left))
		return false;
	memcpy(left, text, plus - text);
	left[plus - text] = 0;
	if (!words_number(left, first) || !count || *first >= blocks || count > blocks - *first)
		return false;
	*end = *first + count;
	return true;
}

bool words_message(int argc, char **argv, u64 blocks)
{
	u64 n, end, min, max;

	if (words_knob(argv[0], strlen(argv[0]), &min, &max))
		return argc == 1 || (argc == 2 && words_number(argv[1], &n) && n >= min &&
				     n <= max);
	if (!strcmp(argv[0], "version"))
		return argc == 1;
	if (!strcmp(argv[0], "list"))
		return argc == 1 || (argc == 2 && words_number(argv[1], &n));
	if (!strcmp(argv[0], "lookup"))
		return argc == 2 && words_number(argv[1], &n) && n < blocks;
	if (!strcmp(argv[0], "recover"))
		return argc == 1 || (argc == 2 && (!strcmp(argv[1], "cancel") ||
						   words_range(argv[1], blocks, &n, &end)));
	if (!strcmp(argv[0], "remap") || !strcmp(argv[0], "retry") || !strcmp(argv[0], "report"))
		return argc == 2 && words_range(argv[1], blocks, &n, &end);
	return false;
}

void words_check_knobs(struct remap_device *dev)
{
	unsigned int i;

	assert(remap_nr_knobs == ARRAY_SIZE(knobs));
	for (i = 0; i < remap_nr_knobs; i++) {
		unsigned int n = remap_knob_get(dev, &remap_knobs[i]);
		u64 min, max;
		bool known;

		known = words_knob(remap_knobs[i].name, strlen(remap_knobs[i].name), &min, &max);
		assert(known);
		assert(n >= min && n <= max);
	}
}
