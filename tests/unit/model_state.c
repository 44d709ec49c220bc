// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blobs are blocks of content, each kept once. Two nodes are the same state if
 * they differ in nothing but how far generations lie apart: the code compares them,
 * so only their order counts, and small distances, which a counter may bridge.
 */
#include "model.h"

#define FAST __attribute__((no_sanitize("address", "undefined"), optimize("O2")))
#define MAX_GENS 400
#define NEAR 8

struct blob {
	u8 data[REMAP_META_SIZE];
	u64 hash;
	u64 shape;	/* of what is not a generation */
	u64 *gens;
	u32 nr_gens;
};

static struct blob **blobs;
static u32 nr_blobs, room_blobs;
static u32 *blob_table;
static u32 blob_slots;

static struct node *node_list;
static u64 *node_keys;
static u32 nr_nodes, room_nodes;
static u32 *node_table;
static u32 node_slots;

static u64 FAST hash_bytes(u64 h, const void *data, size_t bytes)
{
	const u8 *p = data;
	u64 v;

	for (; bytes >= 8; bytes -= 8, p += 8) {
		__builtin_memcpy(&v, p, 8);
		h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	while (bytes--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

static bool FAST intact(const u8 *data)
{
	static const u32 zero;
	u32 crc = crc32c(~0, data, 8);

	crc = crc32c(crc, &zero, 4);
	return ~crc32c(crc, data + 12, REMAP_META_SIZE - 12) == *(const u32 *)(data + 8);
}

static void FAST take_gen(struct blob *b, u8 *copy, size_t at)
{
	__builtin_memcpy(&b->gens[b->nr_gens++], copy + at, 8);
	__builtin_memset(copy + at, 0, 8);
}

/* Which of its bytes are generations; damaged blocks are all alike. */
static void FAST analyse(struct blob *b)
{
	u8 copy[REMAP_META_SIZE];
	u64 magic;
	u32 i;

	__builtin_memcpy(&magic, b->data, 8);
	b->gens = malloc((REMAP_ENTRIES_PER_BLOCK + 1) * sizeof(u64));
	__builtin_memcpy(copy, b->data, sizeof(copy));
	if (magic == REMAP_MAGIC_SUPER || magic == REMAP_MAGIC_TABLE) {
		if (!intact(b->data)) {
			b->shape = 1;
			return;
		}
		__builtin_memset(copy + 8, 0, 4);
		take_gen(b, copy, 32);
	}
	if (magic == REMAP_MAGIC_TABLE)
		for (i = 0; i < REMAP_ENTRIES_PER_BLOCK; i++)
			if (copy[64 + 32 * i + 24] || copy[64 + 32 * i + 31])
				take_gen(b, copy, 64 + 32 * i + 8);
	b->shape = hash_bytes(2, copy, sizeof(copy));
}

static void blob_table_grow(void)
{
	u32 i;

	blob_slots = blob_slots ? 2 * blob_slots : 1 << 14;
	free(blob_table);
	blob_table = calloc(blob_slots, sizeof(u32));
	for (i = 0; i < nr_blobs; i++) {
		u32 at = blobs[i]->hash & (blob_slots - 1);

		while (blob_table[at])
			at = (at + 1) & (blob_slots - 1);
		blob_table[at] = i + 1;
	}
}

u32 blob_put(const void *data, size_t bytes)
{
	/* what differs at all differs here: headers and crcs; the rest is compared */
	u64 hash = hash_bytes(1, data, min_t(size_t, bytes, 512));
	struct blob *b;
	u32 at;

	if (2 * nr_blobs >= blob_slots)
		blob_table_grow();
	for (at = hash & (blob_slots - 1); blob_table[at]; at = (at + 1) & (blob_slots - 1)) {
		b = blobs[blob_table[at] - 1];
		if (b->hash == hash && !memcmp(b->data, data, bytes))
			return blob_table[at] - 1;
	}
	if (nr_blobs == room_blobs) {
		room_blobs = room_blobs ? 2 * room_blobs : 1 << 12;
		blobs = realloc(blobs, room_blobs * sizeof(*blobs));
	}
	b = calloc(1, sizeof(*b));
	memcpy(b->data, data, bytes);
	b->hash = hash;
	analyse(b);
	blobs[nr_blobs] = b;
	blob_table[at] = ++nr_blobs;
	return nr_blobs - 1;
}

const void *blob_get(u32 id)
{
	return blobs[id]->data;
}

/*
 * Nodes
 */

struct key {
	u64 gens[MAX_GENS];
	u32 nr;
	u64 hash;
};

static void add_gen(struct key *k, u64 gen)
{
	assert(k->nr < MAX_GENS);
	k->gens[k->nr++] = gen;
}

static void add_blob(struct key *k, u32 id)
{
	u32 i;

	k->hash = hash_bytes(k->hash, &blobs[id]->shape, sizeof(u64));
	for (i = 0; i < blobs[id]->nr_gens; i++)
		add_gen(k, blobs[id]->gens[i]);
}

/* Folds the generations in, as ranks with small distances kept. */
static void FAST fold_gens(struct key *k)
{
	u64 sorted[MAX_GENS], rank[MAX_GENS];
	u32 i, j, n = 0;

	for (i = 0; i < k->nr; i++) {
		for (j = n; j > 0 && sorted[j - 1] > k->gens[i]; j--)
			;
		if (j > 0 && sorted[j - 1] == k->gens[i])
			continue;
		__builtin_memmove(&sorted[j + 1], &sorted[j], (n - j) * sizeof(u64));
		sorted[j] = k->gens[i];
		n++;
	}
	for (i = 0; i < n; i++) {
		u64 delta = i ? sorted[i] - sorted[i - 1] : sorted[0];

		rank[i] = (i ? rank[i - 1] : 0) + (delta < NEAR ? delta : NEAR);
	}
	for (i = 0; i < k->nr; i++)
		for (j = 0; j < n; j++)
			if (sorted[j] == k->gens[i])
				k->hash = hash_bytes(k->hash, &rank[j], sizeof(u64));
}

/* The parts of a live node's superblock that are not in any cell. */
static void add_super(struct key *k, u32 id)
{
	struct remap_super sb;

	memcpy(&sb, blob_get(id), sizeof(sb));
	add_gen(k, sb.generation);
	sb.generation = 0;
	k->hash = hash_bytes(k->hash, &sb, sizeof(sb));
}

static u64 key_of(const struct node *n)
{
	struct key k = { .hash = n->live };
	u32 i;

	for (i = 0; i < CELLS; i++)
		add_blob(&k, n->durable[i]);
	for (i = 0; i < n->nr_pending; i++) {
		u64 where = n->pending[i].cell << 8 | n->pending[i].part;

		k.hash = hash_bytes(k.hash, &where, sizeof(where));
		add_blob(&k, n->pending[i].image);
	}
	k.hash = hash_bytes(k.hash, n->allowed, sizeof(n->allowed));
	if (n->live) {
		add_super(&k, n->super);
		add_gen(&k, n->generation);
		for (i = 0; i < TABLES; i++)
			add_blob(&k, n->table[i]);
		k.hash = hash_bytes(k.hash, &n->mode, 1);
		k.hash = hash_bytes(k.hash, n->super_good, sizeof(n->super_good));
		k.hash = hash_bytes(k.hash, n->block_state, sizeof(n->block_state));
		k.hash = hash_bytes(k.hash, n->taken, sizeof(n->taken));
	}
	fold_gens(&k);
	return k.hash ? k.hash : 1;
}

static void node_table_grow(void)
{
	u32 i;

	node_slots = node_slots ? 2 * node_slots : 1 << 16;
	free(node_table);
	node_table = calloc(node_slots, sizeof(u32));
	for (i = 0; i < nr_nodes; i++) {
		u32 at = node_keys[i] & (node_slots - 1);

		while (node_table[at])
			at = (at + 1) & (node_slots - 1);
		node_table[at] = i + 1;
	}
}

u32 node_put(const struct node *n, bool *is_new)
{
	u64 key = key_of(n);
	u32 at;

	if (2 * nr_nodes >= node_slots)
		node_table_grow();
	*is_new = false;
	for (at = key & (node_slots - 1); node_table[at]; at = (at + 1) & (node_slots - 1))
		if (node_keys[node_table[at] - 1] == key)
			return node_table[at] - 1;
	*is_new = true;
	if (nr_nodes == room_nodes) {
		room_nodes = room_nodes ? 2 * room_nodes : 1 << 14;
		node_list = realloc(node_list, room_nodes * sizeof(*node_list));
		node_keys = realloc(node_keys, room_nodes * sizeof(*node_keys));
	}
	node_list[nr_nodes] = *n;
	node_keys[nr_nodes] = key;
	node_table[at] = ++nr_nodes;
	return nr_nodes - 1;
}

struct node *node_get(u32 id)
{
	return &node_list[id];
}

u32 nodes(void)
{
	return nr_nodes;
}

void nodes_forget(void)
{
	u32 i;

	for (i = 0; i < nr_blobs; i++) {
		free(blobs[i]->gens);
		free(blobs[i]);
	}
	free(blobs);
	free(blob_table);
	free(node_list);
	free(node_keys);
	free(node_table);
	blobs = NULL;
	blob_table = NULL;
	node_list = NULL;
	node_keys = NULL;
	node_table = NULL;
	nr_blobs = 0;
	room_blobs = 0;
	blob_slots = 0;
	nr_nodes = 0;
	room_nodes = 0;
	node_slots = 0;
}
