#include "client/push.h"

#include "base/err.h"
#include "base/mem.h"

#define N_LISTS 3 /* events, texts, fields */

struct zv_push {
	struct zv_filter_options filter; /* its texts are our own */
	char *events;
	const struct zv_log *log;
	bool is_wanted;
	bool is_off; /* a server took only a part once */

	/* of this session */
	void (*on_end)(void *user, enum zv_push_end end);
	void *user;
	size_t n_asked, n_answered, n_taken;
	bool all_asked;
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
	p->events = zv_strdup(events);
	if (copy_options(&p->filter, filter) < 0 || !p->events || look_ahead(p) < 0) {
		zv_push_free(p);
		return NULL;
	}
	return p;
}

bool
zv_push_is_wanted(const struct zv_push *p)
{
	return p && p->is_wanted;
}

/* ---- a session ----------------------------------------------------------------------- */

static void
end_if_answered(struct zv_push *p)
{
	bool partly = p->n_taken > 0 && p->n_taken < p->n_asked;

	if (!p->all_asked || p->n_answered < p->n_asked)
		return;
	p->is_off |= partly;
	if (p->n_asked)
		zv_log(p->log, ZV_LOG_INFO, "client",
		       "filter at the server: %zu of %zu expressions taken", p->n_taken,
		       p->n_asked);
	p->on_end(p->user, partly ? ZV_PUSH_FAILED : ZV_PUSH_DONE);
}

static void
on_filter_reply(void *user, enum zv_reply_part part, int status,
		const struct zv_packet *packet)
{
	struct zv_push *p = user;

	if (part == ZV_REPLY_RESPONSE)
		p->n_taken += zvon_str_equal_nocase(packet->name, ZV_STR("Success"));
	if (part != ZV_REPLY_DONE || status == ZV_ECLOSED)
		return; /* with the connection the session ends */
	p->n_answered++;
	end_if_answered(p);
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

/* false: it was not sent. */
static bool
ask(struct zv_client_session *session, struct zv_request *r, int64_t now_ms,
    zvon_reply_fn fn, void *user)
{
	bool sent =
		r && zv_client_session_send(session, r, 0, fn, user, now_ms, NULL) == 0;

	zvon_request_free(r);
	return sent;
}

static void
ask_filters(struct zv_push *p, struct zv_client_session *session, int64_t now_ms)
{
	struct zv_pushdown_server server = { .may_filter = true };
	struct zv_pushdown down;

	server.version = zv_client_session_version(session, &server.ami_major);
	if (zv_pushdown_init(&down, &p->filter, &server) == 0 && !down.n_filters)
		zv_log(p->log, ZV_LOG_INFO, "client", "no filter at the server: %s",
		       down.why_not);
	for (size_t i = 0; i < down.n_filters; i++) {
		p->n_asked++;
		if (!ask(session, filter_request(zv_buf_str(&down.filters[i])), now_ms,
			 on_filter_reply, p))
			p->n_answered++; /* counts as refused */
	}
	zv_pushdown_deinit(&down);
}

static void
on_events_reply(void *user, enum zv_reply_part part, int status,
		const struct zv_packet *packet)
{
	struct zv_push *p = user;

	if (part != ZV_REPLY_DONE || status == ZV_ECLOSED)
		return;
	p->all_asked = true;
	end_if_answered(p);
}

/* Actions of one connection run one after another: the mask comes behind the filters. */
static void
ask_events(struct zv_push *p, struct zv_client_session *session, int64_t now_ms)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Events"), NULL);

	if (r && zvon_request_set(r, "EventMask", p->events, NULL) < 0) {
		zvon_request_free(r);
		r = NULL;
	}
	if (!ask(session, r, now_ms, on_events_reply, p))
		p->on_end(p->user, ZV_PUSH_FAILED); /* no events would come */
}

void
zv_push_start(struct zv_push *p, struct zv_client_session *session, int64_t now_ms,
	      void (*on_end)(void *user, enum zv_push_end end), void *user)
{
	p->on_end = on_end;
	p->user = user;
	p->n_asked = p->n_answered = p->n_taken = 0;
	p->all_asked = false;
	if (!p->is_off)
		ask_filters(p, session, now_ms);
	if (session->ami) {
		ask_events(p, session, now_ms);
		return;
	}
	p->all_asked = true;
	end_if_answered(p);
}
