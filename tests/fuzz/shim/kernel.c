// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel.h"

/* freed memory is kept for a while: a little will do, the arrays are large */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=2";
}

/* the kernel's takes a no-break space for white as well */
static bool is_space(char c)
{
	return isspace((unsigned char)c) || (unsigned char)c == 0xa0;
}

/*
 * Numbers: an optional plus, digits, at most one newline behind them
 */

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long value = 0;
	bool overflow = false;
	const char *digits;

	assert(base == 10);
	if (*s == '+')
		s++;
	for (digits = s; isdigit((unsigned char)*s); s++)
		overflow |= __builtin_mul_overflow(value, 10, &value) +
			    __builtin_add_overflow(value, *s - '0', &value);
	/* the range is complained of before what follows is looked at */
	if (overflow)
		return -ERANGE;
	if (s == digits)
		return -EINVAL;
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	*res = value;
	return 0;
}

int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	unsigned long long value;
	int r = kstrtoull(s, base, &value);

	if (r)
		return r;
	if (value != (unsigned int)value)
		return -ERANGE;
	*res = value;
	return 0;
}

/*
 * Texts
 */

static int print_uuid(char *buf, size_t size, const char *fmt, const char *at, const u8 *u)
{
	return snprintf(buf, size,
			"%.*s%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x%s",
			(int)(at - fmt), fmt, u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7],
			u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15], at + 4);
}

static int print(char *buf, size_t size, const char *fmt, va_list ap)
{
	const char *at = strstr(fmt, "%pUb");
	int n;

	if (!size)
		return 0;
	n = at ? print_uuid(buf, size, fmt, at, va_arg(ap, const u8 *)) :
		 vsnprintf(buf, size, fmt, ap);
	assert(n >= 0);
	return (size_t)n < size ? n : (int)size - 1;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	/* a negative size went through an unsigned subtraction */
	assert(size <= INT_MAX);
	va_start(ap, fmt);
	n = print(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

/* the same, whether or not a newline follows */
bool sysfs_streq(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b);

	m -= m && a[m - 1] == '\n';
	n -= n && b[n - 1] == '\n';
	return m == n && !memcmp(a, b, n);
}

int sysfs_emit(char *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = print(buf, PAGE_SIZE, fmt, ap);
	va_end(ap);
	return n;
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

int uuid_parse(const char *text, uuid_t *uuid)
{
	unsigned int i, at = 0;

	for (i = 0; i < UUID_STRING_LEN; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' :
		    !isxdigit((unsigned char)text[i]))
			return -EINVAL;
	for (i = 0; i < 16; i++) {
		at += text[at] == '-';
		uuid->b[i] = hex(text[at]) << 4 | hex(text[at + 1]);
		at += 2;
	}
	return 0;
}

void generate_random_uuid(unsigned char uuid[16])
{
	memcpy(uuid, "0123456789abcdef", 16);
}

/*
 * Memory, sysfs
 */

bool shim_noio;
bool shim_capable = true;
const struct sysfs_ops kobj_sysfs_ops;

unsigned int memalloc_noio_save(void)
{
	bool old = shim_noio;

	shim_noio = true;
	return old;
}

void memalloc_noio_restore(unsigned int flags)
{
	assert(shim_noio);
	shim_noio = flags;
}

int kobject_init_and_add(struct kobject *kobj, const struct kobj_type *type,
			 struct kobject *parent, const char *name)
{
	kobj->ktype = type;
	return 0;
}

void kobject_put(struct kobject *kobj)
{
	kobj->ktype->release(kobj);
}

/*
 * device-mapper
 */

unsigned long shim_delay;

struct block_device *shim_main, *shim_spare;
int shim_open_devices;

const char *dm_shift_arg(struct dm_arg_set *as)
{
	if (!as->argc)
		return NULL;
	as->argc--;
	return *as->argv++;
}

/* sscanf(text, "%u%c") == 1: leading white space passes, and what is too large wraps */
static bool scan_unsigned(const char *text, unsigned int *value)
{
	unsigned long long n = 0;

	while (is_space(*text))
		text++;
	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++)
		n = n * 10 + (*text - '0');
	*value = n;
	return !*text;
}

int dm_read_arg_group(const struct dm_arg *arg, struct dm_arg_set *as,
		      unsigned int *value, char **error)
{
	const char *text = dm_shift_arg(as);

	if (text && scan_unsigned(text, value) && *value >= arg->min &&
	    *value <= arg->max && as->argc >= *value)
		return 0;
	*error = arg->error;
	return -EINVAL;
}

/* One word; a backslash takes the next character as it is. Returns what follows. */
static char *split_word(char *in)
{
	char *out = in;

	while (*in && !is_space(*in)) {
		if (*in == '\\' && in[1])
			in++;
		*out++ = *in++;
	}
	if (*in)
		in++;
	*out = 0;
	return in;
}

int dm_split_args(int *argc, char ***argvp, char *input)
{
	size_t room = strlen(input) / 2 + 1;

	*argc = 0;
	*argvp = calloc(room, sizeof(**argvp));
	assert(*argvp);
	for (;;) {
		while (is_space(*input))
			input++;
		if (!*input)
			return 0;
		(*argvp)[(*argc)++] = input;
		input = split_word(input);
	}
}

int dm_get_device(struct dm_target *ti, const char *path, blk_mode_t mode,
		  struct dm_dev **result)
{
	struct block_device *bdev = !strcmp(path, "main") ? shim_main :
				    !strcmp(path, "spare") ? shim_spare : NULL;

	if (!bdev)
		return -ENODEV;
	*result = calloc(1, sizeof(**result));
	assert(*result);
	(*result)->bdev = bdev;
	(*result)->mode = mode;
	strscpy((*result)->name, path, sizeof((*result)->name));
	shim_open_devices++;
	return 0;
}

void dm_put_device(struct dm_target *ti, struct dm_dev *dev)
{
	shim_open_devices--;
	free(dev);
}

int dm_copy_name_and_uuid(struct mapped_device *md, char *name, char *uuid)
{
	strscpy(name, md->name, DM_NAME_LEN);
	return 0;
}
