/* native_object.h - an object of a class behind the Native API: IComponentBase, which is four
 * base classes, each with a table of its own. A method called by the n-th of them gets the
 * address of the n-th pointer. */
#ifndef ZV_ONEC_NATIVE_OBJECT_H
#define ZV_ONEC_NATIVE_OBJECT_H

#include "onec/component.h"
#include "onec/native_abi.h"

enum zv_native_base {
	ZV_BASE_INIT_DONE = 0,
	ZV_BASE_LANGUAGE,
	ZV_BASE_LOCALE,
	ZV_BASE_USER_LANGUAGE, /* platforms before 8.3.21 do not look at it */
	ZV_BASES
};

struct zv_native_object {
	const void *tables[ZV_BASES];
	struct zv_component *component;
	struct zv_native_memory *memory;     /* NULL: not told yet */
	struct zv_native_platform *platform; /* NULL: before Init, after Done */
};

static inline struct zv_native_object *
zv_native_object_of(void *base, enum zv_native_base which)
{
	return (struct zv_native_object *)((void **)base - which);
}

struct zv_native_object *zv_native_object_new(const struct zv_class *class);
void zv_native_object_free(struct zv_native_object *o); /* NULL is fine */

/* The destructors of the four bases: they all delete the whole object. */
#ifdef _WIN32
/* Microsoft's "scalar deleting destructor": bit 0 asks for the memory, too. */
# define ZV_NATIVE_DESTRUCTOR(name, which)                                             \
  static void *ZV_NATIVE_THIS name(void *base, unsigned flags)                         \
  {                                                                                    \
   if (flags & 1)                                                                      \
    zv_native_object_free(zv_native_object_of(base, which));                           \
   return base;                                                                        \
  }
# define ZV_NATIVE_HEAD_OF(name, which) .destructor = name
#else
# define ZV_NATIVE_DESTRUCTOR(name, which)                                             \
  static void name##_complete(void *base)                                              \
  {                                                                                    \
   (void)base;                                                                         \
  }                                                                                    \
  static void name(void *base)                                                         \
  {                                                                                    \
   zv_native_object_free(zv_native_object_of(base, which));                            \
  }
# define ZV_NATIVE_HEAD_OF(name, which)                                                \
  .to_top = -(ptrdiff_t)((which) * sizeof(void *)), .destructor = name##_complete,     \
  .deleting_destructor = name
#endif

extern const struct zv_native_language zv_native_language; /* native_language.c */

/* native_host.c: what the component is given of the platform; `face` is the object. */
extern const struct zv_host zv_native_host;

/* What SetPlatformCapabilities was called with; 0: it was not. */
void zv_native_set_capabilities(int level);
int zv_native_capabilities(void);

#endif
