#include "drive.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

const struct zv_ami_session_options drive_defaults = {
	.user = { "ops", 3 },
	.secret = { "s3cret", 6 },
	.events = { "on", 2 },
	.login_timeout_ms = 4500,
	.action_timeout_ms = 10000,
	.booted_wait_ms = 2000,
	.ping_after_ms = 10000,
	.ping_timeout_ms = 5000,
	.max_pending = 1000,
	.seed = 0x1234567800000000u,
};

bool
drive_new(struct drive *d, const struct zv_ami_session_options *options)
{
	static const struct zv_ami_session_handlers handlers = { ledger_on_event,
								 ledger_on_state };

	*d = (struct drive){ .now_ms = DRIVE_START };
	ledger_init(&d->told);
	d->session = zv_ami_session_new(options ? options : &drive_defaults, &handlers,
					&d->told, &d->told.log);
	return d->session != NULL;
}

void
drive_free(struct drive *d)
{
	zv_ami_session_free(d->session);
	zv_buf_deinit(&d->wire);
	ledger_deinit(&d->told);
}

/* The transport takes everything at once. */
static void
drain(struct drive *d)
{
	struct zv_buf *out = zv_ami_session_output(d->session);

	zv_buf_add(&d->wire, zv_buf_str(out));
	zv_buf_consume(out, out->n);
}

static void
note_result(struct drive *d, int rc)
{
	drain(d);
	if (rc < 0 && !d->failed)
		d->failed = rc;
}

void
drive_start(struct drive *d)
{
	d->failed = 0;
	d->err = (struct zv_error){ 0 };
	zv_ami_session_start(d->session, d->now_ms);
	drain(d);
}

void
drive_input(struct drive *d, struct zv_str bytes)
{
	char *exact = exact_copy(bytes);

	note_result(d,
		    zv_ami_session_input(d->session, (struct zv_str){ exact, bytes.n },
					 d->now_ms, &d->err));
	free(exact);
}

void
drive_says(struct drive *d, const char *text)
{
	struct zv_buf bytes = { 0 };

	for (; *text; text++) {
		if (*text == '\n')
			zv_buf_add_char(&bytes, '\r');
		zv_buf_add_char(&bytes, *text);
	}
	drive_input(d, zv_buf_str(&bytes));
	zv_buf_deinit(&bytes);
}

void
drive_saysf(struct drive *d, const char *format, ...)
{
	struct zv_buf text = { 0 };
	va_list args;

	va_start(args, format);
	zv_buf_vprintf(&text, format, args);
	va_end(args);
	drive_says(d, zv_buf_cstr(&text));
	zv_buf_deinit(&text);
}

static void
tick(struct drive *d)
{
	note_result(d, zv_ami_session_tick(d->session, d->now_ms, &d->err));
	if (!d->failed && zv_ami_session_deadline(d->session) <= d->now_ms)
		fail_msg("busy loop: deadline %lld at %lld",
			 (long long)zv_ami_session_deadline(d->session),
			 (long long)d->now_ms);
}

void
drive_wait(struct drive *d, int64_t ms)
{
	int64_t end = d->now_ms + ms;

	while (!d->failed) {
		int64_t at = zv_ami_session_deadline(d->session);

		if (at > end)
			break;
		if (at > d->now_ms)
			d->now_ms = at;
		tick(d);
	}
	if (!d->failed) {
		d->now_ms = end;
		tick(d);
	}
}

/* ---- actions ----------------------------------------------------------------- */

int
drive_send(struct drive *d, const char *as, const char *action, const char *fields,
	   int timeout_ms)
{
	struct zv_error err = { 0 };
	struct zv_request *r = ledger_request(action, fields, &err);
	struct ledger_asked *asked = ledger_ask(&d->told, as);
	int rc = r ? 0 : err.code;

	if (rc == 0)
		rc = zv_ami_session_send(d->session, r, timeout_ms, ledger_on_reply,
					 asked, d->now_ms, &err);
	if (rc < 0) {
		assert_int_equal(err.code, rc);
		assert_true(err.text[0] != '\0');
		ledger_forget(asked);
	}
	zvon_request_free(r);
	drain(d);
	return rc;
}

/* Answers the action of that name that was sent last. */
static void
accept(struct drive *d, const char *action)
{
	char *id = drive_action_id(d, action);

	drive_saysf(d, "Response: Success\nActionID: %s\nChallenge: 4711\n\n", id);
	free(id);
}

void
drive_log_in(struct drive *d)
{
	drive_forget(d);
	drive_start(d);
	drive_says(d, "Asterisk Call Manager/11.0.0\n");
	accept(d, "Challenge");
	accept(d, "Login");
	drive_says(d, "Event: FullyBooted\nStatus: Fully Booted\n\n");
	assert_int_equal(zv_ami_session_state(d->session), ZV_STATE_READY);
	drive_forget(d);
}

void
drive_forget(struct drive *d)
{
	zv_buf_clear(&d->told.news);
	zv_buf_clear(&d->wire);
}

/* ---- checks ------------------------------------------------------------------ */

void
expect_news(struct drive *d, const char *wanted)
{
	ledger_expect(&d->told, wanted);
}

static void
add_request(struct zv_buf *out, const struct zv_packet *p)
{
	bool first = true;

	assert_true(p->n_fields >= 2);
	assert_true(zvon_str_equal(p->fields[0].key, ZV_STR("Action")));
	assert_true(zvon_str_equal(p->fields[1].key, ZV_STR("ActionID")));
	if (out->n)
		zv_buf_add_char(out, ' ');
	add_shown(out, p->name);
	zv_buf_add_char(out, '(');
	for (size_t i = 2; i < p->n_fields; i++, first = false) {
		if (!first)
			zv_buf_add_char(out, '|');
		add_shown(out, p->fields[i].key);
		zv_buf_add_char(out, '=');
		add_shown(out, p->fields[i].value);
	}
	zv_buf_add_char(out, ')');
}

void
expect_sent(struct drive *d, const char *wanted)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *p;
	struct zv_buf got = { 0 };

	assert_non_null(parser);
	assert_int_equal(zvon_parser_feed(parser, zv_buf_str(&d->wire)), 0);
	while (zvon_parser_next(parser, &p) == 1)
		add_request(&got, p);
	assert_int_equal(zvon_parser_pending(parser), 0);
	check_text("sent", zv_buf_str(&got), zvon_str(wanted));
	zv_buf_deinit(&got);
	zvon_parser_free(parser);
	zv_buf_clear(&d->wire);
}

void
expect_failure(struct drive *d, int code, const char *words)
{
	if (d->failed != code || d->err.code != code || !strstr(d->err.text, words))
		fail_msg("wanted %s '%s', got %s '%s' (%s)", zvon_err_name(code), words,
			 zvon_err_name(d->failed), d->err.text,
			 zvon_err_name(d->err.code));
}

static char *
copy_of(struct zv_str s)
{
	char *copy = calloc(1, s.n + 1);

	assert_non_null(copy);
	return memcpy(copy, s.p, s.n);
}

char *
drive_action_id(struct drive *d, const char *action)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *p;
	char *id = NULL;

	assert_non_null(parser);
	zvon_parser_feed(parser, zv_buf_str(&d->wire));
	while (zvon_parser_next(parser, &p) == 1) {
		if (!zvon_str_equal(p->name, zvon_str(action)))
			continue;
		free(id);
		id = copy_of(p->fields[1].value);
	}
	zvon_parser_free(parser);
	assert_non_null(id);
	return id;
}
