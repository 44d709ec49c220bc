/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Metadata that is well-formed and wrong: every checksum is right, unless that is the
 * point. Each kind says what the kernel makes of it.
 */
#ifndef DAMAGE_H
#define DAMAGE_H

#include "kernel.h"
#include "format.h"

/**
 * enum damage_expect - what becomes of such a spare
 * @DAMAGE_CTR: the table line is refused
 * @DAMAGE_RESUME: the table line is accepted, activation fails
 * @DAMAGE_HEALED: it starts, and the wrong copy is rewritten
 * @DAMAGE_IGNORED: it starts; what is wrong has no meaning
 */
enum damage_expect {
	DAMAGE_CTR,
	DAMAGE_RESUME,
	DAMAGE_HEALED,
	DAMAGE_IGNORED,
};

/**
 * struct damage_image - a formatted spare, to be damaged
 * @area: its bytes
 * @size: and how many
 * @sb: its superblock before
 * @shows: after the damage @block is to be found on @spare, else the map is as it was
 * @block: of main
 * @spare: or -1: on main
 */
struct damage_image {
	u8 *area;
	size_t size;
	struct remap_super sb;
	bool shows;
	u64 block;
	u32 spare;
};

struct damage {
	const char *name;
	const char *what;
	int (*make)(struct damage_image *image, const struct damage *d);
	enum damage_expect expect;
	int error;
	/* for @make */
	unsigned int copies;	/* 1: A, 2: B, 3: both */
	unsigned int at, bytes;	/* a field */
	u64 value;
};

/** damage_kind() - one after the other; NULL after the last */
const struct damage *damage_kind(unsigned int i);

/** damage_open() - 0, or -EINVAL if there is no sound superblock at the front */
int damage_open(struct damage_image *image, u8 *area, size_t size);

/** damage_find() - by name, or NULL */
const struct damage *damage_find(const char *name);

/** damage_make() - 0, or -errno when this spare has no room for it: nothing was changed */
int damage_make(struct damage_image *image, const struct damage *d);

/** damage_expect_name() - for people */
const char *damage_expect_name(enum damage_expect expect);

#endif
