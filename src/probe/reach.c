#include "probe/reach.h"

#ifdef _WIN32 /* the same functions, other headers */
# include <winsock2.h>
# include <ws2tcpip.h>
#else
# include <arpa/inet.h>
# include <netdb.h>
#endif
#include <pthread.h>

#include "ami/login.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"
#include "io/dial.h"
#include "io/thread.h"
#include "io/wait.h"

#define PATIENCE_MS 1500 /* for a greeting, before we speak first */

/* ---- the name ------------------------------------------------------------------ */

/* The resolver may hang for a minute: a thread waits for it, not we. Whoever is the
 * last of the two frees the question. */
struct question {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	char *host;
	struct addrinfo *found;
	int code; /* of getaddrinfo */
	bool done, left;
};

bool
zv_reach_is_address(const char *host)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, bytes) == 1 ||
	       inet_pton(AF_INET6, host, bytes) == 1;
}

static void
free_question(struct question *q)
{
	if (q->found)
		freeaddrinfo(q->found);
	pthread_cond_destroy(&q->answered);
	pthread_mutex_destroy(&q->lock);
	zv_free(q->host);
	zv_free(q);
}

static void *
resolve(void *arg)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct question *q = arg;
	struct addrinfo *found = NULL;
	int code = getaddrinfo(q->host, NULL, &hints, &found);
	bool left;

	pthread_mutex_lock(&q->lock);
	q->found = found;
	q->code = code;
	q->done = true;
	left = q->left;
	pthread_cond_signal(&q->answered);
	pthread_mutex_unlock(&q->lock);
	if (left)
		free_question(q);
	return NULL;
}

static struct question *
ask(const char *host)
{
	struct question *q = zv_calloc(1, sizeof *q);
	pthread_t thread;

	if (!q)
		return NULL;
	q->host = zv_strdup(host);
	pthread_mutex_init(&q->lock, NULL);
	zv_cond_init(&q->answered);
	if (!q->host || zv_thread_start(&thread, 0, resolve, q) != 0) {
		free_question(q);
		return NULL;
	}
	pthread_detach(thread);
	return q;
}

/* true: answered in time; the question is ours then. */
static bool
wait_for_answer(struct question *q, int64_t until_ms)
{
	bool done;

	pthread_mutex_lock(&q->lock);
	while (!q->done && zv_clock_ms() < until_ms)
		zv_cond_wait_until(&q->answered, &q->lock, until_ms);
	done = q->done;
	q->left = !done;
	pthread_mutex_unlock(&q->lock);
	return done;
}

static void
add_addresses(struct zv_buf *out, const struct addrinfo *found)
{
	char text[INET6_ADDRSTRLEN + 32];

	for (; found; found = found->ai_next)
		if (getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text,
				NULL, 0, NI_NUMERICHOST) == 0)
			zv_buf_printf(out, "%s%s", out->n ? ", " : "", text);
}

int
zv_reach_name(const char *host, int64_t until_ms, struct zv_buf *addresses,
	      const char **why)
{
	struct question *q;
	int rc = 0;

	*why = "";
	zv_dial_free(zv_dial_new()); /* libcurl starts the sockets of Windows */
	q = ask(host);
	if (!q)
		return ZV_ENOMEM;
	if (!wait_for_answer(q, until_ms))
		return ZV_ETIMEOUT;
	if (q->code == 0)
		add_addresses(addresses, q->found);
	else
		rc = ZV_ENOTFOUND;
	*why = q->code ? gai_strerror(q->code) : "";
	free_question(q);
	return rc;
}

/* ---- the port ------------------------------------------------------------------- */

