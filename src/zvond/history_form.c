#include "zvond/history_form.h"

#include "base/err.h"
#include "base/str.h"
#include "http/request.h"
#include "json/reader.h"

#define NAME_MAX_BYTES 32 /* of what we know, and more */

/* ---- one value -------------------------------------------------------------------------- */

static int
set_client_id(struct zv_buf *client_id, struct zv_str value, struct zv_error *err)
{
	if (client_id->n)
		return zv_fail(err, ZV_EINVAL, "CLIENT_ID stands there twice");
	if (value.n > ZV_CLIENT_ID_MAX)
		return zv_fail(err, ZV_ETOOBIG, "CLIENT_ID: longer than %d bytes",
			       ZV_CLIENT_ID_MAX);
	return zv_buf_add(client_id, value) < 0 ? zv_fail_nomem(err) : 0;
}

/* Of a body: the old contract writes its names in capitals. */
static int
set_member(struct zv_history_asked *a, struct zv_str name, struct zv_str value,
	   struct zv_buf *client_id, struct zv_error *err)
{
	char lower[NAME_MAX_BYTES];
	size_t n = name.n < sizeof lower ? name.n : sizeof lower;

	if (zvon_str_equal_nocase(name, ZV_STR("CLIENT_ID")))
		return set_client_id(client_id, value, err);
	if (zvon_str_equal_nocase(name, ZV_STR("N")))
		return zv_history_asked_set(a, ZV_STR("number"), value, err);
	for (size_t i = 0; i < n; i++)
		lower[i] = (char)zv_lower((unsigned char)name.p[i]);
	return zv_history_asked_set(a, (struct zv_str){ lower, n }, value, err);
}

/* ---- NAME=VALUE&… ------------------------------------------------------------------------- */

/* client_id NULL: a query, where it has no place. */
static int
read_pairs(struct zv_history_asked *a, struct zv_str pairs, struct zv_buf *client_id,
	   struct zv_error *err)
{
	struct zv_buf name = { 0 }, value = { .secret = true };
	struct zv_str rest = pairs;
	int rc, set = 0;

	while (set == 0 && (rc = zv_http_query_next(&rest, &name, &value)) > 0) {
		struct zv_str key = zv_buf_str(&name), text = zv_buf_str(&value);

		if (client_id)
			set = set_member(a, key, text, client_id, err);
		else if (!zvon_str_equal(key, ZV_STR("token")))
			set = zv_history_asked_set(a, key, text, err);
	}
	if (set == 0 && rc == ZV_ENOMEM)
		set = zv_fail_nomem(err);
	else if (set == 0 && rc < 0)
		set = zv_fail(err, ZV_EINVAL, "byte %zu: a bad %% escape, or no UTF-8",
			      (rest.p ? pairs.n - rest.n : pairs.n));
	zv_buf_deinit(&name);
	zv_buf_deinit(&value);
	return set;
}

int
zv_history_read_query(struct zv_history_asked *a, struct zv_str query,
		      struct zv_error *err)
{
	return read_pairs(a, query, NULL, err);
}

int
zv_history_read_form(struct zv_history_asked *a, struct zv_str form,
		     struct zv_buf *client_id, struct zv_error *err)
{
	return read_pairs(a, form, client_id, err);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

struct member {
	struct zv_history_asked *a;
	struct zv_str name;
	struct zv_buf *client_id;
	struct zv_error *err;
};

static int
set_number(const struct member *m, const json_t *value)
{
	struct zv_buf text = { 0 };
	int rc;

	zv_buf_printf(&text, "%lld", (long long)json_integer_value(value));
	rc = zv_buf_failed(&text) ? zv_fail_nomem(m->err)
				  : set_member(m->a, m->name, zv_buf_str(&text),
					       m->client_id, m->err);
	zv_buf_deinit(&text);
	return rc;
}

static int
set_value(const struct member *m, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return set_member(m->a, m->name,
				  (struct zv_str){ json_string_value(value),
						   json_string_length(value) },
				  m->client_id, m->err);
	case JSON_INTEGER:
		return set_number(m, value);
	case JSON_TRUE:
		return set_member(m->a, m->name, ZV_STR("yes"), m->client_id, m->err);
	case JSON_FALSE:
		return set_member(m->a, m->name, ZV_STR("no"), m->client_id, m->err);
	case JSON_NULL:
		return 0;
	default:
		return zv_fail(
			m->err, ZV_EINVAL,
			"%.*s: a text, a whole number, or a list of them",
			(int)(m->name.n < NAME_MAX_BYTES ? m->name.n : NAME_MAX_BYTES),
			m->name.p);
	}
}

static int
set_each(const struct member *m, const json_t *value)
{
	const json_t *one;
	size_t i;
	int rc = 0;

	if (!json_is_array(value))
		return set_value(m, value);
	json_array_foreach(value, i, one)
	{
		rc = set_value(m, one);
		if (rc < 0)
			break;
	}
	return rc;
}

int
zv_history_read_json(struct zv_history_asked *a, struct zv_str json,
		     struct zv_buf *client_id, struct zv_error *err)
{
	json_t *object = zv_json_read(json, err), *value;
	struct member m = { .a = a, .client_id = client_id, .err = err };
	const char *name;
	int rc = object ? 0 : err->code;

	if (object && !json_is_object(object))
		rc = zv_fail(err, ZV_EINVAL,
			     "byte 1: an object is needed, as {\"N\":\"79165550001\"}");
	if (rc == 0) {
		json_object_foreach(object, name, value)
		{
			m.name = zvon_str(name);
			rc = set_each(&m, value);
			if (rc < 0)
				break;
		}
	}
	json_decref(object);
	return rc;
}
