// SPDX-License-Identifier: GPL-2.0-only
#include "registry.h"

static DEFINE_MUTEX(registry_lock);
static LIST_HEAD(registry);

static bool overlap(const struct remap_disk *a, const struct remap_disk *b)
{
	struct block_device *x = a->dev->bdev, *y = b->dev->bdev;
	sector_t from = get_start_sect(x) + a->start;
	sector_t other = get_start_sect(y) + b->start;

	return x->bd_disk == y->bd_disk && from < other + b->length &&
	       other < from + a->length;
}

static bool same_device(struct remap_device *a, struct remap_device *b)
{
	return dm_table_get_md(a->ti->table) == dm_table_get_md(b->ti->table);
}

static bool conflict(struct remap_device *dev, struct remap_device *other, char **why)
{
	if (overlap(&dev->main, &other->main) || overlap(&dev->main, &other->spare)) {
		*why = "The main device is in use by another remap device";
		return true;
	}
	if (overlap(&dev->spare, &other->main) || overlap(&dev->spare, &other->spare)) {
		*why = "The spare device is in use by another remap device";
		return true;
	}
	return false;
}

/* a copy, perhaps: the data may be the same, but not where it could not be read */
static bool exchanged(const struct remap_disk *a, const struct remap_disk *b)
{
	return a->dev->bdev != b->dev->bdev || a->start != b->start;
}

/* preresume looks again; here the refusal does no harm yet */
static bool cuts_off(struct remap_device *dev, struct remap_device *other)
{
	u64 end = DIV_ROUND_UP_ULL(dev->ti->len, other->spb);
	remap_place_t place;

	return remap_map_first(&other->map, end, ULONG_MAX, &place) != U64_MAX;
}

int remap_registry_add(struct remap_device *dev, char **why)
{
	struct remap_device *other;
	int r = -EBUSY;

	INIT_LIST_HEAD(&dev->registered);
	if (overlap(&dev->main, &dev->spare)) {
		*why = "Main and spare overlap";
		return -EINVAL;
	}
	mutex_lock(&registry_lock);
	list_for_each_entry(other, &registry, registered) {
		if (!same_device(dev, other)) {
			if (conflict(dev, other, why))
				goto out;
		} else if (READ_ONCE(other->loaded)) {
			if (cuts_off(dev, other)) {
				*why = "The device would end before a remapped block";
				r = -EINVAL;
				goto out;
			}
			/* also if the instance before could not put it on record */
			if (exchanged(&dev->main, &other->main) || READ_ONCE(other->main_exchanged))
				WRITE_ONCE(dev->main_exchanged, true);
			/* while one replaces another, there are two: the newer comes first */
			if (!dev->live_known)
				memcpy(dev->live_uuid, other->md.super.uuid,
				       sizeof(dev->live_uuid));
			dev->live_known = true;
		}
	}
	list_add(&dev->registered, &registry);
	r = 0;
out:
	mutex_unlock(&registry_lock);
	return r;
}

void remap_registry_remove(struct remap_device *dev)
{
	if (!dev->registered.next)
		return;
	mutex_lock(&registry_lock);
	list_del_init(&dev->registered);
	mutex_unlock(&registry_lock);
}

static void take_over(struct remap_disk *to, struct remap_disk *from)
{
	if (test_and_clear_bit(0, &from->flush_failed))
		set_bit(0, &to->flush_failed);
}

void remap_registry_take_flush_errors(struct remap_device *dev)
{
	struct remap_device *other;

	mutex_lock(&registry_lock);
	list_for_each_entry(other, &registry, registered) {
		if (other == dev || !same_device(dev, other))
			continue;
		take_over(&dev->main, &other->main);
		take_over(&dev->spare, &other->spare);
	}
	mutex_unlock(&registry_lock);
}

bool remap_registry_uuid_free(struct remap_device *dev)
{
	struct remap_device *other;
	bool free = true;

	mutex_lock(&registry_lock);
	list_for_each_entry(other, &registry, registered)
		if (!same_device(dev, other) &&
		    !memcmp(other->md.super.uuid, dev->md.super.uuid, 16))
			free = false;
	mutex_unlock(&registry_lock);
	return free;
}
