/* com.c - the face of COM (face.h): as 1C 7.7 and 8.x load and call such a component.
 *
 * load PATH                loads it, registers it (DllRegisterServer), and makes objects of this
 *                          very file: two copies in one process are possible
 * load PATH registered     makes them by what is registered already, as 1C itself does
 * new ID CLASS seven       as 7.7: without IPlatformInfo, and ILocale is not asked for
 *
 * CLASS is the name that the Native API knows; in a ProgID it may be another. */
#include <stdlib.h>
#include <string.h>

#include "com_connection.h"
#include "com_values.h"
#include "lines.h"
#include "memory.h"

typedef HRESULT(STDMETHODCALLTYPE *get_class_fn)(REFCLSID, REFIID, void **);
typedef HRESULT(STDMETHODCALLTYPE *plain_fn)(void);

struct face_library {
	char *path;
	void *handle; /* NULL: COM loads it */
	get_class_fn get_class;
	plain_fn can_unload;
};

struct face_component {
	struct face_library *library;
	struct zv_com_init_done *init_done;
	struct zv_com_language *language;
	struct zv_com_locale *locale; /* NULL: 7.7 */
	struct com_connection *connection;
};

static const struct host_services *services;
static DWORD main_thread;

/* ---- the thread --------------------------------------------------------------------------------- */

bool
face_start(const struct host_services *given)
{
	services = given;
	main_thread = GetCurrentThreadId();
	CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
	return true;
}

void
face_pump(int ms)
{
	MSG message;

	MsgWaitForMultipleObjects(0, NULL, FALSE, (DWORD)ms, QS_ALLINPUT);
	while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE)) {
		TranslateMessage(&message);
		DispatchMessageW(&message);
	}
}

void
face_wake(void)
{
	PostThreadMessageW(main_thread, WM_NULL, 0, 0);
}

/* ---- libraries ------------------------------------------------------------------------------------ */

static bool
has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; (p = strstr(p, word)); p += n)
		if ((p == words || p[-1] == ' ') && (!p[n] || p[n] == ' '))
			return true;
	return false;
}

static const char *
open_library(struct face_library *l)
{
	plain_fn register_all;

	l->handle = services->open_library(l->path);
	if (!l->handle)
		return "cannot be loaded";
	l->get_class =
		(get_class_fn)services->find_symbol(l->handle, "DllGetClassObject");
	l->can_unload = (plain_fn)services->find_symbol(l->handle, "DllCanUnloadNow");
	register_all = (plain_fn)services->find_symbol(l->handle, "DllRegisterServer");
	if (!l->get_class || !l->can_unload || !register_all)
		return "has not the exports that are needed";
	return SUCCEEDED(register_all()) ? NULL : "does not register itself";
}

/* String 100, by which 1C knows what objects there are. */
static void
take_names(struct host_value *out, const char *path)
{
	HMODULE data = LoadLibraryExA(path, NULL, LOAD_LIBRARY_AS_DATAFILE);
	wchar_t text[512] = L"";
	BSTR names;

	if (data)
		LoadStringW(data, 100, text, sizeof text / sizeof *text);
	names = SysAllocString(text);
	com_take_text(out, names);
	SysFreeString(names);
	if (data)
		FreeLibrary(data);
}

const char *
face_load(const char *path, int caps, const char *words, struct face_library **out,
	  struct face_told *told)
{
	struct face_library *l = take(sizeof *l);
	const char *why;

	memset(told, 0, sizeof *told);
	told->capabilities = told->attach = -1;
	l->path = take(strlen(path) + 1);
	strcpy(l->path, path);
	*out = l;
	why = has_word(words, "registered") ? NULL : open_library(l);
	if (why) {
		free(l->path);
		free(l);
		return why;
	}
	told->is_native = true; /* it tells names, too */
	take_names(&told->names, path);
	return NULL;
}

/* As COM does: asked first. */
bool
face_unload(struct face_library *l)
{
	bool gone = true;

	if (!l->handle)
		CoFreeUnusedLibrariesEx(0, 0);
	else
		gone = l->can_unload() == S_OK &&
		       services->close_library(l->handle, l->path);
	free(l->path);
	free(l);
	return gone;
}

