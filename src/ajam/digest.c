#include "ajam/digest.h"

#include <stdio.h>

#include "base/err.h"
#include "base/md5.h"
#include "base/mem.h"

/* ---- the challenge ------------------------------------------------------------- */

/* RFC 9110, 5.6.2. */
static bool
is_token_char(char c)
{
	unsigned char low = zv_lower((unsigned char)c);

	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool
is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

static struct zv_str
cut_token(struct zv_str *rest)
{
	struct zv_str token = { rest->p, 0 };

	while (token.n < rest->n && is_token_char(rest->p[token.n]))
		token.n++;
	*rest = zv_str_from(*rest, token.n);
	return token;
}

static void
skip(struct zv_str *rest, const char *what)
{
	while (rest->n && rest->p[0] && strchr(what, rest->p[0]))
		*rest = zv_str_from(*rest, 1);
}

/* A token, or what stands between quotes, backslashes and all. false: neither. */
static bool
cut_value(struct zv_str *rest, struct zv_str *value)
{
	bool escaped = false;
	size_t i = 1;

	if (!rest->n || rest->p[0] != '"') {
		*value = cut_token(rest);
		return value->n > 0;
	}
	for (; i < rest->n && (escaped || rest->p[i] != '"'); i++) {
		if (is_control(rest->p[i]))
			return false;
		escaped = !escaped && rest->p[i] == '\\';
	}
	if (i >= rest->n)
		return false;
	*value = (struct zv_str){ rest->p + 1, i - 1 };
	*rest = zv_str_from(*rest, i + 1);
	return true;
}

/* 1: `name = value` and what ends it. 0: something else; then *rest stays where it
 * could begin a challenge. < 0: nothing that may stand there. */
static int
cut_param(struct zv_str *rest, struct zv_str *name, struct zv_str *value)
{
	struct zv_str after;

	skip(rest, " \t,");
	after = *rest;
	*name = cut_token(&after);
	skip(&after, " \t");
	if (rest->n == 0 || (name->n && (!after.n || after.p[0] != '=')))
		return 0;
	if (name->n == 0)
		return ZV_EPROTO;
	after = zv_str_from(after, 1);
	skip(&after, " \t");
	if (!cut_value(&after, value))
		return ZV_EPROTO;
	skip(&after, " \t");
	if (after.n && after.p[0] != ',')
		return ZV_EPROTO;
	*rest = after;
	return 1;
}

/* What `Negotiate` and others have in the place of parameters. */
static void
skip_token68(struct zv_str *rest)
{
	struct zv_str s = *rest;

	while (s.n && (is_token_char(s.p[0]) || s.p[0] == '/'))
		s = zv_str_from(s, 1);
	skip(&s, "=");
	skip(&s, " \t");
	if (s.n == 0 || s.p[0] == ',')
		*rest = s;
}

/* One challenge while its parameters are read. */
struct reading {
	struct zv_digest d;
	bool is_digest;
	bool bad_algorithm, bad_qop;
	unsigned seen; /* bits: parameters that may stand once only */
};

static int
unescape(struct zv_str value, char out[ZV_DIGEST_MAX_PARAM + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\\' && i + 1 < value.n)
			i++;
		if (n == ZV_DIGEST_MAX_PARAM)
			return ZV_ETOOBIG;
		out[n++] = value.p[i];
	}
	out[n] = '\0';
	return 0;
}

static int
on_realm(struct reading *r, struct zv_str value)
{
	return unescape(value, r->d.realm);
}

static int
on_nonce(struct reading *r, struct zv_str value)
{
	return unescape(value, r->d.nonce);
}

static int
on_opaque(struct reading *r, struct zv_str value)
{
	r->d.has_opaque = true;
	return unescape(value, r->d.opaque);
}

static int
on_stale(struct reading *r, struct zv_str value)
{
	r->d.stale = zvon_str_equal_nocase(value, ZV_STR("true"));
	return 0;
}

static int
on_algorithm(struct reading *r, struct zv_str value)
{
	bool sess = zvon_str_equal_nocase(value, ZV_STR("MD5-sess"));

	r->d.algorithm = sess ? ZV_DIGEST_MD5_SESS : ZV_DIGEST_MD5;
	r->bad_algorithm = !sess && !zvon_str_equal_nocase(value, ZV_STR("MD5"));
	return 0;
}

/* A list: "auth,auth-int". Empty is as good as none. */
static int
on_qop(struct reading *r, struct zv_str value)
{
	struct zv_str rest = value, one;

	while (zv_str_split(&rest, ',', &one))
		r->d.has_qop_auth |=
			zvon_str_equal_nocase(zv_str_trim(one), ZV_STR("auth"));
	r->bad_qop = !r->d.has_qop_auth && zv_str_trim(value).n > 0;
	return 0;
}

/* Others (domain, charset, userhash) change nothing for us. */
static const struct {
	const char *name;
	int (*on)(struct reading *r, struct zv_str value);
} params[] = {
	{ "realm", on_realm }, { "nonce", on_nonce },	      { "opaque", on_opaque },
	{ "stale", on_stale }, { "algorithm", on_algorithm }, { "qop", on_qop },
};

#define N_PARAMS (sizeof params / sizeof *params)

static int
take_param(struct reading *r, struct zv_str name, struct zv_str value,
	   struct zv_error *err)
{
	for (size_t i = 0; i < N_PARAMS; i++) {
		if (!zvon_str_equal_nocase(name, zvon_str(params[i].name)))
			continue;
		if (r->seen & 1u << i)
			return zv_fail(err, ZV_EPROTO,
				       "the server's digest challenge has two %s",
				       params[i].name);
		r->seen |= 1u << i;
		if (params[i].on(r, value) < 0)
			return zv_fail(err, ZV_ETOOBIG,
				       "%s in the server's digest challenge is longer "
				       "than %d bytes",
				       params[i].name, ZV_DIGEST_MAX_PARAM);
		return 0;
	}
	return 0;
}

/* Reads one challenge up to the next one. */
static int
read_challenge(struct reading *r, struct zv_str *rest, struct zv_error *err)
{
	struct zv_str scheme = cut_token(rest), name, value;
	int rc;

	*r = (struct reading){ 0 };
	r->is_digest = zvon_str_equal_nocase(scheme, ZV_STR("Digest"));
	if (scheme.n == 0 || (rest->n && !memchr(" \t,", rest->p[0], 3)))
		goto bad;
	skip(rest, " \t");
	skip_token68(rest);
	while ((rc = cut_param(rest, &name, &value)) > 0) {
		rc = r->is_digest ? take_param(r, name, value, err) : 0;
		if (rc < 0)
			return rc;
	}
	if (rc == 0)
		return 0;
bad:
	return zv_fail(err, ZV_EPROTO,
		       "the server's WWW-Authenticate cannot be understood from '%.*s' "
		       "on",
		       (int)(rest->n < 64 ? rest->n : 64), rest->p);
}

/* Why we cannot answer it, or NULL. */
static const char *
why_not(const struct reading *r)
{
	if (!r->d.nonce[0])
		return "it has no nonce";
	if (!(r->seen & 1u)) /* the first row of params */
		return "it has no realm";
	if (r->bad_algorithm)
		return "its algorithm is not MD5 and not MD5-sess, the only ones that "
		       "Asterisk knows: a proxy asks, not Asterisk";
	if (r->bad_qop)
		return "its qop is not auth (auth-int is not supported): a proxy "
		       "asks, not Asterisk";
	return NULL;
}

int
zv_digest_read(struct zv_digest *d, struct zv_str value, struct zv_error *err)
{
	const char *wrong = NULL;
	struct reading r;

	skip(&value, " \t,");
	while (value.n) {
		int rc = read_challenge(&r, &value, err);

		if (rc < 0)
			return rc;
		if (!r.is_digest)
			continue;
		wrong = why_not(&r);
		if (!wrong) {
			*d = r.d;
			return 0;
		}
	}
	if (wrong)
		return zv_fail(err, ZV_EPROTO,
			       "the server's digest challenge cannot be answered: %s",
			       wrong);
	return zv_fail(err, ZV_ENOTFOUND,
		       "the server asks for a login, but not for a digest: Asterisk "
		       "would; a proxy in between asks");
}

/* ---- the answer ---------------------------------------------------------------- */

#define MAX_PARTS 6

/* MD5 of the parts with colons between them. */
static void
hash(const struct zv_str *parts, size_t n, char out[ZV_MD5_HEX + 1])
{
	struct zv_str joined[2 * MAX_PARTS];
	size_t n_joined = 0;

	for (size_t i = 0; i < n; i++) {
		if (i)
			joined[n_joined++] = ZV_STR(":");
		joined[n_joined++] = parts[i];
	}
	zv_md5_hex(joined, n_joined, out);
}

/* RFC 7616, 3.4.1. ha1 and ha2 in hex. */
static void
hash_response(const struct zv_digest *d, const char *ha1, const char *ha2,
	      const char *nc, struct zv_str cnonce, char out[ZV_MD5_HEX + 1])
{
	const struct zv_str with_qop[] = {
		zvon_str(ha1), zvon_str(d->nonce), zvon_str(nc),
		cnonce,	       ZV_STR("auth"),	   zvon_str(ha2),
	};
	const struct zv_str without[] = {
		zvon_str(ha1),
		zvon_str(d->nonce),
		zvon_str(ha2),
	};

	if (d->has_qop_auth)
		hash(with_qop, sizeof with_qop / sizeof *with_qop, out);
	else
		hash(without, sizeof without / sizeof *without, out);
}

/* RFC 7616, 3.4.2. */
static void
hash_user(const struct zv_digest *d, struct zv_str user, struct zv_str secret,
	  struct zv_str cnonce, char out[ZV_MD5_HEX + 1])
{
	const struct zv_str who[] = { user, zvon_str(d->realm), secret };
	char ha1[ZV_MD5_HEX + 1];

	hash(who, 3, d->algorithm == ZV_DIGEST_MD5_SESS ? ha1 : out);
	if (d->algorithm != ZV_DIGEST_MD5_SESS)
		return;
	hash((struct zv_str[]){ zvon_str(ha1), zvon_str(d->nonce), cnonce }, 3, out);
	zv_wipe(ha1, sizeof ha1);
}

static bool
can_be_quoted(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_control(s.p[i]))
			return false;
	return true;
}

