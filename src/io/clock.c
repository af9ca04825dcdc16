#include "io/clock.h"

int
zv_clock_until(int64_t at_ms)
{
	int64_t left;

	if (at_ms == INT64_MAX)
		return -1;
	left = at_ms - zv_clock_ms();
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}
