# SPDX-License-Identifier: GPL-2.0-only
# For people and scripts. The kernel's build reads Kbuild, in this folder and below.
#
#   make modules [KDIR=...]   build for the running kernel, or another
#   make tools                build remapsetup, the administrator's tool
#   make tools_install        install it (PREFIX, DESTDIR)
#   make demo                 a disk goes bad, without dm-remap and with it
#   make check                unit tests, and the tests in a real kernel under QEMU
#   make kernels              build for, and test in, every stock kernel of Debian
#   make check-all            everything: longer, with mutations, in debug kernels
#   make lint                 static analysis
#   make bench                what an I/O costs, in instructions
#
# The tests fetch what they need (tests/deps) and build for the kernel that
# they boot, whatever runs on this machine.

KERNELRELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build

all: modules

modules modules_install clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@

tools:
	tests/deps build tool
	$(MAKE) -C tools

tools_install:
	$(MAKE) -C tools install

# Modules for the kernel of the tests, in this tree.
test-modules:
	tests/deps build vm
	tests/vm/kernel make 6.1 M="$(CURDIR)" W=1 modules
	tests/vm/kernel make 6.1 M="$(CURDIR)/tests/client" W=1 \
		KBUILD_EXTRA_SYMBOLS="$(CURDIR)/Module.symvers" modules

demo: test-modules
	tests/demo/run

check: test-modules tools
	tests/check

check-all: test-modules tools lint
	tests/check --all

# Writes docs/kernels.md. KERNELS=--quick for a few tests.
kernels:
	tests/kernels/run $(KERNELS)

lint:
	tests/deps build lint
	tests/lint/run

bench: test-modules
	tests/bench/run

.PHONY: all tools tools_install modules modules_install clean test-modules demo check check-all kernels lint bench
