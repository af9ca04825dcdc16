#include "ajdrive.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"

#define TICKS_AT_ONCE 100 /* more of them in one millisecond are a busy loop */

const struct zv_ajam_session_options ajdrive_defaults = {
	.ami = {
		.user = { "ops", 3 },
		.secret = { "s3cret", 6 },
		.events = { "on", 2 },
		.login_timeout_ms = 4500,
		.action_timeout_ms = 10000,
		.ping_after_ms = 10000,
		.ping_timeout_ms = 5000,
		.max_pending = 1000,
		.seed = 0x1234567800000000u,
	},
	.path = { "/asterisk/rawman", 16 },
	.encoding = ZV_AJAM_RAWMAN,
};

static void
on_event(void *user, const struct zv_packet *event)
{
	ledger_on_event(&((struct ajdrive *)user)->told, event);
}

static void
on_state(void *user, enum zv_client_state state)
{
	ledger_on_state(&((struct ajdrive *)user)->told, state);
}

static void
on_text(void *user, enum zv_direction direction, struct zv_str text)
{
	struct ajdrive *d = user;

	zv_buf_add_char(&d->text, direction == ZV_TO_SERVER ? '>' : '<');
	zv_buf_add(&d->text, text);
}

bool
ajdrive_new(struct ajdrive *d, const struct zv_ajam_session_options *options)
{
	static const struct zv_ajam_session_handlers handlers = {
		.ami = { on_event, on_state },
		.on_text = on_text,
	};

	*d = (struct ajdrive){
		.now_ms = AJDRIVE_START,
		.cookie = AJDRIVE_COOKIE,
		.max_age = "60",
	};
	d->asked.secret = true;
	ledger_init(&d->told);
	d->session = zv_ajam_session_new(options ? options : &ajdrive_defaults,
					 &handlers, d, &d->told.log);
	return d->session != NULL;
}

/* The script's own copies must not be found when the heap is searched for secrets. */
static void
wipe_and_free(char *text)
{
	if (text)
		zv_wipe(text, strlen(text));
	free(text);
}

static void
forget_request(struct ajdrive_line *l)
{
	wipe_and_free(l->target);
	wipe_and_free(l->fields);
	wipe_and_free(l->body);
	free(l->action_id);
	l->target = l->fields = l->body = l->action_id = NULL;
}

void
ajdrive_free(struct ajdrive *d)
{
	zv_ajam_session_free(d->session);
	for (int i = 0; i < ZV_AJAM_N_EXCHANGES; i++)
		forget_request(&d->lines[i]);
	ledger_deinit(&d->told);
	zv_buf_deinit(&d->asked);
	zv_buf_deinit(&d->text);
}

/* ---- orders ------------------------------------------------------------------ */

static char *
copy_of(struct zv_str s)
{
	char *copy = calloc(1, s.n + 1);

	assert_non_null(copy);
	return s.n ? memcpy(copy, s.p, s.n) : copy;
}

static char
unhex(const char *p)
{
	char digits[] = { p[0], p[1], '\0' };

	return (char)strtol(digits, NULL, 16);
}

/* One part of a form, decoded. Free it. */
static char *
decoded(struct zv_str s)
{
	char *out = copy_of(s);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++, n++) {
		bool is_hex = s.p[i] == '%' && i + 2 < s.n;

		out[n] = is_hex ? unhex(s.p + i + 1) : s.p[i];
		i += is_hex ? 2 : 0;
	}
	out[n] = '\0';
	return out;
}

/* "Action=Ping&ActionID=…" of the last request. */
static struct zv_str
form_of(const struct ajdrive_line *l)
{
	const char *query = strchr(l->target, '?');

	return zvon_str(l->is_post ? l->body : query ? query + 1 : "");
}

static void
show_request(struct ajdrive *d, const struct ajdrive_line *l)
{
	struct zv_str rest = form_of(l), part;
	size_t i = 0;

	for (; zv_str_split(&rest, '&', &part); i++) {
		char *text = decoded(part);

		if (i == 0)
			zv_buf_printf(&d->asked, "%s(", text + strlen("Action="));
		else if (i > 1)
			zv_buf_printf(&d->asked, "%s%s", i > 2 ? "|" : "", text);
		wipe_and_free(text);
	}
	zv_buf_printf(&d->asked, ")%s", l->is_post ? "" : "/GET");
}

static void
check_request(const struct ajdrive_line *l)
{
	assert_null(strstr(l->target, "s3cret"));
	assert_null(strstr(l->fields, "s3cret"));
	if (l->is_post)
		assert_null(strchr(l->target, '?'));
	else
		assert_string_equal(l->body, "");
	assert_true(strlen(l->target) + strlen("POST  HTTP/1.1\r\n") <=
		    ZV_AJAM_MAX_REQUEST_LINE + 1);
}

static void
begin_exchange(struct ajdrive *d, const struct zv_ajam_order *order)
{
	struct ajdrive_line *l = &d->lines[order->exchange];

	assert_false(l->running);
	assert_true(order->ticket != l->ticket && order->ticket != 0);
	forget_request(l);
	*l = (struct ajdrive_line){
		.running = true,
		.ticket = order->ticket,
		.timeout_ms = order->timeout_ms,
		.is_post = order->asked.is_post,
		.target = copy_of(order->asked.target),
		.fields = copy_of(order->asked.fields),
		.body = copy_of(order->asked.body),
	};
	l->action_id = ajdrive_field(d, order->exchange, "ActionID");
	check_request(l);
	d->n_waits += order->exchange == W;
	show_request(d, l);
}

static void
drain(struct ajdrive *d)
{
	struct zv_ajam_order order;

	while (zv_ajam_session_next_order(d->session, &order)) {
		if (d->asked.n)
			zv_buf_add_char(&d->asked, ' ');
		zv_buf_printf(&d->asked, "%c:", order.exchange == W ? 'W' : 'C');
		if (order.kind == ZV_AJAM_ORDER_START) {
			begin_exchange(d, &order);
			continue;
		}
		d->lines[order.exchange].running = false;
		zv_buf_add(&d->asked, ZV_STR("CANCEL"));
	}
}

static void
note_result(struct ajdrive *d, int rc)
{
	drain(d);
	if (rc < 0 && !d->failed)
		d->failed = rc;
}

/* ---- time -------------------------------------------------------------------- */

static void
tick_while_due(struct ajdrive *d)
{
	for (int i = 0; !d->failed; i++) {
		note_result(d, zv_ajam_session_tick(d->session, d->now_ms, &d->err));
		if (zv_ajam_session_deadline(d->session) > d->now_ms)
			return;
		if (i == TICKS_AT_ONCE)
			fail_msg("busy loop: deadline %lld at %lld",
				 (long long)zv_ajam_session_deadline(d->session),
				 (long long)d->now_ms);
	}
}

void
ajdrive_start(struct ajdrive *d)
{
	d->failed = 0;
	d->err = (struct zv_error){ 0 };
	zv_ajam_session_start(d->session, d->now_ms);
	tick_while_due(d);
}

void
ajdrive_stop(struct ajdrive *d, bool for_good)
{
	zv_ajam_session_stop(d->session, for_good);
	for (int i = 0; i < ZV_AJAM_N_EXCHANGES; i++)
		d->lines[i].running = false;
	drain(d);
}

void
ajdrive_wait(struct ajdrive *d, int64_t ms)
{
	int64_t end = d->now_ms + ms;

	while (!d->failed) {
		int64_t at = zv_ajam_session_deadline(d->session);

		if (at > end)
			break;
		if (at > d->now_ms)
			d->now_ms = at;
		tick_while_due(d);
	}
	if (!d->failed)
		d->now_ms = end;
}