/* Adds `name="value"` with what goes before it. */
static void
add_quoted(struct zv_buf *out, const char *before, struct zv_str value)
{
	zv_buf_add(out, zvon_str(before));
	zv_buf_add_char(out, '"');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			zv_buf_add_char(out, '\\');
		zv_buf_add_char(out, value.p[i]);
	}
	zv_buf_add_char(out, '"');
}

/* In the order that Asterisk 1.8 to 22 were seen to take. */
static void
add_answer(const struct zv_digest *d, struct zv_str user, struct zv_str uri,
	   const char *nc, struct zv_str cnonce, const char *response,
	   struct zv_buf *out)
{
	bool sess = d->algorithm == ZV_DIGEST_MD5_SESS;

	add_quoted(out, "Digest username=", user);
	add_quoted(out, ", realm=", zvon_str(d->realm));
	add_quoted(out, ", nonce=", zvon_str(d->nonce));
	add_quoted(out, ", uri=", uri);
	if (d->has_qop_auth)
		zv_buf_printf(out, ", qop=auth, nc=%s", nc);
	if (d->has_qop_auth || sess)
		add_quoted(out, ", cnonce=", cnonce);
	add_quoted(out, ", response=", zvon_str(response));
	if (d->has_opaque)
		add_quoted(out, ", opaque=", zvon_str(d->opaque));
	zv_buf_printf(out, ", algorithm=%s", sess ? "MD5-sess" : "MD5");
}

