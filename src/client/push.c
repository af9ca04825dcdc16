#include "client/push.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#define N_LISTS 3 /* events, texts, fields */

struct zv_push {
	struct zv_filter_options filter; /* its texts are our own */
	char *events;
	const struct zv_log *log;
	bool is_wanted;
	bool is_off; /* a session had to be ended for its sake once */
	struct zv_error why;

	/* of this session; on_end NULL: nothing is under way */
	struct zv_client_session *session;
	void (*on_end)(void *user, enum zv_push_end end);
	void *user;
	size_t n_asked, n_taken, n_refused;
	bool waits_for_events; /* the answer to the action Events is to come */
};

/* ---- life ------------------------------------------------------------------------- */

struct list {
	const char *const **texts;
	size_t n;
};

static void
lists_of(struct zv_filter_options *o, struct list out[N_LISTS])
{
	out[0] = (struct list){ &o->events, o->n_events };
	out[1] = (struct list){ &o->texts, o->n_texts };
	out[2] = (struct list){ &o->fields, o->n_fields };
}

static char **
copy_texts(const char *const *texts, size_t n)
{
	char **copy = zv_calloc(n + 1, sizeof *copy); /* ends with NULL */

	for (size_t i = 0; copy && i < n; i++) {
		copy[i] = zv_strdup(texts[i]);
		if (copy[i])
			continue;
		while (i > 0)
			zv_free(copy[--i]);
		zv_free(copy);
		return NULL;
	}
	return copy;
}

static int
copy_options(struct zv_filter_options *to, const struct zv_filter_options *from)
{
	struct list lists[N_LISTS];
	int rc = 0;

	*to = *from;
	to->regex = zv_strdup(from->regex);
	if (from->regex && !to->regex)
		rc = ZV_ENOMEM;
	lists_of(to, lists);
	for (size_t i = 0; i < N_LISTS; i++) {
		*lists[i].texts =
			(const char *const *)copy_texts(*lists[i].texts, lists[i].n);
		if (!*lists[i].texts)
			rc = ZV_ENOMEM;
	}
	return rc;
}

static void
free_texts(const char *const *texts)
{
	for (size_t i = 0; texts && texts[i]; i++)
		zv_free((char *)(uintptr_t)texts[i]);
	zv_free((void *)(uintptr_t)texts);
}

void
zv_push_free(struct zv_push *p)
{
	struct list lists[N_LISTS];

	if (!p)
		return;
	lists_of(&p->filter, lists);
	for (size_t i = 0; i < N_LISTS; i++)
		free_texts(*lists[i].texts);
	zv_free((char *)(uintptr_t)p->filter.regex);
	zv_free(p->events);
	zv_free(p);
}

/* What the newest server could do decides whether the login brings events. */
static int
look_ahead(struct zv_push *p)
{
	const struct zv_pushdown_server newest = { 11, ZV_STR("11.0.0"), true };
	struct zv_pushdown down;
	int rc = zv_pushdown_init(&down, &p->filter, &newest);

	p->is_wanted = rc == 0 && down.n_filters > 0;
	zv_pushdown_deinit(&down);
	return rc;
}

struct zv_push *
zv_push_new(const struct zv_filter_options *filter, const char *events,
	    const struct zv_log *log)
{
	struct zv_push *p = zv_calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->log = log;
	/* a login takes an empty mask for all, the action Events for an error */
	p->events = zv_strdup(events[0] ? events : "on");
	if (copy_options(&p->filter, filter) < 0 || !p->events || look_ahead(p) < 0) {
		zv_push_free(p);
		return NULL;
	}
	return p;
}

bool
zv_push_is_wanted(const struct zv_push *p)
{
	return p && p->is_wanted && !p->is_off;
}

const struct zv_error *
zv_push_why(const struct zv_push *p)
{
	return &p->why;
}

/* ---- answers ------------------------------------------------------------------------- */

static void
end(struct zv_push *p, enum zv_push_end how)
{
	void (*on_end)(void *, enum zv_push_end) = p->on_end;

	p->on_end = NULL;
	on_end(p->user, how);
}

/* p->why says why. */
static void
fail(struct zv_push *p)
{
	p->is_off = true;
	end(p, ZV_PUSH_FAILED);
}

static void
end_if_answered(struct zv_push *p)
{
	if (p->waits_for_events || p->n_taken + p->n_refused < p->n_asked)
		return;
	if (p->n_asked)
		zv_log(p->log, ZV_LOG_INFO, "client",
		       "filter at the server: %zu of %zu expressions taken", p->n_taken,
		       p->n_asked);
	end(p, ZV_PUSH_DONE);
}

static bool
is_success(const struct zv_packet *packet)
{
	return zvon_str_equal_nocase(packet->name, ZV_STR("Success"));
}

static struct zv_str
message_of(const struct zv_packet *packet)
{
	return zv_str_trim(zvon_packet_get(packet, ZV_STR("Message")));
}

static void
count_answer(struct zv_push *p, const struct zv_packet *packet)
{
	if (is_success(packet)) {
		p->n_taken++;
		return;
	}
	if (p->n_refused++ == 0)
		zv_log(p->log, ZV_LOG_INFO, "client",
		       "the server refuses to filter: %.*s",
		       ZV_ARG(message_of(packet)));
}

static void
on_filter_reply(void *user, enum zv_reply_part part, int status,
		const struct zv_packet *packet)
{
	struct zv_push *p = user;

	if (!p->on_end)
		return;
	if (part == ZV_REPLY_RESPONSE)
		count_answer(p, packet);
	if (part != ZV_REPLY_DONE)
		return;
	if (status < 0) { /* taken or not, now or later: nobody knows */
		zv_fail(&p->why, status, "no answer to the action Filter");
		fail(p);
	} else if (p->n_taken && p->n_refused) {
		zv_fail(&p->why, ZV_ECLOSED,
			"the server took only a part of the filter and would withhold "
			"events");
		fail(p);
	} else {
		/* one refusal is enough; over AJAM each costs three requests */
		if (p->n_refused)
			p->n_asked -= zv_client_session_recall(p->session);
		end_if_answered(p);
	}
}

static void
on_events_reply(void *user, enum zv_reply_part part, int status,
		const struct zv_packet *packet)
{
	struct zv_push *p = user;

	if (!p->on_end)
		return;
	if (part == ZV_REPLY_RESPONSE && !is_success(packet))
		zv_fail(&p->why, ZV_ECLOSED, "the action Events was refused: %.*s",
			ZV_ARG(message_of(packet)));
	if (part != ZV_REPLY_DONE)
		return;
	if (status < 0)
		zv_fail(&p->why, status, "no answer to the action Events");
	p->waits_for_events = false;
	if (p->why.code)
		fail(p);
	else
		end_if_answered(p);
}

/* ---- requests ------------------------------------------------------------------------ */

static int
ask(struct zv_push *p, struct zv_request *r, int64_t now_ms, zvon_reply_fn fn)
{
	int rc = r ? zv_client_session_send_first(p->session, r, fn, p, now_ms, &p->why)
		   : zv_fail_nomem(&p->why);

	zvon_request_free(r);
	return rc;
}

static struct zv_request *
filter_request(struct zv_str value)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Filter"), NULL);

	if (r && zvon_request_set(r, "Operation", "Add", NULL) == 0 &&
	    zvon_request_add(r, ZV_STR("Filter"), value, NULL) == 0)
		return r;
	zvon_request_free(r);
	return NULL;
}

static struct zv_request *
events_request(const char *mask)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Events"), NULL);

	if (r && zvon_request_set(r, "EventMask", mask, NULL) == 0)
		return r;
	zvon_request_free(r);
	return NULL;
}

static int
ask_filters(struct zv_push *p, int64_t now_ms)
{
	struct zv_pushdown_server server = { .may_filter = true };
	struct zv_pushdown down;
	int rc;

	server.version = zv_client_session_version(p->session, &server.ami_major);
	rc = zv_pushdown_init(&down, &p->filter, &server);
	if (rc < 0)
		zv_fail_nomem(&p->why);
	else if (!down.n_filters)
		zv_log(p->log, ZV_LOG_INFO, "client", "no filter at the server: %s",
		       down.why_not);
	for (size_t i = 0; rc == 0 && i < down.n_filters; i++) {
		p->n_asked++;
		rc = ask(p, filter_request(zv_buf_str(&down.filters[i])), now_ms,
			 on_filter_reply);
	}
	zv_pushdown_deinit(&down);
	return rc;
}

/* Actions of one connection run one after another: the mask comes behind the filters. */
static int
ask_events(struct zv_push *p, int64_t now_ms)
{
	p->waits_for_events = p->session->ami != NULL;
	return p->waits_for_events
		       ? ask(p, events_request(p->events), now_ms, on_events_reply)
		       : 0;
}

void
zv_push_start(struct zv_push *p, struct zv_client_session *session, int64_t now_ms,
	      void (*on_end)(void *user, enum zv_push_end end), void *user)
{
	p->session = session;
	p->on_end = on_end;
	p->user = user;
	p->why = (struct zv_error){ 0 };
	p->n_asked = p->n_taken = p->n_refused = 0;
	if (ask_filters(p, now_ms) < 0 || ask_events(p, now_ms) < 0)
		fail(p);
	else
		end_if_answered(p);
}

void
zv_push_stop(struct zv_push *p)
{
	if (p)
		p->on_end = NULL;
}
