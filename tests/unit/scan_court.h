/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A judge, and a disk that is a list of slow sectors.
 */
#ifndef SCAN_COURT_H
#define SCAN_COURT_H

#include "rig.h"

#include "judge.h"

#define MS		1000000ULL
#define SECOND		(1000 * MS)
#define USUAL		(10 * MS)
#define CHUNK		2048u
#define DEVICE		(1000ULL * CHUNK)

/**
 * struct court
 * @slow: sectors that are slow, @nr_slow of them
 * @extra: all reads take so much longer
 * @disturbed: always somebody comes
 * @bad_controls: control reads are slow
 */
struct court {
	struct scan_judge j;
	u64 now, total;
	u64 slow[32];
	u32 nr_slow;
	u64 extra;
	bool disturbed, bad_controls;
};

void court_init(struct court *c, u32 block);

/** takes() - how long this read takes */
u64 takes(const struct court *c, u64 sector, u32 sectors);

/** court_probe() - an ordinary read; was it slow? */
bool court_probe(struct court *c, u64 sector, u32 sectors);

/** read_on() - healthy reads, far behind everything these tests are about */
void read_on(struct court *c, u32 times);

/** later() - late enough for a visit */
void later(struct court *c);

/** visit() - all reads of all visits; how many? */
u32 visit(struct court *c);

/** only() - the one suspect there is */
const struct scan_suspect *only(const struct court *c);

/** one_slow() - court_init(), and a chunk was read that is slow because of this sector */
void one_slow(struct court *c, u32 block, u64 sector);

/** to_block() - until a block is suspected: that of sector 777 of the fifth chunk */
void to_block(struct court *c);

#endif
