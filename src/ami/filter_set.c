#include "ami/filter_set.h"

#include "ami/filter_dash.h"
#include "ami/filter_impl.h"
#include "ami/filter_index.h"
#include "ami/filter_keys.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/* The kinds of filter_keys.h, and the name of the event behind them. */
#define EVENT_KIND ZV_KEY_KINDS
#define KINDS	   (ZV_KEY_KINDS + 1)

/* Those who want a value: "200" as a line. */
struct bucket {
	char *text;
	struct zv_str value;
	struct zv_node members;
};

struct member {
	struct zv_node node; /* in the bucket */
	struct bucket *bucket;
	struct zv_subscription *subscription;
};

struct wanted {
	char **texts; /* event names in lower case */
	size_t n;
};

/* One distinct expression, and those who have it. */
struct expression {
	struct zv_index_entry entry; /* first: the index hands it out */
	char *id;		     /* its text, behind a letter for how it is asked */
	struct zv_filter_index *index;
	struct zv_regex *regex; /* NULL: a text, and own_shape is that of it */
	struct zv_shape *own_shape;
	struct zv_regex_hits *hits; /* NULL: it cannot hit a limit */
	struct zv_node subscriptions;
};

struct zv_subscription {
	void *subscriber;
	struct zv_node all; /* in the set */
	uint64_t called;    /* the number of the packet it was last called for */
	struct wanted wanted[KINDS];
	struct member *members; /* where it is found: by the values of one kind */
	size_t n_members;
	struct zv_node open; /* among those who want everything */
	struct expression *expression;
	struct zv_node node;	/* in that of the expression */
	struct zv_filter *rest; /* what else a free filter asks; NULL: nothing */
};

struct zv_filter_set {
	struct zv_regex_room *room;
	struct zv_node all, open;
	struct zv_map by[KINDS]; /* buckets */
	struct zv_map expressions;
	struct zv_filter_index kept, dashed;
	struct zv_buf dashed_text;
	struct zv_buf event_name; /* in lower case */
	struct zv_packet_keys keys;
	struct zv_filter_set_counters counters;
};

/* ---- the set ------------------------------------------------------------------------- */

struct zv_filter_set *
zv_filter_set_new(uint64_t seed, bool no_jit)
{
	struct zv_filter_set *set = zv_calloc(1, sizeof *set);

	if (!set)
		return NULL;
	zv_list_init(&set->all);
	zv_list_init(&set->open);
	for (int kind = 0; kind < KINDS; kind++)
		set->by[kind].seed = seed;
	set->expressions.seed = seed;
	zv_index_init(&set->kept, seed);
	zv_index_init(&set->dashed, seed);
	set->room = zv_regex_room_new(no_jit);
	if (set->room)
		return set;
	zv_filter_set_free(set);
	return NULL;
}