/* ---- answers ------------------------------------------------------------------ */

void
ajdrive_head(struct ajdrive *d, int line, const char *status, const char *fields)
{
	struct ajdrive_line *l = &d->lines[line];
	struct zv_buf head = { .secret = true };
	char *exact;

	zv_buf_printf(&head, "HTTP/1.1 %s\r\n", status);
	for (; *fields; fields++) {
		if (*fields == '\n')
			zv_buf_add_char(&head, '\r');
		zv_buf_add_char(&head, *fields);
	}
	zv_buf_add(&head, ZV_STR("\r\n"));
	exact = exact_copy(zv_buf_str(&head));
	note_result(d, zv_ajam_session_head(d->session, l->ticket,
					    (struct zv_str){ exact, head.n }, d->now_ms,
					    &d->err));
	zv_wipe(exact, head.n);
	free(exact);
	zv_buf_deinit(&head);
}

void
ajdrive_body(struct ajdrive *d, int line, const char *body)
{
	struct ajdrive_line *l = &d->lines[line];
	struct zv_buf text = { 0 };
	struct zv_str rest = zvon_str(body), part;
	char *exact;

	while (zv_str_split(&rest, '\n', &part)) {
		if (zvon_str_equal(part, ZV_STR("@")))
			zv_buf_printf(&text, "ActionID: %s", l->action_id);
		else
			zv_buf_add(&text, part);
		if (rest.p)
			zv_buf_add(&text, ZV_STR("\r\n"));
	}
	exact = exact_copy(zv_buf_str(&text));
	note_result(d, zv_ajam_session_body(d->session, l->ticket,
					    (struct zv_str){ exact, text.n }, d->now_ms,
					    &d->err));
	free(exact);
	zv_buf_deinit(&text);
}

void
ajdrive_end(struct ajdrive *d, int line, int code, const char *text)
{
	struct ajdrive_line *l = &d->lines[line];
	struct zv_error why = { .code = code };

	snprintf(why.text, sizeof why.text, "%s", text);
	l->running = false;
	note_result(d, zv_ajam_session_end(d->session, l->ticket, &why, d->now_ms,
					   &d->err));
}

static void
add_cookie(const struct ajdrive *d, struct zv_buf *out)
{
	if (!d->cookie)
		return;
	zv_buf_printf(out, "Set-Cookie: mansession_id=\"%s\"; Version=1", d->cookie);
	if (d->max_age)
		zv_buf_printf(out, "; Max-Age=%s", d->max_age);
	zv_buf_add_char(out, '\n');
}

/* In the order and with the words of captures/…/ajam/rawman-session.http. */
static void
add_fields(const struct ajdrive *d, struct zv_buf *out)
{
	if (d->is_old)
		zv_buf_add(out, ZV_STR("Server: Asterisk/1.8.32.3\nConnection: close\n"
				       "Cache-Control: no-cache, no-store\n"
				       "Content-type: text/plain\n"
				       "Cache-Control: no-cache;\n"));
	else
		zv_buf_add(out, ZV_STR("Server: Asterisk\n"
				       "Cache-Control: no-cache, no-store\n"
				       "Content-type: text/plain\n"));
	add_cookie(d, out);
	zv_buf_add(out, ZV_STR("Pragma: SuppressEvents\n"));
}

void
ajdrive_answer(struct ajdrive *d, int line, const char *body)
{
	unsigned long ticket = d->lines[line].ticket;
	struct zv_buf fields = { .secret = true };

	if (!d->lines[line].running)
		fail_msg("nothing was asked there");
	add_fields(d, &fields);
	ajdrive_head(d, line, "200 OK", zv_buf_cstr(&fields));
	zv_buf_deinit(&fields);
	if (*body)
		ajdrive_body(d, line, body);
	if (d->lines[line].ticket == ticket && d->lines[line].running)
		ajdrive_end(d, line, 0, "");
}

