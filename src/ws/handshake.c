#include "ws/handshake.h"

#include "base/base64.h"
#include "base/err.h"
#include "base/sha1.h"
#include "base/str.h"
#include "ws/deflate.h"
#include "ws/extension.h"

#define KEY_BYTES 16
#define KEY_CHARS 24

static const struct zv_str field_protocol = { "Sec-WebSocket-Protocol", 22 };
static const struct zv_str field_extensions = { "Sec-WebSocket-Extensions", 24 };

/* RFC 6455, 4.2.2: base64 of the SHA-1 of the key and this. */
static void
add_accept(struct zv_buf *out, struct zv_str key)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	char text[KEY_CHARS + sizeof guid - 1];
	unsigned char digest[20];

	memcpy(text, key.p, KEY_CHARS);
	memcpy(text + KEY_CHARS, guid, sizeof guid - 1);
	zv_sha1((struct zv_str){ text, sizeof text }, digest);
	zv_base64_encode(out, (struct zv_str){ (char *)digest, sizeof digest }, false);
}

/* ---- the server's side ------------------------------------------------------------ */

static int
refuse(struct zv_error *err, int status, const char *why)
{
	zv_fail(err, ZV_EPROTO, "no WebSocket: %s", why);
	return status;
}

/* Base64 of 16 bytes: 22 digits, of the last of which four bits count for nothing. */
static bool
is_key(struct zv_str text)
{
	struct zv_buf bytes = { 0 };
	bool good = text.n == KEY_CHARS && zv_base64_decode(&bytes, text, false) == 0 &&
		    bytes.n == KEY_BYTES;

	zv_buf_deinit(&bytes);
	return good;
}

/* The value of a field that must be there once. */
static bool
only_one(const struct zv_http_request *q, const char *name, struct zv_str *value)
{
	struct zv_str other;
	size_t cursor = 0;

	return zv_http_next_field(q->fields, q->n_fields, zvon_str(name), &cursor,
				  value) &&
	       !zv_http_next_field(q->fields, q->n_fields, zvon_str(name), &cursor,
				   &other);
}

static int
check_request(const struct zv_http_request *q, struct zv_error *err)
{
	struct zv_str version;

	if (!zvon_str_equal(q->method, ZV_STR("GET")))
		return refuse(err, 405, "the method must be GET");
	if (!q->is_upgrade || !zv_http_has_word(q, "Upgrade", "websocket"))
		return refuse(err, 400, "Upgrade: websocket is not asked for");
	if (q->body.n || zv_http_field_of(q, "Transfer-Encoding").p)
		return refuse(err, 400, "a body came with the request");
	if (q->pipelined)
		return refuse(err, 400, "it did not wait for the answer before");
	if (!only_one(q, "Sec-WebSocket-Version", &version))
		return refuse(err, 400, "one Sec-WebSocket-Version is needed");
	return zvon_str_equal(version, ZV_STR("13"))
		       ? 0
		       : refuse(err, 426, "the version must be 13");
}

/* Adds one name to the list; false: no name, or the list is too long. */
static bool
add_protocol(struct zv_ws_wish *wish, struct zv_str name)
{
	size_t n = wish->protocols.n;

	if (!zv_http_is_token(name) || n + 2 + name.n > sizeof wish->text)
		return false;
	if (n) {
		memcpy(wish->text + n, ", ", 2);
		n += 2;
	}
	memcpy(wish->text + n, name.p, name.n);
	wish->protocols.n = n + name.n;
	return true;
}

static bool
read_protocols(const struct zv_http_request *q, struct zv_ws_wish *wish)
{
	struct zv_str value, name;
	size_t cursor = 0;

	wish->protocols = (struct zv_str){ wish->text, 0 };
	while (zv_http_next_field(q->fields, q->n_fields, field_protocol, &cursor,
				  &value))
		while (zv_http_list_next(&value, ',', &name))
			if (!add_protocol(wish, name))
				return false;
	return true;
}

/* We may answer any offer with "no context takeover", in both directions (RFC 7692,
 * 7.1.1), and inflate every window; ours has one size for all. */
static bool
is_acceptable(const struct zv_ws_deflate_terms *offer)
{
	return offer->server_bits == 0 || offer->server_bits >= ZV_WS_WINDOW_BITS;
}

/* The first offer that we can take counts: the client prefers it. */
static void
read_offers(const struct zv_http_request *q, struct zv_ws_wish *wish)
{
	struct zv_ws_deflate_terms offer;
	struct zv_str value, element;
	size_t cursor = 0;

	while (zv_http_next_field(q->fields, q->n_fields, field_extensions, &cursor,
				  &value))
		while (!wish->deflate && zv_http_list_next(&value, ',', &element)) {
			wish->deflate = zv_ws_read_terms(element, &offer) &&
					is_acceptable(&offer);
			wish->server_max_bits = wish->deflate && offer.server_bits;
		}
}

int
zv_ws_wish(const struct zv_http_request *request, struct zv_ws_wish *wish,
	   struct zv_error *err)
{
	int status = check_request(request, err);

	wish->deflate = wish->server_max_bits = false;
	wish->key = wish->protocols = (struct zv_str){ NULL, 0 };
	if (status)
		return status;
	if (!only_one(request, "Sec-WebSocket-Key", &wish->key) || !is_key(wish->key))
		return refuse(err, 400, "Sec-WebSocket-Key is not one of 16 bytes");
	if (!read_protocols(request, wish))
		return refuse(err, 400, "Sec-WebSocket-Protocol is no list of names");
	read_offers(request, wish);
	return 0;
}

