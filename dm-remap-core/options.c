// SPDX-License-Identifier: GPL-2.0-only
#include <linux/uuid.h>

#include "target.h"

#define DM_MSG_PREFIX "remap"

static const char *value_of(const char *arg, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(arg, name, len) && arg[len] == '=' ? arg + len + 1 : NULL;
}

static int parse_uuid(struct remap_options *opt, const char *value)
{
	uuid_t uuid;

	if (strlen(value) != UUID_STRING_LEN || uuid_parse(value, &uuid))
		return -EINVAL;
	memcpy(opt->uuid, &uuid, sizeof(opt->uuid));
	opt->have_uuid = true;
	return 0;
}

static int parse_block_size(struct remap_options *opt, const char *value)
{
	if (kstrtou32(value, 10, &opt->block_size) || !is_power_of_2(opt->block_size) ||
	    opt->block_size < REMAP_MIN_BLOCK_SIZE || opt->block_size > REMAP_MAX_BLOCK_SIZE)
		return -EINVAL;
	return 0;
}

static int parse_spare_blocks(struct remap_options *opt, const char *value)
{
	if (kstrtou32(value, 10, &opt->spare_blocks) || !opt->spare_blocks ||
	    opt->spare_blocks > REMAP_MAX_SPARES)
		return -EINVAL;
	return 0;
}

/* One word of the table line, that reads the same when the line is given back. */
static int parse_identity(struct remap_options *opt, const char *value)
{
	const char *c;

	for (c = value; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '\\')
			return -EINVAL;
	return strscpy(opt->identity, value, sizeof(opt->identity)) < 0 ? -EINVAL : 0;
}

static int parse_knob(struct remap_device *dev, const char *arg)
{
	const char *equals = strchr(arg, '=');
	const struct remap_knob *knob;

	if (!equals)
		return -EINVAL;
	knob = remap_knob_find(arg, equals - arg);
	return knob ? remap_knob_set(dev, knob, equals + 1) : -EINVAL;
}

/* Options with a value of their own kind; the others are knobs. */
static const struct {
	const char *name;
	int (*parse)(struct remap_options *opt, const char *value);
} valued[] = {
	{ "uuid", parse_uuid },
	{ "block_size", parse_block_size },
	{ "spare_blocks", parse_spare_blocks },
	{ "identity", parse_identity },
};

static int parse_one(struct remap_device *dev, struct remap_options *opt, const char *arg)
{
	unsigned int i;

	if (!strcmp(arg, "format")) {
		opt->format = true;
		return 0;
	}
	if (!strcmp(arg, "force")) {
		opt->force = true;
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(valued); i++) {
		const char *value = value_of(arg, valued[i].name);

		if (value)
			return valued[i].parse(opt, value);
	}
	return parse_knob(dev, arg);
}

int remap_options_parse(struct remap_device *dev, struct remap_options *opt,
			struct dm_arg_set *as)
{
	static const struct dm_arg count[] = {
		{ 0, 16, "Invalid number of optional arguments" },
	};
	unsigned int nr = 0;
	int r;

	if (as->argc) {
		r = dm_read_arg_group(count, as, &nr, &dev->ti->error);
		if (r)
			return r;
	}
	if (as->argc != nr) {
		dev->ti->error = "Number of optional arguments does not match";
		return -EINVAL;
	}
	while (nr--) {
		const char *arg = dm_shift_arg(as);

		if (parse_one(dev, opt, arg)) {
			DMERR("%s: optional argument '%s' is unknown or its value out of range",
			      dev->name, arg);
			dev->ti->error = "Unknown optional argument or value out of range";
			return -EINVAL;
		}
	}
	if (opt->format && opt->have_uuid) {
		dev->ti->error = "format and uuid= exclude each other";
		return -EINVAL;
	}
	return 0;
}
