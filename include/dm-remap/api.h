/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dm-remap-core offers another module, a scanner above all.
 *
 * A client registers once and is attached to every remap device, present and
 * to come. A struct remap_device is one table instance between resume and
 * postsuspend: a reload detaches the old one and attaches the new one. What must
 * survive that belongs into the health record.
 *
 * Lock order: device-mapper's suspend_lock, then the core's clients mutex, then whatever
 * a client's detach waits for. So work that detach waits for must take neither; in
 * particular it must not register, unregister, suspend or resume.
 */
#ifndef DM_REMAP_API_H
#define DM_REMAP_API_H

#include <linux/blkdev.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/types.h>

#define DM_REMAP_API_VERSION	1

struct remap_device;

/**
 * enum dm_remap_why - why a client asks for a block to be moved
 * @DM_REMAP_WHY_READ_ERROR: it could not be read
 * @DM_REMAP_WHY_SLOW: it reads, but slowly
 * @DM_REMAP_WHY_IMPORTED: somebody's list says it is bad
 * @DM_REMAP_WHY_MANUAL: a person said so; the only one the breaker lets pass
 */
enum dm_remap_why {
	DM_REMAP_WHY_READ_ERROR,
	DM_REMAP_WHY_SLOW,
	DM_REMAP_WHY_IMPORTED,
	DM_REMAP_WHY_MANUAL,
};

/**
 * struct dm_remap_sample - one completed foreground bio
 * @sector: on the remap device
 * @sectors: length
 * @latency_ns: from map() to completion
 * @ended_ns: when that was, as ktime_get_ns() tells
 * @status: its outcome
 * @write: a write
 * @remapped: it was served by the spare
 */
struct dm_remap_sample {
	sector_t sector;
	unsigned int sectors;
	u64 latency_ns;
	u64 ended_ns;
	blk_status_t status;
	bool write;
	bool remapped;
};

/**
 * struct dm_remap_client_ops - a client
 * @owner: THIS_MODULE
 * @name: for messages
 * @api_version: DM_REMAP_API_VERSION
 * @size: sizeof(struct dm_remap_client_ops)
 * @attach: a device came. May sleep; must not do I/O to the device before it
 *	returns, because the device is just being resumed. Returns what the core hands
 *	back as @context, or an ERR_PTR to leave this device alone.
 * @detach: the device goes. May sleep. When it returns, the client
 *	uses the device no more. When a device goes, dm_remap_relocate() returns
 *	-ESHUTDOWN from before this call, and after dm_remap_unregister_client() it goes
 *	on to work: either way waiting for one's own work is bounded by one request.
 * @sample: optional. Called for completed foreground bios, in any context, irqs
 *	included; must not sleep. Only one client may have it.
 * @word: optional. Messages to the device that begin with this word go to @message.
 * @message: needed with @word. May sleep, but neither do I/O to the device nor wait for
 *	work that does: it runs under the clients mutex. @argv[0] is @word; what is written to
 *	@result, at most @maxlen with the terminating zero, is the answer. Returns 1 with an
 *	answer, 0 without, or a negative errno.
 */
struct dm_remap_client_ops {
	struct module *owner;
	const char *name;
	unsigned int api_version;
	unsigned int size;

	void *(*attach)(struct remap_device *dev);
	void (*detach)(struct remap_device *dev, void *context);
	void (*sample)(void *context, const struct dm_remap_sample *sample);
	const char *word;
	int (*message)(void *context, unsigned int argc, char **argv, char *result,
		       unsigned int maxlen);
};

/**
 * dm_remap_register_client() - be attached to every device from now on
 * @ops: must stay until unregistered
 *
 * Context: sleeps; takes the clients mutex. Not from attach or detach.
 * Return: 0; -EINVAL for another API version or missing functions; -EBUSY when
 * another client samples already or has this word; -EEXIST when registered already.
 */
int dm_remap_register_client(const struct dm_remap_client_ops *ops);

/**
 * dm_remap_unregister_client() - be detached from every device
 * @ops: as registered
 *
 * Context: as for registering. After it returns none of @ops is running.
 */
void dm_remap_unregister_client(const struct dm_remap_client_ops *ops);

/**
 * struct dm_remap_geometry - all lengths in sectors of 512 bytes
 * @main: block device under the remap device
 * @main_start: where the mapped range starts on it
 * @length: of the mapped range
 * @block: unit of remapping
 * @spare: device of the spare blocks
 * @spare_start: where the spare area starts on it, with metadata
 * @spare_data: where the spare blocks start on it
 * @spare_blocks: how many there are
 * @spare_tail: where the metadata behind them starts
 * @spare_end: where that ends
 */
struct dm_remap_geometry {
	struct block_device *main;
	sector_t main_start;
	sector_t length;
	unsigned int block;
	struct block_device *spare;
	sector_t spare_start;
	sector_t spare_data;
	u32 spare_blocks;
	sector_t spare_tail;
	sector_t spare_end;
};

/**
 * dm_remap_geometry() - where everything lies
 * @dev: the device
 * @geometry: filled in
 *
 * Context: any, while attached.
 */
void dm_remap_geometry(struct remap_device *dev, struct dm_remap_geometry *geometry);

/**
 * dm_remap_device_name() - what people call the device, for messages
 * @dev: the device
 *
 * Context: any, while attached.
 * Return: a string that stays until the client is detached.
 */
const char *dm_remap_device_name(struct remap_device *dev);

