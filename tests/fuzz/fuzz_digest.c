/* The digest's challenge: what is taken is within its limits, what is refused leaves no
 * trace; the answer is one line whose quoted values read back as what went in.
 *
 * Input: the WWW-Authenticate value, user, secret, uri, cnonce, each ended by 0x1f. */
#include "ajam/digest.h"
#include "fuzz.h"

#define END 0x1f

/* The value behind `name=` at the start of *rest, which moves behind it and what comes
 * before the next one. */
static void
expect(struct zv_str *rest, const char *before, struct zv_str wanted)
{
	struct zv_str start = zvon_str(before);
	size_t n = 0;

	CHECK(zv_str_starts(*rest, start));
	*rest = zv_str_from(*rest, start.n);
	CHECK(rest->n && rest->p[0] == '"');
	*rest = zv_str_from(*rest, 1);
	for (; rest->n && rest->p[0] != '"'; n++) {
		if (rest->p[0] == '\\')
			*rest = zv_str_from(*rest, 1);
		CHECK(rest->n && n < wanted.n && rest->p[0] == wanted.p[n]);
		*rest = zv_str_from(*rest, 1);
	}
	CHECK(n == wanted.n && rest->n);
	*rest = zv_str_from(*rest, 1);
}

static void
check_answer(const struct zv_digest *d, struct zv_str user, struct zv_str uri,
	     struct zv_str answer)
{
	struct zv_str rest = answer;

	for (size_t i = 0; i < answer.n; i++)
		CHECK((unsigned char)answer.p[i] >= ' ' || answer.p[i] == '\t');
	expect(&rest, "Digest username=", user);
	expect(&rest, ", realm=", zvon_str(d->realm));
	expect(&rest, ", nonce=", zvon_str(d->nonce));
	expect(&rest, ", uri=", uri);
	CHECK(zv_str_starts(rest, ZV_STR(", qop=auth, nc=")) == d->has_qop_auth);
	CHECK(zv_str_ends(rest, ZV_STR(", algorithm=MD5")) ||
	      zv_str_ends(rest, ZV_STR(", algorithm=MD5-sess")));
}

static void
answer_twice(struct zv_digest *d, struct fuzz_input *in)
{
	struct zv_str user = fuzz_until(in, END), secret = fuzz_until(in, END);
	struct zv_str uri = fuzz_until(in, END), cnonce = fuzz_until(in, END);

	for (uint32_t i = 0; i < 2; i++) {
		struct zv_buf out = { 0 };
		int rc = zv_digest_answer(d, user, secret, ZV_STR("GET"), uri, cnonce,
					  &out);

		CHECK(rc == 0 || (rc == ZV_EINVAL && out.n == 0));
		CHECK(d->nc == (rc == 0 ? i + 1 : 0));
		if (rc == 0)
			check_answer(d, user, uri, zv_buf_str(&out));
		zv_buf_deinit(&out);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	struct zv_str given = fuzz_until(&in, END);
	struct zv_digest d = { .nc = 5 }, before = d;
	struct zv_error err = { 0 };
	char *value = fuzz_copy(given);
	int rc;

	given.p = value;
	rc = zv_digest_read(&d, given, &err);
	CHECK(rc == err.code && zv_digest_read(&before, given, NULL) == rc);
	if (rc == 0) {
		CHECK(d.nc == 0 && d.nonce[0] &&
		      strlen(d.nonce) <= ZV_DIGEST_MAX_PARAM);
		CHECK(strlen(d.realm) <= ZV_DIGEST_MAX_PARAM);
		CHECK(strlen(d.opaque) <= ZV_DIGEST_MAX_PARAM);
		answer_twice(&d, &in);
	} else {
		CHECK(rc == ZV_EPROTO || rc == ZV_ENOTFOUND || rc == ZV_ETOOBIG);
		CHECK(d.nc == 5 && !d.nonce[0] && !d.realm[0] && !d.opaque[0]);
	}
	free(value);
	return 0;
}
