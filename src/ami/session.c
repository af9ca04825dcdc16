#include "ami/session_impl.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

struct zv_ami_session *
zv_ami_session_new(const struct zv_ami_session_options *options,
		   const struct zv_ami_session_handlers *handlers, void *user,
		   const struct zv_log *log)
{
	struct zv_ami_session *s = zv_calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->options = *options;
	s->handlers = *handlers;
	s->handler_user = user;
	s->log = log;
	s->pinged_ms = -1;
	s->output.secret = true; /* a login passes through it */
	zv_pending_init(&s->pending, options->seed, options->max_pending);
	s->parser = zvon_parser_new(&options->limits);
	s->user = zv_memdup(options->user.p, options->user.n);
	s->secret = zv_memdup(options->secret.p, options->secret.n);
	s->events = zv_memdup(options->events.p, options->events.n);
	if (!s->parser || !s->user || !s->secret || !s->events) {
		zv_ami_session_free(s);
		return NULL;
	}
	s->options.user.p = s->user;
	s->options.secret.p = s->secret;
	s->options.events.p = s->events;
	return s;
}

void
zv_ami_session_free(struct zv_ami_session *s)
{
	if (!s)
		return;
	zv_ami_session_stop(s, true);
	zv_pending_deinit(&s->pending);
	zvon_parser_free(s->parser);
	zv_buf_deinit(&s->output);
	if (s->secret)
		zv_wipe(s->secret, s->options.secret.n);
	zv_free(s->secret);
	zv_free(s->user);
	zv_free(s->events);
	zv_free(s);
}

void
zv_ami_session_enter(struct zv_ami_session *s, enum zv_client_state state)
{
	s->state = state;
	if (s->handlers.on_state)
		s->handlers.on_state(s->handler_user, state);
}

void
zv_ami_session_fail(struct zv_ami_session *s, int code)
{
	if (!s->failed)
		s->failed = code;
}

/* ---- sending -------------------------------------------------------------- */

/* 0 or ZV_ENOMEM; then nothing of it is in the output. */
static int
transmit(struct zv_ami_session *s, struct zv_pending *p)
{
	if (zv_request_format(p->request, zvon_str(p->action_id), &s->output) < 0)
		return ZV_ENOMEM;
	zv_pending_sent(p);
	return 0;
}

bool
zv_ami_session_is_logged_in(const struct zv_ami_session *s)
{
	return s->state == ZV_STATE_BOOTING || s->state == ZV_STATE_READY;
}

/* No action overtakes one that was asked for before. */
static bool
is_next(const struct zv_ami_session *s, const struct zv_pending *p)
{
	return zv_list_first(&s->pending.unsent) == &p->unsent;
}

static int
transmit_next(struct zv_ami_session *s, struct zv_pending *p, struct zv_error *err)
{
	if (!zv_ami_session_is_logged_in(s) || !is_next(s, p) || transmit(s, p) == 0)
		return 0;
	p->fn = NULL; /* not taken: nobody is called */
	zv_pending_finish(&s->pending, p, ZV_ENOMEM);
	return zv_fail_nomem(err);
}

int
zv_ami_session_send(struct zv_ami_session *s, const struct zv_request *request,
		    int timeout_ms, zvon_reply_fn fn, void *user, int64_t now_ms,
		    struct zv_error *err)
{
	struct zv_pending *p;
	int rc;

	s->now_ms = now_ms;
	if (timeout_ms <= 0)
		timeout_ms = s->options.action_timeout_ms;
	rc = zv_pending_ask(&s->pending, request, now_ms + timeout_ms, fn, user, &p,
			    err);
	if (rc < 0)
		return rc;
	p->may_block = timeout_ms > s->options.action_timeout_ms;
	return transmit_next(s, p, err);
}

int
zv_ami_session_send_first(struct zv_ami_session *s, const struct zv_request *request,
			  zvon_reply_fn fn, void *user, int64_t now_ms,
			  struct zv_error *err)
{
	struct zv_pending *p;

	s->now_ms = now_ms;
	if (zv_pending_add_own(&s->pending, request,
			       now_ms + s->options.action_timeout_ms, fn, user, &p) < 0)
		return zv_fail_nomem(err);
	zv_pending_put_first(&s->pending, p);
	return transmit_next(s, p, err);
}

void
zv_ami_session_send_own(struct zv_ami_session *s, struct zv_request *request,
			int timeout_ms, zvon_reply_fn fn)
{
	struct zv_pending *p;

	if (!request) /* why, stands in *err: a user or secret that cannot be sent */
		zv_ami_session_fail(s, s->err->code);
	else if (zv_pending_add_own(&s->pending, request, s->now_ms + timeout_ms, fn, s,
				    &p) < 0 ||
		 transmit(s, p) < 0)
		zv_ami_session_fail(s, zv_fail_nomem(s->err));
	zvon_request_free(request);
}

void
zv_ami_session_send_waiting(struct zv_ami_session *s)
{
	struct zv_node *node;

	while (!s->failed && (node = zv_list_first(&s->pending.unsent)))
		if (transmit(s, ZV_OWNER(node, struct zv_pending, unsent)) < 0)
			zv_ami_session_fail(s, zv_fail_nomem(s->err));
}

/* ---- receiving ------------------------------------------------------------ */

static void
on_response(struct zv_ami_session *s, const struct zv_packet *packet)
{
	struct zv_pending *p = zv_pending_find(
		&s->pending, zvon_packet_get(packet, ZV_STR("ActionID")));
	bool success = zvon_str_equal_nocase(packet->name, ZV_STR("Success"));
	struct zv_str list = zvon_packet_get(packet, ZV_STR("EventList"));

	s->counters.responses++;
	if (!p || p->request || p->is_list) {
		s->counters.orphans++;
		zv_log(s->log, ZV_LOG_DEBUG, "ami",
		       "orphan response actionid=%.*s message=%.*s",
		       ZV_ARG(zvon_packet_get(packet, ZV_STR("ActionID"))),
		       ZV_ARG(zvon_packet_get(packet, ZV_STR("Message"))));
		return;
	}
	p->is_list = success &&
		     (p->may_be_list || zvon_str_equal_nocase(list, ZV_STR("start")));
	s->pending.n_lists += p->is_list;
	if (p->fn)
		p->fn(p->user, ZV_REPLY_RESPONSE, 0, packet);
	if (!p->is_list)
		zv_pending_finish(&s->pending, p, 0);
}

/* "End a list by: the event name ends in Complete and the ActionID matches": the
 * keys EventList and ListItems are missing in old versions. */
static bool
is_list_end(const struct zv_packet *packet)
{
	struct zv_str end = ZV_STR("Complete");

	return packet->name.n >= end.n &&
	       zvon_str_equal_nocase(zv_str_from(packet->name, packet->name.n - end.n),
				     end);
}

/* true: it was an item of a list that we asked for. */
static bool
on_list_item(struct zv_ami_session *s, const struct zv_packet *packet)
{
	struct zv_str id = zvon_packet_get(packet, ZV_STR("ActionID"));
	struct zv_pending *p = id.n ? zv_pending_find(&s->pending, id) : NULL;

	if (!p || !p->is_list)
		return false;
	if (p->is_late)
		s->counters.orphans++;
	else if (p->fn)
		p->fn(p->user, ZV_REPLY_ITEM, 0, packet);
	if (is_list_end(packet))
		zv_pending_finish(&s->pending, p, 0);
	return true;
}

static void
on_fully_booted(struct zv_ami_session *s)
{
	if (s->booted || !zv_ami_session_is_logged_in(s))
		return;
	s->booted = true;
	zv_ami_session_enter(s, ZV_STATE_READY);
}

static void
on_event(struct zv_ami_session *s, const struct zv_packet *packet)
{
	s->counters.events++;
	if (s->pending.n_lists && on_list_item(s, packet))
		return;
	if (s->handlers.on_event)
		s->handlers.on_event(s->handler_user, packet);
	if (!s->booted && zvon_str_equal(packet->name, ZV_STR("FullyBooted")))
		on_fully_booted(s);
}

