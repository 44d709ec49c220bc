/root/wt/tool2/tests/tool/.build/fuzz/obj/spec.o: \
  /root/wt/tool2/tests/fuzz/spec.c /root/wt/tool2/tests/fuzz/spec.h \
  /root/wt/tool2/tests/fuzz/shim/kernel.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/shim.h \
  /root/wt/tool2/dm-remap-core/format.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h \
  /root/wt/tool2/include/dm-remap/format.h

/root/wt/tool2/tests/fuzz/spec.h:

/root/wt/tool2/tests/fuzz/shim/kernel.h:

/root/wt/tool2/tests/fuzz/../unit/shim/shim.h:

/root/wt/tool2/dm-remap-core/format.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/types.h:

/root/wt/tool2/tests/fuzz/../unit/shim/linux/../shim.h:

/root/wt/tool2/include/dm-remap/format.h:
