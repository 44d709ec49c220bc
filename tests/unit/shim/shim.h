/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as the pure rooms of dm-remap-core need, on the host.
 * Every linux/ header of this directory is this one.
 *
 * What a test can steer stands at the end, with the prefix shim_.
 */
#ifndef SHIM_H
#define SHIM_H

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

/*
 * types.h: u64 is long long, so that %llu is checked as in the kernel
 */
typedef uint8_t u8, __u8;
typedef uint16_t u16, __u16;
typedef uint32_t u32, __u32;
typedef unsigned long long u64, __u64;
typedef int8_t s8, __s8;
typedef int16_t s16, __s16;
typedef int32_t s32, __s32;
typedef long long s64, __s64;
typedef u16 __le16, __be16, __sum16;
typedef u32 __le32, __be32, __wsum;
typedef u64 __le64, __be64;
typedef u64 sector_t;
typedef unsigned int gfp_t;
typedef unsigned int blk_opf_t;
#define __bitwise
#define __force
#define __packed	__attribute__((packed))
#define __aligned_u64 __u64 __attribute__((aligned(8)))

#ifndef U32_MAX
#define U32_MAX		((u32)~0U)
#define U64_MAX		((u64)~0ULL)
#endif

/* kernel.h, minmax.h, bits.h, math.h, log2.h */
#define BUILD_BUG_ON(c)	_Static_assert(!(c), #c)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) DIV_ROUND_UP((u64)(n), d)
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define __must_check	__attribute__((warn_unused_result))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define BIT(n)		(1UL << (n))
#define BIT_ULL(n)	(1ULL << (n))

/* like the kernel's: both sides must have the same type */
#define shim_compare(a, b, op) ({ \
	__typeof__(a) shim_a = (a); \
	__typeof__(b) shim_b = (b); \
	(void)(&shim_a == &shim_b); \
	shim_a op shim_b ? shim_a : shim_b; })
#define min(a, b)	shim_compare(a, b, <)
#define max(a, b)	shim_compare(a, b, >)
#define min_t(t, a, b)	min((t)(a), (t)(b))
#define max_t(t, a, b)	max((t)(a), (t)(b))
#define swap(a, b) \
	do { __typeof__(a) shim_a = (a); (a) = (b); (b) = shim_a; } while (0)
#define clamp_t(t, v, l, h) min_t(t, max_t(t, v, l), h)
#define round_up(x, y)	((((x) - 1) | ((__typeof__(x))(y) - 1)) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))(y) - 1))

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

static inline u64 div_u64(u64 n, u32 d)
{
	return n / d;
}

static inline u64 div64_u64(u64 n, u64 d)
{
	return n / d;
}

static inline u64 div_u64_rem(u64 n, u32 d, u32 *rest)
{
	*rest = n % d;
	return n / d;
}

static inline u64 div64_u64_rem(u64 n, u64 d, u64 *rest)
{
	*rest = n % d;
	return n / d;
}

static inline int ilog2(u64 n)
{
	return 63 - __builtin_clzll(n);
}

/* asm/byteorder.h */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the shim is for little-endian hosts"
#endif
#define cpu_to_le16(x)	((__le16)(x))
#define cpu_to_le32(x)	((__le32)(x))
#define cpu_to_le64(x)	((__le64)(x))
#define le16_to_cpu(x)	((u16)(x))
#define le32_to_cpu(x)	((u32)(x))
#define le64_to_cpu(x)	((u64)(x))

/* compiler.h, barrier.h */
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()	smp_mb()
#define smp_wmb()	smp_mb()
#define barrier()	__asm__ __volatile__("" ::: "memory")

/* string.h */
void *memchr_inv(const void *p, int c, size_t len);
ssize_t shim_strscpy(char *to, const char *from, size_t size);
#define strscpy(to, from, size) shim_strscpy(to, from, size)

/* crc32c.h */
u32 crc32c(u32 crc, const void *buf, size_t len);

/* bitops.h, bitmap.h: no more atomic than a test needs */
#define BITS_PER_LONG	(8 * (int)sizeof(long))
#define BITS_TO_LONGS(n) DIV_ROUND_UP((size_t)(n), (size_t)BITS_PER_LONG)

static inline bool test_bit(unsigned long nr, const unsigned long *p)
{
	return p[nr / BITS_PER_LONG] >> (nr % BITS_PER_LONG) & 1;
}

static inline void set_bit(unsigned long nr, unsigned long *p)
{
	p[nr / BITS_PER_LONG] |= 1UL << (nr % BITS_PER_LONG);
}

static inline void clear_bit(unsigned long nr, unsigned long *p)
{
	p[nr / BITS_PER_LONG] &= ~(1UL << (nr % BITS_PER_LONG));
}

static inline bool __test_and_set_bit(unsigned long nr, unsigned long *p)
{
	bool was = test_bit(nr, p);

	set_bit(nr, p);
	return was;
}

static inline bool __test_and_clear_bit(unsigned long nr, unsigned long *p)
{
	bool was = test_bit(nr, p);

	clear_bit(nr, p);
	return was;
}

#define __set_bit	set_bit
#define __clear_bit	clear_bit
#define test_and_set_bit __test_and_set_bit
#define test_and_clear_bit __test_and_clear_bit

