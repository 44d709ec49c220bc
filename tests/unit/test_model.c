// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search for a history that violates what must never happen. See model.h.
 */
#include "model.h"

static unsigned long runs;

/* Runs one phase, with the choices there are; false if it does not apply. */
static bool run_phase(const struct node *from, enum op op)
{
	load_node(from);
	choices.at = 0;
	choices.faults = 0;
	runs++;
	if (!run_op(op))
		return false;
	/* the activation may end after it, with or without the power */
	if (!disk.off && node.live && choose(2, false, "then the power goes"))
		disk.off = true;
	if (!disk.off && node.live && disk.nr_pending &&
	    choose(2, false, "then it is taken down"))
		node.live = false;
	if (disk.off) {
		disk_cut();
		node.live = false;
	}
	save_node();
	return true;
}

/**
 * struct bounds - how far to look
 * @depth: phases
 * @faults: that may strike in each of them; a power cut is one
 * @ops: which operations
 */
struct bounds {
	u8 depth;
	u8 faults[8];
	u32 ops;
};

static void record(u32 parent, enum op op)
{
	bool is_new;

	node.parent = parent;
	node.depth = node_get(parent)->depth + 1;
	node.op = op;
	node.nr_choices = choices.nr;
	memcpy(node.choices, choices.made, sizeof(node.choices));
	node_put(&node, &is_new);
}

/* One operation on one state, with all the choices there are. */
static void expand(u32 id, enum op op, int budget)
{
	const struct node from = *node_get(id);

	choices.nr = 0;
	choices.budget = budget;
	do {
		if (run_phase(&from, op))
			record(id, op);
	} while (!violation && choices_next());
}

/* How it came to this, from the beginning. */
static void tell(const struct bounds *b, const struct node *last)
{
	const struct node n = *last;

	if (!n.depth)
		return;
	tell(b, node_get(n.parent));
	printf("#   %u. %s\n", n.depth, op_names[n.op]);
	memcpy(choices.made, n.choices, sizeof(n.choices));
	choices.nr = n.nr_choices;
	choices.budget = b->faults[n.depth - 1];
	choices.explain = true;
	run_phase(node_get(n.parent), n.op);
	choices.explain = false;
}

/* Breadth first, so that what is found is short. */
static void search(const struct bounds *b)
{
	bool is_new;
	u32 id, op;

	model_start();
	runs = 0;
	node_put(&node, &is_new);
	shim_mute = true;
	for (id = 0; id < nodes() && !violation; id++) {
		const struct node *n = node_get(id);
		u8 depth = n->depth;

		if (depth >= b->depth)
			break;
		/* what an operation has done is seen by a load, or not at all */
		if (n->live && depth + 1 == b->depth)
			continue;
		for (op = 0; op < OPS && !violation; op++)
			if (b->ops & BIT(op))
				expand(id, op, b->faults[depth]);
	}
	if (violation && !broken.retire_together && !broken.free_superseded) {
		const char *what = violation;

		printf("# %s:\n", what);
		tell(b, &node);
		violation = what;
	}
	shim_mute = false;
}

/*
 * The bounds: each a different question, all together half a minute. Where a
 * phase may meet two faults, few operations are tried; MODEL=deep asks for more.
 */

static unsigned long all_states, all_runs;
static bool found;

static void look(const struct bounds *b)
{
	bool bad;

	if (found)
		skip();		/* one history at a time */
	search(b);
	bad = violation;
	printf("# %u states, %lu phases tried\n", nodes(), runs);
	all_states += nodes();
	all_runs += runs;
	found = bad;
	model_finish();
	assert_false(bad);
}

static bool deep(void)
{
	const char *wish = getenv("MODEL");

	return wish && !strcmp(wish, "deep");
}

/* Everything, one fault in each phase: also a cut while a cut is recovered from. */
static void test_one_fault_each(void **state)
{
	const u32 twins = BIT(OP_MAP_X1) | BIT(OP_MOVE_Y);	/* for the patient */

	look(&(struct bounds){ deep() ? 5 : 4, { 0, 1, 1, 1, 1 },
			       (BIT(OPS) - 1) & ~(deep() ? 0 : twins) });
}

/* A change meets two faults, and so does the load after it. */
static void test_two_faults_each(void **state)
{
	look(&(struct bounds){ 4, { 0, 2, 2, 1 }, BIT(OP_LOAD) | BIT(OP_MAP_X0) });
}

static void test_two_blocks_in_one_commit(void **state)
{
	look(&(struct bounds){ 4, { 0, 2, deep() ? 2 : 1, deep() },
			       BIT(OP_LOAD) | BIT(OP_MAP_BOTH) });
}

static void test_interrupted_move(void **state)
{
	look(&(struct bounds){ 5, { 0, 0, 2, deep() ? 2 : 1, 1 },
			       BIT(OP_LOAD) | BIT(OP_MAP_X0) | BIT(OP_MOVE_X) });
}

/* A table block is frozen, emptied, buried; its blocks go back to main. */
static void test_frozen_and_buried(void **state)
{
	look(&(struct bounds){ 6, { 0, 0, 1, deep(), 1, 1 },
			       BIT(OP_LOAD) | BIT(OP_MAP_X0) | BIT(OP_MOVE_X) | BIT(OP_BURY) |
			       BIT(OP_FREE_X) | BIT(OP_RESUME) });
}

static void test_clean_stops(void **state)
{
	look(&(struct bounds){ 6, { 0, 0, 1, 1, 0, 1 },
			       BIT(OP_LOAD) | BIT(OP_MAP_X0) | BIT(OP_MAP_Y0) | BIT(OP_MOVE_X) |
			       BIT(OP_CLEAR_X) | BIT(OP_STOP) });
}

/*
 * A caller that breaks its side of the contract must be found out, or the
 * oracle is blind.
 */
static void expect_violation(const struct bounds *b)
{
	bool bad;

	if (found)
		skip();
	search(b);
	bad = violation;
	model_finish();
	memset(&broken, 0, sizeof(broken));
	assert_true(bad);
}

static void test_caller_retires_together(void **state)
{
	broken.retire_together = true;
	expect_violation(&(struct bounds){ 4, { 0, 0, 1, 0 },
			 BIT(OP_LOAD) | BIT(OP_MAP_X0) | BIT(OP_MOVE_X) });
}

static void test_caller_frees_superseded(void **state)
{
	broken.free_superseded = true;
	expect_violation(&(struct bounds){ 5, { 0, 0, 1, 0, 0 },
			 BIT(OP_LOAD) | BIT(OP_MAP_X0) | BIT(OP_MOVE_X) | BIT(OP_FREE_X) });
}

static int enough(void **state)
{
	printf("# %lu states, %lu phases tried altogether\n", all_states, all_runs);
	return found || all_states > 50000 ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_fault_each),
		cmocka_unit_test(test_two_faults_each),
		cmocka_unit_test(test_two_blocks_in_one_commit),
		cmocka_unit_test(test_interrupted_move),
		cmocka_unit_test(test_frozen_and_buried),
		cmocka_unit_test(test_clean_stops),
		cmocka_unit_test(test_caller_retires_together),
		cmocka_unit_test(test_caller_frees_superseded),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, enough);
}
