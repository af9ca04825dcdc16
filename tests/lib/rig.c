#include "rig.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the client tells -------------------------------------------------------- */

/* The last of a handler: ends rig_until when its wish holds. */
static void
tell_news(struct rig *r)
{
	pthread_mutex_lock(&r->lock);
	if (r->wish && r->wish(r, r->wish_n)) {
		r->wish = NULL;
		if (r->way == WAY_RUN)
			zvon_client_interrupt(r->client);
		pthread_cond_broadcast(&r->news);
	}
	pthread_mutex_unlock(&r->lock);
}

static void
note_number(struct rig *r, long number)
{
	r->events++;
	if (r->next_number >= 0) {
		r->out_of_order += number != r->next_number;
		r->next_number = number + 1;
	}
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct rig *r = user;
	long number = (long)zvon_packet_get_int(event, ZV_STR("Number"), -1);

	pthread_mutex_lock(&r->lock);
	if (number >= 0)
		note_number(r, number);
	pthread_mutex_unlock(&r->lock);
	if (r->on_event)
		r->on_event(r, event);
	tell_news(r);
}

static void
note_state(struct rig *r, const struct zv_client_status *status)
{
	struct told *told = &r->told[r->n_told];

	r->closed += status->state == ZV_STATE_CLOSED;
	if (r->n_told == MOST_TOLD)
		return;
	*told = (struct told){
		.state = status->state,
		.booted = status->booted,
		.ami_major = status->ami_major,
		.reason = status->reason,
		.retry_ms = status->retry_ms,
		.at_ms = now_ms(),
	};
	snprintf(told->text, sizeof told->text, "%s", status->text);
	r->n_told++;
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct rig *r = user;

	pthread_mutex_lock(&r->lock);
	note_state(r, status);
	r->secrets += strstr(status->text, SECRET) != NULL;
	pthread_mutex_unlock(&r->lock);
	if (r->on_state)
		r->on_state(r, status);
	tell_news(r);
}

static void
on_bytes(void *user, enum zv_direction direction, struct zv_str bytes)
{
	struct rig *r = user;

	pthread_mutex_lock(&r->lock);
	*(direction == ZV_FROM_SERVER ? &r->raw_in : &r->raw_out) += bytes.n;
	pthread_mutex_unlock(&r->lock);
}

static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct rig *r = user;

	pthread_mutex_lock(&r->lock);
	r->lines++;
	r->secrets += strstr(text, SECRET) != NULL;
	if (level == ZV_LOG_WARN) {
		r->warnings++;
		snprintf(r->last_warning, sizeof r->last_warning, "%s", text);
	}
	pthread_mutex_unlock(&r->lock);
}

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct reply *reply = user;
	struct rig *r = reply->rig;

	pthread_mutex_lock(&r->lock);
	if (packet)
		reply->number = (long)zvon_packet_get_int(packet, ZV_STR("Number"), 0);
	switch (part) {
	case ZV_REPLY_RESPONSE:
		r->responses++;
		reply->responses++;
		snprintf(reply->response, sizeof reply->response, "%.*s",
			 ZV_ARG(packet->name));
		break;
	case ZV_REPLY_ITEM:
		r->items++;
		reply->items++;
		break;
	case ZV_REPLY_DONE:
		r->done++;
		r->done_ok += status == 0;
		r->done_twice += reply->done++ > 0;
		reply->status = status;
		break;
	}
	pthread_mutex_unlock(&r->lock);
	tell_news(r);
}

/* ---- life ---------------------------------------------------------------------------- */

struct rig *
rig_new(enum way way, const struct server *s)
{
	struct rig *r = calloc(1, sizeof *r);
	pthread_condattr_t monotonic;

	assert_non_null(r);
	r->told = calloc(MOST_TOLD, sizeof *r->told);
	assert_non_null(r->told);
	r->way = way;
	r->next_number = 1;
	r->log_level = ZV_LOG_DEBUG;
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&r->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (s) {
		snprintf(r->url, sizeof r->url, "ami://tester@127.0.0.1:%d",
			 server_port(s));
		r->options.url = r->url;
	}
	r->options.secret = SECRET;
	r->options.backoff_first_ms = 2;
	return r;
}

void
rig_open(struct rig *r)
{
	const struct zv_client_handlers handlers = {
		.on_event = on_event,
		.on_state = on_state,
		.on_bytes = on_bytes,
		.on_log = on_log,
		.log_level = r->log_level,
	};
	struct zv_error err = { 0 };
	int rc;

	if (!r->client)
		r->client = zvon_client_new(&r->options, &handlers, r, &err);
	if (!r->client)
		fail_msg("%s", err.text);
	if (r->calls)
		assert_int_equal(zvon_client_follow_calls(r->client, r->calls), 0);
	rc = r->way == WAY_THREADS ? zvon_client_start(r->client, &err)
				   : zvon_client_open(r->client, &err);
	if (rc < 0)
		fail_msg("%s", err.text);
}

void
rig_open_ready(struct rig *r)
{
	rig_open(r);
	assert_true(rig_until(r, has_readies, 1, 5000));
}

/* When no handler can run any more. */
static void
check(const struct rig *r)
{
	assert_int_equal(r->out_of_order, 0);
	assert_int_equal(r->done_twice, 0);
	assert_int_equal(r->secrets, 0);
}

void
rig_close(struct rig *r)
{
	if (r->way == WAY_THREADS)
		zvon_client_stop(r->client);
	else
		zvon_client_close(r->client);
	check(r);
	assert_int_equal(r->closed, 1);
	assert_int_equal(r->told[r->n_told - 1].state, ZV_STATE_CLOSED);
	assert_int_equal(zvon_client_state(r->client), ZV_STATE_CLOSED);
}

void
rig_free(struct rig *r)
{
	zvon_client_free(r->client);
	check(r);
	pthread_cond_destroy(&r->news);
	pthread_mutex_destroy(&r->lock);
	free(r->told);
	free(r);
}

/* ---- letting it work ------------------------------------------------------------------- */

/* One turn of a host's loop. */
static void
poll_turn(struct rig *r, int ms)
{
	struct zv_descriptor wanted[ZV_MAX_DESCRIPTORS];
	struct pollfd fds[ZV_MAX_DESCRIPTORS];
	size_t n = zvon_client_descriptors(r->client, wanted, N_OF(wanted));
	int timeout = zvon_client_timeout(r->client);
	int64_t began;

	for (size_t i = 0; i < n; i++) {
		fds[i] = (struct pollfd){ .fd = (int)wanted[i].fd };
		fds[i].events =
			(short)((wanted[i].events & ZV_POLL_READ ? POLLIN : 0) |
				(wanted[i].events & ZV_POLL_WRITE ? POLLOUT : 0));
	}
	poll(fds, n, timeout < 0 || timeout > ms ? ms : timeout);
	began = now_ms();
	zvon_client_process(r->client);
	if ((double)(now_ms() - began) > r->longest_ms)
		r->longest_ms = (double)(now_ms() - began);
	r->turns++;
}

static void
wait_for_news(struct rig *r, int64_t end)
{
	struct timespec t = { end / 1000, (long)(end % 1000) * 1000000 };

	pthread_mutex_lock(&r->lock);
	if (r->wish)
		pthread_cond_timedwait(&r->news, &r->lock, &t);
	pthread_mutex_unlock(&r->lock);
}

static bool
make_wish(struct rig *r, rig_wish_fn wish, long n)
{
	bool holds;

	pthread_mutex_lock(&r->lock);
	holds = wish && wish(r, n);
	r->wish = holds ? NULL : wish;
	r->wish_n = n;
	pthread_mutex_unlock(&r->lock);
	return holds;
}

bool
rig_until(struct rig *r, rig_wish_fn wish, long n, int ms)
{
	int64_t end = now_ms() + ms;
	bool holds = make_wish(r, wish, n);

	while (!holds && now_ms() < end) {
		int left = (int)(end - now_ms());

		if (r->way == WAY_RUN)
			zvon_client_run(r->client, left);
		else if (r->way == WAY_POLL)
			poll_turn(r, left);
		else
			wait_for_news(r, end);
		holds = make_wish(r, wish, n);
	}
	make_wish(r, NULL, 0);
	return holds;
}

static bool
never(const struct rig *r, long n)
{
	return false;
}

void
rig_run(struct rig *r, int ms)
{
	rig_until(r, never, 0, ms);
}

/* ---- wishes ------------------------------------------------------------------------------ */

static long
count_told(const struct rig *r, enum zv_client_state state)
{
	long n = 0;

	for (size_t i = 0; i < r->n_told; i++)
		n += r->told[i].state == state;
	return n;
}

bool
has_events(const struct rig *r, long n)
{
	return r->events >= n;
}

bool
has_done(const struct rig *r, long n)
{
	return r->done >= n;
}

bool
has_items(const struct rig *r, long n)
{
	return r->items >= n;
}

bool
has_told(const struct rig *r, long state)
{
	return r->n_told && r->told[r->n_told - 1].state == (enum zv_client_state)state;
}

bool
has_readies(const struct rig *r, long n)
{
	return count_told(r, ZV_STATE_READY) >= n;
}

bool
has_downs(const struct rig *r, long n)
{
	return count_told(r, ZV_STATE_DOWN) >= n;
}

bool
has_closed(const struct rig *r, long n)
{
	return r->closed >= n;
}

long
rig_count_told(struct rig *r, enum zv_client_state state)
{
	long n;

	pthread_mutex_lock(&r->lock);
	n = count_told(r, state);
	pthread_mutex_unlock(&r->lock);
	return n;
}

struct told
rig_told(struct rig *r, enum zv_client_state state, long n)
{
	struct told found = { .state = state, .reason = 1 };

	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->n_told; i++)
		if (r->told[i].state == state && n-- == 0)
			found = r->told[i];
	pthread_mutex_unlock(&r->lock);
	return found;
}

/* ---- actions ------------------------------------------------------------------------------ */

struct zv_request *
make_request(const char *name, ...)
{
	struct zv_error err = { 0 };
	struct zv_request *request = zvon_request_new(zvon_str(name), &err);
	const char *key;
	va_list args;

	va_start(args, name);
	while (request && (key = va_arg(args, const char *)))
		zvon_request_set(request, key, va_arg(args, const char *), &err);
	va_end(args);
	if (err.code)
		abort(); /* may be on another thread than the test's */
	return request;
}

struct zv_request *
echo(long number)
{
	char text[32];

	snprintf(text, sizeof text, "%ld", number);
	return make_request("Echo", "Number", text, NULL);
}

int
rig_send(struct rig *r, struct zv_request *request, int timeout_ms, struct reply *reply)
{
	int rc;

	if (reply)
		reply->rig = r;
	rc = zvon_client_send(r->client, request, timeout_ms, reply ? on_reply : NULL,
			      reply, NULL);
	zvon_request_free(request);
	return rc;
}

void
rig_ask_events(struct rig *r, long count)
{
	char first[32], text[32];

	snprintf(first, sizeof first, "%ld", r->next_number);
	snprintf(text, sizeof text, "%ld", count);
	assert_int_equal(
		rig_send(r, make_request("Emit", "First", first, "Count", text, NULL),
			 60000, NULL),
		0);
}

void
rig_send_for_event(struct rig *r, const struct zv_packet *event)
{
	struct answers *a = r->own;

	if (a->n < N_OF(a->replies)) {
		a->wrong += rig_send(r, echo((long)a->n + 1), 0, &a->replies[a->n]) < 0;
		a->n++;
	}
}

void
rig_check_answers(const struct answers *a)
{
	assert_int_equal(a->wrong, 0);
	for (size_t i = 0; i < N_OF(a->replies); i++)
		assert_int_equal(a->replies[i].number, i + 1);
}
