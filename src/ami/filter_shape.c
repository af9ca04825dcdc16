#include "ami/filter_shape.h"

#include "ami/filter_shape_scan.h"
#include "base/mem.h"
#include "base/str.h"
#include "zvon/error.h"

#define MAX_DEPTH 16 /* of groups; deeper ones are not looked into */

/* The expression is read from left to right into arrays that can hold the longest
 * result: a part takes a byte of the pattern, a choice a '|'. */
struct reading {
	const char *p; /* the pattern */
	struct zv_shape_part *parts;
	struct zv_shape_choice *choices;
	char *bytes; /* of the literals */
	size_t n_parts, n_choices, n_bytes;
	size_t run; /* where in bytes the literal that is being read began */
	size_t gap; /* bytes that were passed over since the last part */
	int depth;
	bool exact, unknown;
};

/* ---- parts ------------------------------------------------------------------------ */

/* What comes next need not stand right behind the literal. */
static void
end_run(struct reading *r)
{
	if (r->n_bytes == r->run)
		return;
	r->parts[r->n_parts++] = (struct zv_shape_part){
		.literal = { r->bytes + r->run, r->n_bytes - r->run },
		.gap = r->gap,
	};
	r->run = r->n_bytes;
	r->gap = 0;
}

static void
pass_over(struct reading *r, size_t least)
{
	end_run(r);
	r->gap += least;
}

/* Something whose length is not "any": what is known stays necessary, not sufficient.
 * Its gap is counted as 0, which is true of everything. */
static void
pass_over_unknown(struct reading *r)
{
	end_run(r);
	r->exact = false;
}

static void
end_choice(struct reading *r, size_t first_part)
{
	end_run(r);
	r->choices[r->n_choices++] = (struct zv_shape_choice){
		.parts = r->parts + first_part,
		.n_parts = r->n_parts - first_part,
		.tail = r->gap,
	};
	r->gap = 0;
}

/* ---- atoms ------------------------------------------------------------------------ */

static void
read_literal(struct reading *r, struct zv_str bytes, const struct zv_shape_repeat *rep)
{
	if (rep->min > 0) {
		memcpy(r->bytes + r->n_bytes, bytes.p, bytes.n);
		r->n_bytes += bytes.n;
	}
	if (rep->min != 1 || rep->max != 1)
		pass_over_unknown(r);
}

static void
read_dot(struct reading *r, const struct zv_shape_repeat *rep)
{
	/* a possessive one gives nothing back to what follows */
	if (rep->max == ZV_SHAPE_ENDLESS && !rep->possessive)
		pass_over(r, rep->min);
	else
		pass_over_unknown(r);
}

static void read_sequence(struct reading *r, size_t from, size_t to);

/* The inside from…to of a group; an alternative within is not followed. */
static void
read_group(struct reading *r, size_t from, size_t to, bool has_bar,
	   const struct zv_shape_repeat *rep)
{
	bool once = rep->min == 1 && rep->max == 1 && !rep->possessive;

	if (!once)
		pass_over_unknown(r);
	if (has_bar || rep->min == 0 || r->depth == MAX_DEPTH) {
		pass_over_unknown(r);
		return;
	}
	r->depth++;
	read_sequence(r, from, to);
	r->depth--;
	if (!once)
		pass_over_unknown(r);
}

static void
read_token(struct reading *r, const struct zv_shape_token *t)
{
	switch (t->kind) {
	case ZV_SHAPE_LITERAL:
		read_literal(r, t->literal, &t->repeat);
		break;
	case ZV_SHAPE_DOT:
		read_dot(r, &t->repeat);
		break;
	case ZV_SHAPE_GROUP:
		read_group(r, t->inner, t->inner_end, t->has_bar, &t->repeat);
		break;
	case ZV_SHAPE_OTHER:
		pass_over_unknown(r);
		break;
	case ZV_SHAPE_BAR:
	case ZV_SHAPE_UNKNOWN:
		r->unknown = true;
		break;
	}
}

static void
read_sequence(struct reading *r, size_t from, size_t to)
{
	struct zv_shape_token t;

	while (from < to && !r->unknown) {
		zv_shape_scan(r->p, from, to, &t);
		read_token(r, &t);
		from = t.end;
	}
}

