/* native_language.c - ILanguageExtenderBase: what a script reads, writes and calls. */
#include "base/buf.h"
#include "onec/native_object.h"
#include "onec/native_variant.h"
#include "onec/text16.h"

ZV_NATIVE_DESTRUCTOR(delete_language, ZV_BASE_LANGUAGE)

enum alias {
	ENGLISH = 0,
	RUSSIAN,
};

static struct zv_native_object *
of_language(void *base)
{
	return zv_native_object_of(base, ZV_BASE_LANGUAGE);
}

static struct zv_component *
component_of(void *base)
{
	return of_language(base)->component;
}

static const struct zv_class *
class_of(void *base)
{
	return zv_component_class(component_of(base));
}

/* ---- names -------------------------------------------------------------------------------- */

static zv_unit *
give_name(void *base, const char *name)
{
	return zv_native_text(zvon_str(name), of_language(base)->memory, NULL);
}

/* One of a table's two; the platform frees it. */
static const zv_unit *
give_alias(void *base, const char *english, const char *russian, long alias)
{
	if (alias != ENGLISH && alias != RUSSIAN)
		return NULL;
	return give_name(base, alias == RUSSIAN && russian ? russian : english);
}

static bool ZV_NATIVE_CALL
register_as(void *base, zv_unit **name)
{
	*name = give_name(base, class_of(base)->name);
	return *name != NULL;
}

/* The number of what a script calls so, by that function; -1: there is none. */
static long
find(void *base, const zv_unit *name, long (*by)(void *base, struct zv_str name))
{
	struct zv_buf text = { 0 };
	long found = -1;

	if (zv_utf8_from_16(&text, name, zv_utf16_units(name)) == 0)
		found = by(base, zv_buf_str(&text));
	zv_buf_deinit(&text);
	return found;
}

/* ---- properties ----------------------------------------------------------------------------- */

static const struct zv_property *
property_of(void *base, long number)
{
	const struct zv_class *class = class_of(base);

	return number >= 0 && (unsigned long)number < class->n_properties
		       ? &class->properties[number]
		       : NULL;
}

static long ZV_NATIVE_CALL
n_properties(void *base)
{
	return (long)class_of(base)->n_properties;
}

static long
property_called(void *base, struct zv_str name)
{
	return zv_class_find_property(class_of(base), name);
}

static long ZV_NATIVE_CALL
find_property(void *base, const zv_unit *name)
{
	return find(base, name, property_called);
}

static const zv_unit *ZV_NATIVE_CALL
property_name(void *base, long number, long alias)
{
	const struct zv_property *p = property_of(base, number);

	return p ? give_alias(base, p->name, p->russian, alias) : NULL;
}

static bool ZV_NATIVE_CALL
get(void *base, long number, struct zv_variant *out)
{
	struct zv_native_object *o = of_language(base);
	struct zv_value value = { 0 };
	bool ok = zv_component_get(o->component, number, &value);

	/* also when it failed: what came in is not the platform's to free */
	ok = zv_variant_write(out, &value, o->memory) && ok;
	zv_value_deinit(&value);
	return ok;
}

static bool ZV_NATIVE_CALL
set(void *base, long number, struct zv_variant *in)
{
	struct zv_value value = { 0 };
	bool ok = zv_variant_read(in, &value) == 0 &&
		  zv_component_set(component_of(base), number, &value);

	zv_value_deinit(&value);
	return ok;
}

static bool ZV_NATIVE_CALL
is_readable(void *base, long number)
{
	const struct zv_property *p = property_of(base, number);

	return p && p->get;
}

static bool ZV_NATIVE_CALL
is_writable(void *base, long number)
{
	const struct zv_property *p = property_of(base, number);

	return p && p->set;
}

/* ---- methods --------------------------------------------------------------------------------- */

static const struct zv_method *
method_of(void *base, long number)
{
	return zv_component_method(component_of(base), number);
}

static long ZV_NATIVE_CALL
n_methods(void *base)
{
	return (long)zv_component_n_methods(component_of(base));
}

static long
method_called(void *base, struct zv_str name)
{
	return zv_component_find_method(component_of(base), name);
}

static long ZV_NATIVE_CALL
find_method(void *base, const zv_unit *name)
{
	return find(base, name, method_called);
}

static const zv_unit *ZV_NATIVE_CALL
method_name(void *base, long number, long alias)
{
	const struct zv_method *m = method_of(base, number);

	return m ? give_alias(base, m->name, m->russian, alias) : NULL;
}

