#include "probe/probe.h"

#include <stdio.h>
#include <time.h>

#include "base/num.h"
#include "base/str.h"
#include "probe/http.h"
#include "probe/reach.h"
#include "io/clock.h"

/* ---- what the library tells ------------------------------------------------------ */

/* Elsewhere it would break off a request. */
static void
news(struct zv_probe *p)
{
	if (p->is_waiting)
		zvon_client_interrupt(p->client);
}

void
zv_probe_wait(struct zv_probe *p, int timeout_ms)
{
	p->is_waiting = true;
	zvon_client_run(p->client, timeout_ms);
	p->is_waiting = false;
}

static void
on_bytes(void *user, enum zv_direction direction, struct zv_str bytes)
{
	struct zv_probe *p = user;

	if (direction != ZV_FROM_SERVER || p->greeted || bytes.n == 0)
		return;
	p->greeted = true;
	p->greeted_ms = zv_clock_ms();
	p->is_asterisk |= zv_str_starts(bytes, ZV_STR("Asterisk"));
}

/* `Timestamp: 1795225195.123456` */
static void
learn_clock(struct zv_probe *p, const struct zv_packet *event)
{
	struct zv_str stamp = zvon_packet_get(event, ZV_STR("Timestamp")), seconds;
	long long value;

	if (!zv_str_split(&stamp, '.', &seconds) ||
	    zv_num_parse(seconds, 1, 100000000000, &value) < 0)
		return;
	p->has_clock = true;
	p->clock_difference_s = value - (long long)time(NULL);
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct zv_probe *p = user;

	zv_rights_from_event(&p->read, event);
	learn_clock(p, event);
	if (zvon_str_equal(event->name, ZV_STR("FullyBooted")))
		return; /* it has a step of its own */
	if (!p->first_event[0]) {
		snprintf(p->first_event, sizeof p->first_event, "%.*s",
			 (int)(event->name.n < 64 ? event->name.n : 64), event->name.p);
		p->first_event_ms = zv_clock_ms();
	}
	news(p);
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct zv_probe *p = user;

	if (status->state == ZV_STATE_CLOSED) {
		p->lost_during = p->state;
		p->reason = status->reason;
		snprintf(p->why, sizeof p->why, "%s", status->text);
	} else if (status->ami_version.n) {
		snprintf(p->ami_version, sizeof p->ami_version, "%.*s",
			 ZV_ARG(status->ami_version));
	}
	if (status->state == ZV_STATE_LOGIN && p->state != ZV_STATE_LOGIN)
		p->connected_ms = zv_clock_ms();
	p->state = status->state;
	p->booted |= status->state == ZV_STATE_READY && status->booted;
	news(p);
}

static bool
is_logged_in(const struct zv_probe *p)
{
	return p->state == ZV_STATE_BOOTING || p->state == ZV_STATE_READY;
}

bool
zv_probe_is_loopback(const struct zv_probe *p)
{
	const char *host = p->url.host;

	return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
	       strcmp(host, "localhost") == 0;
}

/* ---- name and port ----------------------------------------------------------------- */

static bool
fail_with(struct zv_probe *p, struct zv_probe_line *line, int code)
{
	p->code = code;
	zv_probe_tell(&p->report, line);
	return false;
}

static bool
pass(struct zv_probe *p, struct zv_probe_line *line)
{
	zv_probe_tell(&p->report, line);
	return true;
}

