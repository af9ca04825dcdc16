#include "io/zone_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file_error.h"
#include "base/str.h"
#include "io/whole_file.h"

#define ZONES "/usr/share/zoneinfo/"
#define LOCAL "/etc/localtime"

/* Letters, digits, "_+-", words divided by '/': no "..", nothing hidden, no way out. */
static bool
is_name(struct zv_str name)
{
	bool begins = true;

	if (name.n == 0 || name.n > ZV_ZONE_NAME_MAX || name.p[name.n - 1] == '/')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		bool is_word = (zv_lower(c) >= 'a' && zv_lower(c) <= 'z') ||
			       (c >= '0' && c <= '9') || c == '_' || c == '+' ||
			       c == '-';

		if (!is_word && (begins || c != '/'))
			return false;
		begins = c == '/';
	}
	return true;
}

static int
read_path(const char *path, struct zv_str name, struct zv_buf *out,
	  struct zv_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return zv_fail(err, ZV_ENOTFOUND,
			       "no time zone '%.*s' in " ZONES
			       ": a name such as Europe/Moscow is wanted, and the "
			       "package tzdata",
			       ZV_ARG(name));
	if (fd < 0)
		return zv_fail(err, ZV_EIO, "%s: %s", path, zv_file_error_text(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		rc = zv_fail(err, ZV_EINVAL, "'%.*s' is no time zone: %s is no file",
			     ZV_ARG(name), path);
	else if ((rc = zv_read_all(fd, out->n + ZV_ZONE_FILE_MAX, out)) < 0)
		rc = zv_fail(err, rc, "%s: %s", path, zvon_err_name(rc));
	close(fd);
	return rc;
}

int
zv_zone_file_read(struct zv_str name, struct zv_buf *out, struct zv_error *err)
{
	char path[sizeof ZONES + ZV_ZONE_NAME_MAX];

	if (zvon_str_equal_nocase(name, ZV_STR("UTC")))
		return 0;
	if (!is_name(name))
		return zv_fail(err, ZV_EINVAL,
			       "'%.*s' is no time zone; write a name such as "
			       "Europe/Moscow, or UTC, or local",
			       ZV_ARG(name));
	/* a machine without it runs on UTC: localtime(5) */
	if (zvon_str_equal_nocase(name, ZV_STR("local")))
		return access(LOCAL, F_OK) < 0 ? 0 : read_path(LOCAL, name, out, err);
	snprintf(path, sizeof path, ZONES "%.*s", ZV_ARG(name));
	return read_path(path, name, out, err);
}
