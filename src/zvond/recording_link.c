#include "zvond/recording_link.h"

#include <sodium.h>

#include "base/err.h"
#include "base/num.h"
#include "base/str.h"
#include "http/request.h"
#include "zvond/statefile.h"

#define FILE_NAME "links"
#define SIG	  (2 * crypto_auth_hmacsha256_BYTES) /* hex digits */

/* ---- the key ------------------------------------------------------------------------------- */

static bool
parse_key(struct zv_str text, unsigned char key[ZV_LINK_KEY])
{
	size_t n = 0;

	text = zv_str_trim(text);
	return text.n == 2 * ZV_LINK_KEY &&
	       sodium_hex2bin(key, ZV_LINK_KEY, text.p, text.n, NULL, &n, NULL) == 0 &&
	       n == ZV_LINK_KEY;
}

static void
make_key(const char *folder, const struct zv_log *log, unsigned char key[ZV_LINK_KEY])
{
	char text[2 * ZV_LINK_KEY + 1];
	struct zv_error err = { 0 };

	randombytes_buf(key, ZV_LINK_KEY);
	if (!folder || !*folder)
		return;
	sodium_bin2hex(text, sizeof text, key, ZV_LINK_KEY);
	if (zv_state_write(folder, FILE_NAME, zvon_str(text), &err) < 0)
		zv_log(log, ZV_LOG_WARN, "recordings",
		       "links will end with this run: %s", err.text);
	sodium_memzero(text, sizeof text);
}

/* A key that is damaged is made anew: the links of before end. */
int
zv_recording_link_key(const char *folder, const struct zv_log *log,
		      unsigned char key[ZV_LINK_KEY])
{
	struct zv_buf text = { .secret = true };
	struct zv_error err = { 0 };
	bool good = false;

	if (sodium_init() < 0)
		return ZV_EIO;
	if (folder && *folder)
		good = zv_state_read(folder, FILE_NAME, &text, &err) == 0 &&
		       parse_key(zv_buf_str(&text), key);
	zv_buf_deinit(&text);
	if (!good)
		make_key(folder, log, key);
	return 0;
}

/* ---- links ----------------------------------------------------------------------------------- */

/* What is signed: each part ends with a line, which none of them has. */
static int
sign(const unsigned char key[ZV_LINK_KEY], struct zv_str id, struct zv_str user,
     int64_t until_s, char out[SIG + 1])
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	struct zv_buf text = { 0 };
	int rc = zv_buf_printf(&text, "recording\n%.*s\n%.*s\n%lld\n", ZV_ARG(id),
			       ZV_ARG(user), (long long)until_s);

	if (rc == 0) {
		crypto_auth_hmacsha256(mac, (const unsigned char *)text.p, text.n, key);
		sodium_bin2hex(out, SIG + 1, mac, sizeof mac);
	}
	zv_buf_deinit(&text);
	return rc;
}

static void
add_escaped(struct zv_buf *out, struct zv_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool plain = (c >= '0' && c <= '9') ||
			     (zv_lower(c) >= 'a' && zv_lower(c) <= 'z');

		zv_buf_printf(out, plain ? "%c" : "%%%02X", c);
	}
}

void
zv_recording_link_write(struct zv_buf *out, const unsigned char key[ZV_LINK_KEY],
			struct zv_str id, struct zv_str user, int64_t until_s)
{
	char sig[SIG + 1];

	if (sign(key, id, user, until_s, sig) < 0) {
		out->failed = true;
		return;
	}
	zv_buf_printf(out, "/v1/recordings/%.*s?user=", ZV_ARG(id));
	add_escaped(out, user);
	zv_buf_printf(out, "&until=%lld&sig=%s", (long long)until_s, sig);
}

bool
zv_recording_link_is_there(struct zv_str query)
{
	struct zv_buf value = { 0 };
	int rc = zv_http_query_value(query, "sig", &value);

	zv_buf_deinit(&value);
	return rc != 0;
}

int
zv_recording_link_check(const unsigned char key[ZV_LINK_KEY], struct zv_str id,
			struct zv_str query, int64_t now_s, struct zv_buf *user)
{
	struct zv_buf until = { 0 }, sig = { 0 };
	char wanted[SIG + 1];
	long long until_s = 0;
	int rc = ZV_EAUTH;

	if (zv_http_query_value(query, "user", user) == 1 &&
	    zv_http_query_value(query, "until", &until) == 1 &&
	    zv_http_query_value(query, "sig", &sig) == 1 && sig.n == SIG &&
	    zv_num_parse(zv_buf_str(&until), 0, INT64_MAX, &until_s) == 0 &&
	    !memchr(user->p ? user->p : "\n", '\n', user->n ? user->n : 1)) {
		rc = sign(key, id, zv_buf_str(user), until_s, wanted);
		if (rc == 0 && sodium_memcmp(wanted, sig.p, SIG) != 0)
			rc = ZV_EAUTH;
		else if (rc == 0 && until_s <= now_s)
			rc = ZV_ETIMEOUT;
	}
	zv_buf_deinit(&until);
	zv_buf_deinit(&sig);
	return rc;
}
