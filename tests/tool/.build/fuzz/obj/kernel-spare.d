/root/wt/tool2/tests/tool/.build/fuzz/obj/kernel-spare.o: \
  /root/wt/tool2/dm-remap-core/spare.c \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/bitmap.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/vmalloc.h \
  /root/wt/tool2/dm-remap-core/spare.h \
  /root/wt/tool2/dm-remap-core/metadata.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/spinlock.h \
  /root/wt/tool2/dm-remap-core/disk.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/blk_types.h \
  /root/wt/tool2/dm-remap-core/format.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h \
  /root/wt/tool2/include/dm-remap/format.h

/root/wt/tool2/tests/fuzz/../unit/shim/linux/bitmap.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/vmalloc.h:

/root/wt/tool2/dm-remap-core/spare.h:

/root/wt/tool2/dm-remap-core/metadata.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/spinlock.h:

/root/wt/tool2/dm-remap-core/disk.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/blk_types.h:

/root/wt/tool2/dm-remap-core/format.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h:

/root/wt/tool2/include/dm-remap/format.h:
