// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "announce.h"
#include "device.h"
#include "dm.h"
#include "verb.h"

static int say_busy(const struct remap_status *s)
{
	char path[256];

	/* who it is, if sysfs or the mounts tell */
	if (device_refuse_used(s->number, device_path(s->number, path, sizeof(path))))
		return BUSY;
	return fail(BUSY, "%s is in use (opened %d times), and stays as it was. 'fuser -v %s' shows by whom; --deferred closes it when the last one is done",
		    s->name, s->open_count, path);
}

static int cancel(const struct remap_status *s)
{
	int r;

	if (!s->deferred)
		return fail(BAD_USE, "%s: there is no deferred close to take back", s->name);
	r = dm_message(s->name, "@cancel_deferred_remove", NULL);
	return r ? fail_errno(r, "%s: the deferred close could not be taken back", s->name) : OK;
}

static int close_now(const struct remap_status *s)
{
	int r = dm_remove(s->name, false);

	if (r == -EBUSY)
		return say_busy(s);
	if (!r) {
		announce(s->main);
		announce(s->spare);
	}
	return r ? fail_errno(r, "%s could not be closed", s->name) : OK;
}

static int close_later(const struct remap_status *s)
{
	int r = dm_remove(s->name, true);

	if (r)
		return fail_errno(r, "%s could not be closed", s->name);
	if (dm_exists(s->name))
		verbose("%s is closed when its last user is done", s->name);
	return OK;
}

static int run(const struct call *call)
{
	const char *name = call->args[0];
	struct remap_status status;
	int r;

	if (given(call, OPT_DEFERRED) && given(call, OPT_CANCEL_DEFERRED))
		return fail(BAD_USE, "close: --deferred and --cancel-deferred exclude each other");
	r = dm_begin();
	if (!r)
		r = dm_read_ours(name, &status);
	if (r)
		return r;
	/* without its spare */
	if (!status.main)
		status.main = device_below(status.number);
	if (given(call, OPT_CANCEL_DEFERRED))
		return cancel(&status);
	return given(call, OPT_DEFERRED) ? close_later(&status) : close_now(&status);
}

static const struct verb_option options[] = {
	{ OPT_DEFERRED, "if it is in use, close it when the last user is done" },
	{ OPT_CANCEL_DEFERRED, "take a deferred close back" },
	{ }
};

const struct verb verb_close = {
	.name = "close",
	.usage = "<name>",
	.summary = "stop a device",
	.details =
"Stops /dev/mapper/<name>. Nobody may use it. The map stays on the spare: keep\n"
"it, and do not use the main device alone once blocks were moved.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