/* ---- objects ---------------------------------------------------------------------------------------- */

static HRESULT
create(struct face_library *l, const CLSID *clsid, void **out)
{
	IClassFactory *factory;
	HRESULT hr;

	if (!l->handle)
		return CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER,
					&zv_iid_init_done, out);
	hr = l->get_class(clsid, &zv_iid_class_factory, (void **)&factory);
	if (FAILED(hr))
		return hr;
	hr = IClassFactory_CreateInstance(factory, NULL, &zv_iid_init_done, out);
	IClassFactory_Release(factory);
	return hr;
}

/* Of classes.c. */
static const struct {
	const wchar_t *class_name, *prog_id;
} others[] = {
	{ L"Echo", L"ZvonEcho" },
	{ L"Echo-False", L"ZvonEchoFalse" },
};

static const wchar_t *
prog_id_of(const uint16_t *class_name)
{
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!wcscmp(others[i].class_name, class_name))
			return others[i].prog_id;
	return class_name;
}

static HRESULT
create_by_name(struct face_library *l, const uint16_t *class_name, void **out)
{
	wchar_t prog_id[200];
	CLSID clsid;
	HRESULT hr;

	wsprintfW(prog_id, L"AddIn.%.150s", prog_id_of(class_name));
	hr = CLSIDFromProgID(prog_id, &clsid);
	return FAILED(hr) ? hr : create(l, &clsid, out);
}

static void
release(void *interface_of)
{
	if (interface_of)
		IUnknown_Release((IUnknown *)interface_of);
}

static long
version_of(struct zv_com_init_done *i)
{
	SAFEARRAY *info = SafeArrayCreateVector(VT_VARIANT, 0, 1);
	VARIANT v;
	LONG first = 0;

	VariantInit(&v);
	if (SUCCEEDED(i->v->GetInfo(i, &info)))
		SafeArrayGetElement(info, &first, &v);
	SafeArrayDestroy(info);
	return V_VT(&v) == VT_I4 ? V_I4(&v) : -1;
}

/* NULL, or why not. */
static const char *
begin(struct face_component *c, const struct face_options *options,
      struct host_value *name)
{
	BSTR extension = NULL;

	if (!c->language)
		return "has no ILanguageExtender";
	if (!options->no_init &&
	    c->init_done->v->Init(c->init_done, &c->connection->dispatch) != S_OK)
		return "refused by Init";
	if (c->language->v->RegisterExtensionAs(c->language, &extension) != S_OK)
		return "gives no name of its extension";
	com_take_text(name, extension);
	SysFreeString(extension);
	return NULL;
}

const char *
face_new(struct face_library *l, const uint16_t *class_name, struct host_object *o,
	 const struct face_options *options, struct face_component **out, long *info,
	 struct host_value *name)
{
	struct face_component *c = take(sizeof *c);
	bool is_7 = has_word(options->words, "seven");
	const char *why = NULL;

	if (FAILED(create_by_name(l, class_name, (void **)&c->init_done))) {
		free(c);
		return "no such class";
	}
	c->library = l;
	c->connection = com_connection_new(services, o, options->app, is_7);
	c->init_done->v->QueryInterface(c->init_done, &zv_iid_language,
					(void **)&c->language);
	if (!is_7)
		c->init_done->v->QueryInterface(c->init_done, &zv_iid_locale,
						(void **)&c->locale);
	*info = version_of(c->init_done);
	why = begin(c, options, name);
	if (why) {
		c->init_done->v->Done(c->init_done);
		face_free(c, -1);
		return why;
	}
	*out = c;
	return NULL;
}

void
face_done(struct face_component *c)
{
	c->init_done->v->Done(c->init_done);
}

/* false: it, or the connection it was given, is still held by somebody. */
bool
face_free(struct face_component *c, int base)
{
	ULONG left;

	release(c->language);
	release(c->locale);
	left = c->init_done->v->Release(c->init_done);
	if (c->connection->references != 1)
		left = 1;
	free(c);
	return left == 0;
}

