#include "zvond/openapi.h"

#include "base/str.h"
#include "zvond/routes.h"
#include "zvond/schemas.h"

/* ---- arguments of commands ------------------------------------------------------------------------------- */

static const char *
type_of(enum zv_argument_kind kind)
{
	switch (kind) {
	case ZV_ARG_BOOL:
		return "boolean";
	case ZV_ARG_INT:
		return "integer";
	case ZV_ARG_OBJECT:
		return "object";
	default:
		return "string";
	}
}

static void
write_words(struct zv_json *j, const char *const *words)
{
	if (!words)
		return;
	zv_json_key(j, "enum");
	zv_json_begin_array(j);
	for (; *words; words++)
		zv_json_string(j, zvon_str(*words));
	zv_json_end_array(j);
}

/* The members of its schema. */
static void
write_argument_type(struct zv_json *j, const struct zv_argument *a)
{
	zv_json_member(j, "type", zvon_str(type_of(a->kind)));
	if (a->kind == ZV_ARG_INT) {
		zv_json_key(j, "minimum");
		zv_json_int(j, a->least);
		zv_json_key(j, "maximum");
		zv_json_int(j, a->most);
	}
	write_words(j, a->words);
	zv_json_member(j, "description", zvon_str(a->help));
}

void
zv_command_json(struct zv_json *j, const struct zv_command *command)
{
	zv_json_begin_object(j);
	zv_json_member(j, "name", zvon_str(command->name));
	zv_json_member(j, "right", zvon_str(zv_right_name(command->right)));
	zv_json_member(j, "help", zvon_str(command->help));
	zv_json_key(j, "arguments");
	zv_json_begin_array(j);
	for (const struct zv_argument *a = command->arguments; a && a->name; a++) {
		zv_json_begin_object(j);
		zv_json_member(j, "name", zvon_str(a->name));
		zv_json_key(j, "required");
		zv_json_bool(j, a->required);
		write_argument_type(j, a);
		zv_json_end_object(j);
	}
	zv_json_end_array(j);
	zv_json_end_object(j);
}

/* A text that is JSON already. */
static void
write_raw(struct zv_json *j, const char *json)
{
	if (j->comma)
		zv_buf_add_char(j->out, ',');
	zv_buf_add(j->out, zvon_str(json));
	j->comma = true;
}

/* "content": {TYPE: {"schema": …}}; schema: its name, or a media type of its own. */
static void
write_content(struct zv_json *j, const char *schema)
{
	bool is_media = strchr(schema, '/') != NULL;

	zv_json_key(j, "content");
	zv_json_begin_object(j);
	zv_json_key(j, is_media ? schema : "application/json");
	zv_json_begin_object(j);
	if (!is_media) {
		zv_json_key(j, "schema");
		zv_schema_ref_write(j, schema);
	}
	zv_json_end_object(j);
	zv_json_end_object(j);
}

/* ---- routes ----------------------------------------------------------------------------------------------------- */

/* Of the path: the name between the braces. */
static struct zv_str
path_argument(const char *path)
{
	struct zv_str rest = zvon_str(path), name = { 0 };

	if (!zv_str_split(&rest, '{', &name) || !rest.n)
		return (struct zv_str){ 0 };
	zv_str_split(&rest, '}', &name);
	return name;
}

static void
write_parameter(struct zv_json *j, struct zv_str name, const char *where,
		const char *type, const char *help)
{
	zv_json_begin_object(j);
	zv_json_member(j, "name", name);
	zv_json_member(j, "in", zvon_str(where));
	zv_json_key(j, "required");
	zv_json_bool(j, strcmp(where, "path") == 0);
	if (help)
		zv_json_member(j, "description", zvon_str(help));
	zv_json_key(j, "schema");
	zv_json_begin_object(j);
	zv_json_member(j, "type", zvon_str(type));
	zv_json_end_object(j);
	zv_json_end_object(j);
}

static void
write_parameters(struct zv_json *j, const struct zv_route *r)
{
	struct zv_str argument = path_argument(r->path);

	if (!argument.n && !r->query)
		return;
	zv_json_key(j, "parameters");
	zv_json_begin_array(j);
	if (argument.n)
		write_parameter(j, argument, "path", "string", NULL);
	for (const struct zv_route_query *q = r->query; q && q->name; q++)
		write_parameter(j, zvon_str(q->name), "query", q->type, q->help);
	zv_json_end_array(j);
}

