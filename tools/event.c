// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/kernel.h>

#include "event.h"

static const char * const names[EVENT_KINDS] = {
	[EVENT_DEVICE_APPEARED] = "DeviceAppeared",
	[EVENT_DEVICE_GONE] = "DeviceGone",
	[EVENT_REMAP_ADDED] = "RemapAdded",
	[EVENT_SPARE_LOW] = "SpareLow",
	[EVENT_SPARE_FULL] = "SpareFull",
	[EVENT_DATA_LOST] = "DataLost",
	[EVENT_DATA_LOST_CLEARED] = "DataLostCleared",
	[EVENT_SCAN_STARTED] = "ScanStarted",
	[EVENT_SCAN_FINISHED] = "ScanFinished",
	[EVENT_METADATA_DEGRADED] = "MetadataDegraded",
	[EVENT_MODE_CHANGED] = "ModeChanged",
	[EVENT_UNREACHABLE] = "Unreachable",
	[EVENT_WRITE_DEAD] = "WriteDead",
	[EVENT_STORM] = "Storm",
	[EVENT_STATE_NORMAL] = "StateNormal",
	[EVENT_HEALTH_LOW] = "HealthLow",
	[EVENT_TEST_MESSAGE] = "TestMessage",
};

struct list {
	struct event *events;
	size_t nr;
};

const char *event_name(enum event_kind kind)
{
	return names[kind];
}

static void __attribute__((format(printf, 5, 6)))
add(struct list *l, enum event_kind kind, bool bad, const char *component, const char *fmt, ...)
{
	struct event *e = &l->events[l->nr++];
	va_list args;

	e->kind = kind;
	e->bad = bad;
	snprintf(e->component, sizeof(e->component), "%s", component);
	va_start(args, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, args);
	va_end(args);
}

static void see_map(struct list *l, const struct snapshot *old, const struct snapshot *new)
{
	const struct remap_status *a = &old->status, *b = &new->status;

	if (b->remapped > a->remapped)
		add(l, EVENT_REMAP_ADDED, false, new->main,
		    "%llu more blocks live on the spare, %llu in all; %u of %u spare blocks are free",
		    b->remapped - a->remapped, b->remapped, b->total - b->used, b->total);
	if (b->lost > a->lost)
		add(l, EVENT_DATA_LOST, true, new->main,
		    "%llu logical blocks are lost, %llu of them new: they read as errors until they are written. remapsetup list --lost %s has them",
		    b->lost, b->lost - a->lost, b->name);
	if (b->lost < a->lost)
		add(l, EVENT_DATA_LOST_CLEARED, false, new->main,
		    "%llu logical blocks that were lost were written or rescued; %llu are left",
		    a->lost - b->lost, b->lost);
}

static void see_spare(struct list *l, const struct snapshot *old, const struct snapshot *new)
{
	const struct remap_status *s = &new->status;
	int level = snapshot_spare_level(new);

	if (new->given_up > old->given_up)
		add(l, EVENT_METADATA_DEGRADED, true, new->spare,
		    "%u copies of metadata on the spare are damaged or out of use; what is mapped has another copy. See remapsetup check %s",
		    new->given_up, new->spare);
	if (level <= snapshot_spare_level(old))
		return;
	if (level == 3)
		add(l, EVENT_SPARE_FULL, true, new->spare,
		    "no spare block is left: errors go up to the file system from now on. Copy the data off and replace the disk");
	else
		add(l, EVENT_SPARE_LOW, true, new->spare,
		    "%u of %u spare blocks are in use. When none is left, errors go up to the file system",
		    s->used, s->total);
}

static void see_mode(struct list *l, const struct snapshot *old, const struct snapshot *new)
{
	if (!strcmp(old->status.mode, new->status.mode))
		return;
	if (snapshot_mode_is_meant(new))
		add(l, EVENT_MODE_CHANGED, false, "", "the mode is %s, which is as it should be",
		    new->status.mode);
	else
		add(l, EVENT_MODE_CHANGED, true, "",
		    "the mode went from %s to %s: it does not work fully any more. See remapsetup status %s",
		    old->status.mode, new->status.mode, new->status.name);
}