static long ZV_NATIVE_CALL
n_parameters(void *base, long number)
{
	const struct zv_method *m = method_of(base, number);

	return m ? (long)m->n_arguments : 0;
}

static const char *
fallback_of(const struct zv_method *m, long parameter)
{
	return m && parameter >= 0 && (unsigned long)parameter < m->n_arguments
		       ? m->arguments[parameter].fallback
		       : NULL;
}

/* As the table has it, a text; what it stands for is read when the method is called. None is
 * EMPTY and true: so the guide, and hosts take false for the same. */
static bool ZV_NATIVE_CALL
default_value(void *base, long number, long parameter, struct zv_variant *out)
{
	struct zv_native_object *o = of_language(base);
	const char *fallback = fallback_of(method_of(base, number), parameter);
	struct zv_value value = { 0 };
	bool ok = !fallback || zv_value_set_text(&value, zvon_str(fallback)) == 0;

	ok = zv_variant_write(out, &value, o->memory) && ok;
	zv_value_deinit(&value);
	return ok;
}

static bool ZV_NATIVE_CALL
has_result(void *base, long number)
{
	const struct zv_method *m = method_of(base, number);

	return m && !m->is_procedure;
}

/* ---- calls ------------------------------------------------------------------------------------ */

/* One more than a method can have: the component tells that they are too many. */
struct arguments {
	struct zv_value values[ZV_METHOD_ARGUMENTS + 1];
	size_t n;
};

static bool
read_arguments(struct arguments *a, const struct zv_variant *given, long n)
{
	if (n < 0 || (n > 0 && !given))
		return false;
	for (; a->n < (unsigned long)n && a->n <= ZV_METHOD_ARGUMENTS; a->n++)
		if (zv_variant_read(&given[a->n], &a->values[a->n]) < 0)
			return false;
	return true;
}

static bool
write_argument(struct zv_variant *given, const struct zv_value *value,
	       struct zv_native_memory *memory)
{
	struct zv_variant out;

	if (!zv_variant_write(&out, value, memory))
		return false;
	zv_variant_release(given, memory);
	*given = out;
	return true;
}

/* What the method wrote; the others stay as the script gave them. */
static bool
write_arguments(struct zv_native_object *o, long number, const struct arguments *a,
		struct zv_variant *given)
{
	const struct zv_method *m = zv_component_method(o->component, number);
	bool ok = true;

	for (size_t i = 0; m && i < m->n_arguments && i < a->n && ok; i++)
		if (m->arguments[i].want == ZV_WANT_OUT)
			ok = write_argument(&given[i], &a->values[i], o->memory);
	return ok;
}

static void
free_arguments(struct arguments *a)
{
	for (size_t i = 0; i < a->n; i++)
		zv_value_deinit(&a->values[i]);
}

/* result: zeroed. */
static bool
call(struct zv_native_object *o, long number, struct zv_variant *given, long n,
     struct zv_value *result)
{
	struct arguments a = { 0 };
	bool ok = read_arguments(&a, given, n) &&
		  zv_component_call(o->component, number, a.values, a.n, result) &&
		  write_arguments(o, number, &a, given);

	free_arguments(&a);
	return ok;
}

static bool ZV_NATIVE_CALL
call_procedure(void *base, long number, struct zv_variant *arguments, long n)
{
	struct zv_value result = { 0 };
	bool ok = call(of_language(base), number, arguments, n, &result);

	zv_value_deinit(&result);
	return ok;
}

static bool ZV_NATIVE_CALL
call_function(void *base, long number, struct zv_variant *out,
	      struct zv_variant *arguments, long n)
{
	struct zv_native_object *o = of_language(base);
	struct zv_value result = { 0 };
	bool ok = call(o, number, arguments, n, &result);

	if (!ok)
		zv_value_deinit(&result);
	ok = zv_variant_write(out, &result, o->memory) && ok;
	zv_value_deinit(&result);
	return ok;
}

const struct zv_native_language zv_native_language = {
	ZV_NATIVE_HEAD_OF(delete_language, ZV_BASE_LANGUAGE),
	.register_as = register_as,
	.n_properties = n_properties,
	.find_property = find_property,
	.property_name = property_name,
	.get = get,
	.set = set,
	.is_readable = is_readable,
	.is_writable = is_writable,
	.n_methods = n_methods,
	.find_method = find_method,
	.method_name = method_name,
	.n_parameters = n_parameters,
	.default_value = default_value,
	.has_result = has_result,
	.call_procedure = call_procedure,
	.call_function = call_function,
};
