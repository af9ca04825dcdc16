/* What a script calls: methods and properties, and how their errors reach it. */
#include "base/err.h"
#include "onec/arguments.h"
#include "onec/component_impl.h"

static enum zv_language
language_of(const struct zv_component *c)
{
	return zv_component_is_russian(c) ? ZV_RUSSIAN : ZV_ENGLISH;
}

/* ---- errors ------------------------------------------------------------------------------ */

static int
fail_stopped(struct zv_component *c, struct zv_error *err)
{
	return zv_fail(err, ZV_ECLOSED,
		       zv_component_is_russian(c)
			       ? "компонента остановлена: создайте новый объект"
			       : "the component is stopped: create a new object");
}

static int
fail_unknown(struct zv_component *c, long number, struct zv_error *err)
{
	return zv_fail(err, ZV_ENOTFOUND,
		       zv_component_is_russian(c)
			       ? "нет метода или свойства с номером %ld"
			       : "there is no method or property number %ld",
		       number);
}

/* A function that failed without a word. */
static void
give_words(struct zv_component *c, int rc, struct zv_error *err)
{
	if (rc == ZV_ENOMEM)
		zv_fail(err, rc,
			zv_component_is_russian(c) ? "не хватает памяти"
						   : "out of memory");
	else
		zv_fail(err, rc,
			zv_component_is_russian(c) ? "не удалось (%s)" : "failed (%s)",
			zvon_err_name(rc));
}

/* The script gets an exception. false, for short. */
static bool
raise_error(struct zv_component *c, const struct zv_error *err)
{
	zv_component_set_error(c, err);
	if (c->host && c->host->raise && !zv_bridge_is_stopped(c))
		c->host->raise(c->face, zvon_str(c->class->name), zvon_str(err->text));
	return false;
}

/* ---- methods ------------------------------------------------------------------------------ */

/* Of the function, not of the script's arguments. */
static bool
end_failed(struct zv_component *c, const struct zv_error *err, struct zv_value *result)
{
	if (c->class->errors == ZV_ERRORS_RAISE)
		return raise_error(c, err);
	zv_component_set_error(c, err);
	zv_value_set_bool(result, false);
	return true;
}

static bool
run(struct zv_component *c, const struct zv_method *m, struct zv_value *arguments,
    struct zv_value *result)
{
	struct zv_error err = { 0 };
	int rc = m->call(c, m, arguments, result, &err);

	if (rc >= 0)
		return true;
	give_words(c, rc, &err);
	zv_value_deinit(result);
	return end_failed(c, &err, result);
}

static void
free_values(struct zv_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		zv_value_deinit(&values[i]);
}

static bool
call_method(struct zv_component *c, const struct zv_method *m,
	    struct zv_value *arguments, size_t n, struct zv_value *result)
{
	struct zv_value read[ZV_METHOD_ARGUMENTS] = { 0 };
	struct zv_error err = { 0 };
	bool ok;

	if (zv_call_read_arguments(m, arguments, n, read, language_of(c), &err) < 0) {
		ok = raise_error(c, &err);
	} else {
		ok = run(c, m, read, result);
		if (ok)
			zv_call_give_back(m, read, arguments, n);
	}
	free_values(read, m->n_arguments);
	return ok;
}

bool
zv_component_call(struct zv_component *c, long method, struct zv_value *arguments,
		  size_t n, struct zv_value *result)
{
	const struct zv_method *m = zv_component_method(c, method);
	struct zv_error err = { 0 };
	bool ok;

	zv_component_hold(c); /* the handler of an event may free it meanwhile */
	if (zv_bridge_is_stopped(c) && fail_stopped(c, &err) < 0)
		ok = raise_error(c, &err);
	else if (!m && fail_unknown(c, method, &err) < 0)
		ok = raise_error(c, &err);
	else
		ok = call_method(c, m, arguments, n, result);
	zv_component_drop(c);
	return ok;
}

/* ---- properties --------------------------------------------------------------------------- */

static const struct zv_property *
find_property(struct zv_component *c, long number, struct zv_error *err)
{
	if (number >= 0 && (unsigned long)number < c->class->n_properties)
		return &c->class->properties[number];
	fail_unknown(c, number, err);
	return NULL;
}

static const char *
name_of(const struct zv_component *c, const struct zv_property *p)
{
	return zv_component_is_russian(c) && p->russian ? p->russian : p->name;
}

static bool
end_property(struct zv_component *c, int rc, struct zv_error *err)
{
	if (rc >= 0)
		return true;
	give_words(c, rc, err);
	return raise_error(c, err);
}

bool
zv_component_get(struct zv_component *c, long property, struct zv_value *out)
{
	struct zv_error err = { 0 };
	const struct zv_property *p = find_property(c, property, &err);
	int rc = err.code;

	if (p && p->get)
		rc = p->get(c, out, &err);
	else if (p)
		rc = zv_fail(&err, ZV_EINVAL,
			     zv_component_is_russian(c)
				     ? "%s: свойство нельзя прочитать"
				     : "%s: the property cannot be read",
			     name_of(c, p));
	if (rc < 0)
		zv_value_deinit(out);
	return end_property(c, rc, &err);
}

static int
set_property(struct zv_component *c, const struct zv_property *p,
	     const struct zv_value *in, struct zv_error *err)
{
	if (in->bytes.n <= ZV_VALUE_TEXT_MAX)
		return p->set(c, in, err);
	return zv_fail(err, ZV_ETOOBIG,
		       zv_component_is_russian(c)
			       ? "%s: значение длиннее %zu байт"
			       : "%s: the value is longer than %zu bytes",
		       name_of(c, p), ZV_VALUE_TEXT_MAX);
}

bool
zv_component_set(struct zv_component *c, long property, const struct zv_value *in)
{
	struct zv_error err = { 0 };
	const struct zv_property *p = find_property(c, property, &err);
	int rc = err.code;

	if (p && p->set)
		rc = set_property(c, p, in, &err);
	else if (p)
		rc = zv_fail(&err, ZV_EINVAL,
			     zv_component_is_russian(c)
				     ? "%s: свойство только для чтения"
				     : "%s: the property is read-only",
			     name_of(c, p));
	return end_property(c, rc, &err);
}
