// SPDX-License-Identifier: GPL-2.0-only
#include "target.h"

#define KNOB(field, min, max, standard) \
	{ #field, offsetof(struct remap_knobs, field), min, max, standard }

const struct remap_knob remap_knobs[] = {
	KNOB(low_water, 0, REMAP_MAX_SPARES, 0),
	KNOB(read_retries, 0, 16, 1),
	KNOB(auto_remap, 0, 1, 1),
	KNOB(confirm_ms, 0, 60000, 200),
	KNOB(storm_limit, 1, REMAP_MAX_SPARES, REMAP_STORM_LIMIT),
};

const unsigned int remap_nr_knobs = ARRAY_SIZE(remap_knobs);

static unsigned int *field(struct remap_device *dev, const struct remap_knob *knob)
{
	return (void *)&dev->knobs + knob->offset;
}

const struct remap_knob *remap_knob_find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < remap_nr_knobs; i++)
		if (strlen(remap_knobs[i].name) == len &&
		    !strncmp(remap_knobs[i].name, name, len))
			return &remap_knobs[i];
	return NULL;
}

unsigned int remap_knob_get(struct remap_device *dev, const struct remap_knob *knob)
{
	return READ_ONCE(*field(dev, knob));
}

int remap_knob_set(struct remap_device *dev, const struct remap_knob *knob,
		   const char *value)
{
	unsigned int n;

	if (kstrtouint(value, 10, &n) || n < knob->min || n > knob->max)
		return -EINVAL;
	WRITE_ONCE(*field(dev, knob), n);
	return 0;
}

void remap_knobs_init(struct remap_device *dev)
{
	unsigned int i;

	for (i = 0; i < remap_nr_knobs; i++)
		*field(dev, &remap_knobs[i]) = remap_knobs[i].standard;
}
