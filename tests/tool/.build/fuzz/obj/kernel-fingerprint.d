/root/wt/tool2/tests/tool/.build/fuzz/obj/kernel-fingerprint.o: \
  /root/wt/tool2/dm-remap-core/fingerprint.c \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/crc32c.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h \
  /root/wt/tool2/dm-remap-core/fingerprint.h \
  /root/wt/tool2/dm-remap-core/device.h \
  /root/wt/tool2/tests/fuzz/shim/linux/bio.h \
  /root/wt/tool2/tests/fuzz/shim/linux/../kernel.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/shim.h \
  /root/wt/tool2/tests/fuzz/shim/linux/device-mapper.h \
  /root/wt/tool2/tests/fuzz/shim/linux/kobject.h \
  /root/wt/tool2/tests/fuzz/shim/linux/sched/mm.h \
  /root/wt/tool2/tests/fuzz/shim/linux/sched/../../kernel.h \
  /root/wt/tool2/tests/fuzz/shim/linux/workqueue.h \
  /root/wt/tool2/dm-remap-core/disk.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/blk_types.h \
  /root/wt/tool2/dm-remap-core/fault.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h \
  /root/wt/tool2/dm-remap-core/map.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/bitops.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/xarray.h \
  /root/wt/tool2/dm-remap-core/metadata.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/spinlock.h \
  /root/wt/tool2/dm-remap-core/format.h \
  /root/wt/tool2/include/dm-remap/format.h \
  /root/wt/tool2/dm-remap-core/spare.h

/root/wt/tool2/tests/fuzz/../unit/shim/linux/crc32c.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h:

/root/wt/tool2/dm-remap-core/fingerprint.h:

/root/wt/tool2/dm-remap-core/device.h:

/root/wt/tool2/tests/fuzz/shim/linux/bio.h:

/root/wt/tool2/tests/fuzz/shim/linux/../kernel.h:

/root/wt/tool2/tests/fuzz/../unit/shim/shim.h:

/root/wt/tool2/tests/fuzz/shim/linux/device-mapper.h:

/root/wt/tool2/tests/fuzz/shim/linux/kobject.h:

/root/wt/tool2/tests/fuzz/shim/linux/sched/mm.h:

/root/wt/tool2/tests/fuzz/shim/linux/sched/../../kernel.h:

/root/wt/tool2/tests/fuzz/shim/linux/workqueue.h:

/root/wt/tool2/dm-remap-core/disk.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/blk_types.h:

/root/wt/tool2/dm-remap-core/fault.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h:

/root/wt/tool2/dm-remap-core/map.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/bitops.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/xarray.h:

/root/wt/tool2/dm-remap-core/metadata.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/spinlock.h:

/root/wt/tool2/dm-remap-core/format.h:

/root/wt/tool2/include/dm-remap/format.h:

/root/wt/tool2/dm-remap-core/spare.h:
