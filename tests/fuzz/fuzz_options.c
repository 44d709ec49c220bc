// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table line. The input: a letter for what is on the spare (b blank, f formatted,
 * r formatted and a read-only table), a line feed, and what stands behind "remap".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base.h"
#include "fuzz.h"
#include "words.h"

/*
 * Are the options right? The number of them, as device-mapper reads it, may have
 * white space before it and wraps.
 */
static bool right_options(int argc, char **argv)
{
	bool format = false, uuid = false;
	unsigned int n;
	char *end;
	int i;

	if (argc == 4)
		return true;
	while (strchr(" \t\n\v\f\r\xa0", argv[4][0]) && argv[4][0])
		argv[4]++;
	if (!strspn(argv[4], "0123456789"))
		return false;
	for (n = 0, end = argv[4]; *end >= '0' && *end <= '9'; end++)
		n = n * 10 + (*end - '0');
	if (*end || n > 16 || argc - 5 != n)
		return false;
	for (i = 5; i < argc; i++) {
		if (!words_option(argv[i]))
			return false;
		format |= !strcmp(argv[i], "format");
		uuid |= !strncmp(argv[i], "uuid=", 5);
	}
	return !(format && uuid);
}

static bool right_disk(char **argv, const char *name, u64 sectors)
{
	u64 start;

	return !strcmp(argv[0], name) && words_number(argv[1], &start) && start < sectors;
}

/* Is everything right that is looked at before the disks are read? */
static bool right(struct life *life, const char *line)
{
	char *text = strdup(line), **argv;
	int argc;
	bool r;

	dm_split_args(&argc, &argv, text);
	r = argc >= 4 && right_disk(argv, "main", life->main.sectors) &&
	    right_disk(argv + 2, "spare", life->spare.sectors) && right_options(argc, argv);
	free(argv);
	free(text);
	return r;
}

static void check_options(const struct remap_options *opt)
{
	assert(strnlen(opt->identity, sizeof(opt->identity)) < sizeof(opt->identity));
	assert(opt->block_size <= REMAP_MAX_BLOCK_SIZE);
	assert(!opt->block_size || (opt->block_size >= REMAP_MIN_BLOCK_SIZE &&
				    is_power_of_2(opt->block_size)));
	assert(opt->spare_blocks <= REMAP_MAX_SPARES);
	assert(!(opt->format && opt->have_uuid));
}

/* What the kernel is told the table to be, given back, makes the same device. */
static void check_table(struct life *life)
{
	struct remap_device *dev = life_dev(life);
	struct remap_options opt = *dev->options;
	struct remap_knobs knobs = dev->knobs;
	char line[1024];
	int r;

	remap_status(&life->ti, STATUSTYPE_TABLE, 0, line, sizeof(line));
	assert(strlen(line) < sizeof(line) - 1);
	life_destroy(life);
	r = life_create_line(life, line);
	if (r)
		fprintf(stderr, "given back: %s: %s\n", line, life->ti.error);
	assert(!r);
	dev = life_dev(life);
	assert(!memcmp(&dev->knobs, &knobs, sizeof(knobs)));
	assert(!strcmp(dev->options->identity, opt.identity));
	assert(!opt.have_uuid || !memcmp(dev->options->uuid, opt.uuid, 16));
}

static bool says_options(const char *error)
{
	return strstr(error, "ptional argument") || strstr(error, "exclude each other");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u8 blank[1 << 19];
	struct base *b = base_of(0);
	struct life *life = &b->life;
	char line[1024];
	bool good;
	int r;

	if (size < 2 || size >= sizeof(line))
		return 0;
	memcpy(line, data + 2, size - 2);
	line[size - 2] = 0;
	store_set(&life->spare_store, data[0] == 'b' ? blank : b->image);
	life->table.mode = data[0] == 'r' ? 0 : BLK_OPEN_WRITE;
	good = right(life, line);
	r = life_create_line(life, line);
	if (r) {
		assert(!good || !says_options(life->ti.error));
		return 0;
	}
	assert(good);
	check_options(life_dev(life)->options);
	words_check_knobs(life_dev(life));
	check_table(life);
	if (!life_resume(life))
		check_table(life);
	life_destroy(life);
	return 0;
}
