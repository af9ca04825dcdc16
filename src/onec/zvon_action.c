/* Action: a raw action to the PBX, and its answer in the script's format. Of zvond it is the
 * command ami.action, which its roles allow. */
#include "onec/zvon_script.h"

#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/reader.h"
#include "json/writer.h"
#include "onec/link_desk.h"
#include "zvon/request.h"

/* ---- the answer in each format --------------------------------------------------------------- */

/* Where an answer is being put together. */
struct answer {
	struct zv_buf *out;
	enum zv_script_format format;
	size_t n_packets;
	bool is_cut;
};

static void
begin_answer(struct answer *a)
{
	if (a->format == ZV_SCRIPT_XML)
		zv_buf_add(a->out, ZV_STR("<ajax-response>\n"));
	else if (a->format == ZV_SCRIPT_JSON)
		zv_buf_add(a->out, ZV_STR("{\"response\":"));
}

static void
add_before(struct answer *a)
{
	if (a->format == ZV_SCRIPT_XML)
		zv_buf_add(a->out, ZV_STR("<response type='object' id='unknown'>"));
	else if (a->format == ZV_SCRIPT_JSON && a->n_packets)
		zv_buf_add(a->out,
			   a->n_packets == 1 ? ZV_STR(",\"items\":[") : ZV_STR(","));
}

/* The response, then what it lists. */
static void
add_packet(void *context, const struct zv_packet *packet)
{
	struct answer *a = context;

	a->is_cut |= a->out->n > ZV_SCRIPT_ANSWER_MAX;
	if (a->is_cut)
		return;
	add_before(a);
	zv_script_write_packet(a->out, packet, a->format);
	if (a->format == ZV_SCRIPT_XML)
		zv_buf_add(a->out, ZV_STR("</response>\n"));
	a->n_packets++;
}

static void
end_answer(struct answer *a)
{
	if (a->format == ZV_SCRIPT_XML)
		zv_buf_add(a->out, ZV_STR("</ajax-response>\n"));
	else if (a->format == ZV_SCRIPT_JSON)
		zv_buf_add(a->out, !a->n_packets       ? ZV_STR("null,\"items\":[]}")
				   : a->n_packets == 1 ? ZV_STR(",\"items\":[]}")
						       : ZV_STR("]}"));
}

/* ---- network thread: over AMI and AJAM --------------------------------------------------------- */

/* What was asked. */
struct raw {
	struct zv_request *request;
	enum zv_script_format format;
	long id;
};

/* One action on its way. */
struct errand {
	struct zv_script *script;
	struct zv_ask *ask;
	struct answer answer;
};

static void
end_errand(struct errand *e, int status)
{
	struct zv_component *c = e->script->component;
	struct zv_error err = { 0 }, told;

	if (status == 0 && e->answer.is_cut)
		status = ZV_ETOOBIG;
	if (status == 0 && zv_buf_failed(e->answer.out))
		status = ZV_ENOMEM;
	end_answer(&e->answer);
	if (status == 0) {
		zv_ask_answer(e->ask, 0);
	} else {
		zv_fail(&err, status, "%s", "");
		zv_script_explain(c, &err, &told);
		zv_ask_fail(e->ask, &told);
	}
	zv_free(e);
}

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct errand *e = user;
	struct zv_desk *desk = e->script->net.desk;

	if (part == ZV_REPLY_DONE)
		end_errand(e, status);
	else if (part == ZV_REPLY_ITEM && desk)
		zv_link_desk_show(desk, packet, add_packet, &e->answer);
	else
		add_packet(&e->answer, packet);
}

static int
send_request(struct zv_script *s, struct zv_ask *ask, struct zv_error *err)
{
	const struct raw *raw = ask->data;
	struct errand *e = zv_calloc(1, sizeof *e);
	int rc;

	if (!e)
		return zv_fail_nomem(err);
	e->script = s;
	e->ask = ask;
	e->answer = (struct answer){ .out = &ask->out, .format = raw->format };
	begin_answer(&e->answer);
	rc = zvon_client_send(s->net.desk->client(s->net.desk), raw->request, 0,
			      on_reply, e, err);
	if (rc < 0)
		zv_free(e);
	return rc;
}

static void
begin(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_error err = { 0 }, told;

	if (!s->net.desk || zv_script_state(s) != ZV_DESK_READY) {
		zv_script_fail_closed(c, &err);
		zv_ask_fail(ask, &err);
	} else if (send_request(s, ask, &err) < 0) {
		zv_script_explain(c, &err, &told);
		zv_ask_fail(ask, &told);
	}
}

/* {"type":"result","id":"7","ok":true,"format":"ami","data":"Response: …"} */
static void
tell_late(struct zv_component *c, struct zv_ask *ask)
{
	const struct raw *raw = ask->data;
	struct zv_buf text = { 0 };
	struct zv_json j = { .out = &text };
	char id[24];

	snprintf(id, sizeof id, "%ld", raw->id);
	zv_json_begin_object(&j);
	zv_json_member(&j, "type", ZV_STR("result"));
	zv_json_member(&j, "id", zvon_str(id));
	zv_json_key(&j, "ok");
	zv_json_bool(&j, ask->status == 0);
	if (ask->status == 0)
		zv_json_member(&j, "data", zv_buf_str(&ask->out));
	else
		zv_json_member(&j, "message", zvon_str(ask->err.text));
	zv_json_end_object(&j);
	if (!zv_buf_failed(&text))
		zv_script_tell(zv_script_of(c), "action.done", zv_buf_str(&text));
	zv_buf_deinit(&text);
}

/* ---- host's thread: over AMI and AJAM ------------------------------------------------------------ */

static void
free_raw(void *data)
{
	struct raw *raw = data;

	if (raw)
		zvon_request_free(raw->request);
	zv_free(raw);
}

/* Fields as lines: "Channel: PJSIP/101", CRLF or LF between. */
static int
add_fields(struct zv_component *c, struct zv_request *r, struct zv_str text,
	   struct zv_error *err)
{
	struct zv_str line;
	int rc = 0;

	while (rc == 0 && zv_str_split(&text, '\n', &line)) {
		size_t colon;

		line = zv_str_trim(line);
		if (!line.n)
			continue;
		colon = zv_str_find(line, ZV_STR(":"));
		if (colon == line.n)
			return zv_fail(err, ZV_EINVAL,
				       ZV_SCRIPT_SAY(c, "нет двоеточия в поле \"%.*s\"",
						     "no colon in the field \"%.*s\""),
				       (int)(line.n > 80 ? 80 : line.n), line.p);
		rc = zvon_request_add(r, (struct zv_str){ line.p, colon },
				      zv_str_trim(zv_str_from(line, colon + 1)), err);
	}
	return rc;
}

static int
check_size(struct zv_component *c, struct zv_str fields, struct zv_error *err)
{
	if (fields.n <= ZV_SCRIPT_FIELDS)
		return 0;
	return zv_fail(err, ZV_ETOOBIG,
		       ZV_SCRIPT_SAY(c, "поля длиннее %d байт",
				     "fields of more than %d bytes"),
		       ZV_SCRIPT_FIELDS);
}

static struct zv_ask *
make_ask(struct zv_component *c, struct zv_str name, struct zv_str fields,
	 struct zv_error *err)
{
	struct zv_script *s = zv_script_of(c);
	struct raw *raw = zv_calloc(1, sizeof *raw);
	struct zv_ask *ask = raw ? zv_ask_new(begin) : NULL;

	if (raw)
		raw->request = zvon_request_new(name, err);
	if (!ask || !raw->request || add_fields(c, raw->request, fields, err) < 0) {
		free_raw(raw);
		zv_ask_drop(ask);
		zv_script_fail_nomem(c, err);
		return NULL;
	}
	raw->format = s->set.format;
	raw->id = ++s->set.last_id;
	ask->data = raw;
	ask->free_data = free_raw;
	ask->on_late = tell_late;
	return ask;
}

static int
give_id(struct zv_component *c, struct zv_ask *ask, struct zv_value *result,
	struct zv_error *err)
{
	const struct raw *raw = ask->data;
	char id[24];
	int rc;

