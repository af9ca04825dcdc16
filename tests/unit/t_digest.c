#include "ajam/digest.h"

#include <stdlib.h>

#include "heap.h"
#include "helper.h"

static int
read_exact(struct zv_digest *d, struct zv_str value, struct zv_error *err)
{
	char *exact = exact_copy(value);
	int rc = zv_digest_read(d, (struct zv_str){ exact, value.n }, err);

	free(exact);
	return rc;
}

static struct zv_digest
challenge(const char *value)
{
	struct zv_error err = { 0 };
	struct zv_digest d = { 0 };

	if (read_exact(&d, zvon_str(value), &err) < 0)
		fail_msg("%s: %s", value, err.text);
	return d;
}

/* ---- challenges ---------------------------------------------------------------- */

static void
check_challenge(const char *value, const char *wanted)
{
	struct zv_digest d = challenge(value);
	struct zv_buf out = { 0 };

	assert_int_equal(d.nc, 0);
	zv_buf_printf(&out, "%s|%s|", d.realm, d.nonce);
	zv_buf_printf(&out, "%s", d.has_opaque ? d.opaque : "-");
	zv_buf_printf(&out, "%s%s%s", d.has_qop_auth ? " auth" : "",
		      d.stale ? " stale" : "",
		      d.algorithm == ZV_DIGEST_MD5_SESS ? " sess" : "");
	check_text(value, zv_buf_str(&out), zvon_str(wanted));
	zv_buf_deinit(&out);
}

static void
test_fault_115_challenges(void **state)
{
	static const char *const rows[][2] = {
		/* Asterisk 1.8 to 22 */
		{ "Digest algorithm=MD5, realm=\"asterisk\", nonce=\"5bfd85a3\", "
		  "qop=\"auth\", opaque=\"5bfd85a3\"",
		  "asterisk|5bfd85a3|5bfd85a3 auth" },
		{ "Digest algorithm=MD5, realm=\"asterisk\", nonce=\"0c76cf79\", "
		  "qop=\"auth\", opaque=\"0c76cf79\", stale=true",
		  "asterisk|0c76cf79|0c76cf79 auth stale" },
		/* cases, blanks, commas */
		{ "DIGEST REALM=\"a\",NONCE=\"b\",QOP=\"AUTH\",STALE=TRUE,"
		  "ALGORITHM=md5-SESS",
		  "a|b|- auth stale sess" },
		{ " ,, Digest\trealm = \"a\" ,, nonce= \"b\" ,\t, ", "a|b|-" },
		/* quotes and tokens where the other is usual */
		{ "Digest realm=a, nonce=b, qop=auth, algorithm=\"MD5\", "
		  "stale=\"true\"",
		  "a|b|- auth stale" },
		{ "Digest realm=\"a \\\"b\\\" \\\\ c\", nonce=\"b\", opaque=\"\\o\"",
		  "a \"b\" \\ c|b|o" },
		{ "Digest realm=\"a\\\\\", nonce=\"b\"", "a\\|b|-" },
		{ "Digest realm=\"a, nonce=\\\"x\\\", Basic y\", nonce=\"b\"",
		  "a, nonce=\"x\", Basic y|b|-" },
		{ "Digest realm=\"Станция\", nonce=\"b\"", "Станция|b|-" },
		{ "Digest realm=\"\", nonce=\"b\", opaque=\"\"", "|b|" },
		/* qop: none, empty, one of several */
		{ "Digest realm=\"a\", nonce=\"b\", qop=\"\"", "a|b|-" },
		{ "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int, auth\"",
		  "a|b|- auth" },
		{ "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int,auth,x\"",
		  "a|b|- auth" },
		{ "Digest realm=\"a\", nonce=\"b\", stale=false", "a|b|-" },
		/* what is not for us */
		{ "Digest realm=\"a\", domain=\"/a /b\", nonce=\"b\", charset=UTF-8, "
		  "userhash=false, domain=\"/c\"",
		  "a|b|-" },
		/* several challenges: RFC 7616 3.9.1 offers the better one first */
		{ "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-256, qop=\"auth\", "
		  "Digest realm=\"c\", nonce=\"d\", algorithm=MD5, qop=\"auth\"",
		  "c|d|- auth" },
		{ "Basic realm=\"x\", Digest realm=\"a\", nonce=\"b\"", "a|b|-" },
		{ "Digest realm=\"a\", nonce=\"b\", Basic realm=\"x\"", "a|b|-" },
		{ "Negotiate, NTLM, Digest realm=\"a\", nonce=\"b\"", "a|b|-" },
		{ "Negotiate YII/Gf+w~.-_==, Digest realm=\"a\", nonce=\"b\"",
		  "a|b|-" },
		{ "Digest nonce=\"x\", Digest realm=\"a\", nonce=\"b\", "
		  "Digest realm=\"c\", nonce=\"d\"",
		  "a|b|-" },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_challenge(rows[i][0], rows[i][1]);
}

static void
test_refused_challenges(void **state)
{
	static const struct {
		struct zv_str value;
		int rc;
		const char *words;
	} rows[] = {
		{ VIEW("Basic realm=\"x\""), ZV_ENOTFOUND, "not for a digest" },
		{ VIEW("Negotiate"), ZV_ENOTFOUND, "proxy" },
		{ VIEW("NTLM TlRMTVNTUAACAAAA=="), ZV_ENOTFOUND, "proxy" },
		{ VIEW("Digestive realm=\"a\", nonce=\"b\""), ZV_ENOTFOUND, "proxy" },
		{ VIEW(""), ZV_ENOTFOUND, "proxy" },
		{ VIEW(" , "), ZV_ENOTFOUND, "proxy" },
		{ VIEW("Digest"), ZV_EPROTO, "no nonce" },
		{ VIEW("Digest realm=\"a\""), ZV_EPROTO, "no nonce" },
		{ VIEW("Digest realm=\"a\", nonce=\"\""), ZV_EPROTO, "no nonce" },
		{ VIEW("Digest nonce=\"a\""), ZV_EPROTO, "no realm" },
		{ VIEW("Digest realm=\"a\", nonce=\"b\", algorithm=SHA-256"), ZV_EPROTO,
		  "algorithm is not MD5" },
		{ VIEW("Digest realm=\"a\", nonce=\"b\", algorithm=MD5-"), ZV_EPROTO,
		  "algorithm" },
		{ VIEW("Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\""), ZV_EPROTO,
		  "qop" },
		{ VIEW("Digest realm=\"a\", nonce=\"b\", qop=\"authx\""), ZV_EPROTO,
		  "qop" },
		{ VIEW("Digest realm=\"a\", nonce=\"b\", nonce=\"c\""), ZV_EPROTO,
		  "two nonce" },
		{ VIEW("realm=\"a\", nonce=\"b\""), ZV_EPROTO, "understood" },
		{ VIEW("\"Digest\""), ZV_EPROTO, "understood" },
		{ VIEW("Digest realm=\"a"), ZV_EPROTO, "realm=\"a" },
		{ VIEW("Digest realm=\"a\\\""), ZV_EPROTO, "understood" },
		{ VIEW("Digest realm=\"a\\"), ZV_EPROTO, "understood" },
		{ VIEW("Digest realm=\"a\" nonce=\"b\""), ZV_EPROTO, "understood" },
		{ VIEW("Digest realm=\"a\", nonce=\"b\"x"), ZV_EPROTO, "nonce=" },
		{ VIEW("Digest realm=\"a\", nonce="), ZV_EPROTO, "understood" },
		{ VIEW("Digest realm=\"a\", ="), ZV_EPROTO, "understood" },
		{ VIEW("Digest; realm=\"a\""), ZV_EPROTO, "understood" },
		{ VIEW("Digest realm=\"a\rb\", nonce=\"b\""), ZV_EPROTO, "understood" },
		{ VIEW("Digest realm=\"a\\\nb\", nonce=\"b\""), ZV_EPROTO,
		  "understood" },
		{ VIEW("Digest realm=\"a\0b\", nonce=\"b\""), ZV_EPROTO, "understood" },
		{ VIEW("Digest\0realm=\"a\", nonce=\"b\""), ZV_EPROTO, "understood" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_digest d = challenge("Digest realm=\"r\", nonce=\"n\"");
		struct zv_digest before = d;
		struct zv_error err = { 0 };
		int rc = read_exact(&d, rows[i].value, &err);

		if (rc != rows[i].rc || err.code != rc ||
		    !strstr(err.text, rows[i].words))
			fail_msg("%.*s: %d %s", ZV_ARG(rows[i].value), rc, err.text);
		assert_memory_equal(&d, &before, sizeof d);
		assert_int_equal(zv_digest_read(&d, rows[i].value, NULL), rc);
	}
}

static void
test_longest_parameters(void **state)
{
	static const char *const names[] = { "realm", "nonce", "opaque" };

	for (size_t i = 0; i < 2 * N_OF(names); i++) {
		size_t n = ZV_DIGEST_MAX_PARAM + i % 2;
		struct zv_digest d = { 0 };
		struct zv_error err = { 0 };
		struct zv_buf value = { 0 };

		zv_buf_printf(&value, "Digest %s=\"", names[i / 2]);
		for (size_t k = 0; k < n; k++)
			zv_buf_add(&value, ZV_STR("\\x"));
		zv_buf_printf(&value, "\"%s%s", i / 2 == 0 ? "" : ", realm=\"a\"",
			      i / 2 == 1 ? "" : ", nonce=\"b\"");
		assert_int_equal(read_exact(&d, zv_buf_str(&value), &err),
				 i % 2 ? ZV_ETOOBIG : 0);
		assert_true(i % 2 == 0 || strstr(err.text, names[i / 2]));
		assert_int_equal(zv_digest_read(&d, zv_buf_str(&value), NULL),
				 i % 2 ? ZV_ETOOBIG : 0);
		zv_buf_deinit(&value);
	}
}

/* ---- answers ------------------------------------------------------------------- */

static int
answer(struct zv_digest *d, const char *user, const char *secret, const char *method,
       const char *uri, const char *cnonce, struct zv_buf *out)
{
	return zv_digest_answer(d, zvon_str(user), zvon_str(secret), zvon_str(method),
				zvon_str(uri), zvon_str(cnonce), out);
}

static void
check_answer(struct zv_digest *d, const char *user, const char *secret,
	     const char *method, const char *uri, const char *cnonce,
	     const char *wanted)
{
	struct zv_buf out = { 0 };
	uint32_t before = d->nc;

	assert_int_equal(answer(d, user, secret, method, uri, cnonce, &out), 0);
	assert_int_equal(d->nc, before + 1);
	check_text(wanted, zv_buf_str(&out), zvon_str(wanted));
	zv_buf_deinit(&out);
}

/* What the recording client sent and Asterisk took: user lab, password lab-secret. */
static void
test_recorded(void **state)
{
	static const struct {
		const char *challenge;
		uint32_t nc;
		const char *method, *uri, *wanted;
	} rows[] = {
		{ /* 22.10.1 */
		  "Digest algorithm=MD5, realm=\"asterisk\", nonce=\"2bfa964a\", "
		  "qop=\"auth\", opaque=\"2bfa964a\"",
		  0, "GET", "/asterisk/arawman?action=ping",
		  "Digest username=\"lab\", realm=\"asterisk\", nonce=\"2bfa964a\", "
		  "uri=\"/asterisk/arawman?action=ping\", qop=auth, nc=00000001, "
		  "cnonce=\"0a4f113b\", response=\"121218288e1796815e3e6380b27f4db5\", "
		  "opaque=\"2bfa964a\", algorithm=MD5" },
		{ /* the same nonce again */
		  "Digest algorithm=MD5, realm=\"asterisk\", nonce=\"2bfa964a\", "
		  "qop=\"auth\", opaque=\"2bfa964a\"",
		  1, "GET", "/asterisk/arawman?action=ping",
		  "Digest username=\"lab\", realm=\"asterisk\", nonce=\"2bfa964a\", "
		  "uri=\"/asterisk/arawman?action=ping\", qop=auth, nc=00000002, "
		  "cnonce=\"0a4f113b\", response=\"b03516ee102d1463c4b3c0145541ce6a\", "
		  "opaque=\"2bfa964a\", algorithm=MD5" },
		{ /* no qop: RFC 2069 */
		  "Digest realm=\"asterisk\", nonce=\"548bff19\", opaque=\"548bff19\"",
		  7, "GET", "/asterisk/arawman?action=ping",
		  "Digest username=\"lab\", realm=\"asterisk\", nonce=\"548bff19\", "
		  "uri=\"/asterisk/arawman?action=ping\", "
		  "response=\"76a0e91f2bf00a501fce06fc3b6f0dcf\", "
		  "opaque=\"548bff19\", algorithm=MD5" },
		{ /* no opaque */
		  "Digest realm=\"asterisk\", nonce=\"548bff19\", qop=auth", 10, "GET",
		  "/asterisk/arawman?action=ping",
		  "Digest username=\"lab\", realm=\"asterisk\", nonce=\"548bff19\", "
		  "uri=\"/asterisk/arawman?action=ping\", qop=auth, nc=0000000b, "
		  "cnonce=\"0a4f113b\", response=\"edb45ddba089a6d537f910d707c1db7b\", "
		  "algorithm=MD5" },
		{ /* 16.28.0, POST */
		  "Digest algorithm=MD5, realm=\"asterisk\", nonce=\"14a00b1c\", "
		  "qop=\"auth\", opaque=\"14a00b1c\", stale=true",
		  14, "POST", "/asterisk/amanager",
		  "Digest username=\"lab\", realm=\"asterisk\", nonce=\"14a00b1c\", "
		  "uri=\"/asterisk/amanager\", qop=auth, nc=0000000f, "
		  "cnonce=\"0a4f113b\", response=\"d89d97101045e12034bc97a608e40db3\", "
		  "opaque=\"14a00b1c\", algorithm=MD5" },
		{ /* 11.25.3 */
		  "Digest algorithm=MD5, realm=\"asterisk\", nonce=\"0cec29f9\", "
		  "qop=\"auth\", opaque=\"0cec29f9\"",
		  4, "GET", "/asterisk/amxml?action=ping",
		  "Digest username=\"lab\", realm=\"asterisk\", nonce=\"0cec29f9\", "
		  "uri=\"/asterisk/amxml?action=ping\", qop=auth, nc=00000005, "
		  "cnonce=\"0a4f113b\", response=\"4aa57196ad459a96a2681684b961fc40\", "
		  "opaque=\"0cec29f9\", algorithm=MD5" },
		{ /* 1.8.32.3 */
		  "Digest algorithm=MD5, realm=\"asterisk\", nonce=\"5bcc7d0f\", "
		  "qop=\"auth\", opaque=\"5bcc7d0f\"",
		  15, "GET", "/asterisk/amanager?action=waitevent&timeout=1",
		  "Digest username=\"lab\", realm=\"asterisk\", nonce=\"5bcc7d0f\", "
		  "uri=\"/asterisk/amanager?action=waitevent&timeout=1\", qop=auth, "
		  "nc=00000010, cnonce=\"0a4f113b\", "
		  "response=\"a33d588b0e16183b2bbef5361e2ab7e6\", "
		  "opaque=\"5bcc7d0f\", algorithm=MD5" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_digest d = challenge(rows[i].challenge);

		d.nc = rows[i].nc;
		check_answer(&d, "lab", "lab-secret", rows[i].method, rows[i].uri,
			     "0a4f113b", rows[i].wanted);
	}
}

static void
check_response(const char *value, const char *secret, const char *cnonce,
	       const char *response)
{
	struct zv_digest d = challenge(value);
	struct zv_buf out = { 0 };

	assert_int_equal(
		answer(&d, "Mufasa", secret, "GET", "/dir/index.html", cnonce, &out),
		0);
	if (!strstr(zv_buf_cstr(&out), response))
		fail_msg("%s: %s", response, zv_buf_cstr(&out));
	zv_buf_deinit(&out);
}

static void
test_documents(void **state)
{
	/* RFC 7616, 3.9.1 */
	check_response(
		"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
		"algorithm=SHA-256, "
		"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
		"opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", "
		"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
		"algorithm=MD5, "
		"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
		"opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
		"Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
		"response=\"8ca523f5e9506fed4657c9700eebdbec\"");
	/* RFC 2617, 3.5 */
	check_response("Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", "
		       "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
		       "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
		       "Circle Of Life", "0a4f113b",
		       "response=\"6629fae49393a05397450978507c4ef1\"");
	/* RFC 2069, 2.4, with its erratum 749 */
	check_response("Digest realm=\"testrealm@host.com\", "
		       "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
		       "CircleOfLife", "unused",
		       "response=\"1949323746fe6a43ef61f9606e7febea\"");
}

/* The cnonce of the first request stays: computed with Python's hashlib. */
static void
test_fault_115_md5_sess(void **state)
{
	static const char cnonce[] = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
	static const char *const responses[] = {
		"nc=00000001, "
		"cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", "
		"response=\"e783283f46242139c486a698fec7211d\", algorithm=MD5-sess",
		"nc=00000002, "
		"cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", "
		"response=\"6914b51e16f9459d9abc967ad41c4599\", algorithm=MD5-sess",
	};
	struct zv_digest d =
		challenge("Digest realm=\"http-auth@example.org\", qop=\"auth\", "
			  "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
			  "algorithm=MD5-sess");

	for (size_t i = 0; i < N_OF(responses); i++) {
		struct zv_buf out = { 0 };

		assert_int_equal(answer(&d, "Mufasa", "Circle of Life", "GET",
					"/dir/index.html", i ? "other" : cnonce, &out),
				 0);
		if (!strstr(zv_buf_cstr(&out), responses[i]))
			fail_msg("%zu: %s", i, zv_buf_cstr(&out));
		zv_buf_deinit(&out);
	}
	/* without qop the cnonce must be told all the same */
	check_response("Digest realm=\"http-auth@example.org\", "
		       "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
		       "algorithm=MD5-sess",
		       "Circle of Life", cnonce,
		       "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", "
		       "response=\"37a7f42db2090a3fcac4e26e747d4fc8\"");
}

/* Hashed plain, sent with backslashes: computed with Python's hashlib. */
static void
test_fault_115_quotes(void **state)
{
	struct zv_digest d = challenge(
		"Digest realm=\"a \\\"b\\\" \\\\ c\", nonce=\"n1\", opaque=\"\\\"\"");

	check_answer(&d, "lab", "lab-secret", "GET", "/x", "c",
		     "Digest username=\"lab\", realm=\"a \\\"b\\\" \\\\ c\", "
		     "nonce=\"n1\", uri=\"/x\", "
		     "response=\"d526fc3b22cc32e4dfc67c98d8728005\", "
		     "opaque=\"\\\"\", algorithm=MD5");
	assert_int_equal(d.nc, 1);
}

static void
test_count(void **state)
{
	struct zv_digest d = challenge("Digest realm=\"a\", nonce=\"b\", qop=auth");
	struct zv_buf out = { 0 };

	d.nc = UINT32_MAX - 1;
	assert_int_equal(answer(&d, "u", "s", "GET", "/", "c", &out), 0);
	assert_non_null(strstr(zv_buf_cstr(&out), "nc=ffffffff"));
	zv_buf_clear(&out);
	assert_int_equal(answer(&d, "u", "s", "GET", "/", "c", &out), ZV_EINVAL);
	assert_int_equal(out.n, 0);
	zv_buf_deinit(&out);
}

static void
test_what_cannot_be_quoted(void **state)
{
	static const char *const bad[] = { "a\r\nX: y", "a\nb", "\x01", "\x7f" };
	struct zv_digest d = challenge("Digest realm=\"a\", nonce=\"b\", qop=auth");
	char longest[ZV_DIGEST_MAX_CNONCE + 2] = "";
	struct zv_buf out = { 0 };

	for (size_t i = 0; i < N_OF(bad); i++) {
		assert_int_equal(answer(&d, bad[i], "s", "GET", "/", "c", &out),
				 ZV_EINVAL);
		assert_int_equal(answer(&d, "u", "s", "GET", bad[i], "c", &out),
				 ZV_EINVAL);
		assert_int_equal(answer(&d, "u", "s", "GET", "/", bad[i], &out),
				 ZV_EINVAL);
		/* a secret may hold anything: it does not cross the wire */
		assert_int_equal(answer(&d, "u", bad[i], "GET", "/", "c", &out), 0);
		zv_buf_clear(&out);
	}
	assert_int_equal(d.nc, N_OF(bad));
	memset(longest, 'c', sizeof longest - 1);
	assert_int_equal(answer(&d, "u", "s", "GET", "/", longest, &out), ZV_EINVAL);
	assert_int_equal(answer(&d, "u", "s", "GET", "/", longest + 1, &out), 0);
	zv_buf_deinit(&out);
}

/* ---- memory -------------------------------------------------------------------- */

static int
answer_once(void *user)
{
	struct zv_digest d = challenge("Digest realm=\"a\", nonce=\"b\", qop=auth");
	struct zv_buf out = { 0 };
	int rc = answer(&d, "lab", "lab-secret", "GET",
			"/asterisk/arawman?Action=Ping&ActionID=1", "0a4f113b", &out);

	assert_int_equal(d.nc, rc == 0);
	assert_true(rc == 0 || (out.n == 0 && !zv_buf_failed(&out)));
	zv_buf_deinit(&out);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(answer_once, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_115_challenges),
		cmocka_unit_test(test_refused_challenges),
		cmocka_unit_test(test_longest_parameters),
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_fault_115_md5_sess),
		cmocka_unit_test(test_fault_115_quotes),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_what_cannot_be_quoted),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
