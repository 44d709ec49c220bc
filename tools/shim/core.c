// SPDX-License-Identifier: GPL-2.0-only
/*
 * What super.c, load.c and metadata.c of dm-remap-core call in the kernel, but
 * for the I/O, see store.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <linux/blk_types.h>
#include <linux/delay.h>
#include <linux/device-mapper.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#define ALIGNMENT	4096

void (*shim_message)(const char *text);

void shim_log(const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (!shim_message)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	shim_message(text);
}

void *vzalloc(size_t bytes)
{
	void *p = NULL;

	if (!bytes || posix_memalign(&p, ALIGNMENT, bytes))
		return NULL;
	return memset(p, 0, bytes);
}

void vfree(const void *p)
{
	free((void *)p);
}

void msleep(unsigned int ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&time, NULL);
}

s64 ktime_get_real_seconds(void)
{
	return time(NULL);
}

int blk_status_to_errno(blk_status_t status)
{
	return status ? -EIO : 0;
}

ssize_t strscpy(char *to, const char *from, size_t size)
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
