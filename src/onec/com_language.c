/* com_language.c - ILanguageExtender: what a script reads, writes and calls. A number that is
 * none is S_FALSE; a call that fails is E_FAIL, and the component has told why. */
#include "base/list.h"
#include "onec/com_object.h"
#include "onec/com_variant.h"

enum alias {
	ENGLISH = 0,
	RUSSIAN,
};

static struct zv_com_object *
of_language(struct zv_com_language *l)
{
	return ZV_OWNER(l, struct zv_com_object, language);
}

static struct zv_component *
component_of(struct zv_com_language *l)
{
	return of_language(l)->component;
}

static HRESULT STDMETHODCALLTYPE
language_query(struct zv_com_language *l, REFIID iid, void **out)
{
	return zv_com_object_query(of_language(l), iid, out);
}

static ULONG STDMETHODCALLTYPE
language_hold(struct zv_com_language *l)
{
	return zv_com_object_hold(of_language(l));
}

static ULONG STDMETHODCALLTYPE
language_release(struct zv_com_language *l)
{
	return zv_com_object_release(of_language(l));
}

/* ---- names ---------------------------------------------------------------------------------- */

static HRESULT
give_name(BSTR *out, const char *name)
{
	*out = zv_com_bstr(zvon_str(name));
	return *out ? S_OK : E_OUTOFMEMORY;
}

/* One of a table's two. */
static HRESULT
give_alias(BSTR *out, const char *english, const char *russian, long alias)
{
	*out = NULL;
	if (alias != ENGLISH && alias != RUSSIAN)
		return S_FALSE;
	return give_name(out, alias == RUSSIAN && russian ? russian : english);
}

static HRESULT
give_number(long *out, long number)
{
	*out = number;
	return number < 0 ? S_FALSE : S_OK;
}

static HRESULT STDMETHODCALLTYPE
register_as(struct zv_com_language *l, BSTR *out)
{
	return give_name(out, zv_component_class(component_of(l))->name);
}

/* ---- properties ------------------------------------------------------------------------------ */

static const struct zv_property *
property_of(struct zv_com_language *l, long number)
{
	const struct zv_class *class = zv_component_class(component_of(l));

	return number >= 0 && (size_t)number < class->n_properties
		       ? &class->properties[number]
		       : NULL;
}

