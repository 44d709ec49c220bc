// SPDX-License-Identifier: GPL-2.0-only
/*
 * The worker. repair() is the line; the rest are its ends: how bios and
 * requests come in, and how they are told.
 */
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "io.h"
#include "repair.h"
#include "target.h"
#include "trace.h"

#define DM_MSG_PREFIX "remap"

#define EVACUATE_AGAIN	(60 * HZ)
#define UNMARK_AGAIN	(10 * HZ)
#define CALM_AGAIN	(60 * HZ)
#define REQUEST_LOOKS_ALIVE	(10 * HZ)
#define MAX_ROUNDS	8	/* that change nothing, for one bio or request */

/*
 * Telling
 */

/* The place of a block whose job changed nothing. */
static void unclaim(struct remap_device *dev, struct remap_job *job)
{
	if (job->state != REMAP_JOB_DONE && job->state != REMAP_JOB_DOUBT)
		remap_map_set(&dev->map, job->block, job->old);
}

/* A read is answered by its data wherever that could be read, else by its error. */
static void answer_read(struct remap_device *dev, struct remap_job *job)
{
	struct remap_bio *rb = remap_bio_of(job->bio);

	if (!(job->wanted & ~job->have))
		remap_job_copy(dev, job, true);
	else if (job->state == REMAP_JOB_AGAIN)
		rb->flags |= REMAP_BIO_CUT;
	else if (job->state == REMAP_JOB_DONE)
		rb->status = BLK_STS_MEDIUM;
	else
		rb->status = job->status ?: BLK_STS_IOERR;
}

static void answer_write(struct remap_job *job)
{
	struct remap_bio *rb = remap_bio_of(job->bio);

	if (job->state == REMAP_JOB_AGAIN || job->state == REMAP_JOB_HEALTHY)
		rb->flags |= REMAP_BIO_CUT;
	else if (job->state != REMAP_JOB_DONE)
		rb->status = job->status ?: BLK_STS_IOERR;
}

/*
 * Its blocks start over together: of a batch only the first one counts, for which the request
 * has to go back.
 */
static bool may_try_again(struct remap_request *req, const struct remap_job *job)
{
	return job->block >= req->next || req->rounds++ < MAX_ROUNDS;
}

static void answer_request(struct remap_job *job)
{
	struct remap_request *req = job->request;

	if (job->state == REMAP_JOB_DONE)
		req->rounds = 0;

	if (job->state == REMAP_JOB_DONE && job->kind == REMAP_JOB_CLEAR)
		req->changed += hweight64(job->payload);
	else if (job->state == REMAP_JOB_DONE)
		req->changed++;
	else if (job->state == REMAP_JOB_AGAIN && may_try_again(req, job))
		req->next = min(req->next, job->block);
	else if (job->state != REMAP_JOB_HEALTHY || req->kind == REMAP_REQUEST_REPORT)
		remap_request_fail(req, job->block, job->error ?: -EIO);
}

static void answer_job(struct remap_device *dev, struct remap_job *job)
{
	unclaim(dev, job);
	if (job->request)
		answer_request(job);
	if (!job->bio)
		return;
	remap_bio_of(job->bio)->flags |= job->state == REMAP_JOB_DONE ?
					 REMAP_BIO_PROGRESS : REMAP_BIO_OWN;
	if (remap_bio_writes(remap_bio_of(job->bio)))
		answer_write(job);
	else
		answer_read(dev, job);
}

static void answer_bio(struct remap_device *dev, struct bio *bio, struct bio_list *again)
{
	struct remap_bio *rb = remap_bio_of(bio);

	if (rb->status || !(rb->flags & REMAP_BIO_CUT)) {
		remap_io_complete(bio, rb->status);
		return;
	}
	if (rb->flags & REMAP_BIO_OWN && !(rb->flags & REMAP_BIO_PROGRESS) &&
	    ++rb->rounds >= MAX_ROUNDS) {
		remap_io_complete(bio, rb->first_status ?: BLK_STS_IOERR);
		return;
	}
	bio_list_add(again, bio);
}

static void answer_requests(struct remap_device *dev)
{
	struct remap_request *req, *tmp;
	LIST_HEAD(done);

	spin_lock_irq(&dev->lock);
	list_for_each_entry_safe(req, tmp, &dev->requests, list)
		if (req->error || req->next >= req->end)
			list_move_tail(&req->list, &done);
	spin_unlock_irq(&dev->lock);
	list_for_each_entry_safe(req, tmp, &done, list)
		complete(&req->done);
}

static void answer(struct remap_device *dev)
{
	struct bio_list again = BIO_EMPTY_LIST;
	struct bio *bio;
	unsigned int i;

	for (i = 0; i < dev->nr_jobs; i++)
		answer_job(dev, &dev->jobs[i]);
	while ((bio = bio_list_pop(&dev->batch)))
		answer_bio(dev, bio, &again);
	spin_lock_irq(&dev->lock);
	bio_list_merge_head(&dev->queue, &again);
	spin_unlock_irq(&dev->lock);
	answer_requests(dev);
}

/*
 * Spares run out loudly: at 75, 90 and 100 percent.
 */
static unsigned int percent_used(struct remap_device *dev)
{
	return div_u64(100ULL * dev->spares.used, dev->spares.total);
}

void remap_repair_warn_again(struct remap_device *dev)
{
	dev->spare_warned = min(dev->spare_warned, percent_used(dev));
	if (remap_spares_free(dev) >= READ_ONCE(dev->knobs.low_water))
		dev->low_warned = false;
}

static void warn_of_spares(struct remap_device *dev)
{
	static const unsigned int steps[] = { 100, 90, 75 };
	unsigned int percent = percent_used(dev);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		if (percent < steps[i] || dev->spare_warned >= steps[i])
			continue;
		dev->spare_warned = steps[i];
		DMERR("%s: %u percent of the spare blocks are in use (%u of %u)%s",
		      dev->name, percent, dev->spares.used, dev->spares.total,
		      percent < 100 ? "" : "; errors go up unchanged from now on");
		remap_device_event(dev);
		break;
	}
	if (remap_spares_free(dev) < READ_ONCE(dev->knobs.low_water) && !dev->low_warned) {
		dev->low_warned = true;
		DMERR("%s: only %u spare blocks are left", dev->name, remap_spares_free(dev));
		remap_device_event(dev);
	}
}

static void report(struct remap_device *dev, enum remap_mode mode_before)
{
	bool changed = remap_device_mode(dev) != mode_before;
	unsigned int i;

	for (i = 0; i < dev->nr_jobs; i++)
		changed |= dev->jobs[i].state == REMAP_JOB_DONE;
	if (changed)
		remap_device_event(dev);
	warn_of_spares(dev);
}

/* A write that succeeds anywhere on main clears it of refusing them all. */
static void see_writes(struct remap_device *dev)
{
	if (!test_and_clear_bit(REMAP_WRITE_SEEN, &dev->flags))
		return;
	if (dev->fault.write_dead) {
		DMWARN("%s: the main device takes writes again", dev->name);
		remap_device_event(dev);
	}
	remap_fault_write_succeeded(&dev->fault);
}

/* A storm has to be seen to pass though nothing fails any more. */
static void await_calm(struct remap_device *dev)
{
	if (dev->fault.storm)
		queue_delayed_work(dev->wq, &dev->probe, CALM_AGAIN);
}

static bool work_left(struct remap_device *dev)
{
	bool left;

	spin_lock_irq(&dev->lock);
	left = !bio_list_empty(&dev->queue) || !list_empty(&dev->requests);
	spin_unlock_irq(&dev->lock);
	return left || test_bit(REMAP_EVACUATE, &dev->flags);
}

/* An emptying of frozen table blocks that fails must not spin: again in a minute. */
static void stop_vain_evacuation(struct remap_device *dev)
{
	bool vain = dev->evacuate_later;	/* one was empty, and that could not be said */
	unsigned int i;

	for (i = 0; i < dev->nr_jobs; i++)
		vain |= !dev->jobs[i].bio && !dev->jobs[i].request &&
			dev->jobs[i].state != REMAP_JOB_DONE;
	if (!vain)
		return;
	clear_bit(REMAP_EVACUATE, &dev->flags);
	dev->evacuate_later = true;
	queue_delayed_work(dev->wq, &dev->probe, EVACUATE_AGAIN);
}

/*
 * One batch after the other:
 *
 *   walk     take bios and requests, claim the blocks that fail
 *   confirm  evidence, salvage
 *   place    data on the spare, durable; entries in both copies, durable; published
 *   answer   complete the bios, or let them start over
 *   release  those who waited for the claimed blocks
 *   retire   entries that were superseded
 */
static void repair(struct work_struct *work)
{
	struct remap_device *dev = container_of(work, struct remap_device, worker);
	unsigned int noio = memalloc_noio_save();

	do {
		enum remap_mode mode = remap_device_mode(dev);

		dev->nr_jobs = 0;
		remap_disk_forget_unflushed(&dev->spare);
		see_writes(dev);
		remap_confirm_breaker(dev);
		remap_walk(dev);
		remap_confirm(dev);
		remap_place(dev);
		answer(dev);
		remap_io_release(dev);
		remap_retire(dev);
		report(dev, mode);
		stop_vain_evacuation(dev);
		await_calm(dev);
		cond_resched();
	} while (work_left(dev));
	memalloc_noio_restore(noio);
}

static void probe_later(struct remap_device *dev, enum remap_fault_disk which)
{
	remap_fault_silent(&dev->fault, which);
	mod_delayed_work(dev->wq, &dev->probe,
			 msecs_to_jiffies(dev->fault.backoff_ms[which]));
}

/* The spare could not be told that the device runs: again, until it takes it. */
static void take_back_clean(struct remap_device *dev)
{
	bool was = dev->marked_clean;

	if (remap_take_back_clean(dev))
		queue_delayed_work(dev->wq, &dev->probe, UNMARK_AGAIN);
	else if (was && !dev->marked_clean)
		DMWARN("%s: the spare knows again that the device runs", dev->name);
}

/*
 * What passes by itself is looked at again: a disk that does not answer, less and less often; a
 * storm; what the spare did not take.
 */
static void probe(struct work_struct *work)
{
	struct remap_device *dev = container_of(to_delayed_work(work),
						struct remap_device, probe);
	unsigned int noio = memalloc_noio_save();
	enum remap_fault_disk which;

	for (which = REMAP_FAULT_MAIN; which <= REMAP_FAULT_SPARE; which++) {
		if (!dev->fault.unreachable[which])
			continue;
		if (!remap_confirm_probe(dev, which)) {
			probe_later(dev, which);
			continue;
		}
		remap_fault_answers(&dev->fault, which);
		if (which == REMAP_FAULT_MAIN)
			clear_bit(REMAP_NO_REPAIR, &dev->flags);
		DMWARN("%s: the %s device answers again", dev->name,
		       which == REMAP_FAULT_MAIN ? "main" : "spare");
		remap_device_event(dev);
	}
	remap_confirm_breaker(dev);
	take_back_clean(dev);
	await_calm(dev);	/* last: it is in no hurry */
	/* the worker, once stopped, is not started again */
	if (dev->evacuate_later && !test_bit(REMAP_DYING, &dev->flags)) {
		dev->evacuate_later = false;
		set_bit(REMAP_EVACUATE, &dev->flags);
		remap_repair_kick(dev);
	}
	memalloc_noio_restore(noio);
}

void remap_repair_unreachable(struct remap_device *dev, enum remap_fault_disk which)
{
	if (dev->fault.unreachable[which])
		return;		/* the probe is on its way */
	DMERR("%s: the %s device does not answer: nothing is remapped, errors go up",
	      dev->name, which == REMAP_FAULT_MAIN ? "main" : "spare");
	remap_device_event(dev);
	if (which == REMAP_FAULT_MAIN)
		set_bit(REMAP_NO_REPAIR, &dev->flags);
	probe_later(dev, which);
}

/*
 * Coming in
 */

void remap_repair_kick(struct remap_device *dev)
{
	queue_work(dev->wq, &dev->worker);
}

