// SPDX-License-Identifier: GPL-2.0-only
#include "workload.h"

static void plain_writes(void)
{
	mark("p:plain");
	put(SECTOR(3), 8);
	put(SECTOR(4) + 3, 1);
	put(SECTOR(5) + 6, 5);
	flush();
	put(SECTOR(3) + 2, 2);
	put_durable(SECTOR(4) + 3, 1);
	put(SECTOR(5), 16);
	get(SECTOR(3), 40);
	flush();
}

static void remaps(void)
{
	mark("p:remaps");
	bad(SECTOR(20) + 2, 2);
	put(SECTOR(20) + 2, 1);
	put(SECTOR(20) + 3, 1);
	flush();
	put(SECTOR(20), 8);
	bad(SECTOR(30), 1);
	bad(SECTOR(32) + 4, 3);
	bad(SECTOR(35) + 7, 2);
	put(SECTOR(29), 64);
	put(SECTOR(29) + 4, 8);
	flush();
	put_durable(SECTOR(30), 24);
	get(SECTOR(29), 64);
}

static void relocations(void)
{
	mark("p:relocations");
	put(SECTOR(50), 4);
	relocate(50, 3);
	put(SECTOR(51), 12);
	relocate(300, 2);
	relocate(1020, 4);
	put(SECTOR(1021), 8);
	flush();
	get(SECTOR(50), 24);
	get(SECTOR(1020), 32);
}

static void losses(void)
{
	mark("p:losses");
	bad(SECTOR(70) + 1, 1);
	bad(SECTOR(72) + 3, 3);
	get(SECTOR(70), 8);
	get(SECTOR(72), 8);
	put(SECTOR(70), 1);
	put(SECTOR(72) + 4, 1);
	flush();
	get(SECTOR(70), 24);
	put(SECTOR(70) + 1, 1);
	get(SECTOR(70), 8);
	put_durable(SECTOR(72) + 2, 4);
	get(SECTOR(72), 8);
	bad(SECTOR(75), 3);
	put(SECTOR(75) + 1, 1);
	get(SECTOR(75), 8);
	flush();
	good(SECTOR(75), 3);
	get(SECTOR(75), 8);
}

static void rescues(void)
{
	mark("p:rescues");
	bad(SECTOR(80) + 1, 2);
	bad(SECTOR(81) + 6, 2);
	get(SECTOR(80), 16);
	put(SECTOR(80) + 2, 1);
	flush();
	good(SECTOR(80) + 1, 2);
	good(SECTOR(81) + 6, 2);
	rescue(80);
	get(SECTOR(80), 8);
	put(SECTOR(81), 2);
	rescue(81);
	get(SECTOR(81), 8);
	flush();
}

static void discards(void)
{
	mark("p:discards");
	discard(SECTOR(90), 16);
	put(SECTOR(90) + 4, 4);
	discard(SECTOR(20), 8);
	discard(SECTOR(75), 8);
	flush();
	zero(SECTOR(95), 8);
	zero(SECTOR(50), 8);
	get(SECTOR(90), 64);
	put(SECTOR(95) + 1, 1);
	flush();
	get(SECTOR(75), 8);
	get(SECTOR(50), 8);
}

static void more(uint32_t block)
{
	put(SECTOR(block), 3);
	bad(SECTOR(block) + 5, 1);
	put(SECTOR(block) + 4, 9);
	put(SECTOR(20) + 1, 4);
	flush();
	relocate(block + 3, 1);
	put(SECTOR(block + 3), 2);
	get(SECTOR(block), 40);
}

void work_basic(void)
{
	activate("format " OPTIONS);
	plain_writes();
	remaps();
	relocations();
	losses();
	rescues();
	discards();
	mark("p:reload");
	reload(OPTIONS);
	more(120);
	put(SECTOR(2), 8);
	suspend_and_resume();
	more(130);
	stop();
	activate(OPTIONS);
	more(140);
	yank();
	activate(OPTIONS);
	get(SECTOR(20), 128);
	more(160);
	flush();
	stop();
}
