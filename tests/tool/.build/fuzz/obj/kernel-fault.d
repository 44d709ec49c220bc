/root/wt/tool2/tests/tool/.build/fuzz/obj/kernel-fault.o: \
  /root/wt/tool2/dm-remap-core/fault.c \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/kernel.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h \
  /root/wt/tool2/tests/fuzz/shim/linux/math64.h \
  /root/wt/tool2/tests/fuzz/shim/linux/../kernel.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/shim.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/string.h \
  /root/wt/tool2/dm-remap-core/fault.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/blk_types.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h

/root/wt/tool2/tests/fuzz/../unit/shim/linux/kernel.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h:

/root/wt/tool2/tests/fuzz/shim/linux/math64.h:

/root/wt/tool2/tests/fuzz/shim/linux/../kernel.h:

/root/wt/tool2/tests/fuzz/../unit/shim/shim.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/string.h:

/root/wt/tool2/dm-remap-core/fault.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/blk_types.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h:
