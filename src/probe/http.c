#include "probe/http.h"

#include <stdio.h>

#include "ajam/cookie.h"
#include "base/str.h"
#include "probe/reach.h"
#include "io/clock.h"

#define LOOK_MS		1000 /* for a look at who else may be there */
#define SHORT_SESSION_S 30

/* ---- what failed ----------------------------------------------------------------- */

static bool
fail(struct zv_probe *p, const struct zv_probe_cause *cause, const char *detail,
     const char *why, int ms)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, cause->step, ms);

	zv_probe_say(&line, ZV_PROBE_FAILED, cause->text, p->place, detail, p->url.path,
		     NULL);
	for (size_t i = 0; i < ZV_PROBE_MAX_CURES && cause->cures[i]; i++)
		zv_probe_advise(&line, cause->cures[i], p->port, detail, p->url.path,
				NULL);
	zv_probe_add_fact(&line, "cause", zvon_str(cause->word));
	if (why)
		zv_probe_add_fact(&line, "detail", zvon_str(why));
	zv_probe_tell(&p->report, &line);
	p->code = cause->code;
	return false;
}

static bool
fail_with_finding(struct zv_probe *p, enum zv_probe_finding finding, const char *detail,
		  const char *why, int ms)
{
	return fail(p, zv_probe_cause_of_finding(finding), detail, why, ms);
}

/* ---- no answer ------------------------------------------------------------------- */

static int64_t
look_until(const struct zv_probe *p)
{
	int64_t now_ms = zv_clock_ms(), last_ms = p->start_ms + ZV_PROBE_BUDGET_MS;

	return now_ms + LOOK_MS < last_ms ? now_ms + LOOK_MS : last_ms;
}

/* Does anything answer in HTTP when it is spoken to with, or without, TLS? */
static bool
speaks_http(struct zv_probe *p, bool tls)
{
	struct zv_probe_answer answer = { 0 };
	const char *target = "/";
	struct zv_probe_ask ask;
	bool speaks;

	if (!zv_probe_ask_open(&ask, &p->url, &p->how, tls, true, look_until(p)))
		return false;
	zv_probe_ask(&ask, &target, 1, &answer);
	speaks = answer.err.code == 0;
	zv_probe_answer_deinit(&answer);
	p->left_resolver |= zv_fetch_is_resolving(ask.fetch);
	zv_probe_ask_close(&ask);
	return speaks;
}

/* Not HTTP; who then? */
static bool
fail_stranger(struct zv_probe *p, const char *why, int ms)
{
	char head[80];
	struct zv_reach reach = { .who = ZV_REACH_OTHER };
	struct zv_error err = { 0 };

	if (!p->how.proxy)
		zv_reach_port(p->url.host, p->url.port, true, look_until(p), &reach,
			      &err);
	snprintf(head, sizeof head, "%.*s", (int)reach.n_head, reach.head);
	return fail_with_finding(p,
				 reach.who == ZV_REACH_ASTERISK
					 ? ZV_PROBE_FOUND_AMI
					 : ZV_PROBE_FOUND_STRANGER,
				 head, why, ms);
}

static bool
fail_as_is(struct zv_probe *p, const struct zv_probe_answer *answer)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_HTTP, answer->ms);

	zv_probe_say_as_is(&line, ZV_PROBE_FAILED, zvon_str(answer->err.text));
	zv_probe_tell(&p->report, &line);
	p->code = zv_probe_end_of(answer->err.code, ZV_STATE_CONNECTING);
	return false;
}

static bool
is_closed(enum zv_fault fault)
{
	return fault == ZV_FAULT_CLOSED || fault == ZV_FAULT_CLOSED_IN_TLS;
}

static bool
is_tls_suspect(const struct zv_probe *p, enum zv_fault fault)
{
	return !p->url.tls && is_closed(fault);
}

static bool
is_plain_suspect(const struct zv_probe *p, enum zv_fault fault)
{
	return p->url.tls && (is_closed(fault) || fault == ZV_FAULT_NO_TLS);
}

