/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which disk ranges and spares are in use by remap devices. device-mapper's own claim
 * does not refuse a second device on the same disk.
 */
#ifndef REMAP_REGISTRY_H
#define REMAP_REGISTRY_H

#include "device.h"

/**
 * remap_registry_add() - enter a new instance's disks
 *
 * Another table of the same mapped device may have the same: that is a reload.
 * Notes what is known of the other if it is active.
 * Return: 0, or -EBUSY with *@why. Context: sleeps.
 */
int remap_registry_add(struct remap_device *dev, char **why);

/** remap_registry_remove() - harmless if never added */
void remap_registry_remove(struct remap_device *dev);

/**
 * remap_registry_take_flush_errors() - what the instance before owes its users, this one owes
 *
 * Context: sleeps. Both instances are stopped.
 */
void remap_registry_take_flush_errors(struct remap_device *dev);

/** remap_registry_uuid_free() - is no other mapped device using this spare's UUID? */
bool remap_registry_uuid_free(struct remap_device *dev);

#endif
