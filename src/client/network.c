/* The network thread of a client: opens, reads, writes, closes. */
#include "base/err.h"
#include "base/mem.h"
#include "client/threads_impl.h"
#include "io/clock.h"
#include "io/thread.h"

#define READ_AHEAD_WAIT_MS 10
#define READS_PER_TURN	   64
#define SMALL_READ	   (ZV_DIAL_READ_BYTES / 4) /* is copied behind the block before it */

/* ---- network thread ------------------------------------------------------------- */

static void
push(struct zv_threads *t, struct zv_entry *e)
{
	bool was_empty;

	e->epoch = t->own_epoch;
	e->at_ms = zv_clock_ms();
	pthread_mutex_lock(&t->lock);
	was_empty = zv_list_is_empty(&t->queue);
	zv_list_append(&t->queue, &e->node);
	t->queue_bytes += e->memory;
	if (t->queue_bytes > t->counters.queue_most_bytes)
		t->counters.queue_most_bytes = t->queue_bytes;
	if (was_empty)
		pthread_cond_signal(&t->work);
	pthread_mutex_unlock(&t->lock);
}

static void
push_link(struct zv_threads *t, enum zv_entry_kind kind, const struct zv_error *why)
{
	struct zv_entry *e = zv_calloc(1, sizeof *e);

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
	zv_client_close_transport(t->client);
	zv_buf_clear(&t->sending);
	t->dialling = t->up = t->more = t->mute = false;
}

static void
lose_link(struct zv_threads *t, const struct zv_error *why)
{
	drop_link(t);
	push_link(t, ZV_ENTRY_DOWN, why);
}

static struct zv_entry *
take_block(struct zv_threads *t)
{
	struct zv_node *node;
	struct zv_entry *e;

	pthread_mutex_lock(&t->lock);
	node = zv_list_first(&t->spare);
	if (node) {
		zv_list_remove(node);
		t->n_spare--;
	}
	pthread_mutex_unlock(&t->lock);
	e = node ? ZV_OWNER(node, struct zv_entry, node) : zv_malloc(ZV_BLOCK_BYTES);
	if (e) {
		e->kind = ZV_ENTRY_BYTES;
		e->memory = ZV_BLOCK_BYTES;
		e->n = 0;
	}
	return e;
}

/* Many small reads while the handler is busy must not take a whole block each. */
static bool
append_small(struct zv_threads *t, const struct zv_entry *e)
{
	struct zv_entry *last;
	bool done = false;

	if (e->n > SMALL_READ)
		return false;
	pthread_mutex_lock(&t->lock);
	last = ZV_OWNER(t->queue.prev, struct zv_entry, node);
	if (!zv_list_is_empty(&t->queue) && last->kind == ZV_ENTRY_BYTES &&
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
	       t->queue_bytes + ZV_BLOCK_BYTES <= t->client->options.max_queue_bytes;
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
	if (t->queue_bytes > ZV_READ_AHEAD_BYTES) {
		t->wants_room = true;
		while (t->wants_room && !t->network_ends && zv_clock_ms() < end)
			zv_cond_wait_until(&t->room, &t->lock, end);
		t->wants_room = false;
	}
	pthread_mutex_unlock(&t->lock);
}

/* One read. false: nothing more just now. */
static bool
read_block(struct zv_threads *t)
{
	struct zv_entry *e = take_block(t);
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
		zv_threads_keep_block(t, e);
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
		if (zv_client_open_transport(t->client, &err) < 0)
			lose_link(t, &err);
	}
}

static void
connect_on(struct zv_threads *t)
{
	struct zv_error err = { 0 };
	int rc = t->client->fetch ? 1 : zv_dial_process(t->client->dial, &err);

	if (rc < 0) {
		lose_link(t, &err);
	} else if (rc > 0) {
		t->up = true;
		push_link(t, ZV_ENTRY_UP, NULL);
	}
}

/* ---- AJAM: exchanges instead of a stream -------------------------------------------- */

static bool
take_order(struct zv_threads *t, struct zv_node **out)
{
	pthread_mutex_lock(&t->lock);
	*out = t->epoch == t->own_epoch ? zv_list_first(&t->orders) : NULL;
	if (*out)
		zv_list_remove(*out);
	pthread_mutex_unlock(&t->lock);
	return *out != NULL;
}

static void
follow_orders(struct zv_threads *t)
{
	struct zv_node done, *node;
	struct zv_error err = { 0 };

	zv_list_init(&done);
	while (t->up && take_order(t, &node)) {
		zv_list_append(&done, node);
		if (zv_client_follow_order(
			    t->client,
			    &ZV_OWNER(node, struct zv_posted_order, node)->order,
			    &err) < 0)
			lose_link(t, &err);
		zv_threads_free_orders(&done);
	}
}

static int
push_news(struct zv_threads *t, const struct zv_fetch_news *news)
{
	size_t size = sizeof(struct zv_entry) + news->bytes.n;
	struct zv_entry *e = zv_malloc(size);

	if (!e)
		return ZV_ENOMEM;
	e->kind = ZV_ENTRY_NEWS;
	e->memory = size;
	e->n = news->bytes.n;
	if (e->n)
		memcpy(e->bytes, news->bytes.p, e->n);
	e->news = *news;
	e->ticket = t->client->tickets[news->id];
	e->news.bytes = (struct zv_str){ e->bytes, e->n };
	push(t, e);
	return 0;
}

/* What nobody takes stays in the fetch, which does not read on then. */
static void
run_exchanges(struct zv_threads *t)
{
	struct zv_fetch *fetch = t->client->fetch;
	struct zv_fetch_news news;
	struct zv_error err = { 0 };

	zv_fetch_process(fetch);
	while (t->up && has_room(t) && zv_fetch_next(fetch, &news)) {
		if (push_news(t, &news) < 0) {
			zv_fail_nomem(&err);
			lose_link(t, &err);
		}
		let_catch_up(t);
	}
}

/* ---- the thread ----------------------------------------------------------------------- */

static size_t
stream_descriptors(struct zv_threads *t, struct zv_descriptor *fds, int *timeout_ms)
{
	bool reads = !t->reading_stopped; /* only this thread sets it */
	size_t n = 0;

	if (t->dialling && !t->up)
		*timeout_ms = zv_dial_timeout(t->client->dial);
	if (t->dialling)
		n = zv_dial_descriptors(t->client->dial, t->sending.n > 0, fds,
					ZV_MAX_DESCRIPTORS);
	if (t->up && reads && (t->more || t->mute))
		*timeout_ms = 0;
	if (t->up && !reads)
		fds[0].events &= ~ZV_POLL_READ;
	if (t->up && !fds[0].events)
		n = 0; /* poll would tell that it is closed, again and again */
	return n;
}

static size_t
exchange_descriptors(struct zv_threads *t, struct zv_descriptor *fds, int *timeout_ms)
{
	if (!t->up)
		return 0;
	*timeout_ms = zv_fetch_timeout(t->client->fetch);
	return zv_fetch_descriptors(t->client->fetch, fds, ZV_MAX_DESCRIPTORS);
}

static void
wait_for_network(struct zv_threads *t)
{
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS + 1];
	int timeout_ms = -1;
	size_t n = t->client->fetch ? exchange_descriptors(t, fds, &timeout_ms)
				    : stream_descriptors(t, fds, &timeout_ms);

	fds[n++] = zv_bell_descriptor(&t->client->wake);
	if (zv_wait(fds, n, timeout_ms))
		zv_bell_clear(&t->client->wake);
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

static bool
has_farewell(struct zv_threads *t)
{
	bool has;

	pthread_mutex_lock(&t->lock);
	has = t->has_farewell;
	pthread_mutex_unlock(&t->lock);
	return has;
}

/* The last words get a moment to leave; nobody waits for an answer. */
static void
say_farewell(struct zv_threads *t)
{
	int64_t end = zv_clock_ms() + ZV_FAREWELL_MS;

	if (t->up && has_farewell(t)) {
		follow_orders(t);
		if (t->up)
			zv_client_run_farewell(t->client);
	}
	while (t->up && !t->mute && t->sending.n && zv_clock_ms() < end) {
		struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
		size_t n = zv_dial_descriptors(t->client->dial, true, fds,
					       ZV_MAX_DESCRIPTORS);

		fds[0].events = ZV_POLL_WRITE;
		zv_wait(fds, n, (int)(end - zv_clock_ms()));
		write_all(t);
	}
}

static void
work(struct zv_threads *t)
{
	if (t->client->fetch) {
		follow_orders(t);
		run_exchanges(t);
	} else {
		write_all(t);
		read_all(t);
	}
}

void *
zv_network_main(void *user)
{
	struct zv_threads *t = user;

	for (;;) {
		bool ends = network_ends(t);

		follow_wish(t);
		if (t->dialling && !t->up)
			connect_on(t);
		if (t->up && !ends)
			work(t);
		else if (t->up)
			write_all(t);
		if (ends)
			break;
		wait_for_network(t);
	}
	say_farewell(t);
	drop_link(t);
	return NULL;
}
