// SPDX-License-Identifier: GPL-2.0-only
/*
 * A spare as the kernel would format it, byte for byte: state formatting
 * first, every table block, state active last, each step durable before the
 * next. The core's own format.c makes the blocks.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include <linux/kernel.h>

#include "blank.h"
#include "identity.h"
#include "pair.h"
#include "verb.h"

#define MAX_ALIGN	1048576	/* no disk has larger physical blocks */
#define TABLES_AT_ONCE	64

struct format {
	const struct call *call;
	struct pair pair;
	struct remap_super super;
	struct supers old;
	enum spare_is is;
	bool wipe;
};

/*
 * What is to be made
 */

static int parse_uuid(struct format *f)
{
	const char *text = f->call->value[OPT_UUID];

	if (!text) {
		uuid_generate_random(f->super.uuid);
		return OK;
	}
	if (uuid_parse(text, f->super.uuid) || uuid_is_null(f->super.uuid))
		return fail(BAD_USE, "--uuid needs a UUID, not '%s'", text);
	return OK;
}

static int parse_sizes(struct format *f)
{
	unsigned long long block_size = 0, blocks = REMAP_DEFAULT_MAX_SPARES;
	u32 unit = f->pair.main.logical;
	int r = option_number(f->call, OPT_BLOCK_SIZE, REMAP_MIN_BLOCK_SIZE,
			      REMAP_MAX_BLOCK_SIZE, &block_size);

	if (!r)
		r = option_number(f->call, OPT_SPARE_BLOCKS, 1, REMAP_MAX_SPARES, &blocks);
	if (r)
		return r;
	if (block_size & (block_size - 1) || (block_size && block_size < unit))
		return fail(BAD_USE, "--block-size needs a power of two from %u, the logical block of %s, to %d",
			    max(unit, (u32)REMAP_MIN_BLOCK_SIZE), f->pair.main.path,
			    REMAP_MAX_BLOCK_SIZE);
	f->super.mask_unit = unit;
	f->super.block_size = block_size ? block_size : unit > REMAP_DEFAULT_BLOCK_SIZE ? unit :
			      REMAP_DEFAULT_BLOCK_SIZE;
	f->super.spare_blocks = blocks;
	return OK;
}

/* On the device itself and not on the partition, as far as its alignment goes. */
static int lay_out(struct format *f)
{
	const struct pair *p = &f->pair;
	u32 physical = max(p->spare.physical, (u32)REMAP_META_SIZE);
	u32 align = physical < MAX_ALIGN ? physical : MAX_ALIGN;
	u64 start = (p->spare.start + p->spare_start) << 9;

	f->super.main_start = p->main_start;
	f->super.main_length = p->main_length;
	f->super.length = (p->spare.sectors - p->spare_start) & ~(u64)(REMAP_META_SECTORS - 1);
	if (remap_format_layout(&f->super, align, start & (align - 1)))
		return fail(WRONG_DEVICE, "%s is too small to be a spare", p->spare.path);
	return OK;
}

static void identify(struct format *f)
{
	char identity[IDENTITY_SIZE];

	if (identity_of(f->pair.main.number, identity))
		memcpy(f->super.main_identity, identity, strlen(identity));
	else
		warn("%s has neither WWN nor serial number: 'open' will not find it by itself, and needs --data-device",
		     f->pair.main.path);
}

static int plan(struct format *f)
{
	int r = parse_uuid(f);

	if (!r)
		r = parse_sizes(f);
	return r ? r : lay_out(f);
}

static int open_pair(struct format *f)
{
	const struct call *call = f->call;
	unsigned long long start = 0, length = 0, spare_start = 0;
	int r = option_number(call, OPT_DATA_START, 0, 1ULL << 53, &start);

	if (!r)
		r = option_number(call, OPT_DATA_LENGTH, 1, 1ULL << 53, &length);
	if (!r)
		r = option_number(call, OPT_SPARE_START, 0, 1ULL << 53, &spare_start);
	if (!r)
		r = pair_open_spare(&f->pair, call->args[0], true);
	if (!r)
		r = pair_open_main(&f->pair, call->value[OPT_DATA_DEVICE]);
	if (r)
		return r;
	f->pair.main_start = start;
	f->pair.spare_start = spare_start;
	f->pair.main_length = length ? length :
			      f->pair.main.sectors - min(start, f->pair.main.sectors);
	return pair_check(&f->pair);
}

