/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rest of the kernel that the target's life cycle and its parsers need,
 * over the unit tests' shim: device-mapper, block devices, sysfs, numbers from
 * strings. What parses behaves as Linux 6.12 does; what would only schedule does nothing.
 */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include "shim.h"

/* The compatibility layer is about kernels; what the target uses of it is below. */
#define REMAP_COMPAT_H
#define COMPAT_MODE_WRITE	BLK_OPEN_WRITE

#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define __percpu
#define __rcu
#define clamp(v, l, h)	min(max(v, l), h)
#define HZ		100
#define jiffies		0UL
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define WARN_ON_ONCE(c)	({ bool shim_c = (c); assert(!shim_c); shim_c; })
#define MAX_ERRNO	4095

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

/* list.h */
struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD(name)	struct list_head name = { &(name), &(name) }
#define list_for_each_entry(pos, head, member) \
	for (pos = container_of((head)->next, __typeof__(*pos), member); \
	     &pos->member != (head); \
	     pos = container_of(pos->member.next, __typeof__(*pos), member))

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline void list_add(struct list_head *new, struct list_head *head)
{
	new->next = head->next;
	new->prev = head;
	head->next->prev = new;
	head->next = new;
}

static inline void list_del_init(struct list_head *list)
{
	list->next->prev = list->prev;
	list->prev->next = list->next;
	INIT_LIST_HEAD(list);
}

/* mutex.h, completion.h, workqueue.h, jump_label.h: one thread, nothing ever waits */
struct mutex {
	bool held;	/* notices what is taken twice */
};

#define DEFINE_MUTEX(name)	struct mutex name
#define mutex_init(m)		((m)->held = false)
#define mutex_destroy(m)	assert(!(m)->held)

static inline void mutex_lock(struct mutex *m)
{
	assert(!m->held);
	m->held = true;
}

static inline void mutex_unlock(struct mutex *m)
{
	assert(m->held);
	m->held = false;
}

struct completion {
	bool done;
};

#define init_completion(c)	((c)->done = false)
#define complete(c)		((c)->done = true)
#define wait_for_completion(c)	assert((c)->done)
#define wait_for_completion_timeout(c, jiffies)	({ wait_for_completion(c); 1UL; })

/* err.h */
#define IS_ERR(p)		((unsigned long)(p) >= (unsigned long)-4095)

struct workqueue_struct;
struct work_struct {
	void (*func)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;
};

#define INIT_WORK(w, f)		((w)->func = (f))
#define queue_work(wq, w)	((void)(w))
#define cancel_work_sync(w)	((void)(w))

#define to_delayed_work(w)	container_of(w, struct delayed_work, work)
#define INIT_DELAYED_WORK(w, f)	INIT_WORK(&(w)->work, f)
#define queue_delayed_work(wq, w, delay) ((void)(w), shim_delay = (delay))
#define mod_delayed_work(wq, w, delay) queue_delayed_work(wq, w, delay)
#define cancel_delayed_work_sync(w) ((void)(w))
/* jiffies until the delayed work that was queued last */
extern unsigned long shim_delay;

/* ktime.h, random.h: both are the harness's own */
#define NSEC_PER_SEC		1000000000L
#define NSEC_PER_MSEC		1000000L
#define NSEC_PER_USEC		1000L
#define nsecs_to_jiffies(ns)	((unsigned long)((ns) / (NSEC_PER_SEC / HZ)))
u64 ktime_get_ns(void);
s64 ktime_get_boottime_seconds(void);
u32 get_random_u32(void);

/* cpumask.h, cache.h, overflow.h: one CPU */
#define nr_cpu_ids		1u
#define ____cacheline_aligned_in_smp
#define array_size(n, bytes)	((size_t)(n) * (bytes))

#define DECLARE_STATIC_KEY_FALSE(name) extern bool name
#define static_branch_unlikely(key) (*(key))

/* sched/mm.h, slab.h */
unsigned int memalloc_noio_save(void);
void memalloc_noio_restore(unsigned int flags);
#define kzalloc(bytes, gfp)	vzalloc(bytes)
#define kfree(p)		vfree(p)
#define __vmalloc(bytes, gfp)	vzalloc(bytes)

