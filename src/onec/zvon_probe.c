/* Probe: does it work, how long does it take, who is there, and what may the account not do?
 * It connects as Connect does, asks, and disconnects. `zvon probe` tells more. */
#include "onec/zvon_script.h"

#include "base/err.h"
#include "base/str.h"
#include "io/clock.h"
#include "json/writer.h"

/* What the commands send; all of them are listed by ListCommands where the account may. */
static const char *const needed[] = {
	"Originate",   "Hangup",     "Redirect",   "BlindTransfer", "Atxfer",
	"Park",	       "PlayDTMF",   "MixMonitor", "MuteAudio",	    "QueueAdd",
	"QueueRemove", "QueuePause", "Setvar",
};

/* ---- asking ------------------------------------------------------------------------------ */

/* An answer as AMI sends it; empty: there was none. */
static void
ask(struct zv_component *c, const char *action, struct zv_buf *out)
{
	struct zv_script *s = zv_script_of(c);
	enum zv_script_format format = s->set.format;
	struct zv_value arguments[2] = { 0 }, result = { 0 };
	struct zv_error why = { 0 };

	s->set.format = ZV_SCRIPT_AMI;
	if (zv_value_set_text(&arguments[0], zvon_str(action)) == 0 &&
	    zv_script_action(c, NULL, arguments, &result, &why) == 0)
		zv_buf_add(out, zv_buf_str(&result.bytes));
	s->set.format = format;
	zv_value_deinit(&arguments[0]);
	zv_value_deinit(&result);
}

/* The value of a line `key: value`. */
static struct zv_str
find(struct zv_str text, const char *key)
{
	struct zv_str line;

	while (zv_str_split(&text, '\n', &line)) {
		size_t n = strlen(key);

		if (zv_str_starts_nocase(line, zvon_str(key)) && line.n > n &&
		    line.p[n] == ':')
			return zv_str_trim(zv_str_from(line, n + 1));
	}
	return (struct zv_str){ 0 };
}

/* ---- telling ---------------------------------------------------------------------------------- */

static void
write_version(struct zv_component *c, struct zv_json *j)
{
	struct zv_buf text = { 0 };

	ask(c, "CoreSettings", &text);
	zv_json_member(j, "asterisk", find(zv_buf_str(&text), "AsteriskVersion"));
	zv_json_member(j, "ami", find(zv_buf_str(&text), "AMIversion"));
	zv_buf_deinit(&text);
}

/* Actions that the account may not send, or that this Asterisk has not. */
static void
write_missing(struct zv_component *c, struct zv_json *j)
{
	struct zv_buf text = { 0 };

	ask(c, "ListCommands", &text);
	zv_json_key(j, "missing");
	zv_json_begin_array(j);
	for (size_t i = 0; text.n && i < sizeof needed / sizeof *needed; i++)
		if (!find(zv_buf_str(&text), needed[i]).p)
			zv_json_string(j, zvon_str(needed[i]));
	zv_json_end_array(j);
	zv_buf_deinit(&text);
}

static void
write_server(struct zv_component *c, struct zv_json *j)
{
	struct zv_value servers = { 0 };
	struct zv_error why = { 0 };
	bool is_direct;

	zv_component_lock(c);
	is_direct = zv_script_of(c)->shared.is_direct;
	zv_component_unlock(c);
	if (is_direct) {
		write_version(c, j);
		write_missing(c, j);
		return;
	}
	zv_json_key(j, "servers");
	if (zv_script_servers(c, &servers, &why) == 0)
		zv_buf_add(j->out, zv_buf_str(&servers.bytes));
	else
		zv_buf_add(j->out, ZV_STR("[]"));
	j->comma = true;
	zv_value_deinit(&servers);
}

/* ---- the method ---------------------------------------------------------------------------------- */

/* {"ok":false,"code":"EAUTH","text":"…","ms":12}: no exception, for that is the answer. */
static void
probe(struct zv_component *c, struct zv_value *arguments, struct zv_json *j)
{
	struct zv_error why = { 0 };
	struct zv_value connected = { 0 };
	int64_t began_ms = zv_clock_ms();
	int rc = zv_script_connect(c, NULL, arguments, &connected, &why);

	zv_json_key(j, "ok");
	zv_json_bool(j, rc == 0);
	zv_json_key(j, "ms");
	zv_json_int(j, zv_clock_ms() - began_ms);
	if (rc == 0) {
		write_server(c, j);
		zv_script_disconnect(c, NULL, NULL, &connected, &why);
	} else {
		zv_json_member(j, "code", zvon_str(zvon_err_name(rc)));
		zv_json_member(j, "text", zvon_str(why.text));
	}
	zv_value_deinit(&connected);
}

ZV_SCRIPT_METHOD(probe)
{
	struct zv_script *s = zv_script_of(c);
	bool is_asynchronous = s->set.is_asynchronous;
	struct zv_buf text = { 0 };
	struct zv_json j = { .out = &text };
	int rc = zv_script_check_new(c, err);

	if (rc < 0)
		return rc;
	s->set.is_asynchronous = false;
	zv_json_begin_object(&j);
	probe(c, arguments, &j);
	zv_json_end_object(&j);
	s->set.is_asynchronous = is_asynchronous;
	rc = zv_buf_failed(&text) ? zv_script_fail_nomem(c, err)
				  : zv_script_give(c, zv_buf_str(&text), result, err);
	zv_buf_deinit(&text);
	return rc;
}
