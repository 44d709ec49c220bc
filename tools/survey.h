/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands where a backup is to be restored. */
#ifndef REMAPSETUP_SURVEY_H
#define REMAPSETUP_SURVEY_H

#include "backup_text.h"
#include "store.h"

/**
 * struct survey
 * @too_new: of a version that is not known here
 * @other_spare: there is a superblock of another spare
 * @other_content: something stands in the place of a superblock that was never one
 * @elsewhere: at the end, or behind the main device, stands a superblock of an area that begins
 *	at sector @begin of the device
 * @standby: it was to take the place of the backup's spare, or of its successor
 * @replaced: another one has taken its place
 * @cut: a handover to another one was cut, and this one was used since
 * @other_main: it belongs to another main device than that of the backup
 * @newer: its map was changed after the backup
 * @lacks: its map is whole, and no newer, and does not have all that the backup maps
 * @same: its map is that of the backup, and what may be rescued is so still
 * @no_data: there are mapped blocks, and all of them are zeros
 * @highest: generation in any valid block, but for those that are impossibly high
 */
struct survey {
	bool too_new, other_spare, other_content, elsewhere, standby, replaced, cut, other_main;
	bool newer, lacks, same, no_data;
	s64 begin;
	u64 highest;
};

/** survey() - the area is at least as long as that of the backup. 0 or -ENOMEM */
int survey(struct survey *s, struct store *store, const struct backup *backup);

#endif
