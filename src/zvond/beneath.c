/* Opening a file beneath a folder, whatever its name says: no link is followed, nothing is left,
 * no device is touched and no FIFO waited for. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zvond/recording_file.h"

/* Part by part, where the kernel (before 5.6), or a filter before it, knows no openat2: none
 * may be a link or "..". */
static int
open_by_parts(int folder, const char *path, int flags)
{
	char copy[ZV_RECORDING_PATH_MAX + 1];
	char *part = copy, *slash;
	int at = dup(folder), next;

	if (strlen(path) > ZV_RECORDING_PATH_MAX) {
		close(at);
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(copy, path);
	while (at >= 0 && (slash = strchr(part, '/'))) {
		*slash = '\0';
		next = strcmp(part, "..") == 0
			       ? -1
			       : openat(at, part,
					O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(at);
		at = next;
		part = slash + 1;
	}
	if (at < 0)
		return -1;
	next = strcmp(part, "..") == 0 ? -1 : openat(at, part, flags);
	close(at);
	return next;
}

static int
open_at(int folder, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC | O_NOFOLLOW),
		.resolve =
			RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return open_by_parts(folder, path, flags | O_CLOEXEC | O_NOFOLLOW);
	return fd;
}

static bool
is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* First without opening it (O_PATH): the opening of a device may do something. */
int
zv_open_beneath(const char *root, const char *path)
{
	int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, saved;

	if (folder < 0)
		return -1;
	fd = open_at(folder, path, O_PATH);
	if (fd >= 0 && !is_regular(fd)) {
		close(fd);
		fd = -1;
		errno = ENOENT;
	} else if (fd >= 0) {
		close(fd);
		fd = open_at(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	}
	if (fd >= 0 && !is_regular(fd)) { /* it has become another one */
		close(fd);
		fd = -1;
		errno = ENOENT;
	}
	saved = errno;
	close(folder);
	errno = saved;
	return fd;
}
