#include "ami/filter_set_impl.h"

#include "base/err.h"
#include "base/mem.h"

/* ---- the set ------------------------------------------------------------------------- */

struct zv_filter_set *
zv_filter_set_new(uint64_t seed, bool no_jit)
{
	struct zv_filter_set *set = zv_calloc(1, sizeof *set);

	if (!set)
		return NULL;
	zv_list_init(&set->all);
	zv_list_init(&set->open);
	for (int kind = 0; kind < ZV_WANTED_KINDS; kind++)
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
	for (int kind = 0; kind < ZV_WANTED_KINDS; kind++)
		zv_map_deinit(&set->by[kind]);
	zv_map_deinit(&set->expressions);
	zv_index_deinit(&set->kept);
	zv_index_deinit(&set->dashed);
	zv_buf_deinit(&set->dashed_text);
	zv_buf_deinit(&set->event_name);
	zv_regex_room_free(set->room);
	zv_free(set);
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
	zv_interest_leave(set, s);
	zv_expression_leave(set, s);
	zv_list_remove(&s->all);
	set->counters.subscriptions--;
	zv_wanted_free(s);
	zvon_filter_free(s->rest);
	zv_free(s);
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
	if (zv_wanted_copy(s, interest, err) == 0) {
		if (zv_interest_enter(set, s) == 0)
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
	bool dashed = o->newlines == ZV_NEWLINES_DASHED;
	struct zv_str text;

	if (o->regex)
		return zv_expression_enter(
			set, s, dashed ? ZV_EXPRESSION_DASHED : ZV_EXPRESSION_KEPT,
			zvon_str(o->regex), err);
	text = longest_text(o);
	return text.n ? zv_expression_enter(set, s, ZV_EXPRESSION_TEXT, text, err) : 0;
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
	struct zv_str *names;
	size_t n = s->rest ? zv_filter_event_names(s->rest, &names) : 0;

	if (n && zv_wanted_copy_events(s, names, n) < 0)
		return ZV_ENOMEM;
	return zv_interest_enter(set, s);
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
	return (s->expression && zv_expression_is_off(s->expression)) ||
	       (s->rest && zvon_filter_is_off(s->rest));
}

/* ---- asking -------------------------------------------------------------------------- */

void
zv_question_call(struct zv_filter_question *q, struct zv_subscription *s)
{
	s->called = q->set->counters.packets;
	if (s->rest && zvon_filter_judge(s->rest, q->packet, q->now_ms) != 0)
		return;
	q->matches++;
	if (q->on_match)
		q->on_match(q->user, s->subscriber);
}

size_t
zv_filter_set_match(struct zv_filter_set *set, const struct zv_packet *packet,
		    int64_t now_ms, zv_filter_match_fn on_match, void *user)
{
	struct zv_filter_question q = { set, packet, now_ms, on_match, user, 0 };

	set->counters.packets++;
	zv_interest_ask(&q);
	zv_expression_ask(&q);
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
