#include "zvon/filter.h"

#include "ami/filter_dash.h"
#include "ami/filter_field.h"
#include "ami/filter_impl.h"
#include "ami/filter_names.h"
#include "ami/filter_regex.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

struct zv_filter {
	struct zv_regex_room *room; /* NULL when the owner of the filter has it */
	struct zv_filter_names events;
	char **texts;
	size_t n_texts;
	struct zv_filter_field *fields;
	size_t n_fields;
	struct zv_regex *regex;
	enum zv_filter_newlines newlines;
	struct zv_buf dashed; /* the packet's text with its line ends replaced */
	struct zv_regex_hits hits;
	bool is_off;
	size_t culprit;
	struct zv_filter_counters counters;
};

/* ---- making one ------------------------------------------------------------------- */

static int
check_count(const char *what, size_t n, struct zv_error *err)
{
	if (n <= ZV_FILTER_MAX_TEXTS)
		return 0;
	return zv_fail(err, ZV_ETOOBIG, "%zu %s in one filter, at most %d", n, what,
		       ZV_FILTER_MAX_TEXTS);
}

static int
add_texts(struct zv_filter *f, const struct zv_filter_options *o, struct zv_error *err)
{
	if (check_count("texts", o->n_texts, err) < 0)
		return ZV_ETOOBIG;
	f->texts = zv_calloc(o->n_texts, sizeof *f->texts);
	if (!f->texts)
		return zv_fail_nomem(err);
	for (; f->n_texts < o->n_texts; f->n_texts++) {
		f->texts[f->n_texts] = zv_strdup(o->texts[f->n_texts]);
		if (!f->texts[f->n_texts])
			return zv_fail_nomem(err);
	}
	return 0;
}

static int
add_fields(struct zv_filter *f, struct zv_regex_room *room,
	   const struct zv_filter_options *o, struct zv_error *err)
{
	if (check_count("field conditions", o->n_fields, err) < 0)
		return ZV_ETOOBIG;
	f->fields = zv_calloc(o->n_fields, sizeof *f->fields);
	if (!f->fields)
		return zv_fail_nomem(err);
	while (f->n_fields < o->n_fields) {
		struct zv_filter_field *field = &f->fields[f->n_fields];
		int rc = zv_filter_field_init(field, room, o->fields[f->n_fields], err);

		f->n_fields++; /* also a half made one is to be freed */
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
add_regex(struct zv_filter *f, struct zv_regex_room *room,
	  const struct zv_filter_options *o, struct zv_error *err)
{
	f->newlines = o->newlines;
	if (!o->regex)
		return 0;
	if (o->newlines != ZV_NEWLINES_KEPT && o->newlines != ZV_NEWLINES_DASHED)
		return zv_fail(err, ZV_EINVAL, "newlines: %d is no way to show them",
			       (int)o->newlines);
	f->regex = zv_regex_new(room, "regex", zvon_str(o->regex), err);
	return f->regex ? 0 : ZV_EINVAL;
}

static int
fill(struct zv_filter *f, struct zv_regex_room *room, const struct zv_filter_options *o,
     struct zv_error *err)
{
	int rc = zv_filter_names_init(&f->events, o->events, o->n_events, err);

	if (rc == 0)
		rc = add_texts(f, o, err);
	if (rc == 0)
		rc = add_fields(f, room, o, err);
	if (rc == 0)
		rc = add_regex(f, room, o, err);
	return rc;
}

struct zv_filter *
zv_filter_new_in(struct zv_regex_room *room, const struct zv_filter_options *options,
		 struct zv_error *err)
{
	struct zv_filter *f = zv_calloc(1, sizeof *f);

	if (!f) {
		zv_fail_nomem(err);
		return NULL;
	}
	if (fill(f, room, options, err) == 0)
		return f;
	zvon_filter_free(f);
	return NULL;
}

struct zv_filter *
zvon_filter_new(const struct zv_filter_options *options, struct zv_error *err)
{
	struct zv_regex_room *room = zv_regex_room_new(options->no_jit);
	struct zv_filter *f = NULL;

	if (!room) {
		zv_fail_nomem(err);
		return NULL;
	}
	f = zv_filter_new_in(room, options, err);
	if (f)
		f->room = room;
	else
		zv_regex_room_free(room);
	return f;
}

void
zvon_filter_free(struct zv_filter *f)
{
	if (!f)
		return;
	zv_filter_names_deinit(&f->events);
	for (size_t i = 0; i < f->n_texts; i++)
		zv_free(f->texts[i]);
	zv_free(f->texts);
	for (size_t i = 0; i < f->n_fields; i++)
		zv_filter_field_deinit(&f->fields[i]);
	zv_free(f->fields);
	zv_regex_free(f->regex);
	zv_buf_deinit(&f->dashed);
	zv_regex_room_free(f->room);
	zv_free(f);
}

size_t
zv_filter_event_names(const struct zv_filter *f, struct zv_str **names)
{
	*names = f->events.names;
	return f->events.n;
}

/* ---- asking ------------------------------------------------------------------------- */

static enum zv_filter_verdict
limit(struct zv_filter *f, int64_t now_ms)
{
	f->counters.limit_hits++;
	f->is_off = zv_regex_hits_add(&f->hits, now_ms);
	return ZV_FILTER_LIMIT;
}

static enum zv_filter_verdict
ask_texts(struct zv_filter *f, const struct zv_packet *packet)
{
	for (size_t i = 0; i < f->n_texts; i++) {
		struct zv_str text = zvon_str(f->texts[i]);

		if (text.n && zv_str_find(packet->text, text) == packet->text.n) {
			f->culprit = i;
			return ZV_FILTER_TEXT;
		}
	}
	return ZV_FILTER_PASSES;
}

static enum zv_filter_verdict
ask_fields(struct zv_filter *f, const struct zv_packet *packet, int64_t now_ms)
{
	for (size_t i = 0; i < f->n_fields; i++) {
		int rc = zv_filter_field_holds(&f->fields[i], packet);

		if (rc == 1)
			continue;
		f->culprit = i;
		return rc < 0 ? limit(f, now_ms) : ZV_FILTER_FIELD;
	}
	return ZV_FILTER_PASSES;
}

static enum zv_filter_verdict
ask_regex(struct zv_filter *f, const struct zv_packet *packet, int64_t now_ms)
{
	struct zv_str text = packet->text;
	int rc;

	if (!f->regex)
		return ZV_FILTER_PASSES;
	if (f->newlines == ZV_NEWLINES_DASHED &&
	    zv_filter_dash(&f->dashed, packet->text, &text) < 0)
		return limit(f, now_ms);
	rc = zv_regex_search(f->regex, text);
	if (rc < 0)
		return limit(f, now_ms);
	return rc ? ZV_FILTER_PASSES : ZV_FILTER_REGEX;
}

/* The cheap questions first. */
static enum zv_filter_verdict
ask(struct zv_filter *f, const struct zv_packet *packet, int64_t now_ms)
{
	enum zv_filter_verdict verdict;

	f->culprit = 0;
	if (f->is_off)
		return ZV_FILTER_OFF;
	if (f->events.n && (packet->kind != ZV_PACKET_EVENT ||
			    !zv_filter_names_has(&f->events, packet->name)))
		return ZV_FILTER_EVENT;
	verdict = ask_texts(f, packet);
	if (verdict == ZV_FILTER_PASSES)
		verdict = ask_fields(f, packet, now_ms);
	if (verdict == ZV_FILTER_PASSES)
		verdict = ask_regex(f, packet, now_ms);
	return verdict;
}

enum zv_filter_verdict
zvon_filter_judge(struct zv_filter *f, const struct zv_packet *packet, int64_t now_ms)
{
	enum zv_filter_verdict verdict = ask(f, packet, now_ms);

	f->counters.received++;
	if (verdict == ZV_FILTER_PASSES)
		f->counters.passed++;
	else
		f->counters.dropped++;
	return verdict;
}

size_t
zvon_filter_culprit(const struct zv_filter *f)
{
	return f->culprit;
}

bool
zvon_filter_is_off(const struct zv_filter *f)
{
	return f->is_off;
}

void
zvon_filter_count(const struct zv_filter *f, struct zv_filter_counters *out)
{
	*out = f->counters;
}

const char *
zvon_filter_verdict_name(enum zv_filter_verdict verdict)
{
	static const char *const names[] = {
		[ZV_FILTER_PASSES] = "passes", [ZV_FILTER_EVENT] = "event",
		[ZV_FILTER_TEXT] = "text",     [ZV_FILTER_FIELD] = "field",
		[ZV_FILTER_REGEX] = "regex",   [ZV_FILTER_LIMIT] = "limit",
		[ZV_FILTER_OFF] = "off",
	};

	return (unsigned)verdict < sizeof names / sizeof *names ? names[verdict]
								: "unknown";
}