static HRESULT STDMETHODCALLTYPE
count_properties(struct zv_com_language *l, long *out)
{
	*out = (long)zv_component_class(component_of(l))->n_properties;
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE
find_property(struct zv_com_language *l, BSTR name, long *out)
{
	struct zv_buf text = { 0 };

	*out = -1;
	if (zv_com_text_from_bstr(&text, name) == 0)
		*out = zv_class_find_property(zv_component_class(component_of(l)),
					      zv_buf_str(&text));
	zv_buf_deinit(&text);
	return give_number(out, *out);
}

static HRESULT STDMETHODCALLTYPE
property_name(struct zv_com_language *l, long number, long alias, BSTR *out)
{
	const struct zv_property *p = property_of(l, number);

	*out = NULL;
	return p ? give_alias(out, p->name, p->russian, alias) : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE
get_property(struct zv_com_language *l, long number, VARIANT *out)
{
	struct zv_value value = { 0 };
	bool ok;

	VariantInit(out);
	ok = zv_component_get(component_of(l), number, &value) &&
	     zv_com_variant_from_value(out, &value, of_language(l)->is_8);
	zv_value_deinit(&value);
	return ok ? S_OK : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE
set_property(struct zv_com_language *l, long number, VARIANT *in)
{
	struct zv_value value = { 0 };
	int rc = zv_com_value_from_variant(&value, in);
	bool ok = rc == 0 && zv_component_set(component_of(l), number, &value);

	zv_value_deinit(&value);
	return ok ? S_OK : rc < 0 ? E_OUTOFMEMORY : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE
is_readable(struct zv_com_language *l, long number, BOOL *out)
{
	const struct zv_property *p = property_of(l, number);

	*out = p && p->get;
	return p ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE
is_writable(struct zv_com_language *l, long number, BOOL *out)
{
	const struct zv_property *p = property_of(l, number);

	*out = p && p->set;
	return p ? S_OK : S_FALSE;
}

/* ---- methods ---------------------------------------------------------------------------------- */

static const struct zv_method *
method_of(struct zv_com_language *l, long number)
{
	return zv_component_method(component_of(l), number);
}

static HRESULT STDMETHODCALLTYPE
count_methods(struct zv_com_language *l, long *out)
{
	*out = (long)zv_component_n_methods(component_of(l));
	return S_OK;
}

static HRESULT STDMETHODCALLTYPE
find_method(struct zv_com_language *l, BSTR name, long *out)
{
	struct zv_buf text = { 0 };

	*out = -1;
	if (zv_com_text_from_bstr(&text, name) == 0)
		*out = zv_component_find_method(component_of(l), zv_buf_str(&text));
	zv_buf_deinit(&text);
	return give_number(out, *out);
}

static HRESULT STDMETHODCALLTYPE
method_name(struct zv_com_language *l, long number, long alias, BSTR *out)
{
	const struct zv_method *m = method_of(l, number);

	*out = NULL;
	return m ? give_alias(out, m->name, m->russian, alias) : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE
count_parameters(struct zv_com_language *l, long number, long *out)
{
	const struct zv_method *m = method_of(l, number);

	*out = m ? (long)m->n_arguments : 0;
	return m ? S_OK : S_FALSE;
}

static const struct zv_argument_row *
argument_of(struct zv_com_language *l, long number, long parameter)
{
	const struct zv_method *m = method_of(l, number);

	return m && parameter >= 0 && (size_t)parameter < m->n_arguments
		       ? &m->arguments[parameter]
		       : NULL;
}

/* As the table has it, a text; what it stands for is read when the method is called. A value
 * that is only written may be left out, too. */
static HRESULT STDMETHODCALLTYPE
default_value(struct zv_com_language *l, long number, long parameter, VARIANT *out)
{
	const struct zv_argument_row *row = argument_of(l, number, parameter);
	struct zv_value value = { 0 };
	bool ok;

	VariantInit(out);
	if (!row)
		return S_FALSE;
	if (!row->fallback)
		return S_OK;
	ok = zv_value_set_text(&value, zvon_str(row->fallback)) == 0 &&
	     zv_com_variant_from_value(out, &value, of_language(l)->is_8);
	zv_value_deinit(&value);
	return ok ? S_OK : E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE
has_value(struct zv_com_language *l, long number, BOOL *out)
{
	const struct zv_method *m = method_of(l, number);

	*out = m && !m->is_procedure;
	return m ? S_OK : S_FALSE;
}

/* ---- calls ------------------------------------------------------------------------------------ */

/* One more than a method can have: the component tells that they are too many. */
struct arguments {
	struct zv_value values[ZV_METHOD_ARGUMENTS + 1];
	size_t n;
};

static void
free_arguments(struct arguments *a)
{
	for (size_t i = 0; i < a->n; i++)
		zv_value_deinit(&a->values[i]);
}

static HRESULT
read_arguments(struct arguments *a, SAFEARRAY **array)
{
	long n = zv_com_n_arguments(array);

	if (n < 0)
		return E_INVALIDARG;
	for (; a->n < (size_t)n && a->n <= ZV_METHOD_ARGUMENTS; a->n++)
		if (zv_com_argument_get(*array, a->n, &a->values[a->n]) < 0)
			return E_OUTOFMEMORY;
	return S_OK;
}

/* What the method wrote; the others stay as the script gave them. */
static bool
write_arguments(const struct zv_method *m, struct arguments *a, SAFEARRAY **array,
		bool is_8)
{
	bool ok = true;

	for (size_t i = 0; i < m->n_arguments && i < a->n && ok; i++)
		if (m->arguments[i].want == ZV_WANT_OUT)
			ok = zv_com_argument_put(*array, i, &a->values[i], is_8);
	return ok;
}

static HRESULT
run(struct zv_com_object *o, long number, struct arguments *a, VARIANT *result,
    SAFEARRAY **array)
{
	const struct zv_method *m = zv_component_method(o->component, number);
	struct zv_value value = { 0 };
	HRESULT hr = S_OK;

	if (!zv_component_call(o->component, number, a->values, a->n, &value))
		hr = E_FAIL;
	else if ((m && !write_arguments(m, a, array, o->is_8)) ||
		 (result && !zv_com_variant_from_value(result, &value, o->is_8)))
		hr = E_OUTOFMEMORY;
	zv_value_deinit(&value);
	return hr;
}

/* result: NULL in a procedure. */
static HRESULT
call(struct zv_com_object *o, long number, VARIANT *result, SAFEARRAY **array)
{
	struct arguments a = { 0 };
	HRESULT hr;

	zv_com_object_hold(o);
	hr = read_arguments(&a, array);
	if (SUCCEEDED(hr))
		hr = run(o, number, &a, result, array);
	free_arguments(&a);
	zv_com_object_release(o);
	return hr;
}

static HRESULT STDMETHODCALLTYPE
call_procedure(struct zv_com_language *l, long number, SAFEARRAY **array)
{
	return call(of_language(l), number, NULL, array);
}

static HRESULT STDMETHODCALLTYPE
call_function(struct zv_com_language *l, long number, VARIANT *result,
	      SAFEARRAY **array)
{
	if (result)
		VariantInit(result);
	return call(of_language(l), number, result, array);
}

const struct zv_com_language_table zv_com_language = {
	.QueryInterface = language_query,
	.AddRef = language_hold,
	.Release = language_release,
	.RegisterExtensionAs = register_as,
	.GetNProps = count_properties,
	.FindProp = find_property,
	.GetPropName = property_name,
	.GetPropVal = get_property,
	.SetPropVal = set_property,
	.IsPropReadable = is_readable,
	.IsPropWritable = is_writable,
	.GetNMethods = count_methods,
	.FindMethod = find_method,
	.GetMethodName = method_name,
	.GetNParams = count_parameters,
	.GetParamDefValue = default_value,
	.HasRetVal = has_value,
	.CallAsProc = call_procedure,
	.CallAsFunc = call_function,
};
