/root/wt/tool2/tests/tool/.build/fuzz/obj/kernel.o: \
  /root/wt/tool2/tests/fuzz/shim/kernel.c \
  /root/wt/tool2/tests/fuzz/shim/kernel.h \
  /root/wt/tool2/tests/fuzz/../unit/shim/shim.h

/root/wt/tool2/tests/fuzz/shim/kernel.h:

/root/wt/tool2/tests/fuzz/../unit/shim/shim.h:
