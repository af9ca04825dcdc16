/* A client with its own two threads.
 *
 *   network thread   owns the transport: reads always, into blocks
 *   delivery thread  owns the core: parses, calls the handlers, keeps the time
 *
 * Between them, under one lock: a queue of blocks and link news one way, bytes to
 * send and the wish for a link the other way. No handler runs under the lock. */
#include <pthread.h>
#include <signal.h>

#include "ami/request.h"
#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"
#include "client/client.h"
#include "io/clock.h"

/* Above this the reader gives the other thread READ_AHEAD_WAIT_MS to catch up before
 * it reads on, so that a handler that keeps pace costs no memory. Asterisk closes a
 * session after 100 ms of full buffers: the socket is never left for that long. */
#define READ_AHEAD_BYTES   (8u * ZV_DIAL_READ_BYTES)
#define READ_AHEAD_WAIT_MS 10

#define READS_PER_TURN 64
#define MAX_SPARE      16			/* blocks kept for the next reads */
#define SMALL_READ     (ZV_DIAL_READ_BYTES / 4) /* is copied behind the block before it */
#define FAREWELL_MS    200

enum entry_kind {
	ENTRY_BYTES,
	ENTRY_UP,
	ENTRY_DOWN,
};

struct entry {
	struct zv_node node;
	enum entry_kind kind;
	unsigned long epoch;
	int64_t at_ms;
	struct zv_error why; /* ENTRY_DOWN */
	size_t n;
	char bytes[]; /* ENTRY_BYTES: ZV_DIAL_READ_BYTES of room */
};

#define BLOCK_BYTES (sizeof(struct entry) + ZV_DIAL_READ_BYTES)

/* An action asked for by another thread. */
struct posted {
	struct zv_node node;
	struct zv_request *request;
	int timeout_ms;
	int64_t asked_ms; /* its time runs from then */
	zvon_reply_fn fn;
	void *user;
};

struct zv_threads {
	struct zv_client *client;
	pthread_t network, delivery;
	bool joined; /* by zvon_client_stop; the rest stays for late callers */

	pthread_mutex_t joining; /* whoever else stops it waits for the one who joins */
	pthread_mutex_t lock;
	pthread_cond_t work; /* for the delivery thread */
	pthread_cond_t room; /* for the network thread, reading ahead */

	/* under the lock */
	struct zv_node queue, spare, inbox;
	size_t queue_bytes; /* memory of the blocks not yet worked off */
	size_t n_spare, n_inbox;
	struct zv_buf outbox;
	bool wants_link;
	unsigned long epoch;  /* counts the links asked for; older news are stale */
	bool reading_stopped; /* the queue is full */
	bool wants_room;      /* the network thread waits for the other to catch up */
	bool stopping;	      /* asked for */
	bool network_ends;    /* the delivery thread is through */
	struct zv_client_counters counters;
	enum zv_client_state state;

	/* the delivery thread's own */
	bool free_later;

	/* the network thread's own */
	unsigned long own_epoch;
	bool dialling, up;
	bool more; /* not all that had arrived was read: go on at once */
	bool mute; /* writing failed; what had arrived is still to be read */
	struct zv_error mute_why;
	struct zv_buf sending;
};

/* The delivery thread knows whose it is; pthread_create may tell too late. */
static _Thread_local const struct zv_threads *own_threads;

/* ---- shared ------------------------------------------------------------------- */

static void
wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t at_ms)
{
	struct timespec t = { at_ms / 1000, (long)(at_ms % 1000) * 1000000 };

	if (at_ms == INT64_MAX)
		pthread_cond_wait(cond, lock);
	else
		pthread_cond_timedwait(cond, lock, &t);
}

static size_t
memory_of(const struct entry *e)
{
	return e->kind == ENTRY_BYTES ? BLOCK_BYTES : 0;
}

static void
free_entries(struct zv_node *list)
{
	struct zv_node *node;

	while ((node = zv_list_first(list))) {
		zv_list_remove(node);
		zv_free(ZV_OWNER(node, struct entry, node));
	}
}

static void
free_posted(struct posted *post)
{
	zvon_request_free(post->request);
	zv_free(post);
}

/* ---- network thread ------------------------------------------------------------- */

static void
push(struct zv_threads *t, struct entry *e)
{
	bool was_empty;

	e->epoch = t->own_epoch;
	e->at_ms = zv_clock_ms();
	pthread_mutex_lock(&t->lock);
	was_empty = zv_list_is_empty(&t->queue);
	zv_list_append(&t->queue, &e->node);
	t->queue_bytes += memory_of(e);
	if (t->queue_bytes > t->counters.queue_most_bytes)
		t->counters.queue_most_bytes = t->queue_bytes;
	if (was_empty)
		pthread_cond_signal(&t->work);
	pthread_mutex_unlock(&t->lock);
}

static void
push_news(struct zv_threads *t, enum entry_kind kind, const struct zv_error *why)
{
	struct entry *e = zv_calloc(1, sizeof *e);

	if (!e)
		return; /* the login's time limit tells it, later */
	e->kind = kind;
	if (why)
		e->why = *why;
	push(t, e);
}

static void
drop_link(struct zv_threads *t)
{
	zv_dial_close(t->client->dial);
	zv_buf_clear(&t->sending);
	t->dialling = t->up = t->more = t->mute = false;
}

static void
lose_link(struct zv_threads *t, const struct zv_error *why)
{
	drop_link(t);
	push_news(t, ENTRY_DOWN, why);
}

static struct entry *
take_block(struct zv_threads *t)
{
	struct zv_node *node;
	struct entry *e;

	pthread_mutex_lock(&t->lock);
	node = zv_list_first(&t->spare);
	if (node) {
		zv_list_remove(node);
		t->n_spare--;
	}
	pthread_mutex_unlock(&t->lock);
	e = node ? ZV_OWNER(node, struct entry, node) : zv_malloc(BLOCK_BYTES);
	if (e) {
		e->kind = ENTRY_BYTES;
		e->n = 0;
	}
	return e;
}

static void
keep_block(struct zv_threads *t, struct entry *e)
{
	pthread_mutex_lock(&t->lock);
	if (t->n_spare < MAX_SPARE) {
		zv_list_append(&t->spare, &e->node);
		t->n_spare++;
		e = NULL;
	}
	pthread_mutex_unlock(&t->lock);
	zv_free(e);
}

/* Many small reads while the handler is busy must not take a whole block each. */
static bool
append_small(struct zv_threads *t, const struct entry *e)
{
	struct entry *last;
	bool done = false;

	if (e->n > SMALL_READ)
		return false;
	pthread_mutex_lock(&t->lock);
	last = ZV_OWNER(t->queue.prev, struct entry, node);
	if (!zv_list_is_empty(&t->queue) && last->kind == ENTRY_BYTES &&
	    last->epoch == t->own_epoch && ZV_DIAL_READ_BYTES - last->n >= e->n) {
		memcpy(last->bytes + last->n, e->bytes, e->n);
		last->n += e->n;
		last->at_ms = zv_clock_ms();
		done = true;
	}
	pthread_mutex_unlock(&t->lock);
	return done;
}

/* false: the queue is full, do not read. */
static bool
has_room(struct zv_threads *t)
{
	bool room;

	pthread_mutex_lock(&t->lock);
	room = t->queue_bytes == 0 ||
	       t->queue_bytes + BLOCK_BYTES <= t->client->options.max_queue_bytes;
	if (!room && !t->reading_stopped)
		t->counters.paused++;
	t->reading_stopped = !room;
	pthread_mutex_unlock(&t->lock);
	return room;
}

static void
let_catch_up(struct zv_threads *t)
{
	int64_t end = zv_clock_ms() + READ_AHEAD_WAIT_MS;

	pthread_mutex_lock(&t->lock);
	if (t->queue_bytes > READ_AHEAD_BYTES) {
		t->wants_room = true;
		while (t->wants_room && !t->network_ends && zv_clock_ms() < end)
			wait_until(&t->room, &t->lock, end);
		t->wants_room = false;
	}
	pthread_mutex_unlock(&t->lock);
}

/* One read. false: nothing more just now. */
static bool
read_block(struct zv_threads *t)
{
	struct entry *e = take_block(t);
	struct zv_error err = { 0 };
	long n;

	if (!e) {
		zv_fail_nomem(&err);
		lose_link(t, &err);
		return false;
	}
	n = zv_dial_recv(t->client->dial, e->bytes, ZV_DIAL_READ_BYTES, &err);
	e->n = n > 0 ? (size_t)n : 0;
	if (n <= 0 || append_small(t, e))
		keep_block(t, e);
	else
		push(t, e);
	if (n < 0)
		lose_link(t, &err);
	else if (n == 0 && t->mute)
		lose_link(t, &t->mute_why);
	return n > 0 &&
	       !zv_dial_is_drained_by(t->client->dial, ZV_DIAL_READ_BYTES, (size_t)n);
}

static void
read_all(struct zv_threads *t)
{
	t->more = true;
	for (int i = 0; i < READS_PER_TURN && t->up && t->more && has_room(t); i++) {
		t->more = read_block(t);
		let_catch_up(t);
	}
}

/* The other side is gone; its last words may still wait to be read. */
static void
stop_writing(struct zv_threads *t, const struct zv_error *why)
{
	t->mute = true;
	t->mute_why = *why;
	zv_buf_clear(&t->sending);
}

static void
write_all(struct zv_threads *t)
{
	struct zv_error err = { 0 };

	while (t->up && !t->mute && t->sending.n) {
		long n = zv_dial_send(t->client->dial, zv_buf_str(&t->sending), &err);

		if (n < 0)
			stop_writing(t, &err);
		if (n <= 0)
			return;
		zv_buf_consume(&t->sending, (size_t)n);
	}
}

/* Opens or closes as the delivery thread wishes; takes over what is to be sent. */
static void
follow_wish(struct zv_threads *t)
{
	struct zv_dial_options options = zv_client_dial_options(t->client);
	struct zv_error err = { 0 };
	unsigned long epoch;
	bool wants;

	pthread_mutex_lock(&t->lock);
	wants = t->wants_link;
	epoch = t->epoch;
	if (t->up && !t->mute && epoch == t->own_epoch) {
		zv_buf_add(&t->sending, zv_buf_str(&t->outbox));
		zv_buf_clear(&t->outbox);
	}
	pthread_mutex_unlock(&t->lock);

	if (t->dialling && (!wants || epoch != t->own_epoch))
		drop_link(t);
	if (wants && epoch != t->own_epoch) {
		t->own_epoch = epoch;
		t->dialling = true;
		if (zv_dial_open(t->client->dial, &options, &err) < 0)
			lose_link(t, &err);
	}
}

static void
connect_on(struct zv_threads *t)
{
	struct zv_error err = { 0 };
	int rc = zv_dial_process(t->client->dial, &err);

	if (rc < 0) {
		lose_link(t, &err);
	} else if (rc > 0) {
		t->up = true;
		push_news(t, ENTRY_UP, NULL);
	}
}

static void
wait_for_network(struct zv_threads *t)
{
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS + 1];
	int timeout_ms = t->dialling && !t->up ? zv_dial_timeout(t->client->dial) : -1;
	bool reads = !t->reading_stopped; /* only this thread sets it */
	size_t n = 0;

	if (t->dialling)
		n = zv_dial_descriptors(t->client->dial, t->sending.n > 0, fds,
					ZV_MAX_DESCRIPTORS);
	if (t->up && reads && (t->more || t->mute))
		timeout_ms = 0;
	if (t->up && !reads)
		fds[0].events &= ~ZV_POLL_READ;
	if (t->up && !fds[0].events)
		n = 0; /* poll would tell that it is closed, again and again */
	fds[n++] = zv_wake_descriptor(&t->client->wake);
	if (zv_wait(fds, n, timeout_ms))
		zv_wake_clear(&t->client->wake);
}

static bool
network_ends(struct zv_threads *t)
{
	bool ends;

	pthread_mutex_lock(&t->lock);
	ends = t->network_ends;
	pthread_mutex_unlock(&t->lock);
	return ends;
}

/* The last words get a moment to leave; nobody waits for an answer. */
static void
say_farewell(struct zv_threads *t)
{
	int64_t end = zv_clock_ms() + FAREWELL_MS;

	while (t->up && !t->mute && t->sending.n && zv_clock_ms() < end) {
		struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
		size_t n = zv_dial_descriptors(t->client->dial, true, fds,
					       ZV_MAX_DESCRIPTORS);

		fds[0].events = ZV_POLL_WRITE;
		zv_wait(fds, n, (int)(end - zv_clock_ms()));
		write_all(t);
	}
}

static void *
network_main(void *user)
{
	struct zv_threads *t = user;

	for (;;) {
		bool ends = network_ends(t);

		follow_wish(t);
		if (t->dialling && !t->up)
			connect_on(t);
		if (t->up) {
			write_all(t);
			if (!ends)
				read_all(t);
		}
		if (ends)
			break;
		wait_for_network(t);
	}
	say_farewell(t);
	drop_link(t);
	return NULL;
}

/* ---- delivery thread --------------------------------------------------------------- */

static void
take_entry(struct zv_threads *t, struct entry *e)
{
	struct zv_core *core = t->client->core;

	if (e->epoch != t->epoch) /* only this thread changes it */
		return;
	switch (e->kind) {
	case ENTRY_BYTES:
		zv_client_received(t->client, (struct zv_str){ e->bytes, e->n },
				   e->at_ms);
		break;
	case ENTRY_UP:
		zv_core_link_up(core, e->at_ms);
		break;
	case ENTRY_DOWN:
		zv_core_link_down(core, &e->why, e->at_ms);
		break;
	}
}

static void
give_back(struct zv_threads *t, struct entry *e)
{
	bool resumes;

	pthread_mutex_lock(&t->lock);
	t->queue_bytes -= memory_of(e);
	resumes = t->reading_stopped &&
		  t->queue_bytes <= t->client->options.max_queue_bytes / 2;
	if (t->wants_room && t->queue_bytes <= READ_AHEAD_BYTES / 4) {
		t->wants_room = false;
		pthread_cond_signal(&t->room);
	}
	pthread_mutex_unlock(&t->lock);
	if (resumes)
		zv_wake_ring(&t->client->wake);
	if (e->kind == ENTRY_BYTES)
		keep_block(t, e);
	else
		zv_free(e);
}

static void
send_posted(struct zv_threads *t)
{
	struct zv_node *node;

	for (;;) {
		struct posted *post;
		int rc;

		pthread_mutex_lock(&t->lock);
		node = zv_list_first(&t->inbox);
		if (node) {
			zv_list_remove(node);
			t->n_inbox--;
		}
		pthread_mutex_unlock(&t->lock);
		if (!node)
			return;
		post = ZV_OWNER(node, struct posted, node);
		rc = zv_core_send(t->client->core, post->request, post->timeout_ms,
				  post->fn, post->user, post->asked_ms, NULL);
		if (rc < 0 && post->fn)
			post->fn(post->user, ZV_REPLY_DONE, rc, NULL);
		free_posted(post);
	}
}

/* For the other threads. */
static void
publish_figures(struct zv_threads *t)
{
	struct zv_core *core = t->client->core;
	struct zv_client_counters counters = { 0 };

	zv_core_count(core, &counters);
	counters.bytes_out = t->client->bytes_out;
	pthread_mutex_lock(&t->lock);
	counters.paused = t->counters.paused;
	counters.queue_most_bytes = t->counters.queue_most_bytes;
	t->counters = counters;
	t->state = zv_core_state(core);
	pthread_mutex_unlock(&t->lock);
}

void
zv_threads_publish(struct zv_client *c)
{
	if (c->drive == ZV_DRIVE_THREADS && zv_threads_is_delivery(c))
		publish_figures(c->threads);
}

/* Hands over what the core wants: bytes, a link. */
static void
publish(struct zv_threads *t)
{
	struct zv_core *core = t->client->core;
	struct zv_buf *out = zv_core_output(core);
	bool wants = zv_core_wants_link(core), news;

	zv_client_sending(t->client, zv_buf_str(out));
	publish_figures(t);
	pthread_mutex_lock(&t->lock);
	news = out->n > 0 || wants != t->wants_link;
	if (wants && !t->wants_link) {
		t->epoch++;
		zv_buf_clear(&t->outbox);
	}
	t->wants_link = wants;
	zv_buf_add(&t->outbox, zv_buf_str(out));
	pthread_mutex_unlock(&t->lock);

	zv_buf_clear(out);
	if (news)
		zv_wake_ring(&t->client->wake);
}

/* Works off one entry. false: there was none. All that had arrived by its time has
 * been given, so that is the time for the core: an answer in the queue is not late
 * because a handler was slow. */
static bool
deliver_one(struct zv_threads *t)
{
	struct zv_node *node;
	struct entry *e;

	pthread_mutex_lock(&t->lock);
	node = t->stopping ? NULL : zv_list_first(&t->queue);
	if (node)
		zv_list_remove(node);
	pthread_mutex_unlock(&t->lock);
	if (!node)
		return false;
	e = ZV_OWNER(node, struct entry, node);
	take_entry(t, e);
	zv_core_tick(t->client->core, e->at_ms);
	give_back(t, e);
	return true;
}

/* true: stop was asked for. */
static bool
wait_for_work(struct zv_threads *t)
{
	int64_t deadline = zv_core_deadline(t->client->core);
	bool stopping;

	pthread_mutex_lock(&t->lock);
	while (zv_list_is_empty(&t->queue) && zv_list_is_empty(&t->inbox) &&
	       !t->stopping && zv_clock_ms() < deadline)
		wait_until(&t->work, &t->lock, deadline);
	stopping = t->stopping;
	pthread_mutex_unlock(&t->lock);
	return stopping;
}

static void
end_delivery(struct zv_threads *t)
{
	struct zv_str farewell = zv_client_farewell(t->client);

	send_posted(t);
	zv_core_stop(t->client->core, 0, "");
	zv_client_sending(t->client, farewell);
	publish_figures(t);
	pthread_mutex_lock(&t->lock);
	zv_buf_add(&t->outbox, farewell);
	t->network_ends = true;
	pthread_cond_signal(&t->room);
	pthread_mutex_unlock(&t->lock);
	zv_wake_ring(&t->client->wake);
}

static void *
delivery_main(void *user)
{
	struct zv_threads *t = user;
	struct zv_client *c = t->client;

	own_threads = t;
	zv_core_start(c->core, zv_clock_ms());
	do {
		publish(t);
		send_posted(t);
		if (!deliver_one(t))
			zv_core_tick(c->core, zv_clock_ms());
	} while (publish(t), !wait_for_work(t));
	end_delivery(t);
	if (t->free_later) {
		pthread_join(t->network, NULL);
		pthread_detach(pthread_self());
		zv_client_destroy(c);
	}
	return NULL;
}

/* ---- life --------------------------------------------------------------------------- */

void
zv_threads_free(struct zv_threads *t)
{
	struct zv_node *node;

	if (!t)
		return;
	free_entries(&t->queue);
	free_entries(&t->spare);
	while ((node = zv_list_first(&t->inbox))) {
		zv_list_remove(node);
		free_posted(ZV_OWNER(node, struct posted, node));
	}
	zv_buf_deinit(&t->outbox);
	zv_buf_deinit(&t->sending);
	pthread_cond_destroy(&t->room);
	pthread_cond_destroy(&t->work);
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->joining);
	zv_free(t);
}

static struct zv_threads *
new_threads(struct zv_client *c)
{
	struct zv_threads *t = zv_calloc(1, sizeof *t);
	pthread_condattr_t monotonic;

	if (!t)
		return NULL;
	t->client = c;
	zv_list_init(&t->queue);
	zv_list_init(&t->spare);
	zv_list_init(&t->inbox);
	t->outbox.secret = t->sending.secret = true; /* a login passes through them */
	pthread_mutex_init(&t->joining, NULL);
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&t->work, &monotonic);
	pthread_cond_init(&t->room, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return t;
}

/* Signals are the host's business: ours are all blocked in these threads. */
static int
start_threads(struct zv_threads *t)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&t->network, NULL, network_main, t);
	if (rc == 0) {
		rc = pthread_create(&t->delivery, NULL, delivery_main, t);
		if (rc != 0) {
			pthread_mutex_lock(&t->lock);
			t->network_ends = true;
			pthread_mutex_unlock(&t->lock);
			zv_wake_ring(&t->client->wake);
			pthread_join(t->network, NULL);
		}
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

int
zvon_client_start(struct zv_client *c, struct zv_error *err)
{
	bool ended = c->drive == ZV_DRIVE_THREADS && c->threads->joined;
	int rc;

	if (c->drive != ZV_DRIVE_NONE && !ended)
		return zv_fail(err, ZV_EBUSY, "the client is running already");
	zv_threads_free(c->threads);
	c->threads = new_threads(c);
	c->drive = c->threads ? ZV_DRIVE_THREADS : ZV_DRIVE_NONE;
	zv_client_set_closing(c, false);
	if (!c->threads)
		return zv_fail_nomem(err);
	rc = start_threads(c->threads);
	if (rc == 0)
		return 0;
	c->threads->joined = true; /* there are none */
	return zv_fail(err, ZV_EIO, "cannot start a thread: %s", strerror(rc));
}

static void
ask_to_stop(struct zv_threads *t)
{
	zv_client_set_closing(t->client, true);
	pthread_mutex_lock(&t->lock);
	t->stopping = true;
	pthread_cond_signal(&t->work);
	pthread_mutex_unlock(&t->lock);
}

void
zvon_client_stop(struct zv_client *c)
{
	struct zv_threads *t = c->threads;

	if (c->drive != ZV_DRIVE_THREADS)
		return;
	ask_to_stop(t);
	if (zv_threads_is_delivery(c))
		return;
	pthread_mutex_lock(&t->joining);
	if (!t->joined) {
		pthread_join(t->delivery, NULL);
		pthread_join(t->network, NULL);
		t->joined = true;
	}
	pthread_mutex_unlock(&t->joining);
}

bool
zv_threads_is_delivery(const struct zv_client *c)
{
	return own_threads == c->threads;
}

bool
zv_threads_free_later(struct zv_client *c)
{
	if (!zv_threads_is_delivery(c))
		return false;
	c->threads->free_later = true;
	zvon_client_stop(c);
	return true;
}

int
zv_threads_send(struct zv_client *c, const struct zv_request *request, int timeout_ms,
		zvon_reply_fn fn, void *user, struct zv_error *err)
{
	struct zv_threads *t = c->threads;
	struct posted *post = zv_calloc(1, sizeof *post);
	int rc = 0;

	if (!post || !(post->request = zv_request_copy(request))) {
		zv_free(post);
		return zv_fail_nomem(err);
	}
	post->timeout_ms = timeout_ms;
	post->asked_ms = zv_clock_ms();
	post->fn = fn;
	post->user = user;
	pthread_mutex_lock(&t->lock);
	if (t->stopping || t->state == ZV_STATE_CLOSED)
		rc = zv_fail(err, ZV_ECLOSED, "the client is closed");
	else if (t->n_inbox >= c->options.max_pending)
		rc = zv_fail(err, ZV_EBUSY, "%zu actions wait to be sent (max_pending)",
			     t->n_inbox);
	if (rc == 0) {
		zv_list_append(&t->inbox, &post->node);
		t->n_inbox++;
		pthread_cond_signal(&t->work);
	}
	pthread_mutex_unlock(&t->lock);
	if (rc < 0)
		free_posted(post);
	return rc;
}

void
zv_threads_counters(struct zv_client *c, struct zv_client_counters *out)
{
	zv_threads_publish(c);
	pthread_mutex_lock(&c->threads->lock);
	*out = c->threads->counters;
	pthread_mutex_unlock(&c->threads->lock);
}

enum zv_client_state
zv_threads_state(struct zv_client *c)
{
	enum zv_client_state state;

	zv_threads_publish(c);
	pthread_mutex_lock(&c->threads->lock);
	state = c->threads->state;
	pthread_mutex_unlock(&c->threads->lock);
	return state;
}
