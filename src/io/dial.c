#include "io/dial.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/sigpipe.h"
#include "io/wait.h"

#define URL_MAX 300

/* libcurl 7.88 loses its own connect timer when that fires a fraction of a millisecond
 * early; so long after it we end the attempt ourselves. */
#define GIVE_UP_AFTER_MS 20

/* While connecting libcurl is called this often at least: 7.88 does not say that it
 * wants to when the time for one address is over and the next one is to be tried. */
#define CALL_EACH_MS 50

struct zv_dial {
	CURLM *multi;
	CURL *easy;
	char where[URL_MAX];			      /* "host:port", for messages */
	char detail[CURL_ERROR_SIZE];		      /* libcurl's own words */
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS]; /* while connecting */
	size_t n_fds;
	int64_t wake_at_ms; /* libcurl's timer, -1: none */
	int64_t call_at_ms; /* while connecting: at the latest */
	int64_t give_up_ms; /* while connecting */
	bool tls;
	bool up;
	curl_socket_t socket;
	int connect_timeout_ms;
};

/* ---- libcurl's call-backs --------------------------------------------------- */

static void
global_init(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t
find_fd(const struct zv_dial *d, curl_socket_t fd)
{
	size_t i = 0;

	while (i < d->n_fds && d->fds[i].fd != (intptr_t)fd)
		i++;
	return i;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *unused)
{
	struct zv_dial *d = user;
	size_t i = find_fd(d, fd);

	if (what == CURL_POLL_REMOVE) {
		if (i < d->n_fds)
			d->fds[i] = d->fds[--d->n_fds];
		return 0;
	}
	if (i == ZV_MAX_DESCRIPTORS)
		return 0; /* libcurl's timer still drives it */
	if (i == d->n_fds)
		d->n_fds++;
	d->fds[i].fd = (intptr_t)fd;
	d->fds[i].events = (what & CURL_POLL_IN ? ZV_POLL_READ : 0) |
			   (what & CURL_POLL_OUT ? ZV_POLL_WRITE : 0);
	return 0;
}

static int
on_timer(CURLM *multi, long timeout_ms, void *user)
{
	struct zv_dial *d = user;

	/* one more: our clock counts whole ms, and libcurl does nothing when it is woken
	 * too early, nor sets its timer again */
	d->wake_at_ms = timeout_ms < 0 ? -1 : zv_clock_ms() + timeout_ms + 1;
	return 0;
}

/* ---- life -------------------------------------------------------------------- */

struct zv_dial *
zv_dial_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct zv_dial *d = zv_calloc(1, sizeof *d);

	pthread_once(&once, global_init);
	if (!d)
		return NULL;
	d->wake_at_ms = -1;
	d->multi = curl_multi_init();
	if (!d->multi) {
		zv_free(d);
		return NULL;
	}
	curl_multi_setopt(d->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(d->multi, CURLMOPT_SOCKETDATA, d);
	curl_multi_setopt(d->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(d->multi, CURLMOPT_TIMERDATA, d);
	return d;
}

void
zv_dial_free(struct zv_dial *d)
{
	struct zv_sigpipe guard;

	if (!d)
		return;
	zv_dial_close(d);
	zv_sigpipe_block(&guard);
	curl_multi_cleanup(d->multi);
	zv_sigpipe_unblock(&guard);
	zv_free(d);
}

void
zv_dial_close(struct zv_dial *d)
{
	struct zv_sigpipe guard;

	d->up = false;
	if (d->easy) {
		zv_sigpipe_block(&guard); /* TLS says good-bye */
		curl_multi_remove_handle(d->multi, d->easy);
		curl_easy_cleanup(d->easy);
		zv_sigpipe_unblock(&guard);
	}
	d->easy = NULL;
	d->n_fds = 0;
	d->wake_at_ms = -1;
}

static void
set_tls(CURL *easy, const struct zv_dial_options *o)
{
	curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, o->insecure ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, o->insecure ? 0L : 2L);
	if (o->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, o->ca_file);
	if (o->pin)
		curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, o->pin);
}

static void
set_options(struct zv_dial *d, const struct zv_dial_options *o, const char *url)
{
	CURL *easy = d->easy;

	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, d->detail);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L); /* io/sigpipe does it */
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	/* also caps what one curl_easy_recv reads; 16 KiB would be 8 times the calls */
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)ZV_DIAL_READ_BYTES);
	/* closing while a name is being resolved must not wait for the resolver */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	/* "": the proxy variables of the environment are not for us */
	curl_easy_setopt(easy, CURLOPT_PROXY, o->proxy ? o->proxy : "");
	curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, o->proxy ? 1L : 0L);
	if (o->tls)
		set_tls(easy, o);
}

