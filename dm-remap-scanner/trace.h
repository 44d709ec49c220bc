/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dm_remap_scanner

#if !defined(SCAN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SCAN_TRACE_H

#include <linux/tracepoint.h>

#include "scanner.h"

/* Something was read: a part of a pass, a block of a failed read, or a visit. */
TRACE_EVENT(remap_scan,
	TP_PROTO(struct scanner *s, u32 area, u64 sector, u32 sectors, u64 ns,
		 blk_status_t status),
	TP_ARGS(s, area, sector, sectors, ns, status),
	TP_STRUCT__entry(
		__array(char, name, 32)
		__field(u32, area)
		__field(u64, sector)
		__field(u32, sectors)
		__field(u64, ns)
		__field(int, error)
	),
	TP_fast_assign(
		strscpy(__entry->name, s->name, sizeof(__entry->name));
		__entry->area = area;
		__entry->sector = sector;
		__entry->sectors = sectors;
		__entry->ns = ns;
		__entry->error = blk_status_to_errno(status);
	),
	TP_printk("%s %s sector %llu+%u %llu ns error %d", __entry->name,
		  __print_symbolic(__entry->area, { SCAN_MAIN, "main" }, { SCAN_SPARE, "spare" },
				   { SCAN_SPARE_TAIL, "spare-tail" }),
		  __entry->sector, __entry->sectors, __entry->ns, __entry->error)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
