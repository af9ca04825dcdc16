#include "zvond/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

#define PATH_BYTES 4096

static int
complain(const char *path, int error, struct zv_error *err)
{
	return zv_fail(err, error == ENOENT ? ZV_ENOTFOUND : ZV_EIO,
		       "cannot read %s: %s", path, strerror(error));
}

static int
read_all(int fd, size_t size, struct zv_buf *out)
{
	while (out->n < size) {
		ssize_t n = read(fd, out->p + out->n, size - out->n);

		if (n > 0)
			out->n += (size_t)n;
		else if (n == 0)
			return 0;
		else if (errno != EINTR)
			return errno;
	}
	return 0;
}

int
zv_whole_file_read(const char *path, struct zv_buf *out, struct zv_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int rc = 0, error = 0;

	if (fd < 0)
		return complain(path, errno, err);
	if (fstat(fd, &st) < 0)
		error = errno;
	else if (!S_ISREG(st.st_mode))
		error = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	else if ((size_t)st.st_size > ZV_WHOLE_FILE_MAX)
		rc = zv_fail(err, ZV_ETOOBIG, "%s has more than %zu MiB", path,
			     ZV_WHOLE_FILE_MAX / 1024 / 1024);
	else if (zv_buf_reserve(out, (size_t)st.st_size + 1) < 0)
		rc = zv_fail_nomem(err);
	else
		error = read_all(fd, (size_t)st.st_size, out);
	close(fd);
	return error ? complain(path, error, err) : rc;
}

/* `a/b.ami` and ".idx": `a/b.idx`. */
static void
name_beside(const char *path, const char *suffix, char out[PATH_BYTES])
{
	size_t n = strlen(path), end = strlen(".ami");

	if (n > end && strcmp(path + n - end, ".ami") == 0)
		n -= end;
	snprintf(out, PATH_BYTES, "%.*s%s", (int)n, path, suffix);
}

int
zv_whole_file_read_beside(const char *path, const char *suffix, struct zv_buf *out,
			  struct zv_error *err)
{
	char beside[PATH_BYTES];
	struct zv_error why = { 0 };
	int rc;

	name_beside(path, suffix, beside);
	rc = zv_whole_file_read(beside, out, &why);
	if (rc == ZV_ENOTFOUND)
		return 0;
	return rc < 0 ? zv_fail(err, rc, "%s", why.text) : 0;
}
