#include "onec/place.h"

#include <errno.h>
#include <time.h>
#include <windows.h>

#include "base/mem.h"

/* NULL: no memory, or not UTF-8. */
static wchar_t *
wide(const char *text)
{
	int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
	wchar_t *out = n > 0 ? zv_calloc((size_t)n, sizeof *out) : NULL;

	if (out)
		MultiByteToWideChar(CP_UTF8, 0, text, -1, out, n);
	else
		errno = n > 0 ? ENOMEM : EINVAL;
	return out;
}

FILE *
zv_place_append(const char *path)
{
	wchar_t *name = wide(path);
	FILE *file = name ? _wfopen(name, L"ab") : NULL;

	zv_free(name);
	return file;
}

int
zv_place_rename(const char *path, const char *to)
{
	wchar_t *from = wide(path), *name = wide(to);
	int rc = -1;

	if (from && name && MoveFileExW(from, name, MOVEFILE_REPLACE_EXISTING))
		rc = 0;
	else if (from && name)
		errno = EACCES;
	zv_free(from);
	zv_free(name);
	return rc;
}

int64_t
zv_place_utc_offset(int64_t epoch_s)
{
	__time64_t then = epoch_s;
	struct tm local;

	if (_localtime64_s(&local, &then) != 0)
		return 0;
	return _mkgmtime64(&local) - epoch_s;
}
