// SPDX-License-Identifier: GPL-2.0-only
static void load(struct remap_device *dev)
{
	dev->md.mode = REMAP_MODE_RO_MAP;		// expect
	dev->md.generation = 7;				// expect
}

static void again(struct remap_metadata *md)
{
	WRITE_ONCE(md->mode, REMAP_MODE_RW);		// expect
	md->generation++;
	md->generation = md->super.generation;		// expect
}

static int remap_metadata_write_health(struct remap_metadata *md)
{
	int r = write_health(md, 0);			// expect

	remap_metadata_next(md);
	return r ?: write_health(md, 1);
}

static void settle(struct commit *c, struct pending *p, u8 copy)
{
	p->outcome = REMAP_IN_DOUBT;
	remap_metadata_degrade(c->md, REMAP_MODE_RO_MAP, "");
}

static void settle_silently(struct commit *c, struct pending *p, u8 copy)
{
	p->outcome = REMAP_IN_DOUBT;			// expect
	p->open = false;
}
