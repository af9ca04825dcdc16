#include "office/recording.h"

#include "base/err.h"
#include "base/mem.h"
#include "ami/class.h"
#include "office/times.h"
#include "zvon/parser.h"

/* Everything that is only needed while the capture is taken apart. */
struct workshop {
	struct zv_recording *r;
	struct zv_str ami;
	struct zv_times index;
	size_t cap_moments, cap_recorded, next_nameless;
	struct zv_str *open; /* bytes whose end is not known yet, or NULL */
	int64_t start_ms;    /* the login */
	bool logged_off;
	struct zv_error *err;
};

/* The array with room for one more; NULL: out of memory, it is as it was. */
static void *
grow(void *array, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 64;
	void *p;

	if (n < *cap)
		return array;
	p = zv_realloc(array, more * size);
	if (p)
		*cap = more;
	return p;
}

/* ---- .sent ----------------------------------------------------------------- */

static struct zv_str
field_of(struct zv_str text, struct zv_str wanted)
{
	struct zv_str line;

	while (text.n && zv_str_split(&text, '\n', &line)) {
		size_t colon = zv_str_find(line, ZV_STR(":"));
		struct zv_str key = { line.p, colon };

		if (zvon_str_equal_nocase(key, wanted))
			return zv_str_trim(zv_str_from(line, colon + 1));
	}
	return ZV_STR("");
}

static bool
is_empty_line(struct zv_str line)
{
	return line.n == 0 || (line.n == 1 && line.p[0] == '\r');
}

static struct zv_recorded *
add_recorded(struct workshop *w, struct zv_str text)
{
	struct zv_recording *r = w->r;
	struct zv_recorded *recorded;

	recorded = grow(r->recorded, r->n_recorded, &w->cap_recorded, sizeof *recorded);
	if (!recorded) {
		zv_fail_nomem(w->err);
		return NULL;
	}
	r->recorded = recorded;
	r->recorded[r->n_recorded] = (struct zv_recorded){
		.text = text,
		.name = field_of(text, ZV_STR("Action")),
		.action_id = field_of(text, ZV_STR("ActionID")),
	};
	return &r->recorded[r->n_recorded++];
}

static int
read_sent(struct workshop *w, struct zv_str sent)
{
	struct zv_str line, text = { sent.p, 0 };

	while (sent.n && zv_str_split(&sent, '\n', &line)) {
		if (!is_empty_line(line)) {
			if (!text.n)
				text.p = line.p;
			text.n = (size_t)(line.p + line.n - text.p);
			continue;
		}
		if (text.n && !add_recorded(w, text))
			return ZV_ENOMEM;
		text.n = 0;
	}
	return 0;
}

/* ---- .ami ------------------------------------------------------------------ */

static int
add_moment(struct workshop *w, struct zv_str bytes, int64_t at_ms, unsigned class)
{
	struct zv_recording *r = w->r;
	struct zv_moment *moments;

	moments = grow(r->moments, r->n_moments, &w->cap_moments, sizeof *moments);
	if (!moments)
		return zv_fail_nomem(w->err);
	r->moments = moments;
	r->moments[r->n_moments] = (struct zv_moment){ bytes, at_ms, class };
	w->open = &r->moments[r->n_moments++].bytes;
	return 0;
}

static struct zv_recorded *
recorded_of_id(struct zv_recording *r, struct zv_str action_id)
{
	for (size_t i = r->n_recorded; action_id.n && i-- > 0;)
		if (zvon_str_equal(r->recorded[i].action_id, action_id))
			return &r->recorded[i];
	return NULL;
}

/* Answers without ActionID come in the order of the actions that had none. */
static struct zv_recorded *
next_nameless(struct workshop *w)
{
	struct zv_recording *r = w->r;

	while (w->next_nameless < r->n_recorded) {
		struct zv_recorded *a = &r->recorded[w->next_nameless++];

		if (!a->action_id.n)
			return a;
	}
	return NULL;
}

