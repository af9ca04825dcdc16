#include "ami/filter_set_impl.h"

#include "ami/filter_dash.h"
#include "base/err.h"
#include "base/mem.h"

/* One distinct expression, and those who have it. */
struct zv_expression {
	struct zv_index_entry entry; /* first: the index hands it out */
	char *id;		     /* its text, behind the letter of its way */
	struct zv_filter_index *index;
	struct zv_regex *regex; /* NULL: a text, and own_shape is that of it */
	struct zv_shape *own_shape;
	struct zv_regex_hits *hits; /* NULL: it cannot hit a limit */
	struct zv_node subscriptions;
};

/* ---- distinct expressions ------------------------------------------------------------ */

static void
expression_free(struct zv_expression *x)
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
expression_id(enum zv_expression_way way, struct zv_str text)
{
	char *id = zv_malloc(text.n + 2);

	if (!id)
		return NULL;
	id[0] = (char)way;
	memcpy(id + 1, text.p, text.n);
	id[text.n + 1] = '\0';
	return id;
}

static int
expression_fill(struct zv_filter_set *set, struct zv_expression *x,
		struct zv_error *err)
{
	struct zv_str text = zvon_str(x->id + 1);

	if (x->id[0] == ZV_EXPRESSION_TEXT) {
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
static struct zv_expression *
expression_new(struct zv_filter_set *set, char *id, struct zv_error *err)
{
	struct zv_expression *x = zv_calloc(1, sizeof *x);

	if (!x) {
		zv_free(id);
		return NULL;
	}
	x->id = id;
	x->index = id[0] == ZV_EXPRESSION_DASHED ? &set->dashed : &set->kept;
	zv_list_init(&x->subscriptions);
	if (expression_fill(set, x, err) == 0)
		return x;
	expression_free(x);
	return NULL;
}

static struct zv_expression *
take_expression(struct zv_filter_set *set, enum zv_expression_way way,
		struct zv_str text, struct zv_error *err)
{
	char *id = expression_id(way, text);
	struct zv_expression *x =
		id ? zv_map_find(&set->expressions, zvon_str(id)) : NULL;

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
give_expression(struct zv_filter_set *set, struct zv_expression *x)
{
	if (!zv_list_is_empty(&x->subscriptions))
		return;
	zv_index_remove(x->index, &x->entry);
	zv_map_remove(&set->expressions, zvon_str(x->id));
	expression_free(x);
}

int
zv_expression_enter(struct zv_filter_set *set, struct zv_subscription *s,
		    enum zv_expression_way way, struct zv_str text,
		    struct zv_error *err)
{
	s->expression = take_expression(set, way, text, err);
	if (!s->expression)
		return ZV_EINVAL;
	zv_list_append(&s->expression->subscriptions, &s->node);
	return 0;
}

void
zv_expression_leave(struct zv_filter_set *set, struct zv_subscription *s)
{
	if (!s->expression)
		return;
	zv_list_remove(&s->node);
	give_expression(set, s->expression);
}

bool
zv_expression_is_off(const struct zv_expression *x)
{
	return x->entry.is_off;
}

/* ---- asking -------------------------------------------------------------------------- */

static void
on_limit(struct zv_filter_question *q, struct zv_expression *x)
{
	q->set->counters.limit_hits++;
	x->entry.is_off = zv_regex_hits_add(x->hits, q->now_ms);
}

static void
on_entry(void *user, struct zv_index_entry *e, int rc)
{
	struct zv_filter_question *q = user;
	struct zv_expression *x = ZV_OWNER(e, struct zv_expression, entry);
	struct zv_node *node, *next;

	if (rc < 0) {
		on_limit(q, x);
		return;
	}
	ZV_EACH(&x->subscriptions, node, next)
	{
		zv_question_call(q, ZV_OWNER(node, struct zv_subscription, node));
	}
}

void
zv_expression_ask(struct zv_filter_question *q)
{
	struct zv_filter_set *set = q->set;
	struct zv_str dashed;

	if (set->kept.n_entries)
		zv_index_ask(&set->kept, q->packet->text, on_entry, q);
	if (set->dashed.n_entries &&
	    zv_filter_dash(&set->dashed_text, q->packet->text, &dashed) == 0)
		zv_index_ask(&set->dashed, dashed, on_entry, q);
}
