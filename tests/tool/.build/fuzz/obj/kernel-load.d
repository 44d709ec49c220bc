/root/wt/tool2/tests/tool/.build/fuzz/obj/kernel-load.o: \
  /root/wt/tool2/dm-remap-core/load.c \
  /root/wt/tool2/tests/fuzz/shim/linux/device-mapper.h \
  /root/wt/tool2/tests/fuzz/shim/linux/../kernel.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/shim.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/string.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h \
  /root/wt/tool2/dm-remap-core/metadata.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/spinlock.h \
  /root/wt/tool2/dm-remap-core/disk.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/blk_types.h \
  /root/wt/tool2/dm-remap-core/format.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h \
  /root/wt/tool2/include/dm-remap/format.h

/root/wt/tool2/tests/fuzz/shim/linux/device-mapper.h:

/root/wt/tool2/tests/fuzz/shim/linux/../kernel.h:

/root/wt/tool2/tests/fuzz/../unit/shim/shim.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/string.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h:

/root/wt/tool2/dm-remap-core/metadata.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/spinlock.h:

/root/wt/tool2/dm-remap-core/disk.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/blk_types.h:

/root/wt/tool2/dm-remap-core/format.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h:

/root/wt/tool2/include/dm-remap/format.h:
