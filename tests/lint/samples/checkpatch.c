// SPDX-License-Identifier: GPL-2.0-only
static int f(int a,int b)			// expect
{
        return a+b; 				// expect
}

int x = 0;					// expect
