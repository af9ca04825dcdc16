/* Calls that this connection has seen end, and the files of calls. They are kept in memory, no
 * more than named limits; what ended before Connect is not known here. */
#include "onec/zvon_script.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/reader.h"
#include "json/writer.h"
#include "onec/zvon_past.h"

/* A call. While it goes on its times and files are kept, then its end. */
struct record {
	struct zv_node node;
	char *call, *server;
	char started[32], answered[32];
	char *files[ZV_SCRIPT_RECORDINGS];
	size_t n_files;
	json_t *end; /* call.ended; NULL: it goes on */
	int64_t ended_s;
	size_t bytes;
};

/* ---- life ----------------------------------------------------------------------------------- */

static void
free_record(struct record *r)
{
	for (size_t i = 0; i < r->n_files; i++)
		zv_free(r->files[i]);
	json_decref(r->end);
	zv_free(r->call);
	zv_free(r->server);
	zv_free(r);
}

static void
drop_live(struct zv_script *s, struct record *r)
{
	zv_list_remove(&r->node);
	s->net.n_live--;
	free_record(r);
}

static void
drop_past(struct zv_script *s, struct record *r)
{
	zv_list_remove(&r->node);
	s->net.n_past--;
	s->net.past_bytes -= r->bytes;
	free_record(r);
}

void
zv_script_history_free(struct zv_script *s)
{
	struct zv_node *node;

	while ((node = zv_list_first(&s->net.live)))
		drop_live(s, ZV_OWNER(node, struct record, node));
	while ((node = zv_list_first(&s->net.past)))
		drop_past(s, ZV_OWNER(node, struct record, node));
}

static struct record *
find(const struct zv_node *list, struct zv_str call, struct zv_str server)
{
	struct zv_node *node, *next;

	ZV_EACH(list, node, next)
	{
		struct record *r = ZV_OWNER(node, struct record, node);

		if (zvon_str_equal(zvon_str(r->call), call) &&
		    (!server.n || zvon_str_equal(zvon_str(r->server), server)))
			return r;
	}
	return NULL;
}

/* NULL: no memory: that call has no times, then. */
static struct record *
make(struct zv_script *s, struct zv_str call, struct zv_str server)
{
	struct record *r = zv_calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->call = zv_memdup(call.p, call.n);
	r->server = zv_memdup(server.p ? server.p : "", server.n);
	if (!r->call || !r->server) {
		free_record(r);
		return NULL;
	}
	if (s->net.n_live >= ZV_SCRIPT_CALLS)
		drop_live(s,
			  ZV_OWNER(zv_list_first(&s->net.live), struct record, node));
	zv_list_append(&s->net.live, &r->node);
	s->net.n_live++;
	return r;
}

/* ---- network thread: what happens -------------------------------------------------------------- */

static void
add_file(struct record *r, struct zv_str file)
{
	for (size_t i = 0; i < r->n_files; i++)
		if (zvon_str_equal(zvon_str(r->files[i]), file))
			return;
	if (!file.n || r->n_files == ZV_SCRIPT_RECORDINGS)
		return;
	r->files[r->n_files] = zv_memdup(file.p, file.n);
	r->n_files += r->files[r->n_files] != NULL;
}

static void
set_time(char to[32], struct zv_str time)
{
	if (time.n && time.n < 32) {
		memcpy(to, time.p, time.n);
		to[time.n] = '\0';
	}
}

static void
trim_past(struct zv_script *s)
{
	struct zv_node *node;

	while (s->net.n_past > ZV_SCRIPT_HISTORY ||
	       s->net.past_bytes > ZV_SCRIPT_HISTORY_MAX) {
		node = zv_list_first(&s->net.past);
		drop_past(s, ZV_OWNER(node, struct record, node));
	}
}

static void
end_call(struct zv_script *s, struct record *r, json_t *event)
{
	struct zv_str time = zv_json_text(event, "time");

	zv_list_remove(&r->node);
	s->net.n_live--;
	r->end = json_incref(event);
	r->ended_s = zv_script_seconds_of(time);
	r->bytes = sizeof *r + json_dumpb(event, NULL, 0, JSON_COMPACT);
	zv_list_append(&s->net.past, &r->node);
	s->net.n_past++;
	s->net.past_bytes += r->bytes;
	trim_past(s);
}

/* It went on in another call, which is told of itself. */
static void
merge(struct zv_script *s, struct record *r, const json_t *event)
{
	struct record *into =
		find(&s->net.live, zv_json_text(event, "into"), zvon_str(r->server));

	for (size_t i = 0; into && i < r->n_files; i++)
		add_file(into, zvon_str(r->files[i]));
	drop_live(s, r);
}

void
zv_script_remember(struct zv_script *s, json_t *event)
{
	struct zv_str call = zv_json_text(event, "call");
	struct zv_str name = zv_json_text(event, "event");
	struct zv_str time = zv_json_text(event, "time");
	struct zv_str server = zv_json_text(event, "server");
	struct record *r;

	if (!call.n)
		return;
	r = find(&s->net.live, call, server);
	if (!r && zv_str_starts(name, ZV_STR("recording."))) /* it is told late */
		r = find(&s->net.past, call, server);
	if (!r)
		r = make(s, call, server);
	if (!r)
		return;
	if (zvon_str_equal(name, ZV_STR("call.started")))
		set_time(r->started, time);
	else if (zvon_str_equal(name, ZV_STR("call.answered")))
		set_time(r->answered, time);
	else if (zv_str_starts(name, ZV_STR("recording.")))
		add_file(r, zv_json_text(event, "file"));
	else if (!zvon_str_equal(name, ZV_STR("call.ended")))
		return;
	else if (zvon_str_equal(zv_json_text(event, "reason"), ZV_STR("merged")))
		merge(s, r, event);
	else
		end_call(s, r, event);
}

/* ---- network thread: what is asked ---------------------------------------------------------------- */

/* The last ten digits say who it is: +7, 8 and nothing are written before them. */
#define SAME_DIGITS  10
#define LEAST_DIGITS 7

static size_t
digits_of(struct zv_str number, char out[SAME_DIGITS])
{
	size_t n = 0;

	for (size_t i = number.n; i-- && n < SAME_DIGITS;)
		if (number.p[i] >= '0' && number.p[i] <= '9')
			out[n++] = number.p[i];
	return n;
}

static bool
is_same_number(struct zv_str a, struct zv_str b)
{
	char x[SAME_DIGITS], y[SAME_DIGITS];
	size_t n, m;

	if (zvon_str_equal(a, b))
		return true;
	n = digits_of(a, x);
	m = digits_of(b, y);
	return n == m && n >= LEAST_DIGITS && memcmp(x, y, n) == 0;
}

static bool
has_number(const json_t *end, struct zv_str number)
{
	const json_t *legs = json_object_get(end, "legs");

	if (is_same_number(zv_json_text(json_object_get(end, "from"), "number"),
			   number) ||
	    is_same_number(zv_json_text(json_object_get(end, "to"), "number"),
			   number) ||
	    is_same_number(zv_json_text(end, "did"), number))
		return true;
	for (size_t i = 0; i < json_array_size(legs); i++) {
		const json_t *leg = json_array_get(legs, i);

		if (is_same_number(zv_json_text(leg, "number"), number) ||
		    is_same_number(zv_json_text(leg, "line"), number))
			return true;
	}
	return false;
}

static void
write_files(struct zv_json *j, const struct record *r)
{
	zv_json_begin_array(j);
	for (size_t i = 0; r && i < r->n_files; i++)
		zv_json_string(j, zvon_str(r->files[i]));
	zv_json_end_array(j);
}

static void
write_time(struct zv_json *j, const char *key, struct zv_str time)
{
	zv_json_key(j, key);
	if (time.n)
		zv_json_string(j, time);
	else
		zv_json_null(j);
}

static void
write_call(struct zv_json *j, const struct record *r)
{
	zv_json_begin_object(j);
	for (size_t i = 0; zv_past_members[i]; i++)
		zv_past_write_member(j, zv_past_members[i],
				     json_object_get(r->end, zv_past_members[i]));
	write_time(j, "started", zvon_str(r->started));
	write_time(j, "answered", zvon_str(r->answered));
	write_time(j, "ended", zv_json_text(r->end, "time"));
	zv_json_key(j, "recordings");
	write_files(j, r);
	zv_json_strings(j, "recording_ids", NULL, 0);
	zv_json_end_object(j);
}

size_t
zv_script_write_past(struct zv_script *s, struct zv_json *j,
		     const struct zv_past_question *q, const json_t *told, size_t most)
{
	struct zv_node *node, *next;
	size_t n = 0;

	ZV_EACH(&s->net.past, node, next)
	{
		const struct record *r = ZV_OWNER(node, struct record, node);

		if (n < most && r->ended_s >= q->from_s && r->ended_s <= q->to_s &&
		    (!q->number.n || has_number(r->end, q->number)) &&
		    !zv_past_is_told(told, zvon_str(r->call), zvon_str(r->server))) {
			write_call(j, r);
			n++;
		}
	}
	return n;
}

void
zv_script_write_files(struct zv_script *s, struct zv_json *j, struct zv_str call)
{
	const struct record *r = find(&s->net.live, call, ZV_STR(""));

	write_files(j, r ? r : find(&s->net.past, call, ZV_STR("")));
}
