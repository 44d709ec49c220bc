// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dm-remap-core/format.c calls in the kernel.
 */
#include <linux/crc32c.h>
#include <linux/string.h>

const void *memchr_inv(const void *p, int c, size_t len)
{
	const u8 *b = p;

	for (; len; b++, len--)
		if (*b != (u8)c)
			return b;
	return NULL;
}

static u32 table[256];

static void fill_table(void)
{
	u32 i, bit, crc;

	for (i = 0; i < 256; i++) {
		for (crc = i, bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
		table[i] = crc;
	}
}

u32 crc32c(u32 crc, const void *buf, size_t len)
{
	const u8 *b = buf;

	if (!table[1])
		fill_table();
	while (len--)
		crc = crc >> 8 ^ table[(crc ^ *b++) & 0xff];
	return crc;
}
