#include "io/clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int64_t
zv_clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
zv_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t
zv_clock_unix_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

uint64_t
zv_random(void)
{
	uint64_t value = 0;

	/* the function is of glibc 2.25. Fails only on kernels before 3.17; then time and
	 * process must do */
	if (syscall(SYS_getrandom, &value, sizeof value, 0) != (long)sizeof value)
		value = (uint64_t)zv_clock_ms() * 0x9e3779b97f4a7c15u ^
			(uint64_t)getpid();
	return value;
}