void
ajdrive_page(struct ajdrive *d, int line, const char *status, const char *fields,
	     const char *body)
{
	ajdrive_head(d, line, status, fields);
	if (*body)
		ajdrive_body(d, line, body);
	ajdrive_end(d, line, 0, "");
}

void
ajdrive_ask_digest(struct ajdrive *d, int line, const char *nonce, bool stale)
{
	struct zv_buf fields = { 0 };

	zv_buf_printf(&fields,
		      "Server: Asterisk\nContent-type: text/html\n"
		      "WWW-authenticate: Digest algorithm=MD5, realm=\"asterisk\", "
		      "nonce=\"%s\", qop=\"auth\", opaque=\"%s\"%s\n",
		      nonce, nonce, stale ? ", stale=true" : "");
	ajdrive_page(d, line, "401 Unauthorized", zv_buf_cstr(&fields),
		     "<html><title>401 Unauthorized</title></html>\n");
	zv_buf_deinit(&fields);
}

/* ---- actions ----------------------------------------------------------------- */

int
ajdrive_send(struct ajdrive *d, const char *as, const char *action, const char *fields,
	     int timeout_ms)
{
	struct zv_error err = { 0 };
	struct zv_request *r = ledger_request(action, fields, &err);
	struct ledger_asked *asked = ledger_ask(&d->told, as);
	int rc = r ? 0 : err.code;

	if (rc == 0)
		rc = zv_ajam_session_send(d->session, r, timeout_ms, ledger_on_reply,
					  asked, d->now_ms, &err);
	if (rc < 0) {
		assert_int_equal(err.code, rc);
		assert_true(err.text[0] != '\0');
		ledger_forget(asked);
	}
	zvon_request_free(r);
	tick_while_due(d);
	return rc;
}

void
ajdrive_log_in(struct ajdrive *d)
{
	ajdrive_forget(d);
	ajdrive_start(d);
	if (strstr(d->lines[C].body, "Action=Challenge"))
		ajdrive_answer(d, C, "Response: Success\n@\nChallenge: 4711\n\n");
	else if (strstr(d->lines[C].body, "Action=Events"))
		ajdrive_ask_digest(d, C, "5f1d2c3b", false);
	ajdrive_answer(d, C, SUCCESS);
	ajdrive_answer(d, C, "Response: Success\n@\nAMIversion: 11.0.0\n\n");
	if (d->failed)
		fail_msg("login failed: %s", d->err.text);
	tick_while_due(d);
	ajdrive_forget(d);
}

void
ajdrive_forget(struct ajdrive *d)
{
	zv_buf_clear(&d->told.news);
	zv_buf_clear(&d->asked);
	zv_buf_clear(&d->text);
}

/* ---- checks ------------------------------------------------------------------ */

void
expect_told(struct ajdrive *d, const char *wanted)
{
	ledger_expect(&d->told, wanted);
}

void
expect_asked(struct ajdrive *d, const char *wanted)
{
	check_text("asked", zv_buf_str(&d->asked), zvon_str(wanted));
	zv_buf_clear(&d->asked);
}

void
expect_lost(struct ajdrive *d, int code, const char *words)
{
	if (d->failed != code || d->err.code != code || !strstr(d->err.text, words))
		fail_msg("wanted %s '%s', got %s '%s' (%s)", zvon_err_name(code), words,
			 zvon_err_name(d->failed), d->err.text,
			 zvon_err_name(d->err.code));
}

char *
ajdrive_field(struct ajdrive *d, int line, const char *key)
{
	struct zv_str rest = form_of(&d->lines[line]), part, name;

	while (zv_str_split(&rest, '&', &part)) {
		zv_str_split(&part, '=', &name);
		if (zvon_str_equal_nocase(name, zvon_str(key)))
			return decoded(part);
	}
	return copy_of(ZV_STR(""));
}