/* `A|B|C`, or that in a group of its own. */
static void
read_choices(struct reading *r, size_t from, size_t to)
{
	size_t first = 0;
	struct zv_shape_token t;

	if (from < to) {
		zv_shape_scan(r->p, from, to, &t);
		if (t.kind == ZV_SHAPE_GROUP && t.end == to && t.repeat.min == 1 &&
		    t.repeat.max == 1 && !t.repeat.possessive &&
		    r->depth++ < MAX_DEPTH) {
			read_choices(r, t.inner, t.inner_end);
			return;
		}
	}
	while (from < to && !r->unknown) {
		zv_shape_scan(r->p, from, to, &t);
		if (t.kind == ZV_SHAPE_BAR) {
			end_choice(r, first);
			first = r->n_parts;
		} else {
			read_token(r, &t);
		}
		from = t.end;
	}
	end_choice(r, first);
}

/* ---- the result ------------------------------------------------------------------- */

/* One block: shape, choices, parts, bytes. */
static struct zv_shape *
pack(const struct reading *r)
{
	struct zv_shape *s = zv_malloc(sizeof *s + r->n_choices * sizeof *r->choices +
				       r->n_parts * sizeof *r->parts + r->n_bytes);
	struct zv_shape_part *parts;
	char *bytes;

	if (!s)
		return NULL;
	s->choices = (struct zv_shape_choice *)(s + 1);
	s->n_choices = r->n_choices;
	s->exact = r->exact;
	parts = (struct zv_shape_part *)(s->choices + r->n_choices);
	bytes = (char *)(parts + r->n_parts);
	if (r->n_bytes)
		memcpy(bytes, r->bytes, r->n_bytes);
	for (size_t i = 0; i < r->n_parts; i++) {
		parts[i] = r->parts[i];
		parts[i].literal.p = bytes + (r->parts[i].literal.p - r->bytes);
	}
	for (size_t i = 0; i < r->n_choices; i++) {
		s->choices[i] = r->choices[i];
		s->choices[i].parts = parts + (r->choices[i].parts - r->parts);
	}
	return s;
}

int
zv_shape_read(struct zv_str pattern, struct zv_shape **out)
{
	struct reading r = { .p = pattern.p, .exact = true };
	int rc = ZV_ENOMEM;

	*out = NULL;
	r.parts = zv_calloc(pattern.n + 1, sizeof *r.parts);
	r.choices = zv_calloc(pattern.n + 1, sizeof *r.choices);
	r.bytes = zv_malloc(pattern.n + 1);
	if (!r.parts || !r.choices || !r.bytes)
		goto out;
	read_choices(&r, 0, pattern.n);
	if (!r.unknown)
		*out = pack(&r);
	rc = r.unknown || *out ? 0 : ZV_ENOMEM;
out:
	zv_free(r.parts);
	zv_free(r.choices);
	zv_free(r.bytes);
	return rc;
}

struct zv_shape *
zv_shape_of_text(struct zv_str text)
{
	struct zv_shape_part part = { .literal = text };
	struct zv_shape_choice choice = { .parts = &part, .n_parts = 1 };
	struct reading r = {
		.parts = &part,
		.choices = &choice,
		.bytes = (char *)text.p, /* only read */
		.n_parts = 1,
		.n_choices = 1,
		.n_bytes = text.n,
		.exact = true,
	};

	return pack(&r);
}

void
zv_shape_free(struct zv_shape *s)
{
	zv_free(s);
}

/* ---- asking ----------------------------------------------------------------------- */

/* The earliest place of each part leaves the most room for the next ones. */
bool
zv_shape_choice_holds(const struct zv_shape_choice *c, struct zv_str text)
{
	for (size_t i = 0; i < c->n_parts; i++) {
		struct zv_str literal = c->parts[i].literal;
		size_t at;

		text = zv_str_from(text, c->parts[i].gap);
		at = zv_str_find(text, literal);
		if (at == text.n)
			return false;
		text = zv_str_from(text, at + literal.n);
	}
	return text.n >= c->tail;
}

bool
zv_shape_holds(const struct zv_shape *s, struct zv_str text)
{
	for (size_t i = 0; i < s->n_choices; i++)
		if (zv_shape_choice_holds(&s->choices[i], text))
			return true;
	return false;
}
