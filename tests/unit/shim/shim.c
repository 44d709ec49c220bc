// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "shim.h"

/* "prove" runs the programs as they are; say =stdout to read them yourself */
static void __attribute__((constructor)) speak_tap(void)
{
	setenv("CMOCKA_MESSAGE_OUTPUT", "tap", 0);
}

/*
 * Messages
 */

static char log_buf[1 << 16];
static size_t log_len;
bool shim_mute;

void shim_log(const char *fmt, ...)
{
	va_list ap;
	int n;

	if (shim_mute)
		return;
	va_start(ap, fmt);
	n = vsnprintf(log_buf + log_len, sizeof(log_buf) - log_len, fmt, ap);
	va_end(ap);
	if (n > 0 && log_len + n < sizeof(log_buf))
		log_len += n;
}

const char *shim_logged(void)
{
	return log_buf;
}

void shim_log_clear(void)
{
	log_len = 0;
	log_buf[0] = 0;
}

/*
 * Memory, time, strings
 */

unsigned int shim_fail_vzalloc;
unsigned int shim_slept_ms;

void *vzalloc(unsigned long bytes)
{
	if (shim_fail_vzalloc && !--shim_fail_vzalloc)
		return NULL;
	return calloc(1, bytes);
}

void vfree(const void *p)
{
	free((void *)p);
}

void msleep(unsigned int ms)
{
	shim_slept_ms += ms;
}

s64 shim_real_seconds = 1700000000;

s64 ktime_get_real_seconds(void)
{
	return shim_real_seconds;
}

void *memchr_inv(const void *p, int c, size_t len)
{
	const u8 *b = p;
	size_t i = 0;

	/* all alike if equal to itself, shifted by one: libc is quick at that */
	if (len > 16 && *b == (u8)c && !memcmp(b, b + 1, len - 1))
		return NULL;
	for (; i < len; i++)
		if (b[i] != (u8)c)
			return (void *)&b[i];
	return NULL;
}

ssize_t shim_strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size)
		return -E2BIG;
	if (len == size)
		len--;
	memcpy(to, from, len);
	to[len] = 0;
	return from[len] ? -E2BIG : (ssize_t)len;
}

int blk_status_to_errno(blk_status_t status)
{
	static const int errnos[SHIM_STATUSES] = {
		[BLK_STS_NOTSUPP] = -EOPNOTSUPP,
		[BLK_STS_TIMEOUT] = -ETIMEDOUT,
		[BLK_STS_NOSPC] = -ENOSPC,
		[BLK_STS_TRANSPORT] = -ENOLINK,
		[BLK_STS_MEDIUM] = -ENODATA,
		[BLK_STS_PROTECTION] = -EILSEQ,
		[BLK_STS_RESOURCE] = -ENOMEM,
	};

	if (!status)
		return 0;
	return status < SHIM_STATUSES && errnos[status] ? errnos[status] : -EIO;
}

/*
 * crc32c, eight bytes at a time: the model computes millions. Not for the
 * sanitizers, which would make it ten times slower.
 */

#define FAST __attribute__((no_sanitize("address", "undefined"), optimize("O2")))

static u32 crc_table[8][256];
bool shim_slow_crc;

static void FAST crc_setup(void)
{
	u32 i, j, k;

	for (i = 0; i < 256; i++) {
		u32 c = i;

		for (j = 0; j < 8; j++)
			c = c & 1 ? c >> 1 ^ 0x82f63b78 : c >> 1;
		crc_table[0][i] = c;
	}
	for (k = 1; k < 8; k++)
		for (i = 0; i < 256; i++)
			crc_table[k][i] = crc_table[k - 1][i] >> 8 ^
					  crc_table[0][crc_table[k - 1][i] & 0xff];
}

static u32 FAST crc_by_table(u32 crc, const u8 *p, size_t len)
{
	if (!crc_table[0][1])
		crc_setup();
	for (; len >= 8; len -= 8, p += 8) {
		u64 v;

		__builtin_memcpy(&v, p, 8);
		v ^= crc;
		crc = crc_table[7][v & 0xff] ^ crc_table[6][v >> 8 & 0xff] ^
		      crc_table[5][v >> 16 & 0xff] ^ crc_table[4][v >> 24 & 0xff] ^
		      crc_table[3][v >> 32 & 0xff] ^ crc_table[2][v >> 40 & 0xff] ^
		      crc_table[1][v >> 48 & 0xff] ^ crc_table[0][v >> 56];
	}
	while (len--)
		crc = crc >> 8 ^ crc_table[0][(crc ^ *p++) & 0xff];
	return crc;
}

