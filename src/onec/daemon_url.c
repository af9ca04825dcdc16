#include "onec/daemon_url.h"

#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "base/urltext.h"
#include "onec/daemon_words.h"

#define HOST_MAX     253 /* RFC 1035, 2.3.4 */
#define EVENTS_PATH  "/v1/events"
#define LOGIN_PATH   "/v1/login"
#define DEFAULT_PATH EVENTS_PATH

static const struct {
	const char *start;
	bool tls;
} schemes[] = {
	{ "ws://", false },
	{ "wss://", true },
};

static bool
cut_scheme(struct zv_str *rest, bool *tls)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		struct zv_str start = zvon_str(schemes[i].start);

		if (!zv_str_starts_nocase(*rest, start))
			continue;
		*tls = schemes[i].tls;
		*rest = zv_str_from(*rest, start.n);
		return true;
	}
	return false;
}

bool
zv_daemon_url_is_one(struct zv_str text)
{
	bool tls;

	return cut_scheme(&text, &tls);
}

/* ---- user and password --------------------------------------------------------------- */

static int
parse_user(struct zv_daemon_url *url, struct zv_str text)
{
	struct zv_str user, secret = text;

	zv_str_split(&secret, ':', &user);
	url->user = zv_urltext_decode(user);
	url->secret = secret.p ? zv_urltext_decode(secret) : NULL;
	return url->user && (url->secret || !secret.p) ? 0 : ZV_ENOMEM;
}

/* ---- host and port --------------------------------------------------------------------- */

static int
parse_host(struct zv_daemon_url *url, struct zv_str text)
{
	struct zv_str host, digits;
	long long port = ZV_PORT_ZVOND;

	if (!zv_urltext_host(text, HOST_MAX, &host, &digits) ||
	    (digits.p && zv_num_parse(digits, 1, 65535, &port) < 0))
		return ZV_EINVAL;
	url->port = (int)port;
	url->host = zv_memdup(host.p, host.n);
	snprintf(url->place, sizeof url->place,
		 zv_urltext_is_ipv6(text) ? "[%.*s]:%d" : "%.*s:%d", ZV_ARG(host),
		 url->port);
	return url->host ? 0 : ZV_ENOMEM;
}

/* ---- path -------------------------------------------------------------------------------- */

static int
parse_path(struct zv_daemon_url *url, struct zv_str path)
{
	struct zv_buf login = { 0 };
	struct zv_str before;

	if (path.n <= 1)
		path = ZV_STR(DEFAULT_PATH);
	if (!zv_urltext_is_path(path) || !zv_str_ends(path, ZV_STR(EVENTS_PATH)))
		return ZV_EINVAL;
	before = (struct zv_str){ path.p, path.n - strlen(EVENTS_PATH) };
	zv_buf_add(&login, before);
	zv_buf_add(&login, ZV_STR(LOGIN_PATH));
	url->target = zv_memdup(path.p, path.n);
	url->prefix = before.n;
	url->login = zv_buf_failed(&login) ? NULL : zv_memdup(login.p, login.n);
	zv_buf_deinit(&login);
	return url->target && url->login ? 0 : ZV_ENOMEM;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static int
parse(struct zv_daemon_url *url, struct zv_str rest, enum zv_daemon_word *wrong)
{
	size_t at = zv_urltext_last_at(rest); /* a password may hold '@' and '/' */
	struct zv_str authority = at < rest.n ? zv_str_from(rest, at + 1) : rest, path;
	int rc = 0;

	path = zv_str_from(authority, zv_str_find(authority, ZV_STR("/")));
	authority.n -= path.n;
	if (at < rest.n)
		rc = parse_user(url, (struct zv_str){ rest.p, at });
	*wrong = ZV_SAY_URL_HOST;
	if (rc == 0)
		rc = parse_host(url, authority);
	if (rc < 0)
		return rc;
	*wrong = ZV_SAY_URL_PATH;
	return parse_path(url, path);
}

int
zv_daemon_url_parse(struct zv_daemon_url *url, struct zv_str text, bool russian,
		    struct zv_error *err)
{
	enum zv_daemon_word wrong = ZV_SAY_URL_SCHEME;
	struct zv_str rest = text;
	int rc = ZV_EINVAL;

	*url = (struct zv_daemon_url){ 0 };
	if (text.n <= ZV_DAEMON_URL_MAX && cut_scheme(&rest, &url->tls))
		rc = parse(url, rest, &wrong);
	if (rc == 0)
		return 0;
	zv_daemon_url_deinit(url);
	return rc == ZV_ENOMEM ? zv_fail_nomem(err)
			       : zv_daemon_say(err, rc, russian, wrong);
}

void
zv_daemon_url_deinit(struct zv_daemon_url *url)
{
	if (url->secret)
		zv_wipe(url->secret, strlen(url->secret));
	zv_free(url->secret);
	zv_free(url->user);
	zv_free(url->host);
	zv_free(url->target);
	zv_free(url->login);
	*url = (struct zv_daemon_url){ 0 };
}
