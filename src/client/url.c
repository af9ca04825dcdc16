#include "client/url.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "base/urltext.h"

#define HOST_MAX 255 /* RFC 1035, 2.3.4 */

#define DEFAULT_PATH "/asterisk/rawman"

static const char shape[] =
	"write ami://user@host:5038, amis://user@host:5039 for TLS, or "
	"http://user@host:8088/asterisk/rawman";

static const struct {
	const char *start, *name;
	enum zv_url_protocol protocol;
	bool tls;
	int port;
} schemes[] = {
	{ "ami://", "ami", ZV_URL_AMI, false, ZV_PORT_AMI },
	{ "amis://", "amis", ZV_URL_AMI, true, ZV_PORT_AMIS },
	{ "http://", "http", ZV_URL_AJAM, false, ZV_PORT_AJAM },
	{ "https://", "https", ZV_URL_AJAM, true, ZV_PORT_AJAMS },
};

/* The last part of the path: Asterisk's names for its six encoders. */
static const struct {
	const char *name;
	enum zv_ajam_encoding encoding;
	bool digest;
} encoders[] = {
	{ "rawman", ZV_AJAM_RAWMAN, false },   { "mxml", ZV_AJAM_MXML, false },
	{ "manager", ZV_AJAM_MANAGER, false }, { "arawman", ZV_AJAM_RAWMAN, true },
	{ "amxml", ZV_AJAM_MXML, true },       { "amanager", ZV_AJAM_MANAGER, true },
};

static int
parse_scheme(struct zv_url *url, struct zv_str *rest, struct zv_error *err)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		struct zv_str start = zvon_str(schemes[i].start);

		if (zv_str_starts_nocase(*rest, start)) {
			url->scheme = schemes[i].name;
			url->protocol = schemes[i].protocol;
			url->tls = schemes[i].tls;
			url->port = schemes[i].port;
			*rest = zv_str_from(*rest, start.n);
			return 0;
		}
	}
	return zv_fail(err, ZV_EINVAL, "bad URL: %s", shape);
}

static int
parse_user(struct zv_url *url, struct zv_str text, struct zv_error *err)
{
	struct zv_str user, secret = text;

	zv_str_split(&secret, ':', &user);
	url->user = zv_urltext_decode(user);
	if (!url->user)
		return zv_fail_nomem(err);
	if (!secret.p)
		return 0;
	url->secret = zv_urltext_decode(secret);
	return url->secret ? 0 : zv_fail_nomem(err);
}

static int
parse_port(struct zv_url *url, struct zv_str text, struct zv_error *err)
{
	long long port;

	if (zv_num_parse(text, 1, 65535, &port) < 0)
		return zv_fail(err, ZV_EINVAL, "bad URL: the port must be 1…65535; %s",
			       shape);
	url->port = (int)port;
	return 0;
}

static int
parse_host(struct zv_url *url, struct zv_str text, struct zv_error *err)
{
	struct zv_str host, port;

	if (!zv_urltext_host(text, HOST_MAX, &host, &port)) {
		if (url->secret) /* may be a piece of it, when the host was left out */
			return zv_fail(err, ZV_EINVAL,
				       "bad URL: what follows the last '@' is no name "
				       "and no address; %s",
				       shape);
		return zv_fail(err, ZV_EINVAL,
			       "bad URL: host '%.*s' is no name and no address; %s",
			       (int)(host.n < 64 ? host.n : 64), host.p, shape);
	}
	if (port.p && parse_port(url, port, err) < 0)
		return ZV_EINVAL;
	url->host = zv_memdup(host.p, host.n);
	return url->host ? 0 : zv_fail_nomem(err);
}

/* ---- the path of AJAM ------------------------------------------------------------ */

/* Asterisk knows no path with an empty part in it. */
static bool
is_path(struct zv_str path)
{
	return zv_urltext_is_path(path) && zv_str_find(path, ZV_STR("//")) == path.n;
}

static struct zv_str
last_part(struct zv_str path)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	return zv_str_from(path, at);
}

/* true: it is the name of an encoder. */
static bool
find_encoder(struct zv_url *url, struct zv_str last)
{
	for (size_t i = 0; i < sizeof encoders / sizeof *encoders; i++)
		if (zvon_str_equal_nocase(last, zvon_str(encoders[i].name))) {
			url->encoding = encoders[i].encoding;
			url->digest = encoders[i].digest;
			return true;
		}
	return false;
}

static int
parse_path(struct zv_url *url, struct zv_str path, struct zv_error *err)
{
	struct zv_str last;

	if (path.n <= 1)
		path = ZV_STR(DEFAULT_PATH);
	last = last_part(path);
	if (path.n - last.n > ZV_URL_MAX_PREFIX + strlen("//") || !is_path(path))
		return zv_fail(err, ZV_EINVAL,
			       "bad URL: behind the host stands no path of AJAM; "
			       "write http://user@host:8088/asterisk/rawman, with the "
			       "prefix of http.conf instead of asterisk");
	if (!find_encoder(url, last))
		return zv_fail(err, ZV_EINVAL,
			       "bad URL: the path must end with rawman, mxml, manager, "
			       "arawman, amxml or amanager; write "
			       "http://user@host:8088/asterisk/rawman");
	url->path = zv_memdup(path.p, path.n);
	return url->path ? 0 : zv_fail_nomem(err);
}

/* ---- the whole --------------------------------------------------------------------- */

int
zv_url_parse(struct zv_url *url, struct zv_str text, struct zv_error *err)
{
	struct zv_str rest = text, authority, path = { 0 };
	size_t at;
	int rc;

	*url = (struct zv_url){ 0 };
	rc = parse_scheme(url, &rest, err);
	if (rc < 0)
		return rc;
	at = zv_urltext_last_at(rest); /* a secret may hold '@' and '/' */
	authority = at < rest.n ? zv_str_from(rest, at + 1) : rest;
	if (url->protocol == ZV_URL_AJAM) {
		path = zv_str_from(authority, zv_str_find(authority, ZV_STR("/")));
		authority.n -= path.n;
	} else if (authority.n && authority.p[authority.n - 1] == '/') {
		authority.n--;
	}
	if (at < rest.n)
		rc = parse_user(url, (struct zv_str){ rest.p, at }, err);
	if (rc == 0)
		rc = parse_host(url, authority, err);
	if (rc == 0 && url->protocol == ZV_URL_AJAM)
		rc = parse_path(url, path, err);
	if (rc < 0)
		zv_url_deinit(url);
	return rc;
}

void
zv_url_deinit(struct zv_url *url)
{
	if (url->secret)
		zv_wipe(url->secret, strlen(url->secret));
	zv_free(url->secret);
	zv_free(url->user);
	zv_free(url->host);
	zv_free(url->path);
	*url = (struct zv_url){ 0 };
}
