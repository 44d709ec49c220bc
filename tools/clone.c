// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/crc32c.h>
#include <linux/kernel.h>

#include "clone.h"

#define CHUNK_SECTORS	(CLONE_CHUNK >> 9)
#define ALIGNMENT	4096
#define TRIES		3	/* of a block, while the map changes */

/*
 * One piece
 */

static int add_hole(struct clone *c, u64 block)
{
	u64 *more;

	if (c->nr_holes == c->room) {
		more = realloc(c->holes, 2 * (c->room + 64) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		c->holes = more;
		c->room = 2 * (c->room + 64);
	}
	c->holes[c->nr_holes++] = block;
	return 0;
}

/* Logical block by logical block; those that do not read are zeros. */
static u64 read_units(struct clone *c, u64 sector, u8 *buf, size_t bytes)
{
	u64 mask = 0;
	size_t at;

	for (at = 0; at < bytes; at += c->unit) {
		if (!c->ops->read(c->context, sector + (at >> 9), buf + at, c->unit))
			continue;
		memset(buf + at, 0, c->unit);
		mask |= 1ULL << (at / c->unit);
	}
	return mask;
}

static int read_block(struct clone *c, u64 sector, u8 *buf, size_t bytes)
{
	u64 block = sector / (c->block_size >> 9), mask;
	int i, r = -EAGAIN;

	for (i = 0; i < TRIES && r == -EAGAIN; i++) {
		mask = read_units(c, sector, buf, bytes);
		if (!mask)
			return 0;
		r = c->ops->settle(c->context, block, mask);
	}
	if (r) {
		c->at = sector;
		return -ENODATA;
	}
	c->lost += __builtin_popcountll(mask);
	return add_hole(c, block);
}

static int read_piece(struct clone *c, u64 sector, u8 *buf, size_t bytes)
{
	size_t half = (bytes / 2 + c->block_size - 1) / c->block_size * c->block_size;
	int r;

	if (!c->ops->read(c->context, sector, buf, bytes))
		return 0;
	if (bytes <= c->block_size)
		return read_block(c, sector, buf, bytes);
	r = read_piece(c, sector, buf, half);
	return r ? r : read_piece(c, sector + (half >> 9), buf + half, bytes - half);
}

/*
 * All of them
 */

static u64 nr_chunks(const struct clone *c)
{
	return (c->sectors + CHUNK_SECTORS - 1) / CHUNK_SECTORS;
}

/* The middle, the end, the beginning. */
static u64 chunk_of_turn(const struct clone *c, u64 turn)
{
	u64 all = nr_chunks(c), head = min(all, (u64)CLONE_ENDS);

	return turn < all - head ? turn + head : turn - (all - head);
}

static size_t bytes_of(const struct clone *c, u64 chunk)
{
	return min((u64)CHUNK_SECTORS, c->sectors - chunk * CHUNK_SECTORS) << 9;
}

static int copy_chunk(struct clone *c, u64 chunk)
{
	u64 sector = chunk * CHUNK_SECTORS;
	size_t bytes = bytes_of(c, chunk);
	int r = read_piece(c, sector, c->buf, bytes);

	if (r)
		return r;
	c->sums[chunk] = crc32c(~0, c->buf, bytes);
	if (!c->ops->write(c->context, sector, c->buf, bytes))
		return 0;
	c->at = sector;
	return -EIO;
}

static int compare_chunk(struct clone *c, u64 chunk)
{
	u64 sector = chunk * CHUNK_SECTORS;
	size_t bytes = bytes_of(c, chunk);

	memset(c->buf, 0, bytes);
	if (!c->ops->look(c->context, sector, c->buf, bytes) &&
	    crc32c(~0, c->buf, bytes) == c->sums[chunk])
		return 0;
	c->at = sector;
	return -EIO;
}

static int each_chunk(struct clone *c, int (*what)(struct clone *c, u64 chunk))
{
	u64 all = nr_chunks(c), turn;
	int r = 0;

	for (turn = 0; !r && turn < all; turn++) {
		if (!c->ops->go_on(c->context, min(turn * CHUNK_SECTORS, c->sectors), c->sectors))
			return -EINTR;
		r = what(c, chunk_of_turn(c, turn));
	}
	return r;
}

static int by_number(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int clone_copy(struct clone *c)
{
	int r;

	c->sums = calloc(nr_chunks(c), sizeof(*c->sums));
	c->buf = aligned_alloc(ALIGNMENT, CLONE_CHUNK);
	if (!c->sums || !c->buf)
		return -ENOMEM;
	r = each_chunk(c, copy_chunk);
	if (!r && c->ops->flush(c->context))
		r = -EIO;
	if (c->nr_holes)
		qsort(c->holes, c->nr_holes, sizeof(*c->holes), by_number);
	return r;
}

int clone_compare(struct clone *c)
{
	return each_chunk(c, compare_chunk);
}

static int wipe(const struct clone_ops *ops, void *context, u64 from, u64 to, const void *zeros)
{
	int r = 0;

	while (!r && from < to) {
		u64 sectors = min((u64)CHUNK_SECTORS, to - from);

		r = ops->write(context, from, zeros, sectors << 9);
		from += sectors;
	}
	return r;
}

int clone_wipe_ends(const struct clone_ops *ops, void *context, u64 sectors)
{
	u64 end = min(sectors, (u64)CLONE_ENDS * CHUNK_SECTORS);
	void *zeros = aligned_alloc(ALIGNMENT, CLONE_CHUNK);
	int r;

	if (!zeros)
		return -ENOMEM;
	memset(zeros, 0, CLONE_CHUNK);
	r = wipe(ops, context, 0, end, zeros);
	if (!r)
		r = wipe(ops, context, sectors - end, sectors, zeros);
	if (!r)
		r = ops->flush(context);
	free(zeros);
	return r;
}

void clone_free(struct clone *c)
{
	free(c->sums);
	free(c->buf);
	free(c->holes);
}
