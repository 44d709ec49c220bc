/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each sector of the remap device may hold at a place of the log, by what
 * its user had been told by then:
 *
 *   a write acknowledged by a flush	that, or what was submitted later
 *   any other write			that, or what was there before
 *   known as lost (a read said so)	an error, or what was submitted later
 *   in a place that went bad since	an error as well, until a later write is flushed
 *   discarded				zeros as well
 *
 * Nothing else: never what was there before, never another sector's data, never
 * zeros that nobody wrote.
 */
#ifndef CRASH_MODEL_H
#define CRASH_MODEL_H

#include "log.h"

/* after so many promises; a state that was fine before may not be any more */
extern u32 model_version;
/* there was an activation: from here on the spare must never be refused */
extern bool model_active;
/* main is filled; nothing is checked before */
extern bool model_filled;
/* the last mark of a phase, for people */
extern const char *model_phase;

void model_init(void);

/** model_mark() - take in a mark; false if it means nothing here */
bool model_mark(const char *text);

/** model_allows() - may this sector read so? NULL content is an error */
bool model_allows(u32 sector, const struct content *content);

/** model_wrote() - was there such a write, of this sector, so far? */
bool model_wrote(u32 write, u32 sector);

/** model_explain() - what is allowed, for people */
const char *model_explain(u32 sector);

/* complaints of the recorder itself */
extern u32 model_live_violations;

#endif
