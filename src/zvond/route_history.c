/* Calls that are over, for those who may see them. */
#include "base/str.h"
#include "zvond/auth.h"
#include "zvond/history_form.h"
#include "zvond/history_task.h"
#include "zvond/login.h"
#include "zvond/routes.h"
#include "zvond/server.h"

/* ---- what is asked for --------------------------------------------------------------------------- */

/* NULL: refused, which was answered. */
static struct zv_history_task *
read_query(struct zv_exchange *x)
{
	struct zv_history_task *t = zv_history_task_new(x);
	struct zv_error err = { 0 };
	int rc;

	if (!t)
		return NULL;
	rc = zv_history_read_query(&t->asked, x->request->query, &err);
	if (rc == 0)
		rc = zv_history_asked_end(&t->asked, &err);
	if (rc == 0)
		return t;
	zv_history_task_refuse(t, rc, &err);
	return NULL;
}

static enum zv_history_format
format_of(struct zv_exchange *x, const struct zv_history_asked *a)
{
	if (a->has_format)
		return a->format;
	if (zv_http_has_word(x->request, "Accept", "application/json"))
		return ZV_HISTORY_JSON;
	if (zv_http_has_word(x->request, "Accept", "text/csv"))
		return ZV_HISTORY_CSV;
	if (zv_http_has_word(x->request, "Accept", "text/xml") ||
	    zv_http_has_word(x->request, "Accept", "application/xml"))
		return ZV_HISTORY_XML;
	return ZV_HISTORY_JSON;
}

static void
refuse(struct zv_history_task *t, const char *why)
{
	struct zv_exchange *x = t->x;

	zv_history_task_free(t);
	zv_exchange_refuse(x, 400, "bad_argument", "%s", why);
}

static bool
is_head(struct zv_exchange *x)
{
	return zvon_str_equal(x->request->method, ZV_STR("HEAD"));
}

/* ---- calls ---------------------------------------------------------------------------------------- */

static void
run_csv(struct zv_history_task *t)
{
	if (t->asked.query.limit || t->asked.query.by_number || is_head(t->x))
		zv_history_task_run(t, &zv_history_face_csv);
	else
		zv_history_stream_run(t);
}

/* MIKO's scripts ask without `offset` at first. */
static void
run_xml(struct zv_history_task *t)
{
	struct zv_history_query *q = &t->asked.query;

	if (!q->cursor.n && !q->oldest_first)
		q->by_number = true;
	zv_history_task_run(t, &zv_history_face_xml);
}

void
zv_route_history(struct zv_exchange *x)
{
	struct zv_history_task *t = read_query(x);

	if (!t)
		return;
	if (t->asked.has_by) {
		refuse(t, "by is for /v1/history/statistics");
		return;
	}
	switch (format_of(x, &t->asked)) {
	case ZV_HISTORY_CSV:
		run_csv(t);
		break;
	case ZV_HISTORY_XML:
		run_xml(t);
		break;
	default:
		zv_history_task_run(t, &zv_history_face_page);
	}
}

/* ---- statistics ------------------------------------------------------------------------------------- */

void
zv_route_statistics(struct zv_exchange *x)
{
	struct zv_history_task *t = read_query(x);
	enum zv_history_format format;

	if (!t)
		return;
	format = format_of(x, &t->asked);
	if (!t->asked.has_by)
		refuse(t, "by = hour, day, line, queue, result or direction is needed");
	else if (t->asked.query.limit || t->asked.query.cursor.n ||
		 t->asked.query.by_number || t->asked.fields.n)
		refuse(t, "limit, cursor, offset and fields are for /v1/history");
	else if (format == ZV_HISTORY_XML)
		refuse(t, "statistics are there as json and csv");
	else
		zv_history_task_run(t, format == ZV_HISTORY_CSV
					       ? &zv_history_face_statistics_csv
					       : &zv_history_face_statistics);
}

/* ---- one call ------------------------------------------------------------------------------------------ */

static int
ask_servers(struct zv_history_task *t, struct zv_daemon *d, struct zv_error *err)
{
	struct zv_node *node, *next;
	int rc = 0;

	ZV_EACH(&d->servers, node, next)
	{
		struct zv_server *s = ZV_OWNER(node, struct zv_server, node);

		if (rc == 0)
			rc = zv_history_asked_set(&t->asked, ZV_STR("server"),
						  s->config->hub.name, err);
	}
	return rc;
}