	snprintf(id, sizeof id, "%ld", raw->id);
	rc = zv_component_ask(c, ask, 0, err);
	zv_ask_drop(ask);
	return rc < 0 ? rc : zv_script_give(c, zvon_str(id), result, err);
}

static int
run_direct(struct zv_component *c, struct zv_str name, struct zv_str fields,
	   struct zv_value *result, struct zv_error *err)
{
	struct zv_ask *ask = make_ask(c, name, fields, err);

	if (!ask)
		return err->code;
	if (zv_script_of(c)->set.is_asynchronous)
		return give_id(c, ask, result, err);
	return zv_script_ask(c, ask, result, err);
}

/* ---- host's thread: over zvond ------------------------------------------------------------------- */

/* {"action":"CoreStatus","fields":{"Key":"value"}} */
static int
write_args(struct zv_component *c, struct zv_buf *out, struct zv_str name,
	   struct zv_str fields, struct zv_error *err)
{
	struct zv_json j = { .out = out };
	struct zv_str line;

	zv_json_begin_object(&j);
	zv_json_member(&j, "action", name);
	zv_json_key(&j, "fields");
	zv_json_begin_object(&j);
	while (zv_str_split(&fields, '\n', &line)) {
		struct zv_str key;
		struct zv_buf text = { 0 };

		line = zv_str_trim(line);
		if (!line.n)
			continue;
		key = (struct zv_str){ line.p, zv_str_find(line, ZV_STR(":")) };
		zv_buf_add(&text, key);
		zv_json_member(&j, zv_buf_cstr(&text),
			       zv_str_trim(zv_str_from(line, key.n + 1)));
		zv_buf_deinit(&text);
	}
	zv_json_end_object(&j);
	zv_json_end_object(&j);
	return zv_buf_failed(out) ? zv_script_fail_nomem(c, err) : 0;
}

/* The outcome of ami.action in the script's format; false: there is no answer in it. */
static bool
convert(struct zv_str outcome, enum zv_script_format format, struct zv_buf *out)
{
	struct answer a = { .out = out, .format = format };
	json_t *message = zv_json_read_own(outcome, NULL);
	const json_t *response = json_object_get(message, "response");
	const json_t *items = json_object_get(message, "items");

	begin_answer(&a);
	zv_script_packet_of(response, add_packet, &a);
	for (size_t i = 0; i < json_array_size(items); i++)
		zv_script_packet_of(json_array_get(items, i), add_packet, &a);
	end_answer(&a);
	json_decref(message);
	return a.n_packets > 0 && !a.is_cut && !zv_buf_failed(out);
}

static int
run_by_daemon(struct zv_component *c, const struct zv_method *method,
	      struct zv_str name, struct zv_str fields, struct zv_value *result,
	      struct zv_error *err)
{
	struct zv_value arguments[2] = { { .kind = ZV_VALUE_TEXT },
					 { .kind = ZV_VALUE_TEXT } };
	struct zv_buf out = { 0 };
	int rc = write_args(c, &arguments[1].bytes, name, fields, err);

	if (rc == 0)
		rc = zv_value_set_text(&arguments[0], ZV_STR("ami.action"));
	if (rc == 0)
		rc = zv_script_execute(c, method, arguments, result, err);
	if (rc == 0 && !zv_script_of(c)->set.is_asynchronous &&
	    convert(zv_buf_str(&result->bytes), zv_script_of(c)->set.format, &out))
		rc = zv_script_give(c, zv_buf_str(&out), result, err);
	zv_buf_deinit(&out);
	zv_value_deinit(&arguments[0]);
	zv_value_deinit(&arguments[1]);
	return rc;
}

ZV_SCRIPT_METHOD(action)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_str name = zv_buf_str(&arguments[0].bytes);
	struct zv_str fields = zv_buf_str(&arguments[1].bytes);
	bool is_direct;
	int rc = check_size(c, fields, err);

	if (rc < 0)
		return rc;
	if (zv_script_state(s) != ZV_DESK_READY)
		return zv_script_fail_closed(c, err);
	zv_component_lock(c);
	is_direct = s->shared.is_direct;
	zv_component_unlock(c);
	return is_direct ? run_direct(c, name, fields, result, err)
			 : run_by_daemon(c, method, name, fields, result, err);
}
