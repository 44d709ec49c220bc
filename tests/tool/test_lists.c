// SPDX-License-Identifier: GPL-2.0-only
/* Lists of bad places: what is read of them, what is refused, and that what is written reads back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include "../../tools/lists.h"

#include <cmocka.h>

enum kind { MAPFILE, SURE, BADBLOCKS_512, BADBLOCKS_4096, SMART };

static struct spans spans;
static unsigned int line;
static const char *why;
static u64 more;

static int read_as(enum kind kind, const char *text, size_t size)
{
	line = 0;
	why = NULL;
	switch (kind) {
	case MAPFILE:
	case SURE:
		return lists_mapfile(&spans, text, size, kind == SURE, &line, &why);
	case SMART:
		return lists_smart(&spans, text, size, &more, &why);
	default:
		return lists_badblocks(&spans, text, size, kind == BADBLOCKS_512 ? 512 : 4096, &line,
				       &why);
	}
}

/* "start-end start-end": bytes */
static void assert_spans(const char *wanted)
{
	char text[1024] = "";
	size_t i;

	for (i = 0; i < spans.nr; i++)
		sprintf(text + strlen(text), "%s%llu-%llu", i ? " " : "", spans.list[i].start,
			spans.list[i].end);
	assert_string_equal(text, wanted);
}

static void reads(enum kind kind, const char *text, const char *wanted)
{
	assert_int_equal(read_as(kind, text, strlen(text)), 0);
	assert_spans(wanted);
	spans_free(&spans);
}

static void refuses(enum kind kind, const char *text, unsigned int at, const char *because)
{
	assert_int_equal(read_as(kind, text, strlen(text)), -EINVAL);
	assert_int_equal(line, at);
	assert_non_null(why);
	if (!strstr(why, because))
		fail_msg("'%s' and not '%s'", why, because);
	spans_free(&spans);
}

#define HEAD "# Mapfile. Created by GNU ddrescue version 1.27\n" \
	     "# current_pos  current_status  current_pass\n" \
	     "0x00012000     ?               1\n" \
	     "#      pos        size  status\n"

static void test_mapfile(void **state)
{
	reads(MAPFILE, HEAD, "");
	reads(MAPFILE, HEAD "0x00000000  0x00012000  +\n0x12000 0x1000 -\n0x13000 0x2000 *\n0x15000 512 /\n0x15200 0x1000 ?\n",
	      "73728-86528");
	reads(SURE, HEAD "0x12000 0x1000 -\n0x13000 0x2000 *\n0x15000 512 /\n", "73728-77824");
	reads(MAPFILE, "0 +\n0 010 -\n100\t0x10\t-", "0-8 100-116");
	reads(MAPFILE, "0 F 2\r\n\r\n512 512 -\r\n", "512-1024");
	reads(MAPFILE, "0 G\n0 4611686018427387904 -\n", "0-4611686018427387904");
}

static void test_mapfile_wrong(void **state)
{
	refuses(MAPFILE, "", 0, "ends before");
	refuses(MAPFILE, "# nothing\n", 1, "ends before");
	refuses(MAPFILE, "something else\n", 1, "not the first one");
	refuses(MAPFILE, "0 X\n", 1, "not the first one");
	refuses(MAPFILE, "0 ? one\n", 1, "not the first one");
	refuses(MAPFILE, "0 ?\n0 512\n", 2, "not <position>");
	refuses(MAPFILE, "0 ?\n0 512 - 1\n", 2, "not <position>");
	refuses(MAPFILE, "0 ?\n0 512 - 1 2\n", 2, "too many");
	refuses(MAPFILE, "0 ?\n0 0 -\n", 2, "impossible");
	refuses(MAPFILE, "0 ?\n-512 512 -\n", 2, "not <position>");
	refuses(MAPFILE, "0 ?\n0x 512 -\n", 2, "not <position>");
	refuses(MAPFILE, "0 ?\n08 512 -\n", 2, "not <position>");
	refuses(MAPFILE, "0 ?\n0 512 x\n", 2, "unknown");
	refuses(MAPFILE, "0 ?\n0 1024 -\n512 512 -\n", 3, "before the last one ends");
	refuses(MAPFILE, "0 ?\n1 4611686018427387904 -\n", 2, "impossible");
	refuses(MAPFILE, "0 ?\n18446744073709551616 1 -\n", 2, "not <position>");
	refuses(MAPFILE, "0 ?\n18446744073709551615 2 -\n", 2, "not <position>");
	assert_int_equal(read_as(MAPFILE, "0 ?\n\0 512 -\n", 12), -EINVAL);
	spans_free(&spans);
}

