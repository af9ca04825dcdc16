#include "base/file_error.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const struct {
	int error;
	const char *text;
} texts[] = {
	{ ENOENT, "there is no such file or folder: check its path" },
	{ EACCES, "no right to it, or to a folder on the way: run as its owner, or "
		  "change owner or rights (ls -l shows them)" },
	{ EPERM, "no right to it: run as its owner, or change owner or rights (ls -l "
		 "shows them)" },
	{ EISDIR, "this is a folder: name a file in it" },
	{ ENOTDIR, "a part of its path is a file and no folder: check the path" },
	{ EINVAL, "this is no file: a pipe or a device is not taken here" },
	{ EFBIG, "it is larger than what is taken here: name another file, or take a "
		 "part of it" },
	{ EEXIST, "it is there already: name another one, or move it away" },
	{ ELOOP, "its links lead in a circle: name the file itself" },
	{ ENAMETOOLONG, "its name is too long" },
	{ ENOSPC, "the disk is full: make room" },
	{ EROFS, "this disk can only be read: name a file on another one" },
	{ EMFILE, "too many files are open: raise the limit (ulimit -n)" },
	{ EIO, "reading or writing the file failed; check the disk" },
	{ ENOMEM, "out of memory" },
};

const char *
zv_file_error_text(int error)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].error == error)
			return texts[i].text;
	return strerror(error);
}
