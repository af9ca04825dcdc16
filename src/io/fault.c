#include "io/fault.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "io/fault_tls.h"
#include "io/net_error.h"

#define HOST_MAX 300

typedef enum zv_fault (*explain_fn)(const struct zv_fault_scene *s,
				    struct zv_error *err);

/* ---- which settings to look at ------------------------------------------------- */

struct settings {
	const char *program;
	const char *listening; /* "is Asterisk running, with …?" */
	const char *plain;     /* it was TLS that was tried */
};

static const struct settings ami = {
	"Asterisk",
	"enabled = yes, this port and a reachable bindaddr in [general] of "
	"manager.conf?",
	"a plain port wants ami://; see tlsenable and tlsbindaddr in manager.conf",
};
static const struct settings http = {
	"Asterisk",
	"enabled = yes, this bindport and a reachable bindaddr in [general] of "
	"http.conf? After changes: `module reload http`, or restart it",
	NULL,
};
static const struct settings https = {
	"Asterisk",
	"enabled = yes, tlsenable = yes, this port in tlsbindaddr, and tlscertfile in "
	"[general] of http.conf? After changes: `module reload http`, or restart it",
	"a plain port wants http://; https:// wants tlsenable = yes, tlsbindaddr and "
	"tlscertfile in [general] of http.conf",
};
static const struct settings zvond = {
	"zvond",
	"this port and a reachable address in bind of a [listen] of zvond.conf?",
	"a plain port wants ws://; wss:// wants tls_certificate in its [listen]",
};

static const struct settings zvond_http = {
	"zvond",
	"this port and a reachable address in bind of a [listen] of zvond.conf?",
	"a plain port wants http://; https:// wants tls_certificate in its [listen]",
};

static const struct settings *
settings_of(const struct zv_fault_scene *s)
{
	switch (s->protocol) {
	case ZV_FAULT_ZVOND:
		return &zvond;
	case ZV_FAULT_HTTP:
		if (s->of_zvond)
			return &zvond_http;
		return s->tls ? &https : &http;
	default:
		return &ami;
	}
}

static bool
detail_has(const struct zv_fault_scene *s, const char *words)
{
	return strstr(s->detail, words) != NULL;
}

/* ---- the way there --------------------------------------------------------------- */

static enum zv_fault
explain_unknown_host(const struct zv_fault_scene *s, struct zv_error *err)
{
	zv_fail(err, ZV_EIO, "%s: unknown host: check the name, or use the address",
		s->where);
	return ZV_FAULT_NONE;
}

static enum zv_fault
explain_unknown_proxy(const struct zv_fault_scene *s, struct zv_error *err)
{
	zv_fail(err, ZV_EIO, "%s: the proxy's host is unknown: check --proxy",
		s->where);
	return ZV_FAULT_PROXY;
}

static enum zv_fault
explain_connect(const struct zv_fault_scene *s, struct zv_error *err)
{
	long system = 0;

	curl_easy_getinfo(s->easy, CURLINFO_OS_ERRNO, &system);
	/* "Unsupported proxy scheme for 'x://user:secret@…'": not to be quoted */
	if (s->has_proxy || detail_has(s, "proxy")) {
		zv_fail(err, ZV_EIO,
			"%s: the proxy cannot be reached (%s): check --proxy", s->where,
			system ? zv_net_error_text((int)system)
			       : "it is not one we know");
		return ZV_FAULT_PROXY;
	}
	if (zv_net_is_refused((int)system)) {
		zv_fail(err, ZV_EIO, "%s: connection refused: is %s running, with %s",
			s->where, settings_of(s)->program, settings_of(s)->listening);
		return ZV_FAULT_REFUSED;
	}
	zv_fail(err, ZV_EIO,
		"%s: cannot connect (%s): check the address and the "
		"route to it",
		s->where, system ? zv_net_error_text((int)system) : s->detail);
	return ZV_FAULT_NONE;
}