/* MD5-sess hashes the cnonce of the first request into the key of all (RFC 7616,
 * 3.4.2); many servers hash that of each request. One for all suits both. */
static struct zv_str
choose_cnonce(struct zv_digest *d, struct zv_str cnonce)
{
	if (d->algorithm != ZV_DIGEST_MD5_SESS)
		return cnonce;
	if (!d->cnonce[0] && cnonce.n) {
		memcpy(d->cnonce, cnonce.p, cnonce.n);
		d->cnonce[cnonce.n] = '\0';
	}
	return zvon_str(d->cnonce);
}

int
zv_digest_answer(struct zv_digest *d, struct zv_str user, struct zv_str secret,
		 struct zv_str method, struct zv_str uri, struct zv_str cnonce,
		 struct zv_buf *out)
{
	char ha1[ZV_MD5_HEX + 1], ha2[ZV_MD5_HEX + 1], response[ZV_MD5_HEX + 1], nc[9];
	size_t before = out->n;

	if (!can_be_quoted(user) || !can_be_quoted(uri) || !can_be_quoted(cnonce) ||
	    cnonce.n > ZV_DIGEST_MAX_CNONCE || d->nc == UINT32_MAX)
		return ZV_EINVAL;
	cnonce = choose_cnonce(d, cnonce);
	snprintf(nc, sizeof nc, "%08x", (unsigned)(d->nc + 1));
	hash_user(d, user, secret, cnonce, ha1);
	hash((struct zv_str[]){ method, uri }, 2, ha2);
	hash_response(d, ha1, ha2, nc, cnonce, response);
	zv_wipe(ha1, sizeof ha1);
	add_answer(d, user, uri, nc, cnonce, response, out);
	if (zv_buf_failed(out)) {
		out->n = before;
		out->failed = false;
		return ZV_ENOMEM;
	}
	d->nc++;
	return 0;
}