static void
write_response(struct zv_json *j, const char *status, const char *schema,
	       const char *help)
{
	zv_json_key(j, status);
	zv_json_begin_object(j);
	zv_json_member(j, "description", zvon_str(help));
	write_content(j, schema);
	zv_json_end_object(j);
}

static void
write_security(struct zv_json *j, const struct zv_route *r)
{
	static const char *const kinds[] = { "bearer", "basic", "link" };
	size_t n = r->login == ZV_LOGIN_NONE ? 0 : r->login == ZV_LOGIN_LINK ? 3 : 2;

	zv_json_key(j, "security");
	zv_json_begin_array(j);
	for (size_t i = 0; i < n; i++) {
		zv_json_begin_object(j);
		zv_json_key(j, kinds[i]);
		zv_json_begin_array(j);
		zv_json_end_array(j);
		zv_json_end_object(j);
	}
	if (r->login == ZV_LOGIN_OPERATIONS) {
		zv_json_begin_object(j);
		zv_json_end_object(j);
	}
	zv_json_end_array(j);
}

static void
write_operation(struct zv_json *j, const struct zv_route *r)
{
	char method[8];
	size_t i;

	for (i = 0; r->method[i] && i < sizeof method - 1; i++)
		method[i] = (char)zv_lower((unsigned char)r->method[i]);
	method[i] = '\0';
	zv_json_key(j, method);
	zv_json_begin_object(j);
	zv_json_member(j, "summary", zvon_str(r->help));
	if (r->right != ZV_RIGHT_MISSING)
		zv_json_member(j, "x-right", zvon_str(zv_right_name(r->right)));
	write_security(j, r);
	write_parameters(j, r);
	if (r->body) {
		zv_json_key(j, "requestBody");
		zv_json_begin_object(j);
		write_content(j, r->body);
		zv_json_end_object(j);
	}
	zv_json_key(j, "responses");
	zv_json_begin_object(j);
	write_response(j, "200", r->answer, "done");
	write_response(j, "default", "Error", "refused, and why");
	zv_json_end_object(j);
	zv_json_end_object(j);
}

/* One path may have several methods, which stand side by side in the table or apart. */
static bool
is_first_of_path(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(zv_routes[k].path, zv_routes[i].path) == 0)
			return false;
	return true;
}

static void
write_paths(struct zv_json *j)
{
	zv_json_key(j, "paths");
	zv_json_begin_object(j);
	for (size_t i = 0; i < zv_n_routes; i++) {
		if (!is_first_of_path(i))
			continue;
		zv_json_key(j, zv_routes[i].path);
		zv_json_begin_object(j);
		for (size_t k = i; k < zv_n_routes; k++)
			if (strcmp(zv_routes[k].path, zv_routes[i].path) == 0)
				write_operation(j, &zv_routes[k]);
		zv_json_end_object(j);
	}
	zv_json_end_object(j);
}

/* ---- the document --------------------------------------------------------------------------------------------- */

static void
write_components(struct zv_json *j)
{
	zv_json_key(j, "components");
	zv_json_begin_object(j);
	zv_json_key(j, "securitySchemes");
	write_raw(j, "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"basic\":{"
		     "\"type\":\"http\",\"scheme\":\"basic\"},\"link\":{"
		     "\"type\":\"apiKey\",\"in\":\"query\",\"name\":\"sig\"}}");
	zv_json_key(j, "schemas");
	zv_schemas_write(j);
	zv_json_end_object(j);
}

static void
write_commands(struct zv_json *j)
{
	zv_json_key(j, "x-commands");
	zv_json_begin_array(j);
	for (size_t i = 0; zv_commands[i]; i++)
		zv_command_json(j, zv_commands[i]);
	zv_json_end_array(j);
}

void
zv_openapi_write(struct zv_buf *out)
{
	struct zv_json j = { .out = out };

	zv_json_begin_object(&j);
	zv_json_member(&j, "openapi", ZV_STR("3.0.3"));
	zv_json_key(&j, "info");
	zv_json_begin_object(&j);
	zv_json_member(&j, "title", ZV_STR("zvond"));
	zv_json_member(&j, "version", ZV_STR(ZVON_PROJECT_VERSION));
	zv_json_end_object(&j);
	write_paths(&j);
	write_components(&j);
	write_commands(&j);
	zv_json_end_object(&j);
}

void
zv_route_openapi(struct zv_exchange *x)
{
	struct zv_buf body = { 0 };

	zv_openapi_write(&body);
	zv_exchange_json(x, 200, &body);
	zv_buf_deinit(&body);
}
