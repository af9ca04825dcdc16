#include "db/url.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

/* Everything in one block: each text once decoded, and the URL that is shown. */
struct block {
	struct zv_db_url url;
	size_t size;
	size_t used;
	char text[];
};

/* The text with its %XX decoded, kept in the block. NULL: wrong %XX, or a NUL. */
static const char *
keep(struct block *b, struct zv_str s)
{
	char *start = b->text + b->used, *to = start;

	for (size_t i = 0; i < s.n; i++) {
		int c = (unsigned char)s.p[i];

		if (c == '%') {
			int high = i + 2 < s.n ? zv_hex_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? zv_hex_digit(s.p[i + 2]) : -1;

			c = high < 0 || low < 0 ? 0 : high * 16 + low;
			i += 2;
		}
		if (c == 0)
			return NULL;
		*to++ = (char)c;
	}
	*to++ = '\0';
	b->used += (size_t)(to - start);
	return start;
}

static int
read_words(struct block *b, struct zv_str query)
{
	struct zv_str word, name;

	while (zv_str_split(&query, '&', &word)) {
		struct zv_db_word *w = &b->url.words[b->url.n_words];

		if (word.n == 0)
			continue;
		if (b->url.n_words == ZV_DB_URL_WORDS_MAX)
			return ZV_EINVAL;
		zv_str_split(&word, '=', &name);
		w->name = keep(b, name);
		w->value = keep(b, word);
		if (!w->name || !w->value)
			return ZV_EINVAL;
		b->url.n_words++;
	}
	return 0;
}

/* host, host:port, [v6]:port */
static int
read_host(struct block *b, struct zv_str host)
{
	struct zv_str port = { 0 };
	long long number = 0;

	if (host.n && host.p[0] == '[') {
		size_t end = zv_str_find(host, ZV_STR("]"));

		if (end == host.n)
			return ZV_EINVAL;
		port = zv_str_from(host, end + 1);
		host = (struct zv_str){ host.p + 1, end - 1 };
		if (port.n && port.p[0] != ':')
			return ZV_EINVAL;
		port = zv_str_from(port, 1);
	} else {
		size_t colon = zv_str_find(host, ZV_STR(":"));

		port = zv_str_from(host, colon + 1);
		host.n = colon;
	}
	if (port.n && zv_num_parse(port, 1, 65535, &number) < 0)
		return ZV_EINVAL;
	b->url.port = (int)number;
	b->url.host = keep(b, host);
	return b->url.host ? 0 : ZV_EINVAL;
}

static size_t
last_at(struct zv_str s)
{
	size_t n = s.n;

	while (n && s.p[n - 1] != '@')
		n--;
	return n;
}

/* //user:secret@host:port/database */
static int
read_authority(struct block *b, struct zv_str rest)
{
	size_t slash = zv_str_find(rest, ZV_STR("/"));
	struct zv_str authority = { rest.p, slash }, user;
	size_t at = last_at(authority);

	b->url.path = keep(b, zv_str_from(rest, slash + 1));
	if (at) {
		struct zv_str account = { authority.p, at - 1 };

		b->url.has_secret = zv_str_find(account, ZV_STR(":")) < account.n;
		zv_str_split(&account, ':', &user);
		b->url.user = keep(b, user);
		b->url.secret = keep(b, account);
	}
	if (!b->url.path || !b->url.user || !b->url.secret)
		return ZV_EINVAL;
	return read_host(b, zv_str_from(authority, at));
}

/* The URL as it was, but for the secret. */
static void
write_shown(struct block *b, struct zv_str url)
{
	char *to = b->text + b->used;
	size_t colon = zv_str_find(url, ZV_STR("://"));
	struct zv_str rest = zv_str_from(url, colon + 3);
	size_t at = last_at((struct zv_str){ rest.p, zv_str_find(rest, ZV_STR("/")) });
	struct zv_str account = { rest.p, at ? at - 1 : 0 };
	size_t secret = zv_str_find(account, ZV_STR(":"));

	b->url.shown = to;
	if (b->url.has_secret) {
		size_t head = colon + 3 + secret;

		memcpy(to, url.p, head);
		to += head;
		url = zv_str_from(url, colon + 3 + at - 1);
	}
	memcpy(to, url.p, url.n);
	to[url.n] = '\0';
}