/*
 * What is there
 */

/* As on the disk of which the front only was mapped. What begins behind that is left alone. */
static int refuse_mapped(const struct format *f, s64 begin)
{
	if (begin >= (s64)(f->pair.main_start + f->pair.main_length))
		return OK;
	return fail(WRONG_DEVICE, "%s holds %s, which would be mapped as if it were data. Nothing was changed; --data-length can leave it out, and --force takes it in",
		    f->pair.main.path, super_elsewhere_text(begin));
}

/* Main and spare given the wrong way round would cost the map. */
static int check_main(struct format *f)
{
	struct supers s;
	enum spare_is is;
	int r;

	r = supers_read(&s, &f->pair.main, f->pair.main_start, &is);
	/* one that cannot be read there is what this is for */
	if (r || is == SPARE_BLANK || is == SPARE_FOREIGN || is == SPARE_UNREADABLE ||
	    given(f->call, OPT_FORCE))
		return r;
	if (is == SPARE_ELSEWHERE)
		return refuse_mapped(f, s.elsewhere);
	return fail(WRONG_DEVICE, "%s is a spare itself, and not a main device. Nothing was changed; if it really is to be one, --force",
		    f->pair.main.path);
}

static const char *tell_old(const struct format *f, const char *text)
{
	switch (f->is) {
	case SPARE_GOOD:
	case SPARE_REPLACED:
	case SPARE_CUT:
		return "a spare, of this main device or another: the blocks that were moved to it are nowhere else";
	case SPARE_TOO_NEW:
	case SPARE_BOTH_DAMAGED:
	case SPARE_SUPERS_DIFFER:
	case SPARE_OVERWRITTEN:
		return "a spare, damaged or of a newer version: what was moved to it is nowhere else";
	case SPARE_ELSEWHERE:
		return super_elsewhere_text(f->old.elsewhere);
	default:
		return text[0] ? text : "data of an unknown kind";
	}
}

/* Not blank: only with --force, and then after it was wiped. */
static int refuse_used(struct format *f, const char *what)
{
	f->wipe = true;
	if (given(f->call, OPT_FORCE))
		return OK;
	return fail(WRONG_DEVICE, "%s is not empty. It holds %s. Nothing was changed; --force overwrites it",
		    f->pair.spare.path, what);
}

static int look(struct format *f, char *what, size_t size)
{
	bool blank;
	int r = supers_read(&f->old, &f->pair.spare, f->pair.spare_start, &f->is);

	if (!r)
		r = f->pair.spare_start ? OK : blank_recognise(&f->pair.spare, what, size);
	if (!r)
		r = blank_check(&f->pair.spare, f->pair.spare_start, &f->super,
				f->is == SPARE_FORMATTING, &blank);
	if (r || (blank && !what[0]))
		return r;
	return refuse_used(f, tell_old(f, what));
}

/* Going on with an interrupted format: the same spare, only newer. */
static void take_over(struct format *f)
{
	if (f->is != SPARE_FORMATTING || f->wipe)
		return;
	if (!given(f->call, OPT_UUID))
		memcpy(f->super.uuid, f->old.best->uuid, sizeof(f->super.uuid));
	f->super.generation = f->old.best->generation;
}

static int confirm(const struct format *f, const char *what)
{
	const struct pair *p = &f->pair;

	if (f->wipe)
		return ask(given(f->call, OPT_BATCH), "This will overwrite %s irrevocably.\nIt holds %s.\nIt will be the spare of %s.",
			   p->spare.path, what, p->main.path);
	return ask(given(f->call, OPT_BATCH), "This will make %s the spare of %s.", p->spare.path,
		   p->main.path);
}

/*
 * Writing
 */

static int write_super(struct format *f, enum remap_super_state state)
{
	f->super.state = state;
	f->super.generation++;
	return supers_write(&f->pair.spare, f->pair.spare_start, &f->super);
}

