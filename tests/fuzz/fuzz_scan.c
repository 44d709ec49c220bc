// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words for a scanner: messages, and the files of /sys/block/dm-N/dm_remap/scan. The input: a letter
 * for the device, one for the size of an answer's buffer, then what happens, with a semicolon
 * between two: "m" and a message after "scan", "s" and steps of the scan, "u" for another user
 * than root and back, "p", a digit and a value of that parameter of the module, or a letter for a
 * file and what is written to it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "scan_device.h"
#include "scan_fields.h"
#include "scan_words.h"

#define BLOCKS		3000
#define LINE		512
#define LINES		24	/* more say nothing new */
#define NEVER		~0UL	/* not a time that anybody waits for */

static const unsigned int sizes[] = { 0, 1, 2, 8, 16, 20, 64, 200, 1000, 4096, 16384 };

/*
 * A device
 */

/* As a scanner leaves it that has seen much. */
static void fill_record(struct remap_device *dev, u8 kind)
{
	u32 random = kind + 1, nr, i;
	const struct scan_field *f = scan_fields(&nr);
	struct scan_memory m;

	scan_fields_random(&m, &random);
	m.length = dev->geo.length;
	m.area = 0;
	m.order = kind & 1;
	m.step = 1;
	m.offset = 64;
	m.set = 0;
	for (i = 0; i < nr; i++)
		scan_field_to_disk(dev->health, &f[i], scan_field_get(&m, &f[i]));
	memcpy(dev->health, "dmremapP\1\0\0\0", 12);
	dev->health[12] = kind >> 2 & 7;	/* under way, paused, by hand */
}

static void make_device(struct remap_device *dev, u8 kind)
{
	memset(dev, 0, sizeof(*dev));
	dev->geo = (struct dm_remap_geometry){
		.block = 8, .length = 8 * BLOCKS, .spare_blocks = 126, .spare_data = 32,
		.spare_tail = 32 + 8 * 126, .spare_end = 32 + 8 * 126 + 32,
	};
	dev->figures.writable = true;
	dev->figures.normal = true;
	dev->fail = kind & 0x40 ? 3 : 0;
	dev->unkind = kind >> 5;
	dev->ns = 1000 * NSEC_PER_SEC;
	shim_real_seconds = 1700000000;
	if (kind & 2)
		fill_record(dev, kind);
}

static struct scanner *attach(struct remap_device *dev, u8 kind)
{
	struct scanner *s;

	make_device(dev, kind);
	s = scan_client.attach(dev);
	assert((unsigned long)s < (unsigned long)ERR_PTR(-MAX_ERRNO));
	/* as many slow blocks as one may have */
	while (kind & 1 && s->nr_slow < ARRAY_SIZE(s->slow)) {
		s->slow[s->nr_slow] = s->nr_slow * 41 + 7;
		s->nr_slow++;
	}
	return s;
}

/*
 * What may come of words
 */

static void keep(struct scanner *copy, const struct scanner *s)
{
	memcpy(copy, s, sizeof(*copy));
	shim_delay = NEVER;
}

/* libFuzzer takes what memcmp() compares for words that it should try: not all of that */
static bool is_same(const struct scanner *a, const struct scanner *b)
{
	const u8 *one = (const u8 *)a, *other = (const u8 *)b;
	size_t i = 0;

	while (i < sizeof(*a) && one[i] == other[i])
		i++;
	return i == sizeof(*a);
}

static void check_same(const struct scanner *before, const struct scanner *s)
{
	assert(is_same(before, s));
	assert(shim_delay == NEVER);
}

/* The setting, and that it is to be written to the spare at once; nothing else. */
static void check_change(const struct scanner *before, const struct scanner *s, unsigned int nr,
			 unsigned int value)
{
	static struct scanner expected;

	memcpy(&expected, before, sizeof(expected));
	*scan_words_place(&expected.knobs, nr) = value;
	expected.memory.set |= 1u << nr;
	expected.unsaved = true;
	expected.sync_ns = 0;
	assert(is_same(&expected, s));
	assert(!shim_delay);
}

/* What an action is about. */
struct stand {
	bool paused, under_way, by_hand, waits_for_enabled;
	u64 passes, interruptions, errors, sectors, relocated;
};

static struct stand stand_of(const struct scanner *s)
{
	const struct scan_memory *m = &s->memory;
	const struct scan_figures none = { 0 }, *pass = m->under_way ? &m->pass : &none;

	return (struct stand){
		.paused = m->paused, .under_way = m->under_way,
		.by_hand = m->under_way && m->by_hand, .waits_for_enabled = s->start_now,
		.passes = m->passes,
		.interruptions = m->all.interruptions + pass->interruptions,
		.errors = m->all.errors + pass->errors,
		.sectors = m->all.sectors + pass->sectors,
		.relocated = m->all.relocated + pass->relocated,
	};
}

static void act(struct stand *st, enum scan_action action, bool enabled)
{
	bool was = st->under_way;

	switch (action) {
	case SCAN_START:
		st->under_way = was || enabled;
		st->by_hand = st->under_way;
		st->waits_for_enabled = !st->under_way;
		st->paused = false;
		break;
	case SCAN_STOP:
		st->interruptions += was;
		st->under_way = false;
		st->by_hand = false;
		st->waits_for_enabled = false;
		break;
	case SCAN_PAUSE:
		st->interruptions += was && !st->paused;
		st->paused = true;
		break;
	default:
		st->paused = false;
		break;
	}
}

static void check_stand(const struct stand *a, const struct stand *b)
{
	assert(a->paused == b->paused && a->under_way == b->under_way);
	assert(a->by_hand == b->by_hand && a->waits_for_enabled == b->waits_for_enabled);
	assert(a->passes == b->passes && a->interruptions == b->interruptions);
	assert(a->errors == b->errors && a->sectors == b->sectors);
	assert(a->relocated == b->relocated);
}

static void check_action(const struct scanner *before, const struct scanner *s,
			 enum scan_action action)
{
	struct stand expected = stand_of(before), now = stand_of(s);

	act(&expected, action, before->knobs.enabled);
	check_stand(&expected, &now);
	/* a new pass counts from nothing, and by the clock */
	if (now.under_way && !before->memory.under_way)
		assert(s->memory.pass.started == shim_real_seconds && !s->memory.pass.errors &&
		       !s->memory.pass.sectors && !s->memory.pass.interruptions);
	assert(!memcmp(&before->knobs, &s->knobs, sizeof(s->knobs)));
	assert(before->memory.set == s->memory.set);
	assert(before->memory.nr_history == s->memory.nr_history);
	assert(!memcmp(before->memory.history, s->memory.history, sizeof(s->memory.history)));
	assert(s->unsaved && !s->sync_ns && !s->lock.held && !shim_delay);
}

/*
 * Messages
 */

/* Returns what scan_message() does; the words are in @at. */
static int send(struct scanner *s, const char *text, char *at, char *result, unsigned int maxlen)
{
	char **argv;
	int argc, r;

	sprintf(at, "scan %s", text);
	dm_split_args(&argc, &argv, at);
	shim_delay = NEVER;
	r = scan_message(s, argc, argv, result, maxlen);
	free(argv);
	return r;
}

static void check_answer(const struct scanner *s, unsigned int nr, const char *answer)
{
	char expected[64], value[32];

	scan_words_print(&scan_settings[nr], *scan_words_place((struct scan_knobs *)&s->knobs, nr),
			 value, sizeof(value));
	snprintf(expected, sizeof(expected), "%s %s", scan_settings[nr].name, value);
	assert(!strcmp(answer, expected));
}

/* @r, @answer: what came of it */
static void check_message(const struct scanner *before, const struct scanner *s, const char *text,
			  int r, const char *answer)
{
	char *copy = malloc(strlen(text) + 6), **argv;
	unsigned int nr, value;
	int argc;

	sprintf(copy, "scan %s", text);
	dm_split_args(&argc, &argv, copy);
	nr = argc > 1 ? scan_words_setting(argv[1]) : SCAN_SETTINGS;
	switch (scan_words_message(argc, argv)) {
	case SCAN_ASKED_TEXT:
		assert(r == 1 && answer[0]);
		check_same(before, s);
		break;
	case SCAN_ASKED_ACTION:
		assert(!r && !answer[0]);
		check_action(before, s, scan_words_action(argv[1]));
		break;
	case SCAN_ASKED_SHOW:
		assert(r == 1);
		check_same(before, s);
		check_answer(s, nr, answer);
		break;
	case SCAN_ASKED_CHANGE:
		scan_words_value(&scan_settings[nr], argv[2], &value);
		assert(r == 1);
		check_change(before, s, nr, value);
		check_answer(s, nr, answer);
		break;
	default:
		assert(r == -EINVAL && !answer[0]);
		check_same(before, s);
	}
	free(argv);
	free(copy);
}

/* What does not fit is cut off. */
static void check_cut(const char *answer, const char *whole, unsigned int maxlen)
{
	size_t len = strlen(whole);

	if (!maxlen)
		return;
	len = min(len, (size_t)maxlen - 1);
	assert(!memcmp(answer, whole, len) && !answer[len]);
}

