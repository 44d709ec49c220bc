/root/wt/tool2/tests/tool/.build/fuzz/obj/store.o: \
  /root/wt/tool2/tests/fuzz/store.c /root/wt/tool2/tests/fuzz/store.h \
  /root/wt/tool2/tests/fuzz/shim/kernel.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/shim.h \
  /root/wt/tool2/dm-remap-core/disk.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/blk_types.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h

/root/wt/tool2/tests/fuzz/store.h:

/root/wt/tool2/tests/fuzz/shim/kernel.h:

/root/wt/tool2/tests/fuzz/../unit/shim/shim.h:

/root/wt/tool2/dm-remap-core/disk.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/blk_types.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h:
