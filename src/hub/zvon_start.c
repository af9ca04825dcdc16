/* start, resume, snapshot: where a client of zvon.v1 stands, and what it wants to see. */
#include "hub/zvon.h"

#include "base/mem.h"
#include "base/str.h"
#include "hub/call_json.h"
#include "hub/hub_impl.h"
#include "json/reader.h"
#include "zvon/error.h"

/* The lists of one message: texts of its values, which live as long as it does. */
struct lists {
	struct zv_narrow narrow;
	struct zv_str *texts; /* all of them */
	const char *wrong;
};

static void
read_events(const json_t *message, struct lists *l)
{
	const json_t *list = json_object_get(message, "events");
	enum zv_call_event_kind kind;

	if (!list)
		return;
	if (!json_is_array(list) || json_array_size(list) == 0)
		l->wrong = "\"events\" must be a list of names of events";
	for (size_t i = 0; i < json_array_size(list) && !l->wrong; i++) {
		const json_t *name = json_array_get(list, i);

		if (json_is_string(name) &&
		    zv_call_event_kind_of(zvon_str(json_string_value(name)), &kind))
			l->narrow.events |= 1u << kind;
		else
			l->wrong = "\"events\" names an event that there is not";
	}
}

/* An empty list is a list: nothing of that kind. */
static void
read_list(const json_t *message, const char *key, struct lists *l, size_t *used,
	  const struct zv_str **texts, size_t *n)
{
	const json_t *list = json_object_get(message, key);

	if (!list || l->wrong)
		return;
	*texts = l->texts + *used;
	if (!json_is_array(list))
		l->wrong = "\"lines\", \"queues\", \"numbers\" must be lists of texts";
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *text = json_array_get(list, i);

		if (!json_is_string(text) || json_string_length(text) == 0)
			l->wrong = "a list must have texts that are not empty";
		l->texts[(*used)++] = (struct zv_str){ json_string_value(text),
						       json_string_length(text) };
	}
	*n = json_array_size(list);
}

static size_t
list_size(const json_t *message, const char *key)
{
	return json_array_size(json_object_get(message, key));
}

/* false: told already. */
static bool
narrow(struct zv_session *s, const json_t *message)
{
	size_t used = 0, most = 1 + list_size(message, "lines") +
				list_size(message, "queues") +
				list_size(message, "numbers");
	struct lists l = { .texts = zv_calloc(most, sizeof *l.texts) };
	struct zv_narrow *n = &l.narrow;
	int rc = ZV_ENOMEM;

	if (l.texts) {
		read_events(message, &l);
		read_list(message, "lines", &l, &used, &n->lines, &n->n_lines);
		read_list(message, "queues", &l, &used, &n->queues, &n->n_queues);
		read_list(message, "numbers", &l, &used, &n->numbers, &n->n_numbers);
		rc = l.wrong ? ZV_EINVAL : zv_session_narrow(s, n);
	}
	if (l.wrong)
		zv_zvon_complain(s, "bad_argument", l.wrong, NULL, NULL);
	else if (rc < 0)
		zv_session_end(s, 1013, zv_reason_memory);
	zv_free(l.texts);
	return rc == 0;
}

/* One snapshot at a time: who does not read the last gets no other. */
static bool
owes(struct zv_session *s)
{
	if (zv_session_owes_all(s))
		zv_zvon_complain(s, "busy", "read the last snapshot first", NULL, NULL);
	return zv_session_owes_all(s);
}

void
zv_zvon_on_start(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	if (!owes(s) && narrow(s, message))
		zv_zvon_begin_anew(s, NULL, now_ms);
}

void
zv_zvon_on_snapshot(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	if (!owes(s))
		zv_zvon_say_all(s, NULL, now_ms);
}

static void
say_resumed(struct zv_session *s, size_t n)
{
	struct zv_zvon_reply r;
	struct zv_json *j = zv_zvon_reply(&r, "resumed");

	zv_zvon_add_seq(j, s);
	zv_json_key(j, "events");
	zv_json_int(j, (long long)n);
	zv_zvon_send(&r, s);
}

/* NULL: it resumed. */
static const char *
resume_from(struct zv_session *s, const json_t *message, uint64_t seq, size_t *n)
{
	struct zv_str stream = zv_json_text(message, "stream");

	if (stream.p && !zvon_str_equal(stream, s->hub->stream))
		return "stream";
	if (seq > zv_hub_last_seq(s->hub))
		return "stream";
	if (zv_session_replay(s, seq, n) == 0 || zv_session_put_off(s))
		return NULL;
	return seq < s->hub->restart_seq ? "restart" : "too_old";
}

void
zv_zvon_on_resume(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	const json_t *seq = json_object_get(message, "seq");
	const char *reason;
	size_t n = 0;

	if (!json_is_integer(seq) || json_integer_value(seq) < 0) {
		zv_zvon_complain(s, "bad_argument",
				 "\"seq\" must be the last number you had", NULL, NULL);
		return;
	}
	if (owes(s) || !narrow(s, message))
		return;
	reason = resume_from(s, message, (uint64_t)json_integer_value(seq), &n);
	if (reason)
		zv_zvon_begin_anew(s, reason, now_ms);
	else
		say_resumed(s, n);
}
