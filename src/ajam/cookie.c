#include "ajam/cookie.h"

#include <limits.h>

#include "base/num.h"
#include "base/str.h"

/* Cuts the next part off *rest: up to a ';' or ',' that is not between quotes. *ended is
 * what it ended with, 0 at the end of the text. false: there was none. */
static bool
cut_part(struct zv_str *rest, struct zv_str *part, char *ended)
{
	bool quoted = false;
	size_t i = 0;

	if (!rest->n)
		return false;
	for (; i < rest->n; i++) {
		quoted ^= rest->p[i] == '"';
		if (!quoted && (rest->p[i] == ';' || rest->p[i] == ','))
			break;
	}
	*part = (struct zv_str){ rest->p, i };
	*ended = i < rest->n ? rest->p[i] : '\0';
	*rest = zv_str_from(*rest, i + 1);
	return true;
}

/* `Name = "value"` in two, without blanks and quotes; value.p NULL: no '='. */
static void
cut_pair(struct zv_str part, struct zv_str *name, struct zv_str *value)
{
	*value = part;
	zv_str_split(value, '=', name);
	*name = zv_str_trim(*name);
	if (!value->p)
		return;
	*value = zv_str_trim(*value);
	if (value->n >= 2 && value->p[0] == '"' && value->p[value->n - 1] == '"')
		*value = (struct zv_str){ value->p + 1, value->n - 2 };
}

/* RFC 6265, 4.1.1. */
static bool
is_cookie_value(struct zv_str value)
{
	if (value.n > ZV_COOKIE_MAX)
		return false;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] > '~' ||
		    memchr("\",;\\", value.p[i], 4))
			return false;
	return true;
}

/* Seconds; -1 for what is no number: RFC 6265, 5.2.2 passes it over. */
static int
parse_max_age(struct zv_str value)
{
	bool negative = value.n && value.p[0] == '-';
	long long seconds = 0;
	int rc = zv_num_parse(value, INT_MIN, INT_MAX, &seconds);

	if (rc == ZV_EINVAL)
		return -1;
	if (negative)
		return 0;
	return rc < 0 ? INT_MAX : (int)seconds;
}

/* What has been found so far in the fields. */
struct search {
	struct zv_cookie *cookie;
	bool ours;   /* the cookie being read is mansession_id */
	bool usable; /* and its value can be used */
	bool found, refused;
};

static void
begin_cookie(struct search *s, struct zv_str name, struct zv_str value)
{
	s->ours = zvon_str_equal_nocase(name, ZV_STR("mansession_id"));
	s->usable = s->ours && is_cookie_value(value);
	s->found |= s->usable;
	s->refused |= s->ours && !s->usable;
	if (!s->usable)
		return;
	*s->cookie = (struct zv_cookie){ .max_age_s = -1 };
	if (value.n)
		memcpy(s->cookie->value, value.p, value.n);
}

static void
take_attribute(struct search *s, struct zv_str name, struct zv_str value)
{
	int seconds;

	if (!s->usable || !zvon_str_equal_nocase(name, ZV_STR("Max-Age")))
		return;
	seconds = parse_max_age(value);
	if (seconds < 0)
		return;
	s->cookie->max_age_s = seconds;
	if (seconds == 0)
		s->cookie->value[0] = '\0';
}

/* A part behind a comma with a '=' in it is a cookie of its own (RFC 2109, 4.2.2, of
 * which Asterisk's Version=1 is); the comma in Expires has none behind it. */
static void
read_field(struct search *s, struct zv_str field)
{
	struct zv_str part, name, value;
	char before = ',', ended;

	s->usable = false;
	for (; cut_part(&field, &part, &ended); before = ended) {
		cut_pair(part, &name, &value);
		if (before == ',' && value.p)
			begin_cookie(s, name, value);
		else if (value.p)
			take_attribute(s, name, value);
	}
}

int
zv_cookie_read(struct zv_cookie *cookie, const struct zv_http_head *head)
{
	struct zv_cookie found = { .max_age_s = -1 };
	struct search s = { .cookie = &found };
	struct zv_str field;
	size_t cursor = 0;

	while (zv_http_head_find(head, ZV_STR("Set-Cookie"), &cursor, &field))
		read_field(&s, field);
	if (s.found)
		*cookie = found;
	return s.found ? 1 : s.refused ? ZV_EPROTO : 0;
}
