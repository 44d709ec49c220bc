// SPDX-License-Identifier: GPL-2.0-only
static int f(struct thing *t)
{
	if (!t)
		return t->x;			// expect
	kfree(t);
	t->x = 1;				// expect
	spin_lock(&t->lock);			// expect
	spin_lock(&t->lock);
	spin_unlock(&t->lock);
	return 0;
}

static void g(struct thing *t)
{
	unsigned int n = 0;

	if (n < 0)				// expect
		return;
	if (t)
		kfree(t);			// expect
}
