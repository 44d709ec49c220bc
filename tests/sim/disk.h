/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simulated disk: serves one read at a time and says how long it takes.
 *
 * Rotating: 7200 rpm, seeks, 16 zones of which the outermost is twice as fast as the innermost,
 * rotational position, read-ahead into a small cache that makes an immediate re-read
 * fast. Flash: no position, short reads. Both: places that fail or are slow, benign
 * delays here and there, times in which everything is slow.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "rng.h"

#define MS		1000000ULL
#define SECOND		(1000 * MS)
#define REVOLUTION	(SECOND / 120)
#define DISK_SEGMENTS	16

/**
 * struct defect - a place that does not read as it should
 * @sector: where it begins
 * @sectors: how many
 * @delay_ns: that much longer than usual
 * @percent: of reads that are delayed
 * @bad: and then they fail, always
 * @gone: remapped: no longer read
 * @found_ns: when that was; 0: not yet
 */
struct defect {
	u64 sector;
	u32 sectors;
	u64 delay_ns;
	u32 percent;
	bool bad, gone;
	u64 found_ns;
};

/**
 * struct disk
 * @flash: or else a rotating one
 * @length: sectors
 * @defects: ascending
 * @nr_defects: how many
 * @benign: delays of 50 to 300 ms in a million reads
 * @factor: everything takes so many times as long
 * @ill_from: from here...
 * @ill_to: ...to here
 * @ill_ns: everything takes so much longer
 */
struct disk {
	bool flash;
	u64 length;
	struct defect *defects;
	u32 nr_defects;
	double benign;
	double factor;
	u64 ill_from, ill_to, ill_ns;

	struct rng rng;
	u64 head;
	struct {
		u64 from, to;
	} cache[DISK_SEGMENTS];
	u32 live;		/* the segment that reads ahead */
	u64 live_limit, live_ns;
};

void disk_init(struct disk *d, bool flash, u64 length, u64 seed);

/** disk_read() - nanoseconds that this read takes from @now_ns on; *failed if it does */
u64 disk_read(struct disk *d, u64 now_ns, u64 sector, u32 sectors, bool *failed);

/** disk_defect() - the first one that ends behind @sector; NULL: none */
struct defect *disk_defect(const struct disk *d, u64 sector);

#endif
