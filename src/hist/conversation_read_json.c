/* conversation_read_json.c - what conversation_json.c wrote, read back. */
#include "hist/conversation.h"

#include "base/err.h"
#include "base/mem.h"
#include "hist/conversation_words.h"
#include "hist/when.h"
#include "json/reader.h"

/* Texts are borrowed from the JSON until the copy at the end. */
struct reader {
	struct zv_error *err;
	int rc; /* of the first thing wrong */
};

static void
refuse(struct reader *r, const char *key, const char *why)
{
	if (r->rc == 0)
		r->rc = zv_fail(r->err, ZV_EPROTO, "\"%s\" of a call %s", key, why);
}

/* ---- members --------------------------------------------------------------------------- */

static struct zv_str
text_of(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (v && !json_is_string(v) && !json_is_null(v))
		refuse(r, key, "is no text");
	return zv_json_text(o, key);
}

static bool
bool_of(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (v && !json_is_boolean(v))
		refuse(r, key, "is neither true nor false");
	return json_is_true(v);
}

static int64_t
int_of(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (v && !json_is_null(v) && (!json_is_integer(v) || json_integer_value(v) < 0))
		refuse(r, key, "is no whole number");
	return json_is_integer(v) ? json_integer_value(v) : 0;
}

static int64_t
time_of(struct reader *r, const json_t *o, const char *key)
{
	struct zv_str text = text_of(r, o, key);
	struct zv_when w;

	if (text.n == 0)
		return 0;
	if (zv_when_read(text, &w) < 0) {
		refuse(r, key, "is no time");
		return 0;
	}
	return zv_when_unix_ms(&w);
}

/* An array, or none. */
static const json_t *
list_of(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (v && !json_is_array(v)) {
		refuse(r, key, "is no list");
		return NULL;
	}
	return v;
}

/* ---- lists ------------------------------------------------------------------------------- */

static void
read_leg(struct reader *r, const json_t *o, void *part)
{
	struct zv_past_leg *leg = part;

	leg->line = text_of(r, o, "line");
	leg->number = text_of(r, o, "number");
	leg->name = text_of(r, o, "name");
	leg->channel = text_of(r, o, "channel");
	leg->unique_id = text_of(r, o, "uniqueid");
	if (!zv_past_role_of(text_of(r, o, "role"), &leg->role))
		refuse(r, "role", "is not known");
	if (!zv_past_result_of(text_of(r, o, "result"), &leg->result))
		refuse(r, "result", "is not known");
	leg->cause = (int)(int_of(r, o, "cause") % 1000);
	leg->is_trunk = bool_of(r, o, "trunk");
	leg->rang = bool_of(r, o, "rang");
	leg->answered = bool_of(r, o, "answered");
	leg->started_ms = time_of(r, o, "started_at");
	leg->rang_ms = time_of(r, o, "rang_at");
	leg->answered_ms = time_of(r, o, "answered_at");
	leg->ended_ms = time_of(r, o, "ended_at");
}

static void
read_transfer(struct reader *r, const json_t *o, void *part)
{
	struct zv_past_transfer *t = part;

	if (!zv_past_transfer_of(text_of(r, o, "kind"), &t->kind))
		refuse(r, "kind", "is not known");
	t->by = text_of(r, o, "by");
	t->to = text_of(r, o, "to");
}

static void
read_recording(struct reader *r, const json_t *o, void *part)
{
	struct zv_past_recording *recording = part;

	recording->id = text_of(r, o, "id");
	recording->file = text_of(r, o, "file");
}

static void
read_text(struct reader *r, const json_t *v, void *part)
{
	if (!json_is_string(v)) {
		refuse(r, "talked", "has something that is no text");
		return;
	}
	*(struct zv_str *)part =
		(struct zv_str){ json_string_value(v), json_string_length(v) };
}

typedef void (*read_fn)(struct reader *r, const json_t *o, void *part);

/* Parts of that size, zv_free them; *n of them. */
static void *
read_list(struct reader *r, const json_t *o, const char *key, size_t size, read_fn read,
	  size_t *n)
{
	const json_t *list = list_of(r, o, key);
	size_t count = json_array_size(list);
	char *parts = count ? zv_calloc(count, size) : NULL;

	*n = 0;
	if (count && !parts && r->rc == 0)
		r->rc = zv_fail_nomem(r->err);
	for (size_t i = 0; parts && i < count; i++)
		read(r, json_array_get(list, i), parts + i * size);
	*n = parts ? count : 0;
	return parts;
}

static unsigned
read_sources(struct reader *r, const json_t *o)
{
	const json_t *list = list_of(r, o, "sources");
	unsigned bits = 0, bit;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (!zv_past_source_of(zvon_str(name), &bit))
			refuse(r, "sources", "has one that is not known");
		else
			bits |= bit;
	}
	return bits;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void
read_plain(struct reader *r, const json_t *o, struct zv_conversation *c)
{
	const json_t *from = json_object_get(o, "from"), *to = json_object_get(o, "to");

	c->id = text_of(r, o, "call");
	c->server = text_of(r, o, "server");
	if (!zv_past_direction_of(text_of(r, o, "direction"), &c->direction))
		refuse(r, "direction", "is not known");
	c->from_number = text_of(r, from, "number");
	c->from_name = text_of(r, from, "name");
	c->to_number = text_of(r, to, "number");
	c->did = text_of(r, o, "did");
	c->queue = text_of(r, o, "queue");
	if (!zv_past_result_of(text_of(r, o, "result"), &c->result))
		refuse(r, "result", "is not known");
	c->reason = text_of(r, o, "reason");
	c->picked_up_by = text_of(r, o, "picked_up_by");
	c->parked = bool_of(r, o, "parked");
	c->is_open = bool_of(r, o, "open");
	c->is_anonymous = bool_of(r, o, "anonymous");
	c->started_ms = time_of(r, o, "started");
	c->answered_ms = time_of(r, o, "answered");
	c->ended_ms = time_of(r, o, "ended");
	c->wait_ms = int_of(r, o, "wait_ms");
	c->talk_ms = int_of(r, o, "talk_ms");
	c->sources = read_sources(r, o);
}

static struct zv_conversation *
read_call(struct reader *r, const json_t *o)
{
	struct zv_conversation c = { 0 }, *copy = NULL;

	read_plain(r, o, &c);
	c.legs = read_list(r, o, "legs", sizeof *c.legs, read_leg, &c.n_legs);
	c.transfers = read_list(r, o, "transfers", sizeof *c.transfers, read_transfer,
				&c.n_transfers);
	c.recordings = read_list(r, o, "recordings", sizeof *c.recordings,
				 read_recording, &c.n_recordings);
	c.talked = read_list(r, o, "talked", sizeof *c.talked, read_text, &c.n_talked);
	c.linked_ids = read_list(r, o, "linkedids", sizeof *c.linked_ids, read_text,
				 &c.n_linked_ids);
	if (r->rc == 0) {
		copy = zv_conversation_copy(&c);
		if (!copy)
			zv_fail_nomem(r->err);
	}
	zv_free(c.legs);
	zv_free(c.transfers);
	zv_free(c.recordings);
	zv_free(c.talked);
	zv_free(c.linked_ids);
	return copy;
}

struct zv_conversation *
zv_conversation_read(struct zv_str json, struct zv_error *err)
{
	json_t *o = zv_json_read_own(json, err);
	struct reader r = { .err = err };
	struct zv_conversation *c = NULL;

	if (o && !json_is_object(o))
		refuse(&r, "call", "is expected as an object");
	else if (o)
		c = read_call(&r, o);
	json_decref(o);
	return c;
}
