// SPDX-License-Identifier: GPL-2.0-only
/*
 * /etc/remaptab: what is taken, and what is said of the rest.
 */
#include <stdio.h>
#include <string.h>

#include "good.h"

#include "../../tools/remaptab.h"

static struct remaptab parse(const char *line)
{
	struct remaptab e;

	if (!remaptab_parse(line, strlen(line), &e))
		fail_msg("'%s' is taken for an empty line", line);
	return e;
}

static void test_nothing(void **state)
{
	static const char * const lines[] = { "", " ", "\t \r", "# data /dev/sdb", "  #" };
	struct remaptab e;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		if (remaptab_parse(lines[i], strlen(lines[i]), &e))
			fail_msg("'%s' is taken for an entry", lines[i]);
}

static void test_short(void **state)
{
	struct remaptab e = parse("data UUID=1-2");

	assert_string_equal(e.why, "");
	assert_string_equal(e.name, "data");
	assert_string_equal(e.spare, "UUID=1-2");
	assert_string_equal(e.main, "");
	assert_int_equal(e.wait, REMAPTAB_WAIT);
	assert_false(e.nofail || e.noauto || e.readonly || e.initrd || e.spare_start);
	assert_string_equal(parse("data UUID=1-2 - -").why, "");
	assert_string_equal(parse("data UUID=1-2 - none").why, "");
}

