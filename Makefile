# SPDX-License-Identifier: GPL-2.0-only
# For people and scripts. The kernel's build reads Kbuild, in this folder and below.
#
#   make modules [KDIR=...]   build for the running kernel, or another
#   make modules_install      install them for it, and run depmod (INSTALL_MOD_PATH)
#   make tools                build remapsetup, the administrator's tool
#   make tools_install        install it (PREFIX, DESTDIR)
#   make deb rpm dist         packages, and the tarball of a release, in build/ (OUT=)
#   make dkms_install         the source of the modules for DKMS (DESTDIR)
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

modules clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@

# The kernel's own runs depmod only beside a System.map, which Debian's headers do not have: without it modprobe and
# device-mapper do not find the module.
DEPMOD ?= depmod
modules_install:
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@
	$(DEPMOD) -a $(if $(INSTALL_MOD_PATH),-b '$(INSTALL_MOD_PATH)') "$$(cat '$(KDIR)/include/config/kernel.release')"

tools:
	tests/deps build tool
	$(MAKE) -C tools

tools_install:
	$(MAKE) -C tools install

VERSION := $(shell sed -n 's/^\#define DM_REMAP_VERSION "\(.*\)"$$/\1/p' include/dm-remap/version.h)
OUT ?= build

# What DKMS needs to build the modules: without anything that a build has left here. The name that
# DKMS knows the version by may have more to it than the version (rpm: the release).
DKMS_VERSION ?= $(VERSION)
DKMS_DIR = $(DESTDIR)/usr/src/dm-remap-$(DKMS_VERSION)
dkms_install:
	find Kbuild dkms.conf compat dm-remap-core dm-remap-scanner include -type f \
		\( -name 'Kbuild*' -o -name '*.[ch]' -o -name dkms.conf \) ! -name '*.mod.c' \
		-exec install -D -m 644 '{}' '$(DKMS_DIR)/{}' ';'
	sed -i 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="$(DKMS_VERSION)"/' '$(DKMS_DIR)/dkms.conf'

dist:
	packaging/dist $(OUT)

# A Debian machine gets what it lacks by tests/deps tool packaging.
# DIST=dm-remap-VERSION.tar.gz packs a release instead of this checkout.
deb rpm:
	packaging/build-$@ "$${DIST:-$$(packaging/dist $(OUT))}" $(OUT)

# Modules for the kernel of the tests, in this tree.
test-modules:
	tests/deps build vm
	tests/vm/kernel make 6.1 M="$(CURDIR)" W=1 modules
	# the kernel's build does not see that they were made for other symbols
	cmp -s Module.symvers tests/client/.made-for.cmd || rm -f tests/client/Module.symvers
	cp Module.symvers tests/client/.made-for.cmd
	tests/vm/kernel make 6.1 M="$(CURDIR)/tests/client" W=1 \
		KBUILD_EXTRA_SYMBOLS="$(CURDIR)/Module.symvers" modules

demo: test-modules
	tests/demo/run

check: test-modules tools
	tests/check

check-all: test-modules tools lint
	tests/check --all

# Writes docs/kernels.md. KERNELS=--quick for a few tests.
kernels: tools
	tests/kernels/run $(KERNELS)

lint:
	tests/deps build lint
	tests/lint/run

bench: test-modules
	tests/bench/run

.PHONY: dkms_install dist deb rpm
.PHONY: all tools tools_install modules modules_install clean test-modules demo check check-all kernels lint bench