static int write_table(struct format *f, u32 copy, struct remap_disk_table *t)
{
	u64 at = f->pair.spare_start + f->super.table[copy];
	u32 first, nr, i;
	int r = 0;

	for (first = 0; !r && first < f->super.table_blocks; first += nr) {
		nr = min((u32)TABLES_AT_ONCE, f->super.table_blocks - first);
		for (i = 0; i < nr; i++)
			remap_format_seal_table(&t[i], f->super.uuid, f->super.generation,
						first + i, copy);
		r = disk_write(&f->pair.spare, at + (u64)first * REMAP_META_SECTORS, t,
			       (size_t)nr * REMAP_META_SIZE);
	}
	return r;
}

static int write_health(struct format *f, u32 copy, void *buf)
{
	memset(buf, 0, REMAP_META_SIZE);
	remap_format_seal_health(buf, f->super.uuid, f->super.generation, copy);
	return disk_write(&f->pair.spare, f->pair.spare_start + f->super.health[copy], buf,
			  REMAP_META_SIZE);
}

static int write_map(struct format *f)
{
	void *buf = disk_buffer(TABLES_AT_ONCE * REMAP_META_SIZE);
	u32 copy;
	int r = 0;

	if (!buf)
		return -ENOMEM;
	f->super.generation++;
	for (copy = 0; !r && copy < 2; copy++)
		r = write_table(f, copy, buf);
	for (copy = 0; !r && copy < 2; copy++)
		r = write_health(f, copy, buf);
	free(buf);
	return r ? r : disk_flush(&f->pair.spare);
}

static int write_all(struct format *f)
{
	int r = f->wipe ? blank_make(&f->pair.spare, f->pair.spare_start, &f->super) : 0;

	if (!r)
		r = write_super(f, REMAP_SUPER_FORMATTING);
	if (!r)
		r = write_map(f);
	if (!r)
		r = write_super(f, REMAP_SUPER_ACTIVE);
	if (!r)
		return OK;
	return fail(exit_code_of(r), "%s could not be formatted (%s) and is no spare; nothing was written to %s. Choose another spare",
		    f->pair.spare.path, strerror(-r), f->pair.main.path);
}

static void report(const struct format *f)
{
	char uuid[37];

	uuid_unparse_lower(f->super.uuid, uuid);
	printf("%s is the spare of %s: %u blocks of %u bytes.\nUUID: %s\n", f->pair.spare.path,
	       f->pair.main.path, f->super.spare_blocks, f->super.block_size, uuid);
}

static int format(struct format *f)
{
	char what[128] = "";
	int r = open_pair(f);

	if (!r)
		r = plan(f);
	if (!r)
		r = check_main(f);
	if (!r)
		r = look(f, what, sizeof(what));
	if (!r)
		r = confirm(f, tell_old(f, what));
	if (r)
		return r;
	identify(f);
	take_over(f);
	r = write_all(f);
	if (!r)
		report(f);
	return r;
}

static int run(const struct call *call)
{
	struct format f = { .call = call };
	int r;

	if (!given(call, OPT_DATA_DEVICE))
		return fail(BAD_USE, "format: --data-device is missing: of which device is this the spare?");
	r = format(&f);
	pair_close(&f.pair);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_DATA_DEVICE, "the main device: the one that fails (needed)" },
	{ OPT_DATA_START, "first sector of it that is mapped (0)" },
	{ OPT_DATA_LENGTH, "how many sectors of it are mapped (all)" },
	{ OPT_SPARE_START, "first sector of the spare (0)" },
	{ OPT_SPARE_BLOCKS, "how many spare blocks at most (1048576)" },
	{ OPT_BLOCK_SIZE, "unit of remapping (4096)" },
	{ OPT_UUID, "UUID of the spare (random)" },
	{ OPT_FORCE, "overwrite what the spare holds" },
	{ OPT_BATCH, "do not ask for confirmation" },
	{ }
};

const struct verb verb_format = {
	.name = "format",
	.usage = "<spare> --data-device <main>",
	.summary = "make a device the spare of another one",
	.details =
"Makes <spare> the place where failing blocks of <main> go. What <spare> held\n"
"is lost; nothing is written to <main>. Neither may be in use. A <spare> that\n"
"is not empty is refused without --force. The WWN or serial number of <main>\n"
"is recorded, so that 'open' finds it and takes no other.\n"
"\n"
"Confirmation is asked for on a terminal; without one, --batch-mode is needed.\n"
"A sector has 512 bytes. For a spare at the end of the same disk give the disk\n"
"twice, with --data-length and --spare-start.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
