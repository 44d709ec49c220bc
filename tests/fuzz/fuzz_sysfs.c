// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of /sys/block/dm-N/dm_remap. The input: a letter for which file (from 128 on for
 * somebody else than root), a line feed, what is written to it.
 */
#include "base.h"
#include "fuzz.h"
#include "words.h"

static struct kobj_attribute *attribute(struct remap_device *dev, unsigned int n)
{
	struct attribute **attrs = dev->kobj.ktype->default_groups[0]->attrs;
	unsigned int count = 0;

	while (attrs[count])
		count++;
	return container_of(attrs[n % count], struct kobj_attribute, attr);
}

static void show(struct remap_device *dev, struct kobj_attribute *a, char *page)
{
	ssize_t n;

	memset(page, 0xa5, PAGE_SIZE);
	n = a->show(&dev->kobj, a, page);
	assert(n > 1 && n < PAGE_SIZE && n == strlen(page) && page[n - 1] == '\n');
}

/* sysfs hands over a page with a zero behind what was written */
static void store(struct remap_device *dev, struct kobj_attribute *a, const char *text,
		  size_t size)
{
	struct remap_knobs before = dev->knobs;
	u64 n, min, max;
	ssize_t r;
	bool good;

	r = a->store(&dev->kobj, a, text, size);
	good = shim_capable && words_knob(a->attr.name, strlen(a->attr.name), &min, &max) &&
	       words_number(text, &n) && n >= min && n <= max;
	words_check_knobs(dev);
	assert(r == (good ? (ssize_t)size : shim_capable ? -EINVAL : -EPERM));
	assert(good || !memcmp(&before, &dev->knobs, sizeof(before)));
	if (good)
		assert(remap_knob_get(dev, remap_knob_find(a->attr.name,
							   strlen(a->attr.name))) == n);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static char page[PAGE_SIZE], shown[PAGE_SIZE];
	struct remap_device *dev = life_dev(base_running(0));
	struct kobj_attribute *a;

	if (size < 3 || size - 2 >= PAGE_SIZE)
		return 0;
	shim_capable = data[0] < 128;
	a = attribute(dev, data[0]);
	shim_log_clear();
	remap_knobs_init(dev);
	memcpy(page, data + 2, size - 2);
	page[size - 2] = 0;
	assert(!a->store == !(a->attr.mode & 0222));
	if (a->store)
		store(dev, a, page, size - 2);
	show(dev, a, shown);
	return 0;
}