static bool
probe_name(struct zv_probe *p)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_NAME, -1);
	struct zv_buf addresses = { 0 };
	const char *why;
	int64_t start = zv_clock_ms();
	int rc;

	if (p->how.proxy || zv_reach_is_address(p->url.host)) {
		zv_probe_say(&line, p->how.proxy ? ZV_PROBE_SKIPPED : ZV_PROBE_OK,
			     p->how.proxy ? ZV_PT_NAME_PROXY : ZV_PT_NAME_IS_ADDRESS,
			     p->url.host, NULL);
		return pass(p, &line);
	}
	rc = zv_reach_name(p->url.host, p->start_ms + ZV_PROBE_BUDGET_MS, &addresses,
			   &why);
	line.ms = (int)(zv_clock_ms() - start);
	if (rc == 0) {
		zv_probe_say(&line, ZV_PROBE_OK, ZV_PT_NAME_IS, p->url.host,
			     zv_buf_cstr(&addresses), NULL);
	} else if (rc == ZV_ETIMEOUT) {
		p->left_resolver = true;
		zv_probe_say(&line, ZV_PROBE_FAILED, ZV_PT_NAME_LATE, p->url.host,
			     NULL);
		zv_probe_advise(&line, ZV_PT_NAME_LATE_CURE, NULL);
	} else {
		zv_probe_say(&line, ZV_PROBE_FAILED, ZV_PT_NAME_UNKNOWN, p->url.host,
			     why, NULL);
		zv_probe_advise(&line, ZV_PT_NAME_CURE, p->url.scheme, NULL);
	}
	zv_buf_deinit(&addresses);
	return rc == 0 ? pass(p, &line) : fail_with(p, &line, ZV_PROBE_END_CONNECT);
}

static bool
is_ajam(const struct zv_probe *p)
{
	return p->url.protocol == ZV_URL_AJAM;
}

/* What makes Asterisk listen there, by protocol and TLS. */
static const enum zv_probe_text listening[2][2] = {
	[ZV_URL_AMI] = { ZV_PT_PORT_CURE_ENABLED, ZV_PT_PORT_CURE_TLS },
	[ZV_URL_AJAM] = { ZV_PT_HTTP_CURE_LISTEN, ZV_PT_HTTP_CURE_LISTEN_TLS },
};

static void
advise_port(const struct zv_probe *p, struct zv_probe_line *line)
{
	if (p->how.proxy)
		zv_probe_advise(line, ZV_PT_PORT_CURE_PROXY, p->port, NULL);
	zv_probe_advise(line, listening[p->url.protocol][p->url.tls], p->port, NULL);
	if (!p->url.tls && !is_ajam(p))
		zv_probe_advise(line, ZV_PT_PORT_CURE_BINDADDR, NULL);
	zv_probe_advise(line, ZV_PT_PORT_CURE_FIREWALL, p->port, NULL);
}

/* The library's reasons, by a word in them, in both languages. The reason itself goes
 * to JSON readers, and to all when none of the words is in it. */
static const struct {
	const char *word;
	enum zv_probe_text text;
} reasons[] = {
	{ "connection refused", ZV_PT_PORT_REFUSED },
	{ "no answer within", ZV_PT_PORT_LATE },
	{ "certificate is not to be trusted", ZV_PT_TLS_UNTRUSTED },
	{ "not the pinned one", ZV_PT_TLS_OTHER_KEY },
	{ "no TLS there", ZV_PT_TLS_ABSENT },
	{ "does not speak TLS", ZV_PT_TLS_ABSENT },
	{ "Already In Use", ZV_PT_LOGIN_IN_USE },
	{ "login refused", ZV_PT_LOGIN_REFUSED },
	{ "user or secret is wrong", ZV_PT_LOGIN_REFUSED }, /* digest */
	{ "does not let this address in", ZV_PT_HTTP_LOGIN_FORBIDDEN },
	{ "closed without an answer", ZV_PT_HTTP_LOGIN_CLOSED },
	{ "closed during login", ZV_PT_LOGIN_CLOSED },
	{ "no answer to the login", ZV_PT_LOGIN_LATE },
};

/* "…trusted: SSL certificate problem: …; give its CA file": what the TLS library says. */
static void
copy_tls_reason(const char *why, char *out, size_t size)
{
	const char *start = strstr(why, "trusted: "), *end;

	out[0] = '\0';
	if (!start)
		return;
	start += strlen("trusted: ");
	end = strstr(start, "; give");
	snprintf(out, size, "%.*s", (int)(end ? (size_t)(end - start) : strlen(start)),
		 start);
}

