#include "onec/raw_stream.h"

#include "base/err.h"
#include "base/str.h"

int
zv_raw_stream_init(struct zv_raw_stream *s)
{
	*s = (struct zv_raw_stream){ 0 };
	s->parser = zvon_parser_new(NULL);
	return s->parser ? 0 : ZV_ENOMEM;
}

void
zv_raw_stream_deinit(struct zv_raw_stream *s)
{
	zvon_parser_free(s->parser);
	zv_raw_http_deinit(&s->http);
	*s = (struct zv_raw_stream){ 0 };
}

void
zv_raw_stream_feed(struct zv_raw_stream *s, struct zv_str bytes)
{
	s->in = bytes;
}

/* One byte after the other: as many as the decision needs. */
static void
decide(struct zv_raw_stream *s)
{
	static const char start[] = ZV_RAW_HTTP_START;

	while (s->kind == ZV_RAW_UNKNOWN && s->in.n) {
		s->first[s->n_first] = *s->in.p;
		s->in = zv_str_from(s->in, 1);
		if (s->first[s->n_first] != start[s->n_first])
			s->kind = ZV_RAW_AMI;
		else if (s->n_first + 1 == sizeof s->first)
			s->kind = ZV_RAW_HTTP;
		s->n_first++;
	}
}

/* What is to be read next: the first bytes, then what was given. */
static bool
take_piece(struct zv_raw_stream *s, struct zv_str *piece)
{
	*piece = s->n_first ? (struct zv_str){ s->first, s->n_first } : s->in;
	if (s->n_first)
		s->n_first = 0;
	else
		s->in = (struct zv_str){ NULL, 0 };
	return piece->n > 0;
}

static int
next_packet(struct zv_raw_stream *s, struct zv_raw_unit *unit, struct zv_error *err)
{
	for (;;) {
		int rc = zvon_parser_next(s->parser, &unit->packet);
		struct zv_str piece;

		if (rc < 0)
			return zv_fail(err, rc, "%s", zvon_parser_error(s->parser));
		if (rc == 1 || !take_piece(s, &piece))
			return rc;
		zvon_parser_feed(s->parser, piece);
	}
}

static int
next_answer(struct zv_raw_stream *s, struct zv_raw_unit *unit, struct zv_error *err)
{
	unit->packet = NULL;
	if (s->n_first) {
		struct zv_str piece;
		int rc;

		take_piece(s, &piece);
		rc = zv_raw_http_next(&s->http, &piece, &unit->answer, err);
		if (rc != 0)
			return rc;
	}
	return zv_raw_http_next(&s->http, &s->in, &unit->answer, err);
}

int
zv_raw_stream_next(struct zv_raw_stream *s, struct zv_raw_unit *unit,
		   struct zv_error *err)
{
	decide(s);
	if (s->kind == ZV_RAW_UNKNOWN)
		return 0;
	return s->kind == ZV_RAW_HTTP ? next_answer(s, unit, err)
				      : next_packet(s, unit, err);
}

bool
zv_raw_stream_end(struct zv_raw_stream *s, struct zv_raw_unit *unit)
{
	unit->packet = NULL;
	return s->kind == ZV_RAW_HTTP && zv_raw_http_end(&s->http, &unit->answer);
}
