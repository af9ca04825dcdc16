#include "cli/whole_file.h"

#include <errno.h>
#include <string.h>

#include "io/whole_file.h"
#include "term/reason.h"
#include "term/say.h"

static int
complain(const char *path, int error)
{
	char why[ZV_REASON_MAX];

	zv_say_error("cannot read %s: %s", "не прочитать %s: %s", path,
		     zv_file_reason(error, why));
	return -1;
}

int
zv_file_read(const char *path, struct zv_buf *out)
{
	int error = zv_whole_file_read(path, out);

	return error ? complain(path, error) : 0;
}

int
zv_file_read_beside(const char *path, const char *suffix, struct zv_buf *out)
{
	char beside[ZV_WHOLE_FILE_NAME];
	int error;

	zv_whole_file_beside(path, suffix, beside);
	error = zv_whole_file_read(beside, out);
	return error && error != ENOENT ? complain(beside, error) : 0;
}
