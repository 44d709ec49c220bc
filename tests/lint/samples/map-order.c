// SPDX-License-Identifier: GPL-2.0-only
void remap_io_again(struct remap_device *dev, struct bio *bio)
{
	what = look(dev, &rb->iter, &spare, &cut);	// expect
	rb->generation = remap_map_generation(&dev->map);	// expect
	if (what == LOOK_MAIN)
		resubmit(dev, bio, spare);
}

int remap_io_map(struct remap_device *dev, struct bio *bio)
{
	rb->generation = remap_map_generation(&dev->map);
	if (remap_map_quiet(&dev->map, 0, 1))
		return map_near(dev, bio, rb);
	aim_at_main(dev, bio, rb);
	return DM_MAPIO_REMAPPED;
}

static int end_success(struct remap_device *dev, struct remap_bio *rb)
{
	if (rb->generation != remap_map_generation(&dev->map))	// expect
		return 1;
	smp_mb();
	return 0;
}

int remap_map_claim(struct remap_map *map, u64 block)
{
	if (block == 1)
		smp_store_release(&map->generation, map->generation + 1);	// expect
	xa_store(&map->blocks, block, xa_mk_value(place), GFP_NOIO);	// expect
	mark_region(map, block);
	map->generation++;				// expect
	return 0;
}

static void unclaim(struct remap_map *map, u64 block)
{
	clear_bit(block, map->regions);			// expect
	xa_erase(&map->blocks, block);			// expect
}

int remap_map_claim(struct remap_map *map, u64 block)
{
	mark_region(map, block);
	xa_store(&map->blocks, block, xa_mk_value(place), GFP_NOIO);
	smp_store_release(&map->generation, map->generation + 1);	// expect
	return 0;
}

int remap_map_claim(struct remap_map *map, u64 block)
{
	mark_region(map, block);
	xa_store(&map->blocks, block, xa_mk_value(place), GFP_NOIO);
	smp_store_release(&map->generation, map->generation + 1);
	smp_mb();
	return 0;
}
