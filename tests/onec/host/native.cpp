// native.cpp - the face of the Native API: the platform's side in C++, so that its layout is
// the compiler's work. Linux: g++, linked into the host. Windows: clang for the targets
// *-windows-msvc, a DLL that imports nothing (dll.hpp).
#include "native_platform.hpp"
#ifdef FACE_IS_DLL
# include "dll.hpp"
#else
# include <new>
# include <string.h>
#endif

const struct host_services *services;

// ---- libraries -----------------------------------------------------------------------------

typedef const WCHAR_T *(*names_fn)();
typedef long (*create_fn)(const WCHAR_T *, IComponentBase **);
typedef long (*destroy_fn)(void **);
typedef int (*capabilities_fn)(int);
typedef int (*attach_fn)();

struct face_library {
	void *handle;
	char *path;
	int caps;
	create_fn create;
	destroy_fn destroy;
	Memory *memory;
	struct kept *kept;
};

// The platform's side of an object stays as long as the library: a component that calls it
// after Done is caught, and does not crash.
struct kept {
	struct kept *next;
	IAddInDefBase *connection;
};

template <class T>
static T *
make()
{
	return new (services->take(sizeof(T))) T();
}

bool
face_start(const struct host_services *given)
{
	services = given;
	return false;
}

void
face_pump(int)
{
}

void
face_wake()
{
}

static char *
copy_path(const char *path)
{
	size_t n = 0;
	char *p;

	while (path[n])
		n++;
	p = (char *)services->take(n + 1);
	copy_bytes(p, path, n);
	return p;
}

static void
tell(struct face_told *told, void *handle, int caps)
{
	names_fn names = (names_fn)services->find_symbol(handle, "GetClassNames");
	capabilities_fn able = (capabilities_fn)services->find_symbol(
		handle, "SetPlatformCapabilities");
	attach_fn attach = (attach_fn)services->find_symbol(handle, "GetAttachType");

	memset(told, 0, sizeof *told);
	told->is_native = true;
	take_name(&told->names, names());
	told->capabilities = able && caps > 0 ? able(caps) : -1;
	told->attach = attach ? attach() : -1;
}

const char *
face_load(const char *path, int caps, const char *, struct face_library **out,
	  struct face_told *told)
{
	void *handle = services->open_library(path);
	struct face_library *l;

	if (!handle)
		return "cannot be loaded";
	if (!services->find_symbol(handle, "GetClassNames") ||
	    !services->find_symbol(handle, "GetClassObject") ||
	    !services->find_symbol(handle, "DestroyObject"))
		return "has not the three exports that are needed";
	l = (struct face_library *)services->take(sizeof *l);
	l->handle = handle;
	l->path = copy_path(path);
	l->caps = caps;
	l->create = (create_fn)services->find_symbol(handle, "GetClassObject");
	l->destroy = (destroy_fn)services->find_symbol(handle, "DestroyObject");
	l->memory = make<Memory>();
	tell(told, handle, caps);
	*out = l;
	return NULL;
}

static void
forget(struct kept *list, bool is_gone)
{
	static struct kept *left; // of libraries that stay
	struct kept *next;

	for (struct kept *k = list; k; k = next) {
		next = k->next;
		if (is_gone) {
			services->give(k->connection);
			services->give(k);
		} else {
			k->next = left;
			left = k;
		}
	}
}

bool
face_unload(struct face_library *l)
{
	bool gone = services->close_library(l->handle, l->path);

	forget(l->kept, gone);
	services->give(l->path);
	services->give(l->memory);
	services->give(l);
	return gone;
}

// ---- objects -------------------------------------------------------------------------------

struct face_component {
	struct face_library *library;
	IComponentBase *object;
	IAddInDefBase *connection;
};

static IAddInDefBase *
connect(struct face_library *l, struct host_object *o,
	const struct face_options *options)
{
	static const WCHAR_T version[] = u"8.3.25.1394";
	NewConnection *c;
	OldConnection *old;

	if (l->caps < 1) {
		old = make<OldConnection>();
		old->object = o;
		return old;
	}
	c = make<NewConnection>();
	c->object = o;
	c->caps = l->caps;
	c->platform.info.AppVersion = version;
	c->platform.info.UserAgentInformation = NULL;
	c->platform.info.Application = options->app;
	c->attached.kind = options->is_isolated ? 0 : 1;
	return c;
}

static void
keep(struct face_library *l, IAddInDefBase *connection)
{
	struct kept *k = (struct kept *)services->take(sizeof *k);

	k->connection = connection;
	k->next = l->kept;
	l->kept = k;
}

static bool
begin(struct face_component *c, const struct face_options *options)
{
	bool ok = true;

	if (!options->memory_last)
		ok = c->object->setMemManager(c->library->memory);
	if (!options->no_init)
		ok = c->object->Init(c->connection) && ok;
	if (options->memory_last)
		ok = c->object->setMemManager(c->library->memory) && ok;
	return ok;
}

const char *
face_new(struct face_library *l, const uint16_t *class_name, struct host_object *o,
	 const struct face_options *options, struct face_component **out, long *info,
	 struct host_value *name)
{
	IComponentBase *object = NULL;
	struct face_component *c;
	WCHAR_T *extension = NULL;