/* Which of two ports it is can be found out: by speaking to it in the other way. */
static bool
fail_unanswered(struct zv_probe *p, const struct zv_probe_answer *answer)
{
	const char *why = answer->err.text;
	const struct zv_probe_cause *cause = zv_probe_cause_of_fault(answer->fault);

	if (!cause)
		return fail_as_is(p, answer);
	if (is_plain_suspect(p, answer->fault) && speaks_http(p, false))
		return fail_with_finding(p, ZV_PROBE_FOUND_PLAIN, "", why, answer->ms);
	if (is_tls_suspect(p, answer->fault) && speaks_http(p, true))
		return fail_with_finding(p, ZV_PROBE_FOUND_TLS, "", why, answer->ms);
	if (answer->fault == ZV_FAULT_NOT_HTTP)
		return fail_stranger(p, why, answer->ms);
	return fail(p, cause, "", why, answer->ms);
}

/* ---- what answered --------------------------------------------------------------- */

static void
tell_tls(struct zv_probe *p)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_TLS, -1);

	if (!p->url.tls && zv_probe_is_loopback(p))
		return;
	if (p->url.tls) {
		zv_probe_say(&line, ZV_PROBE_OK, ZV_PT_TLS_OK, NULL);
	} else {
		zv_probe_say(&line, ZV_PROBE_WARNING, ZV_PT_HTTP_NO_TLS, NULL);
		zv_probe_advise(&line, ZV_PT_HTTP_CURE_TLS, p->port, NULL);
	}
	zv_probe_tell(&p->report, &line);
}

/* Asterisk 1.8 and 11 end each connection and say Cache-Control twice. */
static bool
is_old(const struct zv_probe_answer *answer)
{
	struct zv_str value;
	size_t cursor = 0, n = 0;

	while (zv_http_head_find(&answer->head, ZV_STR("Cache-Control"), &cursor,
				 &value))
		n++;
	return n > 1;
}

static enum zv_probe_text
text_of_server(const struct zv_probe_answer *answer, struct zv_str server)
{
	if (!zv_str_starts_nocase(server, ZV_STR("Asterisk")))
		return server.n ? ZV_PT_HTTP_FRONT : ZV_PT_HTTP_UNNAMED;
	if (zv_str_starts_nocase(server, ZV_STR("Asterisk/")))
		return ZV_PT_HTTP_SERVER;
	return is_old(answer) ? ZV_PT_HTTP_OLD : ZV_PT_HTTP_NEW;
}

static void
tell_server(struct zv_probe *p, const struct zv_probe_answer *answer)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_HTTP, answer->ms);
	struct zv_str server = zv_probe_answer_field(answer, "Server");
	char text[80];

	snprintf(text, sizeof text, "%.*s", (int)(server.n < 79 ? server.n : 79),
		 server.p ? server.p : "");
	zv_probe_say(&line, ZV_PROBE_OK, text_of_server(answer, server), text, NULL);
	zv_probe_add_fact(&line, "server", zvon_str(text));
	zv_probe_tell(&p->report, &line);
}

/* The status, and what else there is to say. */
static void
format_detail(const struct zv_probe_answer *answer, const struct zv_ajam_reason *reason,
	      char *out, size_t size)
{
	snprintf(out, size, "HTTP %d%s%s", answer->head.status,
		 reason->detail[0] ? ", " : "", reason->detail);
}

static bool
fail_answer(struct zv_probe *p, struct zv_probe_ask *ask,
	    const struct zv_probe_answer *answer, const struct zv_ajam_reason *reason)
{
	const struct zv_probe_cause *cause = zv_probe_cause_of_answer(reason->cause);
	char detail[ZV_PROBE_DETAIL_MAX];

	if (cause->step == ZV_PT_STEP_PATH)
		tell_server(p, answer);
	if (reason->cause == ZV_AJAM_CAUSE_NO_AJAM) {
		enum zv_probe_finding finding = zv_probe_path_search(p, ask, detail);

		return fail_with_finding(p, finding, detail, NULL, -1);
	}
	format_detail(answer, reason, detail, sizeof detail);
	return fail(p, cause, detail, NULL, answer->ms);
}

