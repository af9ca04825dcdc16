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
	return name.n && (zv_name_equal(zvon_str(english), name) ||
			  zv_name_equal(zvon_str(russian), name) ||
			  (aliases && is_alias(aliases, name)));
}

long
zv_methods_find(const struct zv_method *methods, size_t n, struct zv_str name)
{
	for (size_t i = 0; i < n; i++)
		if (is_called(methods[i].name, methods[i].russian, methods[i].aliases,
			      name))
			return (long)i;
	return -1;
}

long
zv_class_find_method(const struct zv_class *class, struct zv_str name)
{
	return zv_methods_find(class->methods, class->n_methods, name);
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
