/* A client in the host's loop: one thread, nothing waits but zvon_client_run. */
#include "client/client.h"

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"

/* Reads of ZV_DIAL_READ_BYTES in one zvon_client_process, so that a flood of events does
 * not keep the host's other work waiting. */
#define READS_PER_TURN 16
#define NEWS_PER_TURN  32 /* AJAM: of at most ZV_FETCH_READ_BYTES */

int
zvon_client_open(struct zv_client *c, struct zv_error *err)
{
	if (c->drive != ZV_DRIVE_NONE)
		return zv_fail(err, ZV_EBUSY, "the client is running already");
	if (c->dial && !(c->read_buffer = zv_malloc(ZV_DIAL_READ_BYTES)))
		return zv_fail_nomem(err);
	c->drive = ZV_DRIVE_LOOP;
	c->in_handler = true; /* of CONNECTING */
	zv_core_start(c->core, zv_clock_ms());
	c->in_handler = false;
	if (c->closing)
		zvon_client_close(c);
	return 0;
}

static void
drop_link(struct zv_client *c)
{
	zv_client_close_transport(c);
	c->dialling = c->up = c->mute = false;
}

static void
lose_link(struct zv_client *c, const struct zv_error *why)
{
	drop_link(c);
	zv_core_link_down(c->core, why, zv_clock_ms());
}

/* Opens or closes the transport as the core wants it. */
static void
follow_wish(struct zv_client *c)
{
	struct zv_error err = { 0 };

	if (c->dialling && !zv_core_wants_link(c->core))
		drop_link(c);
	if (!c->dialling && zv_core_wants_link(c->core)) {
		c->dialling = true;
		if (zv_client_open_transport(c, &err) < 0)
			lose_link(c, &err);
	}
}

static void
connect_on(struct zv_client *c)
{
	struct zv_error err = { 0 };
	int rc = c->fetch ? 1 : zv_dial_process(c->dial, &err);

	if (rc < 0)
		lose_link(c, &err);
	if (rc <= 0)
		return;
	c->up = true;
	c->bytes_read = 0;
	c->mark_ms = 0;
	zv_core_link_up(c->core, zv_clock_ms());
}

/* true: everything that had arrived was read. */
static bool
read_some(struct zv_client *c)
{
	struct zv_error err = { 0 };

	for (int i = 0; i < READS_PER_TURN && c->up && !c->closing; i++) {
		long n =
			zv_dial_recv(c->dial, c->read_buffer, ZV_DIAL_READ_BYTES, &err);

		if (n < 0)
			lose_link(c, &err);
		else if (n == 0 && c->mute)
			lose_link(c, &c->mute_why);
		if (n <= 0)
			return true;
		c->bytes_read += (uint64_t)n;
		zv_client_received(c, (struct zv_str){ c->read_buffer, (size_t)n },
				   zv_clock_ms());
		follow_wish(c);
		if (zv_dial_is_drained_by(c->dial, ZV_DIAL_READ_BYTES, (size_t)n))
			return true;
	}
	return !c->up;
}

/* The other side is gone; its last words may still wait to be read. */
static void
stop_writing(struct zv_client *c, const struct zv_error *why)
{
	c->mute = true;
	c->mute_why = *why;
}

static void
write_some(struct zv_client *c)
{
	struct zv_buf *out = zv_core_output(c->core);
	struct zv_error err = { 0 };

	while (c->up && !c->mute && out->n) {
		long n = zv_dial_send(c->dial, zv_buf_str(out), &err);

		if (n < 0)
			stop_writing(c, &err);
		if (n <= 0)
			return;
		zv_client_sending(c, (struct zv_str){ out->p, (size_t)n });
		zv_buf_consume(out, (size_t)n);
	}
}

/* ---- AJAM: exchanges instead of a stream ---------------------------------------- */

static void
follow_orders(struct zv_client *c)
{
	struct zv_ajam_order order;
	struct zv_error err = { 0 };

	while (c->up && zv_core_next_order(c->core, &order))
		if (zv_client_follow_order(c, &order, &err) < 0)
			lose_link(c, &err);
}

/* true: everything that had arrived was given. */
static bool
run_exchanges(struct zv_client *c)
{
	struct zv_fetch_news news;

	follow_orders(c);
	zv_fetch_process(c->fetch);
	for (int i = 0; i < NEWS_PER_TURN && c->up && !c->closing; i++) {
		if (!zv_fetch_next(c->fetch, &news))
			return true;
		zv_core_news(c->core, c->tickets[news.id], &news, zv_clock_ms());
		follow_wish(c);
	}
	return !c->up;
}

/* ---- the last words ---------------------------------------------------------------- */

static void
log_off(struct zv_client *c)
{
	struct zv_ajam_order order;
	struct zv_error err = { 0 };

	if (zv_core_farewell(c->core, &order) &&
	    zv_client_follow_order(c, &order, &err) == 0)
		zv_client_run_farewell(c);
}

static void
say_farewell(struct zv_client *c)
{
	struct zv_str farewell = zv_client_farewell(c);
	struct zv_error err = { 0 };

	write_some(c);
	if (!c->mute && farewell.n && zv_dial_send(c->dial, farewell, &err) > 0)
		zv_client_sending(c, farewell);
}

