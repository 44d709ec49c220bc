// SPDX-License-Identifier: GPL-2.0-only
#include "edit.h"

#define PAGE	4096
#define DISOWNED(i) (offsetof(struct remap_disk_super, disowned) + 8 * (i))

struct field {
	u16 at;
	u8 bytes;
};

#define FIELD(type, name) { offsetof(type, name), sizeof(((type *)0)->name) }
#define SUPER(name)	FIELD(struct remap_disk_super, name)
#define HEADER(name)	FIELD(struct remap_disk_header, name)
#define ENTRY(name)	FIELD(struct remap_disk_entry, name)

static const struct field super_fields[] = {
	SUPER(compat), SUPER(ro_compat), SUPER(incompat), SUPER(state), SUPER(flags),
	SUPER(block_size), SUPER(mask_unit), SUPER(spare_blocks), SUPER(main_start),
	SUPER(main_length), SUPER(length), SUPER(table_blocks), SUPER(health_blocks),
	SUPER(table_a), SUPER(health_a), SUPER(data), SUPER(health_b), SUPER(table_b),
	SUPER(super_b), SUPER(fingerprint_first), SUPER(fingerprint_last),
	SUPER(disowned_count), SUPER(main_identity), SUPER(label),
};

static const struct field header_fields[] = {
	HEADER(magic), HEADER(version), HEADER(uuid), HEADER(generation), HEADER(index),
	HEADER(copy), HEADER(crc), HEADER(reserved),
};

static const struct field entry_fields[] = {
	ENTRY(main_block), ENTRY(generation), ENTRY(lost), ENTRY(state), ENTRY(reason),
	ENTRY(flags), ENTRY(reserved), ENTRY(time),
};

void edit_seal(u8 *block)
{
	const size_t at = offsetof(struct remap_disk_header, crc);
	u32 crc = crc32c(~0, block, at);

	crc = crc32c(crc, "\0\0\0\0", 4);
	crc = ~crc32c(crc, block + at + 4, PAGE - at - 4);
	memcpy(block + at, &crc, 4);
}

u64 edit_block_place(const struct remap_super *base, u32 nr, u32 copy)
{
	nr %= 2 + base->table_blocks;
	if (nr == 0)
		return copy ? base->super_b : 0;
	if (nr == 1)
		return base->health[copy];
	return base->table[copy] + 8ULL * (nr - 2);
}

static void set(u8 *block, size_t base, const struct field *f, u64 value)
{
	memcpy(block + base + f->at, &value, min_t(size_t, f->bytes, sizeof(value)));
}

static void set_entry(u8 *block, const struct edit *e)
{
	size_t at = sizeof(struct remap_disk_header) + e->at % 126 * 32;
	struct remap_disk_entry *entry = (void *)(block + at);

	if (e->op % EDIT_OPS == EDIT_ENTRY) {
		set(block, at, &entry_fields[e->arg % ARRAY_SIZE(entry_fields)], e->value);
		return;
	}
	memset(entry, 0, sizeof(*entry));
	entry->state = REMAP_ENTRY_MAPPED;
	entry->main_block = e->arg;
	entry->generation = e->value;
}

static void disown(u8 *block, const struct edit *e)
{
	struct remap_disk_super *d = (void *)block;
	u32 i = e->at % REMAP_MAX_DISOWNED;

	d->disowned[i].block = e->arg;
	d->disowned[i].copy = e->value;
	d->disowned[i].flags = e->value >> 8;
	if (d->disowned_count <= i)
		d->disowned_count = i + 1;
}

/* One edit in one copy of one block. */
static void edit_block(struct edit_target *t, const struct edit *e, u32 copy)
{
	bool super = e->op % EDIT_OPS == EDIT_SUPER || e->op % EDIT_OPS == EDIT_DISOWN;
	u64 place = edit_block_place(t->base, super ? 0 : e->which >> 2, copy);
	u8 *block = t->area + place * 512;
	u32 page = place / 8;

	t->touched[page] = 1;
	switch (e->op % EDIT_OPS) {
	case EDIT_BYTES:
		memcpy(block + e->at % (PAGE - 7), &e->value, 1 << (e->arg & 3));
		break;
	case EDIT_SUPER:
		set(block, 0, &super_fields[e->at % ARRAY_SIZE(super_fields)], e->value);
		break;
	case EDIT_HEADER:
		set(block, 0, &header_fields[e->at % ARRAY_SIZE(header_fields)], e->value);
		break;
	case EDIT_ENTRY:
	case EDIT_MAP:
		set_entry(block, e);
		break;
	case EDIT_COPY:
		memmove(block, t->area + 512 * edit_block_place(t->base, e->arg >> 2 & 0x3f,
								e->arg & 1), PAGE);
		break;
	case EDIT_FILL:
		memset(block, e->value, PAGE);
		t->unsealed[page] = !e->value;	/* blank is a thing of its own */
		break;
	case EDIT_UNSEALED:
		t->unsealed[page] = 1;
		break;
	case EDIT_DISOWN:
		disown(block, e);
		break;
	case EDIT_FAULT:
		t->faults[page] |= e->arg & 3;
		break;
	}
}

static void edit_page(struct edit_target *t, const struct edit *e)
{
	u32 page = e->arg % t->pages;

	memcpy(t->area + (size_t)page * PAGE + e->at % (PAGE - 7), &e->value, 8);
	t->touched[page] = 1;
}

void edit_apply(struct edit_target *t, const u8 *data, size_t size)
{
	struct edit e;
	u32 i, copy;

	for (; size >= sizeof(e); data += sizeof(e), size -= sizeof(e)) {
		memcpy(&e, data, sizeof(e));
		if (e.op % EDIT_OPS == EDIT_PAGE) {
			edit_page(t, &e);
			continue;
		}
		for (copy = 0; copy < 2; copy++)
			if ((e.which & 3) > 1 || (e.which & 3) == copy)
				edit_block(t, &e, copy);
	}
	for (i = 0; i < t->pages; i++)
		if (t->touched[i] && !t->unsealed[i])
			edit_seal(t->area + (size_t)i * PAGE);
}