void
face_locale(struct face_component *c, const uint16_t *name)
{
	BSTR text = SysAllocString(name);

	if (c->locale)
		c->locale->v->SetLocale(c->locale, text);
	SysFreeString(text);
}

/* ---- names -------------------------------------------------------------------------------------------- */

long
face_count(struct face_component *c, enum face_kind kind)
{
	const struct zv_com_language_table *v = c->language->v;
	long n = -1;

	(kind == FACE_METHOD ? v->GetNMethods : v->GetNProps)(c->language, &n);
	return n;
}

long
face_find(struct face_component *c, enum face_kind kind, const uint16_t *name)
{
	const struct zv_com_language_table *v = c->language->v;
	BSTR text = SysAllocString(name);
	long n = -2;
	HRESULT hr = (kind == FACE_METHOD ? v->FindMethod : v->FindProp)(c->language,
									 text, &n);

	SysFreeString(text);
	return (hr == S_FALSE) == (n == -1) ? n : -3; /* both, or neither */
}

bool
face_name(struct face_component *c, enum face_kind kind, long number, long alias,
	  struct host_value *out)
{
	const struct zv_com_language_table *v = c->language->v;
	BSTR text = NULL;
	HRESULT hr = (kind == FACE_METHOD ? v->GetMethodName : v->GetPropName)(
		c->language, number, alias, &text);

	memset(out, 0, sizeof *out);
	if (hr == S_OK && text)
		com_take_text(out, text);
	SysFreeString(text);
	return hr == S_OK && text;
}

bool
face_is_readable(struct face_component *c, long number)
{
	BOOL yes = 7;

	c->language->v->IsPropReadable(c->language, number, &yes);
	return yes == TRUE;
}

bool
face_is_writable(struct face_component *c, long number)
{
	BOOL yes = 7;

	c->language->v->IsPropWritable(c->language, number, &yes);
	return yes == TRUE;
}

long
face_n_parameters(struct face_component *c, long number)
{
	long n = -1;

	c->language->v->GetNParams(c->language, number, &n);
	return n;
}

bool
face_has_result(struct face_component *c, long number)
{
	BOOL yes = 7;

	c->language->v->HasRetVal(c->language, number, &yes);
	return yes == TRUE;
}

bool
face_default(struct face_component *c, long number, long parameter,
	     struct host_value *out)
{
	VARIANT v;
	HRESULT hr;

	VariantInit(&v);
	hr = c->language->v->GetParamDefValue(c->language, number, parameter, &v);
	com_to_value(out, &v);
	VariantClear(&v);
	return hr == S_OK;
}

/* ---- calls ---------------------------------------------------------------------------------------------- */

bool
face_get(struct face_component *c, long number, struct host_value *out)
{
	VARIANT v;
	HRESULT hr;

	VariantInit(&v);
	hr = c->language->v->GetPropVal(c->language, number, &v);
	com_to_value(out, &v);
	VariantClear(&v);
	return hr == S_OK;
}

bool
face_set(struct face_component *c, long number, const struct host_value *in)
{
	VARIANT v;
	HRESULT hr;

	com_from_value(&v, in);
	hr = c->language->v->SetPropVal(c->language, number, &v);
	com_clear(&v);
	return hr == S_OK;
}

static HRESULT
call(struct zv_com_language *l, long number, struct host_value *result,
     SAFEARRAY **array)
{
	VARIANT v;
	HRESULT hr;

	if (!result)
		return l->v->CallAsProc(l, number, array);
	VariantInit(&v);
	hr = l->v->CallAsFunc(l, number, &v, array);
	com_to_value(result, &v);
	VariantClear(&v);
	return hr;
}

bool
face_call(struct face_component *c, long number, struct host_value *result,
	  struct host_value *arguments, long n)
{
	SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 0, (ULONG)n);
	VARIANT *elements = array->pvData;
	HRESULT hr;

	for (long i = 0; i < n; i++)
		com_from_value(&elements[i], &arguments[i]);
	hr = call(c->language, number, result, &array);
	for (long i = 0; i < n; i++) {
		free(arguments[i].p);
		com_to_value(&arguments[i], &elements[i]);
		com_clear(&elements[i]);
	}
	SafeArrayDestroy(array);
	return hr == S_OK;
}