int
zv_dial_open(struct zv_dial *d, const struct zv_dial_options *o, struct zv_error *err)
{
	bool is_ipv6 = strchr(o->host, ':') != NULL;
	char url[URL_MAX + 16];

	zv_dial_close(d);
	d->easy = curl_easy_init();
	if (!d->easy)
		return zv_fail_nomem(err);
	d->detail[0] = '\0';
	d->tls = o->tls;
	d->connect_timeout_ms = o->connect_timeout_ms;
	snprintf(d->where, sizeof d->where, is_ipv6 ? "[%s]:%d" : "%s:%d", o->host,
		 o->port);
	snprintf(url, sizeof url, "%s://%s/", o->tls ? "https" : "http", d->where);
	set_options(d, o, url);
	d->wake_at_ms = d->call_at_ms = zv_clock_ms();
	d->give_up_ms = d->wake_at_ms + o->connect_timeout_ms + GIVE_UP_AFTER_MS;
	if (curl_multi_add_handle(d->multi, d->easy) != CURLM_OK) {
		curl_easy_cleanup(d->easy);
		d->easy = NULL;
		return zv_fail_nomem(err);
	}
	return 0;
}

/* ---- what went wrong ---------------------------------------------------------- */

static int
fail_connect(struct zv_dial *d, struct zv_error *err)
{
	long system = 0;

	curl_easy_getinfo(d->easy, CURLINFO_OS_ERRNO, &system);
	if (system == ECONNREFUSED)
		return zv_fail(
			err, ZV_EIO,
			"%s: connection refused: is Asterisk running, with enabled = "
			"yes, this port and a reachable bindaddr in [general] of "
			"manager.conf?",
			d->where);
	return zv_fail(err, ZV_EIO,
		       "%s: cannot connect (%s): check the address and the "
		       "route to it",
		       d->where, system ? strerror((int)system) : d->detail);
}

static int
fail_timeout(struct zv_dial *d, struct zv_error *err)
{
	double seconds = d->connect_timeout_ms / 1000.0;
	long connected_port = 0; /* CONNECT_TIME stays 0 until TLS is through */
	curl_off_t resolved_us = 0;

	curl_easy_getinfo(d->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
	if (resolved_us == 0)
		return zv_fail(
			err, ZV_EIO,
			"%s: the name was not resolved within %.1f s: check the name "
			"servers of this machine, or use the address",
			d->where, seconds);
	curl_easy_getinfo(d->easy, CURLINFO_PRIMARY_PORT, &connected_port);
	if (d->tls && connected_port)
		return zv_fail(
			err, ZV_ETLS,
			"%s: the port is open but does not speak TLS within %.1f s: "
			"a plain port wants ami://; see tlsenable and tlsbindaddr in "
			"manager.conf",
			d->where, seconds);
	return zv_fail(
		err, ZV_EIO,
		"%s: no answer within %.1f s: wrong address, or a firewall drops "
		"the packets",
		d->where, seconds);
}

/* What the library says of a failed handshake, in words of use. */
static int
fail_tls(struct zv_dial *d, struct zv_error *err)
{
	if (strstr(d->detail, "wrong version number") ||
	    strstr(d->detail, "packet length"))
		return zv_fail(
			err, ZV_ETLS,
			"%s: no TLS there: a plain port wants ami://; see tlsenable "
			"and tlsbindaddr in manager.conf",
			d->where);
	return zv_fail(err, ZV_ETLS, "%s: TLS handshake failed: %s", d->where,
		       d->detail);
}

static int
fail_with(struct zv_dial *d, CURLcode code, struct zv_error *err)
{
	if (err)
		err->system = (int)code;
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return zv_fail(err, ZV_EIO,
			       "%s: unknown host: check the name, or use the address",
			       d->where);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return zv_fail(err, ZV_EIO,
			       "%s: the proxy's host is unknown: check --proxy",
			       d->where);
	case CURLE_COULDNT_CONNECT:
		return fail_connect(d, err);
	case CURLE_OPERATION_TIMEDOUT:
		return fail_timeout(d, err);
	case CURLE_PEER_FAILED_VERIFICATION:
		return zv_fail(
			err, ZV_ETLS,
			"%s: the certificate is not to be trusted: %s; give its CA "
			"file, or pin the server's key",
			d->where, d->detail);
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return zv_fail(err, ZV_ETLS,
			       "%s: the server's key is not the pinned one: it was "
			       "changed, or this is not your server",
			       d->where);
	case CURLE_SSL_CACERT_BADFILE:
		return zv_fail(err, ZV_EINVAL, "cannot read the CA file: %s",
			       d->detail);
	case CURLE_SSL_CONNECT_ERROR:
		return fail_tls(d, err);
	case CURLE_OUT_OF_MEMORY:
		return zv_fail_nomem(err);
	default:
		return zv_fail(err, ZV_EIO, "%s: %s", d->where,
			       d->detail[0] ? d->detail : curl_easy_strerror(code));
	}
}

