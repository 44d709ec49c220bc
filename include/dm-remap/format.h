/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The on-disk format of a dm-remap spare device, shared by kernel, tool and
 * tests. Everything is little-endian. docs/format.md explains it.
 *
 *   superblock | table A | health A | spare blocks ... | health B | table B | superblock
 *
 * Every metadata block is REMAP_META_SIZE bytes and starts with a
 * struct remap_disk_header. A block of zeros is never valid.
 */
#ifndef DM_REMAP_FORMAT_H
#define DM_REMAP_FORMAT_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/stddef.h>
#else
#include <assert.h>
#include <stddef.h>
#endif

#define REMAP_META_SIZE		4096
#define REMAP_META_SECTORS	(REMAP_META_SIZE / 512)

/* "dmremapS", "dmremapT", "dmremapH" as they stand on the disk */
#define REMAP_MAGIC_SUPER	0x5370616d65726d64ULL
#define REMAP_MAGIC_TABLE	0x5470616d65726d64ULL
#define REMAP_MAGIC_HEALTH	0x4870616d65726d64ULL

#define REMAP_FORMAT_VERSION	1

#define REMAP_MIN_BLOCK_SIZE	512
#define REMAP_MAX_BLOCK_SIZE	32768
#define REMAP_DEFAULT_BLOCK_SIZE 4096
#define REMAP_MASK_BITS		64	/* logical blocks in a block, at most */

#define REMAP_DEFAULT_MAX_SPARES (1U << 20)
#define REMAP_MAX_SPARES	(1U << 24)
#define REMAP_MAX_MAIN_BLOCKS	(1ULL << 52)

/* Copies lie this far apart where the spare is large enough for it. */
#define REMAP_COPY_DISTANCE	(16ULL << 20)

/**
 * struct remap_disk_header - first 64 bytes of every metadata block
 * @magic: REMAP_MAGIC_*
 * @crc: crc32c of the whole block with this field zero
 * @version: REMAP_FORMAT_VERSION
 * @uuid: the spare's UUID
 * @generation: the highest generation in the block; 0 is never valid
 * @index: number of this block within its area
 * @copy: 0 for A (at the front), 1 for B (at the end)
 */
struct remap_disk_header {
	__le64 magic;		/*  0 */
	__le32 crc;		/*  8 */
	__le32 version;		/* 12 */
	__u8   uuid[16];	/* 16 */
	__le64 generation;	/* 32 */
	__le32 index;		/* 40 */
	__le32 copy;		/* 44 */
	__u8   reserved[16];	/* 48 */
} __attribute__((packed));

enum remap_entry_state {
	REMAP_ENTRY_FREE = 0,
	REMAP_ENTRY_MAPPED = 1,
	REMAP_ENTRY_BAD = 2,	/* the spare block itself is bad */
};

enum remap_reason {
	REMAP_REASON_NONE = 0,
	REMAP_REASON_WRITE_ERROR = 1,
	REMAP_REASON_READ_ERROR = 2,
	REMAP_REASON_SLOW = 3,
	REMAP_REASON_MANUAL = 4,
	REMAP_REASON_IMPORTED = 5,
	REMAP_REASON_SPARE_FAILED = 6,
	REMAP_REASON_COUNT
};

/* The main device may still hold the data of the lost logical blocks. */
#define REMAP_ENTRY_RESCUABLE	0x01
#define REMAP_ENTRY_FLAGS	0x01

/**
 * struct remap_disk_entry - what one spare block holds
 * @main_block: number of the block of the main device, if mapped
 * @generation: of the last change of this entry; 0 if never changed
 * @lost: a bit for each lost logical block
 * @state: enum remap_entry_state
 * @reason: enum remap_reason
 * @flags: REMAP_ENTRY_*
 * @time: seconds since 1970, for people; never compared
 */
struct remap_disk_entry {
	__le64 main_block;	/*  0 */
	__le64 generation;	/*  8 */
	__le64 lost;		/* 16 */
	__u8   state;		/* 24 */
	__u8   reason;		/* 25 */
	__u8   flags;		/* 26 */
	__u8   reserved;	/* 27 */
	__le32 time;		/* 28 */
} __attribute__((packed));

#define REMAP_ENTRIES_PER_BLOCK	126

struct remap_disk_table {
	struct remap_disk_header header;			/*    0 */
	struct remap_disk_entry entries[REMAP_ENTRIES_PER_BLOCK]; /* 64 */
} __attribute__((packed));

