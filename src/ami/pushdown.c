#include "ami/pushdown.h"

#include "ami/filter_names.h"
#include "ami/filter_shape.h"
#include "base/mem.h"
#include "base/num.h"
#include "zvon/error.h"
#include "zvon/request.h"

/* "Filter: " and the value are one line of the action. */
#define MAX_VALUE (ZV_REQUEST_MAX_LINE - 8)

/* What our own machines wait for, whatever the user wants to see. */
static const char *const needed[] = {
	"FullyBooted",
	"Shutdown",
	"Reload",
	"OriginateResponse",
};

#define N_NEEDED (sizeof needed / sizeof *needed)

/* ---- whether ------------------------------------------------------------------------- */

/* The action came with Asterisk 10, whose AMI is 1.2; 1.8 has 1.1. */
static bool
has_filter_action(const struct zv_pushdown_server *s)
{
	struct zv_str rest = s->version, part;
	long long major = 0, minor = 0;

	if (!zv_str_split(&rest, '.', &part) ||
	    zv_num_parse(part, 0, 1000, &major) < 0 || major != s->ami_major)
		return false;
	if (major >= 2)
		return true;
	return zv_str_split(&rest, '.', &part) &&
	       zv_num_parse(part, 0, 1000, &minor) == 0 && major == 1 && minor >= 2;
}

/* ---- expressions --------------------------------------------------------------------- */

/* Old servers read the value as a basic POSIX expression, new ones as an extended one.
 * A special character in brackets is itself in both. '%' so that no %0d is made. */
static void
add_literal_char(struct zv_buf *out, char c)
{
	if (strchr("\\^", c))
		zv_buf_printf(out, "\\%c", c); /* brackets would be no help */
	else if (strchr(".[*+?(){}|$%", c))
		zv_buf_printf(out, "[%c]", c);
	else
		zv_buf_add_char(out, c);
}

static void
add_literal(struct zv_buf *out, struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		add_literal_char(out, s.p[i]);
}

/* Names of events and keys are compared without case here, with case there. */
static void
add_nocase(struct zv_buf *out, struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char low = (char)zv_lower((unsigned char)s.p[i]);

		if (low >= 'a' && low <= 'z')
			zv_buf_printf(out, "[%c%c]", low - 32, low);
		else
			add_literal_char(out, s.p[i]);
	}
}

/* Line ends cannot be sent; what bytes beyond ASCII mean to an expression depends on the
 * locale of the server. */
static bool
is_plain(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7e)
			return false;
	return s.n > 0;
}

/* ---- the list ------------------------------------------------------------------------ */

static struct zv_buf *
next_value(struct zv_pushdown *p)
{
	return p->n_filters < ZV_PUSHDOWN_MAX_ACTIONS ? &p->filters[p->n_filters]
						      : NULL;
}

/* 0: it is in; ZV_ETOOBIG: it does not fit into a line; ZV_ENOMEM. */
static int
take_value(struct zv_pushdown *p)
{
	struct zv_buf *value = &p->filters[p->n_filters];

	p->n_filters++; /* to be freed in any case */
	if (zv_buf_failed(value))
		return ZV_ENOMEM;
	if (value->n > MAX_VALUE)
		return ZV_ETOOBIG;
	for (size_t i = 0; i + 1 < p->n_filters; i++) {
		if (zvon_str_equal(zv_buf_str(&p->filters[i]), zv_buf_str(value))) {
			zv_buf_deinit(value);
			p->n_filters--;
			break;
		}
	}
	return 0;
}

/* `^Event: Hangup` would let HangupRequest pass too; CR is a space. */
static int
add_event(struct zv_pushdown *p, struct zv_str name)
{
	struct zv_buf *value = next_value(p);

	if (!value || !is_plain(name))
		return ZV_ETOOBIG;
	zv_buf_add(value, ZV_STR("^Event: *"));
	add_nocase(value, name);
	zv_buf_add(value, ZV_STR("[[:space:]]"));
	return take_value(p);
}

static int
add_text(struct zv_pushdown *p, struct zv_str text)
{
	struct zv_buf *value = next_value(p);

	/* Asterisk takes spaces off the ends of a value, and a '!' means the contrary */
	if (!value || !is_plain(text) || text.p[0] == ' ' ||
	    text.p[text.n - 1] == ' ' || text.p[0] == '!')
		return ZV_ETOOBIG;
	add_literal(value, text);
	return take_value(p);
}

/* ---- what can be said ---------------------------------------------------------------- */

/* Each way: 0 it is said, ZV_EINVAL it is not asked for, ZV_ETOOBIG it cannot be said,
 * ZV_ENOMEM. */

