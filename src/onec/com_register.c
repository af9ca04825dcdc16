/* com_register.c - our classes in the registry. What is written is one table, put from its
 * top and removed from its end. Only calls that Windows XP has: 7.7 runs on old machines. */
#include <stdio.h>
#include <wchar.h>

#include <olectl.h>

#include "base/mem.h"
#include "onec/com_clsid.h"
#include "onec/com_exports.h"
#include "onec/com_module.h"
#include "onec/com_variant.h"

#define PATH_MAX_UNITS 32768
#define KEY_MAX_UNITS  256

/* What a row is made of. */
struct names {
	wchar_t *path; /* of this DLL */
	wchar_t prog_id[KEY_MAX_UNITS], clsid[40], title[KEY_MAX_UNITS];
};

static const wchar_t *
title_of(const struct names *n)
{
	return n->title;
}

static const wchar_t *
clsid_of(const struct names *n)
{
	return n->clsid;
}

static const wchar_t *
prog_id_of(const struct names *n)
{
	return n->prog_id;
}

static const wchar_t *
path_of(const struct names *n)
{
	return n->path;
}

/* 1C makes its objects, and calls them, on the thread of its windows. */
static const wchar_t *
threading(const struct names *n)
{
	(void)n;
	return L"Apartment";
}

/* Under Software\Classes; a key stands behind the one it lies in. */
static const struct row {
	const wchar_t *key; /* %ls: `of` */
	const wchar_t *(*of)(const struct names *);
	const wchar_t *name; /* NULL: the key's own value */
	const wchar_t *(*value)(const struct names *);
} rows[] = {
	{ L"%ls", prog_id_of, NULL, title_of },
	{ L"%ls\\CLSID", prog_id_of, NULL, clsid_of },
	{ L"CLSID\\%ls", clsid_of, NULL, title_of },
	{ L"CLSID\\%ls\\ProgID", clsid_of, NULL, prog_id_of },
	{ L"CLSID\\%ls\\InprocServer32", clsid_of, NULL, path_of },
	{ L"CLSID\\%ls\\InprocServer32", clsid_of, L"ThreadingModel", threading },
};
#define N_ROWS (sizeof rows / sizeof *rows)

static void
key_of(const struct row *row, const struct names *n, wchar_t key[KEY_MAX_UNITS])
{
	wchar_t format[64] = L"Software\\Classes\\";

	wcscat(format, row->key);
	_snwprintf(key, KEY_MAX_UNITS - 1, format, row->of(n));
	key[KEY_MAX_UNITS - 1] = L'\0';
}

static bool
put_row(HKEY root, const struct row *row, const struct names *n)
{
	const wchar_t *value = row->value(n);
	wchar_t key[KEY_MAX_UNITS];
	HKEY opened;
	LONG rc;

	key_of(row, n, key);
	if (RegCreateKeyExW(root, key, 0, NULL, 0, KEY_WRITE, NULL, &opened, NULL))
		return false;
	rc = RegSetValueExW(opened, row->name, 0, REG_SZ, (const BYTE *)value,
			    (DWORD)((wcslen(value) + 1) * sizeof *value));
	RegCloseKey(opened);
	return rc == ERROR_SUCCESS;
}

/* A key that is not there is fine, and one in which somebody keeps more stays. */
static void
remove_row(HKEY root, const struct row *row, const struct names *n)
{
	wchar_t key[KEY_MAX_UNITS];

	key_of(row, n, key);
	RegDeleteKeyW(root, key);
}

static bool
put_class(HKEY root, const struct names *n)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (!put_row(root, &rows[i], n))
			return false;
	return true;
}

static bool
remove_class(HKEY root, const struct names *n)
{
	for (size_t i = N_ROWS; i-- > 0;)
		remove_row(root, &rows[i], n);
	return true;
}

/* ---- all classes ------------------------------------------------------------------------ */

static bool
name_class(struct names *n, const struct zv_class *class, const CLSID *clsid)
{
	BSTR prog_id = zv_com_bstr(zvon_str(class->prog_id));

	if (!prog_id)
		return false;
	_snwprintf(n->prog_id, KEY_MAX_UNITS - 1, L"AddIn.%ls", prog_id);
	_snwprintf(n->title, KEY_MAX_UNITS - 1, L"zvon: %ls", prog_id);
	SysFreeString(prog_id);
	return StringFromGUID2(clsid, n->clsid, sizeof n->clsid / sizeof *n->clsid) > 0;
}

static bool
each_class(HKEY root, struct names *n, bool (*done)(HKEY, const struct names *))
{
	for (size_t i = 0; zv_classes[i]; i++) {
		const CLSID *clsid = zv_com_clsid_of(zv_classes[i]);

		if (clsid && (!name_class(n, zv_classes[i], clsid) || !done(root, n)))
			return false;
	}
	return true;
}

static bool
find_path(wchar_t *path)
{
	DWORD n = GetModuleFileNameW(zv_com_module(), path, PATH_MAX_UNITS);

	return n > 0 && n < PATH_MAX_UNITS;
}

static struct names *
new_names(void)
{
	struct names *n = zv_calloc(1, sizeof *n);

	if (n)
		n->path = zv_calloc(PATH_MAX_UNITS, sizeof *n->path);
	if (n && n->path && find_path(n->path))
		return n;
	if (n)
		zv_free(n->path);
	zv_free(n);
	return NULL;
}

static HRESULT
install(HKEY root)
{
	struct names *n = new_names();
	bool ok;

	if (!n)
		return E_OUTOFMEMORY;
	ok = each_class(root, n, put_class);
	if (!ok) /* all or nothing */
		each_class(root, n, remove_class);
	zv_free(n->path);
	zv_free(n);
	return ok ? S_OK : SELFREG_E_CLASS;
}

static HRESULT
uninstall(HKEY root)
{
	struct names *n = new_names();

	if (!n)
		return E_OUTOFMEMORY;
	each_class(root, n, remove_class);
	zv_free(n->path);
	zv_free(n);
	return S_OK;
}

/* ---- exports ------------------------------------------------------------------------------ */

HRESULT STDMETHODCALLTYPE
DllRegisterServer(void)
{
	return install(HKEY_LOCAL_MACHINE);
}

HRESULT STDMETHODCALLTYPE
DllUnregisterServer(void)
{
	return uninstall(HKEY_LOCAL_MACHINE);
}

HRESULT STDMETHODCALLTYPE
DllInstall(BOOL is_install, LPCWSTR command_line)
{
	bool is_user = command_line && _wcsicmp(command_line, L"user") == 0;
	HKEY root = is_user ? HKEY_CURRENT_USER : HKEY_LOCAL_MACHINE;

	return is_install ? install(root) : uninstall(root);
}