enum remap_super_state {
	REMAP_SUPER_FORMATTING = 1,
	REMAP_SUPER_ACTIVE = 2,
	REMAP_SUPER_STANDBY = 3,
	REMAP_SUPER_REPLACED = 4,
};

#define REMAP_SUPER_CLEAN	0x01	/* stopped cleanly */
#define REMAP_SUPER_FINGERPRINT	0x02	/* the fingerprints are valid */
#define REMAP_SUPER_FORGET	0x04	/* no entry is rescuable, whatever it says */
#define REMAP_SUPER_FLAGS	0x07

/* Features known to this version: none yet. */
#define REMAP_COMPAT_KNOWN	0
#define REMAP_RO_COMPAT_KNOWN	0
#define REMAP_INCOMPAT_KNOWN	0

#define REMAP_DISOWN_DEAD	0x01	/* emptied: both copies are ignored */
#define REMAP_MAX_DISOWNED	128

/**
 * struct remap_disk_disowned - one copy of a table block that is ignored
 * @block: table block
 * @copy: the copy that is ignored whatever it holds
 * @flags: REMAP_DISOWN_*
 */
struct remap_disk_disowned {
	__le32 block;		/* 0 */
	__u8   copy;		/* 4 */
	__u8   flags;		/* 5 */
	__u8   reserved[2];	/* 6 */
} __attribute__((packed));

/**
 * struct remap_disk_super - superblock
 *
 * Offsets are in sectors from the start of the spare area. Both copies are the
 * same but for the header's copy number and crc.
 */
struct remap_disk_super {
	struct remap_disk_header header;	/*   0 */
	__le32 compat;				/*  64 */
	__le32 ro_compat;			/*  68 */
	__le32 incompat;			/*  72 */
	__le32 state;				/*  76: enum remap_super_state */
	__le32 flags;				/*  80: REMAP_SUPER_* */
	__le32 block_size;			/*  84: bytes */
	__le32 mask_unit;			/*  88: bytes, main's logical block */
	__le32 spare_blocks;			/*  92: number of */
	__le64 main_start;			/*  96: sectors */
	__le64 main_length;			/* 104: sectors */
	__le64 length;				/* 112: sectors of the spare area */
	__le32 table_blocks;			/* 120: in each copy */
	__le32 health_blocks;			/* 124: in each copy */
	__le64 table_a;				/* 128 */
	__le64 health_a;			/* 136 */
	__le64 data;				/* 144 */
	__le64 health_b;			/* 152 */
	__le64 table_b;				/* 160 */
	__le64 super_b;				/* 168 */
	__le32 fingerprint_first;		/* 176: crc32c of main's first MiB */
	__le32 fingerprint_last;		/* 180: and of its last MiB */
	__u8   main_identity[128];		/* 184: text for the tool */
	__u8   label[64];			/* 312 */
	__le32 disowned_count;			/* 376 */
	__le32 reserved1;			/* 380 */
	struct remap_disk_disowned disowned[REMAP_MAX_DISOWNED]; /* 384 */
	__u8   reserved2[2688];			/* 1408 */
} __attribute__((packed));

#define REMAP_HEALTH_PAYLOAD	(REMAP_META_SIZE - 64)

struct remap_disk_health {
	struct remap_disk_header header;	/*  0 */
	__u8 payload[REMAP_HEALTH_PAYLOAD];	/* 64 */
} __attribute__((packed));

static_assert(sizeof(struct remap_disk_header) == 64, "header is 64 bytes");
static_assert(sizeof(struct remap_disk_entry) == 32, "entry is 32 bytes");
static_assert(sizeof(struct remap_disk_table) == REMAP_META_SIZE, "table block");
static_assert(sizeof(struct remap_disk_super) == REMAP_META_SIZE, "superblock");
static_assert(sizeof(struct remap_disk_health) == REMAP_META_SIZE, "health block");
static_assert(offsetof(struct remap_disk_super, compat) == 64, "superblock body");
static_assert(offsetof(struct remap_disk_super, main_start) == 96, "geometry");
static_assert(offsetof(struct remap_disk_super, table_a) == 128, "areas");
static_assert(offsetof(struct remap_disk_super, main_identity) == 184, "identity");
static_assert(offsetof(struct remap_disk_super, disowned) == 384, "disowned list");

#endif
