#include "io/multi.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "io/ca.h"
#include "io/clock.h"
#include "io/sigpipe.h"
#include "io/wait.h"

/* While connecting libcurl is called this often at least: 7.88 does not say that it
 * wants to when the time for one address is over and the next one is to be tried. */
#define CALL_EACH_MS 50

/* ---- libcurl's call-backs --------------------------------------------------- */

static size_t
find_fd(const struct zv_multi *m, curl_socket_t fd)
{
	size_t i = 0;

	while (i < m->n_fds && m->fds[i].fd != (intptr_t)fd)
		i++;
	return i;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *unused)
{
	struct zv_multi *m = user;
	size_t i = find_fd(m, fd);

	if (what == CURL_POLL_REMOVE) {
		if (i == m->n_fds)
			return 0;
		m->fds[i] = m->fds[--m->n_fds];
		m->owners[i] = m->owners[m->n_fds];
		return 0;
	}
	if (i == ZV_MAX_DESCRIPTORS)
		return 0; /* libcurl's timer still drives it */
	if (i == m->n_fds)
		m->n_fds++;
	m->owners[i] = easy;
	m->fds[i].fd = (intptr_t)fd;
	m->fds[i].events = (what & CURL_POLL_IN ? ZV_POLL_READ : 0) |
			   (what & CURL_POLL_OUT ? ZV_POLL_WRITE : 0);
	return 0;
}

static int
on_timer(CURLM *curl, long timeout_ms, void *user)
{
	struct zv_multi *m = user;

	/* one more: our clock counts whole ms, and libcurl does nothing when it is woken
	 * too early, nor sets its timer again */
	m->wake_at_ms = timeout_ms < 0 ? -1 : zv_clock_ms() + timeout_ms + 1;
	return 0;
}

/* ---- life -------------------------------------------------------------------- */

bool
zv_multi_init(struct zv_multi *m)
{
	*m = (struct zv_multi){ .wake_at_ms = -1, .left_resolver = m->left_resolver };
	/* counted by libcurl, and safe with threads since 7.84; a component that is unloaded
	 * must leave nothing behind */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	m->curl = curl_multi_init();
	if (!m->curl) {
		curl_global_cleanup();
		return false;
	}
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m);
	return true;
}

void
zv_multi_deinit(struct zv_multi *m)
{
	struct zv_sigpipe guard;

	zv_sigpipe_block(&guard); /* TLS says good-bye */
	curl_multi_cleanup(m->curl);
	curl_global_cleanup();
	zv_sigpipe_unblock(&guard);
	*m = (struct zv_multi){ .wake_at_ms = -1, .left_resolver = m->left_resolver };
}

int
zv_multi_add(struct zv_multi *m, CURL *easy, struct zv_error *err)
{
	if (curl_multi_add_handle(m->curl, easy) != CURLM_OK)
		return zv_fail_nomem(err);
	m->n_easies++;
	m->is_connecting = true;
	zv_multi_hurry(m);
	return 0;
}

bool
zv_multi_is_resolving(CURL *easy)
{
	curl_off_t resolved_us = 0;
	char *is_answered = NULL;

	curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &is_answered);
	return resolved_us == 0 && !is_answered;
}

void
zv_multi_remove(struct zv_multi *m, CURL *easy)
{
	struct zv_sigpipe guard;

	m->left_resolver |= zv_multi_is_resolving(easy);
	zv_sigpipe_block(&guard); /* TLS says good-bye */
	curl_multi_remove_handle(m->curl, easy);
	zv_sigpipe_unblock(&guard);
	if (--m->n_easies == 0) {
		m->n_fds = 0;
		m->wake_at_ms = -1;
		m->is_connecting = false;
	}
}

/* ---- options ------------------------------------------------------------------ */

void
zv_multi_place(const struct zv_dial_options *o, char out[ZV_PLACE_MAX])
{
	bool is_ipv6 = strchr(o->host, ':') != NULL;

	snprintf(out, ZV_PLACE_MAX, is_ipv6 ? "[%s]:%d" : "%s:%d", o->host, o->port);
}

static void
set_tls(CURL *easy, const struct zv_dial_options *o)
{
	const char *ca_file = o->ca_file ? o->ca_file : zv_ca_file();

	curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, o->insecure ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, o->insecure ? 0L : 2L);
	/* Schannel would ask the CA's server and wait for it; the others never do */
	curl_easy_setopt(easy, CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_NO_REVOKE);
	if (ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	if (o->pin)
		curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, o->pin);
}

/* As libcurl takes it without asking anybody: an address in its one usual form. */
static bool
is_address(const char *host)
{
	unsigned a, b, c, d;
	char again[sizeof "255.255.255.255"];

	if (strchr(host, ':'))
		return !strchr(host, '%');
	if (sscanf(host, "%3u.%3u.%3u.%3u", &a, &b, &c, &d) != 4 ||
	    (a | b | c | d) > 255)
		return false;
	snprintf(again, sizeof again, "%u.%u.%u.%u", a & 255, b & 255, c & 255,
		 d & 255);
	return strcmp(host, again) == 0;
}

void
zv_multi_set_options(CURL *easy, const struct zv_dial_options *o, char *detail)
{
	char place[ZV_PLACE_MAX], url[ZV_PLACE_MAX + 16];

	zv_multi_place(o, place);
	snprintf(url, sizeof url, "%s://%s/", o->tls ? "https" : "http", place);
	detail[0] = '\0';
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
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
	if (!o->proxy && is_address(o->host)) /* see zv_multi_is_resolving */
		curl_easy_setopt(easy, CURLOPT_PRIVATE, easy);
	if (o->tls)
		set_tls(easy, o);
}

/* ---- running -------------------------------------------------------------------- */

void
zv_multi_hurry(struct zv_multi *m)
{
	m->wake_at_ms = zv_clock_ms();
}

static void
turn(struct zv_multi *m)
{
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
	int64_t now_ms = zv_clock_ms();
	size_t n = m->n_fds;
	int running;

	/* the table changes under our hands */
	memcpy(fds, m->fds, n * sizeof *fds);
	for (size_t i = 0; i < n; i++)
		curl_multi_socket_action(m->curl, (curl_socket_t)fds[i].fd, 0,
					 &running);
	if ((m->wake_at_ms >= 0 && now_ms >= m->wake_at_ms) ||
	    (m->is_connecting && now_ms >= m->call_at_ms)) {
		m->wake_at_ms = -1;
		m->call_at_ms = now_ms + CALL_EACH_MS;
		/* curl_multi_socket_action would do nothing without a timer of its own */
		CURL_IGNORE_DEPRECATION(curl_multi_socket_all(m->curl, &running);)
	}
}

void
zv_multi_turn(struct zv_multi *m)
{
	struct zv_sigpipe guard;

	zv_sigpipe_block(&guard);
	turn(m);
	zv_sigpipe_unblock(&guard);
}

bool
zv_multi_next_done(struct zv_multi *m, CURL **easy, CURLcode *result)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(m->curl, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		*easy = message->easy_handle;
		*result = message->data.result;
		/* whatever it is, but for this the resolver has answered */
		if (*result != CURLE_OPERATION_TIMEDOUT)
			curl_easy_setopt(*easy, CURLOPT_PRIVATE, *easy);
		return true;
	}
	return false;
}

size_t
zv_multi_descriptors(const struct zv_multi *m, struct zv_descriptor *out, size_t max)
{
	size_t n = m->n_fds < max ? m->n_fds : max;

	memcpy(out, m->fds, n * sizeof *out);
	return n;
}

size_t
zv_multi_unread(const struct zv_multi *m, const CURL *easy)
{
	for (size_t i = 0; i < m->n_fds; i++)
		if (m->owners[i] == easy)
			return zv_unread_bytes(m->fds[i].fd);
	return 0;
}

int64_t
zv_multi_deadline(const struct zv_multi *m)
{
	int64_t at = m->is_connecting ? m->call_at_ms : INT64_MAX;

	return m->wake_at_ms >= 0 && m->wake_at_ms < at ? m->wake_at_ms : at;
}
