#include "hist/fields.h"

#include "base/err.h"
#include "base/str.h"

/* ---- times ------------------------------------------------------------------------- */

#define DAY_S 86400

struct moment {
	int64_t year;
	int month, day, second; /* of that day */
};

/* Days since 1970 as a date of the Gregorian calendar, by eras of 400 years that begin in
 * March. */
static struct moment
moment_of(int64_t unix_ms, const struct zv_zone *zone)
{
	int64_t s = zv_zone_local_s(zone, unix_ms);
	int64_t days = s / DAY_S - (s % DAY_S < 0);
	int64_t shifted = days + 719468, era, year;
	int of_era, of_year, month;

	era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	of_era = (int)(shifted - era * 146097);
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (int)(365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	return (struct moment){
		.year = year + era * 400 + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = of_year - (153 * month + 2) / 5 + 1,
		.second = (int)(s - days * DAY_S),
	};
}

void
zv_history_write_day(struct zv_buf *out, int64_t unix_ms, const struct zv_zone *zone)
{
	struct moment m = moment_of(unix_ms, zone);

	if (unix_ms)
		zv_buf_printf(out, "%04lld-%02d-%02d", (long long)m.year, m.month,
			      m.day);
}

void
zv_history_write_clock(struct zv_buf *out, int64_t unix_ms, const struct zv_zone *zone)
{
	struct moment m = moment_of(unix_ms, zone);

	if (unix_ms)
		zv_buf_printf(out, "%02d:%02d:%02d", m.second / 3600,
			      m.second / 60 % 60, m.second % 60);
}

void
zv_history_write_time(struct zv_buf *out, int64_t unix_ms, const struct zv_zone *zone)
{
	zv_history_write_day(out, unix_ms, zone);
	if (unix_ms)
		zv_buf_add_char(out, ' ');
	zv_history_write_clock(out, unix_ms, zone);
}

/* ---- who ------------------------------------------------------------------------------ */

struct zv_str
zv_conversation_other(const struct zv_conversation *c)
{
	return c->direction == ZV_DIRECTION_IN ? c->from_number : c->to_number;
}

/* ---- one function a field -------------------------------------------------------------- */

#define TEXT(member)                                                                   \
 static void write_##member(struct zv_buf *out, const struct zv_conversation *c,       \
			    const struct zv_zone *zone)                                \
 {                                                                                     \
  (void)zone;                                                                          \
  zv_buf_add(out, c->member);                                                          \
 }
TEXT(id)
TEXT(server)
TEXT(from_number)
TEXT(from_name)
TEXT(to_number)
TEXT(did)
TEXT(queue)
TEXT(reason)
TEXT(picked_up_by)

#define TIME(member)                                                                   \
 static void write_##member(struct zv_buf *out, const struct zv_conversation *c,       \
			    const struct zv_zone *zone)                                \
 {                                                                                     \
  zv_history_write_time(out, c->member, zone);                                         \
 }
TIME(started_ms)
TIME(answered_ms)
TIME(ended_ms)

static void
write_seconds(struct zv_buf *out, int64_t ms)
{
	zv_buf_printf(out, "%lld", (long long)(ms > 0 ? ms / 1000 : 0));
}

static void
write_wait(struct zv_buf *out, const struct zv_conversation *c,
	   const struct zv_zone *zone)
{
	(void)zone;
	write_seconds(out, c->wait_ms);
}

static void
write_talk(struct zv_buf *out, const struct zv_conversation *c,
	   const struct zv_zone *zone)
{
	(void)zone;
	write_seconds(out, c->talk_ms);
}

static void
write_duration(struct zv_buf *out, const struct zv_conversation *c,
	       const struct zv_zone *zone)
{
	(void)zone;
	if (c->ended_ms)
		write_seconds(out, c->ended_ms - c->started_ms);
}

static void
write_direction(struct zv_buf *out, const struct zv_conversation *c,
		const struct zv_zone *zone)
{
	(void)zone;
	zv_buf_add(out, zvon_str(zvon_call_direction_name(c->direction)));
}

static void
write_result(struct zv_buf *out, const struct zv_conversation *c,
	     const struct zv_zone *zone)
{
	(void)zone;
	if (c->result != ZV_RESULT_NONE)
		zv_buf_add(out, zvon_str(zvon_call_result_name(c->result)));
}

static void
write_bool(struct zv_buf *out, bool yes)
{
	zv_buf_add(out, yes ? ZV_STR("yes") : ZV_STR("no"));
}

static void
write_missed(struct zv_buf *out, const struct zv_conversation *c,
	     const struct zv_zone *zone)
{
	(void)zone;
	write_bool(out, zv_conversation_is_missed(c));
}

static void
write_parked(struct zv_buf *out, const struct zv_conversation *c,
	     const struct zv_zone *zone)
{
	(void)zone;
	write_bool(out, c->parked);
}

static void
write_other(struct zv_buf *out, const struct zv_conversation *c,
	    const struct zv_zone *zone)
{
	(void)zone;
	zv_buf_add(out, zv_conversation_other(c));
}

/* Of a list: a blank between. */
static void
add_word(struct zv_buf *out, size_t i, struct zv_str word)
{
	if (i)
		zv_buf_add_char(out, ' ');
	zv_buf_add(out, word);
}

static void
write_talked(struct zv_buf *out, const struct zv_conversation *c,
	     const struct zv_zone *zone)
{
	(void)zone;
	for (size_t i = 0; i < c->n_talked; i++)
		add_word(out, i, c->talked[i]);
}

static void
write_linked(struct zv_buf *out, const struct zv_conversation *c,
	     const struct zv_zone *zone)
{
	(void)zone;
	for (size_t i = 0; i < c->n_linked_ids; i++)
		add_word(out, i, c->linked_ids[i]);
}

static void
write_recordings(struct zv_buf *out, const struct zv_conversation *c,
		 const struct zv_zone *zone)
{
	(void)zone;
	for (size_t i = 0; i < c->n_recordings; i++)
		add_word(out, i, c->recordings[i].id);
}

static void
write_transfers(struct zv_buf *out, const struct zv_conversation *c,
		const struct zv_zone *zone)
{
	(void)zone;
	for (size_t i = 0; i < c->n_transfers; i++) {
		add_word(out, i, c->transfers[i].by);
		zv_buf_add(out, ZV_STR(">"));
		zv_buf_add(out, c->transfers[i].to);
	}
}

static void
write_legs(struct zv_buf *out, const struct zv_conversation *c,
	   const struct zv_zone *zone)
{
	(void)zone;
	for (size_t i = 0; i < c->n_legs; i++) {
		const struct zv_past_leg *leg = &c->legs[i];

		add_word(out, i, leg->line.n ? leg->line : leg->number);
		zv_buf_printf(out, ":%s", zvon_call_result_name(leg->result));
	}
}

static void
write_sources(struct zv_buf *out, const struct zv_conversation *c,
	      const struct zv_zone *zone)
{
	static const char *const names[] = { "live", "cdr", "cel" };
	size_t n = 0;

	(void)zone;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (c->sources & 1u << i)
			add_word(out, n++, zvon_str(names[i]));
}

const struct zv_history_field zv_history_fields[] = {
	{ "call", "call", write_id },
	{ "server", "server", write_server },
	{ "started", "started", write_started_ms },
	{ "answered", "answered", write_answered_ms },
	{ "ended", "ended", write_ended_ms },
	{ "direction", "direction", write_direction },
	{ "from", "from", write_from_number },
	{ "from_name", "from", write_from_name },
	{ "to", "to", write_to_number },
	{ "number", NULL, write_other },
	{ "did", "did", write_did },
	{ "queue", "queue", write_queue },
	{ "result", "result", write_result },
	{ "reason", "reason", write_reason },
	{ "missed", "missed", write_missed },
	{ "wait_s", "wait_ms", write_wait },
	{ "talk_s", "talk_ms", write_talk },
	{ "duration_s", NULL, write_duration },
	{ "talked", "talked", write_talked },
	{ "legs", "legs", write_legs },
	{ "transfers", "transfers", write_transfers },
	{ "picked_up_by", "picked_up_by", write_picked_up_by },
	{ "parked", "parked", write_parked },
	{ "recordings", "recordings", write_recordings },
	{ "linkedids", "linkedids", write_linked },
	{ "sources", "sources", write_sources },
};
const size_t zv_n_history_fields = sizeof zv_history_fields / sizeof *zv_history_fields;

_Static_assert(sizeof zv_history_fields / sizeof *zv_history_fields <=
		       ZV_HISTORY_FIELDS_MAX,
	       "all of them can be asked for");

/* ---- choosing --------------------------------------------------------------------------- */

/* By its own name, or that of the JSON member ("wait_ms"). */
static int
find_field(struct zv_str name)
{
	for (size_t i = 0; i < zv_n_history_fields; i++)
		if (zvon_str_equal(name, zvon_str(zv_history_fields[i].name)))
			return (int)i;
	for (size_t i = 0; i < zv_n_history_fields; i++)
		if (zv_history_fields[i].member &&
		    zvon_str_equal(name, zvon_str(zv_history_fields[i].member)))
			return (int)i;
	return -1;
}

static int
fail_unknown(struct zv_str name, struct zv_error *err)
{
	struct zv_buf names = { 0 };
	int rc;

	for (size_t i = 0; i < zv_n_history_fields; i++)
		zv_buf_printf(&names, "%s%s", i ? " " : "", zv_history_fields[i].name);
	rc = zv_fail(err, ZV_EINVAL, "fields: there is no %.*s; there are %s",
		     (int)(name.n < 32 ? name.n : 32), name.p, zv_buf_cstr(&names));
	zv_buf_deinit(&names);
	return rc;
}

static bool
has_field(const struct zv_history_fields *f, int which)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i] == which)
			return true;
	return false;
}

int
zv_history_fields_add(struct zv_history_fields *f, struct zv_str names,
		      struct zv_error *err)
{
	struct zv_str rest = names, name;

	while (zv_str_split(&rest, ',', &name)) {
		int which;

		name = zv_str_trim(name);
		if (!name.n)
			continue;
		which = find_field(name);
		if (which < 0)
			return fail_unknown(name, err);
		if (has_field(f, which))
			return zv_fail(err, ZV_EINVAL,
				       "fields: %.*s stands there twice", ZV_ARG(name));
		f->list[f->n++] = (unsigned char)which;
	}
	return 0;
}

/* ---- members of JSON ----------------------------------------------------------------------- */

/* Behind the text that begins with a quote there; s.n if it has no end. */
static size_t
end_of_text(struct zv_str s, size_t at)
{
	for (at++; at < s.n && s.p[at] != '"'; at++)
		at += s.p[at] == '\\';
	return at < s.n ? at + 1 : s.n;
}

/* Behind the value that begins there: where its ',' or '}' stands. */
static size_t
end_of_value(struct zv_str s, size_t at)
{
	int depth = 0;

	while (at < s.n) {
		char c = s.p[at];

		if (c == '"') {
			at = end_of_text(s, at);
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}'))
			return at;
		depth += (c == '{' || c == '[') - (c == '}' || c == ']');
		at++;
	}
	return s.n;
}

static bool
is_wanted(const struct zv_history_fields *f, struct zv_str member)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *one = zv_history_fields[f->list[i]].member;

		if (one && zvon_str_equal(member, zvon_str(one)))
			return true;
	}
	return false;
}

static void
copy_member(struct zv_json *j, struct zv_str text)
{
	if (j->comma)
		zv_buf_add_char(j->out, ',');
	zv_buf_add(j->out, text);
	j->comma = true;
}

void
zv_history_fields_pick(const struct zv_history_fields *f, struct zv_str object,
		       struct zv_json *j)
{
	size_t at = 1, key, value;

	zv_json_begin_object(j);
	while (at < object.n && object.p[at] == '"') {
		key = at;
		at = end_of_text(object, at);
		value = end_of_value(object, at + 1);
		if (at - key > 2 &&
		    is_wanted(f, (struct zv_str){ object.p + key + 1, at - key - 2 }))
			copy_member(j, (struct zv_str){ object.p + key, value - key });
		at = value + 1;
	}
	zv_json_end_object(j);
}
