/* The parser works in the caller's bytes. Only the packet that a feed leaves
 * unfinished is copied (`held`); what was found in it so far stays found, so that a
 * packet fed byte by byte costs no more than one fed whole. */
#include "zvon/parser.h"

#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

#define FIRST_FIELDS 64
#define KEEP_FIELDS  4096 /* a table larger than that is not kept for the next packet */
#define BANNER	     "Asterisk Call Manager/"
#define END_MARK     "--END COMMAND--" /* of an old command answer, up to Asterisk 13 */
#define REASON_MAX   120
#define FIRST_HELD   256
#define EMPTY_LINE   3 /* bytes of the longest empty line, CR CR LF */
#define LIMIT_MOST   (SIZE_MAX / 4)

enum mode {
	MODE_FIELDS,
	MODE_HEAD, /* of `Response: Follows`: Privilege and ActionID, then free text */
	MODE_BODY, /* the free text */
};

enum line_end {
	LINE_END_UNKNOWN,
	LINE_END_CRLF,
	LINE_END_LF, /* a log that lost its CRs; decided by the first line */
};

struct zv_parser {
	struct zv_parser_limits limits;
	struct zv_str in;   /* borrowed: fed, not used yet */
	struct zv_buf held; /* an unfinished packet, copied */
	bool in_held;	    /* `start` points into held */
	bool delivered;	    /* `packet` was given out */

	/* the packet being read; offsets count from `start` */
	const char *start;
	size_t line; /* the line that is not complete yet */
	size_t look; /* where to look on for its end */
	size_t body;
	enum mode mode;
	enum line_end line_end;

	struct zv_packet packet;
	struct zv_field *fields;
	size_t cap_fields;

	int error;
	char reason[REASON_MAX];
};

static void
forget_packet(struct zv_parser *p)
{
	p->packet = (struct zv_packet){ .kind = ZV_PACKET_OTHER, .fields = p->fields };
	p->line = p->look = p->body = 0;
	p->mode = MODE_FIELDS;
}

static size_t
limit_or(size_t limit, size_t otherwise)
{
	return !limit ? otherwise : limit < LIMIT_MOST ? limit : LIMIT_MOST;
}

struct zv_parser *
zvon_parser_new(const struct zv_parser_limits *limits)
{
	static const struct zv_parser_limits defaults = { 0 };
	struct zv_parser *p = zv_calloc(1, sizeof *p);

	if (!p)
		return NULL;
	if (!limits)
		limits = &defaults;
	p->limits.max_packet_bytes =
		limit_or(limits->max_packet_bytes, ZV_MAX_PACKET_BYTES);
	p->limits.max_response_bytes =
		limit_or(limits->max_response_bytes, ZV_MAX_RESPONSE_BYTES);
	p->limits.max_fields = limit_or(limits->max_fields, ZV_MAX_FIELDS);
	forget_packet(p);
	return p;
}

void
zvon_parser_free(struct zv_parser *p)
{
	if (!p)
		return;
	zv_buf_deinit(&p->held);
	zv_free(p->fields);
	zv_free(p);
}

void
zvon_parser_reset(struct zv_parser *p)
{
	p->in = (struct zv_str){ NULL, 0 };
	zv_buf_clear(&p->held);
	p->in_held = p->delivered = false;
	p->line_end = LINE_END_UNKNOWN;
	p->error = 0;
	p->reason[0] = '\0';
	forget_packet(p);
}

const char *
zvon_parser_error(const struct zv_parser *p)
{
	return p->reason;
}

size_t
zvon_parser_pending(const struct zv_parser *p)
{
	return p->delivered ? 0 : p->held.n;
}

int
zvon_parser_feed(struct zv_parser *p, struct zv_str bytes)
{
	if (p->error)
		return p->error;
	if (p->in.n)
		return ZV_EINVAL;
	p->in = bytes;
	return 0;
}

/* ---- limits --------------------------------------------------------------- */

static int
break_stream(struct zv_parser *p, int code, const char *what, size_t limit)
{
	p->error = code;
	if (code == ZV_ENOMEM)
		snprintf(p->reason, sizeof p->reason, "out of memory");
	else
		snprintf(p->reason, sizeof p->reason,
			 "%s: longer than the limit of %zu", what, limit);
	return code;
}

/* A response was asked for and may be long; anything else comes unasked. */
static size_t
packet_limit(const struct zv_parser *p)
{
	return p->packet.kind == ZV_PACKET_RESPONSE ? p->limits.max_response_bytes
						    : p->limits.max_packet_bytes;
}

static int
check_line(struct zv_parser *p, size_t bytes)
{
	if (bytes <= p->limits.max_packet_bytes)
		return 0;
	return break_stream(p, ZV_ETOOBIG, "line, bytes (max_packet_bytes)",
			    p->limits.max_packet_bytes);
}

