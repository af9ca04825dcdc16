/* Figures: what came, what went, what waits; limits; the log file. */
#include "onec/zvon_script.h"

#include "base/err.h"
#include "json/writer.h"
#include "onec/text16.h"
#include "zvon/client.h"

/* ---- numbers --------------------------------------------------------------------------------- */

struct figures {
	struct zv_component_counters queue;
	uint64_t packets, filtered, messages;
};

static struct figures
count(struct zv_component *c)
{
	struct zv_script *s = zv_script_of(c);
	struct figures f;

	zv_component_count(c, &f.queue);
	zv_component_lock(c);
	f.packets = s->shared.packets;
	f.filtered = s->shared.filtered;
	f.messages = s->shared.messages;
	zv_component_unlock(c);
	return f;
}

ZV_SCRIPT_GET(received)
{
	struct figures f = count(c);

	zv_value_set_int(out, (long long)(f.packets + f.messages));
	return 0;
}

ZV_SCRIPT_GET(filtered)
{
	zv_value_set_int(out, (long long)count(c).filtered);
	return 0;
}

ZV_SCRIPT_GET(delivered)
{
	zv_value_set_int(out, (long long)count(c).queue.delivered);
	return 0;
}

ZV_SCRIPT_GET(dropped)
{
	zv_value_set_int(out, (long long)count(c).queue.dropped);
	return 0;
}

ZV_SCRIPT_GET(waiting)
{
	zv_value_set_int(out, (long long)count(c).queue.waiting);
	return 0;
}

/* ---- all of them ------------------------------------------------------------------------------- */

static void
add(struct zv_json *j, const char *key, uint64_t value)
{
	zv_json_key(j, key);
	zv_json_int(j, (long long)value);
}

/* What the client has seen; a daemon's desk has none. */
static void
write_client(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_desk *desk = s->net.desk;
	struct zv_client *client = desk && desk->client ? desk->client(desk) : NULL;
	struct zv_json j = { .out = &ask->out };
	struct zv_client_counters n;

	zv_json_begin_object(&j);
	if (client) {
		zvon_client_counters(client, &n);
		add(&j, "bytes_in", n.bytes_in);
		add(&j, "bytes_out", n.bytes_out);
		add(&j, "packets", n.packets);
		add(&j, "events", n.events);
		add(&j, "responses", n.responses);
		add(&j, "orphans", n.orphans);
		add(&j, "timeouts", n.timeouts);
		add(&j, "connects", n.connects);
		add(&j, "losses", n.losses);
	}
	add(&j, "calls_ended", s->net.n_past);
	add(&j, "asks", s->net.n_asks);
	zv_json_end_object(&j);
	zv_ask_answer(ask, zv_buf_failed(&ask->out) ? ZV_ENOMEM : 0);
}

ZV_SCRIPT_GET(counters)
{
	struct figures f = count(c);
	struct zv_value client = { 0 };
	struct zv_buf text = { 0 };
	struct zv_json j = { .out = &text };
	struct zv_ask *ask = zv_ask_new(write_client);
	int rc = ask ? zv_script_ask(c, ask, &client, err)
		     : zv_script_fail_nomem(c, err);

	if (rc < 0)
		return rc;
	zv_json_begin_object(&j);
	add(&j, "packets_received", f.packets);
	add(&j, "packets_filtered", f.filtered);
	add(&j, "messages_received", f.messages);
	add(&j, "events", f.queue.events);
	add(&j, "delivered", f.queue.delivered);
	add(&j, "dropped", f.queue.dropped);
	add(&j, "refused", f.queue.refused);
	add(&j, "waiting", f.queue.waiting);
	add(&j, "waiting_most", f.queue.waiting_most);
	zv_json_key(&j, "connection");
	zv_buf_add(&text, zv_buf_str(&client.bytes));
	j.comma = true;
	zv_json_end_object(&j);
	rc = zv_buf_failed(&text) ? zv_script_fail_nomem(c, err)
				  : zv_script_give(c, zv_buf_str(&text), out, err);
	zv_buf_deinit(&text);
	zv_value_deinit(&client);
	return rc;
}

/* ---- limits ---------------------------------------------------------------------------------------- */

ZV_SCRIPT_GET(answer_time)
{
	zv_value_set_int(out, zv_component_answer_ms(c));
	return 0;
}

ZV_SCRIPT_SET(answer_time)
{
	long long ms;
	int rc = zv_script_read_int(c, in, &ms, err);

	return rc < 0 ? rc : zv_component_set_answer_ms(c, ms, err);
}