/* Each question brings another session, or another nonce: the same one twice comes from
 * a cache that does not say so. */
static bool
is_same(const struct zv_probe_answer *a, const struct zv_probe_answer *b)
{
	static const char *const fields[] = { "Set-Cookie", "WWW-Authenticate" };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct zv_str one = zv_probe_answer_field(a, fields[i]);

		if (one.n && zvon_str_equal(one, zv_probe_answer_field(b, fields[i])))
			return true;
	}
	return false;
}

/* httptimeout, which the cookie tells. */
static void
warn_of_short_session(const struct zv_probe_answer *answer, struct zv_probe_line *line)
{
	struct zv_cookie cookie;
	char seconds[16];

	if (zv_cookie_read(&cookie, &answer->head) != 1 || cookie.max_age_s < 0 ||
	    cookie.max_age_s >= SHORT_SESSION_S)
		return;
	snprintf(seconds, sizeof seconds, "%d", cookie.max_age_s);
	zv_probe_say(line, ZV_PROBE_WARNING, ZV_PT_PATH_SHORT, "", seconds, NULL);
	zv_probe_advise(line, ZV_PT_PATH_CURE_SHORT, NULL);
}

static bool
pass(struct zv_probe *p, const struct zv_probe_answer *answer)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_PATH, -1);

	tell_server(p, answer);
	zv_probe_say(&line, ZV_PROBE_OK,
		     p->url.digest ? ZV_PT_PATH_DIGEST : ZV_PT_PATH_OK, p->url.path,
		     NULL);
	warn_of_short_session(answer, &line);
	zv_probe_tell(&p->report, &line);
	p->is_asterisk = true;
	return true;
}

static bool
judge(struct zv_probe *p, struct zv_probe_ask *ask, const char *target)
{
	struct zv_probe_answer first = { 0 }, second = { 0 };
	struct zv_ajam_reason reason = { ZV_AJAM_CAUSE_NONE, "" };
	bool ok;

	zv_probe_ask(ask, &target, 1, &first);
	if (first.err.code) {
		ok = fail_unanswered(p, &first);
	} else {
		tell_tls(p);
		zv_probe_answer_judge(ask, &first, p->url.path, p->url.encoding,
				      &reason);
		if (reason.cause == ZV_AJAM_CAUSE_SECRET)
			reason.cause = ZV_AJAM_CAUSE_NONE;
		zv_probe_ask(ask, &target, reason.cause == ZV_AJAM_CAUSE_NONE, &second);
		if (reason.cause != ZV_AJAM_CAUSE_NONE)
			ok = fail_answer(p, ask, &first, &reason);
		else if (is_same(&first, &second))
			ok = fail_with_finding(p, ZV_PROBE_FOUND_CACHE, "HTTP 200",
					       NULL, first.ms);
		else
			ok = pass(p, &first);
	}
	zv_probe_answer_deinit(&first);
	zv_probe_answer_deinit(&second);
	return ok;
}

bool
zv_probe_http(struct zv_probe *p)
{
	struct zv_probe_ask ask;
	struct zv_buf target = { 0 };
	bool ok = false;

	zv_buf_printf(&target, "%s?action=Ping", p->url.path);
	p->code = ZV_PROBE_END_NEGATIVE; /* no memory */
	if (zv_probe_ask_open(&ask, &p->url, &p->how, p->url.tls, false,
			      p->start_ms + ZV_PROBE_BUDGET_MS)) {
		ok = judge(p, &ask, zv_buf_cstr(&target));
		p->left_resolver |= zv_fetch_is_resolving(ask.fetch);
		zv_probe_ask_close(&ask);
	}
	if (ok)
		p->code = 0;
	zv_buf_deinit(&target);
	return ok;
}