/* ---- running -------------------------------------------------------------------- */

static void
turn(struct zv_dial *d)
{
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
	int64_t now_ms = zv_clock_ms();
	size_t n = d->n_fds;
	int running;

	/* the table changes under our hands */
	memcpy(fds, d->fds, n * sizeof *fds);
	for (size_t i = 0; i < n; i++)
		curl_multi_socket_action(d->multi, (curl_socket_t)fds[i].fd, 0,
					 &running);
	if ((d->wake_at_ms >= 0 && now_ms >= d->wake_at_ms) ||
	    now_ms >= d->call_at_ms) {
		d->wake_at_ms = -1;
		d->call_at_ms = now_ms + CALL_EACH_MS;
		/* curl_multi_socket_action would do nothing without a timer of its own */
		CURL_IGNORE_DEPRECATION(curl_multi_socket_all(d->multi, &running);)
	}
}

int
zv_dial_process(struct zv_dial *d, struct zv_error *err)
{
	struct zv_sigpipe guard;
	CURLMsg *message;
	CURLcode result;
	int left, rc;

	if (d->up)
		return 1;
	zv_sigpipe_block(&guard);
	turn(d);
	zv_sigpipe_unblock(&guard);
	message = curl_multi_info_read(d->multi, &left);
	if (message && message->msg == CURLMSG_DONE)
		result = message->data.result;
	else if (zv_clock_ms() >= d->give_up_ms)
		result = CURLE_OPERATION_TIMEDOUT;
	else
		return 0;
	if (result != CURLE_OK) {
		rc = fail_with(d, result, err);
		zv_dial_close(d);
		return rc;
	}
	curl_easy_getinfo(d->easy, CURLINFO_ACTIVESOCKET, &d->socket);
	d->up = true;
	d->wake_at_ms = -1;
	return 1;
}

size_t
zv_dial_descriptors(const struct zv_dial *d, bool writing, struct zv_descriptor *out,
		    size_t max)
{
	size_t n = d->n_fds < max ? d->n_fds : max;

	if (d->up && max) {
		out[0].fd = (intptr_t)d->socket;
		out[0].events = ZV_POLL_READ | (writing ? ZV_POLL_WRITE : 0);
		return 1;
	}
	memcpy(out, d->fds, n * sizeof *out);
	return n;
}

int
zv_dial_timeout(const struct zv_dial *d)
{
	int64_t at = d->give_up_ms < d->call_at_ms ? d->give_up_ms : d->call_at_ms;
	int64_t left;

	if (d->up || !d->easy)
		return -1;
	if (d->wake_at_ms >= 0 && d->wake_at_ms < at)
		at = d->wake_at_ms;
	left = at - zv_clock_ms();
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

static long
closed(struct zv_dial *d, CURLcode code, struct zv_error *err)
{
	if (code == CURLE_OK)
		return zv_fail(err, ZV_ECLOSED, "%s: closed by the server", d->where);
	return zv_fail(err, d->tls ? ZV_ETLS : ZV_EIO, "%s: connection lost: %s",
		       d->where, d->detail[0] ? d->detail : curl_easy_strerror(code));
}

bool
zv_dial_is_drained_by(const struct zv_dial *d, size_t asked, size_t got)
{
	return !d->tls && got < asked;
}

size_t
zv_dial_unread(const struct zv_dial *d)
{
	return d->up ? zv_unread_bytes((intptr_t)d->socket) : 0;
}

long
zv_dial_recv(struct zv_dial *d, char *out, size_t n, struct zv_error *err)
{
	struct zv_sigpipe guard;
	size_t got = 0;
	CURLcode code;

	/* TLS may have to write while it reads */
	if (d->tls)
		zv_sigpipe_block(&guard);
	code = curl_easy_recv(d->easy, out, n, &got);
	if (d->tls)
		zv_sigpipe_unblock(&guard);
	if (code == CURLE_AGAIN)
		return 0;
	if (code != CURLE_OK || got == 0)
		return closed(d, code, err);
	return (long)got;
}

long
zv_dial_send(struct zv_dial *d, struct zv_str bytes, struct zv_error *err)
{
	struct zv_sigpipe guard;
	size_t taken = 0;
	CURLcode code;

	zv_sigpipe_block(&guard);
	code = curl_easy_send(d->easy, bytes.p, bytes.n, &taken);
	zv_sigpipe_unblock(&guard);
	if (code == CURLE_AGAIN)
		return 0;
	if (code != CURLE_OK)
		return closed(d, code, err);
	return (long)taken;
}
