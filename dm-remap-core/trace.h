/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dm_remap

#if !defined(REMAP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define REMAP_TRACE_H

#include <linux/tracepoint.h>

#include "job.h"

/* A bio failed; before anything is known about why. */
TRACE_EVENT(remap_fault,
	TP_PROTO(struct remap_device *dev, struct remap_bio *rb, blk_status_t status),
	TP_ARGS(dev, rb, status),
	TP_STRUCT__entry(
		__array(char, name, 32)
		__field(sector_t, sector)
		__field(unsigned int, sectors)
		__field(unsigned int, op)
		__field(bool, remapped)
		__field(int, error)
	),
	TP_fast_assign(
		memcpy(__entry->name, dev->name, sizeof(__entry->name));
		__entry->sector = rb->iter.bi_sector;
		__entry->sectors = rb->iter.bi_size >> SECTOR_SHIFT;
		__entry->op = (__force unsigned int)(rb->opf & REQ_OP_MASK);
		__entry->remapped = rb->spare != REMAP_NO_SPARE;
		__entry->error = blk_status_to_errno(status);
	),
	TP_printk("%s op %u sector %llu+%u on %s error %d", __entry->name,
		  __entry->op, (unsigned long long)__entry->sector, __entry->sectors,
		  __entry->remapped ? "spare" : "main", __entry->error)
);

/* An entry is durable and published. */
TRACE_EVENT(remap_remapped,
	TP_PROTO(struct remap_device *dev, struct remap_job *job),
	TP_ARGS(dev, job),
	TP_STRUCT__entry(
		__array(char, name, 32)
		__field(u64, block)
		__field(u32, from)
		__field(u32, to)
		__field(u64, lost)
		__field(unsigned int, kind)
		__field(unsigned int, reason)
	),
	TP_fast_assign(
		memcpy(__entry->name, dev->name, sizeof(__entry->name));
		__entry->block = job->block;
		__entry->from = remap_job_old_spare(job);
		__entry->to = job->slot;
		__entry->lost = job->lost;
		__entry->kind = job->kind;
		__entry->reason = job->reason;
	),
	TP_printk("%s block %llu from %d to spare block %u lost %llx %s reason %u",
		  __entry->name, __entry->block, (int)__entry->from, __entry->to,
		  __entry->lost,
		  __print_symbolic(__entry->kind, { REMAP_JOB_NEW, "remap" },
				   { REMAP_JOB_MOVE, "relocate" },
				   { REMAP_JOB_CLEAR, "clear" }),
		  __entry->reason)
);

/* A block lives on the main device again. */
TRACE_EVENT(remap_recovered,
	TP_PROTO(struct remap_device *dev, struct remap_job *job),
	TP_ARGS(dev, job),
	TP_STRUCT__entry(
		__array(char, name, 32)
		__field(u64, block)
		__field(u32, from)
	),
	TP_fast_assign(
		memcpy(__entry->name, dev->name, sizeof(__entry->name));
		__entry->block = job->block;
		__entry->from = remap_job_old_spare(job);
	),
	TP_printk("%s block %llu from spare block %u", __entry->name, __entry->block,
		  __entry->from)
);

#endif

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