/*
 * Twice: with an answer that overwrites the message, which is 8 bytes behind its start in the
 * kernel; and with one that ends where it ends.
 */
static void message(struct scanner *s, const char *text, unsigned int maxlen)
{
	static struct scanner before, after;
	static char over[16384 + LINE];
	char *answer = calloc(1, maxlen), *copy = malloc(strlen(text) + 6);
	int r;

	memset(over, 0, 8);
	keep(&before, s);
	r = send(s, text, over + 8, over, 16384);
	check_message(&before, s, text, r, over);
	memcpy(&after, s, sizeof(after));
	memcpy(s, &before, sizeof(*s));
	assert(send(s, text, copy, answer, maxlen) == r);
	assert(is_same(&after, s));
	check_cut(answer, over, maxlen);
	free(copy);
	free(answer);
}

/*
 * Files
 */

static struct kobj_attribute *attribute(struct scanner *s, unsigned int n)
{
	struct attribute **attrs = s->kobj.ktype->default_groups[0]->attrs;
	unsigned int count = 0;

	while (attrs[count])
		count++;
	return container_of(attrs[n % count], struct kobj_attribute, attr);
}

/* "action" and settings can be written, all but "action" can be read. */
static void check_mode(const struct kobj_attribute *a)
{
	bool action = !strcmp(a->attr.name, "action");
	bool setting = scan_words_setting(a->attr.name) < SCAN_SETTINGS;

	assert(a->attr.mode == (action ? 0200 : setting ? 0644 : 0444));
	assert(!a->show == action && !a->store == !(action || setting));
}

/* sysfs hands over a page with a zero behind what was written */
static void store(struct scanner *s, struct kobj_attribute *a, const char *text, size_t size)
{
	static struct scanner before;
	unsigned int nr = scan_words_setting(a->attr.name), value;
	enum scan_action action = scan_words_action(text);
	bool right;
	ssize_t r;

	right = nr < SCAN_SETTINGS ? scan_words_value(&scan_settings[nr], text, &value) :
	       action < SCAN_ACTIONS;
	keep(&before, s);
	r = a->store(&s->kobj, a, text, size);
	assert(r == (!shim_capable ? -EPERM : right ? (ssize_t)size : -EINVAL));
	if (r < 0)
		check_same(&before, s);
	else if (nr < SCAN_SETTINGS)
		check_change(&before, s, nr, value);
	else
		check_action(&before, s, action);
}

static bool is_state(const struct scanner *s, const char *text)
{
	if (!s->knobs.enabled)
		return !strcmp(text, "disabled\n");
	if (s->memory.paused)
		return !strcmp(text, "paused\n");
	if (!s->memory.under_way)
		return !strcmp(text, "waiting\n");
	return !strcmp(text, "scanning\n") || !strcmp(text, "yielding\n") ||
	       !strcmp(text, "confirming\n") || !strcmp(text, "stalled\n");
}

static bool is_figure(const char *name, const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (!strcmp(text, "unknown\n"))
		return !strcmp(name, "eta_seconds") || !strcmp(name, "spare_days_left");
	return digits && !strcmp(text + digits, "\n");
}

static void show(struct scanner *s, struct kobj_attribute *a)
{
	static char page[PAGE_SIZE];
	unsigned int nr = scan_words_setting(a->attr.name);
	char value[32];
	ssize_t n;

	memset(page, 0xa5, sizeof(page));
	n = a->show(&s->kobj, a, page);
	assert(n > 1 && n < (ssize_t)sizeof(page) && page[n - 1] == '\n' &&
	       n == (ssize_t)strnlen(page, sizeof(page)));
	if (nr < SCAN_SETTINGS) {
		scan_words_print(&scan_settings[nr], *scan_words_place(&s->knobs, nr), value,
				 sizeof(value));
		assert(!strcmp(page, value));
	} else if (!strcmp(a->attr.name, "state")) {
		assert(is_state(s, page));
	} else {
		assert(is_figure(a->attr.name, page));
	}
}

/* Whoever looks changes nothing. */
static void show_all(struct scanner *s)
{
	static struct scanner before;
	struct attribute **attr;

	keep(&before, s);
	for (attr = s->kobj.ktype->default_groups[0]->attrs; *attr; attr++) {
		struct kobj_attribute *a = container_of(*attr, struct kobj_attribute, attr);

		check_mode(a);
		if (a->show)
			show(s, a);
	}
	check_same(&before, s);
}

static void file(struct scanner *s, unsigned int n, const char *text, size_t size)
{
	struct kobj_attribute *a = attribute(s, n);

	if (a->store)
		store(s, a, text, size);
}

/*
 * Parameters of the module
 */