static int
check_packet(struct zv_parser *p, size_t bytes)
{
	if (bytes <= packet_limit(p))
		return 0;
	return break_stream(p, ZV_ETOOBIG,
			    p->packet.kind == ZV_PACKET_RESPONSE
				    ? "response, bytes (max_response_bytes)"
				    : "packet, bytes (max_packet_bytes)",
			    packet_limit(p));
}

/* What is unfinished may end in (a part of) a line end or an empty line, which do not
 * count: the same bytes pass in one piece and in many. In the head of `Response:
 * Follows` it may be free text, whose lines have no limit of their own. */
static int
check_unfinished(struct zv_parser *p, size_t bytes)
{
	size_t line = bytes - p->line;

	if (p->mode == MODE_FIELDS && line > EMPTY_LINE &&
	    check_line(p, line - EMPTY_LINE) < 0)
		return p->error;
	return bytes > EMPTY_LINE ? check_packet(p, bytes - EMPTY_LINE) : 0;
}

/* ---- lines ---------------------------------------------------------------- */

static int
grow_fields(struct zv_parser *p)
{
	size_t cap = p->cap_fields ? p->cap_fields * 2 : FIRST_FIELDS;
	struct zv_field *fields;

	if (cap > p->limits.max_fields)
		cap = p->limits.max_fields;
	if (p->packet.n_fields >= cap)
		return break_stream(p, ZV_ETOOBIG, "packet, lines (max_fields)", cap);
	fields = zv_realloc(p->fields, cap * sizeof *fields);
	if (!fields)
		return break_stream(p, ZV_ENOMEM, NULL, 0);
	p->packet.fields = p->fields = fields;
	p->cap_fields = cap;
	return 0;
}

/* Without ": " right after the first colon: `a:b: c`, `Empty:`, `NoColon`. */
static struct zv_field
split_odd_line(struct zv_str line)
{
	size_t at = zv_str_find(line, ZV_STR(": ")), after = at + 2;

	if (at == line.n) {
		at = zv_str_find(line, ZV_STR(":"));
		after = at + 1;
	}
	return (struct zv_field){ { line.p, at }, zv_str_from(line, after) };
}

static inline struct zv_field
split_line(struct zv_str line)
{
	const char *colon = memchr(line.p, ':', line.n);
	size_t key;

	if (!colon || colon + 1 >= line.p + line.n || colon[1] != ' ')
		return split_odd_line(line);
	key = (size_t)(colon - line.p);
	return (struct zv_field){ { line.p, key }, { colon + 2, line.n - key - 2 } };
}

/* The first line tells what the packet is; a later `Response:` does not (there is
 * one inside `Event: OriginateResponse`). */
static void
classify(struct zv_parser *p, const struct zv_field *first)
{
	p->packet.name = first->value;
	if (zvon_str_equal(first->key, ZV_STR("Event")) ||
	    zvon_str_equal_nocase(first->key, ZV_STR("Event"))) {
		p->packet.kind = ZV_PACKET_EVENT;
	} else if (zvon_str_equal_nocase(first->key, ZV_STR("Response"))) {
		p->packet.kind = ZV_PACKET_RESPONSE;
		if (zvon_str_equal_nocase(first->value, ZV_STR("Follows")))
			p->mode = MODE_HEAD;
	}
}

static inline int
add_field(struct zv_parser *p, struct zv_str line)
{
	struct zv_field *f;

	if (p->packet.n_fields == p->cap_fields && grow_fields(p) < 0)
		return p->error;
	f = &p->fields[p->packet.n_fields++];
	*f = split_line(line);
	if (p->packet.n_fields == 1)
		classify(p, f);
	return 0;
}

/* In the head of `Response: Follows` only these lines are fields. */
static bool
is_head_line(const struct zv_parser *p, struct zv_str line)
{
	struct zv_str key = split_line(line).key;

	return (zvon_str_equal_nocase(key, ZV_STR("Privilege")) ||
		zvon_str_equal_nocase(key, ZV_STR("ActionID"))) &&
	       !zvon_packet_find(&p->packet, key);
}

/* Also CR CR LF, as some tools make of CR LF. */
static bool
is_empty_line(struct zv_str line)
{
	return line.n == 0 || (line.n == 1 && line.p[0] == '\r');
}

/* ---- one packet ------------------------------------------------------------ */

enum {
	NEED_MORE = 0,
	COMPLETE = 1,
};

static int
complete(struct zv_parser *p, size_t text_bytes)
{
	if (check_packet(p, text_bytes) < 0)
		return p->error;
	p->packet.text = (struct zv_str){ p->start, text_bytes };
	return COMPLETE;
}

/* The text ends with the mark, a line end and an empty line; a mark anywhere else
 * is the command's own output. `end` is behind a LF. */
