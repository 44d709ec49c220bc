/root/wt/tool2/tests/tool/.build/fuzz/obj/unit-shim.o: \
  /root/wt/tool2/tests/fuzz/../unit/shim/shim.c \
  /root/wt/tool2/tests/fuzz/../unit/shim/shim.h

/root/wt/tool2/tests/fuzz/../unit/shim/shim.h:
