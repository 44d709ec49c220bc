# SPDX-License-Identifier: GPL-2.0-only
# For people and scripts. The kernel's build reads Kbuild, in this folder and below.

KERNELRELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build

all: modules

modules modules_install clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@

.PHONY: all modules modules_install clean
