// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bugs on purpose, one for each kind that the debug kernels have to find;
 * tests/vm/selftest loads this and wants to see them reported.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

static char *bug = "none";
module_param(bug, charp, 0444);

static void use_after_free(void)
{
	int *p = kmalloc(sizeof(*p), GFP_KERNEL);

	kfree(p);
	WRITE_ONCE(*p, 1);
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void lock_inversion(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void sleep_in_atomic(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

/* More than one: a stale register or stack slot may still point at the last. */
static void leak(void)
{
	int i;

	for (i = 0; i < 8; i++)
		memset(kmalloc(200, GFP_KERNEL), i, 200);
}

struct object {
	struct delayed_work work;
};

static void nothing(struct work_struct *work)
{
}

static void free_active_work(void)
{
	struct object *o = kmalloc(sizeof(*o), GFP_KERNEL);

	INIT_DELAYED_WORK(&o->work, nothing);
	schedule_delayed_work(&o->work, HZ * 60);
	kfree(o);
}

static void list_corruption(void)
{
	static LIST_HEAD(head);
	static struct list_head entry;

	list_add(&entry, &head);
	head.next = &head;
	list_del(&entry);
}

static int shared;

static int count(void *unused)
{
	while (!kthread_should_stop()) {
		shared++;
		cond_resched();
	}
	return 0;
}

static void unlocked_count(void)
{
	struct task_struct *a = kthread_run(count, NULL, "race/1");
	struct task_struct *b = kthread_run(count, NULL, "race/2");

	msleep(2000);
	kthread_stop(a);
	kthread_stop(b);
}

static const struct {
	const char *name;
	void (*run)(void);
} bugs[] = {
	{ "use-after-free", use_after_free },
	{ "lock-inversion", lock_inversion },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "leak", leak },
	{ "free-active-work", free_active_work },
	{ "list-corruption", list_corruption },
	{ "data-race", unlocked_count },
};

static int __init bugs_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (strcmp(bug, bugs[i].name))
			continue;
		bugs[i].run();
		return 0;
	}
	return -EINVAL;
}

static void __exit bugs_exit(void)
{
}

module_init(bugs_init);
module_exit(bugs_exit);

MODULE_DESCRIPTION("bugs on purpose, for the selftest of the test harness");
MODULE_LICENSE("GPL");
