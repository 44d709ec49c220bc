/root/wt/tool2/tests/tool/.build/fuzz/obj/kernel-format.o: \
  /root/wt/tool2/dm-remap-core/format.c \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/crc32c.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/kernel.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/log2.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/string.h \
  /root/wt/tool2/dm-remap-core/format.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h \
  /root/wt/tool2/include/dm-remap/format.h

/root/wt/tool2/tests/fuzz/../unit/shim/linux/crc32c.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/kernel.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/log2.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/string.h:

/root/wt/tool2/dm-remap-core/format.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h:

/root/wt/tool2/include/dm-remap/format.h:
