// SPDX-License-Identifier: GPL-2.0-only
/*
 * Teardown of an attachment, with those that may still use it:
 *
 *   taken off the device's list              under clients_lock, so by one of us
 *   sampler := NULL ; synchronize_rcu()      end_io of any CPU
 *   ops->detach()                            the client's own work and requests
 *   free
 *
 * ops->detach() runs without clients_lock: it may wait for I/O to a disk that is
 * another remap device, whose resume needs the lock. remap_client_detach() waits for
 * those that dm_remap_unregister_client() is taking down meanwhile.
 */
#include <linux/percpu.h>
#include <linux/slab.h>

#include <dm-remap/api.h>

#include "client.h"
#include "repair.h"

#define DM_MSG_PREFIX "remap"

DEFINE_STATIC_KEY_FALSE(remap_sampling);

static DEFINE_MUTEX(clients_lock);
static LIST_HEAD(clients);	/* struct client */
static LIST_HEAD(devices);	/* struct remap_device, attached to all clients */
static unsigned int detaching_all;	/* calls of ops->detach() under way */
static DECLARE_WAIT_QUEUE_HEAD(detached);

struct client {
	struct list_head list;
	const struct dm_remap_client_ops *ops;
	bool going;		/* being unregistered: no new attachments */
};

struct remap_attachment {
	struct list_head list;
	const struct dm_remap_client_ops *ops;
	void *context;
};

/*
 * The hot path's hooks
 */

void remap_client_started(struct remap_device *dev, struct remap_bio *rb)
{
	rb->flags |= REMAP_BIO_SAMPLED;
	rb->start = ktime_get_ns();
	this_cpu_inc(dev->stats->started);
}

void remap_client_ended(struct remap_device *dev, struct remap_bio *rb,
			blk_status_t status)
{
	struct remap_attachment *a;

	rb->flags &= ~REMAP_BIO_SAMPLED;
	this_cpu_inc(dev->stats->ended);
	rcu_read_lock();
	a = rcu_dereference(dev->sampler);
	if (a) {
		u64 now = ktime_get_ns();
		struct dm_remap_sample sample = {
			.sector = rb->iter.bi_sector,
			.sectors = rb->iter.bi_size >> SECTOR_SHIFT,
			.latency_ns = now - rb->start,
			.ended_ns = now,
			.status = status,
			.write = remap_bio_writes(rb),
			.remapped = rb->spare != REMAP_NO_SPARE,
		};

		a->ops->sample(a->context, &sample);
	}
	rcu_read_unlock();
}

void remap_client_flushed(struct remap_device *dev, struct remap_bio *rb)
{
	if (rb->flags & REMAP_BIO_SAMPLED)
		this_cpu_inc(dev->stats->ended);
}

/*
 * Attaching
 */

static void attach_one(struct remap_device *dev, const struct dm_remap_client_ops *ops)
{
	struct remap_attachment *a = kzalloc(sizeof(*a), GFP_NOIO);
	void *context;

	if (!a) {
		DMERR("%s: no memory to attach %s", dev->name, ops->name);
		return;
	}
	context = ops->attach(dev);
	if (IS_ERR(context)) {
		DMWARN("%s: %s does not attach (error %ld)", dev->name, ops->name,
		       PTR_ERR(context));
		kfree(a);
		return;
	}
	a->ops = ops;
	a->context = context;
	list_add_tail(&a->list, &dev->attachments);
	if (ops->sample)
		rcu_assign_pointer(dev->sampler, a);
}

static struct remap_attachment *take_attachment(struct remap_device *dev,
						const struct dm_remap_client_ops *ops)
{
	struct remap_attachment *a;

	lockdep_assert_held(&clients_lock);
	list_for_each_entry_reverse(a, &dev->attachments, list) {
		if (ops && a->ops != ops)
			continue;
		list_del(&a->list);
		WRITE_ONCE(dev->detaching, dev->detaching + 1);
		WRITE_ONCE(detaching_all, detaching_all + 1);
		return a;
	}
	return NULL;
}

/* Drops the lock meanwhile; the device stays because of dev->detaching. */
static void detach_one(struct remap_device *dev, struct remap_attachment *a)
{
	mutex_unlock(&clients_lock);
	if (rcu_access_pointer(dev->sampler) == a) {
		RCU_INIT_POINTER(dev->sampler, NULL);
		synchronize_rcu();
	}
	a->ops->detach(dev, a->context);
	kfree(a);
	mutex_lock(&clients_lock);
	WRITE_ONCE(dev->detaching, dev->detaching - 1);
	WRITE_ONCE(detaching_all, detaching_all - 1);
	wake_up_all(&detached);
}

void remap_client_attach(struct remap_device *dev)
{
	struct client *c;

	mutex_lock(&clients_lock);
	if (list_empty(&dev->list)) {
		list_add_tail(&dev->list, &devices);
		list_for_each_entry(c, &clients, list)
			if (!c->going)
				attach_one(dev, c->ops);
	}
	mutex_unlock(&clients_lock);
}

void remap_client_detach(struct remap_device *dev)
{
	struct remap_attachment *a;

	mutex_lock(&clients_lock);
	list_del_init(&dev->list);
	while ((a = take_attachment(dev, NULL)))
		detach_one(dev, a);
	mutex_unlock(&clients_lock);
	wait_event(detached, !READ_ONCE(dev->detaching));
	/* and until the last one has left the lock */
	mutex_lock(&clients_lock);
	mutex_unlock(&clients_lock);
}

/* A device that is being detached from the client has no such message any more. */
int remap_client_message(struct remap_device *dev, unsigned int argc, char **argv,
			 char *result, unsigned int maxlen)
{
	struct remap_attachment *a;
	int r = -ENOENT;

	mutex_lock(&clients_lock);
	list_for_each_entry(a, &dev->attachments, list) {
		if (!a->ops->word || strcmp(a->ops->word, argv[0]))
			continue;
		r = a->ops->message(a->context, argc, argv, result, maxlen);
		break;
	}
	mutex_unlock(&clients_lock);
	return r;
}

static struct client *find_client(const struct dm_remap_client_ops *ops)
{
	struct client *c;

	lockdep_assert_held(&clients_lock);
	list_for_each_entry(c, &clients, list)
		if (c->ops == ops)
			return c;
	return NULL;
}

/* Only one samples, and each has a word of its own. */
static bool in_the_way(const struct dm_remap_client_ops *ops)
{
	struct client *c;

	lockdep_assert_held(&clients_lock);
	list_for_each_entry(c, &clients, list) {
		if (ops->sample && c->ops->sample)
			return true;
		if (ops->word && c->ops->word && !strcmp(ops->word, c->ops->word))
			return true;
	}
	return false;
}

static int add_client(const struct dm_remap_client_ops *ops)
{
	struct remap_device *dev;
	struct client *c;

	lockdep_assert_held(&clients_lock);
	if (find_client(ops))
		return -EEXIST;
	if (in_the_way(ops))
		return -EBUSY;
	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	c->ops = ops;
	list_add_tail(&c->list, &clients);
	list_for_each_entry(dev, &devices, list)
		attach_one(dev, ops);
	return 0;
}

/* Any device that still has an attachment of this client. */
static struct remap_device *find_attached(const struct dm_remap_client_ops *ops,
					  struct remap_attachment **a)
{
	struct remap_device *dev;

	list_for_each_entry(dev, &devices, list) {
		*a = take_attachment(dev, ops);
		if (*a)
			return dev;
	}
	return NULL;
}

int dm_remap_register_client(const struct dm_remap_client_ops *ops)
{
	unsigned int noio;
	int r;

	if (!ops || ops->api_version != DM_REMAP_API_VERSION ||
	    ops->size != sizeof(*ops) || !ops->name || !ops->attach || !ops->detach ||
	    !ops->word != !ops->message) {
		DMERR("a client of another API version than %u was refused",
		      DM_REMAP_API_VERSION);
		return -EINVAL;
	}
	mutex_lock(&clients_lock);
	/* a suspend that waits for this lock may hold up writeback */
	noio = memalloc_noio_save();
	r = add_client(ops);
	memalloc_noio_restore(noio);
	mutex_unlock(&clients_lock);
	if (!r && ops->sample)
		static_branch_inc(&remap_sampling);
	return r;
}
EXPORT_SYMBOL_GPL(dm_remap_register_client);

void dm_remap_unregister_client(const struct dm_remap_client_ops *ops)
{
	unsigned int noio = memalloc_noio_save();
	struct remap_attachment *a;
	struct remap_device *dev;
	struct client *c;

	mutex_lock(&clients_lock);
	c = find_client(ops);
	if (c) {
		c->going = true;
		while ((dev = find_attached(ops, &a)))
			detach_one(dev, a);
		list_del(&c->list);
	}
	mutex_unlock(&clients_lock);
	memalloc_noio_restore(noio);
	if (!c)
		return;
	/* a device that goes by itself may still be calling ops->detach() */
	wait_event(detached, !READ_ONCE(detaching_all));
	if (ops->sample)
		static_branch_dec(&remap_sampling);
	kfree(c);
}
EXPORT_SYMBOL_GPL(dm_remap_unregister_client);

int remap_client_init(struct remap_device *dev)
{
	INIT_LIST_HEAD(&dev->list);
	INIT_LIST_HEAD(&dev->attachments);
	dev->stats = alloc_percpu(struct remap_stats);
	return dev->stats ? 0 : -ENOMEM;
}

void remap_client_exit(struct remap_device *dev)
{
	free_percpu(dev->stats);
}

/*
 * What clients call
 */

void dm_remap_geometry(struct remap_device *dev, struct dm_remap_geometry *g)
{
	g->main = dev->main.dev->bdev;
	g->main_start = dev->main.start;
	g->length = dev->ti->len;
	g->block = dev->spb;
	g->spare = dev->spare.dev->bdev;
	g->spare_start = dev->spare.start;
	g->spare_data = dev->spare.start + dev->md.super.data;
	g->spare_blocks = dev->spares.total;
	g->spare_tail = dev->spare.start + dev->md.super.health[1];
	g->spare_end = dev->spare.start + dev->md.super.super_b + REMAP_META_SECTORS;
}
EXPORT_SYMBOL_GPL(dm_remap_geometry);

const char *dm_remap_device_name(struct remap_device *dev)
{
	return dev->name;
}
EXPORT_SYMBOL_GPL(dm_remap_device_name);

void dm_remap_load(struct remap_device *dev, u64 *in_flight, u64 *completed)
{
	u64 started = 0, ended = 0;
	int cpu;

	/* ends first: a bio that ends between the loops must not count as minus one */
	for_each_possible_cpu(cpu)
		ended += READ_ONCE(per_cpu_ptr(dev->stats, cpu)->ended);
	for_each_possible_cpu(cpu)
		started += READ_ONCE(per_cpu_ptr(dev->stats, cpu)->started);
	*completed = ended;
	*in_flight = started - ended;
}
EXPORT_SYMBOL_GPL(dm_remap_load);

static bool out_of_range(struct remap_device *dev, u64 block)
{
	return block >= dev->map.nr_blocks;
}

int dm_remap_lookup(struct remap_device *dev, u64 block, u32 *spare)
{
	if (out_of_range(dev, block))
		return -ERANGE;
	*spare = remap_place_spare(remap_map_get(&dev->map, block));
	return *spare != REMAP_NO_SPARE;
}
EXPORT_SYMBOL_GPL(dm_remap_lookup);

int dm_remap_holder(struct remap_device *dev, u32 spare, u64 *block)
{
	struct remap_disk_entry e;

	if (spare >= dev->spares.total)
		return -ERANGE;
	remap_metadata_entry(&dev->md, spare, &e);
	if (e.state == REMAP_ENTRY_BAD)
		return -EBADF;
	*block = le64_to_cpu(e.main_block);
	/* one that was superseded and not yet retired is nobody's */
	return remap_is_place(dev, &e, spare);
}
EXPORT_SYMBOL_GPL(dm_remap_holder);

void dm_remap_figures(struct remap_device *dev, struct dm_remap_figures *f)
{
	f->remapped = READ_ONCE(dev->map.remapped);
	f->lost = READ_ONCE(dev->counters.lost);
	f->spare_used = READ_ONCE(dev->spares.used);
	f->spare_bad = READ_ONCE(dev->spares.bad);
	f->writable = remap_device_mode(dev) == REMAP_MODE_RW;
	f->normal = !READ_ONCE(dev->fault.unreachable[REMAP_FAULT_MAIN]) &&
		    !READ_ONCE(dev->fault.unreachable[REMAP_FAULT_SPARE]) &&
		    !READ_ONCE(dev->fault.write_dead);
}
EXPORT_SYMBOL_GPL(dm_remap_figures);

static int request(struct remap_device *dev, u64 block, enum remap_request_kind kind,
		   enum remap_reason reason)
{
	struct remap_request req = {
		.kind = kind, .reason = reason, .next = block, .end = block + 1,
	};
	int r;

	if (out_of_range(dev, block))
		return -ERANGE;
	r = remap_repair_request(dev, &req);
	if (r)
		return r;
	if (kind == REMAP_REQUEST_RETRY)
		return req.skipped && !req.changed ? -ENOENT : (int)req.changed;
	return req.skipped ? -EEXIST : 0;
}

/* Nobody asked for these: what is on main stays there while auto_remap is 0. */
static bool unwanted(struct remap_device *dev, u64 block)
{
	return !READ_ONCE(dev->knobs.auto_remap) && !out_of_range(dev, block) &&
	       remap_place_spare(remap_map_get(&dev->map, block)) == REMAP_NO_SPARE;
}

int dm_remap_relocate(struct remap_device *dev, u64 block, enum dm_remap_why why)
{
	static const enum remap_reason reasons[] = {
		[DM_REMAP_WHY_READ_ERROR] = REMAP_REASON_READ_ERROR,
		[DM_REMAP_WHY_SLOW] = REMAP_REASON_SLOW,
		[DM_REMAP_WHY_IMPORTED] = REMAP_REASON_IMPORTED,
		[DM_REMAP_WHY_MANUAL] = REMAP_REASON_MANUAL,
	};

	if ((unsigned int)why >= ARRAY_SIZE(reasons))
		return -EINVAL;
	if ((why == DM_REMAP_WHY_READ_ERROR || why == DM_REMAP_WHY_SLOW) && unwanted(dev, block))
		return -EPERM;
	return request(dev, block, REMAP_REQUEST_RELOCATE, reasons[why]);
}
EXPORT_SYMBOL_GPL(dm_remap_relocate);

int dm_remap_report_bad(struct remap_device *dev, u64 block)
{
	if (unwanted(dev, block))
		return -EPERM;
	return request(dev, block, REMAP_REQUEST_REPORT, REMAP_REASON_READ_ERROR);
}
EXPORT_SYMBOL_GPL(dm_remap_report_bad);

int dm_remap_retry_lost(struct remap_device *dev, u64 block)
{
	return request(dev, block, REMAP_REQUEST_RETRY, REMAP_REASON_NONE);
}
EXPORT_SYMBOL_GPL(dm_remap_retry_lost);

static bool bad_health_range(size_t offset, size_t len)
{
	BUILD_BUG_ON(DM_REMAP_HEALTH_SIZE != REMAP_HEALTH_PAYLOAD);
	return offset > DM_REMAP_HEALTH_SIZE || len > DM_REMAP_HEALTH_SIZE - offset;
}

int dm_remap_health_read(struct remap_device *dev, void *buf, size_t offset, size_t len)
{
	if (bad_health_range(offset, len))
		return -EINVAL;
	spin_lock_irq(&dev->md.lock);
	memcpy(buf, dev->md.health + offset, len);
	spin_unlock_irq(&dev->md.lock);
	return 0;
}
EXPORT_SYMBOL_GPL(dm_remap_health_read);

int dm_remap_health_write(struct remap_device *dev, const void *buf, size_t offset,
			  size_t len)
{
	if (bad_health_range(offset, len))
		return -EINVAL;
	spin_lock_irq(&dev->md.lock);
	memcpy(dev->md.health + offset, buf, len);
	spin_unlock_irq(&dev->md.lock);
	return 0;
}
EXPORT_SYMBOL_GPL(dm_remap_health_write);

int dm_remap_health_sync(struct remap_device *dev)
{
	struct remap_request req = { .kind = REMAP_REQUEST_HEALTH, .end = 1 };

	return remap_repair_request(dev, &req);
}
EXPORT_SYMBOL_GPL(dm_remap_health_sync);

struct kobject *dm_remap_kobject(struct remap_device *dev)
{
	return dev->kobj.ktype ? &dev->kobj : NULL;
}
EXPORT_SYMBOL_GPL(dm_remap_kobject);

void dm_remap_event(struct remap_device *dev)
{
	remap_device_event(dev);
}
EXPORT_SYMBOL_GPL(dm_remap_event);
