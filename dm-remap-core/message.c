// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages. Each answers with a line, or fails with a line in the log that
 * says why. Only root can send them.
 */
#include <dm-remap/api.h>
#include <dm-remap/version.h>

#include "client.h"
#include "recover.h"
#include "repair.h"
#include "target.h"

#define DM_MSG_PREFIX "remap"

struct reply {
	char *result;
	unsigned int maxlen;
	unsigned int sz;
};

#define say(reply, fmt, ...) \
	((reply)->sz += scnprintf((reply)->result + (reply)->sz, \
				  (reply)->maxlen - (reply)->sz, fmt, ##__VA_ARGS__))

static int bad(struct remap_device *dev, const char *name, const char *why)
{
	DMERR("%s: message %s: %s", dev->name, name, why);
	return -EINVAL;
}

/* "<block>" or "<block>+<count>" */
static int parse_range(struct remap_device *dev, char *text, u64 *first, u64 *end)
{
	u64 blocks = dev->map.nr_blocks, count = 1;
	char *plus = strchr(text, '+');

	if (plus) {
		*plus = '\0';
		/* kstrtou64() takes a plus of its own */
		if (plus[1] == '+' || kstrtou64(plus + 1, 10, &count) || !count)
			return -EINVAL;
	}
	if (kstrtou64(text, 10, first) || *first >= blocks || count > blocks - *first)
		return -EINVAL;
	*end = *first + count;
	return 0;
}

static const char *explain(int error)
{
	switch (error) {
	case -ENOSPC:
		return "no spare block is left";
	case -EROFS:
		return "the map cannot change any more";
	case -EAGAIN:
		return "the device is being suspended";
	case -ESHUTDOWN:
		return "the device is suspended";
	case -ENODEV:
		return "a device does not answer";
	case -EBUSY:
		return "too many blocks fail too fast, the breaker is open";
	case -ENOMEM:
		return "no memory";
	case -EPERM:
		return "the main device no longer holds the last data of this block";
	case -EUCLEAN:
		return "the block reads well; nothing was changed";
	default:
		return "failed";
	}
}

static int run_request(struct remap_device *dev, struct remap_request *req,
		       const char *name, const char *done, struct reply *reply)
{
	int r;

	req->failed_at = req->next;
	r = remap_repair_request(dev, req);
	if (r) {
		DMERR("%s: message %s: %s (error %d) at block %llu; %llu %s before that",
		      dev->name, name, explain(r), r, req->failed_at,
		      req->changed, done);
		return r;
	}
	say(reply, "%llu %s, %llu skipped", req->changed, done, req->skipped);
	return 1;
}

static int msg_version(struct remap_device *dev, char *arg, struct reply *reply)
{
	say(reply, "%s format %u api %u", DM_REMAP_VERSION, REMAP_FORMAT_VERSION,
	    DM_REMAP_API_VERSION);
	return 1;
}

static int range_request(struct remap_device *dev, char *arg, struct remap_request *req,
			 const char *name, const char *done, struct reply *reply)
{
	if (parse_range(dev, arg, &req->next, &req->end))
		return bad(dev, name, "needs <block> or <block>+<count> within the device");
	return run_request(dev, req, name, done, reply);
}

static int msg_remap(struct remap_device *dev, char *arg, struct reply *reply)
{
	struct remap_request req = {
		.kind = REMAP_REQUEST_RELOCATE, .reason = REMAP_REASON_MANUAL,
	};

	return range_request(dev, arg, &req, "remap", "remapped", reply);
}

static int msg_retry(struct remap_device *dev, char *arg, struct reply *reply)
{
	struct remap_request req = { .kind = REMAP_REQUEST_RETRY };

	return range_request(dev, arg, &req, "retry", "rescued", reply);
}

static int msg_report(struct remap_device *dev, char *arg, struct reply *reply)
{
	struct remap_request req = {
		.kind = REMAP_REQUEST_REPORT, .reason = REMAP_REASON_READ_ERROR,
	};

	return range_request(dev, arg, &req, "report", "remapped", reply);
}

static const char * const reason_names[REMAP_REASON_COUNT] = {
	[REMAP_REASON_NONE] = "none",
	[REMAP_REASON_WRITE_ERROR] = "write-error",
	[REMAP_REASON_READ_ERROR] = "read-error",
	[REMAP_REASON_SLOW] = "slow",
	[REMAP_REASON_MANUAL] = "manual",
	[REMAP_REASON_IMPORTED] = "imported",
	[REMAP_REASON_SPARE_FAILED] = "spare-failed",
};

/* <block> <spare block> <lost mask> <reason> <flags> */
static void say_entry(struct remap_device *dev, u64 block, u32 spare, struct reply *reply)
{
	struct remap_disk_entry e;

	remap_metadata_entry(&dev->md, spare, &e);
	say(reply, "%llu %u %llx %s %s\n", block, spare, le64_to_cpu(e.lost),
	    e.reason < REMAP_REASON_COUNT ? reason_names[e.reason] : "?",
	    e.flags & REMAP_ENTRY_RESCUABLE ? "rescuable" : "-");
}

/*
 * As many lines as fit from this block on; "more <block>" if there are others.
 */
static int msg_list(struct remap_device *dev, char *arg, struct reply *reply)
{
	remap_place_t place;
	u64 block = 0;

	if (arg && kstrtou64(arg, 10, &block))
		return bad(dev, "list", "needs the block to start from, or nothing");
	for (;; block++) {
		block = remap_map_first(&dev->map, block, ULONG_MAX, &place);
		if (block == U64_MAX)
			break;
		if (!(place & REMAP_PLACE_MAPPED))
			continue;
		if (reply->maxlen - reply->sz < 128) {
			say(reply, "more %llu\n", block);
			break;
		}
		say_entry(dev, block, remap_place_spare(place), reply);
	}
	if (!reply->sz)
		say(reply, "empty");
	return 1;
}

static int msg_lookup(struct remap_device *dev, char *arg, struct reply *reply)
{
	remap_place_t place;
	u64 block;

	if (kstrtou64(arg, 10, &block) || block >= dev->map.nr_blocks)
		return bad(dev, "lookup", "needs a block within the device");
	place = remap_map_get(&dev->map, block);
	if (place & REMAP_PLACE_MAPPED)
		say_entry(dev, block, remap_place_spare(place), reply);
	else
		say(reply, "%llu main", block);
	return 1;
}

/* "<range>", "cancel", or nothing: how far it is. */
static int msg_recover(struct remap_device *dev, char *arg, struct reply *reply)
{
	u64 first, end, waiting, recovered, kept;
	int r;

	if (arg && !strcmp(arg, "cancel")) {
		remap_recover_cancel(dev);
	} else if (arg) {
		if (parse_range(dev, arg, &first, &end))
			return bad(dev, "recover",
				   "needs <block> or <block>+<count> within the device, or 'cancel'");
		r = remap_recover_want(dev, first, end);
		if (r) {
			DMERR("%s: message recover: %s (error %d)", dev->name,
			      r == -EBUSY ? "too many ranges wait for a suspend and resume" :
			      explain(r), r);
			return r;
		}
	}
	remap_recover_figures(dev, &waiting, &recovered, &kept);
	say(reply, "%llu waiting, %llu recovered, %llu kept", waiting, recovered, kept);
	return 1;
}

static const struct message {
	const char *name;
	unsigned int min_args, max_args;
	int (*handler)(struct remap_device *dev, char *arg, struct reply *reply);
} messages[] = {
	{ "version", 0, 0, msg_version },
	{ "remap", 1, 1, msg_remap },
	{ "retry", 1, 1, msg_retry },
	{ "report", 1, 1, msg_report },
	{ "recover", 0, 1, msg_recover },
	{ "list", 0, 1, msg_list },
	{ "lookup", 1, 1, msg_lookup },
};

static int knob_message(struct remap_device *dev, const struct remap_knob *knob,
			unsigned int argc, char **argv, struct reply *reply)
{
	if (argc > 2)
		return bad(dev, knob->name, "takes one value, or none to show it");
	if (argc == 2 && remap_knob_set(dev, knob, argv[1])) {
		DMERR("%s: message %s: needs a number from %u to %u", dev->name,
		      knob->name, knob->min, knob->max);
		return -EINVAL;
	}
	say(reply, "%s %u", knob->name, remap_knob_get(dev, knob));
	return 1;
}

static int dispatch(struct remap_device *dev, unsigned int argc, char **argv,
		    struct reply *reply)
{
	const struct remap_knob *knob = remap_knob_find(argv[0], strlen(argv[0]));
	unsigned int i;
	int r;

	if (knob)
		return knob_message(dev, knob, argc, argv, reply);
	for (i = 0; i < ARRAY_SIZE(messages); i++) {
		const struct message *m = &messages[i];

		if (strcmp(argv[0], m->name))
			continue;
		if (argc - 1 < m->min_args || argc - 1 > m->max_args)
			return bad(dev, m->name, "wrong number of arguments");
		return m->handler(dev, argc == 2 ? argv[1] : NULL, reply);
	}
	r = remap_client_message(dev, argc, argv, reply->result, reply->maxlen);
	return r == -ENOENT ? bad(dev, argv[0], "unknown") : r;
}

int remap_message(struct dm_target *ti, unsigned int argc, char **argv,
		  char *result, unsigned int maxlen)
{
	struct remap_device *dev = ti->private;
	struct reply reply = { .result = result, .maxlen = maxlen };
	unsigned int noio = memalloc_noio_save();
	int r = dispatch(dev, argc, argv, &reply);

	memalloc_noio_restore(noio);
	return r;
}