unsigned long find_next_bit(const unsigned long *p, unsigned long size, unsigned long from);
unsigned long find_next_zero_bit(const unsigned long *p, unsigned long size,
				 unsigned long from);

static inline void bitmap_zero(unsigned long *p, unsigned long bits)
{
	memset(p, 0, BITS_TO_LONGS(bits) * sizeof(long));
}

static inline unsigned int hweight32(u32 x)
{
	return __builtin_popcount(x);
}

static inline unsigned long __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

static inline unsigned int hweight64(u64 x)
{
	return __builtin_popcountll(x);
}

/* vmalloc.h, slab.h */
#define GFP_KERNEL	0u
#define GFP_NOIO	1u
#define GFP_NOWAIT	2u
void *vzalloc(unsigned long bytes);
void vfree(const void *p);
#define vmalloc(bytes)	vzalloc(bytes)

/* spinlock.h: notices what is taken twice, or given back by nobody */
typedef struct {
	bool held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

static inline void shim_lock(spinlock_t *lock)
{
	assert(!lock->held);
	lock->held = true;
}

static inline void shim_unlock(spinlock_t *lock)
{
	assert(lock->held);
	lock->held = false;
}

#define spin_lock_irqsave(lock, flags) do { (flags) = 0; shim_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) do { (void)(flags); shim_unlock(lock); } while (0)
#define spin_lock_irq(lock) shim_lock(lock)
#define spin_unlock_irq(lock) shim_unlock(lock)
#define spin_lock(lock)	shim_lock(lock)
#define spin_unlock(lock) shim_unlock(lock)
#define lockdep_assert_held(lock) assert((lock)->held)

/* sched.h, delay.h, timekeeping.h */
#define cond_resched()	do { } while (0)
void msleep(unsigned int ms);
s64 ktime_get_real_seconds(void);

/*
 * xarray.h: value entries only
 */
struct xarray {
	struct shim_xa_slot *slots;
	size_t nr, room;
};

typedef unsigned int xa_mark_t;
#define XA_PRESENT	((xa_mark_t)8U)

static inline void *xa_mk_value(unsigned long v)
{
	assert((long)v >= 0);
	return (void *)((v << 1) | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

static inline bool xa_is_err(const void *entry)
{
	return ((unsigned long)entry & 3) == 2;
}

static inline int xa_err(void *entry)
{
	return xa_is_err(entry) ? (long)entry >> 2 : 0;
}

void xa_init(struct xarray *xa);
void xa_destroy(struct xarray *xa);
void *xa_load(struct xarray *xa, unsigned long index);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long last, xa_mark_t filter);

static inline bool xa_empty(const struct xarray *xa)
{
	return !xa->nr;
}

/*
 * blk_types.h
 */
#define SECTOR_SHIFT	9
#define SECTOR_SIZE	512
typedef u8 blk_status_t;
#define BLK_STS_OK		0
#define BLK_STS_NOTSUPP		1
#define BLK_STS_TIMEOUT		2
#define BLK_STS_NOSPC		3
#define BLK_STS_TRANSPORT	4
#define BLK_STS_TARGET		5
#define BLK_STS_NEXUS		6
#define BLK_STS_RESV_CONFLICT	6
#define BLK_STS_MEDIUM		7
#define BLK_STS_PROTECTION	8
#define BLK_STS_RESOURCE	9
#define BLK_STS_IOERR		10
#define BLK_STS_DM_REQUEUE	11
#define BLK_STS_AGAIN		12
#define BLK_STS_DEV_RESOURCE	13
#define BLK_STS_ZONE_RESOURCE	14
#define BLK_STS_ZONE_OPEN_RESOURCE 15
#define BLK_STS_ZONE_ACTIVE_RESOURCE 16
#define BLK_STS_OFFLINE		17
#define BLK_STS_DURATION_LIMIT	18
#define BLK_STS_INVAL		19
#define SHIM_STATUSES		20
int blk_status_to_errno(blk_status_t status);

struct bvec_iter {
	sector_t bi_sector;
	unsigned int bi_size, bi_idx, bi_bvec_done;
};

struct bio_vec {
	void *bv_page;
	unsigned int bv_len, bv_offset;
};

struct bio {
	struct bvec_iter bi_iter;
	blk_status_t bi_status;
};

struct dm_dev;

/* device-mapper.h: messages go to a buffer that tests read */
#define DMERR(fmt, ...)	shim_log("E " fmt "\n", ##__VA_ARGS__)
#define DMWARN(fmt, ...) shim_log("W " fmt "\n", ##__VA_ARGS__)
#define DMINFO(fmt, ...) shim_log("I " fmt "\n", ##__VA_ARGS__)

/*
 * For tests
 */

/** shim_log() - what DMERR and its sisters said; @shim_mute spares the model's time */
void shim_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *shim_logged(void);
void shim_log_clear(void);
extern bool shim_mute;

/* The n-th next allocation fails; 0: none. Counts down. */
extern unsigned int shim_fail_vzalloc;
/* The n-th next xa_store() that needs a node fails; 0: none. Counts down. */
extern unsigned int shim_fail_xa_store;
/* gfp of the last xa_store() that needed a node */
extern gfp_t shim_xa_gfp;
extern unsigned int shim_slept_ms;
/* what the clock on the wall says */
extern s64 shim_real_seconds;
/* compute crcs by table though the CPU could do it */
extern bool shim_slow_crc;

#endif