static enum zv_fault
explain_timeout(const struct zv_fault_scene *s, struct zv_error *err)
{
	double seconds = s->timeout_ms / 1000.0;
	long connected_port = 0; /* CONNECT_TIME stays 0 until TLS is through */
	curl_off_t resolved_us = 0;

	curl_easy_getinfo(s->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
	if (resolved_us == 0) {
		zv_fail(err, ZV_EIO,
			"%s: the name was not resolved within %.1f s: check the name "
			"servers of this machine, or use the address",
			s->where, seconds);
		return ZV_FAULT_NONE;
	}
	curl_easy_getinfo(s->easy, CURLINFO_PRIMARY_PORT, &connected_port);
	if (s->tls && connected_port) {
		zv_fail(err, ZV_ETLS,
			"%s: the port is open but does not speak TLS within %.1f s: %s",
			s->where, seconds, settings_of(s)->plain);
		return ZV_FAULT_NO_TLS;
	}
	zv_fail(err, ZV_EIO,
		"%s: no answer within %.1f s: wrong address, or a firewall "
		"drops the packets",
		s->where, seconds);
	return ZV_FAULT_SILENT;
}

/* ---- TLS ---------------------------------------------------------------------------- */

#define UNTRUSTED "the certificate is not to be trusted: "

/* What a flaw means, and what to do, where http.conf rules. */
static const char *const meanings[ZV_N_FAULTS] = {
	[ZV_FAULT_EXPIRED] = "it has expired: renew the file that tlscertfile in "
			     "[general] of http.conf "
			     "names, then `module reload http`",
	[ZV_FAULT_NOT_VALID_YET] =
		"it is not valid yet: set the clocks of both machines by NTP, or renew "
		"the "
		"file that tlscertfile in [general] of http.conf names",
	[ZV_FAULT_OTHER_NAME] =
		"it is for another name: write the certificate's name into the URL, or "
		"have "
		"one made for this name (tlscertfile in [general] of http.conf)",
};

static const char self_signed[] =
	"it is signed by itself or by a CA that is not known here: give that CA's file "
	"(--ca), for a self-signed one the certificate itself";
static const char unknown_ca[] =
	"its CA is not known here: give the CA's file (--ca); certificates between CA "
	"and "
	"server belong into the file of tlscertfile in http.conf";

static const char *
meaning_of(const struct zv_tls_flaw *flaw, const char *text)
{
	if (flaw->fault != ZV_FAULT_UNKNOWN_CA)
		return meanings[flaw->fault];
	return strstr(text, "signed certificate") ? self_signed : unknown_ca;
}

/* libcurl with OpenSSL names the host, too. */
static void
add_host(const struct zv_fault_scene *s, char *out, size_t size)
{
	const char *port = strrchr(s->where, ':');
	bool in_brackets = s->where[0] == '[';
	int n = (int)(port ? (size_t)(port - s->where) : strlen(s->where));

	snprintf(out, size, " '%.*s'", in_brackets ? n - 2 : n, s->where + in_brackets);
}

static enum zv_fault
explain_certificate(const struct zv_fault_scene *s, struct zv_error *err)
{
	const struct zv_tls_flaw *flaw = zv_tls_find_flaw(s->detail);
	const char *text = flaw && flaw->text ? flaw->text : s->detail;
	char host[HOST_MAX] = "";

	if (flaw && s->protocol == ZV_FAULT_HTTP) {
		zv_fail(err, ZV_ETLS, "%s: " UNTRUSTED "%s", s->where,
			meaning_of(flaw, text));
		return flaw->fault;
	}
	if (flaw && flaw->text && flaw->fault == ZV_FAULT_OTHER_NAME)
		add_host(s, host, sizeof host);
	zv_fail(err, ZV_ETLS,
		"%s: " UNTRUSTED "%s%s; give its CA file, or pin the server's key",
		s->where, text, host);
	return ZV_FAULT_NONE;
}

static enum zv_fault
explain_pin(const struct zv_fault_scene *s, struct zv_error *err)
{
	zv_fail(err, ZV_ETLS,
		"%s: the server's key is not the pinned one: it was changed, or "
		"this is not your server",
		s->where);
	return ZV_FAULT_OTHER_KEY;
}

static enum zv_fault
explain_ca_file(const struct zv_fault_scene *s, struct zv_error *err)
{
	zv_fail(err, ZV_EINVAL,
		"cannot read the CA file: %s: check its path, its rights, and that "
		"certificates in PEM are in it",
		s->detail);
	return ZV_FAULT_CA_FILE;
}

/* What the library says of a failed handshake, in words of use. Asterisk's plain HTTP port
 * closes when it is greeted in TLS, and so does its TLS port when too many are connected
 * (16, 22). */
static enum zv_fault
explain_handshake(const struct zv_fault_scene *s, struct zv_error *err)
{
	enum zv_fault fault = zv_tls_find_handshake_fault(s->detail);

	if (zv_tls_find_flaw(s->detail)) /* Schannel tells it by this code as well */
		return explain_certificate(s, err);
	if (fault == ZV_FAULT_NO_TLS) {
		zv_fail(err, ZV_ETLS, "%s: no TLS there: %s", s->where,
			settings_of(s)->plain);
		return fault;
	}
	if (fault == ZV_FAULT_CLOSED_IN_TLS && s->protocol == ZV_FAULT_HTTP) {
		zv_fail(err, ZV_ETLS,
			"%s: closed during the TLS handshake: %s; or "
			"sessionlimit there (100 connections) is used up",
			s->where, settings_of(s)->plain);
		return fault;
	}
	zv_fail(err, ZV_ETLS, "%s: TLS handshake failed: %s", s->where, s->detail);
	return ZV_FAULT_NONE;
}

/* ---- HTTP ------------------------------------------------------------------------------ */

/* Both Asterisk's TLS port, when it is spoken to in plain HTTP, and one that has
 * sessionlimit connections close without a byte (1.8 to 22). */
static enum zv_fault
explain_no_answer(const struct zv_fault_scene *s, struct zv_error *err)
{
	static const char limit[] =
		"sessionlimit in [general] of http.conf (100 connections) is used up";

	if (s->has_answered)
		zv_fail(err, ZV_ECLOSED,
			"%s: closed without an answer: Asterisk was stopped, or %s",
			s->where, limit);
	else if (s->tls)
		zv_fail(err, ZV_ECLOSED, "%s: closed without an answer: %s", s->where,
			limit);
	else
		zv_fail(err, ZV_ECLOSED,
			"%s: closed without an answer: a TLS port wants https://; or "
			"%s",
			s->where, limit);
	return ZV_FAULT_CLOSED;
}

/* What libcurl calls by the same code. */
static const struct {
	const char *words;
	int code;
	enum zv_fault fault;
	const char *meaning;
} receive_troubles[] = {
	{ "proxy", ZV_EIO, ZV_FAULT_PROXY,
	  "the proxy does not let us through, see --proxy" },
	{ "CONNECT", ZV_EIO, ZV_FAULT_PROXY,
	  "the proxy does not let us through, see --proxy" },
	{ "chunk", ZV_EPROTO, ZV_FAULT_DAMAGED,
	  "the answer is damaged, is there a proxy between?" },
};

static enum zv_fault
explain_loss(const struct zv_fault_scene *s, struct zv_error *err)
{
	long head_bytes = 0;
	size_t i = 0, n = sizeof receive_troubles / sizeof *receive_troubles;

	while (i < n && !detail_has(s, receive_troubles[i].words))
		i++;
	if (i < n) {
		zv_fail(err, receive_troubles[i].code, "%s: %s (%s)", s->where,
			receive_troubles[i].meaning, s->detail);
		return receive_troubles[i].fault;
	}
	curl_easy_getinfo(s->easy, CURLINFO_HEADER_SIZE, &head_bytes);
	if (head_bytes == 0) /* closed before all that we said was read */
		return explain_no_answer(s, err);
	zv_fail(err, ZV_ECLOSED,
		"%s: connection lost (%s): Asterisk was stopped, or the line "
		"was cut",
		s->where, s->detail);
	return ZV_FAULT_DAMAGED;
}

static enum zv_fault
explain_cut(const struct zv_fault_scene *s, struct zv_error *err)
{
	static const char why[] = "Asterisk was stopped, or the line was cut";
	curl_off_t length = -1;

	curl_easy_getinfo(s->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	if (length >= 0)
		zv_fail(err, ZV_EPROTO, "%s: answer cut: %lld of %lld bytes: %s",
			s->where, s->got, (long long)length, why);
	else
		zv_fail(err, ZV_EPROTO, "%s: answer cut after %lld bytes: %s", s->where,
			s->got, why);
	return ZV_FAULT_DAMAGED;
}

static enum zv_fault
explain_not_http(const struct zv_fault_scene *s, struct zv_error *err)
{
	if (s->of_zvond)
		zv_fail(err, ZV_EPROTO,
			"%s: what answers there is no zvond (%s): check host and port "
			"(bind of a [listen] of zvond.conf)",
			s->where, s->detail);
	zv_fail(err, ZV_EPROTO,
		"%s: what answers there is not HTTP (%s): bindport in [general] "
		"of http.conf is the port, usually 8088; AMI's own (5038) wants "
		"ami://, a TLS port https://",
		s->where, s->detail);
	return ZV_FAULT_NOT_HTTP;
}

/* ---- all of them --------------------------------------------------------------------------- */

static enum zv_fault
explain_nomem(const struct zv_fault_scene *s, struct zv_error *err)
{
	(void)s;
	zv_fail_nomem(err);
	return ZV_FAULT_NONE;
}

struct row {
	CURLcode code;
	explain_fn explain;
};

static const struct row rows[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, explain_unknown_host },
	{ CURLE_COULDNT_RESOLVE_PROXY, explain_unknown_proxy },
	{ CURLE_COULDNT_CONNECT, explain_connect },
	{ CURLE_OPERATION_TIMEDOUT, explain_timeout },
	{ CURLE_PEER_FAILED_VERIFICATION, explain_certificate },
	{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, explain_pin },
	{ CURLE_SSL_CACERT_BADFILE, explain_ca_file },
	{ CURLE_SSL_CONNECT_ERROR, explain_handshake },
	{ CURLE_OUT_OF_MEMORY, explain_nomem },
};

static const struct row http_rows[] = {
	{ CURLE_RECV_ERROR, explain_loss },
	{ CURLE_SEND_ERROR, explain_loss },
	{ CURLE_GOT_NOTHING, explain_no_answer },
	{ CURLE_PARTIAL_FILE, explain_cut },
	{ CURLE_UNSUPPORTED_PROTOCOL, explain_not_http },
	{ CURLE_WEIRD_SERVER_REPLY, explain_not_http },
};

static explain_fn
find(const struct row *table, size_t n, CURLcode code)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].code == code)
			return table[i].explain;
	return NULL;
}

enum zv_fault
zv_fault_explain(const struct zv_fault_scene *s, CURLcode code, struct zv_error *err)
{
	explain_fn explain = find(rows, sizeof rows / sizeof *rows, code);

	if (!explain && s->protocol == ZV_FAULT_HTTP)
		explain = find(http_rows, sizeof http_rows / sizeof *http_rows, code);
	err->system = (int)code;
	if (explain)
		return explain(s, err);
	zv_fail(err, ZV_EIO, "%s: %s", s->where,
		s->detail[0] ? s->detail : curl_easy_strerror(code));
	return ZV_FAULT_NONE;
}