static void
say_reason(const struct zv_probe *p, struct zv_probe_line *line, const char *why)
{
	size_t i = 0, n = sizeof reasons / sizeof *reasons;
	char tls[ZV_ERROR_TEXT_MAX];

	copy_tls_reason(why, tls, sizeof tls);
	while (i < n && !strstr(why, reasons[i].word))
		i++;
	if (i < n)
		zv_probe_say(line, ZV_PROBE_FAILED, reasons[i].text, p->place,
			     p->url.user, tls, NULL);
	else
		zv_probe_say_as_is(line, ZV_PROBE_FAILED, zvon_str(why));
	zv_probe_add_fact(line, "detail", zvon_str(why));
}

static bool
fail_port(struct zv_probe *p, struct zv_probe_line *line, const char *why)
{
	say_reason(p, line, why);
	advise_port(p, line);
	return fail_with(p, line, ZV_PROBE_END_CONNECT);
}

/* ---- greeting ------------------------------------------------------------------------ */

/* What to change, and what to exit with, for each who is not Asterisk. */
static const struct stranger {
	enum zv_reach_who who;
	enum zv_probe_text cure;
	int code;
} strangers[] = {
	{ ZV_REACH_SILENT, ZV_PT_GREETING_CURE_HANGS, ZV_PROBE_END_TIMEOUT },
	{ ZV_REACH_CLOSED, ZV_PT_GREETING_CURE_AUTHLIMIT, ZV_PROBE_END_PROTOCOL },
	{ ZV_REACH_HTTP, ZV_PT_GREETING_CURE_HTTP, ZV_PROBE_END_PROTOCOL },
	{ ZV_REACH_SSH, ZV_PT_GREETING_CURE_SSH, ZV_PROBE_END_PROTOCOL },
	{ ZV_REACH_MAIL, ZV_PT_GREETING_CURE_MAIL, ZV_PROBE_END_PROTOCOL },
	{ ZV_REACH_TLS, ZV_PT_GREETING_CURE_TLS, ZV_PROBE_END_PROTOCOL },
	{ ZV_REACH_OTHER, ZV_PT_GREETING_CURE_PORT, ZV_PROBE_END_PROTOCOL },
};

static const struct stranger *
find_stranger(enum zv_reach_who who)
{
	size_t i = 0;

	while (strangers[i].who != who)
		i++;
	return &strangers[i];
}

static bool
fail_greeting(struct zv_probe *p, struct zv_probe_line *line,
	      const struct zv_reach *reach)
{
	const struct stranger *stranger = find_stranger(reach->who);

	if (reach->who == ZV_REACH_SILENT)
		zv_probe_say(line, ZV_PROBE_FAILED, ZV_PT_GREETING_SILENT, p->place,
			     NULL);
	else if (reach->who == ZV_REACH_CLOSED)
		zv_probe_say(line, ZV_PROBE_FAILED, ZV_PT_GREETING_CLOSED, p->place,
			     NULL);
	else if (reach->who == ZV_REACH_TLS)
		zv_probe_say(line, ZV_PROBE_FAILED, ZV_PT_GREETING_TLS, p->place, NULL);
	else
		zv_probe_say_as_is(line, ZV_PROBE_FAILED,
				   (struct zv_str){ reach->head, reach->n_head });
	zv_probe_advise(line, stranger->cure, NULL);
	if (stranger->cure != ZV_PT_GREETING_CURE_PORT &&
	    stranger->cure != ZV_PT_GREETING_CURE_TLS)
		zv_probe_advise(line, ZV_PT_GREETING_CURE_PORT, NULL);
	return fail_with(p, line, stranger->code);
}

static bool
tell_greeting(struct zv_probe *p, const struct zv_reach *reach)
{
	struct zv_probe_line line =
		ZV_PROBE_LINE(p, ZV_PT_STEP_GREETING, reach->greeting_ms);

	if (reach->who != ZV_REACH_ASTERISK)
		return fail_greeting(p, &line, reach);
	p->is_asterisk = true;
	zv_probe_say_as_is(&line, ZV_PROBE_OK,
			   (struct zv_str){ reach->head, reach->n_head });
	return pass(p, &line);
}

/* A first connection of its own, only to look. A TLS port says nothing by itself. */
static bool
probe_port(struct zv_probe *p)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_PORT, -1);
	struct zv_reach reach;
	struct zv_error err = { 0 };
	int rc;

	if (p->how.proxy) {
		zv_probe_say(&line, ZV_PROBE_SKIPPED, ZV_PT_PORT_PROXY, p->place, NULL);
		return pass(p, &line);
	}
	rc = zv_reach_port(p->url.host, p->url.port, !p->url.tls && !is_ajam(p),
			   p->start_ms + ZV_PROBE_BUDGET_MS, &reach, &err);
	p->left_resolver |= reach.left_resolver;
	if (rc < 0) {
		line.ms = reach.connect_ms;
		return fail_port(p, &line, err.text);
	}
	line.ms = reach.connect_ms;
	zv_probe_say(&line, ZV_PROBE_OK, ZV_PT_PORT_OPEN, p->place, NULL);
	pass(p, &line);
	return p->url.tls || is_ajam(p) || tell_greeting(p, &reach);
}

/* ---- login ----------------------------------------------------------------------------- */

static bool
fail_tls(struct zv_probe *p)
{
	struct zv_probe_line line =
		ZV_PROBE_LINE(p, ZV_PT_STEP_TLS, (int)(zv_clock_ms() - p->began_ms));

	say_reason(p, &line, p->why);
	if (strstr(p->why, "certificate"))
		zv_probe_advise(&line, ZV_PT_TLS_CURE_TRUST, NULL);
	else if (strstr(p->why, "pinned"))
		zv_probe_advise(&line, ZV_PT_TLS_CURE_PIN, NULL);
	else
		zv_probe_advise(&line, ZV_PT_TLS_CURE_SERVER, NULL);
	if (!strstr(p->why, "certificate") && !strstr(p->why, "pinned"))
		zv_probe_advise(&line, ZV_PT_TLS_CURE_PLAIN, NULL);
	return fail_with(p, &line, ZV_PROBE_END_CONNECT);
}

static void
advise_login(const struct zv_probe *p, struct zv_probe_line *line)
{
	const char *user = p->url.user;

	if (is_ajam(p) && p->reason != ZV_EAUTH) {
		zv_probe_advise(line, ZV_PT_HTTP_CURE_SESSIONLIMIT, NULL);
		zv_probe_advise(line, ZV_PT_LOGIN_CURE_HANGS, NULL);
	} else if (p->reason == ZV_EPROTO || p->reason == ZV_ECLOSED) {
		zv_probe_advise(line, ZV_PT_LOGIN_CURE_AUTHLIMIT, NULL);
	} else if (p->reason != ZV_EAUTH) {
		zv_probe_advise(line, ZV_PT_LOGIN_CURE_HANGS, NULL);
	} else if (strstr(p->why, "allowmultiplelogin")) {
		zv_probe_advise(line, ZV_PT_LOGIN_CURE_MULTI, user, NULL);
	} else if (strstr(p->why, "does not let this address in")) {
		zv_probe_advise(line, ZV_PT_LOGIN_CURE_ACL, user, NULL);
	} else {
		zv_probe_advise(line, ZV_PT_LOGIN_CURE_SECRET, user, NULL);
		zv_probe_advise(line, ZV_PT_LOGIN_CURE_ACL, user, NULL);
		zv_probe_advise(line, ZV_PT_LOGIN_CURE_USER, user, NULL);
	}
}

/* Behind TLS the greeting is seen only now. */
static bool
fail_login(struct zv_probe *p)
{
	int64_t since_ms = p->connected_ms ? p->connected_ms : p->began_ms;
	struct zv_probe_line line = ZV_PROBE_LINE(
		p, p->is_asterisk ? ZV_PT_STEP_LOGIN : ZV_PT_STEP_GREETING,
		(int)(zv_clock_ms() - since_ms));

	say_reason(p, &line, p->why);
	if (p->is_asterisk)
		advise_login(p, &line);
	else
		zv_probe_advise(&line, ZV_PT_GREETING_CURE_PORT, NULL);
	return fail_with(p, &line, zv_probe_end_of(p->reason, p->lost_during));
}