void remap_repair_queue(struct remap_device *dev, struct bio *bio)
{
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	bio_list_add(&dev->queue, bio);
	spin_unlock_irqrestore(&dev->lock, flags);
	remap_repair_kick(dev);
}

static int enlist(struct remap_device *dev, struct remap_request *req)
{
	int r;

	/* The flags are raised under the same lock: nothing is added after the worker's end. */
	spin_lock_irq(&dev->lock);
	r = remap_repair_closed(dev);
	if (!r) {
		list_add_tail(&req->list, &dev->requests);
		remap_repair_kick(dev);
	}
	spin_unlock_irq(&dev->lock);
	return r;
}

int remap_repair_request(struct remap_device *dev, struct remap_request *req)
{
	int r;

	init_completion(&req->done);
	r = enlist(dev, req);
	if (r)
		return r;
	/* a range on a slow disk may take minutes, and is no task that hangs */
	while (!wait_for_completion_timeout(&req->done, REQUEST_LOOKS_ALIVE))
		;
	return req->error;
}

/*
 * Life
 */

static int alloc_jobs(struct remap_device *dev)
{
	unsigned int i;

	dev->jobs = kcalloc(REMAP_BATCH, sizeof(*dev->jobs), GFP_KERNEL);
	if (!dev->jobs)
		return -ENOMEM;
	for (i = 0; i < REMAP_BATCH; i++) {
		dev->jobs[i].buf = kmalloc(REMAP_MAX_BLOCK_SIZE, GFP_KERNEL);
		if (!dev->jobs[i].buf)
			return -ENOMEM;
	}
	return 0;
}

int remap_repair_init(struct remap_device *dev)
{
	spin_lock_init(&dev->lock);
	bio_list_init(&dev->queue);
	bio_list_init(&dev->waiters);
	bio_list_init(&dev->batch);
	INIT_LIST_HEAD(&dev->requests);
	INIT_WORK(&dev->worker, repair);
	INIT_DELAYED_WORK(&dev->probe, probe);
	set_bit(REMAP_DYING, &dev->flags);
	dev->bounce = kmalloc(REMAP_MAX_BLOCK_SIZE, GFP_KERNEL);
	dev->retired = kcalloc(REMAP_MAX_RETIRED, sizeof(*dev->retired), GFP_KERNEL);
	dev->changes = kcalloc(REMAP_BATCH, sizeof(*dev->changes), GFP_KERNEL);
	if (!dev->bounce || !dev->retired || !dev->changes || alloc_jobs(dev))
		return -ENOMEM;
	dev->wq = alloc_ordered_workqueue("dm-remap/%s", WQ_MEM_RECLAIM, dev->name);
	return dev->wq ? 0 : -ENOMEM;
}

void remap_repair_exit(struct remap_device *dev)
{
	unsigned int i;

	if (dev->wq)
		destroy_workqueue(dev->wq);
	for (i = 0; dev->jobs && i < REMAP_BATCH; i++)
		kfree(dev->jobs[i].buf);
	kfree(dev->jobs);
	kfree(dev->changes);
	kfree(dev->retired);
	kfree(dev->bounce);
}

void remap_repair_start(struct remap_device *dev)
{
	clear_bit(REMAP_DYING, &dev->flags);
	remap_repair_kick(dev);
	/* stopping has cancelled the probe */
	if (dev->fault.unreachable[REMAP_FAULT_MAIN] ||
	    dev->fault.unreachable[REMAP_FAULT_SPARE] || dev->fault.storm || dev->marked_clean)
		mod_delayed_work(dev->wq, &dev->probe, 0);
}

void remap_repair_stop(struct remap_device *dev)
{
	spin_lock_irq(&dev->lock);
	set_bit(REMAP_DYING, &dev->flags);
	spin_unlock_irq(&dev->lock);
	/* The worker answers what is still on the list: -ESHUTDOWN. */
	cancel_delayed_work_sync(&dev->probe);
	flush_work(&dev->worker);
	cancel_delayed_work_sync(&dev->probe);
	remap_disk_forget_unflushed(&dev->spare);
	WARN_ON_ONCE(!bio_list_empty(&dev->queue) || !bio_list_empty(&dev->waiters));
}
