/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices by what they are, and not by what they are called today.
 */
#ifndef REMAPSETUP_FIND_H
#define REMAPSETUP_FIND_H

#include <stdbool.h>

#include "super.h"

/**
 * find_spare() - the path of a spare
 * @text: a path, or UUID=<uuid> of a spare
 * @start: where its area begins
 * @settle: wait until udev is through with all devices that show it, and none is suspended, but not for long
 *
 * What is suspended is not looked at, here and below: it would not answer.
 * By its UUID no part of an array is taken, nor one that may be: what udev has not finished with.
 *
 * Return: 0, or an exit code after a message.
 */
int find_spare(const char *text, u64 start, bool settle, char *path, size_t size);

/**
 * find_is_here() - is there a spare of this UUID, from sector @start of some device on?
 * @seen: or may it be on the device at @path, which is suspended?
 */
bool find_is_here(const u8 *uuid, u64 start, char *path, size_t size, bool *seen);
/** find_twin() - the only device that is a spare with this UUID and in this state; false: none, or several */
bool find_twin(const u8 *uuid, u64 start, u32 state, char *path, size_t size);
/**
 * find_active() - is any spare of this UUID here that is active, be it on a part of an array or unknown to udev?
 *
 * Return: true as well if that cannot be told, since a device is suspended, say.
 */
bool find_active(const u8 *uuid, u64 start);

/** find_main() - the device whose identity a spare recorded */
int find_main(const struct remap_super *sb, const char *spare, char *path, size_t size);

#endif