/**
 * dm_remap_load() - foreground bios, flushes of main too, under way and completed
 * @dev: the device
 * @in_flight: set to the number of those under way
 * @completed: set to the number of those that are done, ever growing
 *
 * Counted only while a sampling client is registered.
 * Context: any, while attached.
 */
void dm_remap_load(struct remap_device *dev, u64 *in_flight, u64 *completed);

/**
 * dm_remap_lookup() - where does a block live?
 * @dev: the device
 * @block: number of the block
 * @spare: set to its spare block if it is remapped
 *
 * Context: any, while attached.
 * Return: 1 remapped, 0 on main, -ERANGE.
 */
int dm_remap_lookup(struct remap_device *dev, u64 block, u32 *spare);

/**
 * dm_remap_holder() - whose data does a spare block hold?
 * @dev: the device
 * @spare: number of the spare block
 * @block: set to the block that lives there, if any
 *
 * Context: any in which interrupts are on, while attached.
 * Return: 1 a block lives there; 0 none; -EBADF the spare block is known to be bad; -ERANGE.
 */
int dm_remap_holder(struct remap_device *dev, u32 spare, u64 *block);

/**
 * struct dm_remap_figures - how a device does
 * @remapped: blocks that live on the spare
 * @lost: logical blocks whose data is lost
 * @spare_used: spare blocks that cannot be given out
 * @spare_bad: those of them that are bad
 * @writable: the map can change
 * @normal: both devices answer; the breaker may be open, which a request will tell
 */
struct dm_remap_figures {
	u64 remapped;
	u64 lost;
	u32 spare_used;
	u32 spare_bad;
	bool writable;
	bool normal;
};

/**
 * dm_remap_figures() - read them all
 * @dev: the device
 * @figures: filled in; each is right by itself
 *
 * Context: any, while attached.
 */
void dm_remap_figures(struct remap_device *dev, struct dm_remap_figures *figures);

/**
 * dm_remap_relocate() - move a block to the spare device
 * @dev: the device
 * @block: number of the block
 * @why: recorded with the entry
 *
 * Blocks until the move is durable or refused. What of the block can't be read, by
 * the same rules of evidence as for a failed read, is recorded as lost.
 *
 * Context: sleeps; waits for the device's worker, so not from its clients' hooks.
 * Return: 0 moved; -EEXIST remapped already; -ERANGE no such block; -ENOSPC no
 * spare block; -EROFS the map can't change any more; -EBUSY the breaker is
 * open; -EAGAIN a suspend is under way; -ESHUTDOWN the device goes; -ENODEV
 * the main device does not answer; -EIO it could not be written or recorded; -EPERM it is for
 * a read error or slowness, and the knob auto_remap is 0.
 */
int dm_remap_relocate(struct remap_device *dev, u64 block, enum dm_remap_why why);

/**
 * dm_remap_report_bad() - a read of a block failed: is it bad?
 * @dev: the device
 * @block: number of the block
 *
 * The core reads the block itself, where it lives, and, if it fails with confirmed evidence, remaps
 * it like after any other failed read: from main to a spare block, unless the knob auto_remap is 0,
 * or from a bad spare block to another.
 *
 * Context: as for dm_remap_relocate().
 * Return: as for dm_remap_relocate(); -EUCLEAN: it reads well, nothing was changed; -EEXIST: it
 * is just being changed.
 */
int dm_remap_report_bad(struct remap_device *dev, u64 block);

/**
 * dm_remap_retry_lost() - look whether lost data reads again on main
 * @dev: the device
 * @block: number of the block
 *
 * Context: as for dm_remap_relocate().
 * Return: how many logical blocks were rescued, or as there; -ENOENT when nothing
 * of it is lost; -EPERM when main no longer holds the last data.
 */
int dm_remap_retry_lost(struct remap_device *dev, u64 block);

/* bytes */
#define DM_REMAP_HEALTH_SIZE	4032

/**
 * dm_remap_health_read() - copy the persistent health record
 * @dev: the device
 * @buf: where to
 * @offset: in the record
 * @len: bytes
 *
 * Context: any in which interrupts are on, while attached.
 * Return: 0 or -EINVAL for a range outside of DM_REMAP_HEALTH_SIZE bytes.
 */
int dm_remap_health_read(struct remap_device *dev, void *buf, size_t offset, size_t len);

/**
 * dm_remap_health_write() - change the health record in memory
 * @dev: the device
 * @buf: new content
 * @offset: in the record
 * @len: bytes
 *
 * It is written to the spare at a suspend and by dm_remap_health_sync().
 *
 * Context: as for dm_remap_health_read().
 * Return: likewise.
 */
int dm_remap_health_write(struct remap_device *dev, const void *buf, size_t offset,
			  size_t len);

/**
 * dm_remap_health_sync() - write it to both copies on the spare now
 * @dev: the device
 *
 * Context: as for dm_remap_relocate().
 * Return: 0, -EROFS, -EAGAIN, -ESHUTDOWN or -EIO, as there.
 */
int dm_remap_health_sync(struct remap_device *dev);

/**
 * dm_remap_kobject() - the directory dm_remap of the device in sysfs
 * @dev: the device
 *
 * Hang attributes and groups on it in attach, remove them in detach.
 *
 * Context: any, while attached.
 * Return: the directory, or NULL if it could not be made.
 */
struct kobject *dm_remap_kobject(struct remap_device *dev);

/**
 * dm_remap_event() - wake those who wait for events of the device
 * @dev: the device
 *
 * Context: any, while attached.
 */
void dm_remap_event(struct remap_device *dev);

#endif
