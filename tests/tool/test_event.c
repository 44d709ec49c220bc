// SPDX-License-Identifier: GPL-2.0-only
/*
 * What monitor makes of two snapshots: each change alone has its event, with who it is
 * about and whether it is bad; nothing has none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../tools/event.h"

#include <cmocka.h>

static struct snapshot old, new;
static struct event events[EVENT_KINDS];
static size_t nr;

static int setup(void **state)
{
	struct remap_status *s = &old.status;

	memset(&old, 0, sizeof(old));
	strcpy(s->name, "safe");
	strcpy(s->mode, "rw");
	strcpy(s->state, "normal");
	s->total = 1000;
	s->used = 10;
	s->remapped = 10;
	s->lost = 3;
	strcpy(old.main, "/dev/main");
	strcpy(old.spare, "/dev/spare");
	old.has_scan = true;
	strcpy(old.scan, "waiting");
	old.passes = 4;
	old.last_start = 100;
	old.health = 80;
	new = old;
	return 0;
}

static void look(void)
{
	nr = events_between(&old, &new, events);
}

/* There is just this one. */
static void one(const char *name, bool bad, const char *component)
{
	look();
	assert_int_equal(nr, 1);
	assert_string_equal(event_name(events[0].kind), name);
	assert_int_equal(events[0].bad, bad);
	assert_string_equal(events[0].component, component);
	assert_true(events[0].text[0]);
}

static void none(void)
{
	look();
	assert_int_equal(nr, 0);
}

/* "A B C" */
static void all(const char *names)
{
	char text[512] = "";
	size_t i;

	for (i = 0; i < nr; i++) {
		strcat(text, i ? " " : "");
		strcat(text, event_name(events[i].kind));
	}
	assert_string_equal(text, names);
}

static void test_nothing(void **state)
{
	none();
	new.status.event_nr++;
	new.status.open_count++;
	new.status.read_errors++;
	new.progress++;
	none();
}

static void test_map(void **state)
{
	new.status.remapped = 12;
	one("RemapAdded", false, "/dev/main");
	assert_non_null(strstr(events[0].text, "2 more blocks live on the spare, 12 in all; 990 of 1000"));
	new.status.remapped = 9;
	none();
	new = old;
	new.status.lost = 5;
	one("DataLost", true, "/dev/main");
	assert_non_null(strstr(events[0].text, "5 logical blocks are lost, 2 of them new"));
	new.status.lost = 0;
	one("DataLostCleared", false, "/dev/main");
}

static void test_spare(void **state)
{
	new.status.used = 749;
	none();
	new.status.used = 750;
	one("SpareLow", true, "/dev/spare");
	old.status.used = 750;
	new.status.used = 899;
	none();
	new.status.used = 900;
	one("SpareLow", true, "/dev/spare");
	new.status.used = 1000;
	one("SpareFull", true, "/dev/spare");
	old.status.used = 999;
	one("SpareFull", true, "/dev/spare");
	new.status.used = 100;
	none();
}

static void test_low_water(void **state)
{
	old.low_water = 500;
	new.low_water = 500;
	new.status.used = 500;
	none();
	new.status.used = 501;
	one("SpareLow", true, "/dev/spare");
	new.low_water = 0;
	none();
}

static void test_metadata(void **state)
{
	new.given_up = 1;
	one("MetadataDegraded", true, "/dev/spare");
	old.given_up = 1;
	none();
	new.given_up = 0;
	none();
}

static void test_mode(void **state)
{
	static const char * const modes[] = { "ro-map", "read-only", "fail" };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		strcpy(new.status.mode, modes[i]);
		one("ModeChanged", true, "");
	}
	new = old;
	strcpy(old.status.mode, "ro-map");
	one("ModeChanged", false, "");
	strcpy(old.status.mode, "fail");
	strcpy(new.status.mode, "ro-map");
	new.status.read_only = true;
	one("ModeChanged", false, "");
}

