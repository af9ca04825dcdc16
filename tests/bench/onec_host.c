#include "onec_host.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1024

static void *library;
static char library_path[1024];
static const zv_unit *(*get_class_names)(void);
static long (*get_class_object)(const zv_unit *name, void **out);
static long (*destroy_object)(void **object);

/* ---- texts: ours are ASCII ------------------------------------------------------------------ */

static size_t
to_16(zv_unit *out, const char *text)
{
	size_t n = 0;

	for (; text[n] && n + 1 < TEXT_MAX; n++)
		out[n] = (unsigned char)text[n];
	out[n] = 0;
	return n;
}

static void
to_8(char *out, size_t room, const zv_unit *text)
{
	size_t n = 0;

	for (; text && text[n] && n + 1 < room; n++)
		out[n] = text[n] < 0x80 ? (char)text[n] : '?';
	out[n] = '\0';
}

/* ---- what the platform gives ---------------------------------------------------------------- */

static bool
take_memory(struct zv_native_memory *m, void **p, unsigned long bytes)
{
	return (*p = malloc(bytes)) != NULL;
}

static void
free_memory(struct zv_native_memory *m, void **p)
{
	free(*p);
	*p = NULL;
}

static char last_error[TEXT_MAX];

static bool
add_error(struct zv_native_platform *p, unsigned short kind, const zv_unit *source,
	  const zv_unit *text, long code)
{
	to_8(last_error, sizeof last_error, text);
	return true;
}

const char *
onec_last_error(void)
{
	return last_error;
}

static bool
set_event_depth(struct zv_native_platform *p, long depth)
{
	return true;
}

static long
event_depth(struct zv_native_platform *p)
{
	return 1000;
}

static bool
external_event(struct zv_native_platform *p, zv_unit *source, zv_unit *name,
	       zv_unit *data)
{
	struct onec_object *o = (struct onec_object *)p;

	o->on_event(o->user, source, name, data);
	return true;
}

static void
clean_events(struct zv_native_platform *p)
{
}

static const struct zv_native_memory_table memory_table = {
	.alloc = take_memory,
	.free = free_memory,
};

static const struct zv_native_platform_table platform_table = {
	.add_error = add_error,
	.set_event_depth = set_event_depth,
	.event_depth = event_depth,
	.external_event = external_event,
	.clean_events = clean_events,
};

/* ---- the component's tables -------------------------------------------------------------------- */

/* The object begins with the addresses of its four tables, behind their hidden words. */
#define TABLE(type, object, number)                                                    \
 ((const type *)(((char **)(object))[number] - offsetof(type, ZV_NATIVE_FIRST)))

const struct zv_native_language *
onec_language(const struct onec_object *o)
{
	return TABLE(struct zv_native_language, o->it, 1);
}

void *
onec_base(const struct onec_object *o)
{
	return (void **)o->it + 1;
}

/* ---- life -------------------------------------------------------------------------------------- */

static void *
find(const char *name)
{
	void *p = dlsym(library, name);

	if (!p) {
		fprintf(stderr, "onec: %s is not exported\n", name);
		exit(1);
	}
	return p;
}

void
onec_load(const char *path)
{
	snprintf(library_path, sizeof library_path, "%s", path);
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		fprintf(stderr, "onec: %s\n", dlerror());
		exit(1);
	}
	get_class_names = (const zv_unit *(*)(void))(intptr_t)find("GetClassNames");
	get_class_object =
		(long (*)(const zv_unit *, void **))(intptr_t)find("GetClassObject");
	destroy_object = (long (*)(void **))(intptr_t)find("DestroyObject");
}

bool
onec_unload(void)
{
	void *again;

	dlclose(library);
	again = dlopen(library_path, RTLD_LAZY | RTLD_NOLOAD);
	if (again)
		dlclose(again);
	return !again;
}

void
onec_class_names(char *out, size_t room)
{
	to_8(out, room, get_class_names());
}

bool
onec_open(struct onec_object *o, const char *class, onec_event_fn on_event, void *user)
{
	const struct zv_native_init_done *init;
	zv_unit name[TEXT_MAX];

	*o = (struct onec_object){
		.platform.table = &platform_table,
		.memory.table = &memory_table,
		.on_event = on_event,
		.user = user,
	};
	to_16(name, class);
	if (!get_class_object(name, &o->it) || !o->it)
		return false;
	init = TABLE(struct zv_native_init_done, o->it, 0);
	init->set_memory(o->it, &o->memory);
	if (!init->init(o->it, &o->platform))
		return false;
	to_16(name, "en_US"); /* its errors are ASCII then */
	TABLE(struct zv_native_locale, o->it, 2)->set((void **)o->it + 2, name);
	return true;
}

void
onec_close(struct onec_object *o)
{
	TABLE(struct zv_native_init_done, o->it, 0)->done(o->it);
	destroy_object(&o->it);
}

/* ---- calls --------------------------------------------------------------------------------------- */

struct zv_variant
onec_text(const char *text)
{
	struct zv_variant v;

	memset(&v, 0, sizeof v);
	v.type = ZV_VT_PWSTR;
	v.text.p = malloc(TEXT_MAX * sizeof *v.text.p);
	v.text.n = (uint32_t)to_16(v.text.p, text);
	return v;
}

struct zv_variant
onec_number(int number)
{
	struct zv_variant v;

	memset(&v, 0, sizeof v);
	v.type = ZV_VT_I4;
	v.i4 = number;
	return v;
}

void
onec_forget(struct zv_variant *v)
{
	if (v->type == ZV_VT_PWSTR || v->type == ZV_VT_PSTR || v->type == ZV_VT_BLOB)
		free(v->text.p);
	memset(v, 0, sizeof *v);
}

bool
onec_call(struct onec_object *o, const char *method, struct zv_variant *arguments,
	  long n)
{
	struct zv_variant result;
	zv_unit name[TEXT_MAX];
	long number;
	bool ok;

	memset(&result, 0, sizeof result);
	to_16(name, method);
	number = onec_language(o)->find_method(onec_base(o), name);
	ok = number >= 0 && onec_language(o)->call_function(onec_base(o), number,
							    &result, arguments, n);
	onec_forget(&result);
	return ok;
}

bool
onec_set(struct onec_object *o, const char *property, const char *text)
{
	struct zv_variant v = onec_text(text);
	zv_unit name[TEXT_MAX];
	long number;
	bool ok;

	to_16(name, property);
	number = onec_language(o)->find_property(onec_base(o), name);
	ok = number >= 0 && onec_language(o)->set(onec_base(o), number, &v);
	onec_forget(&v);
	return ok;
}

void
onec_name(const zv_unit *name, char *out, size_t room)
{
	to_8(out, room, name);
	free((void *)(uintptr_t)name);
}
