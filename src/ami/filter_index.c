#include "ami/filter_index.h"

#include "base/mem.h"
#include "base/str.h"
#include "zvon/error.h"

#define MOST_GATES                                                                     \
 8 /* looked for before the numbers are; more cost as much as they save */

/* A literal that an alternative needs before its number: `Dial` in `Dial.*200`. Its
 * place in the text is looked for once, when first asked for. */
struct gate {
	char *text;
	struct zv_str s;
	struct zv_node node;
	size_t users;
	uint64_t asked; /* the number of the text that `end` is of */
	size_t end;	/* of its first occurrence; 0: it does not occur */
};

/* One alternative, kept under a number or a word. */
struct zv_index_choice {
	struct zv_index_entry *entry;
	const struct zv_shape_choice *shape;
	struct gate *gate; /* or NULL */
	struct zv_number *number;
	struct zv_word *word;
	struct zv_node node; /* in the list of either */
};

/* ---- adding and removing ---------------------------------------------------------- */

void
zv_index_init(struct zv_filter_index *x, uint64_t seed)
{
	*x = (struct zv_filter_index){
		.numbers = { .seed = seed },
		.words = { .words = { .seed = seed } },
		.literals = { .seed = seed },
	};
	zv_list_init(&x->always);
	zv_list_init(&x->gates);
}

void
zv_index_deinit(struct zv_filter_index *x)
{
	zv_numbers_deinit(&x->numbers);
	zv_words_deinit(&x->words);
	zv_map_deinit(&x->literals);
}

static void
gate_free(struct gate *g)
{
	if (g)
		zv_free(g->text);
	zv_free(g);
}

static struct gate *
take_gate(struct zv_filter_index *x, struct zv_str literal)
{
	struct gate *g = zv_map_find(&x->literals, literal);

	if (!g) {
		g = zv_calloc(1, sizeof *g);
		if (!g)
			return NULL;
		g->text = zv_memdup(literal.p, literal.n);
		g->s = (struct zv_str){ g->text, literal.n };
		if (!g->text || zv_map_add(&x->literals, g->s, g) < 0) {
			gate_free(g);
			return NULL;
		}
		zv_list_append(&x->gates, &g->node);
		x->n_gates++;
	}
	g->users++;
	return g;
}

static void
give_gate(struct zv_filter_index *x, struct gate *g)
{
	if (!g || --g->users)
		return;
	zv_map_remove(&x->literals, g->s);
	zv_list_remove(&g->node);
	x->n_gates--;
	gate_free(g);
}

/* The longest run of digits of one literal; short when there is none. */
static struct zv_str
digits_of(struct zv_str s)
{
	struct zv_str best = { s.p, 0 };
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		n = s.p[i] >= '0' && s.p[i] <= '9' ? n + 1 : 0;
		if (n > best.n)
			best = (struct zv_str){ s.p + i + 1 - n, n };
	}
	if (best.n > ZV_NUMBER_MOST)
		best.n = ZV_NUMBER_MOST;
	return best;
}

/* What the alternative is kept under: *part is which of its literals has it. */
static struct zv_str
best_digits(const struct zv_shape_choice *c, size_t *part)
{
	struct zv_str best = { NULL, 0 };

	for (size_t i = 0; i < c->n_parts; i++) {
		struct zv_str digits = digits_of(c->parts[i].literal);

		if (digits.n >= best.n) {
			best = digits;
			*part = i;
		}
	}
	return best;
}

static struct zv_str
longest_literal(const struct zv_shape_choice *c)
{
	struct zv_str best = c->parts[0].literal;

	for (size_t i = 1; i < c->n_parts; i++)
		if (c->parts[i].literal.n > best.n)
			best = c->parts[i].literal;
	return best;
}

/* Under its number; a literal before it, if there is one, is its gate. */
static int
add_under_number(struct zv_filter_index *x, struct zv_index_choice *c,
		 struct zv_str digits, size_t part)
{
	const struct zv_shape_part *parts = c->shape->parts;
	bool is_last = part + 1 == c->shape->n_parts;

	c->entry->is_simple &=
		part <= 1 && is_last && parts[part].literal.n == digits.n;
	if (part > 0) {
		c->gate = take_gate(x, parts[0].literal);
		if (!c->gate)
			return ZV_ENOMEM;
	}
	c->number = zv_numbers_take(&x->numbers, digits);
	if (!c->number)
		return ZV_ENOMEM;
	zv_list_append(&c->number->list, &c->node);
	c->number->n++;
	x->n_gateless += !c->gate;
	return 0;
}

static int
add_choice(struct zv_filter_index *x, struct zv_index_choice *c)
{
	size_t part = 0;
	struct zv_str digits = best_digits(c->shape, &part);

	if (digits.n >= ZV_NUMBER_LEAST)
		return add_under_number(x, c, digits, part);
	c->entry->is_simple = false;
	c->word = zv_words_take(&x->words, longest_literal(c->shape));
	if (!c->word)
		return ZV_ENOMEM;
	zv_list_append(&c->word->list, &c->node);
	c->word->n++;
	return 0;
}

static void
remove_choice(struct zv_filter_index *x, struct zv_index_choice *c)
{
	bool is_linked = zv_list_is_linked(&c->node);

	if (is_linked)
		zv_list_remove(&c->node);
	if (c->number) {
		c->number->n -= is_linked;
		x->n_gateless -= is_linked && !c->gate;
		zv_numbers_give(&x->numbers, c->number);
	}
	if (c->word) {
		c->word->n -= is_linked;
		zv_words_give(&x->words, c->word);
	}
	give_gate(x, c->gate);
}

