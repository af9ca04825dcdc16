/* com_object.h - an object of a script behind the COM face: three interfaces of one thing.
 * com_object.c: its life; com_language.c: what a script calls. */
#ifndef ZV_ONEC_COM_OBJECT_H
#define ZV_ONEC_COM_OBJECT_H

#include "onec/com_host.h"

struct zv_com_object {
	struct zv_com_init_done init_done;
	struct zv_com_language language;
	struct zv_com_locale locale;
	LONG references;
	struct zv_component *component;
	struct zv_com_host host;
	/* It has asked for what only 8.x knows (ILocale), or answered to it (IPlatformInfo):
	 * 7.7 has no booleans. */
	bool is_8;
};

extern const struct zv_com_language_table zv_com_language;

/* With one reference; NULL: out of memory. */
struct zv_com_object *zv_com_object_new(const struct zv_class *class);
HRESULT zv_com_object_query(struct zv_com_object *o, REFIID iid, void **out);
ULONG zv_com_object_hold(struct zv_com_object *o);
ULONG zv_com_object_release(struct zv_com_object *o);

#endif
