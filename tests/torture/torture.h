/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all parts share: the world of one episode. An episode is a fresh pair of disks and a
 * list of operations, both made from one seed.
 */
#ifndef TORTURE_H
#define TORTURE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#define SECTOR		512u
#define MAX_IO		(256 * 1024)
#define NEVER		UINT64_MAX
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;

enum disk { MAIN, SPARE };

/* What kinds of trouble an episode has. */
enum profile {
	CALM,		/* power cuts, relocations, suspends */
	FAULTS,		/* and bad places on main */
	OUTAGES,	/* and whole devices that go away */
	BAD_SPARE,	/* and bad places in the spare's data */
	BAD_TABLE,	/* and in its metadata */
	FULL,		/* bad places on main, and few spare blocks */
	ALL,		/* all of these at once */
	NR_PROFILES,
};

struct shape {
	enum profile profile;
	u64 sectors;		/* of the remap device */
	u64 start[2];		/* on each disk */
	u64 size[2];		/* of each disk, sectors */
	u32 logical[2], physical[2];
	u32 block_size;
	u32 spare_blocks;	/* 0: as many as fit */
	u32 confirm_ms;
	u32 jitter_permille, jitter_us;
};

/* Chance: always from a seed. */
struct chance {
	u64 state;
};

u64 chance_next(struct chance *c);
u64 chance_below(struct chance *c, u64 n);
bool chance_of(struct chance *c, u32 percent);

/* One clock for everything that happens: it only counts. */
u64 tick(void);
u64 now_us(void);

extern struct world {
	u64 seed;		/* of the episode */
	u64 run;		/* in every sector written: which episode, which attempt */
	struct shape shape;
	int fd;			/* of the remap device, O_DIRECT */
	pthread_rwlock_t gate;	/* read: an operation; write: nothing else goes on */
	bool quiet;		/* while shrinking: violations are counted, not told */
	_Atomic bool failed;
	u64 failed_sector;	/* of the first violation, or NEVER */
} world;

static inline u32 spb(void)
{
	return world.shape.block_size / SECTOR;
}

/* A violation: told, and the episode ends. @sector: NEVER if it is about none. */
void violation(u64 sector, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Things that must not happen in the test itself. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
