#include "io/dial.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/multi.h"
#include "io/sigpipe.h"
#include "io/wait.h"

struct zv_dial {
	struct zv_multi multi;
	CURL *easy;
	char where[ZV_PLACE_MAX];     /* for messages */
	char detail[CURL_ERROR_SIZE]; /* libcurl's own words */
	int64_t give_up_ms;	      /* while connecting */
	bool tls;
	enum zv_fault_protocol protocol;
	bool up;
	curl_socket_t socket;
	int connect_timeout_ms;
};

/* ---- life -------------------------------------------------------------------- */

struct zv_dial *
zv_dial_new(void)
{
	struct zv_dial *d = zv_calloc(1, sizeof *d);

	if (d && !zv_multi_init(&d->multi)) {
		zv_free(d);
		return NULL;
	}
	return d;
}

void
zv_dial_free(struct zv_dial *d)
{
	if (!d)
		return;
	zv_dial_close(d);
	zv_multi_deinit(&d->multi);
	zv_free(d);
}

void
zv_dial_close(struct zv_dial *d)
{
	d->up = false;
	if (d->easy) {
		zv_multi_remove(&d->multi, d->easy);
		curl_easy_cleanup(d->easy);
	}
	d->easy = NULL;
}

int
zv_dial_open(struct zv_dial *d, const struct zv_dial_options *o, struct zv_error *err)
{
	int rc;

	zv_dial_close(d);
	d->easy = curl_easy_init();
	if (!d->easy)
		return zv_fail_nomem(err);
	d->tls = o->tls;
	d->protocol = o->protocol;
	d->connect_timeout_ms = o->connect_timeout_ms;
	zv_multi_place(o, d->where);
	zv_multi_set_options(d->easy, o, d->detail);
	curl_easy_setopt(d->easy, CURLOPT_CONNECT_ONLY, 1L);
	d->give_up_ms = zv_clock_ms() + o->connect_timeout_ms + ZV_GIVE_UP_AFTER_MS;
	rc = zv_multi_add(&d->multi, d->easy, err);
	if (rc < 0) {
		curl_easy_cleanup(d->easy);
		d->easy = NULL;
	}
	return rc;
}

/* ---- running -------------------------------------------------------------------- */

static int
fail_with(struct zv_dial *d, CURLcode code, struct zv_error *err)
{
	const struct zv_fault_scene scene = {
		.easy = d->easy,
		.protocol = d->protocol,
		.where = d->where,
		.detail = d->detail,
		.tls = d->tls,
		.timeout_ms = d->connect_timeout_ms,
	};
	struct zv_error why = { 0 };

	zv_fault_explain(&scene, code, &why);
	zv_dial_close(d);
	if (err && !err->code)
		*err = why;
	return why.code;
}

int
zv_dial_process(struct zv_dial *d, struct zv_error *err)
{
	CURLcode result;
	CURL *easy;

	if (d->up)
		return 1;
	zv_multi_turn(&d->multi);
	if (!zv_multi_next_done(&d->multi, &easy, &result)) {
		if (zv_clock_ms() < d->give_up_ms)
			return 0;
		result = CURLE_OPERATION_TIMEDOUT;
	}
	if (result != CURLE_OK)
		return fail_with(d, result, err);
	curl_easy_getinfo(d->easy, CURLINFO_ACTIVESOCKET, &d->socket);
	d->up = true;
	d->multi.is_connecting = false;
	return 1;
}

size_t
zv_dial_descriptors(const struct zv_dial *d, bool writing, struct zv_descriptor *out,
		    size_t max)
{
	if (!d->up || !max)
		return zv_multi_descriptors(&d->multi, out, max);
	out[0].fd = (intptr_t)d->socket;
	out[0].events = ZV_POLL_READ | (writing ? ZV_POLL_WRITE : 0);
	return 1;
}

int
zv_dial_timeout(const struct zv_dial *d)
{
	int64_t at = zv_multi_deadline(&d->multi);

	if (d->up || !d->easy)
		return -1;
	return zv_clock_until(d->give_up_ms < at ? d->give_up_ms : at);
}

bool
zv_dial_is_resolving(const struct zv_dial *d)
{
	return d->multi.left_resolver || (d->easy && zv_multi_is_resolving(d->easy));
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
