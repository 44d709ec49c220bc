// SPDX-License-Identifier: GPL-2.0-only
/*
 * picky: a linear target that refuses or holds one kind of command.
 *
 *	<start> <length> picky <device> <start on it>
 *
 * Stock targets fail reads or writes; some disks fail only those writes that may not
 * stay in their cache, or take their time over zeros. Messages:
 *
 *	refuse <kind> <start> <count>	commands that touch these sectors fail
 *	lose   <kind> <start> <count>	on their way: BLK_STS_TRANSPORT
 *	full   <kind> <start> <count>	for want of space: BLK_STS_NOSPC
 *	hold   <kind> <start> <count>	and wait
 *	deafen <kind> <start> <count>	fail, and all else for five seconds
 *	cut    <kind> <start> <count>	are lost, and from then on all of that kind
 *	trap   <kind> <start> <count>	likewise, if they touch no other sectors
 *	pass   <kind>			from now on, and those that waited
 *	let    <kind> [<count>]		those that waited go on, the oldest first; others wait
 *	fail   <kind> [<count>]		likewise, but they fail
 *
 * Kinds are read, write (without FUA), fua (with it), zeroes, and flush (without data; its
 * sectors do not matter). Status, for each kind in this order: how many commands its rule has met.
 */
#include <linux/bio.h>
#include <linux/device-mapper.h>
#include <linux/module.h>
#include <linux/slab.h>

#define DM_MSG_PREFIX "picky"

enum kind { READ_, WRITE_, FUA, ZEROES, FLUSH, KINDS };

static const char * const kinds[] = { "read", "write", "fua", "zeroes", "flush" };

enum action { PASS, REFUSE, LOSE, FULL, HOLD, DEAFEN, CUT, TRAP };

struct rule {
	enum action action;
	sector_t start, end;	/* of the target */
	u64 met;
	struct bio_list held;
};

struct picky {
	struct dm_dev *dev;
	sector_t start;
	spinlock_t lock;	/* all below */
	struct rule rules[KINDS];
	unsigned long deaf_until;	/* jiffies; 0: it hears */
};

static enum kind kind_of(struct bio *bio)
{
	if (bio_op(bio) == REQ_OP_READ)
		return READ_;
	if (bio_op(bio) == REQ_OP_WRITE_ZEROES)
		return ZEROES;
	if (op_is_flush(bio->bi_opf) && !bio_sectors(bio))
		return FLUSH;
	if (bio_op(bio) != REQ_OP_WRITE || !bio_sectors(bio))
		return KINDS;
	return bio->bi_opf & REQ_FUA ? FUA : WRITE_;
}

/* Called with the sector still counted from the start of the target. */
static enum action action_for(struct picky *p, struct bio *bio)
{
	enum kind kind = kind_of(bio);
	struct rule *rule = &p->rules[kind];

	if (p->deaf_until && time_before(jiffies, p->deaf_until))
		return REFUSE;
	if (kind == KINDS || rule->action == PASS)
		return PASS;
	if (kind != FLUSH &&
	    (bio_end_sector(bio) <= rule->start || bio->bi_iter.bi_sector >= rule->end))
		return PASS;
	if (rule->action == TRAP &&
	    (bio->bi_iter.bi_sector < rule->start || bio_end_sector(bio) > rule->end))
		return PASS;
	rule->met++;
	if (rule->action == CUT || rule->action == TRAP)
		*rule = (struct rule){ LOSE, 0, ~0ULL, rule->met, rule->held };
	if (rule->action != DEAFEN)
		return rule->action;
	p->deaf_until = (jiffies + 5 * HZ) | 1;
	return REFUSE;
}

static int picky_map(struct dm_target *ti, struct bio *bio)
{
	struct picky *p = ti->private;
	enum action action;
	unsigned long flags;

	bio_set_dev(bio, p->dev->bdev);
	bio->bi_iter.bi_sector = dm_target_offset(ti, bio->bi_iter.bi_sector);
	spin_lock_irqsave(&p->lock, flags);
	action = action_for(p, bio);
	bio->bi_iter.bi_sector += p->start;
	if (action == HOLD)
		bio_list_add(&p->rules[kind_of(bio)].held, bio);
	spin_unlock_irqrestore(&p->lock, flags);
	switch (action) {
	case HOLD:
		return DM_MAPIO_SUBMITTED;
	case REFUSE:
		return DM_MAPIO_KILL;
	case LOSE:
	case FULL:
		bio->bi_status = action == FULL ? BLK_STS_NOSPC : BLK_STS_TRANSPORT;
		bio_endio(bio);
		return DM_MAPIO_SUBMITTED;
	default:
		return DM_MAPIO_REMAPPED;
	}
}

/* Up to @most of those that waited. */
static void release(struct picky *p, struct rule *rule, bool good, unsigned int most)
{
	struct bio_list held = BIO_EMPTY_LIST;
	struct bio *bio;

	spin_lock_irq(&p->lock);
	while (most-- && (bio = bio_list_pop(&rule->held)))
		bio_list_add(&held, bio);
	spin_unlock_irq(&p->lock);
	while ((bio = bio_list_pop(&held))) {
		if (good)
			submit_bio_noacct(bio);
		else
			bio_io_error(bio);
	}
}

