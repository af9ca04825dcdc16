#include "desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH_MS 1795225251000 /* 2026-11-21 01:40:51 UTC */

void
desk_new(struct desk *d, uint64_t seed, int calls_per_minute, double speed)
{
	struct zv_office_options options = {
		.seed = seed,
		.start_ms = EPOCH_MS,
		.calls_per_minute = calls_per_minute,
		.speed = speed,
		.secret = "s3cret",
	};

	*d = (struct desk){ .now_ms = DESK_START };
	d->office = zv_office_new(&options, d->now_ms);
	assert_non_null(d->office);
	d->parser = zvon_parser_new(NULL);
	assert_non_null(d->parser);
}

void
desk_free(struct desk *d)
{
	zv_office_session_free(d->session);
	zv_office_free(d->office);
	zvon_parser_free(d->parser);
	zv_buf_deinit(&d->raw);
}

static void
drain(struct desk *d)
{
	struct zv_buf *out;

	if (!d->session)
		return;
	out = zv_office_session_output(d->session);
	zv_buf_add(&d->raw, zv_buf_str(out));
	zv_buf_consume(out, out->n);
}

void
desk_connect(struct desk *d)
{
	d->session = zv_office_session_new(d->office, "127.0.0.1/40000", d->now_ms);
	assert_non_null(d->session);
	drain(d);
}

void
desk_send(struct desk *d, struct zv_str bytes)
{
	d->failed = zv_office_session_input(d->session, bytes, d->now_ms);
	drain(d);
}

void
desk_ask(struct desk *d, const char *lines)
{
	struct zv_buf packet = { 0 };

	for (const char *s = lines; *s; s++)
		zv_buf_add(&packet,
			   *s == '\n' ? ZV_STR("\r\n") : (struct zv_str){ s, 1 });
	zv_buf_add(&packet, ZV_STR("\r\n\r\n"));
	desk_send(d, zv_buf_str(&packet));
	zv_buf_deinit(&packet);
}

void
desk_login(struct desk *d, const char *user, const char *events)
{
	char lines[200];

	desk_connect(d);
	snprintf(lines, sizeof lines,
		 "Action: Login\nUsername: %s\nSecret: s3cret\nEvents: %s", user,
		 events);
	desk_ask(d, lines);
	desk_expect(d, "Message: Authentication accepted");
}

void
desk_pass(struct desk *d, int ms)
{
	int64_t end = d->now_ms + ms;
	int64_t next;

	while ((next = zv_office_deadline(d->office)) <= end && d->failed == 0) {
		if (next > d->now_ms)
			d->now_ms = next;
		d->failed = zv_office_tick(d->office, d->now_ms);
		/* what is due is done: no busy loop */
		assert_true(zv_office_deadline(d->office) > d->now_ms);
		drain(d);
	}
	d->now_ms = end;
	drain(d);
}

const struct zv_packet *
desk_next(struct desk *d)
{
	const struct zv_packet *packet;
	int rc = zvon_parser_next(d->parser, &packet);

	if (rc == 0) {
		/* raw may move: the parser gets a copy's worth at a time */
		zvon_parser_feed(d->parser, zv_str_from(zv_buf_str(&d->raw), d->read));
		d->read = d->raw.n;
		rc = zvon_parser_next(d->parser, &packet);
	}
	assert_true(rc >= 0);
	return rc == 1 ? packet : NULL;
}

void
desk_forget(struct desk *d)
{
	zv_buf_clear(&d->raw);
	zvon_parser_reset(d->parser);
	d->read = 0;
}

const char *
desk_text(struct desk *d)
{
	static char text[1 << 20];
	size_t n = 0;

	for (size_t i = 0; i < d->raw.n && n + 1 < sizeof text; i++)
		if (d->raw.p[i] != '\r')
			text[n++] = d->raw.p[i];
	text[n] = '\0';
	desk_forget(d);
	return text;
}

void
desk_expect_at(struct desk *d, const char *wanted, const char *file, int line)
{
	const char *text = desk_text(d);

	if (strstr(text, wanted))
		return;
	print_error("wanted:\n%s\ngot:\n%s\n", wanted, text);
	_fail(file, line);
}

char *
desk_field(struct desk *d, const char *event, const char *key)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	char *value = NULL;

	assert_non_null(parser);
	zvon_parser_feed(parser, zv_buf_str(&d->raw));
	while (!value && zvon_parser_next(parser, &packet) == 1) {
		struct zv_str found = zvon_packet_get(packet, zvon_str(key));

		if (packet->kind == ZV_PACKET_EVENT &&
		    zvon_str_equal(packet->name, zvon_str(event)))
			value = strndup(found.n ? found.p : "", found.n);
	}
	zvon_parser_free(parser);
	return value;
}