#ifdef __x86_64__
static u32 FAST __attribute__((target("sse4.2"))) crc_by_cpu(u32 crc, const u8 *p, size_t len)
{
	u64 wide = crc, v;

	for (; len >= 8; len -= 8, p += 8) {
		__builtin_memcpy(&v, p, 8);
		wide = __builtin_ia32_crc32di(wide, v);
	}
	crc = wide;
	while (len--)
		crc = __builtin_ia32_crc32qi(crc, *p++);
	return crc;
}
#endif

u32 FAST crc32c(u32 crc, const void *buf, size_t len)
{
#ifdef __x86_64__
	if (!shim_slow_crc && __builtin_cpu_supports("sse4.2"))
		return crc_by_cpu(crc, buf, len);
#endif
	return crc_by_table(crc, buf, len);
}

/*
 * Bits
 */

unsigned long find_next_bit(const unsigned long *p, unsigned long size, unsigned long from)
{
	for (; from < size; from++)
		if (test_bit(from, p))
			return from;
	return size;
}

unsigned long find_next_zero_bit(const unsigned long *p, unsigned long size,
				 unsigned long from)
{
	for (; from < size; from++)
		if (!test_bit(from, p))
			return from;
	return size;
}

/*
 * An xarray is a sorted vector here. As in the kernel, storing over an entry
 * needs no memory and storing NULL erases.
 */

struct shim_xa_slot {
	unsigned long index;
	void *entry;
};

unsigned int shim_fail_xa_store;
gfp_t shim_xa_gfp;

static void *xa_error(int error)
{
	return (void *)((unsigned long)error * 4 | 2);
}

void xa_init(struct xarray *xa)
{
	memset(xa, 0, sizeof(*xa));
}

void xa_destroy(struct xarray *xa)
{
	free(xa->slots);
	xa_init(xa);
}

/* first slot whose index is at least this one */
static size_t lower_bound(struct xarray *xa, unsigned long index)
{
	size_t lo = 0, hi = xa->nr;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (xa->slots[mid].index < index)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool slot_is(struct xarray *xa, size_t at, unsigned long index)
{
	return at < xa->nr && xa->slots[at].index == index;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	size_t at = lower_bound(xa, index);

	return slot_is(xa, at, index) ? xa->slots[at].entry : NULL;
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	size_t at = lower_bound(xa, index);
	void *old;

	if (!slot_is(xa, at, index))
		return NULL;
	old = xa->slots[at].entry;
	xa->nr--;
	memmove(&xa->slots[at], &xa->slots[at + 1], (xa->nr - at) * sizeof(*xa->slots));
	return old;
}

static void *insert(struct xarray *xa, size_t at, unsigned long index, void *entry)
{
	if (shim_fail_xa_store && !--shim_fail_xa_store)
		return xa_error(-ENOMEM);
	if (xa->nr == xa->room) {
		xa->room = xa->room ? 2 * xa->room : 8;
		xa->slots = realloc(xa->slots, xa->room * sizeof(*xa->slots));
		assert(xa->slots);
	}
	memmove(&xa->slots[at + 1], &xa->slots[at], (xa->nr - at) * sizeof(*xa->slots));
	xa->slots[at].index = index;
	xa->slots[at].entry = entry;
	xa->nr++;
	return NULL;
}

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	size_t at = lower_bound(xa, index);
	void *old;

	if (!entry)
		return xa_erase(xa, index);
	assert(xa_is_value(entry));
	if (!slot_is(xa, at, index)) {
		shim_xa_gfp = gfp;
		return insert(xa, at, index, entry);
	}
	old = xa->slots[at].entry;
	xa->slots[at].entry = entry;
	return old;
}

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long last, xa_mark_t filter)
{
	size_t at = lower_bound(xa, *index);

	assert(filter == XA_PRESENT);
	if (at == xa->nr || xa->slots[at].index > last)
		return NULL;
	*index = xa->slots[at].index;
	return xa->slots[at].entry;
}