static void test_long(void **state)
{
	struct remaptab e = parse("  my.disk-1\t/dev/disk/by-id/x   ID=wwid:naa.5  "
				  "nofail,noauto,readonly,x-initrd.attach,spare-timeout=2min,spare-start=2048,x-other=1,defaults\r");

	assert_string_equal(e.why, "");
	assert_string_equal(e.name, "my.disk-1");
	assert_string_equal(e.spare, "/dev/disk/by-id/x");
	assert_string_equal(e.main, "ID=wwid:naa.5");
	assert_int_equal(e.wait, 120);
	assert_int_equal(e.spare_start, 2048);
	assert_true(e.nofail && e.noauto && e.readonly && e.initrd);
	e = parse("d UUID=1 - data-device=PARTUUID=3");
	assert_string_equal(e.why, "");
	assert_string_equal(e.main, "PARTUUID=3");
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		int seconds;	/* -1: refused */
	} times[] = {
		{ "0", 0 }, { "5", 5 }, { "5s", 5 }, { "5sec", 5 }, { "2m", 120 }, { "2min", 120 },
		{ "24h", 86400 }, { "86400", 86400 }, { "86401", -1 }, { "25h", -1 }, { "", -1 },
		{ "-1", -1 }, { "+1", -1 }, { "1.5", -1 }, { "5x", -1 }, { "s", -1 },
		{ "99999999999999999999", -1 }, { "18446744073709551615h", -1 },
	};
	struct remaptab e;
	char line[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		snprintf(line, sizeof(line), "d UUID=1 - spare-timeout=%s", times[i].text);
		e = parse(line);
		if (!e.why[0] != (times[i].seconds >= 0) ||
		    (times[i].seconds >= 0 && e.wait != times[i].seconds))
			fail_msg("%s: %u, %s", times[i].text, e.wait, e.why);
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *line, *why;
	} bad[] = {
		{ "data", "there is no spare" },
		{ "a/b UUID=1", "the name 'a/b' may have only letters, digits and #+-.:=@_" },
		{ "a\\b UUID=1", "the name 'a\\b' may have only letters, digits and #+-.:=@_" },
		{ "control UUID=1", "'control' cannot be the name of a device here" },
		{ "..  UUID=1", "'..' cannot be the name of a device here" },
		{ "d sdb", "the spare 'sdb' is neither a path nor UUID=, PARTUUID= or PARTLABEL=" },
		{ "d -", "the spare '-' is neither a path nor UUID=, PARTUUID= or PARTLABEL=" },
		{ "d LABEL=x", "the spare 'LABEL=x' is neither a path nor UUID=, PARTUUID= or PARTLABEL=" },
		{ "d UUID=", "nothing follows UUID=" },
		{ "d /etc/passwd", "the spare '/etc/passwd' is not below /dev" },
		{ "d /dev/", "the spare '/dev/' is not below /dev" },
		{ "d UUID=1 UUID=2", "the main device 'UUID=2' is neither a path nor ID=, PARTUUID= or PARTLABEL= (UUID= and LABEL= name the file system, which is on two devices)" },
		{ "d UUID=1 /dev/disk/by-uuid/2", "the main device is given by what is on it, which is on two devices: give ID=, PARTUUID=, PARTLABEL= or a path that names the disk, not '/dev/disk/by-uuid/2'" },
		{ "d UUID=1 /dev/disk/by-label/x", "the main device is given by what is on it, which is on two devices: give ID=, PARTUUID=, PARTLABEL= or a path that names the disk, not '/dev/disk/by-label/x'" },
		{ "d UUID=1 - data-device=/dev/disk/by-id/lvm-pv-uuid-2", "the main device is given by what is on it, which is on two devices: give ID=, PARTUUID=, PARTLABEL= or a path that names the disk, not '/dev/disk/by-id/lvm-pv-uuid-2'" },
		{ "d UUID=1 ID=2 data-device=ID=3", "the main device is given twice" },
		{ "d UUID=1 - nofial", "there is no option 'nofial'" },
		{ "d UUID=1 - NOFAIL", "there is no option 'NOFAIL'" },
		{ "d UUID=1 - spare-start=1M", "spare-start= needs a number of sectors, not '1M'" },
		{ "d UUID=1 - spare-start=", "spare-start= needs a number of sectors, not ''" },
		{ "d UUID=1 - nofail , noauto", "there are more than four fields; options are separated by commas, without blanks" },
		{ "d UUID=1\033[2J", "field 2 has characters that are not printable ASCII" },
		{ "d\303\244 UUID=1", "field 1 has characters that are not printable ASCII" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_string_equal(parse(bad[i].line).why, bad[i].why);
}

/* Links that name the disk, and a spare, which has no other device over it. */
static void test_paths(void **state)
{
	assert_string_equal(parse("d UUID=1 /dev/disk/by-id/wwn-2").why, "");
	assert_string_equal(parse("d UUID=1 /dev/disk/by-partuuid/2").why, "");
	assert_string_equal(parse("d UUID=1 /dev/disk/by-uuid").why, "");
	assert_string_equal(parse("d UUID=1 ID=12disk/by-uuid/3").why, "");
	assert_string_equal(parse("d /dev/disk/by-uuid/1 ID=2").why, "");
}

/* A line with a mistake still hides its main device. */
static void test_bad_hides(void **state)
{
	assert_string_equal(parse("d UUID=1 ID=2 nofial").main, "ID=2");
	assert_string_equal(parse("d LABEL=1 ID=2").main, "ID=2");
	assert_string_equal(parse("d UUID=1 /dev/disk/by-uuid/2").main, "/dev/disk/by-uuid/2");
	assert_string_equal(parse("a/b UUID=1 ID=2").main, "ID=2");
	assert_string_equal(parse("d UUID=1 - nofial,data-device=ID=2").main, "ID=2");
	assert_string_equal(parse("d\303\244 UUID=1 ID=2").main, "ID=2");
	assert_string_equal(parse("d PARTLABEL=\303\244 ID=2").main, "ID=2");
	assert_string_equal(parse("d UUID=1 ID=2 \303\244").main, "ID=2");
	assert_string_equal(parse("d UUID=1 ID=\303\244").main, "");
}

static void test_limits(void **state)
{
	char line[REMAPTAB_LINE_SIZE + 2], name[REMAPTAB_NAME_SIZE + 1];
	struct remaptab e;

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	snprintf(line, sizeof(line), "%s UUID=1", name);
	assert_string_equal(parse(line).why, "the name has more than 127 characters");
	assert_string_equal(parse(line + 1).why, "");
	memset(line, 'x', sizeof(line));
	memcpy(line, "d /dev/", 7);
	line[2 + REMAPTAB_DEVICE_SIZE] = '\0';
	assert_string_equal(parse(line).why, "the spare has more than 255 characters");
	line[1 + REMAPTAB_DEVICE_SIZE] = '\0';
	assert_string_equal(parse(line).why, "");
	memset(line, ' ', sizeof(line));
	memcpy(line, "d UUID=1", 8);
	assert_true(remaptab_parse(line, REMAPTAB_LINE_SIZE, &e));
	assert_string_equal(e.why, "the line has more than 1023 characters");
	assert_true(remaptab_parse(line, REMAPTAB_LINE_SIZE - 1, &e));
	assert_string_equal(e.why, "");
	assert_true(remaptab_parse("d UUID=1\0x", 10, &e));
	assert_string_equal(e.why, "the line has a zero byte in it");
}

static struct remaptab_file read_text(const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct remaptab_file tab;

	assert_int_equal(remaptab_read(file, &tab), 0);
	fclose(file);
	return tab;
}

static void test_file(void **state)
{
	struct remaptab_file tab = read_text("# all\n\na UUID=1\n  \nb UUID=2\na UUID=3\nc UUID=2\n"
					     "d UUID=2 - spare-start=8\nlast UUID=9");

	assert_int_equal(tab.nr, 6);
	assert_int_equal(tab.entries[0].line, 3);
	assert_int_equal(tab.entries[5].line, 9);
	assert_string_equal(tab.entries[2].why, "line 3 has the name 'a' already");
	assert_string_equal(tab.entries[3].why, "line 5 has the spare 'UUID=2' already");
	/* several spares may lie on one disk */
	assert_string_equal(tab.entries[4].why, "");
	assert_ptr_equal(remaptab_find(&tab, "a"), &tab.entries[0]);
	assert_null(remaptab_find(&tab, "x"));
	remaptab_free(&tab);
	assert_int_equal(remaptab_load("/nonexistent/remaptab", &tab), 0);
	assert_int_equal(tab.nr, 0);
	assert_true(remaptab_load("/", &tab) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_bad_hides),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