void
zv_filter_set_free(struct zv_filter_set *set)
{
	struct zv_node *node;

	if (!set)
		return;
	while ((node = zv_list_first(&set->all)))
		zv_filter_set_remove(set, ZV_OWNER(node, struct zv_subscription, all));
	for (int kind = 0; kind < KINDS; kind++)
		zv_map_deinit(&set->by[kind]);
	zv_map_deinit(&set->expressions);
	zv_index_deinit(&set->kept);
	zv_index_deinit(&set->dashed);
	zv_buf_deinit(&set->dashed_text);
	zv_buf_deinit(&set->event_name);
	zv_regex_room_free(set->room);
	zv_free(set);
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
 * queues, and those more than events. KINDS: by none, it wants everything. */
static int
kind_found_by(const struct zv_subscription *s)
{
	static const int order[] = { ZV_KEY_LINE, ZV_KEY_CHANNEL, ZV_KEY_NUMBER,
				     ZV_KEY_QUEUE, EVENT_KIND };

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (s->wanted[order[i]].n)
			return order[i];
	return KINDS;
}

static int
put_into_buckets(struct zv_filter_set *set, struct zv_subscription *s)
{
	int kind = kind_found_by(s);
	const struct wanted *w;

	if (kind == KINDS) {
		zv_list_append(&set->open, &s->open);
		return 0;
	}
	w = &s->wanted[kind];
	s->members = zv_calloc(w->n, sizeof *s->members);
	if (!s->members)
		return ZV_ENOMEM;
	for (; s->n_members < w->n; s->n_members++) {
		struct member *m = &s->members[s->n_members];

		m->subscription = s;
		m->bucket = take_bucket(&set->by[kind], w->texts[s->n_members]);
		if (!m->bucket)
			return ZV_ENOMEM;
		zv_list_append(&m->bucket->members, &m->node);
	}
	return 0;
}

static void
take_out_of_buckets(struct zv_filter_set *set, struct zv_subscription *s)
{
	int kind = kind_found_by(s);

	for (size_t i = 0; i < s->n_members; i++) {
		zv_list_remove(&s->members[i].node);
		give_bucket(&set->by[kind], s->members[i].bucket);
	}
	if (zv_list_is_linked(&s->open))
		zv_list_remove(&s->open);
}

/* ---- expressions --------------------------------------------------------------------- */

static void
expression_free(struct expression *x)
{
	if (!x)
		return;
	zv_regex_free(x->regex);
	zv_shape_free(x->own_shape);
	zv_free(x->hits);
	zv_free(x->id);
	zv_free(x);
}

static char *
expression_id(char how, struct zv_str text)
{
	char *id = zv_malloc(text.n + 2);

	if (!id)
		return NULL;
	id[0] = how;
	memcpy(id + 1, text.p, text.n);
	id[text.n + 1] = '\0';
	return id;
}

static int
expression_fill(struct zv_filter_set *set, struct expression *x, struct zv_error *err)
{
	struct zv_str text = zvon_str(x->id + 1);

	if (x->id[0] == 't') {
		x->entry.shape = x->own_shape = zv_shape_of_text(text);
		return x->own_shape ? 0 : ZV_ENOMEM;
	}
	x->entry.regex = x->regex = zv_regex_new(set->room, "regex", text, err);
	if (!x->regex)
		return ZV_EINVAL;
	x->entry.shape = zv_regex_shape(x->regex);
	if (x->entry.shape && x->entry.shape->exact)
		return 0;
	x->hits = zv_calloc(1, sizeof *x->hits);
	return x->hits ? 0 : ZV_ENOMEM;
}

/* Takes the id. */
static struct expression *
expression_new(struct zv_filter_set *set, char *id, struct zv_error *err)
{
	struct expression *x = zv_calloc(1, sizeof *x);

	if (!x) {
		zv_free(id);
		return NULL;
	}
	x->id = id;
	x->index = id[0] == 'd' ? &set->dashed : &set->kept;
	zv_list_init(&x->subscriptions);
	if (expression_fill(set, x, err) == 0)
		return x;
	expression_free(x);
	return NULL;
}

/* how: 'k' an expression, 'd' one that sees dashes, 't' a text. */
static struct expression *
take_expression(struct zv_filter_set *set, char how, struct zv_str text,
		struct zv_error *err)
{
	char *id = expression_id(how, text);
	struct expression *x = id ? zv_map_find(&set->expressions, zvon_str(id)) : NULL;

	if (x) {
		zv_free(id);
		return x;
	}
	x = id ? expression_new(set, id, err) : NULL;
	if (x && zv_map_add(&set->expressions, zvon_str(x->id), x) < 0) {
		expression_free(x);
		x = NULL;
	}
	if (x && zv_index_add(x->index, &x->entry) < 0) {
		zv_map_remove(&set->expressions, zvon_str(x->id));
		expression_free(x);
		x = NULL;
	}
	if (!x)
		zv_fail_nomem(err); /* unless there is another reason already */
	return x;
}

static void
give_expression(struct zv_filter_set *set, struct expression *x)
{
	if (!zv_list_is_empty(&x->subscriptions))
		return;
	zv_index_remove(x->index, &x->entry);
	zv_map_remove(&set->expressions, zvon_str(x->id));
	expression_free(x);
}

/* ---- subscriptions ------------------------------------------------------------------- */

static struct zv_subscription *
subscription_new(struct zv_filter_set *set, void *subscriber)
{
	struct zv_subscription *s = zv_calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->subscriber = subscriber;
	zv_list_append(&set->all, &s->all);
	set->counters.subscriptions++;
	return s;
}

void
zv_filter_set_remove(struct zv_filter_set *set, struct zv_subscription *s)
{
	take_out_of_buckets(set, s);
	if (s->expression) {
		zv_list_remove(&s->node);
		give_expression(set, s->expression);
	}
	zv_list_remove(&s->all);
	set->counters.subscriptions--;
	for (int kind = 0; kind < KINDS; kind++) {
		for (size_t i = 0; i < s->wanted[kind].n; i++)
			zv_free(s->wanted[kind].texts[i]);
		zv_free(s->wanted[kind].texts);
	}
	zv_free(s->members);
	zvon_filter_free(s->rest);
	zv_free(s);
}

static void
make_lower(char *text)
{
	for (; *text; text++)
		*text = (char)zv_lower((unsigned char)*text);
}

static int
copy_wanted(struct wanted *w, const char *const *texts, size_t n, bool lower)
{
	if (n == 0)
		return 0;
	w->texts = zv_calloc(n, sizeof *w->texts);
	if (!w->texts)
		return ZV_ENOMEM;
	for (; w->n < n; w->n++) {
		w->texts[w->n] = zv_strdup(texts[w->n]);
		if (!w->texts[w->n])
			return ZV_ENOMEM;
		if (lower)
			make_lower(w->texts[w->n]);
	}
	return 0;
}

struct kind_row {
	const char *name;
	int kind;
	const char *const *texts;
	size_t n;
};

static int
copy_interest(struct zv_subscription *s, const struct zv_interest *i,
	      struct zv_error *err)
{
	const struct kind_row rows[] = {
		{ "lines", ZV_KEY_LINE, i->lines, i->n_lines },
		{ "numbers", ZV_KEY_NUMBER, i->numbers, i->n_numbers },
		{ "channels", ZV_KEY_CHANNEL, i->channels, i->n_channels },
		{ "queues", ZV_KEY_QUEUE, i->queues, i->n_queues },
		{ "events", EVENT_KIND, i->events, i->n_events },
	};

	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		const struct kind_row *row = &rows[r];

		if (row->n > ZV_INTEREST_MAX)
			return zv_fail(err, ZV_ETOOBIG,
				       "%zu %s in one subscription, at most %d: make "
				       "two of it",
				       row->n, row->name, ZV_INTEREST_MAX);
		if (copy_wanted(&s->wanted[row->kind], row->texts, row->n,
				row->kind == EVENT_KIND) < 0)
			return zv_fail_nomem(err);
	}
	return 0;
}

