// SPDX-License-Identifier: GPL-2.0-only
/*
 * What remapsetup makes of the words of people and of the kernel: its pure
 * parts.
 */
#include <stdio.h>

#include "good.h"

#include "../../tools/handshake.h"
#include "../../tools/identity.h"
#include "../../tools/progress.h"
#include "../../tools/reply.h"

static void test_range(void **state)
{
	static const char * const bad[] = {
		"", "x", "5+", "+5", "5+0", "5+-1", "-5", " 5", "5 ", "5+6+7", "0x5", "5.0",
		"18446744073709551616", "18446744073709551615+1", "1+18446744073709551615",
	};
	u64 first, count;
	unsigned int i;

	assert_true(reply_range("5", &first, &count));
	assert_true(first == 5 && count == 1);
	assert_true(reply_range("0+18446744073709551615", &first, &count));
	assert_true(first == 0 && count == U64_MAX);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (reply_range(bad[i], &first, &count))
			fail_msg("'%s' is taken for a range", bad[i]);
}

static void test_entry(void **state)
{
	struct reply_entry e;

	assert_true(reply_entry("300 8 8000000000000001 read-error rescuable", &e));
	assert_true(e.mapped && e.block == 300 && e.spare == 8 && e.rescuable);
	assert_true(e.lost == 0x8000000000000001);
	assert_string_equal(e.reason, "read-error");
	assert_true(reply_entry("7 0 0 manual -", &e));
	assert_true(e.mapped && !e.rescuable && !e.lost);
	assert_true(reply_entry("7 main", &e));
	assert_true(!e.mapped && e.block == 7);
	assert_false(reply_entry("7", &e));
	assert_false(reply_entry("7 spare", &e));
	assert_false(reply_entry("7 0 0 manual", &e));
	assert_false(reply_entry("more 7", &e));
	assert_false(reply_entry("", &e));
}

static void test_more(void **state)
{
	u64 block;

	assert_true(reply_more("more 123456789012", &block));
	assert_true(block == 123456789012);
	assert_false(reply_more("123 4 0 manual -", &block));
}

static void test_handshake(void **state)
{
	struct handshake h;

	assert_true(handshake_parse("0.1.0 format 1 api 1", &h));
	assert_string_equal(h.version, "0.1.0");
	assert_true(h.format == 1 && h.api == 1);
	/* later versions may say more */
	assert_true(handshake_parse("10.2.3-rc4 format 12 api 3 scanner 7", &h));
	assert_true(h.format == 12 && h.api == 3);
	assert_false(handshake_parse("", &h));
	assert_false(handshake_parse("0.1.0", &h));
	assert_false(handshake_parse("0.1.0 format x api 1", &h));
}

/* A word of the table line, whatever the disk says of itself. */
static void test_identity(void **state)
{
	char text[IDENTITY_SIZE], longer[300], tight[12];
	const char *c;

	assert_true(identity_clean(text, sizeof(text), "wwid", "t10.ATA     WDC  WD40\t\\X  "));
	assert_string_equal(text, "wwid:t10.ATA_WDC_WD40_X");
	assert_true(identity_clean(text, sizeof(text), "serial", "  S1\xc3\xa4Z\n"));
	assert_string_equal(text, "serial:S1_Z");
	assert_false(identity_clean(text, sizeof(text), "serial", ""));
	assert_false(identity_clean(text, sizeof(text), "serial", " \\\\ \n"));
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_true(identity_clean(text, sizeof(text), "wwid", longer));
	assert_int_equal(strlen(text), sizeof(text) - 1);
	assert_true(identity_clean(tight, sizeof(tight), "serial", "abcdefgh"));
	assert_string_equal(tight, "serial:abcd");
	for (c = text; *c; c++)
		assert_true(*c > ' ' && *c <= '~' && *c != '\\');
}

static void test_progress_time(void **state)
{
	char text[32];

	assert_string_equal(progress_time(0, text, sizeof(text)), "00m00s");
	assert_string_equal(progress_time(59999, text, sizeof(text)), "00m59s");
	assert_string_equal(progress_time(95564000, text, sizeof(text)), "26h32m44s");
	assert_string_equal(progress_time(PROGRESS_UNKNOWN, text, sizeof(text)), "unknown");
}

static const char *printed(void (*print)(FILE *out, const struct progress *p),
			   const struct progress *p)
{
	static char text[512];
	FILE *out = fmemopen(text, sizeof(text), "w");

	print(out, p);
	fclose(out);
	return text;
}

static void line(FILE *out, const struct progress *p)
{
	progress_line(out, p, false);
}

static void test_progress(void **state)
{
	struct progress p = {
		.device = "/dev/mapper/a\"\\b", .state = "scanning", .done = 13194139533, .all = 107374182400,
		.speed = 115448218, .eta_ms = 95564000, .time_ms = 1500,
	};

	assert_string_equal(printed(line, &p),
			    "Progress:  12.2%, ETA 26h32m44s, 12.2 GiB read, speed 110.1 MiB/s, scanning\n");
	assert_string_equal(printed(progress_json, &p),
			    "{\"device\":\"/dev/mapper/a\\\"\\\\b\",\"device_bytes\":\"13194139533\","
			    "\"device_size\":\"107374182400\",\"speed\":\"115448218\","
			    "\"eta_ms\":\"95564000\",\"time_ms\":\"1500\"}\n");
	p.all = 0;
	p.done = 0;
	p.eta_ms = PROGRESS_UNKNOWN;
	assert_string_equal(printed(line, &p),
			    "Progress:   0.0%, ETA unknown, 0.0 B read, speed 110.1 MiB/s, scanning\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_entry),
		cmocka_unit_test(test_more),
		cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_progress_time),
		cmocka_unit_test(test_progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