ZV_SCRIPT_GET(buffer_depth)
{
	zv_value_set_int(out, zv_component_event_depth(c));
	return 0;
}

ZV_SCRIPT_SET(buffer_depth)
{
	long long depth;
	int rc = zv_script_read_int(c, in, &depth, err);

	return rc < 0 ? rc : zv_component_set_event_depth(c, depth, err);
}

ZV_SCRIPT_GET(queue_length)
{
	zv_value_set_int(out, zv_script_of(c)->set.queue_length);
	return 0;
}

ZV_SCRIPT_SET(queue_length)
{
	long long n;
	int rc = zv_script_read_int(c, in, &n, err);

	if (rc == 0)
		rc = zv_component_set_events_waiting(c, n, err);
	if (rc == 0)
		zv_script_of(c)->set.queue_length = n;
	return rc;
}

/* ---- the log file ------------------------------------------------------------------------------------ */

static void
open_log(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_error err = { 0 };

	if (zv_logfile_open(&s->net.log, zv_buf_str(&ask->in), &err) < 0)
		zv_ask_fail(ask, &err);
	else
		zv_ask_answer(ask, 0);
}

ZV_SCRIPT_SET(log_file)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_error why = { 0 };
	struct zv_ask *ask = zv_ask_new(open_log);
	int rc;

	if (!ask)
		return zv_script_fail_nomem(c, err);
	rc = zv_script_set_text(c, &ask->in, in, ZV_SCRIPT_TEXT, err);
	if (rc == 0)
		rc = zv_script_set_text(c, &s->set.log_file, in, ZV_SCRIPT_TEXT, err);
	if (rc < 0) {
		zv_ask_drop(ask);
		return rc;
	}
	rc = zv_script_ask(c, ask, NULL, &why);
	if (rc == 0)
		return 0;
	zv_buf_clear(&s->set.log_file);
	return zv_fail(err, rc, ZV_SCRIPT_SAY(c, "журнал не открыт: %s", "no log: %s"),
		       why.text);
}

ZV_SCRIPT_GET(log_file)
{
	return zv_script_give(c, zv_buf_str(&zv_script_of(c)->set.log_file), out, err);
}

/* From the next Connect on. */
ZV_SCRIPT_SET(log_level)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_buf name = { 0 };
	int rc = zv_script_set_text(c, &name, in, ZV_SCRIPT_TEXT, err);

	for (int i = ZV_LOG_ERROR; rc == 0 && i <= ZV_LOG_TRACE; i++)
		if (zv_name_equal(zv_buf_str(&name),
				  zvon_str(zvon_log_level_name(i)))) {
			s->set.log_level = (enum zv_log_level)i;
			zv_buf_deinit(&name);
			return 0;
		}
	zv_buf_deinit(&name);
	return rc < 0 ? rc
		      : zv_fail(err, ZV_EINVAL, "%s",
				ZV_SCRIPT_SAY(
					c,
					"УровеньЖурнала: error, warn, info, debug "
					"или trace",
					"LogLevel: error, warn, info, debug or "
					"trace"));
}

ZV_SCRIPT_GET(log_level)
{
	return zv_script_give(
		c, zvon_str(zvon_log_level_name(zv_script_of(c)->set.log_level)), out,
		err);
}

/* ---- the status line ----------------------------------------------------------------------- */

ZV_SCRIPT_SET(status_line)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_buf text = { 0 };
	int rc = zv_script_set_text(c, &text, in, ZV_SCRIPT_TEXT, err);

	if (rc == 0)
		rc = zv_component_set_status(c, zv_buf_str(&text), err);
	if (rc == 0)
		rc = zv_script_set_text(c, &s->set.status_line, in, ZV_SCRIPT_TEXT,
					err);
	zv_buf_deinit(&text);
	return rc;
}

ZV_SCRIPT_GET(status_line)
{
	return zv_script_give(c, zv_buf_str(&zv_script_of(c)->set.status_line), out,
			      err);
}

/* ---- texts ---------------------------------------------------------------------------------------------- */

ZV_SCRIPT_GET(last_error)
{
	struct zv_buf text = { 0 };
	int rc = zv_component_last_error(c, &text);

	if (rc == 0)
		rc = zv_script_give(c, zv_buf_str(&text), out, err);
	zv_buf_deinit(&text);
	return rc;
}

ZV_SCRIPT_GET(version)
{
	return zv_script_give(c, ZV_STR(ZVON_PROJECT_VERSION), out, err);
}
