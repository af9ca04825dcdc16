#include "onec/native_object.h"

#include "base/buf.h"
#include "base/mem.h"
#include "onec/text16.h"

#define TECHNOLOGY 2000 /* version 2 of the interface, and not of the component */

ZV_NATIVE_DESTRUCTOR(delete_init_done, ZV_BASE_INIT_DONE)
ZV_NATIVE_DESTRUCTOR(delete_locale, ZV_BASE_LOCALE)
ZV_NATIVE_DESTRUCTOR(delete_user_language, ZV_BASE_USER_LANGUAGE)

/* ---- IInitDoneBase ----------------------------------------------------------------------- */

static struct zv_native_object *
of_init_done(void *base)
{
	return zv_native_object_of(base, ZV_BASE_INIT_DONE);
}

/* Never called by some hosts: then there are no events and no exceptions' texts. */
static bool ZV_NATIVE_CALL
init(void *base, struct zv_native_platform *platform)
{
	struct zv_native_object *o = of_init_done(base);

	if (!platform)
		return false;
	o->platform = platform;
	zv_component_attach(o->component, &zv_native_host, o);
	return true;
}

/* Before or after init. */
static bool ZV_NATIVE_CALL
set_memory(void *base, struct zv_native_memory *memory)
{
	of_init_done(base)->memory = memory;
	return memory != NULL;
}

static long ZV_NATIVE_CALL
info(void *base)
{
	return TECHNOLOGY;
}

/* No thread of ours calls the platform when it has returned. */
static void ZV_NATIVE_CALL
done(void *base)
{
	struct zv_native_object *o = of_init_done(base);

	zv_component_stop(o->component);
	o->platform = NULL;
}

static const struct zv_native_init_done init_done_table = {
	ZV_NATIVE_HEAD_OF(delete_init_done, ZV_BASE_INIT_DONE),
	.init = init,
	.set_memory = set_memory,
	.info = info,
	.done = done,
};

/* ---- LocaleBase, UserLanguageBase ---------------------------------------------------------- */

#define LOCALE_UNITS 32 /* "ru_RU.UTF-8" is one of the long ones */

static void
set_language(struct zv_component *c, const zv_unit *name)
{
	struct zv_buf text = { 0 };
	size_t n = zv_utf16_units(name);

	if (n <= LOCALE_UNITS && zv_utf8_from_16(&text, name, n) == 0)
		zv_component_set_locale(c, zv_buf_str(&text));
	zv_buf_deinit(&text);
}

/* Never setlocale(): the process is the platform's. */
static void ZV_NATIVE_CALL
set_locale(void *base, const zv_unit *name)
{
	set_language(zv_native_object_of(base, ZV_BASE_LOCALE)->component, name);
}

static void ZV_NATIVE_CALL
set_user_language(void *base, const zv_unit *code)
{
	set_language(zv_native_object_of(base, ZV_BASE_USER_LANGUAGE)->component, code);
}

static const struct zv_native_locale locale_table = {
	ZV_NATIVE_HEAD_OF(delete_locale, ZV_BASE_LOCALE),
	.set = set_locale,
};

static const struct zv_native_user_language user_language_table = {
	ZV_NATIVE_HEAD_OF(delete_user_language, ZV_BASE_USER_LANGUAGE),
	.set = set_user_language,
};

/* ---- life ---------------------------------------------------------------------------------- */

struct zv_native_object *
zv_native_object_new(const struct zv_class *class)
{
	struct zv_native_object *o = zv_calloc(1, sizeof *o);

	if (!o)
		return NULL;
	o->component = zv_component_new(class);
	if (!o->component) {
		zv_free(o);
		return NULL;
	}
	o->tables[ZV_BASE_INIT_DONE] = ZV_NATIVE_TABLE(&init_done_table);
	o->tables[ZV_BASE_LANGUAGE] = ZV_NATIVE_TABLE(&zv_native_language);
	o->tables[ZV_BASE_LOCALE] = ZV_NATIVE_TABLE(&locale_table);
	o->tables[ZV_BASE_USER_LANGUAGE] = ZV_NATIVE_TABLE(&user_language_table);
	return o;
}

void
zv_native_object_free(struct zv_native_object *o)
{
	if (!o)
		return;
	zv_component_free(o->component);
	zv_free(o);
}