static void test_badblocks(void **state)
{
	reads(BADBLOCKS_4096, "", "");
	reads(BADBLOCKS_4096, "5\n6\n100\n", "20480-28672 409600-413696");
	reads(BADBLOCKS_512, "100\n5\n6\n5\n# for people\n\n  7  \n", "2560-4096 51200-51712");
	reads(BADBLOCKS_512, "9007199254740991", "4611686018427387392-4611686018427387904");
	refuses(BADBLOCKS_512, "9007199254740992\n", 1, "not the number");
	refuses(BADBLOCKS_512, "5\n-1\n", 2, "not the number");
	refuses(BADBLOCKS_512, "5\n+1\n", 2, "not the number");
	refuses(BADBLOCKS_512, "0x5\n", 1, "not the number");
	refuses(BADBLOCKS_512, "5 6\n", 1, "not the number");
	refuses(BADBLOCKS_512, "99999999999999999999\n", 1, "not the number");
	refuses(BADBLOCKS_512, "5\n"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
		2, "too long");
}

#define LOG(rest) "{\"json_format_version\":[1,0],\"device\":{\"name\":\"/dev/sda\"}," rest "}"

static void test_smart(void **state)
{
	reads(SMART, LOG("\"ata_pending_defects_log\":{\"size\":65535,\"count\":0}"), "");
	reads(SMART, LOG("\"logical_block_size\":512,\"ata_pending_defects_log\":{\"count\":3,\"table\":["
			 "{\"lba\":100,\"power_on_hours\":5},{\"lba\":7},{\"lba\":101}]}"),
	      "3584-4096 51200-52224");
	assert_int_equal(more, 0);
	reads(SMART, LOG("\"logical_block_size\":4096,\"ata_pending_defects_log\":{\"count\":40,\"table\":[{\"lba\":2}]}"),
	      "8192-12288");
	assert_int_equal(more, 39);
}

static void test_smart_wrong(void **state)
{
	refuses(SMART, "", 0, "not JSON");
	refuses(SMART, "{", 0, "not JSON");
	refuses(SMART, "/dev/sda", 0, "not JSON");
	refuses(SMART, "[]", 0, "no log");
	refuses(SMART, LOG("\"x\":1"), 0, "no log");
	refuses(SMART, LOG("\"ata_pending_defects_log\":7"), 0, "cannot be understood");
	refuses(SMART, LOG("\"ata_pending_defects_log\":{}"), 0, "cannot be understood");
	refuses(SMART, LOG("\"ata_pending_defects_log\":{\"count\":1}"), 0, "cannot be understood");
	refuses(SMART, LOG("\"ata_pending_defects_log\":{\"count\":1,\"table\":{}}"), 0, "cannot be understood");
	refuses(SMART, LOG("\"ata_pending_defects_log\":{\"count\":-1,\"table\":[]}"), 0, "cannot be understood");
	refuses(SMART, LOG("\"ata_pending_defects_log\":{\"count\":1,\"table\":[5]}"), 0, "LBA");
	refuses(SMART, LOG("\"ata_pending_defects_log\":{\"count\":1,\"table\":[{\"lba\":\"5\"}]}"), 0, "LBA");
	refuses(SMART, LOG("\"ata_pending_defects_log\":{\"count\":1,\"table\":[{\"lba\":-5}]}"), 0, "LBA");
	refuses(SMART, LOG("\"ata_pending_defects_log\":{\"count\":1,\"table\":[{\"lba\":9007199254740992}]}"), 0, "LBA");
	refuses(SMART, LOG("\"logical_block_size\":3,\"ata_pending_defects_log\":{\"count\":0}"), 0, "block size");
	refuses(SMART, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]", 0, "not JSON");
}

static void test_written(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	struct spans s = { 0 };

	assert_true(spans_add(&s, 8192, 12288));
	assert_true(spans_add(&s, 4096, 8192));
	assert_true(spans_add(&s, 20480, 20992));
	assert_true(spans_add(&s, 20992, 21504));
	assert_true(spans_add(&s, 7, 7));
	spans_tidy(&s);
	lists_write_mapfile(f, &s, 1024, 65536);
	fclose(f);
	reads(MAPFILE, text, "4096-12288 20480-21504");
	assert_non_null(strstr(text, "\n0x00000400  0x00000c00  ?\n"));
	assert_non_null(strstr(text, "\n0x00005400  0x0000ac00  ?\n"));
	free(text);
	f = open_memstream(&text, &size);
	lists_write_badblocks(f, &s, 1024);
	fclose(f);
	assert_string_equal(text, "4\n5\n6\n7\n8\n9\n10\n11\n20\n");
	free(text);
	f = open_memstream(&text, &size);
	lists_write_badblocks(f, &s, 16384);
	fclose(f);
	assert_string_equal(text, "0\n1\n");
	free(text);
	spans_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mapfile),
		cmocka_unit_test(test_mapfile_wrong),
		cmocka_unit_test(test_badblocks),
		cmocka_unit_test(test_smart),
		cmocka_unit_test(test_smart_wrong),
		cmocka_unit_test(test_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