struct zv_subscription *
zv_filter_set_add(struct zv_filter_set *set, const struct zv_interest *interest,
		  void *subscriber, struct zv_error *err)
{
	struct zv_subscription *s = subscription_new(set, subscriber);

	if (!s) {
		zv_fail_nomem(err);
		return NULL;
	}
	if (copy_interest(s, interest, err) == 0) {
		if (put_into_buckets(set, s) == 0)
			return s;
		zv_fail_nomem(err);
	}
	zv_filter_set_remove(set, s);
	return NULL;
}

/* ---- free filters -------------------------------------------------------------------- */

static struct zv_str
longest_text(const struct zv_filter_options *o)
{
	struct zv_str best = { NULL, 0 };

	for (size_t i = 0; i < o->n_texts; i++)
		if (strlen(o->texts[i]) > best.n)
			best = zvon_str(o->texts[i]);
	return best;
}

/* The regular expression, or else the longest text, is what the filter is found by. */
static int
find_by_expression(struct zv_filter_set *set, struct zv_subscription *s,
		   const struct zv_filter_options *o, struct zv_error *err)
{
	char how = o->newlines == ZV_NEWLINES_DASHED ? 'd' : 'k';
	struct zv_str text = zvon_str(o->regex);

	if (!o->regex) {
		text = longest_text(o);
		how = 't';
		if (text.n == 0)
			return 0;
	}
	s->expression = take_expression(set, how, text, err);
	if (!s->expression)
		return ZV_EINVAL;
	zv_list_append(&s->expression->subscriptions, &s->node);
	return 0;
}

/* All but the expression; also checks the options. */
static int
keep_rest(struct zv_filter_set *set, struct zv_subscription *s,
	  const struct zv_filter_options *o, struct zv_error *err)
{
	struct zv_filter_options rest = *o;
	bool is_all = o->n_events == 0 && o->n_fields == 0 &&
		      o->n_texts <= (s->expression && !o->regex ? 1u : 0u);

	rest.regex = NULL;
	if (is_all)
		return 0;
	s->rest = zv_filter_new_in(set->room, &rest, err);
	return s->rest ? 0 : ZV_EINVAL;
}

/* A filter of nothing but event names and fields. */
static int
find_by_events(struct zv_filter_set *set, struct zv_subscription *s)
{
	struct wanted *w = &s->wanted[EVENT_KIND];
	struct zv_str *names;
	size_t n = s->rest ? zv_filter_event_names(s->rest, &names) : 0;

	if (n) {
		w->texts = zv_calloc(n, sizeof *w->texts);
		if (!w->texts)
			return ZV_ENOMEM;
	}
	for (; w->n < n; w->n++) {
		w->texts[w->n] = zv_memdup(names[w->n].p, names[w->n].n);
		if (!w->texts[w->n])
			return ZV_ENOMEM;
		make_lower(w->texts[w->n]);
	}
	return put_into_buckets(set, s);
}

struct zv_subscription *
zv_filter_set_add_filter(struct zv_filter_set *set,
			 const struct zv_filter_options *options, void *subscriber,
			 struct zv_error *err)
{
	struct zv_subscription *s = subscription_new(set, subscriber);

	if (!s) {
		zv_fail_nomem(err);
		return NULL;
	}
	if (options->newlines != ZV_NEWLINES_KEPT &&
	    options->newlines != ZV_NEWLINES_DASHED)
		zv_fail(err, ZV_EINVAL, "newlines: %d is no way to show them",
			(int)options->newlines);
	else if (find_by_expression(set, s, options, err) == 0 &&
		 keep_rest(set, s, options, err) == 0) {
		if (s->expression || find_by_events(set, s) == 0)
			return s;
		zv_fail_nomem(err);
	}
	zv_filter_set_remove(set, s);
	return NULL;
}

bool
zv_subscription_is_off(const struct zv_subscription *s)
{
	return (s->expression && s->expression->entry.is_off) ||
	       (s->rest && zvon_filter_is_off(s->rest));
}

/* ---- asking -------------------------------------------------------------------------- */

struct question {
	struct zv_filter_set *set;
	const struct zv_packet *packet;
	int64_t now_ms;
	zv_filter_match_fn on_match;
	void *user;
	size_t matches;
};

static bool
has_any(const struct zv_str *values, size_t n, const struct wanted *w)
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
has_event(const struct zv_packet *packet, const struct wanted *w)
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
others_hold(const struct question *q, const struct zv_subscription *s, int found_by)
{
	const struct zv_packet_keys *keys = &q->set->keys;

	for (int kind = 0; kind < ZV_KEY_KINDS; kind++)
		if (kind != found_by && s->wanted[kind].n &&
		    !has_any(keys->values[kind], keys->n[kind], &s->wanted[kind]))
			return false;
	return found_by == EVENT_KIND || s->wanted[EVENT_KIND].n == 0 ||
	       has_event(q->packet, &s->wanted[EVENT_KIND]);
}

static void
call(struct question *q, struct zv_subscription *s)
{
	s->called = q->set->counters.packets;
	if (s->rest && zvon_filter_judge(s->rest, q->packet, q->now_ms) != 0)
		return;
	q->matches++;
	if (q->on_match)
		q->on_match(q->user, s->subscriber);
}

static void
ask_bucket(struct question *q, int kind, struct zv_str value)
{
	struct bucket *b = zv_map_find(&q->set->by[kind], value);
	struct zv_node *node, *next;

	if (!b)
		return;
	ZV_EACH(&b->members, node, next)
	{
		struct zv_subscription *s =
			ZV_OWNER(node, struct member, node)->subscription;

		if (s->called != q->set->counters.packets && others_hold(q, s, kind))
			call(q, s);
	}
}

static void
ask_event(struct question *q)
{
	struct zv_buf *name = &q->set->event_name;

	if (q->packet->kind != ZV_PACKET_EVENT || q->set->by[EVENT_KIND].n == 0)
		return;
	zv_buf_clear(name);
	if (zv_buf_add(name, q->packet->name) < 0)
		return;
	for (size_t i = 0; i < name->n; i++)
		name->p[i] = (char)zv_lower((unsigned char)name->p[i]);
	ask_bucket(q, EVENT_KIND, zv_buf_str(name));
}

static void
ask_interests(struct question *q)
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
		call(q, ZV_OWNER(node, struct zv_subscription, open));
	}
}

static void
on_limit(struct question *q, struct expression *x)
{
	q->set->counters.limit_hits++;
	x->entry.is_off = zv_regex_hits_add(x->hits, q->now_ms);
}

static void
on_entry(void *user, struct zv_index_entry *e, int rc)
{
	struct question *q = user;
	struct expression *x = ZV_OWNER(e, struct expression, entry);
	struct zv_node *node, *next;

	if (rc < 0) {
		on_limit(q, x);
		return;
	}
	ZV_EACH(&x->subscriptions, node, next)
	{
		call(q, ZV_OWNER(node, struct zv_subscription, node));
	}
}

static void
ask_expressions(struct question *q)
{
	struct zv_filter_set *set = q->set;
	struct zv_str dashed;

	if (set->kept.n_entries)
		zv_index_ask(&set->kept, q->packet->text, on_entry, q);
	if (set->dashed.n_entries &&
	    zv_filter_dash(&set->dashed_text, q->packet->text, &dashed) == 0)
		zv_index_ask(&set->dashed, dashed, on_entry, q);
}

size_t
zv_filter_set_match(struct zv_filter_set *set, const struct zv_packet *packet,
		    int64_t now_ms, zv_filter_match_fn on_match, void *user)
{
	struct question q = { set, packet, now_ms, on_match, user, 0 };

	set->counters.packets++;
	ask_interests(&q);
	ask_expressions(&q);
	set->counters.matches += q.matches;
	return q.matches;
}

void
zv_filter_set_count(const struct zv_filter_set *set, struct zv_filter_set_counters *out)
{
	*out = set->counters;
	out->expressions = set->kept.n_entries + set->dashed.n_entries;
	out->always = set->kept.n_always + set->dashed.n_always;
	out->searches = set->kept.searches + set->dashed.searches;
}