static int
scan_body(struct zv_parser *p, size_t end)
{
	struct zv_str mark = p->line_end == LINE_END_LF ? ZV_STR(END_MARK "\n\n")
							: ZV_STR(END_MARK "\r\n\r\n");
	struct zv_str text = { p->start + p->body, end - p->body };

	p->line = p->look = end;
	if (!zv_str_ends(text, mark))
		return NEED_MORE;
	p->packet.body = (struct zv_str){ text.p, text.n - mark.n };
	p->packet.has_body = true;
	return complete(p, end - (p->line_end == LINE_END_LF ? 1 : 2));
}

static int
begin_body(struct zv_parser *p, size_t end)
{
	p->mode = MODE_BODY;
	p->body = p->line;
	return scan_body(p, end);
}

/* One line without its line end, [line, stop); `end` is behind the line end. */
static inline int
scan_line(struct zv_parser *p, size_t stop, size_t end)
{
	struct zv_str line = { p->start + p->line, stop - p->line };
	int rc;

	if (p->mode == MODE_HEAD && !is_head_line(p, line))
		return begin_body(p, end);
	if (is_empty_line(line)) {
		rc = p->packet.n_fields ? complete(p, p->line) : NEED_MORE;
		if (rc == NEED_MORE) /* a stray empty line between packets */
			p->start += end;
		p->line = p->look = rc == NEED_MORE ? 0 : end;
		return rc;
	}
	if (check_line(p, line.n) < 0)
		return p->error;
	if (p->packet.n_fields == 0 && line.p[0] == BANNER[0] &&
	    zv_str_starts(line, ZV_STR(BANNER))) {
		p->packet.kind = ZV_PACKET_BANNER;
		p->packet.name = line;
		p->line = p->look = end;
		return complete(p, line.n);
	}
	rc = add_field(p, line);
	p->line = p->look = end;
	return rc;
}

/* The LF at `lf`: does it end the line, and where does the line stop? Asterisk ends
 * lines in CRLF, so a lone LF is part of a value (`No Contacts found\n`). */
static inline bool
is_line_end(struct zv_parser *p, size_t lf, size_t *stop)
{
	bool cr = lf > p->line && p->start[lf - 1] == '\r';

	if (p->line_end == LINE_END_UNKNOWN)
		p->line_end = cr ? LINE_END_CRLF : LINE_END_LF;
	*stop = cr ? lf - 1 : lf;
	return cr || p->line_end == LINE_END_LF;
}

/* The lines that nearly all lines are, `Key: value` CRLF behind the first one, in one
 * tight loop: it stops at the first line that is anything else. COMPLETE (or an
 * error): that was the empty line. */
static int
scan_plain_fields(struct zv_parser *p, const char *end)
{
	struct zv_field *f = p->fields + p->packet.n_fields;
	struct zv_field *last = p->fields + p->cap_fields;
	const size_t max_line = p->limits.max_packet_bytes;
	const char *line = p->start + p->line, *look = p->start + p->look;
	const char *stop = NULL, *lf;

	while (f < last && (lf = memchr(look, '\n', (size_t)(end - look)))) {
		const char *colon;

		stop = lf - 1;
		if (stop <= line || *stop != '\r' || (size_t)(stop - line) > max_line)
			break;
		colon = memchr(line, ':', (size_t)(stop - line));
		if (!colon || colon[1] != ' ') /* colon[1] is the CR at the latest */
			break;
		f->key = (struct zv_str){ line, (size_t)(colon - line) };
		f->value = (struct zv_str){ colon + 2, (size_t)(stop - colon - 2) };
		f++;
		line = look = lf + 1;
	}
	p->packet.n_fields = (size_t)(f - p->fields);
	p->line = (size_t)(line - p->start);
	p->look = (size_t)(look - p->start);
	if (stop != line || *stop != '\r')
		return NEED_MORE;
	p->line = p->look = p->line + 2;
	return complete(p, p->line - 2);
}

/* Reads on in the bytes at start. COMPLETE: the packet ends before `line`
 * (fields, banner) or `look` (body). */
static int
scan(struct zv_parser *p, const char *end)
{
	const char *lf;
	int rc = NEED_MORE;

	while (rc == NEED_MORE && p->start + p->look < end) {
		size_t at, stop;

		if (p->mode == MODE_FIELDS && p->packet.n_fields &&
		    (rc = scan_plain_fields(p, end)) != NEED_MORE)
			return rc;
		lf = memchr(p->start + p->look, '\n',
			    (size_t)(end - p->start) - p->look);
		if (!lf)
			break;
		at = (size_t)(lf - p->start);
		if (p->mode == MODE_BODY)
			rc = scan_body(p, at + 1);
		else if (is_line_end(p, at, &stop))
			rc = scan_line(p, stop, at + 1);
		else if (p->mode == MODE_HEAD) /* bare LF: the text has begun */
			rc = begin_body(p, at + 1);
		else
			p->look = at + 1;
	}
	if (rc == NEED_MORE)
		p->look = (size_t)(end - p->start);
	return rc;
}