static bool
is_bare_path(struct zv_str s)
{
	return zv_str_ends(s, ZV_STR(".db")) || zv_str_ends(s, ZV_STR(".sqlite")) ||
	       zv_str_ends(s, ZV_STR(".sqlite3"));
}

static bool
is_scheme(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return s.n > 0;
}

static int
read_url(struct block *b, struct zv_str url)
{
	struct zv_str scheme, rest = url, query;
	size_t mark;

	if (zv_str_find(url, ZV_STR(":")) == url.n && is_bare_path(url)) {
		b->url.scheme = "sqlite";
		b->url.path = keep(b, url);
		return b->url.path ? 0 : ZV_EINVAL;
	}
	if (zv_str_find(url, ZV_STR(":")) == url.n)
		return ZV_EINVAL;
	zv_str_split(&rest, ':', &scheme);
	mark = zv_str_find(rest, ZV_STR("?"));
	query = zv_str_from(rest, mark + 1);
	rest.n = mark;
	b->url.scheme = keep(b, scheme);
	if (!is_scheme(scheme) || !b->url.scheme || read_words(b, query) < 0)
		return ZV_EINVAL;
	if (zv_str_starts(rest, ZV_STR("//")) && !zv_str_starts(rest, ZV_STR("///")))
		return read_authority(b, zv_str_from(rest, 2));
	if (zv_str_starts(rest, ZV_STR("///")))
		rest = zv_str_from(rest, 2);
	b->url.path = keep(b, rest);
	return b->url.path ? 0 : ZV_EINVAL;
}

struct zv_db_url *
zv_db_url_parse(struct zv_str url, struct zv_error *err)
{
	size_t room = 2 * url.n + 2 * (ZV_DB_URL_WORDS_MAX * 2 + 8);
	struct block *b;

	if (url.n == 0 || url.n > ZV_DB_URL_MAX) {
		zv_fail(err, ZV_EINVAL, "the URL of a database has 1 to %d bytes",
			ZV_DB_URL_MAX);
		return NULL;
	}
	b = zv_calloc(1, sizeof *b + room);
	if (!b) {
		zv_fail_nomem(err);
		return NULL;
	}
	b->size = sizeof *b + room;
	b->url.user = b->url.secret = b->url.host = b->url.path = "";
	if (read_url(b, url) < 0) {
		/* nothing of it is quoted: a secret may be anywhere in it */
		zv_fail(err, ZV_EINVAL,
			"this is no URL of a database: sqlite:/FILE.db, "
			"mysql://USER@HOST/DATABASE, postgresql://USER@HOST/DATABASE "
			"or csv:/FILE.csv");
		zv_db_url_free(&b->url);
		return NULL;
	}
	write_shown(b, url);
	return &b->url;
}

void
zv_db_url_free(struct zv_db_url *url)
{
	struct block *b = (struct block *)(void *)url;

	if (!b)
		return;
	zv_wipe(b, b->size);
	zv_free(b);
}

const char *
zv_db_url_word(const struct zv_db_url *url, const char *name)
{
	for (size_t i = 0; i < url->n_words; i++)
		if (strcmp(url->words[i].name, name) == 0)
			return url->words[i].value;
	return NULL;
}

static bool
is_in(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

int
zv_db_url_check(const struct zv_db_url *url, const char *const *known,
		struct zv_error *err)
{
	for (size_t i = 0; i < url->n_words; i++)
		if (!is_in(known, url->words[i].name))
			return zv_fail(err, ZV_EINVAL, "%s: unknown word '%s'",
				       url->shown, url->words[i].name);
	return 0;
}
