/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has happened to a device between two looks at it: pure.
 */
#ifndef REMAPSETUP_EVENT_H
#define REMAPSETUP_EVENT_H

#include <stddef.h>

#include "snapshot.h"

/* Their names are stable: programs get them. Keep in step with the table in event.c. */
enum event_kind {
	EVENT_DEVICE_APPEARED,
	EVENT_DEVICE_GONE,
	EVENT_REMAP_ADDED,
	EVENT_SPARE_LOW,
	EVENT_SPARE_FULL,
	EVENT_DATA_LOST,
	EVENT_DATA_LOST_CLEARED,
	EVENT_SCAN_STARTED,
	EVENT_SCAN_FINISHED,
	EVENT_METADATA_DEGRADED,
	EVENT_MODE_CHANGED,
	EVENT_UNREACHABLE,
	EVENT_WRITE_DEAD,
	EVENT_STORM,
	EVENT_STATE_NORMAL,
	EVENT_HEALTH_LOW,
	EVENT_TEST_MESSAGE,
	EVENT_KINDS
};

/**
 * struct event
 * @bad: somebody should get up for it
 * @component: path of the device that it is about; "": of both, or of none
 * @text: a sentence for people
 */
struct event {
	enum event_kind kind;
	bool bad;
	char component[160];
	char text[256];
};

/** event_name() - in CamelCase */
const char *event_name(enum event_kind kind);

/**
 * events_between() - what tells one state from the next
 * @old: NULL: the device was not there, or nobody looked
 * @new: NULL: it is gone
 * @events: as many as there are kinds; each kind comes once at most
 *
 * What is wrong with a device that is seen for the first time is an event as well.
 *
 * Return: how many.
 */
size_t events_between(const struct snapshot *old, const struct snapshot *new,
		      struct event events[EVENT_KINDS]);

/** event_test() - for monitor --test */
void event_test(const struct snapshot *s, struct event *event);

#endif
