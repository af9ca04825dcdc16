#include "onec/file.h"

#include <windows.h>

#include <shlobj.h>

#include "base/mem.h"
#include "onec/text16.h"
#include "zvon/error.h"

#define PIECE 16384

static HANDLE
open_file(const char *path)
{
	struct zv_str text = zvon_str(path);
	uint16_t *wide = zv_malloc((text.n + 1) * sizeof *wide);
	HANDLE file;

	if (!wide) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return INVALID_HANDLE_VALUE;
	}
	zv_utf16_from_8(wide, text);
	file = CreateFileW((const wchar_t *)wide, GENERIC_READ,
			   FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
			   OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
	zv_free(wide);
	return file;
}

static int
read_all(HANDLE file, size_t most, struct zv_buf *out)
{
	size_t from = out->n;
	DWORD got = 1;

	while (got > 0 && out->n - from <= most) {
		if (zv_buf_reserve(out, PIECE) < 0)
			return ZV_ENOMEM;
		if (!ReadFile(file, out->p + out->n, PIECE, &got, NULL))
			return ZV_EIO;
		out->n += got;
	}
	return out->n - from > most ? ZV_ETOOBIG : 0;
}

/* CreateFile says "access denied" of a folder. */
static int
code_of(DWORD error)
{
	return error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND ||
			       error == ERROR_INVALID_NAME
		       ? ZV_ENOTFOUND
	       : error == ERROR_NOT_ENOUGH_MEMORY ? ZV_ENOMEM
						  : ZV_EIO;
}

int
zv_onec_read_file(const char *path, size_t most, struct zv_buf *out, int *system)
{
	HANDLE file = open_file(path);
	int rc;

	*system = (int)GetLastError();
	if (file == INVALID_HANDLE_VALUE)
		return code_of((DWORD)*system);
	rc = GetFileType(file) == FILE_TYPE_DISK ? read_all(file, most, out)
						 : ZV_EINVAL;
	*system = (int)GetLastError();
	CloseHandle(file);
	return rc;
}

int
zv_onec_shared_path(const char *name, struct zv_buf *out)
{
	wchar_t folder[MAX_PATH];

	if (SHGetFolderPathW(NULL, CSIDL_COMMON_APPDATA, NULL, SHGFP_TYPE_CURRENT,
			     folder) != S_OK)
		return ZV_EIO;
	if (zv_utf8_from_16(out, (const uint16_t *)folder, wcslen(folder)) < 0 ||
	    zv_buf_printf(out, "\\zvon\\%s", name) < 0)
		return ZV_ENOMEM;
	return 0;
}
