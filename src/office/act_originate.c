/* Originate: reading what was asked for; attempt.c does it. */
#include "base/mem.h"
#include "base/num.h"
#include "office/actions.h"
#include "office/channel.h"
#include "office/attempt.h"
#include "office/plan.h"
#include "zvon/error.h"

#define MAX_VARIABLES 120

struct variables {
	struct zv_field fields[MAX_VARIABLES];
	size_t n;
	struct zv_buf text;		/* the values without quotes and backslashes */
	size_t marks[MAX_VARIABLES][2]; /* name and value end there */
};

/* ---- caller ---------------------------------------------------------------- */

static bool
is_number(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789*#+", s.p[i]))
			return false;
	return s.n > 0;
}

static struct zv_str
without_quotes(struct zv_str s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return (struct zv_str){ s.p + 1, s.n - 2 };
	return s;
}

/* `"Name" <number>`, `Name <number>`, a number, or a name. */
static void
read_caller(struct zv_str text, struct zv_party *party)
{
	size_t at = zv_str_find(text, ZV_STR("<"));
	struct zv_str name = zv_str_trim((struct zv_str){ text.p, at });
	struct zv_str number = zv_str_from(text, at + 1);

	number.n = zv_str_find(number, ZV_STR(">"));
	if (at == text.n && is_number(name)) {
		number = name;
		name.n = 0;
	}
	ZV_COPY(party->name, without_quotes(name));
	ZV_COPY(party->number, number);
}

/* ---- variables ------------------------------------------------------------- */

/* One `NAME=value` of a line; a comma ends it, unless it is quoted or escaped. */
static void
read_variable(struct variables *v, struct zv_str *rest)
{
	bool quoted = false, in_value = false;
	size_t name_end = 0, i;

	for (i = 0; i < rest->n && (quoted || rest->p[i] != ','); i++) {
		char c = rest->p[i];

		if (c == '"') {
			quoted = !quoted;
		} else if (c == '=' && !in_value) {
			in_value = true;
			name_end = v->text.n;
		} else {
			if (c == '\\' && i + 1 < rest->n)
				c = rest->p[++i];
			zv_buf_add_char(&v->text, c);
		}
	}
	*rest = zv_str_from(*rest, i + 1);
	if (!in_value || v->n == MAX_VARIABLES)
		return;
	v->marks[v->n][0] = name_end;
	v->marks[v->n++][1] = v->text.n;
}

/* `__NAME` is inherited by the channels that follow; the underscores are no part of
 * the name. */
static struct zv_str
plain_name(struct zv_str name)
{
	while (name.n && name.p[0] == '_')
		name = zv_str_from(name, 1);
	return zv_str_trim(name);
}

static void
read_variables(const struct zv_asked *asked, struct variables *v)
{
	struct zv_str text;
	size_t from = 0;

	for (size_t i = 0; i < asked->n; i++) {
		struct zv_str rest = asked->fields[i].value;

		if (!zvon_str_equal_nocase(asked->fields[i].key, ZV_STR("Variable")))
			continue;
		while (rest.n)
			read_variable(v, &rest);
	}
	if (zv_buf_failed(&v->text))
		v->n = 0;
	text = zv_buf_str(&v->text);
	for (size_t i = 0; i < v->n; i++) {
		struct zv_str name = { text.p + from, v->marks[i][0] - from };

		v->fields[i].key = plain_name(name);
		v->fields[i].value = (struct zv_str){ text.p + v->marks[i][0],
						      v->marks[i][1] - v->marks[i][0] };
		from = v->marks[i][1];
	}
}

/* ---- the action ------------------------------------------------------------ */

/* What is wrong with it, or NULL. */
static const char *
check(const struct zv_asked *asked, struct zv_attempt_wish *w)
{
	w->priority = 1;
	w->timeout_ms = 30000;
	if (!w->channel.n)
		return "Channel not specified";
	if (!zv_asked_int(asked, "Priority", &w->priority))
		return "Invalid priority";
	if (!zv_asked_int(asked, "Timeout", &w->timeout_ms) || w->timeout_ms < 0)
		return "Invalid timeout";
	if (zv_str_find(w->channel, ZV_STR("/")) == w->channel.n)
		return "Invalid channel";
	if (w->exten.n && w->context.n &&
	    !zv_plan_has(w->context, w->exten, w->priority))
		return "Extension does not exist.";
	return NULL;
}

static void
start(struct zv_office_session *s, const struct zv_asked *asked,
      struct zv_attempt_wish *w)
{
	bool async = zv_asked_bool(asked, "Async");
	int rc;

	if (async)
		zv_door_success(&s->door, asked, "Originate successfully queued");
	else
		zv_door_block(&s->door);
	rc = zv_attempt_start(s->office, w, async ? NULL : s);
	if (rc < 0)
		s->office->failed = true;
}

ZV_ACTION(originate)
{
	struct zv_attempt_wish w = {
		.action_id = zv_asked_get(asked, "ActionID"),
		.channel = zv_asked_get(asked, "Channel"),
		.context = zv_asked_get(asked, "Context"),
		.exten = zv_asked_get(asked, "Exten"),
		.app = zv_asked_get(asked, "Application"),
		.data = zv_asked_get(asked, "Data"),
		.account = zv_asked_get(asked, "Account"),
		.channel_id = zv_asked_get(asked, "ChannelId"),
	};
	const char *error = check(asked, &w);
	struct variables *v;

	if (error) {
		zv_door_error(&s->door, asked, "%s", error);
		return;
	}
	v = zv_calloc(1, sizeof *v);
	if (!v) {
		s->office->failed = true;
		return;
	}
	read_caller(zv_asked_get(asked, "CallerID"), &w.caller);
	read_variables(asked, v);
	w.variables = v->fields;
	w.n_variables = v->n;
	if (zv_buf_failed(&v->text))
		s->office->failed = true;
	else
		start(s, asked, &w);
	zv_buf_deinit(&v->text);
	zv_free(v);
}