static bool
can_be_found(const struct zv_index_entry *e)
{
	if (!e->shape)
		return false;
	for (size_t i = 0; i < e->shape->n_choices; i++)
		if (e->shape->choices[i].n_parts == 0)
			return false;
	return true;
}

int
zv_index_add(struct zv_filter_index *x, struct zv_index_entry *e)
{
	size_t n = can_be_found(e) ? e->shape->n_choices : 0;

	e->asked = 0;
	e->n_choices = 0;
	e->choices = NULL;
	e->is_simple = e->shape && e->shape->exact;
	e->always = (struct zv_node){ NULL, NULL };
	x->n_entries++;
	if (n == 0) {
		zv_list_append(&x->always, &e->always);
		x->n_always++;
		return 0;
	}
	e->choices = zv_calloc(n, sizeof *e->choices);
	while (e->choices && e->n_choices < n) {
		struct zv_index_choice *c = &e->choices[e->n_choices];

		c->entry = e;
		c->shape = &e->shape->choices[e->n_choices++];
		if (add_choice(x, c) < 0)
			break;
	}
	if (e->choices && e->n_choices == n &&
	    zv_list_is_linked(&e->choices[n - 1].node))
		return 0;
	zv_index_remove(x, e);
	return ZV_ENOMEM;
}

void
zv_index_remove(struct zv_filter_index *x, struct zv_index_entry *e)
{
	for (size_t i = 0; i < e->n_choices; i++)
		remove_choice(x, &e->choices[i]);
	zv_free(e->choices);
	e->choices = NULL;
	e->n_choices = 0;
	x->n_entries--;
	if (zv_list_is_linked(&e->always)) {
		zv_list_remove(&e->always);
		x->n_always--;
	}
}

/* ---- asking ------------------------------------------------------------------------ */

struct question {
	struct zv_filter_index *x;
	struct zv_str text;
	zv_index_fn on_entry;
	void *user;
};

static size_t
gate_end(const struct question *q, struct gate *g)
{
	if (g->asked != q->x->texts) {
		size_t at = zv_str_find(q->text, g->s);

		g->asked = q->x->texts;
		g->end = at < q->text.n ? at + g->s.n : 0;
	}
	return g->end;
}

/* For a shape that decides alone, and where all alternatives are a number with at most
 * one literal before it: does this place of the number do? Another one may. */
static bool
place_does(const struct question *q, const struct zv_index_choice *c, size_t at,
	   size_t length)
{
	const struct zv_shape_part *parts = c->shape->parts;
	size_t least = parts[0].gap;

	if (c->gate) {
		size_t end = gate_end(q, c->gate);

		/* its first occurrence that leaves room for what must be before it */
		if (end == 0 || end - c->gate->s.n < parts[0].gap)
			return zv_shape_choice_holds(c->shape, q->text);
		least = end + parts[1].gap;
	}
	return at >= least && q->text.n - at - length >= c->shape->tail;
}

static void
ask_whole(const struct question *q, struct zv_index_entry *e)
{
	int rc;

	if (e->is_off || e->asked == q->x->texts)
		return;
	e->asked = q->x->texts;
	q->x->searches++;
	rc = e->regex ? zv_regex_search(e->regex, q->text)
		      : zv_shape_holds(e->shape, q->text);
	if (rc)
		q->on_entry(q->user, e, rc);
}

static void
on_number(void *user, const struct zv_number *number, size_t at, size_t length)
{
	const struct question *q = user;
	struct zv_node *node, *next;

	ZV_EACH(&number->list, node, next)
	{
		struct zv_index_choice *c =
			ZV_OWNER(node, struct zv_index_choice, node);
		struct zv_index_entry *e = c->entry;

		if (e->asked == q->x->texts || (c->gate && gate_end(q, c->gate) == 0))
			continue;
		if (!e->is_simple) {
			ask_whole(q, e);
		} else if (place_does(q, c, at, length)) {
			e->asked = q->x->texts;
			q->on_entry(q->user, e, 1);
		}
	}
}

static void
on_word(void *user, const struct zv_word *w)
{
	struct zv_node *node, *next;

	ZV_EACH(&w->list, node, next)
	{
		ask_whole(user, ZV_OWNER(node, struct zv_index_choice, node)->entry);
	}
}

/* true: no number needs to be looked for, as what must be before it is not there. */
static bool
all_gates_closed(const struct question *q)
{
	struct zv_filter_index *x = q->x;
	struct zv_node *node, *next;

	if (x->n_gateless || x->n_gates > MOST_GATES)
		return false;
	ZV_EACH(&x->gates, node, next)
	{
		if (gate_end(q, ZV_OWNER(node, struct gate, node)))
			return false;
	}
	return true;
}

void
zv_index_ask(struct zv_filter_index *x, struct zv_str text, zv_index_fn on_entry,
	     void *user)
{
	struct question q = { x, text, on_entry, user };
	struct zv_node *node, *next;

	x->texts++;
	if (x->numbers.n && !all_gates_closed(&q))
		zv_numbers_find(&x->numbers, text, on_number, &q);
	zv_words_find(&x->words, text, on_word, &q);
	ZV_EACH(&x->always, node, next)
	{
		ask_whole(&q, ZV_OWNER(node, struct zv_index_entry, always));
	}
}