static int parse_rule(struct rule *rule, unsigned int argc, char **argv)
{
	u64 start = 0, count = 0;
	bool pass = !strcmp(argv[0], "pass");

	if (argc != (pass ? 2 : 4))
		return -EINVAL;
	if (!pass && (kstrtou64(argv[2], 10, &start) || kstrtou64(argv[3], 10, &count)))
		return -EINVAL;
	rule->start = start;
	rule->end = start + count;
	if (pass)
		rule->action = PASS;
	else if (!strcmp(argv[0], "refuse"))
		rule->action = REFUSE;
	else if (!strcmp(argv[0], "lose"))
		rule->action = LOSE;
	else if (!strcmp(argv[0], "full"))
		rule->action = FULL;
	else if (!strcmp(argv[0], "hold"))
		rule->action = HOLD;
	else if (!strcmp(argv[0], "deafen"))
		rule->action = DEAFEN;
	else if (!strcmp(argv[0], "cut"))
		rule->action = CUT;
	else if (!strcmp(argv[0], "trap"))
		rule->action = TRAP;
	else
		return -EINVAL;
	return 0;
}

static struct rule *find_rule(struct picky *p, const char *name)
{
	int i;

	for (i = 0; i < KINDS; i++)
		if (!strcmp(name, kinds[i]))
			return &p->rules[i];
	return NULL;
}

static int picky_message(struct dm_target *ti, unsigned int argc, char **argv,
			 char *result, unsigned int maxlen)
{
	struct picky *p = ti->private;
	struct rule *old = argc > 1 ? find_rule(p, argv[1]) : NULL, rule = {};
	bool fail = !strcmp(argv[0], "fail");
	unsigned int most = UINT_MAX;
	int r;

	if (old && (fail || !strcmp(argv[0], "let"))) {
		if (argc > 3 || (argc == 3 && kstrtouint(argv[2], 10, &most)))
			return -EINVAL;
		release(p, old, !fail, most);
		return 0;
	}
	r = old ? parse_rule(&rule, argc, argv) : -EINVAL;
	if (r)
		return r;
	spin_lock_irq(&p->lock);
	rule.met = old->met;
	rule.held = old->held;
	*old = rule;
	spin_unlock_irq(&p->lock);
	if (rule.action == PASS)
		release(p, old, true, UINT_MAX);
	return 0;
}

static void picky_status(struct dm_target *ti, status_type_t type, unsigned int flags,
			 char *result, unsigned int maxlen)
{
	struct picky *p = ti->private;
	unsigned int sz = 0;

	result[0] = '\0';
	if (type == STATUSTYPE_INFO)
		DMEMIT("%llu %llu %llu %llu %llu", p->rules[READ_].met, p->rules[WRITE_].met,
		       p->rules[FUA].met, p->rules[ZEROES].met, p->rules[FLUSH].met);
	else if (type == STATUSTYPE_TABLE)
		DMEMIT("%s %llu", p->dev->name, (u64)p->start);
}

static int picky_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct picky *p;
	u64 start;
	int r;

	if (argc != 2 || kstrtou64(argv[1], 10, &start)) {
		ti->error = "Needs <device> <start>";
		return -EINVAL;
	}
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	r = dm_get_device(ti, argv[0], dm_table_get_mode(ti->table), &p->dev);
	if (r) {
		ti->error = "Cannot open the device";
		kfree(p);
		return r;
	}
	p->start = start;
	spin_lock_init(&p->lock);
	ti->private = p;
	ti->num_flush_bios = 1;
	ti->num_write_zeroes_bios = 1;
	/* even if the device has no cache: nobody would send FUA else */
	ti->flush_supported = true;
	return 0;
}

static void picky_presuspend(struct dm_target *ti)
{
	struct picky *p = ti->private;
	int i;

	for (i = 0; i < KINDS; i++)
		release(p, &p->rules[i], true, UINT_MAX);
}

static void picky_dtr(struct dm_target *ti)
{
	struct picky *p = ti->private;

	dm_put_device(ti, p->dev);
	kfree(p);
}

static int picky_iterate_devices(struct dm_target *ti, iterate_devices_callout_fn fn, void *data)
{
	struct picky *p = ti->private;

	return fn(ti, p->dev, p->start, ti->len, data);
}

static struct target_type picky_target = {
	.name = "picky",
	.version = { 1, 0, 0 },
	.module = THIS_MODULE,
	.ctr = picky_ctr,
	.dtr = picky_dtr,
	.map = picky_map,
	.presuspend = picky_presuspend,
	.message = picky_message,
	.status = picky_status,
	.iterate_devices = picky_iterate_devices,
};

static int __init picky_init(void)
{
	return dm_register_target(&picky_target);
}

static void __exit picky_exit(void)
{
	dm_unregister_target(&picky_target);
}

module_init(picky_init);
module_exit(picky_exit);

MODULE_DESCRIPTION("disk that refuses or holds one kind of command, for the tests of dm-remap");
MODULE_LICENSE("GPL");
