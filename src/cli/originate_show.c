#include "cli/originate_show.h"

#include "cli/text_originate.h"
#include "json/writer.h"

/* ---- JSON ------------------------------------------------------------------- */

static void
member_if_known(struct zv_json *j, const char *key, struct zv_str value)
{
	if (value.n)
		zv_json_member(j, key, value);
}

static void
add_end(struct zv_json *j, const struct zv_originate_step *step)
{
	if (step->state == ZV_ORIGINATE_DONE)
		zv_json_member(j, "result",
			       zvon_str(zvon_call_result_name(step->result)));
	zv_json_member(j, "reason", step->reason);
	zv_json_key(j, "cause");
	if (step->cause)
		zv_json_int(j, step->cause);
	else
		zv_json_null(j);
	member_if_known(j, "dial_status", step->dial_status);
	member_if_known(j, "tech_cause", step->tech_cause);
}

static void
add_json(struct zv_buf *out, const struct zv_originate_step *step)
{
	struct zv_json j = { .out = out };

	zv_json_begin_object(&j);
	zv_json_key(&j, "time_ms");
	zv_json_int(&j, step->at_ms);
	zv_json_member(&j, "state", zvon_str(zv_originate_state_name(step->state)));
	member_if_known(&j, "side", zvon_str(zv_originate_side_name(step->side)));
	if (step->state >= ZV_ORIGINATE_DONE)
		add_end(&j, step);
	member_if_known(&j, step->state == ZV_ORIGINATE_QUEUED ? "queue" : "number",
			step->number);
	zv_json_member(&j, "channel", step->channel);
	zv_json_member(&j, "uniqueid", step->unique_id);
	zv_json_key(&j, "call");
	if (step->call.n)
		zv_json_string(&j, step->call);
	else
		zv_json_null(&j);
	zv_json_end_object(&j);
}

/* ---- text ------------------------------------------------------------------- */

/* "busy: PJSIP/201-…: busy (cause 17 User busy)" */
static void
add_result(struct zv_buf *what, const struct zv_originate_step *step)
{
	if (step->state == ZV_ORIGINATE_DONE)
		zv_buf_printf(what, "%s%s",
			      zv_say_pick(zv_text_call_result(step->result)),
			      step->reason.n ? " - " : "");
	zv_buf_add(what, step->reason);
}

/* "89161234567 (PJSIP/trunk-0000001)" */
static void
add_whom(struct zv_buf *what, const struct zv_originate_step *step)
{
	if (!step->number.n)
		zv_buf_add(what, step->channel);
	else if (step->state == ZV_ORIGINATE_QUEUED)
		zv_buf_add(what, step->number);
	else
		zv_buf_printf(what, "%.*s (%.*s)", ZV_ARG(step->number),
			      ZV_ARG(step->channel));
}

static void
add_text(struct zv_buf *out, const struct zv_originate_step *step)
{
	struct zv_text text = zv_text_originate_step(step->state, step->side);
	struct zv_buf what = { 0 };

	if (step->state >= ZV_ORIGINATE_DONE)
		add_result(&what, step);
	else
		add_whom(&what, step);
	zv_buf_printf(out, "%7.2f  %s: ", (double)step->at_ms / 1000,
		      zv_say_pick(text));
	zv_out_add_safe(out, zv_buf_str(&what));
	zv_buf_deinit(&what);
}

void
zv_originate_show(struct zv_out *o, const struct zv_originate_step *step, bool json)
{
	if (json)
		add_json(&o->buf, step);
	else
		add_text(&o->buf, step);
	zv_buf_add_char(&o->buf, '\n');
	zv_out_flush(o);
}
