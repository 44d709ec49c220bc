// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the product does with its map, and what must never come of it.
 *
 * The oracle knows, for each of two blocks of main, what the map may say:
 *
 *   a change that happened                only the new
 *   one that did not                      only the old
 *   one in doubt, or cut off              either; but once a load has shown one of them and
 *                                         served I/O under it, only that one
 *
 * and that a load, when nothing fails, succeeds and repairs everything.
 */
#include "model.h"

struct node node;
const char *violation;
struct broken broken;

static struct remap_metadata md;
static struct remap_map map;
static struct remap_spare spare;

const char * const op_names[OPS] = {
	"load", "map X to table block 0", "map X to table block 1", "map Y to table block 0",
	"map X to 0 and Y to 1", "move X", "move Y", "clear X's lost bits", "free X",
	"bury", "suspend and resume", "stop cleanly",
};

/* in each table block; its entry is not in the first sector */
#define FIRST_SLOT 100

/* X and Y lie at the end of different regions */
static const u64 block_of[BLOCKS] = { 2047, 4095 };

static void violated(const char *what)
{
	if (!violation)
		violation = what;
	explain("VIOLATION: %s", what);
}

#define demand(condition) \
	do { \
		if (!(condition)) \
			violated(#condition); \
	} while (0)

/*
 * Between a node and the kernel's own structures
 */

static void reset_md(void)
{
	struct remap_metadata old = md;

	memset(&md, 0, sizeof(md));
	md.disk = old.disk;
	md.table = old.table;
	md.block_state = old.block_state;
	md.images = old.images;
	md.scratch = old.scratch;
	md.super_buf = old.super_buf;
	md.health = old.health;
	spin_lock_init(&md.lock);
}

void load_node(const struct node *n)
{
	u32 k;

	node = *n;
	disk_load_state(n);
	reset_md();
	if (!n->live)
		return;
	memcpy(&md.super, blob_get(n->super), sizeof(md.super));
	for (k = 0; k < TABLES; k++)
		memcpy(&md.table[k], blob_get(n->table[k]), REMAP_META_SIZE);
	memcpy(md.block_state, n->block_state, TABLES);
	memcpy(md.super_good, n->super_good, sizeof(md.super_good));
	md.generation = n->generation;
	md.mode = n->mode;
	memcpy(spare.taken, n->taken, sizeof(n->taken));
}

void save_node(void)
{
	u32 k;

	disk_save_state(&node);
	node.super = 0;
	node.generation = 0;
	memset(node.table, 0, sizeof(node.table));
	if (!node.live)
		return;
	node.super = blob_put(&md.super, sizeof(md.super));
	for (k = 0; k < TABLES; k++) {
		struct remap_disk_table t = md.table[k];

		/* its crc in memory is nobody's business */
		if (md.block_state[k] != REMAP_BLOCK_DEAD)
			remap_format_seal_table(&t, md.super.uuid,
						le64_to_cpu(t.header.generation), k, 0);
		node.table[k] = blob_put(&t, sizeof(t));
	}
	memcpy(node.block_state, md.block_state, TABLES);
	memcpy(node.super_good, md.super_good, sizeof(md.super_good));
	node.generation = md.generation;
	node.mode = md.mode;
	memcpy(node.taken, spare.taken, sizeof(node.taken));
}

/*
 * The oracle
 */

static bool is_allowed(u32 x, u16 value)
{
	struct allowed *a = &node.allowed[x];

	return a->value[0] == value || (a->nr == 2 && a->value[1] == value);
}

static void only(u32 x, u16 value)
{
	node.allowed[x] = (struct allowed){ { value, 0 }, 1 };
}

static void either(u32 x, u16 other)
{
	if (is_allowed(x, other))
		return;
	node.allowed[x].value[1] = other;
	node.allowed[x].nr = 2;
}

/* in a live node that is still rw: the one value there is */
static u16 place_of(u32 x)
{
	return node.allowed[x].value[0];
}

static u32 slot_of(u32 x)
{
	return place_of(x) == ON_MAIN ? REMAP_NO_SPARE : place_of(x) >> 1;
}

static u16 shown(u32 x)
{
	remap_place_t place = remap_map_get(&map, block_of[x]);

	return place ? ON_SPARE(remap_place_spare(place), place & REMAP_PLACE_LOST) : ON_MAIN;
}

/* I/O is answered from now on under this reading of the map. */
static void serve(void)
{
	u32 x;

	for (x = 0; x < BLOCKS; x++) {
		explain("%c is at %d%s", 'X' + x, shown(x) == ON_MAIN ? -1 : shown(x) >> 1,
			shown(x) != ON_MAIN && shown(x) & 1 ? ", lost" : "");
		if (!is_allowed(x, shown(x)))
			violated("the map shows what it must not show any more");
		if (md.mode <= REMAP_MODE_RO_MAP)
			only(x, shown(x));
	}
}

/* Of data that may still be wanted nothing is overwritten. */
static void handed_out(u32 slot)
{
	u32 x;

	for (x = 0; x < BLOCKS; x++)
		if (is_allowed(x, ON_SPARE(slot, 0)) || is_allowed(x, ON_SPARE(slot, 1)))
			violated("a spare block is handed out that may be mapped");
}

/*
 * What the product does
 */

/* One change of a commit, and which block of main it moves where. */
struct step {
	struct remap_change change;
	int x;		/* or -1: of no consequence to the map */
	u16 value;
};

static void prepare(struct step *s, u32 slot, u8 state, int x, bool lost)
{
	memset(s, 0, sizeof(*s));
	s->change.spare = slot;
	s->change.entry.state = state;
	s->x = x;
	s->value = ON_MAIN;
	if (state == REMAP_ENTRY_MAPPED) {
		s->change.entry.main_block = cpu_to_le64(block_of[x]);
		s->change.entry.lost = cpu_to_le64(lost);
		s->value = ON_SPARE(slot, lost);
	}
}

static void settled(const struct step *s)
{
	if (s->x < 0)
		return;
	if (s->change.outcome == REMAP_HAPPENED)
		only(s->x, s->value);
	else if (s->change.outcome == REMAP_DID_NOT_HAPPEN)
		only(s->x, place_of(s->x));	/* the old one stands first */
	else
		demand(md.mode != REMAP_MODE_RW);
}

/* false: the power went */
static bool commit(struct step *s, u32 nr)
{
	struct remap_change c[4];
	u32 i;

	for (i = 0; i < nr; i++) {
		c[i] = s[i].change;
		if (s[i].x >= 0)
			either(s[i].x, s[i].value);
	}
	remap_metadata_commit(&md, c, nr);
	if (disk.off)
		return false;
	for (i = 0; i < nr; i++) {
		static const char * const names[] = { "happened", "did not happen", "in doubt" };

		explain("commit: spare block %u: %s", c[i].spare, names[c[i].outcome]);
		s[i].change.outcome = c[i].outcome;
		settled(&s[i]);
	}
	for (i = 0; i < TABLES; i++)
		if (md.block_state[i] != REMAP_BLOCK_GOOD)
			remap_spare_close(&spare, i);
	return true;
}

static bool changeable(u32 slot)
{
	return remap_metadata_block_state(&md, slot) == REMAP_BLOCK_GOOD;
}

/* an older entry that an interrupted move or a frozen block has left */
static u32 superseded(u32 x, u32 winner)
{
	u32 slot;

	for (slot = FIRST_SLOT; slot < SPARES; slot++) {
		struct remap_disk_entry *e = remap_metadata_truth(&md, slot);

		if (e->state == REMAP_ENTRY_MAPPED && slot != winner &&
		    le64_to_cpu(e->main_block) == block_of[x] &&
		    remap_metadata_block_state(&md, slot) != REMAP_BLOCK_DEAD)
			return slot;
	}
	return REMAP_NO_SPARE;
}

/* What is left of an interrupted move; activate.c does so before the first I/O. */
static void retire_superseded(void)
{
	u32 x, slot;

	for (x = 0; x < BLOCKS; x++) {
		struct step s;

		slot = superseded(x, remap_place_spare(remap_map_get(&map, block_of[x])));
		if (slot == REMAP_NO_SPARE || !changeable(slot))
			continue;
		prepare(&s, slot, REMAP_ENTRY_FREE, -1, false);
		commit(&s, 1);
	}
}

/* From activate.c: the generation base, in both superblocks, before the first commit. */
static void mark_running(void)
{
	if (md.mode != REMAP_MODE_RW)
		return;
	md.super.flags &= ~REMAP_SUPER_CLEAN;
	if (remap_super_write(&md))
		remap_metadata_degrade(&md, REMAP_MODE_RO_MAP, "superblock");
}

static int load(void)
{
	int r;

	r = remap_super_read(&md);
	if (r)
		return r;
	if (md.super.state != REMAP_SUPER_ACTIVE)
		return -EINVAL;
	demand(md.super.table_blocks == TABLES);
	r = remap_load(&md, false);
	if (r)
		return r;
	remap_map_clear(&map);
	r = remap_map_load(&map, &md);
	if (r)
		return r;
	mark_running();
	retire_superseded();
	remap_spare_load(&spare, &md);
	return 0;
}

static void op_load(void)
{
	int r = load();

	if (disk.off)
		return;
	node.live = !r;
	explain("load: %d, mode %s", r, remap_mode_name(md.mode));
	if (!choices.faults && (r || md.mode != REMAP_MODE_RW))
		violated("refused or degraded although nothing is wrong any more");
	if (!r)
		serve();
}

/* A spare block in this table block. */
static u32 take_slot(u32 k)
{
	u32 slot;

	spare.next = k * REMAP_ENTRIES_PER_BLOCK + FIRST_SLOT;
	slot = remap_spare_take(&spare);
	if (slot == REMAP_NO_SPARE || slot / REMAP_ENTRIES_PER_BLOCK != k)
		return REMAP_NO_SPARE;
	demand(changeable(slot));
	handed_out(slot);
	return slot;
}

static bool op_map(u32 x, u32 k, bool lost)
{
	u32 slot = place_of(x) == ON_MAIN ? take_slot(k) : REMAP_NO_SPARE;
	struct step s;

	if (slot == REMAP_NO_SPARE)
		return false;
	prepare(&s, slot, REMAP_ENTRY_MAPPED, x, lost);
	commit(&s, 1);
	return true;
}

static bool op_map_both(void)
{
	struct step s[BLOCKS];
	u32 x, slot;

	for (x = 0; x < BLOCKS; x++) {
		slot = place_of(x) == ON_MAIN ? take_slot(x) : REMAP_NO_SPARE;
		if (slot == REMAP_NO_SPARE)
			return false;
		prepare(&s[x], slot, REMAP_ENTRY_MAPPED, x, false);
	}
	commit(s, BLOCKS);
	return true;
}

static bool op_move(u32 x)
{
	u32 old = slot_of(x), slot;
	struct step s[2];

	if (old == REMAP_NO_SPARE)
		return false;
	slot = take_slot(!(old / REMAP_ENTRIES_PER_BLOCK));
	if (slot == REMAP_NO_SPARE)
		return false;
	prepare(&s[0], slot, REMAP_ENTRY_MAPPED, x, place_of(x) & 1);
	prepare(&s[1], old, REMAP_ENTRY_FREE, -1, false);
	if (broken.retire_together && changeable(old)) {
		commit(s, 2);
		return true;
	}
	if (commit(s, 1) && s[0].change.outcome == REMAP_HAPPENED && changeable(old))
		commit(&s[1], 1);
	return true;
}

static bool op_clear(u32 x)
{
	u32 slot = slot_of(x);
	struct step s;

	if (slot == REMAP_NO_SPARE || !(place_of(x) & 1) || !changeable(slot))
		return false;
	prepare(&s, slot, REMAP_ENTRY_MAPPED, x, false);
	commit(&s, 1);
	return true;
}

/* X goes back to main: its data was written there, flushed and read back. */
static bool op_free(u32 x)
{
	u32 slot = slot_of(x);
	struct step s;

	if (slot == REMAP_NO_SPARE || !changeable(slot) ||
	    (superseded(x, slot) != REMAP_NO_SPARE && !broken.free_superseded))
		return false;
	prepare(&s, slot, REMAP_ENTRY_FREE, x, false);
	commit(&s, 1);
	return true;
}

static bool op_bury(void)
{
	u32 k, x, wanted;

	for (k = 0; k < TABLES; k++) {
		if (md.block_state[k] != REMAP_BLOCK_FROZEN)
			continue;
		for (wanted = 0, x = 0; x < BLOCKS; x++)
			wanted += slot_of(x) / REMAP_ENTRIES_PER_BLOCK == k;
		if (wanted)
			continue;
		remap_metadata_bury(&md, k);
		return true;
	}
	return false;
}

/* What was freed may be handed out again: no I/O is left. */
static bool op_resume(void)
{
	mark_running();
	remap_spare_load(&spare, &md);
	return true;
}

/* postsuspend: nothing of the map changes, and a failure has no consequence */
static bool op_stop(void)
{
	if (md.super.flags & REMAP_SUPER_CLEAN)
		return false;
	md.super.flags |= REMAP_SUPER_CLEAN;
	remap_super_write(&md);
	if (!disk.off)
		node.live = false;
	return true;
}

bool run_op(enum op op)
{
	if ((op == OP_LOAD) == node.live)
		return false;
	if (op != OP_LOAD && md.mode != REMAP_MODE_RW)
		return false;
	switch (op) {
	case OP_LOAD:
		op_load();
		return true;
	case OP_MAP_X0:
		return op_map(0, 0, true);
	case OP_MAP_X1:
		return op_map(0, 1, false);
	case OP_MAP_Y0:
		return op_map(1, 0, false);
	case OP_MAP_BOTH:
		return op_map_both();
	case OP_MOVE_X:
		return op_move(0);
	case OP_MOVE_Y:
		return op_move(1);
	case OP_CLEAR_X:
		return op_clear(0);
	case OP_FREE_X:
		return op_free(0);
	case OP_BURY:
		return op_bury();
	case OP_RESUME:
		return op_resume();
	case OP_STOP:
		return op_stop();
	default:
		return false;
	}
}

/*
 * Setting up
 */

/* A blank disk of this layout, formatted without a fault. */
void model_start(void)
{
	struct remap_super sb = {
		.block_size = 512, .mask_unit = 512, .main_length = 8192,
		.length = 512, .spare_blocks = SPARES, .uuid = "the model's own",
	};
	u32 i;

	assert_int_equal(remap_format_layout(&sb, 4096, 0), 0);
	memset(&disk, 0, sizeof(disk));
	memset(&node, 0, sizeof(node));
	memset(&md, 0, sizeof(md));
	memset(&map, 0, sizeof(map));
	disk.disk.length = sb.length;
	for (i = 0; i < CELLS; i++)
		disk.sector[i] = i < TABLE_A0 ? i * sb.super_b :
			sb.table[(i - TABLE_A0) / TABLES] + (i - TABLE_A0) % TABLES * 8;
	assert_int_equal(remap_metadata_init(&md, &disk.disk, "model"), 0);
	md.super = sb;
	assert_int_equal(remap_metadata_alloc(&md), 0);
	assert_int_equal(remap_map_init(&map, sb.main_length, sb.block_size), 0);
	assert_int_equal(remap_spare_init(&spare, SPARES), 0);
	memset(&choices, 0, sizeof(choices));
	assert_int_equal(remap_metadata_format(&md), 0);
	for (i = 0; i < BLOCKS; i++)
		only(i, ON_MAIN);
	violation = NULL;
	save_node();
}

void model_finish(void)
{
	nodes_forget();
	remap_spare_exit(&spare);
	remap_map_exit(&map);
	remap_metadata_exit(&md);
}
