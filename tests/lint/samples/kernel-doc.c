// SPDX-License-Identifier: GPL-2.0-only

/**
 * g() - a comment that belongs to another
 * @x: one
 */
int f(int x)
{				// expect
	return x;
}
EXPORT_SYMBOL_GPL(f);			// expect
EXPORT_SYMBOL(dm_remap_relocate);	// expect

/**
 * dm_remap_nothing() - a parameter is missing
 *
 * Return: 0
 */
int dm_remap_nothing(int x)
{				// expect
	return 0;
}
EXPORT_SYMBOL_GPL(dm_remap_nothing);	// expect
