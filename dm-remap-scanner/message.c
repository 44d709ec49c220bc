// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages that begin with "scan". Only root can send them.
 *
 *   scan [status]                     how it stands, for people
 *   scan history                      a line for each of the last passes
 *   scan latency                      how long reads took: foreground, and the scan's own
 *   scan slow                         blocks that are slow and still on main
 *   scan start|stop|pause|resume
 *   scan <knob> [<value>]
 */
#include <linux/device-mapper.h>
#include <linux/math64.h>

#include "scanner.h"

#define DM_MSG_PREFIX "remap-scanner"

struct reply {
	char *result;
	unsigned int maxlen;
	unsigned int sz;
};

#define say(reply, fmt, ...) \
	((reply)->sz += scnprintf((reply)->result + (reply)->sz, \
				  (reply)->maxlen - (reply)->sz, fmt, ##__VA_ARGS__))

static void say_or_unknown(struct reply *reply, const char *before, u64 n, const char *after)
{
	if (n == U64_MAX)
		say(reply, "%sunknown\n", before);
	else
		say(reply, "%s%llu%s\n", before, n, after);
}

static void say_pass(struct scanner *s, struct reply *reply)
{
	u64 all = scan_pass_length(s), done = scan_pass_done(s);

	say(reply, "position: %llu of %llu MiB (%llu %%), %llu KiB/s\n", done >> 11, all >> 11,
	    div64_u64(done * 100, max(all, 1ULL)), scan_pace_rate(&s->pace) / 2);
	say_or_unknown(reply, "time left: ", scan_eta(s), " s");
	if (s->pace.late && !s->memory.by_hand)
		say(reply, "late: at this rate the pass takes longer than its interval\n");
}

static void say_health(struct scanner *s, struct reply *reply)
{
	struct scan_health_inputs in;

	scan_score_inputs(s, &in);
	say(reply, "health: %u of 100 (lost %llu, remapped %llu, bad spare blocks %llu, slow %llu, unread %llu, spare used %u %%, growth per week %llu)\n",
	    scan_health_score(&in), in.lost, in.remapped, in.bad_spares, in.slow, in.unread,
	    in.spare_used_percent, in.growth_per_week);
	say_or_unknown(reply, "spare lasts about: ", scan_score_days_left(s), " days");
}

static int msg_status(struct scanner *s, struct reply *reply)
{
	const struct scan_figures *p = &s->memory.pass;

	say(reply, "state: %s\n", scan_state(s));
	if (s->memory.under_way)
		say_pass(s, reply);
	say(reply, "passes: %llu, last begun %llu, last completed %llu\n", s->memory.passes,
	    s->memory.all.started, s->memory.all.ended);
	say(reply, "%s pass: %llu MiB read, %llu errors, %llu slow blocks, %llu relocated, %llu interruptions, %llu s reading, %llu s yielding\n",
	    s->memory.under_way ? "this" : "last", p->sectors >> 11, p->errors, p->slow,
	    p->relocated, p->interruptions, div_u64(p->scan_ms, 1000),
	    div_u64(p->yield_ms, 1000));
	say(reply, "load: %u %%, suspects: %u%s\n", s->pace.load, s->judge.nr_suspects,
	    s->judge.everywhere ? ", the whole device is slow" : "");
	say_health(s, reply);
	return 1;
}

static int msg_history(struct scanner *s, struct reply *reply)
{
	u32 i;

	if (!s->memory.nr_history)
		say(reply, "empty");
	for (i = 0; i < s->memory.nr_history; i++) {
		const struct scan_figures *f = &s->memory.history[i];

		say(reply, "%llu %llu sectors %llu errors %llu slow %llu relocated %llu interruptions %llu scan_ms %llu yield_ms %llu score %u\n",
		    f->started, f->ended, f->sectors, f->errors, f->slow, f->relocated,
		    f->interruptions, f->scan_ms, f->yield_ms, f->score);
	}
	return 1;
}

static int msg_latency(struct scanner *s, struct reply *reply)
{
	u32 i;

	say(reply, "microseconds foreground scan\n");
	for (i = 0; i < SCAN_LATENCIES; i++)
		say(reply, "%llu %llu %llu\n", 1ULL << i, scan_sample_latency(s, i),
		    s->memory.latency[i]);
	return 1;
}

static int msg_slow(struct scanner *s, struct reply *reply)
{
	u32 i;

	if (!s->nr_slow)
		say(reply, "none");
	for (i = 0; i < s->nr_slow; i++)
		say(reply, "%llu\n", s->slow[i]);
	return 1;
}

static const struct {
	const char *name;
	int (*handler)(struct scanner *s, struct reply *reply);
} messages[] = {
	{ "status", msg_status },
	{ "history", msg_history },
	{ "latency", msg_latency },
	{ "slow", msg_slow },
};

void scan_knob_refuse(const char *device, const struct scan_knob *knob)
{
	if (knob->words)
		DMERR("%s: scan %s needs %s or %s", device, knob->name, knob->words[0],
		      knob->words[knob->max]);
	else
		DMERR("%s: scan %s needs a number from %u to %u", device, knob->name, knob->min,
		      knob->max);
}

static int knob_message(struct scanner *s, const struct scan_knob *knob, const char *value,
			struct reply *reply)
{
	if (value && scan_knob_change(s, knob, value)) {
		scan_knob_refuse(s->name, knob);
		return -EINVAL;
	}
	say(reply, "%s ", knob->name);
	reply->sz += scan_knob_show(&s->knobs, knob, reply->result + reply->sz,
				    reply->maxlen - reply->sz);
	return 1;
}

int scan_message(void *context, unsigned int argc, char **argv, char *result,
		 unsigned int maxlen)
{
	const char *what = argc > 1 ? argv[1] : "status";
	const struct scan_knob *knob = scan_knob_find(what);
	struct reply reply = { .result = result, .maxlen = maxlen };
	struct scanner *s = context;
	unsigned int i;
	int r;

	if (knob && argc <= 3)
		return knob_message(s, knob, argc == 3 ? argv[2] : NULL, &reply);
	for (i = 0; argc <= 2 && i < ARRAY_SIZE(messages); i++) {
		if (strcmp(what, messages[i].name))
			continue;
		mutex_lock(&s->lock);
		r = messages[i].handler(s, &reply);
		mutex_unlock(&s->lock);
		return r;
	}
	if (argc == 2 && !scan_act(s, what))
		return 0;
	DMERR("%s: message scan: needs status, history, latency, slow, start, stop, pause, resume, or a setting and its value",
	      s->name);
	return -EINVAL;
}