extern const struct shim_param shim_param_enabled, shim_param_interval_hours,
	shim_param_chunk_sectors, shim_param_max_latency_ms, shim_param_priority,
	shim_param_order, shim_param_advise, shim_param_relocations_per_hour,
	shim_param_spare_reserve;

static const struct shim_param * const params[SCAN_SETTINGS] = {
	&shim_param_enabled, &shim_param_interval_hours, &shim_param_chunk_sectors,
	&shim_param_max_latency_ms, &shim_param_priority, &shim_param_order, &shim_param_advise,
	&shim_param_relocations_per_hour, &shim_param_spare_reserve,
};

/* what they are */
static unsigned int standard[SCAN_SETTINGS];

static void check_params(void)
{
	static char page[PAGE_SIZE];
	char value[32];
	unsigned int i;
	int n;

	for (i = 0; i < SCAN_SETTINGS; i++) {
		n = params[i]->ops->get(page, &params[i]->param);
		scan_words_print(&scan_settings[i], standard[i], value, sizeof(value));
		assert(n == (int)strlen(value) && !strcmp(page, value));
	}
}

static void reset_params(void)
{
	char value[32];
	unsigned int i;
	int r;

	for (i = 0; i < SCAN_SETTINGS; i++) {
		standard[i] = scan_settings[i].standard;
		scan_words_print(&scan_settings[i], standard[i], value, sizeof(value));
		r = params[i]->ops->set(value, &params[i]->param);
		assert(!r);
	}
}

/* They are for devices that come later. */
static void set_param(struct scanner *s, unsigned int nr, const char *text)
{
	static struct scanner before;
	unsigned int value;
	bool right = scan_words_value(&scan_settings[nr], text, &value);
	int r;

	keep(&before, s);
	r = params[nr]->ops->set(text, &params[nr]->param);
	assert(r == (right ? 0 : -EINVAL));
	if (right)
		standard[nr] = value;
	check_params();
	check_same(&before, s);
}

/*
 * A life
 */

static void take_steps(struct scanner *s, unsigned int n)
{
	while (n--)
		scan_device_sleep(s->dev, scan_device_step(s) * (NSEC_PER_SEC / HZ));
}

static void happen(struct scanner *s, unsigned int maxlen, const char *line, size_t size)
{
	switch (line[0]) {
	case 'm':
		message(s, line + 1, maxlen);
		break;
	case 's':
		take_steps(s, 1 + (u8)line[1] % 16);
		break;
	case 'p':
		set_param(s, (u8)line[1] % SCAN_SETTINGS, line + 1 + !!line[1]);
		break;
	case 'u':
		shim_capable = !shim_capable;
		break;
	default:
		file(s, (u8)line[0] - '0', line + 1, size - 1);
	}
}

/* What was said holds for the next life; what was not, follows the parameters. */
static void live_again(struct remap_device *dev, struct scanner *s)
{
	struct scan_knobs knobs = s->knobs;
	const struct stand stand = stand_of(s);
	unsigned int i;

	for (i = 0; i < SCAN_SETTINGS; i++)
		if (!(s->memory.set >> i & 1))
			*scan_words_place(&knobs, i) = standard[i];
	scan_client.detach(dev, s);
	s = scan_client.attach(dev);
	assert(!memcmp(&knobs, &s->knobs, sizeof(knobs)));
	assert(s->memory.paused == stand.paused && s->memory.under_way == stand.under_way);
	assert(!s->memory.under_way || s->memory.by_hand == stand.by_hand);
	scan_client.detach(dev, s);
}

/* Up to the semicolon, and a zero behind it; returns where the next one begins. */
static const u8 *take_line(const u8 *from, const u8 *end, char line[LINE], size_t *len)
{
	const u8 *semicolon = memchr(from, ';', end - from);
	size_t all = (semicolon ? semicolon : end) - from;

	/* the message has "scan " before it */
	*len = min(all, (size_t)LINE - 8);
	memcpy(line, from, *len);
	line[*len] = 0;
	return semicolon ? semicolon + 1 : end;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct remap_device dev;
	const u8 *end = data + size, *next;
	struct scanner *s;
	unsigned int nr;
	char line[LINE];
	size_t len;

	if (size < 3)
		return 0;
	shim_mute = true;
	shim_capable = true;
	reset_params();
	s = attach(&dev, data[0]);
	for (nr = 0, next = data + 2; nr < LINES && next < end; nr++) {
		next = take_line(next, end, line, &len);
		if (len)
			happen(s, sizes[data[1] % ARRAY_SIZE(sizes)], line, len);
		show_all(s);
	}
	live_again(&dev, s);
	return 0;
}