static int
add_packet(struct workshop *w, struct zv_recorded *a, struct zv_str bytes)
{
	struct zv_str *packets =
		zv_realloc(a->packets, (a->n_packets + 1) * sizeof *packets);

	if (!packets)
		return zv_fail_nomem(w->err);
	a->packets = packets;
	packets[a->n_packets] = bytes;
	w->open = &packets[a->n_packets++];
	return 0;
}

static int
take_response(struct workshop *w, const struct zv_packet *p, struct zv_str bytes,
	      int64_t at_ms)
{
	struct zv_str id = zvon_packet_get(p, ZV_STR("ActionID"));
	struct zv_recorded *a = id.n ? recorded_of_id(w->r, id) : next_nameless(w);

	if (zvon_str_equal(p->name, ZV_STR("Goodbye")))
		w->logged_off = true;
	if (!a && id.n) /* without .sent: so that its list items are known */
		a = add_recorded(w, ZV_STR(""));
	if (!a)
		return 0;
	a->action_id = id;
	if (zvon_str_equal_nocase(a->name, ZV_STR("Login")) ||
	    (!a->name.n && w->start_ms < 0))
		w->start_ms = at_ms;
	return add_packet(w, a, bytes);
}

/* Events that carry an ActionID and belong to no list. */
static bool
is_own_event(struct zv_str name)
{
	static const char *const names[] = { "OriginateResponse", "UserEvent",
					     "AsyncAGIStart", "AsyncAGIExec",
					     "AsyncAGIEnd" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (zvon_str_equal_nocase(name, zvon_str(names[i])))
			return true;
	return false;
}

/* `call,all` and the like; `all` says nothing. */
static unsigned
class_of(const struct zv_packet *p)
{
	struct zv_str text = zvon_packet_get(p, ZV_STR("Privilege"));

	if (zv_str_ends(text, ZV_STR(",all")))
		text.n -= strlen(",all");
	return zv_class_parse(text);
}

static int
take_packet(struct workshop *w, const struct zv_packet *p)
{
	struct zv_str bytes = { p->text.p, 0 };
	int64_t at_ms = zv_times_at(&w->index, (size_t)(bytes.p - w->ami.p), NULL);
	struct zv_recorded *a;

	if (p->kind == ZV_PACKET_BANNER) {
		w->r->banner = p->name;
		return 0;
	}
	if (p->kind == ZV_PACKET_RESPONSE)
		return take_response(w, p, bytes, at_ms);
	/* not only events: the items of VoicemailUsersList in 1.8 and 11 begin with the
	 * ActionID */
	a = is_own_event(p->name)
		    ? NULL
		    : recorded_of_id(w->r, zvon_packet_get(p, ZV_STR("ActionID")));
	return a ? add_packet(w, a, bytes) : add_moment(w, bytes, at_ms, class_of(p));
}

/* A packet's bytes go up to where the next one begins: what was taken last ends here. */
static void
end_open(struct workshop *w, const char *end)
{
	if (w->open)
		w->open->n = (size_t)(end - w->open->p);
	w->open = NULL;
}

/* All bytes are given at once, so the parser's views point into them. */
static int
read_packets(struct workshop *w, struct zv_parser *parser)
{
	const char *end = w->ami.p + w->ami.n;
	const struct zv_packet *p = NULL;
	size_t rest;
	int rc = zvon_parser_feed(parser, w->ami);

	while (rc == 0 && (rc = zvon_parser_next(parser, &p)) == 1) {
		end_open(w, p->text.p);
		rc = take_packet(w, p);
	}
	if (rc < 0)
		return zv_fail(w->err, rc, "not a capture: %s",
			       zvon_parser_error(parser));
	rest = zvon_parser_pending(parser);
	end_open(w, end - rest);
	if (rest)
		rc = add_moment(w, (struct zv_str){ end - rest, rest },
				zv_times_at(&w->index, w->ami.n - rest, NULL), 0);
	end_open(w, end);
	return rc;
}

/* ---- the whole ------------------------------------------------------------- */

static void
count_from_login(struct workshop *w)
{
	struct zv_recording *r = w->r;

	if (w->start_ms < 0 && r->n_moments)
		w->start_ms = r->moments[0].at_ms;
	for (size_t i = 0; i < r->n_moments; i++) {
		r->moments[i].at_ms -= w->start_ms;
		if (r->moments[i].at_ms < 0)
			r->moments[i].at_ms = 0;
	}
	if (w->logged_off)
		r->closed = false;
}

static int
take_apart(struct workshop *w, struct zv_str sent, struct zv_str idx)
{
	struct zv_parser *parser;
	int rc = zv_times_read(&w->index, idx, w->err);

	w->r->timed = idx.n > 0;
	w->r->closed = w->index.closed;
	if (rc == 0)
		rc = read_sent(w, sent);
	if (rc < 0)
		return rc;
	parser = zvon_parser_new(NULL);
	rc = parser ? read_packets(w, parser) : zv_fail_nomem(w->err);
	zvon_parser_free(parser);
	if (rc == 0 && !w->r->banner.n)
		rc = zv_fail(w->err, ZV_EINVAL,
			     "not a capture: it does not begin with \"Asterisk Call "
			     "Manager/…\"");
	return rc;
}

struct zv_recording *
zv_recording_new(struct zv_str ami, struct zv_str sent, struct zv_str idx,
		 struct zv_error *err)
{
	struct workshop w = { .start_ms = -1, .err = err };
	struct zv_recording *r = zv_calloc(1, sizeof *r);
	int rc = ZV_ENOMEM;

	if (r) {
		r->ami = zv_memdup(ami.p, ami.n);
		r->sent = zv_memdup(sent.p, sent.n);
	}
	if (r && r->ami && r->sent) {
		w.r = r;
		w.ami = (struct zv_str){ r->ami, ami.n };
		rc = take_apart(&w, (struct zv_str){ r->sent, sent.n }, idx);
	} else {
		zv_fail_nomem(err);
	}
	zv_times_deinit(&w.index);
	if (rc == 0) {
		count_from_login(&w);
		return r;
	}
	zv_recording_free(r);
	return NULL;
}

void
zv_recording_free(struct zv_recording *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_recorded; i++)
		zv_free(r->recorded[i].packets);
	zv_free(r->recorded);
	zv_free(r->moments);
	zv_free(r->ami);
	zv_free(r->sent);
	zv_free(r);
}

