#include "onec/class.h"

#include "base/str.h"
#include "onec/text16.h"

static bool
is_alias(const char *aliases, struct zv_str name)
{
	struct zv_str rest = zvon_str(aliases), alias;

	while (zv_str_split(&rest, '|', &alias))
		if (zv_name_equal(alias, name))
			return true;
	return false;
}

static bool
is_called(const char *english, const char *russian, const char *aliases,
	  struct zv_str name)
{
	return zv_name_equal(zvon_str(english), name) ||
	       zv_name_equal(zvon_str(russian), name) ||
	       (aliases && is_alias(aliases, name));
}

long
zv_class_find_method(const struct zv_class *class, struct zv_str name)
{
	for (size_t i = 0; i < class->n_methods; i++) {
		const struct zv_method *m = &class->methods[i];

		if (is_called(m->name, m->russian, m->aliases, name))
			return (long)i;
	}
	return -1;
}

long
zv_class_find_property(const struct zv_class *class, struct zv_str name)
{
	for (size_t i = 0; i < class->n_properties; i++) {
		const struct zv_property *p = &class->properties[i];

		if (is_called(p->name, p->russian, p->aliases, name))
			return (long)i;
	}
	return -1;
}
