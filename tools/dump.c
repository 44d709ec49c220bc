// SPDX-License-Identifier: GPL-2.0-only
/* dump: all that the metadata of a spare says, for people. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/kernel.h>

#include "dump.h"
#include "findings.h"
#include "terms.h"
#include "offline.h"

static void line(const char *what, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void line(const char *what, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("%-20s ", what);
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
}

static const char *flags(const struct remap_super *sb)
{
	bool standby = sb->state == REMAP_SUPER_STANDBY;

	return text("%s%s%s", sb->flags & REMAP_SUPER_CLEAN ?
		    standby ? ", complete" : ", stopped cleanly" : standby ? ", not complete" : "",
		    sb->flags & REMAP_SUPER_FINGERPRINT ? ", fingerprints taken" : "",
		    sb->flags & REMAP_SUPER_FORGET ? ", nothing can be rescued" : "");
}

static const char *copy_text(const struct spare_copy *c)
{
	if (c->unread || c->verdict != REMAP_VALID)
		return copy_is(c);
	return text("whole, generation %llu", (unsigned long long)c->generation);
}

static void print_supers(const struct inspection *spare)
{
	static const u8 none[128];
	const struct remap_super *sb = &spare->super;

	line("superblock A", "%s", copy_text(&spare->supers[SPARE_A]));
	line("superblock B", "%s", copy_text(&spare->supers[SPARE_B]));
	if (spare->super_error)
		return;
	line("UUID", "%s", offline_uuid(sb->uuid));
	line("state", "%s%s", name_of_super_state(sb->state), flags(sb));
	line("block size", "%u bytes, %u to a lost bit", sb->block_size, sb->mask_unit);
	line("main device", "%llu sectors from sector %llu on",
	     (unsigned long long)sb->main_length, (unsigned long long)sb->main_start);
	if (memcmp(sb->main_identity, none, sizeof(none)))
		line("its identity", "%s", identity_text(sb));
	if (sb->flags & REMAP_SUPER_FINGERPRINT)
		line("its fingerprints", "%08x %08x", sb->fingerprint[0], sb->fingerprint[1]);
}

static void print_layout(const struct remap_super *sb)
{
	line("spare area", "%llu sectors", (unsigned long long)sb->length);
	line("superblocks at", "0, %llu", (unsigned long long)sb->super_b);
	line("tables at", "%llu, %llu; %u blocks each", (unsigned long long)sb->table[0],
	     (unsigned long long)sb->table[1], sb->table_blocks);
	line("health records at", "%llu, %llu", (unsigned long long)sb->health[0],
	     (unsigned long long)sb->health[1]);
	line("spare blocks at", "%llu; %u of them", (unsigned long long)sb->data,
	     sb->spare_blocks);
}

/* Those of which there is something to say. */
static void print_blocks(const struct inspection *spare)
{
	u32 k, agree = 0;

	for (k = 0; k < spare->super.table_blocks; k++) {
		const struct spare_block *b = &spare->blocks[k];

		if (b->outcome == SPARE_AGREE && b->disowned == SPARE_NEITHER) {
			agree++;
			continue;
		}
		line(text("table block %u", k), "%s%s; A is %s%s, B is %s%s", dump_outcome(b),
		     b->counts == SPARE_NEITHER ? "" : b->counts ? " B" : " A",
		     copy_text(&b->copy[SPARE_A]), b->disowned == SPARE_A ? " and disowned" : "",
		     copy_text(&b->copy[SPARE_B]), b->disowned == SPARE_B ? " and disowned" : "");
	}
	line("table", "%u of %u blocks have two copies that agree", agree,
	     spare->super.table_blocks);
	line("health record A", "%s", copy_text(&spare->health[SPARE_A]));
	line("health record B", "%s", copy_text(&spare->health[SPARE_B]));
}

static void print_entry(const struct inspection *spare, u32 nr)
{
	const struct remap_disk_entry *e = inspect_entry(spare, nr);
	char main[24] = "-";

	if (e->state == REMAP_ENTRY_MAPPED)
		snprintf(main, sizeof(main), "%llu", (unsigned long long)le64_to_cpu(e->main_block));
	printf("%8u %-10s %12s %16llx %-12s %-9s %20llu %s\n", nr, dump_standing(spare, nr), main,
	       (unsigned long long)le64_to_cpu(e->lost), name_of_reason(e->reason),
	       e->flags & REMAP_ENTRY_RESCUABLE ? "rescuable" : "-",
	       (unsigned long long)le64_to_cpu(e->generation), dump_time(e));
}

static void print_entries(const struct inspection *spare)
{
	u32 i, nr = 0;

	line("remapped blocks", "%u", spare->mapped);
	line("superseded entries", "%u", spare->superseded);
	line("bad spare blocks", "%u", spare->bad);
	line("lost logical blocks", "%llu", (unsigned long long)spare->lost);
	for (i = 0; i < spare->super.spare_blocks; i++) {
		if (inspect_entry(spare, i)->state == REMAP_ENTRY_FREE)
			continue;
		if (!nr++)
			printf("\n%8s %-10s %12s %16s %-12s %-9s %20s %s\n", "SPARE", "STATE", "MAIN",
			       "LOST", "REASON", "FLAGS", "GENERATION", "TIME");
		print_entry(spare, i);
	}
}

static int print(const struct inspection *spare)
{
	print_supers(spare);
	if (spare->super_error)
		return fail(WRONG_DEVICE, "no superblock can be used; see remapsetup check");
	print_layout(&spare->super);
	if (!spare->fits)
		return fail(WRONG_DEVICE, "the device is too short for this spare; see remapsetup check");
	print_blocks(spare);
	if (!spare->standing)
		return fail(WRONG_DEVICE, "the map cannot be loaded; see remapsetup check");
	print_entries(spare);
	if (spare->load_error)
		return fail(WRONG_DEVICE, "the map contradicts itself; see remapsetup check");
	return OK;
}

static int run(const struct call *call)
{
	struct inspection spare;
	struct offline o;
	int r;

	r = offline_open(&o, call, call->args[0], STORE_READ);
	if (r)
		return r;
	r = offline_inspect(&o, call, &spare);
	if (!r)
		r = given(call, OPT_JSON) ? dump_json(&spare) : print(&spare);
	inspect_free(&spare);
	offline_close(&o);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_JSON, "print JSON" },
	{ OPT_FORCE, "accept a superblock that something else has overwritten" },
	{ OPT_SPARE_START, "the spare area begins there on its device" },
	{ OPT_HELP }
};

const struct verb verb_dump = {
	.name = "dump",
	.usage = "<spare>",
	.summary = "print all that the metadata of a spare says",
	.details = "Prints the superblock, the state of both copies of everything, and each entry of the\n"
		   "map that is not free, as the kernel would find it. Writes nothing. The device may\n"
		   "be in use. For what is wrong and what to do about it, see check.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
