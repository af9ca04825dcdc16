#include "ami/filter_set_impl.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/* Those who want a value: "200" as a line. */
struct bucket {
	char *text;
	struct zv_str value;
	struct zv_node members;
};

struct zv_bucket_member {
	struct zv_node node; /* in the bucket */
	struct bucket *bucket;
	struct zv_subscription *subscription;
};

/* ---- what is wanted ------------------------------------------------------------------ */

static void
make_lower(char *text)
{
	for (; *text; text++)
		*text = (char)zv_lower((unsigned char)*text);
}

/* 0 or ZV_ENOMEM; n > 0. */
static int
make_room(struct zv_wanted *w, size_t n)
{
	w->texts = zv_calloc(n, sizeof *w->texts);
	return w->texts ? 0 : ZV_ENOMEM;
}

static int
keep_text(struct zv_wanted *w, struct zv_str text, bool lower)
{
	char *copy = zv_memdup(text.p, text.n);

	if (!copy)
		return ZV_ENOMEM;
	if (lower)
		make_lower(copy);
	w->texts[w->n++] = copy;
	return 0;
}

static int
copy_texts(struct zv_wanted *w, const char *const *texts, size_t n, bool lower)
{
	if (n && make_room(w, n) < 0)
		return ZV_ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (keep_text(w, zvon_str(texts[i]), lower) < 0)
			return ZV_ENOMEM;
	return 0;
}

struct kind_row {
	const char *name;
	int kind;
	const char *const *texts;
	size_t n;
};

int
zv_wanted_copy(struct zv_subscription *s, const struct zv_interest *i,
	       struct zv_error *err)
{
	const struct kind_row rows[] = {
		{ "lines", ZV_KEY_LINE, i->lines, i->n_lines },
		{ "numbers", ZV_KEY_NUMBER, i->numbers, i->n_numbers },
		{ "channels", ZV_KEY_CHANNEL, i->channels, i->n_channels },
		{ "queues", ZV_KEY_QUEUE, i->queues, i->n_queues },
		{ "events", ZV_WANTED_EVENT, i->events, i->n_events },
	};

	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		const struct kind_row *row = &rows[r];

		if (row->n > ZV_INTEREST_MAX)
			return zv_fail(err, ZV_ETOOBIG,
				       "%zu %s in one subscription, at most %d: make "
				       "two of it",
				       row->n, row->name, ZV_INTEREST_MAX);
		if (copy_texts(&s->wanted[row->kind], row->texts, row->n,
			       row->kind == ZV_WANTED_EVENT) < 0)
			return zv_fail_nomem(err);
	}
	return 0;
}

int
zv_wanted_copy_events(struct zv_subscription *s, const struct zv_str *names, size_t n)
{
	struct zv_wanted *w = &s->wanted[ZV_WANTED_EVENT];

	if (n && make_room(w, n) < 0)
		return ZV_ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (keep_text(w, names[i], true) < 0)
			return ZV_ENOMEM;
	return 0;
}

void
zv_wanted_free(struct zv_subscription *s)
{
	for (int kind = 0; kind < ZV_WANTED_KINDS; kind++) {
		for (size_t i = 0; i < s->wanted[kind].n; i++)
			zv_free(s->wanted[kind].texts[i]);
		zv_free(s->wanted[kind].texts);
	}
}

/* ---- buckets ------------------------------------------------------------------------- */

static void
bucket_free(struct bucket *b)
{
	if (b)
		zv_free(b->text);
	zv_free(b);
}

static struct bucket *
take_bucket(struct zv_map *map, const char *value)
{
	struct bucket *b = zv_map_find(map, zvon_str(value));

	if (b)
		return b;
	b = zv_calloc(1, sizeof *b);
	if (!b)
		return NULL;
	zv_list_init(&b->members);
	b->text = zv_strdup(value);
	b->value = zvon_str(b->text);
	if (b->text && zv_map_add(map, b->value, b) == 0)
		return b;
	bucket_free(b);
	return NULL;
}

static void
give_bucket(struct zv_map *map, struct bucket *b)
{
	if (!zv_list_is_empty(&b->members))
		return;
	zv_map_remove(map, b->value);
	bucket_free(b);
}

/* The kind the subscription is found by: lines, channels and numbers tell more than
 * queues, and those more than events. ZV_WANTED_KINDS: by none, it wants everything. */
static int
kind_found_by(const struct zv_subscription *s)
{
	static const int order[] = { ZV_KEY_LINE, ZV_KEY_CHANNEL, ZV_KEY_NUMBER,
				     ZV_KEY_QUEUE, ZV_WANTED_EVENT };

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (s->wanted[order[i]].n)
			return order[i];
	return ZV_WANTED_KINDS;
}

