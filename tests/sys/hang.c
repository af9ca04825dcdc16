/* Systems that are otherwise, for the tests: loaded before a program (LD_PRELOAD), it lets reads
 * of files NAME.hang.* wait as long as the file of ZVON_HANG is there, as a file server does that
 * does not answer; with ZVON_OLD_KERNEL there is no openat2. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static void
wait_if_it_hangs(int fd)
{
	const char *sign = getenv("ZVON_HANG");
	char link[64], path[4096];
	ssize_t n;

	if (!sign)
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n <= 0)
		return;
	path[n] = '\0';
	while (strstr(path, ".hang.") && access(sign, F_OK) == 0)
		usleep(10000);
}

ssize_t
pread64(int fd, void *buf, size_t n, off64_t at)
{
	static ssize_t (*real)(int, void *, size_t, off64_t);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pread64");
	wait_if_it_hangs(fd);
	return real(fd, buf, n, at);
}

long
syscall(long number, ...)
{
	static long (*real)(long, long, long, long, long, long, long);
	long a[6];
	va_list args;

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	if (number == SYS_openat2 && getenv("ZVON_OLD_KERNEL")) {
		errno = ENOSYS;
		return -1;
	}
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
