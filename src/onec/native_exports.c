/* native_exports.c - the five functions that a platform looks for in the library. */
#include <pthread.h>

#include "base/buf.h"
#include "onec/classes_named.h"
#include "onec/native_object.h"
#include "onec/text16.h"

#define NAMES_UNITS	  1024
#define CAPABILITIES_LAST 3 /* the newest level known: UserLanguageBase */
#define ATTACH_ANY	  3 /* in 1C's process, or isolated in one of its own */

ZV_NATIVE_EXPORT const zv_unit *GetClassNames(void);
ZV_NATIVE_EXPORT long GetClassObject(const zv_unit *name, void **out);
ZV_NATIVE_EXPORT long DestroyObject(void **object);
ZV_NATIVE_EXPORT int SetPlatformCapabilities(int level);
ZV_NATIVE_EXPORT int GetAttachType(void);

/* ---- classes ----------------------------------------------------------------------------- */

static zv_unit names[NAMES_UNITS];
static pthread_once_t names_once = PTHREAD_ONCE_INIT;

/* Ours, then what an administrator named; NULL: no more. */
static const struct zv_class *
class_at(size_t i)
{
	size_t n = 0;

	while (zv_classes[n])
		n++;
	return i < n ? zv_classes[i] : zv_class_named(i - n);
}

/* What does not fit is left out. */
static void
make_names(void)
{
	const struct zv_class *class;
	size_t at = 0;

	for (size_t i = 0; (class = class_at(i)); i++) {
		struct zv_str name = zvon_str(class->name);

		if (at + name.n + 2 > NAMES_UNITS)
			return;
		if (at)
			names[at++] = '|';
		at += zv_utf16_from_8(names + at, name);
	}
}

const zv_unit *
GetClassNames(void)
{
	pthread_once(&names_once, make_names);
	return names;
}

static const struct zv_class *
find_class(struct zv_str name)
{
	const struct zv_class *class;
	size_t i = 0;

	while ((class = class_at(i)) && !zv_name_equal(zvon_str(class->name), name))
		i++;
	return class;
}

/* ---- objects ------------------------------------------------------------------------------ */

/* 0: there is no such class, or no memory. */
long
GetClassObject(const zv_unit *name, void **out)
{
	const struct zv_class *class = NULL;
	struct zv_buf text = { 0 };

	if (!name || !out)
		return 0;
	if (zv_utf8_from_16(&text, name, zv_utf16_units(name)) == 0)
		class = find_class(zv_buf_str(&text));
	zv_buf_deinit(&text);
	*out = class ? zv_native_object_new(class) : NULL;
	return *out ? 1 : 0;
}

long
DestroyObject(void **object)
{
	if (!object || !*object)
		return -1;
	zv_native_object_free(*object);
	*object = NULL;
	return 0;
}

/* ---- the platform --------------------------------------------------------------------------- */

int
SetPlatformCapabilities(int level)
{
	zv_native_set_capabilities(level);
	return level < CAPABILITIES_LAST ? level : CAPABILITIES_LAST;
}

int
GetAttachType(void)
{
	return ATTACH_ANY;
}
