// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics of devices that are made up, to be read by metrics.t.
 *
 * usage: some_metrics [none|one|two]
 */
#include <string.h>

#include "../../tools/metrics_text.h"

int main(int argc, char **argv)
{
	static struct snapshot s[2];
	struct remap_status *t = &s[0].status;

	strcpy(t->name, "safe");
	strcpy(t->uuid, "3d3b0b1c-5a55-4f0e-9c3c-0123456789ab");
	strcpy(t->mode, "rw");
	strcpy(t->state, "normal");
	t->sectors = 2097152;
	t->block_size = 4096;
	t->total = 16124;
	t->used = 124;
	t->bad = 1;
	t->remapped = 123;
	t->lost = 7;
	t->write_errors = 18446744073709551614ULL;
	strcpy(s[0].main, "/dev/sda");
	strcpy(s[0].spare, "/dev/sdb1");
	s[0].has_scan = true;
	s[0].passes = 3;
	s[0].last_start = 1795827628;
	s[0].scanned = 2048;
	s[0].progress = 7;
	s[0].health = 100;
	s[1] = s[0];
	strcpy(s[1].status.name, "a \"b\" \\ c\nx,e={}#\xc3\xa4");
	strcpy(s[1].status.mode, "ro-map");
	strcpy(s[1].status.state, "storm");
	s[1].status.suspended = true;
	s[1].has_scan = false;
	metrics_write(stdout, s, argc < 2 || !strcmp(argv[1], "two") ? 2 :
				 !strcmp(argv[1], "one") ? 1 : 0);
	return 0;
}