int
zv_interest_enter(struct zv_filter_set *set, struct zv_subscription *s)
{
	int kind = kind_found_by(s);
	const struct zv_wanted *w;

	if (kind == ZV_WANTED_KINDS) {
		zv_list_append(&set->open, &s->open);
		return 0;
	}
	w = &s->wanted[kind];
	s->members = zv_calloc(w->n, sizeof *s->members);
	if (!s->members)
		return ZV_ENOMEM;
	for (; s->n_members < w->n; s->n_members++) {
		struct zv_bucket_member *m = &s->members[s->n_members];

		m->subscription = s;
		m->bucket = take_bucket(&set->by[kind], w->texts[s->n_members]);
		if (!m->bucket)
			return ZV_ENOMEM;
		zv_list_append(&m->bucket->members, &m->node);
	}
	return 0;
}

void
zv_interest_leave(struct zv_filter_set *set, struct zv_subscription *s)
{
	int kind = kind_found_by(s);

	for (size_t i = 0; i < s->n_members; i++) {
		zv_list_remove(&s->members[i].node);
		give_bucket(&set->by[kind], s->members[i].bucket);
	}
	if (zv_list_is_linked(&s->open))
		zv_list_remove(&s->open);
	zv_free(s->members);
}

/* ---- asking -------------------------------------------------------------------------- */

static bool
has_any(const struct zv_str *values, size_t n, const struct zv_wanted *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct zv_str text = zvon_str(w->texts[i]);

		for (size_t k = 0; k < n; k++)
			if (zvon_str_equal(values[k], text))
				return true;
	}
	return false;
}

static bool
has_event(const struct zv_packet *packet, const struct zv_wanted *w)
{
	if (packet->kind != ZV_PACKET_EVENT)
		return false;
	for (size_t i = 0; i < w->n; i++)
		if (zvon_str_equal_nocase(packet->name, zvon_str(w->texts[i])))
			return true;
	return false;
}

/* The kinds it was not found by. */
static bool
others_hold(const struct zv_filter_question *q, const struct zv_subscription *s,
	    int found_by)
{
	const struct zv_packet_keys *keys = &q->set->keys;

	for (int kind = 0; kind < ZV_KEY_KINDS; kind++)
		if (kind != found_by && s->wanted[kind].n &&
		    !has_any(keys->values[kind], keys->n[kind], &s->wanted[kind]))
			return false;
	return found_by == ZV_WANTED_EVENT || s->wanted[ZV_WANTED_EVENT].n == 0 ||
	       has_event(q->packet, &s->wanted[ZV_WANTED_EVENT]);
}

static void
ask_bucket(struct zv_filter_question *q, int kind, struct zv_str value)
{
	struct bucket *b = zv_map_find(&q->set->by[kind], value);
	struct zv_node *node, *next;

	if (!b)
		return;
	ZV_EACH(&b->members, node, next)
	{
		struct zv_subscription *s =
			ZV_OWNER(node, struct zv_bucket_member, node)->subscription;

		if (s->called != q->set->counters.packets && others_hold(q, s, kind))
			zv_question_call(q, s);
	}
}

static void
ask_event(struct zv_filter_question *q)
{
	struct zv_buf *name = &q->set->event_name;

	if (q->packet->kind != ZV_PACKET_EVENT || q->set->by[ZV_WANTED_EVENT].n == 0)
		return;
	zv_buf_clear(name);
	if (zv_buf_add(name, q->packet->name) < 0)
		return;
	for (size_t i = 0; i < name->n; i++)
		name->p[i] = (char)zv_lower((unsigned char)name->p[i]);
	ask_bucket(q, ZV_WANTED_EVENT, zv_buf_str(name));
}

void
zv_interest_ask(struct zv_filter_question *q)
{
	struct zv_filter_set *set = q->set;
	struct zv_node *node, *next;
	size_t wanted = 0;

	for (int kind = 0; kind < ZV_KEY_KINDS; kind++)
		wanted += set->by[kind].n;
	if (wanted)
		zv_packet_keys_read(&set->keys, q->packet);
	for (int kind = 0; wanted && kind < ZV_KEY_KINDS; kind++)
		for (size_t i = 0; set->by[kind].n && i < set->keys.n[kind]; i++)
			ask_bucket(q, kind, set->keys.values[kind][i]);
	ask_event(q);
	ZV_EACH(&set->open, node, next)
	{
		zv_question_call(q, ZV_OWNER(node, struct zv_subscription, open));
	}
}
