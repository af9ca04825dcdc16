#include "cli/calls_view.h"

#include "cli/text_calls.h"
#include "hub/call_json.h"
#include "io/clock.h"

void
zv_calls_view_init(struct zv_calls_view *v, const struct zv_calls_wish *wish,
		   const struct zv_out_style *style)
{
	struct zv_ladder_options ladder = {
		.ascii = wish->ascii,
		.words = zv_text_ladder(),
		.seed = zv_random(),
	};

	*v = (struct zv_calls_view){ .wish = *wish, .style = *style };
	zv_pile_init(&v->pile, zv_random());
	if (wish->form == ZV_CALLS_LADDER)
		v->ladder = zv_ladder_new(&ladder);
	v->failed = wish->form == ZV_CALLS_LADDER && !v->ladder;
}

void
zv_calls_view_deinit(struct zv_calls_view *v)
{
	zv_pile_deinit(&v->pile);
	zv_ladder_free(v->ladder);
	zv_buf_deinit(&v->scratch);
}

static bool
is_wanted(const struct zv_calls_view *v, const struct zv_call *call)
{
	return !v->wish.only ||
	       (call && zvon_str_equal(call->id, zvon_str(v->wish.only)));
}

/* ---- events ------------------------------------------------------------------------- */

static void
end_json(const struct zv_calls_view *v, struct zv_buf *out, size_t from)
{
	zv_buf_add_char(out, '\n');
	if (v->style.terminal)
		zv_out_escape_controls(out, from);
}

static void
show_event(struct zv_calls_view *v, const struct zv_call_event *e, struct zv_buf *out)
{
	size_t from = out->n;

	if (!is_wanted(v, e->call))
		return;
	v->shown++;
	if (v->wish.json) {
		struct zv_json j = { .out = out };

		zv_call_event_json(&j, NULL, e->seq, e->now_ms - v->moment.start_ms, e);
		end_json(v, out, from);
	} else {
		zv_calls_text_event(out, e, v->moment.start_ms, &v->style);
	}
}

/* ---- whole calls ---------------------------------------------------------------------- */

/* An empty line stands behind each chart. */
static void
add_chart(struct zv_calls_view *v, const struct zv_call *call, struct zv_str reason,
	  struct zv_buf *out)
{
	struct zv_text text = zv_text_reason(reason);

	zv_ladder_draw(v->ladder, call, text.en ? zvon_str(zv_say_pick(text)) : reason,
		       out);
	zv_buf_add_char(out, '\n');
}

static void
add_call(struct zv_calls_view *v, const struct zv_call *call, struct zv_str reason,
	 struct zv_buf *out)
{
	size_t from = out->n;

	v->shown++;
	if (v->ladder) {
		add_chart(v, call, reason, out);
	} else if (v->wish.json) {
		struct zv_json j = { .out = out };

		zv_call_summary_json(&j, v->wish.server, call, reason);
		end_json(v, out, from);
	} else {
		zv_calls_text_summary(out, call, reason, &v->moment, &v->style);
	}
}

/* Merged calls are told by the one they went on in. */
static void
show_call(struct zv_calls_view *v, const struct zv_call *call, struct zv_str reason,
	  struct zv_buf *out)
{
	struct zv_buf *to = v->wish.at_end ? &v->scratch : out;

	zv_buf_clear(&v->scratch);
	if (!call->merged && is_wanted(v, call))
		add_call(v, call, reason, to);
	else if (v->ladder)
		zv_ladder_forget(v->ladder, call->id);
	if (v->wish.at_end &&
	    (zv_buf_failed(to) || zv_pile_say(&v->pile, call->id, zv_buf_str(to)) < 0))
		v->failed = true;
}

static bool
is_cut(const struct zv_calls_view *v, const struct zv_call_event *e)
{
	return v->wish.form == ZV_CALLS_SUMMARY &&
	       zvon_str_equal(e->reason, ZV_STR("end_of_input"));
}

void
zv_calls_view_event(struct zv_calls_view *v, const struct zv_call_event *e,
		    struct zv_buf *out)
{
	v->moment.now_ms = e->now_ms;
	v->moment.unix_us = e->unix_us;
	if (v->ladder && zv_ladder_event(v->ladder, e) < 0)
		v->failed = true;
	if (v->wish.form == ZV_CALLS_EVENTS)
		show_event(v, e, out);
	else if (e->kind == ZV_CALL_STARTED && v->wish.at_end)
		v->failed |= zv_pile_begin(&v->pile, e->call->id) < 0;
	else if (e->kind == ZV_CALL_ENDED &&
		 !(is_cut(v, e) && e->call->result != ZV_RESULT_ANSWERED))
		show_call(v, e->call, e->reason, out);
}

void
zv_calls_view_input_ends(struct zv_calls_view *v, const struct zv_calls *calls)
{
	const struct zv_call *call = NULL;

	if (v->wish.form != ZV_CALLS_SUMMARY)
		return;
	while ((call = zvon_calls_next(calls, call))) {
		zv_buf_clear(&v->scratch);
		if (is_wanted(v, call))
			add_call(v, call, ZV_STR("end_of_input"), &v->scratch);
		if (zv_buf_failed(&v->scratch) ||
		    zv_pile_note(&v->pile, call->id, zv_buf_str(&v->scratch)) < 0)
			v->failed = true;
	}
}

void
zv_calls_view_end(struct zv_calls_view *v, const struct zv_calls *calls,
		  struct zv_buf *out)
{
	const struct zv_call *call = NULL;

	if (v->wish.form != ZV_CALLS_EVENTS)
		while ((call = zvon_calls_next(calls, call)))
			show_call(v, call, ZV_STR(""), out);
	while (zv_pile_take(&v->pile, out))
		;
}
