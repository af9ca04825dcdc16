/* What the transport is to do, and what would have crossed the wire of AMI. */
#include "ajam/session_impl.h"
#include "base/err.h"

/* ---- orders ------------------------------------------------------------------------- */

static struct zv_ajam_order *
add_order(struct zv_ajam_session *s, int exchange)
{
	struct zv_ajam_order *order = &s->orders[s->n_orders++];

	*order = (struct zv_ajam_order){ .exchange = exchange };
	return order;
}

/* Those not taken yet: what they point to is about to go. */
static void
drop_orders(struct zv_ajam_session *s, int exchange)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_orders; i++)
		if (s->orders[i].exchange != exchange)
			s->orders[kept++] = s->orders[i];
	s->n_orders = kept;
}

void
zv_ajam_order_start(struct zv_ajam_session *s, int exchange,
		    const struct zv_ajam_asked *asked, int timeout_ms)
{
	struct zv_ajam_order *order = add_order(s, exchange);

	order->kind = ZV_AJAM_ORDER_START;
	order->ticket = s->errands[exchange].ticket = ++s->last_ticket;
	order->asked = *asked;
	order->timeout_ms = timeout_ms;
	s->asked_ms = s->now_ms;
	s->counters.bytes_out += asked->target.n + asked->body.n;
}

void
zv_ajam_break_off(struct zv_ajam_session *s, struct zv_errand *e)
{
	int exchange = (int)(e - s->errands);

	zv_exchange_stop(&e->exchange);
	drop_orders(s, exchange);
	add_order(s, exchange)->kind = ZV_AJAM_ORDER_CANCEL;
}

bool
zv_ajam_session_next_order(struct zv_ajam_session *s, struct zv_ajam_order *out)
{
	if (s->n_orders == 0)
		return false;
	*out = s->orders[0];
	s->n_orders--;
	memmove(s->orders, s->orders + 1, s->n_orders * sizeof *s->orders);
	return true;
}

/* ---- for on_text -------------------------------------------------------------------- */

static void
tell_text(struct zv_ajam_session *s, enum zv_direction direction)
{
	if (!zv_buf_failed(&s->text))
		s->handlers.on_text(s->handler_user, direction, zv_buf_str(&s->text));
	zv_buf_clear(&s->text);
}

/* The login and the waiting are AJAM's own; of AMI the rest would have been seen. */
static bool
wants_text(const struct zv_ajam_session *s, const struct zv_errand *e)
{
	return s->handlers.on_text && zv_ajam_is_logged_in(s) &&
	       e->purpose != ZV_AJAM_FOR_WAIT;
}

static void
tell_request(struct zv_ajam_session *s, const struct zv_errand *e,
	     const struct zv_request *request, struct zv_str action_id)
{
	if (!wants_text(s, e))
		return;
	zv_request_format(request, action_id, &s->text);
	tell_text(s, ZV_TO_SERVER);
}

void
zv_ajam_tell_packet(struct zv_ajam_session *s, const struct zv_packet *packet)
{
	if (!s->handlers.on_text)
		return;
	zv_buf_add(&s->text, packet->text);
	zv_buf_add(&s->text, ZV_STR("\r\n"));
	tell_text(s, ZV_FROM_SERVER);
}

void
zv_ajam_tell_answer(struct zv_ajam_session *s, const struct zv_errand *e,
		    const struct zv_packet *packet)
{
	if (wants_text(s, e))
		zv_ajam_tell_packet(s, packet);
}

void
zv_ajam_tell_banner(struct zv_ajam_session *s)
{
	if (!s->handlers.on_text)
		return;
	zv_buf_printf(&s->text, "Asterisk Call Manager/%s\r\n",
		      s->version[0]	  ? s->version
		      : s->ami_major == 1 ? "1"
					  : "2");
	tell_text(s, ZV_FROM_SERVER);
}

/* ---- asking ------------------------------------------------------------------------- */

int
zv_ajam_ask(struct zv_ajam_session *s, int exchange, enum zv_ajam_purpose purpose,
	    const struct zv_request *request, struct zv_str action_id, int timeout_ms,
	    struct zv_error *err)
{
	struct zv_errand *e = &s->errands[exchange];
	struct zv_ajam_asked asked;

	e->exchange.adopts_cookie =
		purpose == ZV_AJAM_FOR_CHALLENGE || purpose == ZV_AJAM_FOR_LOGIN;
	if (zv_exchange_start(&e->exchange, request, action_id, &asked, err) < 0)
		return err->code;
	e->purpose = purpose;
	e->timeout_ms = timeout_ms;
	e->started_ms = s->now_ms;
	e->n_events = 0;
	e->is_complete = e->is_refused = false;
	zv_ajam_order_start(s, exchange, &asked, timeout_ms);
	tell_request(s, e, request, action_id);
	return 0;
}

void
zv_ajam_ask_own(struct zv_ajam_session *s, int exchange, enum zv_ajam_purpose purpose,
		struct zv_request *request, int timeout_ms)
{
	struct zv_error unwanted = { 0 }, *err = s->err ? s->err : &unwanted;

	if (!request) /* *err may say why: a user or secret that cannot be sent */
		zv_ajam_fail(s, err->code ? err->code : zv_fail_nomem(err));
	else if (zv_ajam_ask(s, exchange, purpose, request,
			     zv_pending_next_id(&s->pending, s->action_id), timeout_ms,
			     err) < 0)
		zv_ajam_fail(s, err->code);
	zvon_request_free(request);
}

bool
zv_ajam_session_farewell(struct zv_ajam_session *s, struct zv_ajam_order *out)
{
	struct zv_error err = { 0 };
	struct zv_request *logoff;

	if (!zv_ajam_is_logged_in(s))
		return false;
	s->n_orders = 0;
	zv_exchange_stop(&s->errands[ZV_AJAM_COMMAND].exchange);
	logoff = zvon_request_new(ZV_STR("Logoff"), NULL);
	if (logoff)
		zv_ajam_ask(s, ZV_AJAM_COMMAND, ZV_AJAM_FOR_LOGOFF, logoff, ZV_STR("0"),
			    0, &err);
	zvon_request_free(logoff);
	return zv_ajam_session_next_order(s, out);
}