static int
say_events(struct zv_pushdown *p, const struct zv_filter_options *o)
{
	struct zv_filter_names names;
	int rc;

	if (o->n_events == 0)
		return ZV_EINVAL;
	rc = zv_filter_names_init(&names, o->events, o->n_events, NULL);
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		rc = add_event(p, names.names[i]);
	zv_filter_names_deinit(&names);
	return rc;
}

/* One of them is enough, as all must be there. */
static int
say_texts(struct zv_pushdown *p, const struct zv_filter_options *o)
{
	struct zv_str best = { NULL, 0 };

	for (size_t i = 0; i < o->n_texts; i++) {
		struct zv_str text = zvon_str(o->texts[i]);

		if (text.n > best.n && is_plain(text))
			best = text;
	}
	return best.n ? add_text(p, best) : ZV_EINVAL;
}

/* In a dashed text a '-' may be a line end. */
static bool
can_be_sent(struct zv_str literal, bool dashed)
{
	return is_plain(literal) && !(dashed && memchr(literal.p, '-', literal.n)) &&
	       literal.p[0] != ' ' && literal.p[literal.n - 1] != ' ' &&
	       literal.p[0] != '!';
}

/* Of each alternative one literal that it needs: the longest. */
static int
say_shape(struct zv_pushdown *p, const struct zv_shape *s, bool dashed)
{
	for (size_t i = 0; i < s->n_choices; i++) {
		const struct zv_shape_choice *c = &s->choices[i];
		struct zv_str best = { NULL, 0 };
		int rc;

		for (size_t k = 0; k < c->n_parts; k++)
			if (c->parts[k].literal.n > best.n &&
			    can_be_sent(c->parts[k].literal, dashed))
				best = c->parts[k].literal;
		rc = best.n ? add_text(p, best) : ZV_ETOOBIG;
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
say_regex(struct zv_pushdown *p, const struct zv_filter_options *o)
{
	struct zv_shape *s = NULL;
	int rc;

	if (!o->regex)
		return ZV_EINVAL;
	rc = zv_shape_read(zvon_str(o->regex), &s);
	if (rc == 0)
		rc = s ? say_shape(p, s, o->newlines == ZV_NEWLINES_DASHED)
		       : ZV_ETOOBIG;
	zv_shape_free(s);
	return rc;
}

/* The kinds of conditions must all hold, but expressions at the server are alternatives:
 * only one kind can be said. */
static int
say_one_kind(struct zv_pushdown *p, const struct zv_filter_options *o)
{
	static int (*const ways[])(struct zv_pushdown *,
				   const struct zv_filter_options *) = {
		say_events,
		say_texts,
		say_regex,
	};
	int rc = ZV_EINVAL;

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		rc = ways[i](p, o);
		if (rc == 0 || rc == ZV_ENOMEM)
			return rc;
		for (; p->n_filters > 0; p->n_filters--)
			zv_buf_deinit(&p->filters[p->n_filters - 1]);
	}
	return rc;
}

static int
say_needed(struct zv_pushdown *p)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < N_NEEDED; i++)
		rc = add_event(p, zvon_str(needed[i]));
	return rc;
}

static void
give_up(struct zv_pushdown *p, const char *why)
{
	for (size_t i = 0; i < ZV_PUSHDOWN_MAX_ACTIONS && p->filters; i++)
		zv_buf_deinit(&p->filters[i]);
	p->n_filters = 0;
	p->why_not = why;
}

int
zv_pushdown_init(struct zv_pushdown *out, const struct zv_filter_options *options,
		 const struct zv_pushdown_server *server)
{
	int rc;

	*out = (struct zv_pushdown){ .why_not = "" };
	if (server->version.n == 0) {
		out->why_not = "the version of the server is not known";
		return 0;
	}
	if (!has_filter_action(server)) {
		out->why_not =
			"the server has no Filter action: Asterisk 1.8 and older";
		return 0;
	}
	if (!server->may_filter) {
		out->why_not = "the account lacks the write class system, which the "
			       "Filter action needs";
		return 0;
	}
	out->filters = zv_calloc(ZV_PUSHDOWN_MAX_ACTIONS, sizeof *out->filters);
	if (!out->filters)
		return ZV_ENOMEM;
	rc = say_one_kind(out, options);
	if (rc == 0)
		rc = say_needed(out);
	if (rc == ZV_ENOMEM)
		return rc;
	if (rc < 0)
		give_up(out, "nothing of this filter can be said to the server without "
			     "losing events");
	return 0;
}

void
zv_pushdown_deinit(struct zv_pushdown *p)
{
	for (size_t i = 0; p->filters && i < ZV_PUSHDOWN_MAX_ACTIONS; i++)
		zv_buf_deinit(&p->filters[i]);
	zv_free(p->filters);
	p->filters = NULL;
	p->n_filters = 0;
}
