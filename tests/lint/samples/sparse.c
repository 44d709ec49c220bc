// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/blk_types.h>
#include <linux/types.h>

static DEFINE_SPINLOCK(lock);

u32 f(__le32 x);	/* no warning for f: it is declared */
u32 f(__le32 x)
{
	return x;			// expect
}

int g(int x)				// expect
{
	int unused = 1;			// expect

	spin_lock(&lock);
	return x;
}

static blk_status_t h(int x)
{
	return x;			// expect
}

static int __init init(void)
{
	return h(1) == BLK_STS_OK;
}
module_init(init);
MODULE_DESCRIPTION("a sample");
MODULE_LICENSE("GPL");