static bool
fail_session(struct zv_probe *p)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_PORT, -1);

	if (is_ajam(p))
		return fail_login(p);
	if (p->reason == ZV_ETLS && p->lost_during == ZV_STATE_CONNECTING)
		return fail_tls(p);
	if (p->lost_during == ZV_STATE_CONNECTING)
		return fail_port(p, &line, p->why);
	return fail_login(p);
}

static void
tell_stream(struct zv_probe *p)
{
	struct zv_probe_line tls =
		ZV_PROBE_LINE(p, ZV_PT_STEP_TLS,
			      p->url.tls ? (int)(p->connected_ms - p->began_ms) : -1);
	struct zv_probe_line greeting = ZV_PROBE_LINE(
		p, ZV_PT_STEP_GREETING, (int)(p->greeted_ms - p->connected_ms));
	char banner[80];

	if (p->url.tls) {
		zv_probe_say(&tls, ZV_PROBE_OK, ZV_PT_TLS_OK, NULL);
		zv_probe_tell(&p->report, &tls);
		snprintf(banner, sizeof banner, "Asterisk Call Manager/%s",
			 p->ami_version);
		zv_probe_say(&greeting, ZV_PROBE_OK, ZV_PT_GREETING_IS, banner, NULL);
		zv_probe_tell(&p->report, &greeting);
	} else if (!zv_probe_is_loopback(p)) {
		zv_probe_say(&tls, ZV_PROBE_WARNING, ZV_PT_TLS_NONE, NULL);
		zv_probe_advise(&tls, ZV_PT_TLS_NONE_CURE, NULL);
		zv_probe_tell(&p->report, &tls);
	}
}

static void
tell_login(struct zv_probe *p)
{
	int64_t since_ms = is_ajam(p) ? p->began_ms : p->greeted_ms;
	struct zv_probe_line login =
		ZV_PROBE_LINE(p, ZV_PT_STEP_LOGIN, (int)(zv_clock_ms() - since_ms));

	zv_probe_say(&login, ZV_PROBE_OK, ZV_PT_LOGIN_OK, p->url.user, NULL);
	zv_probe_tell(&p->report, &login);
}

static int
open_client(struct zv_probe *p)
{
	static const struct zv_client_handlers handlers = {
		.on_event = on_event,
		.on_state = on_state,
		.on_bytes = on_bytes,
	};
	int64_t left = p->start_ms + ZV_PROBE_BUDGET_MS - zv_clock_ms();
	struct zv_client_options own = {
		.no_reconnect = true,
		.connect_timeout_ms = left > 500 ? (int)left : 500,
		.login_timeout_ms = left > 500 ? (int)left : 500,
		.booted_wait_ms = ZV_PROBE_EVENT_MS,
	};
	struct zv_error err = { 0 };
	int code = 0;

	p->client = p->make_client(p, &own, &handlers, &code);
	if (p->client && zvon_client_open(p->client, &err) < 0) {
		code = ZV_PROBE_END_NEGATIVE; /* no memory */
	}
	return code;
}

static bool
probe_login(struct zv_probe *p)
{
	p->code = open_client(p);
	if (p->code)
		return false;
	p->began_ms = zv_clock_ms();
	while (!is_logged_in(p) && p->state != ZV_STATE_CLOSED)
		zv_probe_wait(p, -1);
	if (p->state == ZV_STATE_CLOSED)
		return fail_session(p);
	if (!is_ajam(p))
		tell_stream(p);
	tell_login(p);
	return true;
}

bool
zv_probe_connect(struct zv_probe *p)
{
	return probe_name(p) && probe_port(p) && (!is_ajam(p) || zv_probe_http(p)) &&
	       probe_login(p);
}