void
zv_history_find(struct zv_exchange *x)
{
	struct zv_history_task *t = zv_history_task_new(x);
	struct zv_error err = { 0 };
	int rc;

	if (!t)
		return;
	rc = zv_buf_add(&t->id, x->argument);
	if (rc == 0)
		rc = ask_servers(t, zv_exchange_daemon(x), &err);
	if (rc < 0)
		zv_history_task_refuse(t, rc, &err);
	else
		zv_history_task_run(t, &zv_history_face_call);
}

/* ---- POST /history ---------------------------------------------------------------------------------------- */

/* Curl's -d calls everything a form. */
static bool
is_json(const struct zv_http_request *r)
{
	struct zv_str type = zv_http_field_of(r, "Content-Type");
	struct zv_str body = zv_str_trim(r->body);

	return zv_str_starts_nocase(type, ZV_STR("application/json")) ||
	       (body.n && (body.p[0] == '{' || body.p[0] == '['));
}

static int
read_body(struct zv_exchange *x, struct zv_history_asked *a, struct zv_buf *client_id,
	  struct zv_error *err)
{
	int rc = is_json(x->request)
			 ? zv_history_read_json(a, x->request->body, client_id, err)
			 : zv_history_read_form(a, x->request->body, client_id, err);

	return rc == 0 ? zv_history_asked_end(a, err) : rc;
}

/* An id of the program's own. Never what could be a secret. */
static void
note_client(struct zv_exchange *x, const struct zv_buf *client_id)
{
	struct zv_daemon *d = zv_exchange_daemon(x);
	struct zv_auth_outcome outcome;

	if (!client_id->n || client_id->n > ZV_HISTORY_CLIENT_ID_LOGGED)
		return;
	zv_auth_token(d->auth, zv_buf_str(client_id), &outcome);
	if (!outcome.user)
		zv_log(d->log, ZV_LOG_INFO, "history", "asked user=%.*s client=%.*s",
		       ZV_ARG(x->user->name), ZV_ARG(zv_buf_str(client_id)));
}

static void
run_post(struct zv_exchange *x)
{
	struct zv_buf client_id = { .secret = true };
	struct zv_history_task *t;
	struct zv_error err = { 0 };
	int rc;

	zv_conn_prove(x->front->conn);
	t = zv_history_task_new(x);
	if (!t)
		return;
	rc = read_body(x, &t->asked, &client_id, &err);
	if (rc == 0 && zv_http_field_of(x->request, "Authorization").p)
		note_client(x, &client_id);
	zv_buf_deinit(&client_id);
	if (rc < 0)
		zv_history_task_refuse(t, rc, &err);
	else if (t->asked.has_by || t->asked.has_format || t->asked.fields.n ||
		 t->asked.query.by_number)
		refuse(t,
		       "POST /history knows N, line, queue, server, direction, "
		       "result, missed, recorded, from, to, limit, order, cursor, tz; "
		       "the others are for GET /v1/history");
	else
		zv_history_task_run(t, &zv_history_face_flat);
}

static void
refuse_client(struct zv_exchange *x, int rc, const struct zv_error *err)
{
	if (rc == ZV_ENOMEM)
		zv_exchange_refuse(x, 503, "busy", "out of memory: try again");
	else
		zv_exchange_refuse(x, 400, "bad_argument", "%s", err->text);
}

/* Who has no login in the head may have a user's token as CLIENT_ID. */
static void
ask_client(struct zv_exchange *x)
{
	struct zv_buf client_id = { .secret = true };
	struct zv_history_asked asked;
	struct zv_error err = { 0 };
	int rc;

	zv_history_asked_init(&asked, NULL);
	rc = read_body(x, &asked, &client_id, &err);
	if (rc < 0)
		refuse_client(x, rc, &err);
	else if (!client_id.n || !x->front->gate->config->client_id_token)
		zv_exchange_refuse(x, 401, "unauthorized",
				   "this needs Authorization: Bearer TOKEN%s",
				   x->front->gate->config->client_id_token
					   ? ", or CLIENT_ID with the token"
					   : "");
	else
		zv_login_token(x, zv_buf_str(&client_id), run_post);
	x->token = (struct zv_str){ 0 };
	zv_history_asked_deinit(&asked);
	zv_buf_deinit(&client_id);
}

void
zv_route_post_history(struct zv_exchange *x)
{
	if (x->request->query.n)
		zv_exchange_refuse(x, 400, "bad_argument",
				   "what is asked for stands in the body, nothing in "
				   "the URL");
	else if (zv_http_field_of(x->request, "Authorization").p)
		zv_login_request(x, false, run_post);
	else
		ask_client(x);
}