void
zv_client_loop_close(struct zv_client *c)
{
	if (c->up && c->fetch)
		log_off(c);
	else if (c->up)
		say_farewell(c);
	drop_link(c);
	zv_core_stop(c->core, 0, "");
}

/* Time goes on for the core up to where everything that had arrived was read: an answer
 * that waits to be read is not late. */
static void
tick(struct zv_client *c, bool all_read)
{
	int64_t now_ms = zv_clock_ms();

	if (all_read)
		c->mark_ms = now_ms;
	if (all_read || (c->mark_ms && c->bytes_read >= c->mark_bytes)) {
		zv_core_tick(c->core, c->mark_ms);
		c->mark_ms = 0;
	}
	if (!all_read && !c->mark_ms && c->dial) {
		c->mark_ms = now_ms;
		c->mark_bytes = c->bytes_read + zv_dial_unread(c->dial);
	}
}

static void
turn(struct zv_client *c)
{
	bool all_read = true;

	follow_wish(c);
	if (c->dialling && !c->up)
		connect_on(c);
	if (c->up && c->fetch) {
		all_read = run_exchanges(c);
	} else if (c->up) {
		write_some(c);
		all_read = read_some(c);
	}
	if (!c->closing)
		tick(c, all_read);
	follow_wish(c);
	if (c->fetch)
		follow_orders(c);
	else
		write_some(c);
	c->more = !all_read || c->mute;
}

int
zvon_client_process(struct zv_client *c)
{
	if (c->drive != ZV_DRIVE_LOOP || c->in_handler)
		return 1;
	c->in_handler = true;
	turn(c);
	c->in_handler = false;
	if (c->closing) {
		zvon_client_close(c); /* may free it */
		return 1;
	}
	return zv_core_state(c->core) == ZV_STATE_CLOSED;
}

void
zvon_client_close(struct zv_client *c)
{
	if (c->drive != ZV_DRIVE_LOOP)
		return;
	zv_client_set_closing(c, true);
	if (c->in_handler)
		return;
	c->in_handler = true; /* what CLOSED and the last replies call */
	zv_client_loop_close(c);
	c->in_handler = false;
	zv_free(c->read_buffer);
	c->read_buffer = NULL;
	zv_client_set_closing(c, false);
	c->drive = ZV_DRIVE_NONE;
	if (c->free_later)
		zv_client_destroy(c);
}

size_t
zvon_client_descriptors(struct zv_client *c, struct zv_descriptor *out, size_t max)
{
	if (!c->dialling)
		return 0;
	if (c->fetch)
		return zv_fetch_descriptors(c->fetch, out, max);
	return zv_dial_descriptors(c->dial, zv_core_output(c->core)->n > 0, out, max);
}

static int
sooner(int a_ms, int b_ms)
{
	return a_ms < 0 ? b_ms : b_ms < 0 ? a_ms : a_ms < b_ms ? a_ms : b_ms;
}

static int
transport_timeout(struct zv_client *c)
{
	if (!c->dialling)
		return -1;
	if (c->fetch)
		return c->up ? zv_fetch_timeout(c->fetch) : 0; /* up at once */
	return c->up ? -1 : zv_dial_timeout(c->dial);
}

int
zvon_client_timeout(struct zv_client *c)
{
	bool nothing_open = zv_core_wants_link(c->core) && !c->dialling;

	if (c->drive != ZV_DRIVE_LOOP)
		return -1;
	if (nothing_open || c->more)
		return 0;
	return sooner(zv_clock_until(zv_core_deadline(c->core)), transport_timeout(c));
}

/* Waits for the descriptors, the bell and the time; the bell is quiet then. */
static void
wait_turn(struct zv_client *c, int timeout_ms)
{
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS + 1];
	size_t n = zvon_client_descriptors(c, fds, ZV_MAX_DESCRIPTORS);

	fds[n++] = zv_bell_descriptor(&c->wake);
	if (zv_wait(fds, n, sooner(zvon_client_timeout(c), timeout_ms)))
		zv_bell_clear(&c->wake);
}

static bool
is_interrupted(struct zv_client *c)
{
	return __atomic_exchange_n(&c->interrupted, false, __ATOMIC_ACQ_REL);
}

int
zv_client_loop_run(struct zv_client *c, int64_t end_ms, const bool *done)
{
	for (;;) {
		if (zvon_client_process(c) || is_interrupted(c))
			return 1;
		if ((done && *done) || zv_clock_ms() >= end_ms)
			return 0;
		wait_turn(c, zv_clock_until(end_ms));
	}
}

int
zvon_client_run(struct zv_client *c, int timeout_ms)
{
	if (c->drive == ZV_DRIVE_LOOP && c->in_handler)
		return ZV_EBUSY;
	return zv_client_loop_run(
		c, timeout_ms < 0 ? INT64_MAX : zv_clock_ms() + timeout_ms, NULL);
}

void
zvon_client_interrupt(struct zv_client *c)
{
	__atomic_store_n(&c->interrupted, true, __ATOMIC_RELEASE);
	zv_bell_ring(&c->wake);
}