static void test_state(void **state)
{
	strcpy(new.status.state, "unreachable");
	one("Unreachable", true, "/dev/main");
	strcpy(new.status.state, "spare-unreachable");
	one("Unreachable", true, "/dev/spare");
	strcpy(new.status.state, "write-dead");
	one("WriteDead", true, "/dev/main");
	strcpy(new.status.state, "storm");
	one("Storm", true, "/dev/main");
	old = new;
	none();
	strcpy(new.status.state, "normal");
	one("StateNormal", false, "");
}

static void test_scan(void **state)
{
	strcpy(new.scan, "scanning");
	none();			/* resumed */
	new.last_start = 200;
	one("ScanStarted", false, "/dev/main");
	old = new;
	strcpy(new.scan, "waiting");
	new.passes = 5;
	one("ScanFinished", false, "/dev/main");
	new.last_start = 300;
	look();
	all("ScanStarted ScanFinished");
	old.has_scan = false;
	none();			/* its module was loaded */
}

static void test_health(void **state)
{
	new.health = 50;
	none();
	new.health = 49;
	one("HealthLow", true, "/dev/main");
	old.health = 49;
	new.health = 25;
	none();
	new.health = 24;
	one("HealthLow", true, "/dev/main");
	new.health = 90;
	none();
	new.health = 10;
	new.has_scan = false;
	none();
}

/* What is wrong with it is news to whoever looks for the first time. */
static void test_appears(void **state)
{
	old.status.lost = 0;
	nr = events_between(NULL, &old, events);
	all("DeviceAppeared");
	assert_false(events[0].bad);
	new.status.lost = 1;
	new.status.used = 1000;
	new.given_up = 2;
	new.health = 20;
	strcpy(new.status.mode, "ro-map");
	strcpy(new.status.state, "storm");
	nr = events_between(NULL, &new, events);
	all("DeviceAppeared Storm ModeChanged DataLost MetadataDegraded SpareFull HealthLow");
	new = old;
	strcpy(new.status.mode, "ro-map");
	new.status.read_only = true;
	nr = events_between(NULL, &new, events);
	all("DeviceAppeared");
	nr = events_between(&old, NULL, events);
	all("DeviceGone");
}

/* A device that could not be activated knows nothing of its spare. */
static void test_fail(void **state)
{
	strcpy(new.status.mode, "fail");
	new.status.total = 0;
	new.status.used = 0;
	new.status.lost = 0;
	nr = events_between(NULL, &new, events);
	all("DeviceAppeared ModeChanged");
}

static void test_suspended(void **state)
{
	old.low_water = 5;
	new.status.suspended = true;
	new.has_scan = false;
	new.scan[0] = '\0';
	new.health = 0;
	snapshot_carry(&new, &old);
	none();
	assert_int_equal(new.health, 80);
	assert_int_equal(new.low_water, 5);
	new.status.suspended = false;
	new.health = 0;
	snapshot_carry(&new, &old);
	assert_int_equal(new.health, 0);
}

static void test_names(void **state)
{
	int a, b;

	for (a = 0; a < EVENT_KINDS; a++) {
		assert_non_null(event_name(a));
		for (b = 0; b < a; b++)
			assert_string_not_equal(event_name(a), event_name(b));
	}
	event_test(&old, events);
	nr = 1;
	all("TestMessage");
	assert_true(events[0].bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing, setup),
		cmocka_unit_test_setup(test_map, setup),
		cmocka_unit_test_setup(test_spare, setup),
		cmocka_unit_test_setup(test_low_water, setup),
		cmocka_unit_test_setup(test_metadata, setup),
		cmocka_unit_test_setup(test_mode, setup),
		cmocka_unit_test_setup(test_state, setup),
		cmocka_unit_test_setup(test_scan, setup),
		cmocka_unit_test_setup(test_health, setup),
		cmocka_unit_test_setup(test_appears, setup),
		cmocka_unit_test_setup(test_fail, setup),
		cmocka_unit_test_setup(test_suspended, setup),
		cmocka_unit_test_setup(test_names, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