	if (!l->create((const WCHAR_T *)(const void *)class_name, &object) || !object)
		return "no such class";
	c = (struct face_component *)services->take(sizeof *c);
	c->library = l;
	c->object = object;
	c->connection = connect(l, o, options);
	keep(l, c->connection);
	if (!begin(c, options)) {
		object->Done();
		l->destroy((void **)&object);
		services->give(c);
		return "refused by Init or setMemManager";
	}
	*info = object->GetInfo();
	if (!object->RegisterExtensionAs(&extension) || !extension)
		return "gives no name of its extension";
	take_name(name, extension);
	services->free((void **)&extension);
	*out = c;
	return NULL;
}

void
face_done(struct face_component *c)
{
	c->object->Done();
}

static bool
delete_by(struct face_component *c, int base)
{
	IComponentBase *object = c->object;

	switch (base) {
	case 0:
		if (c->library->caps < 3)
			delete (IComponentOld *)(void *)object;
		else
			delete object;
		return true;
	case 1:
		delete static_cast<ILanguageExtenderBase *>(object);
		return true;
	case 2:
		delete static_cast<LocaleBase *>(object);
		return true;
	case 3:
		delete static_cast<UserLanguageBase *>(object);
		return true;
	default:
		return false;
	}
}

bool
face_free(struct face_component *c, int base)
{
	void *object = c->object;
	bool ok = base < 0 ? c->library->destroy(&object) == 0 && !object
			   : delete_by(c, base);

	services->give(c);
	return ok;
}

void
face_locale(struct face_component *c, const uint16_t *name)
{
	const WCHAR_T *text = (const WCHAR_T *)(const void *)name;
	WCHAR_T language[3] = { text[0], text[0] ? text[1] : u'\0', 0 };

	c->object->SetLocale(text);
	if (c->library->caps >= 3)
		c->object->SetUserInterfaceLanguageCode(language);
}

// ---- names ---------------------------------------------------------------------------------

long
face_count(struct face_component *c, enum face_kind kind)
{
	return kind == FACE_METHOD ? c->object->GetNMethods() : c->object->GetNProps();
}

long
face_find(struct face_component *c, enum face_kind kind, const uint16_t *name)
{
	const WCHAR_T *text = (const WCHAR_T *)(const void *)name;

	return kind == FACE_METHOD ? c->object->FindMethod(text)
				   : c->object->FindProp(text);
}

bool
face_name(struct face_component *c, enum face_kind kind, long number, long alias,
	  struct host_value *out)
{
	const WCHAR_T *name = kind == FACE_METHOD
				      ? c->object->GetMethodName(number, alias)
				      : c->object->GetPropName(number, alias);

	if (!name)
		return false;
	take_name(out, name);
	services->free((void **)&name);
	return true;
}

bool
face_is_readable(struct face_component *c, long number)
{
	return c->object->IsPropReadable(number);
}

bool
face_is_writable(struct face_component *c, long number)
{
	return c->object->IsPropWritable(number);
}

long
face_n_parameters(struct face_component *c, long number)
{
	return c->object->GetNParams(number);
}

bool
face_has_result(struct face_component *c, long number)
{
	return c->object->HasRetVal(number);
}

bool
face_default(struct face_component *c, long number, long parameter,
	     struct host_value *out)
{
	tVariant v;
	bool ok;

	memset(&v, 0, sizeof v);
	ok = c->object->GetParamDefValue(number, parameter, &v);
	from_variant(out, &v);
	free_variant(&v);
	return ok;
}

// ---- calls ---------------------------------------------------------------------------------

bool
face_get(struct face_component *c, long number, struct host_value *out)
{
	tVariant v;
	bool ok;

	memset(&v, 0, sizeof v);
	ok = c->object->GetPropVal(number, &v);
	from_variant(out, &v);
	free_variant(&v);
	return ok;
}

bool
face_set(struct face_component *c, long number, const struct host_value *in)
{
	tVariant v;
	bool ok;

	to_variant(&v, in);
	ok = c->object->SetPropVal(number, &v);
	free_variant(&v);
	return ok;
}

static bool
call(IComponentBase *object, long number, struct host_value *result,
     tVariant *arguments, long n)
{
	tVariant v;
	bool ok;

	if (!result)
		return object->CallAsProc(number, arguments, n);
	memset(&v, 0, sizeof v);
	ok = object->CallAsFunc(number, &v, arguments, n);
	from_variant(result, &v);
	free_variant(&v);
	return ok;
}

bool
face_call(struct face_component *c, long number, struct host_value *result,
	  struct host_value *arguments, long n)
{
	tVariant *list = (tVariant *)services->take(((size_t)n + 1) * sizeof *list);
	bool ok;

	for (long i = 0; i < n; i++)
		to_variant(&list[i], &arguments[i]);
	ok = call(c->object, number, result, list, n);
	for (long i = 0; i < n; i++) {
		services->give(arguments[i].p);
		from_variant(&arguments[i], &list[i]);
		free_variant(&list[i]);
	}
	services->give(list);
	return ok;
}
