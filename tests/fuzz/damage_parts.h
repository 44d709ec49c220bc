/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kinds of damage are made with. */
#ifndef DAMAGE_PARTS_H
#define DAMAGE_PARTS_H

#include "damage.h"
#include "edit.h"

#define PAGE	4096
#define A	1
#define B	2
#define BOTH	3

extern const struct damage damage_super_kinds[], damage_table_kinds[];
extern const unsigned int damage_super_count, damage_table_count;

/* places of one copy: 0 is A */
u8 *damage_super(struct damage_image *image, u32 copy);
u8 *damage_health(struct damage_image *image, u32 copy);
struct remap_disk_table *damage_table(struct damage_image *image, u32 k, u32 copy);
struct remap_disk_entry *damage_entry(struct damage_image *image, u32 spare, u32 copy);

void damage_set_generation(void *block, u64 generation);
/** damage_fresh() - above every generation of the table: what has it wins */
u64 damage_fresh(struct damage_image *image);
/** damage_free_spare() - the first from this one on, or REMAP_MAX_SPARES */
u32 damage_free_spare(struct damage_image *image, u32 from);
u64 damage_free_main(struct damage_image *image, u64 from);
/** damage_put_entry() - the same in the copies named; the checksums follow */
void damage_put_entry(struct damage_image *image, u32 spare,
		      const struct remap_disk_entry *e, unsigned int copies);
void damage_shows(struct damage_image *image, u64 block, u32 spare);
void damage_spoil(u8 *block);
void damage_swap(u8 *a, u8 *b);

/** damage_table_newer() - a kind: one copy has an entry that the other has not yet */
int damage_table_newer(struct damage_image *image, const struct damage *d);

#define SUPER(field) \
	.at = offsetof(struct remap_disk_super, field), \
	.bytes = sizeof(((struct remap_disk_super *)0)->field)
#define HEADER(field) \
	.at = offsetof(struct remap_disk_header, field), \
	.bytes = sizeof(((struct remap_disk_header *)0)->field)
#define OTHER_UUID \
	.at = offsetof(struct remap_disk_header, uuid), .bytes = 1, .value = 'x'
#define ENTRY(field) \
	.at = offsetof(struct remap_disk_entry, field), \
	.bytes = sizeof(((struct remap_disk_entry *)0)->field)
#define REFUSED(how, with) .expect = DAMAGE_##how, .error = with

#endif