/* ---- finding --------------------------------------------------------------- */

/* Fields in common count for, those that differ against. */
static int
likeness(const struct zv_recorded *a, const struct zv_asked *asked)
{
	struct zv_str text = a->text, line;
	int likeness = 0;

	while (text.n && zv_str_split(&text, '\n', &line)) {
		size_t colon = zv_str_find(line, ZV_STR(":"));
		struct zv_str key = { line.p, colon };
		struct zv_str value = zv_str_trim(zv_str_from(line, colon + 1));
		bool same = false;

		if (zvon_str_equal_nocase(key, ZV_STR("ActionID")))
			continue;
		for (size_t i = 0; i < asked->n; i++)
			same |= zvon_str_equal_nocase(asked->fields[i].key, key) &&
				zvon_str_equal(zv_str_trim(asked->fields[i].value),
					       value);
		likeness += same ? 1 : -1;
	}
	return likeness;
}

const struct zv_recorded *
zv_recording_find(const struct zv_recording *r, const struct zv_asked *asked,
		  bool *used)
{
	struct zv_str name = zv_asked_get(asked, "Action");
	size_t best = r->n_recorded;
	int best_likeness = 0;

	for (size_t i = 0; i < r->n_recorded; i++) {
		const struct zv_recorded *a = &r->recorded[i];
		int like;

		if (!a->n_packets || !zvon_str_equal_nocase(a->name, name))
			continue;
		like = 2 * likeness(a, asked) - used[i];
		if (best == r->n_recorded || like > best_likeness) {
			best = i;
			best_likeness = like;
		}
	}
	if (best == r->n_recorded)
		return NULL;
	used[best] = true;
	return &r->recorded[best];
}