/* ---- whole feeds ------------------------------------------------------------ */

/* Fields point into the packet's bytes, which have moved to `start`. */
static void
move_fields(struct zv_parser *p, const char *start)
{
	for (size_t i = 0; i < p->packet.n_fields; i++) {
		struct zv_field *f = &p->fields[i];

		f->key.p = start + (f->key.p - p->start);
		f->value.p = start + (f->value.p - p->start);
	}
	if (p->packet.n_fields)
		p->packet.name.p = start + (p->packet.name.p - p->start);
	p->start = start;
}

/* The block to hold that many bytes. It doubles; from an eighth of the packet limit
 * on it is as large as the limit at once, so that while bytes move from the old block
 * to the new one both together are little more than that limit. */
static size_t
held_cap(const struct zv_parser *p, size_t bytes)
{
	size_t most = p->limits.max_packet_bytes + EMPTY_LINE;
	size_t cap = FIRST_HELD;

	while (cap < bytes)
		cap *= 2;
	return bytes <= most && cap > most / 8 ? most : cap;
}

/* Room for n more held bytes. Fields point into the old block, so it lives until
 * they have moved. */
static int
enlarge_held(struct zv_parser *p, size_t n)
{
	struct zv_buf bigger = { .n = p->held.n, .cap = held_cap(p, p->held.n + n) };

	bigger.p = zv_malloc(bigger.cap);
	if (!bigger.p)
		return break_stream(p, ZV_ENOMEM, NULL, 0);
	if (p->held.n)
		memcpy(bigger.p, p->held.p, p->held.n);
	if (p->in_held)
		move_fields(p, bigger.p);
	zv_buf_deinit(&p->held);
	p->held = bigger;
	return 0;
}

/* Copies the next n fed bytes behind the unfinished packet. */
static int
hold(struct zv_parser *p, size_t n)
{
	size_t bytes = p->held.n + n;

	if (check_unfinished(p, bytes) < 0)
		return p->error;
	if (p->held.cap < bytes && enlarge_held(p, n) < 0)
		return p->error;
	zv_buf_add(&p->held, (struct zv_str){ p->in.p, n });
	if (!p->in_held)
		move_fields(p, p->held.p);
	p->in_held = true;
	p->in = zv_str_from(p->in, n);
	return 0;
}

/* The packet given out last is no longer needed. Memory that only a long response
 * needed is given back. */
static void
drop_delivered(struct zv_parser *p)
{
	if (p->in_held) {
		if (p->held.cap > held_cap(p, p->limits.max_packet_bytes))
			zv_buf_deinit(&p->held);
		zv_buf_clear(&p->held);
		p->in_held = false;
	}
	if (p->cap_fields > KEEP_FIELDS) {
		zv_free(p->fields);
		p->fields = NULL;
		p->cap_fields = 0;
	}
	forget_packet(p);
}

/* Reads in the fed bytes themselves. */
static int
next_direct(struct zv_parser *p)
{
	int rc;

	p->start = p->in.p;
	rc = p->in.n ? scan(p, p->in.p + p->in.n) : NEED_MORE;
	if (rc < 0)
		return rc;
	p->in = zv_str_from(p->in, (size_t)(p->start - p->in.p) +
					   (rc == COMPLETE ? p->line : 0));
	if (rc == NEED_MORE && p->in.n)
		return hold(p, p->in.n);
	return rc;
}

/* Reads on in the held copy: adds line by line, so that it never holds more than
 * the one packet. */
static int
next_held(struct zv_parser *p)
{
	while (p->in.n) {
		const char *lf = memchr(p->in.p, '\n', p->in.n);
		int rc = hold(p, lf ? (size_t)(lf - p->in.p) + 1 : p->in.n);

		if (rc == 0)
			rc = scan(p, p->start + p->held.n);
		if (rc != NEED_MORE)
			return rc;
		if (p->start != p->held.p) { /* it was only a stray empty line */
			drop_delivered(p);
			return next_direct(p);
		}
		/* the first line may have told which limit holds */
		if (check_unfinished(p, p->held.n) < 0)
			return p->error;
	}
	return NEED_MORE;
}

int
zvon_parser_next(struct zv_parser *p, const struct zv_packet **out)
{
	int rc;

	if (p->error)
		return p->error;
	if (p->delivered)
		drop_delivered(p);
	rc = p->in_held ? next_held(p) : next_direct(p);
	p->delivered = rc == COMPLETE;
	*out = rc == COMPLETE ? &p->packet : NULL;
	return rc;
}
