/* Who may ask at all: the Host must be ours (a page of another name that resolves to us,
 * DNS rebinding, is refused), and a page that asks must be of an allowed origin. */
#include "zvond/talk.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/str.h"
#include "zvond/routes.h"

/* ---- Host ---------------------------------------------------------------------------------- */

static bool
is_address(struct zv_str host)
{
	unsigned char address[16];
	char text[64];

	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') {
		host.p++;
		host.n -= 2;
	}
	if (host.n >= sizeof text)
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	return inet_pton(AF_INET, text, address) == 1 ||
	       inet_pton(AF_INET6, text, address) == 1;
}

/* A name that anybody can make resolve to us must be configured; an address cannot be. */
static bool
is_our_host(const struct zv_config_listen *config, struct zv_str host)
{
	if (is_address(host) || zvon_str_equal_nocase(host, ZV_STR("localhost")))
		return true;
	for (size_t i = 0; i < config->n_hosts; i++)
		if (zvon_str_equal_nocase(host, config->hosts[i]))
			return true;
	return false;
}

/* HTTP/1.0 knows no Host, and browsers do not speak it. */
static bool
check_host(struct zv_exchange *x)
{
	struct zv_str host = x->request->host;

	if (host.n == 0 && x->request->minor == 0)
		return true;
	if (is_our_host(x->front->gate->config, host))
		return true;
	zv_exchange_refuse(x, 421, "wrong_host",
			   "this is no name of this server: add it to hosts of the "
			   "listen section if it should be");
	return false;
}

/* ---- Origin ----------------------------------------------------------------------------------- */

/* The origin that a page of our own would have (RFC 6454, 6.2: no default port). */
static void
own_origin(const struct zv_exchange *x, char *out, size_t n)
{
	const struct zv_http_request *r = x->request;
	bool tls = zv_conn_is_tls(x->front->conn);
	int port = r->port ? r->port : tls ? 443 : 80;
	const char *scheme = tls ? "https" : "http";

	if (port == (tls ? 443 : 80))
		snprintf(out, n, "%s://%.*s", scheme, ZV_ARG(r->host));
	else
		snprintf(out, n, "%s://%.*s:%d", scheme, ZV_ARG(r->host), port);
}

static bool
is_listed(const struct zv_config_listen *config, struct zv_str origin)
{
	for (size_t i = 0; i < config->n_origins; i++)
		if (zvon_str_equal(origin, config->origins[i]))
			return true;
	return false;
}

static bool
is_own(const struct zv_exchange *x, struct zv_str origin)
{
	char own[300];

	own_origin(x, own, sizeof own);
	return zvon_str_equal_nocase(origin, zvon_str(own));
}

/* No browser sends two: the second one might be what a proxy looked at. */
static bool
has_two_origins(const struct zv_http_request *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_fields; i++)
		n += zvon_str_equal_nocase(r->fields[i].name, ZV_STR("Origin"));
	return n > 1;
}

static bool
check_origin(struct zv_exchange *x)
{
	struct zv_str origin = zv_http_field_of(x->request, "Origin");
	bool is_one = !has_two_origins(x->request);

	if (!origin.p || (is_one && is_own(x, origin)))
		return true;
	if (is_one && is_listed(x->front->gate->config, origin) &&
	    origin.n < sizeof x->origin) {
		memcpy(x->origin, origin.p, origin.n);
		return true;
	}
	zv_log(zv_exchange_daemon(x)->log, ZV_LOG_WARN, "front",
	       "refused: an origin that is not listed remote=%s",
	       zv_conn_remote(x->front->conn));
	zv_exchange_refuse(x, 403, "wrong_origin",
			   "pages of this origin may not: add it to origins of the "
			   "listen section if they should");
	return false;
}

bool
zv_guard_request(struct zv_exchange *x)
{
	return check_host(x) && check_origin(x);
}

/* A browser always tells the origin of a WebSocket. Who does not must be a program, which
 * then says who it is in the request: nobody else's page can do that for him. */
bool
zv_guard_may_upgrade(struct zv_exchange *x, bool has_credentials)
{
	if (has_credentials || zv_http_field_of(x->request, "Origin").p)
		return true;
	zv_exchange_refuse(x, 403, "no_origin",
			   "a WebSocket without Origin needs Authorization: Bearer "
			   "TOKEN");
	return false;
}
