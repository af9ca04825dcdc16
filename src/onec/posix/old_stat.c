/* old_stat.c - for the component that is given to users: stat() and fstat() are functions since
 * glibc 2.33; before, headers made calls of others of them. On x86_64 the kernel fills the same
 * structure. */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int
stat(const char *restrict path, struct stat *restrict out)
{
	return (int)syscall(SYS_stat, path, out);
}

int
fstat(int fd, struct stat *out)
{
	return (int)syscall(SYS_fstat, fd, out);
}
