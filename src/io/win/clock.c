#include "io/clock.h"

#include <windows.h>

/* RtlGenRandom: of advapi32 since Windows XP, under a name of its own. */
#define SystemFunction036 NTAPI SystemFunction036
#include <ntsecapi.h>
#undef SystemFunction036

#define UNIX_EPOCH_100NS                                                               \
 INT64_C(116444736000000000) /* 1970 as Windows counts, from 1601 */

int64_t
zv_clock_ns(void)
{
	LARGE_INTEGER ticks, per_second;

	QueryPerformanceFrequency(&per_second);
	QueryPerformanceCounter(&ticks);
	/* in two parts: the product of all would not fit after a few minutes */
	return ticks.QuadPart / per_second.QuadPart * 1000000000 +
	       ticks.QuadPart % per_second.QuadPart * 1000000000 / per_second.QuadPart;
}

int64_t
zv_clock_ms(void)
{
	return zv_clock_ns() / 1000000;
}

int64_t
zv_clock_unix_us(void)
{
	FILETIME now;
	ULARGE_INTEGER count;

	GetSystemTimeAsFileTime(&now);
	count.LowPart = now.dwLowDateTime;
	count.HighPart = now.dwHighDateTime;
	return ((int64_t)count.QuadPart - UNIX_EPOCH_100NS) / 10;
}

uint64_t
zv_random(void)
{
	uint64_t value = 0;

	/* it has no reason to fail; then time and process must do */
	if (!RtlGenRandom(&value, sizeof value))
		value = (uint64_t)zv_clock_ns() * 0x9e3779b97f4a7c15u ^
			(uint64_t)GetCurrentProcessId();
	return value;
}