static void see_state(struct list *l, const struct snapshot *old, const struct snapshot *new)
{
	const char *state = new->status.state;

	if (!strcmp(old->status.state, state))
		return;
	if (!strcmp(state, "normal"))
		add(l, EVENT_STATE_NORMAL, false, "", "%s is over", old->status.state);
	else if (!strcmp(state, "unreachable"))
		add(l, EVENT_UNREACHABLE, true, new->main,
		    "the main device does not answer; nothing is moved meanwhile. Look at its cable and its power");
	else if (!strcmp(state, "spare-unreachable"))
		add(l, EVENT_UNREACHABLE, true, new->spare,
		    "the spare does not answer: what was moved to it cannot be read. Look at its cable and its power");
	else if (!strcmp(state, "write-dead"))
		add(l, EVENT_WRITE_DEAD, true, new->main,
		    "the main device refuses all writes, and nothing is moved any more. Copy the data off and replace it");
	else if (!strcmp(state, "storm"))
		add(l, EVENT_STORM, true, new->main,
		    "too many blocks fail too fast: failing reads are not moved for now. Copy the data off and replace the disk");
}

static bool under_way(const struct snapshot *s)
{
	return !strcmp(s->scan, "scanning") || !strcmp(s->scan, "yielding") ||
	       !strcmp(s->scan, "stalled") || !strcmp(s->scan, "confirming");
}

static int health_level(const struct snapshot *s)
{
	if (!s->has_scan || s->health >= 50)
		return 0;
	return s->health >= 25 ? 1 : 2;
}

/* A pass may begin and end between two looks. */
static void see_scan(struct list *l, const struct snapshot *old, const struct snapshot *new)
{
	if (health_level(new) > health_level(old))
		add(l, EVENT_HEALTH_LOW, true, new->main,
		    "the health score is %llu of 100: replace the disk before the spare is full",
		    new->health);
	if (!old->has_scan || !new->has_scan)
		return;
	if (new->last_start != old->last_start && (under_way(new) || new->passes > old->passes))
		add(l, EVENT_SCAN_STARTED, false, new->main, "a pass of the scanner has begun");
	if (new->passes > old->passes)
		add(l, EVENT_SCAN_FINISHED, false, new->main,
		    "a pass of the scanner is complete; the health score is %llu of 100",
		    new->health);
}

/* The same device, as it would be if all were well. */
static void make_ideal(struct snapshot *ideal, const struct snapshot *s)
{
	*ideal = *s;
	ideal->status.used = 0;
	ideal->status.lost = 0;
	ideal->low_water = 0;
	ideal->given_up = 0;
	ideal->has_scan = false;
	strcpy(ideal->status.mode, s->status.read_only ? "ro-map" : "rw");
	strcpy(ideal->status.state, "normal");
	/* a mode as good as it */
	if (!snapshot_is_degraded(s))
		strcpy(ideal->status.mode, s->status.mode);
}

size_t events_between(const struct snapshot *old, const struct snapshot *new,
		      struct event events[EVENT_KINDS])
{
	struct list l = { .events = events };
	struct snapshot ideal;

	if (!new) {
		add(&l, EVENT_DEVICE_GONE, false, "", "the device was closed");
		return l.nr;
	}
	if (!old) {
		add(&l, EVENT_DEVICE_APPEARED, false, "", "%s on %s, with the spare %s",
		    new->status.name, new->main, new->spare);
		make_ideal(&ideal, new);
		old = &ideal;
	}
	see_state(&l, old, new);
	see_mode(&l, old, new);
	see_map(&l, old, new);
	see_spare(&l, old, new);
	see_scan(&l, old, new);
	return l.nr;
}

void event_test(const struct snapshot *s, struct event *event)
{
	struct list l = { .events = event };

	add(&l, EVENT_TEST_MESSAGE, true, "", "this is a test; nothing has happened to %s",
	    s->status.name);
}
