// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/string.h>

#include "record.h"

static_assert(sizeof(struct scan_disk_figures) == 80, "figures");
static_assert(offsetof(struct scan_disk_record, pass) == 128, "record");
static_assert(offsetof(struct scan_disk_record, days) == 1760, "record");
static_assert(sizeof(struct scan_disk_record) <= 4032, "it fits into the health record");

static void encode_figures(struct scan_disk_figures *d, const struct scan_figures *f)
{
	d->started = cpu_to_le64(f->started);
	d->ended = cpu_to_le64(f->ended);
	d->sectors = cpu_to_le64(f->sectors);
	d->errors = cpu_to_le64(f->errors);
	d->slow = cpu_to_le64(f->slow);
	d->relocated = cpu_to_le64(f->relocated);
	d->interruptions = cpu_to_le64(f->interruptions);
	d->scan_ms = cpu_to_le64(f->scan_ms);
	d->yield_ms = cpu_to_le64(f->yield_ms);
	d->score = cpu_to_le32(f->score);
}

void scan_record_encode(struct scan_disk_record *r, const struct scan_memory *m)
{
	u32 i;

	memset(r, 0, sizeof(*r));
	r->magic = cpu_to_le64(SCAN_RECORD_MAGIC);
	r->version = cpu_to_le32(SCAN_RECORD_VERSION);
	r->flags = cpu_to_le32((m->under_way ? SCAN_RECORD_UNDER_WAY : 0) |
			       (m->paused ? SCAN_RECORD_PAUSED : 0) |
			       (m->by_hand ? SCAN_RECORD_BY_HAND : 0));
	r->area = cpu_to_le32(m->area);
	r->order = cpu_to_le32(m->order);
	r->step = cpu_to_le64(m->step);
	r->offset = cpu_to_le32(m->offset);
	r->length = cpu_to_le64(m->length);
	r->level = cpu_to_le32(m->level);
	r->unread = cpu_to_le64(m->unread);
	r->unread_before = cpu_to_le64(m->unread_before);
	r->spare_unread = cpu_to_le64(m->spare_unread);
	r->spare_unread_before = cpu_to_le64(m->spare_unread_before);
	r->slow = cpu_to_le64(max(m->slow, m->slow_before));
	r->passes = cpu_to_le64(m->passes);
	encode_figures(&r->pass, &m->pass);
	encode_figures(&r->all, &m->all);
	r->nr_history = cpu_to_le32(m->nr_history);
	for (i = 0; i < m->nr_history; i++)
		encode_figures(&r->history[i], &m->history[i]);
	for (i = 0; i < SCAN_LATENCIES; i++)
		r->latency[i] = cpu_to_le64(m->latency[i]);
	r->nr_days = cpu_to_le32(m->trend.nr);
	for (i = 0; i < m->trend.nr; i++) {
		r->days[i].day = cpu_to_le32(m->trend.days[i].day);
		r->days[i].used = cpu_to_le32(m->trend.days[i].used);
	}
	r->set = cpu_to_le32(m->set);
	for (i = 0; i < SCAN_KNOBS; i++)
		r->knobs[i] = cpu_to_le32(m->knobs[i]);
}

/* A number that no device lives to see comes from elsewhere. */
static u64 plausible(__le64 value)
{
	u64 n = le64_to_cpu(value);

	return n >> 56 ? 0 : n;
}

static void decode_figures(const struct scan_disk_figures *d, struct scan_figures *f)
{
	f->started = plausible(d->started);
	f->ended = plausible(d->ended);
	f->sectors = plausible(d->sectors);
	f->errors = plausible(d->errors);
	f->slow = plausible(d->slow);
	f->relocated = plausible(d->relocated);
	f->interruptions = plausible(d->interruptions);
	f->scan_ms = plausible(d->scan_ms);
	f->yield_ms = plausible(d->yield_ms);
	f->score = min_t(u32, le32_to_cpu(d->score), 100);
}

static void decode_trend(const struct scan_disk_record *r, struct scan_health_trend *t)
{
	u32 i;

	t->nr = min_t(u32, le32_to_cpu(r->nr_days), SCAN_HEALTH_DAYS);
	for (i = 0; i < t->nr; i++) {
		t->days[i].day = le32_to_cpu(r->days[i].day);
		t->days[i].used = le32_to_cpu(r->days[i].used);
	}
	if (!scan_health_trend_sane(t))
		memset(t, 0, sizeof(*t));
}

bool scan_record_decode(const struct scan_disk_record *r, struct scan_memory *m)
{
	u32 flags = le32_to_cpu(r->flags), i;

	memset(m, 0, sizeof(*m));
	if (le64_to_cpu(r->magic) != SCAN_RECORD_MAGIC ||
	    le32_to_cpu(r->version) != SCAN_RECORD_VERSION)
		return false;
	m->under_way = flags & SCAN_RECORD_UNDER_WAY;
	m->paused = flags & SCAN_RECORD_PAUSED;
	m->by_hand = flags & SCAN_RECORD_BY_HAND;
	m->area = le32_to_cpu(r->area);
	m->order = le32_to_cpu(r->order);
	m->step = le64_to_cpu(r->step);
	m->offset = le32_to_cpu(r->offset);
	m->length = le64_to_cpu(r->length);
	m->level = min_t(u32, le32_to_cpu(r->level), 3);
	m->unread = plausible(r->unread);
	m->unread_before = plausible(r->unread_before);
	m->spare_unread = plausible(r->spare_unread);
	m->spare_unread_before = plausible(r->spare_unread_before);
	m->slow_before = plausible(r->slow);
	m->passes = plausible(r->passes);
	decode_figures(&r->pass, &m->pass);
	decode_figures(&r->all, &m->all);
	m->nr_history = min_t(u32, le32_to_cpu(r->nr_history), SCAN_HISTORY);
	for (i = 0; i < m->nr_history; i++)
		decode_figures(&r->history[i], &m->history[i]);
	for (i = 0; i < SCAN_LATENCIES; i++)
		m->latency[i] = plausible(r->latency[i]);
	decode_trend(r, &m->trend);
	m->set = le32_to_cpu(r->set);
	for (i = 0; i < SCAN_KNOBS; i++)
		m->knobs[i] = le32_to_cpu(r->knobs[i]);
	return true;
}