/* kstrtox.h, sprintf.h, uuid.h */
int kstrtoull(const char *s, unsigned int base, unsigned long long *res);
int kstrtouint(const char *s, unsigned int base, unsigned int *res);
#define kstrtou64		kstrtoull
#define kstrtou32		kstrtouint

/* knows %pUb, where it stands alone */
int scnprintf(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define UUID_STRING_LEN		36
typedef struct {
	u8 b[16];
} uuid_t;
int uuid_parse(const char *text, uuid_t *uuid);
void generate_random_uuid(unsigned char uuid[16]);

/* bio.h */
#define REQ_OP_MASK		0xffu
#define op_is_write(op)		((op) & 1)
#define dm_per_bio_data(bio, size) ((void *)((char *)(bio) - (size)))

struct bio_list {
	struct bio *head, *tail;
};

/* blkdev.h; @store is the memory behind it */
typedef unsigned int blk_mode_t;
#define BLK_OPEN_WRITE		2u

struct gendisk;
struct store;
struct block_device {
	struct gendisk *bd_disk;
	sector_t start;
	sector_t sectors;
	unsigned int logical, physical;
	struct store *store;
};

#define bdev_logical_block_size(b)	((b)->logical)
#define bdev_physical_block_size(b)	((b)->physical)
#define bdev_is_zoned(b)		((void)(b), false)
#define get_start_sect(b)		((b)->start)
#define compat_bdev_sectors(b)		((b)->sectors)
#define compat_bdev_can_discard(b)	((void)(b), true)
#define compat_accounts_remapped_io(ti)	((void)(ti))

/* kobject.h, sysfs.h */
struct attribute {
	const char *name;
	unsigned short mode;
};

struct attribute_group {
	struct attribute **attrs;
};

struct kobject;
struct sysfs_ops {
	int unused;
};

struct kobj_type {
	void (*release)(struct kobject *kobj);
	const struct sysfs_ops *sysfs_ops;
	const struct attribute_group **default_groups;
};

struct kobject {
	const struct kobj_type *ktype;
};

struct kobj_attribute {
	struct attribute attr;
	ssize_t (*show)(struct kobject *kobj, struct kobj_attribute *attr, char *buf);
	ssize_t (*store)(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buf, size_t count);
};

#define __ATTR(_name, _mode, _show, _store) { \
	.attr = { .name = #_name, .mode = _mode }, .show = _show, .store = _store }
#define __ATTR_RO(_name)	__ATTR(_name, 0444, _name##_show, NULL)
#define __ATTR_WO(_name)	__ATTR(_name, 0200, NULL, _name##_store)
#define ATTRIBUTE_GROUPS(_name) \
	static const struct attribute_group _name##_group = { .attrs = _name##_attrs }; \
	static const struct attribute_group *_name##_groups[] = { &_name##_group, NULL }

#define PAGE_SIZE		4096
#define CAP_SYS_ADMIN		21
#define capable(cap)		shim_capable
extern const struct sysfs_ops kobj_sysfs_ops;
bool sysfs_streq(const char *a, const char *b);
int sysfs_emit(char *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int kobject_init_and_add(struct kobject *kobj, const struct kobj_type *type,
			 struct kobject *parent, const char *name);
void kobject_put(struct kobject *kobj);
#define kobject_del(kobj)	((void)(kobj))

/* genhd.h */
struct device {
	struct kobject kobj;
};

struct gendisk {
	sector_t capacity;
	struct device dev;
};

#define get_capacity(disk)	((disk)->capacity)
#define disk_to_dev(disk)	(&(disk)->dev)

/* module.h, tracepoint.h */
struct module;
#define THIS_MODULE		NULL
#define KBUILD_MODNAME		"shim"
#define MODULE_PARM_DESC(name, text) extern int shim_unused

struct kernel_param {
	void *arg;
};

struct kernel_param_ops {
	int (*set)(const char *value, const struct kernel_param *param);
	int (*get)(char *buf, const struct kernel_param *param);
};

/* a parameter as the harness finds it: by its name */
struct shim_param {
	const struct kernel_param_ops *ops;
	struct kernel_param param;
};

#define module_param_cb(name, ops, arg, mode) \
	extern const struct shim_param shim_param_##name; \
	const struct shim_param shim_param_##name = { ops, { arg } }
#define TP_PROTO(...)		__VA_ARGS__
#define TP_ARGS(...)		__VA_ARGS__
#define TRACE_EVENT(name, proto, args, ...) static inline void trace_##name(proto) { }

/*
 * device-mapper.h
 */
#define DM_NAME_LEN		128
#define DM_TARGET_SINGLETON	1
#define DM_TARGET_NOWAIT	2
#define DMERR_LIMIT		DMERR
#define DMWARN_LIMIT		DMWARN
#define DMEMIT(x...) \
	(sz += (sz >= maxlen ? 0 : scnprintf(result + sz, maxlen - sz, x)))

typedef enum {
	STATUSTYPE_INFO,
	STATUSTYPE_TABLE,
} status_type_t;

struct dm_target;
struct dm_dev {
	struct block_device *bdev;
	blk_mode_t mode;
	char name[16];
};

struct mapped_device {
	struct gendisk disk;
	char name[DM_NAME_LEN];
};

struct dm_table {
	struct mapped_device *md;
	blk_mode_t mode;
};

struct dm_arg_set {
	unsigned int argc;
	char **argv;
};

struct dm_arg {
	unsigned int min, max;
	char *error;
};

typedef int (*iterate_devices_callout_fn)(struct dm_target *ti, struct dm_dev *dev,
					  sector_t start, sector_t len, void *data);

struct target_type {
	u64 features;
	const char *name;
	struct module *module;
	unsigned int version[3];
	int (*ctr)(struct dm_target *ti, unsigned int argc, char **argv);
	void (*dtr)(struct dm_target *ti);
	int (*map)(struct dm_target *ti, struct bio *bio);
	int (*end_io)(struct dm_target *ti, struct bio *bio, blk_status_t *error);
	int (*preresume)(struct dm_target *ti);
	void (*resume)(struct dm_target *ti);
	void (*presuspend)(struct dm_target *ti);
	void (*presuspend_undo)(struct dm_target *ti);
	void (*postsuspend)(struct dm_target *ti);
	void (*status)(struct dm_target *ti, status_type_t type, unsigned int flags,
		       char *result, unsigned int maxlen);
	int (*message)(struct dm_target *ti, unsigned int argc, char **argv,
		       char *result, unsigned int maxlen);
	int (*iterate_devices)(struct dm_target *ti, iterate_devices_callout_fn fn,
			       void *data);
};

struct dm_target {
	struct dm_table *table;
	const struct target_type *type;
	sector_t begin;
	sector_t len;
	unsigned int num_flush_bios, num_discard_bios, num_write_zeroes_bios;
	unsigned int per_io_data_size;
	void *private;
	char *error;
	bool flush_supported, discards_supported;
};

int dm_read_arg_group(const struct dm_arg *arg, struct dm_arg_set *as,
		      unsigned int *value, char **error);
const char *dm_shift_arg(struct dm_arg_set *as);
int dm_split_args(int *argc, char ***argvp, char *input);
int dm_get_device(struct dm_target *ti, const char *path, blk_mode_t mode,
		  struct dm_dev **result);
void dm_put_device(struct dm_target *ti, struct dm_dev *dev);
#define dm_table_get_mode(t)	((t)->mode)
#define dm_table_get_md(t)	((t)->md)
#define dm_table_event(t)	((void)(t))
#define dm_disk(md)		(&(md)->disk)
#define dm_device_name(md)	((md)->name)
int dm_copy_name_and_uuid(struct mapped_device *md, char *name, char *uuid);

/*
 * For the harness
 */

/* what dm_get_device() finds: "main" and "spare" */
extern struct block_device *shim_main, *shim_spare;
/* devices that were got and not put */
extern int shim_open_devices;
/* between memalloc_noio_save() and its end */
extern bool shim_noio;
/* whoever writes to a file is root */
extern bool shim_capable;

#endif