static void
add_terms(struct zv_buf *out, const struct zv_ws_wish *wish)
{
	zv_buf_add(out, ZV_STR("Sec-WebSocket-Extensions: permessage-deflate; "
			       "server_no_context_takeover; "
			       "client_no_context_takeover"));
	if (wish->server_max_bits)
		zv_buf_printf(out, "; server_max_window_bits=%d", ZV_WS_WINDOW_BITS);
	zv_buf_add(out, ZV_STR("\r\n"));
}

void
zv_ws_accept(struct zv_buf *out, const struct zv_ws_wish *wish, struct zv_str protocol,
	     bool deflate)
{
	zv_buf_add(out, ZV_STR("HTTP/1.1 101 Switching Protocols\r\n"
			       "Upgrade: websocket\r\n"
			       "Connection: Upgrade\r\n"
			       "Sec-WebSocket-Accept: "));
	add_accept(out, wish->key);
	zv_buf_add(out, ZV_STR("\r\n"));
	if (protocol.n)
		zv_buf_printf(out, "Sec-WebSocket-Protocol: %.*s\r\n",
			      ZV_ARG(protocol));
	if (deflate && wish->deflate)
		add_terms(out, wish);
	zv_buf_add(out, ZV_STR("\r\n"));
}

/* ---- the client's side ------------------------------------------------------------ */

static bool
is_clean(struct zv_str text)
{
	return !zv_http_has_control(text) &&
	       !(text.n &&
		 (memchr(text.p, ' ', text.n) || memchr(text.p, '\t', text.n)));
}

void
zv_ws_ask(struct zv_buf *out, struct zv_str host, struct zv_str target,
	  struct zv_str protocol, struct zv_str token, const unsigned char key[16],
	  bool deflate)
{
	if (!is_clean(host) || !is_clean(target) || !is_clean(protocol) ||
	    !is_clean(token)) {
		out->failed = true;
		return;
	}
	zv_buf_printf(out,
		      "GET %.*s HTTP/1.1\r\nHost: %.*s\r\n"
		      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ",
		      ZV_ARG(target), ZV_ARG(host));
	zv_base64_encode(out, (struct zv_str){ (const char *)key, KEY_BYTES }, false);
	zv_buf_add(out, ZV_STR("\r\n"));
	if (protocol.n)
		zv_buf_printf(out, "Sec-WebSocket-Protocol: %.*s\r\n",
			      ZV_ARG(protocol));
	if (token.n)
		zv_buf_printf(out, "Authorization: Bearer %.*s\r\n", ZV_ARG(token));
	if (deflate)
		zv_buf_add(out, ZV_STR("Sec-WebSocket-Extensions: permessage-deflate; "
				       "server_no_context_takeover; "
				       "client_no_context_takeover\r\n"));
	zv_buf_add(out, ZV_STR("\r\n"));
}

static int
fail(struct zv_error *err, const char *why)
{
	return zv_fail(err, ZV_EPROTO, "no WebSocket: %s", why);
}

static bool
lists(const struct zv_http_head *head, const char *name, const char *word)
{
	return zv_http_lists_word(head->fields, head->n_fields, zvon_str(name),
				  zvon_str(word));
}

static int
check_accept(const struct zv_http_head *head, const unsigned char key[16],
	     struct zv_error *err)
{
	struct zv_buf text = { 0 }, wanted = { 0 };
	struct zv_str got = { NULL, 0 };
	int rc = 0;

	zv_base64_encode(&text, (struct zv_str){ (const char *)key, KEY_BYTES }, false);
	if (!zv_buf_failed(&text))
		add_accept(&wanted, zv_buf_str(&text));
	zv_http_head_find(head, ZV_STR("Sec-WebSocket-Accept"), NULL, &got);
	if (zv_buf_failed(&text) || zv_buf_failed(&wanted))
		rc = zv_fail_nomem(err);
	else if (!zvon_str_equal(got, zv_buf_str(&wanted)))
		rc = fail(err, "the answer was not made for our key");
	zv_buf_deinit(&text);
	zv_buf_deinit(&wanted);
	return rc;
}

static int
check_protocol(const struct zv_http_head *head, struct zv_str protocol,
	       struct zv_error *err)
{
	struct zv_str got = { NULL, 0 }, again;
	size_t cursor = 0;

	zv_http_head_find(head, field_protocol, &cursor, &got);
	if (!zvon_str_equal(got, protocol) ||
	    zv_http_head_find(head, field_protocol, &cursor, &again))
		return fail(err, "the server does not speak the protocol asked for");
	return 0;
}

/* One extension at most, and only the one offered; without our terms its messages could
 * not be read (RFC 7692, 7.1.1.1). */
static int
check_extensions(const struct zv_http_head *head, bool *deflate, struct zv_error *err)
{
	struct zv_ws_deflate_terms terms;
	struct zv_str value, element;
	size_t cursor = 0, n = 0;

	while (zv_http_head_find(head, field_extensions, &cursor, &value))
		while (zv_http_list_next(&value, ',', &element))
			if (++n > 1 || !*deflate ||
			    !zv_ws_read_terms(element, &terms) ||
			    !terms.server_no_context || terms.client_bits)
				return fail(err, "an extension that was not offered");
	*deflate = n > 0;
	return 0;
}

int
zv_ws_check_answer(const struct zv_http_head *head, const unsigned char key[16],
		   struct zv_str protocol, bool *deflate, struct zv_error *err)
{
	int rc;

	if (head->status != 101)
		return zv_fail(err, ZV_EPROTO, "no WebSocket: the server answered %d",
			       head->status);
	if (!lists(head, "Upgrade", "websocket") ||
	    !lists(head, "Connection", "upgrade"))
		return fail(err, "the answer is no upgrade");
	rc = check_accept(head, key, err);
	if (rc == 0)
		rc = check_protocol(head, protocol, err);
	return rc < 0 ? rc : check_extensions(head, deflate, err);
}