static const struct {
	const char *start;
	enum zv_reach_who who;
} strangers[] = {
	{ ZV_BANNER_START, ZV_REACH_ASTERISK },
	{ "SSH-", ZV_REACH_SSH },
	{ "HTTP/", ZV_REACH_HTTP },
	{ "<", ZV_REACH_HTTP },
	{ "220", ZV_REACH_MAIL },
	{ "+OK", ZV_REACH_MAIL },
	{ "* OK", ZV_REACH_MAIL },
	{ "\x15\x03", ZV_REACH_TLS },
	{ "\x16\x03", ZV_REACH_TLS },
};

static void
wait_for(struct zv_dial *dial, int64_t until_ms)
{
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
	size_t n = zv_dial_descriptors(dial, false, fds, ZV_MAX_DESCRIPTORS);
	int64_t left = until_ms - zv_clock_ms();
	int timeout = zv_dial_timeout(dial);

	if (left < 0)
		left = 0;
	if (timeout < 0 || timeout > left)
		timeout = (int)left;
	zv_wait(fds, n, timeout);
}

static int
connect_to(struct zv_dial *dial, const char *host, int port, int64_t until_ms,
	   struct zv_error *err)
{
	int64_t left = until_ms - zv_clock_ms();
	struct zv_dial_options o = {
		.host = host,
		.port = port,
		.connect_timeout_ms = left > 1 ? (int)left : 1,
	};
	int rc = zv_dial_open(dial, &o, err);

	while (rc == 0 && (rc = zv_dial_process(dial, err)) == 0)
		wait_for(dial, until_ms + 1000); /* its own time-out comes first */
	return rc < 0 ? rc : 0;
}

static bool
has_line(const struct zv_reach *r)
{
	return memchr(r->head, '\n', r->n_head) || r->n_head == sizeof r->head;
}

/* Until a line has come, or the time is up. false: closed. */
static bool
read_head(struct zv_dial *dial, struct zv_reach *r, int64_t until_ms)
{
	long n = 0;

	while (!has_line(r) && zv_clock_ms() < until_ms) {
		n = zv_dial_recv(dial, r->head + r->n_head, sizeof r->head - r->n_head,
				 NULL);
		if (n < 0)
			return false;
		r->n_head += (size_t)n;
		if (n == 0)
			wait_for(dial, until_ms);
	}
	return true;
}

static enum zv_reach_who
who_is(struct zv_str head)
{
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
		if (zv_str_starts(head, zvon_str(strangers[i].start)))
			return strangers[i].who;
	return ZV_REACH_OTHER;
}

static void
listen_to(struct zv_dial *dial, struct zv_reach *r, int64_t until_ms)
{
	int64_t now = zv_clock_ms(), patience = now + PATIENCE_MS;
	bool open = read_head(dial, r, patience < until_ms ? patience : until_ms);
	struct zv_str head;

	if (open && r->n_head == 0) {
		zv_dial_send(dial, ZV_STR("GET / HTTP/1.0\r\n\r\n"), NULL);
		open = read_head(dial, r, until_ms);
	}
	head = (struct zv_str){ r->head, r->n_head };
	if (head.n == 0)
		r->who = open ? ZV_REACH_SILENT : ZV_REACH_CLOSED;
	else
		r->who = who_is(head);
	head.n = zv_str_find(head, ZV_STR("\n"));
	r->n_head = zv_str_trim(head).n;
	r->greeting_ms = (int)(zv_clock_ms() - now);
}

int
zv_reach_port(const char *host, int port, bool listen, int64_t until_ms,
	      struct zv_reach *out, struct zv_error *err)
{
	struct zv_dial *dial = zv_dial_new();
	int64_t start = zv_clock_ms();
	int rc = ZV_ENOMEM;

	*out = (struct zv_reach){ 0 };
	if (!dial)
		return zv_fail_nomem(err);
	rc = connect_to(dial, host, port, until_ms, err);
	out->connect_ms = (int)(zv_clock_ms() - start);
	if (rc == 0 && listen)
		listen_to(dial, out, until_ms);
	out->left_resolver = zv_dial_is_resolving(dial);
	zv_dial_free(dial);
	return rc;
}