static inline void
on_packet(struct zv_ami_session *s, const struct zv_packet *packet)
{
	s->counters.packets++;
	switch (packet->kind) {
	case ZV_PACKET_EVENT:
		on_event(s, packet);
		break;
	case ZV_PACKET_RESPONSE:
		on_response(s, packet);
		break;
	case ZV_PACKET_BANNER:
		if (s->state == ZV_STATE_LOGIN && !s->ami_major)
			zv_ami_session_banner(s, packet->name);
		break;
	case ZV_PACKET_OTHER:
		s->counters.orphans++;
		break;
	}
}

/* Who speaks there? Decided by the first bytes, so that a stranger is named at once
 * and not after a time-out. */
static int
check_greeting(struct zv_ami_session *s, struct zv_str bytes)
{
	size_t room = sizeof s->head - s->n_head;
	size_t n = bytes.n < room ? bytes.n : room;
	int rc;

	memcpy(s->head + s->n_head, bytes.p, n);
	s->n_head += n;
	rc = zv_login_check_greeting((struct zv_str){ s->head, s->n_head }, s->err);
	s->greeted = rc > 0;
	return rc < 0 ? rc : 0;
}

static int
read_packets(struct zv_ami_session *s, struct zv_str bytes)
{
	const struct zv_packet *packet;
	int rc = zvon_parser_feed(s->parser, bytes);

	while (rc >= 0 && !s->failed &&
	       (rc = zvon_parser_next(s->parser, &packet)) == 1)
		on_packet(s, packet);
	if (rc < 0 && !s->failed)
		zv_ami_session_fail(s, zv_fail(s->err, rc, "broken stream: %s",
					       zvon_parser_error(s->parser)));
	return s->failed;
}

int
zv_ami_session_input(struct zv_ami_session *s, struct zv_str bytes, int64_t now_ms,
		     struct zv_error *err)
{
	struct zv_error unwanted = { 0 };
	int rc = 0;

	if (s->state == ZV_STATE_DOWN || bytes.n == 0)
		return 0;
	s->now_ms = s->received_ms = now_ms;
	s->pinged_ms = -1;
	s->counters.bytes_in += bytes.n;
	s->err = err ? err : &unwanted;
	if (!s->greeted)
		rc = check_greeting(s, bytes);
	if (rc == 0)
		rc = read_packets(s, bytes);
	s->err = NULL;
	return rc;
}

struct zv_buf *
zv_ami_session_output(struct zv_ami_session *s)
{
	return &s->output;
}

/* ---- start and stop ------------------------------------------------------- */

void
zv_ami_session_start(struct zv_ami_session *s, int64_t now_ms)
{
	zvon_parser_reset(s->parser);
	zv_buf_clear(&s->output);
	s->n_head = 0;
	s->greeted = s->booted = false;
	s->ami_major = 0;
	s->version[0] = '\0';
	s->failed = 0;
	s->pinged_ms = -1;
	s->now_ms = s->received_ms = now_ms;
	s->login_by_ms = now_ms + zv_ami_session_patience_ms(s);
	zv_ami_session_enter(s, ZV_STATE_LOGIN);
}

void
zv_ami_session_stop(struct zv_ami_session *s, bool for_good)
{
	s->state = ZV_STATE_DOWN;
	zv_pending_end(&s->pending, for_good);
	zv_buf_clear(&s->output);
}

void
zv_ami_session_hold_events(struct zv_ami_session *s, bool hold)
{
	s->holds_events = hold;
}

enum zv_client_state
zv_ami_session_state(const struct zv_ami_session *s)
{
	return s->state;
}

bool
zv_ami_session_is_booted(const struct zv_ami_session *s)
{
	return s->booted;
}

struct zv_str
zv_ami_session_version(const struct zv_ami_session *s, int *major)
{
	*major = s->ami_major;
	return zvon_str(s->version);
}

void
zv_ami_session_count(const struct zv_ami_session *s, struct zv_client_counters *out)
{
	*out = s->counters;
}
