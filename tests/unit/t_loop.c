/* The loop: moments, ends of rounds, descriptors of others, signals, wake-ups. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "helper.h"
#include "io/clock.h"
#include "io/due.h"
#include "io/loop.h"
#include "zvon/client.h"

#define LIMIT_MS 5000

/* ---- the heap ---------------------------------------------------------------------- */

#define MANY 300

struct moment {
	struct zv_due due;
	int64_t wanted_ms; /* INT64_MAX: none */
	int fired;
};

static int64_t heap_now_ms;

static void
on_moment(struct zv_due *d)
{
	struct moment *m = (struct moment *)(void *)d;

	assert_true(m->wanted_ms <= heap_now_ms);
	m->wanted_ms = INT64_MAX;
	m->fired++;
}

/* Whatever is set, moved, called off: it goes off in its time and not before. */
static void
test_moments_by_chance(void **state)
{
	static struct moment moments[MANY];
	struct zv_dues heap = { 0 };

	chance_begin();
	for (int i = 0; i < MANY; i++)
		assert_int_equal(zv_due_init(&heap, &moments[i].due, on_moment), 0);
	for (int i = 0; i < MANY; i++)
		moments[i].wanted_ms = INT64_MAX;
	for (heap_now_ms = 0; heap_now_ms < 3000; heap_now_ms++) {
		for (size_t i = chance_below(20); i > 0; i--) {
			struct moment *m = &moments[chance_below(MANY)];
			bool off = chance_below(8) == 0;

			m->wanted_ms = off ? INT64_MAX
					   : heap_now_ms + (int64_t)chance_below(100);
			zv_due_set(&heap, &m->due, m->wanted_ms);
		}
		zv_dues_run(&heap, heap_now_ms);
		for (int i = 0; i < MANY; i++)
			assert_true(moments[i].wanted_ms > heap_now_ms);
		assert_true(zv_dues_next(&heap) > heap_now_ms);
	}
	for (int i = 0; i < MANY; i++) {
		assert_true(moments[i].fired > 10);
		zv_due_deinit(&heap, &moments[i].due);
	}
	assert_true(zv_dues_next(&heap) == INT64_MAX);
	zv_dues_deinit(&heap);
}

static struct zv_dues again_heap;
static int again_fired;

static void
on_again(struct zv_due *d)
{
	again_fired++;
	zv_due_set(&again_heap, d, 0);
}

static void
test_one_that_comes_back_at_once(void **state)
{
	struct zv_due d;

	zv_due_init(&again_heap, &d, on_again);
	zv_due_set(&again_heap, &d, 5);
	zv_dues_run(&again_heap, 10);
	assert_int_equal(again_fired, 1); /* the others have their turn */
	zv_due_deinit(&again_heap, &d);
	zv_dues_deinit(&again_heap);
}

/* ---- a loop ------------------------------------------------------------------------ */

struct rig {
	struct zv_loop *loop;
	struct zv_timer *guard, *timer, *other;
	struct zv_watch *watch;
	struct zv_wake *wake;
	int fired, ends, ready, woken, signalled;
	int64_t at_ms, fired_ms;
	int pair[2], second[2];
	char trace[64];
};

static void
on_guard(void *owner)
{
	fail_msg("the loop does not end");
}

static void
rig_init(struct rig *r)
{
	struct zv_error err = { 0 };

	*r = (struct rig){ .loop = zv_loop_new(&err) };
	assert_non_null(r->loop);
	r->guard = zv_timer_new(r->loop, on_guard, r);
	zv_timer_set(r->guard, zv_clock_ms() + LIMIT_MS);
}

static void
add_trace(struct rig *r, const char *what)
{
	strncat(r->trace, what, sizeof r->trace - strlen(r->trace) - 1);
}

static void
on_timer(void *owner)
{
	struct rig *r = owner;

	r->fired++;
	r->fired_ms = zv_clock_ms();
	zv_loop_stop(r->loop);
}

static void
test_timers(void **state)
{
	struct rig r;

	rig_init(&r);
	r.timer = zv_timer_new(r.loop, on_timer, &r);
	r.other = zv_timer_new(r.loop, on_guard, &r);
	zv_timer_set(r.other, zv_clock_ms() + 10);
	zv_timer_set(r.other, INT64_MAX);
	r.at_ms = zv_clock_ms() + 50;
	zv_timer_set(r.timer, zv_clock_ms() + 20);
	zv_timer_set(r.timer, r.at_ms);
	zv_loop_run(r.loop);
	assert_in_range(r.fired_ms - r.at_ms, 0, 100);
	assert_in_range(zv_loop_now(r.loop) - r.at_ms, 0, 100);
	zv_timer_set(r.timer, zv_clock_ms() - 1000); /* long ago: soon */
	zv_loop_run(r.loop);
	assert_int_equal(r.fired, 2);
	zv_timer_free(r.other);
	zv_timer_free(NULL);
	zv_loop_free(r.loop); /* frees the rest */
}

static void
on_last(void *owner)
{
	struct rig *r = owner;

	zv_timer_free(r->timer);
	zv_loop_stop(r->loop);
}

static void
test_a_timer_frees_itself(void **state)
{
	struct rig r;

	rig_init(&r);
	r.timer = zv_timer_new(r.loop, on_last, &r);
	zv_timer_set(r.timer, 0);
	zv_loop_run(r.loop);
	zv_loop_free(r.loop);
}

/* ---- at the end of a round ----------------------------------------------------------- */

static void
on_second_end(void *owner)
{
	struct rig *r = owner;

	add_trace(r, "2");
	zv_loop_stop(r->loop);
}

static void
on_end(void *owner)
{
	struct rig *r = owner;

	add_trace(r, "e");
	zv_loop_at_end(r->loop, on_second_end, r); /* of the next, without waiting */
}

static void
on_never(void *owner)
{
	fail_msg("it was called off");
}

static void
on_first(void *owner)
{
	static int gone;
	struct rig *r = owner;

	add_trace(r, "(");
	zv_loop_at_end(r->loop, on_never, &gone);
	zv_loop_at_end(r->loop, on_end, r);
	zv_loop_at_end(r->loop, on_never, &gone);
	zv_loop_not_at_end(r->loop, &gone);
	add_trace(r, ")");
}

static void
test_the_end_of_a_round(void **state)
{
	struct rig r;

	rig_init(&r);
	r.timer = zv_timer_new(r.loop, on_first, &r);
	r.other = zv_timer_new(r.loop, on_first, &r);
	r.at_ms = zv_clock_ms();
	zv_timer_set(r.timer, 0);
	zv_timer_set(r.other, 0);
	zv_loop_run(r.loop);
	/* all callbacks of the round first */
	assert_string_equal(r.trace, "()()ee22");
	assert_true(zv_clock_ms() - r.at_ms < 1000);
	zv_mem_fail_at(1);
	zv_loop_at_end(r.loop, on_second_end, &r); /* at once: there is no memory */
	assert_string_equal(r.trace, "()()ee222");
	zv_loop_free(r.loop);
}

static void
on_ever(void *owner)
{
	struct rig *r = owner;

	r->ends++;
	zv_loop_at_end(r->loop, on_ever, r);
}

/* One that asks again and again: timers have their turn all the same. */
static void
test_an_end_without_end(void **state)
{
	struct rig r;

	rig_init(&r);
	r.timer = zv_timer_new(r.loop, on_timer, &r);
	zv_timer_set(r.timer, zv_clock_ms() + 20);
	zv_loop_at_end(r.loop, on_ever, &r);
	zv_loop_run(r.loop);
	assert_true(r.ends > 1);
	zv_loop_not_at_end(r.loop, &r);
	zv_loop_free(r.loop);
}

/* ---- descriptors of others ------------------------------------------------------------ */

static void
on_watch(void *owner)
{
	struct rig *r = owner;

	r->ready++;
	zv_loop_stop(r->loop);
}

static void
set_one(struct rig *r, int fd, int events)
{
	struct zv_descriptor list[] = { { fd, events } };

	assert_int_equal(zv_watch_set(r->watch, list, 1), 0);
}

static void
test_watch(void **state)
{
	struct zv_descriptor both[2];
	struct rig r;

	rig_init(&r);
	r.watch = zv_watch_new(r.loop, on_watch, &r);
	r.timer = zv_timer_new(r.loop, on_timer, &r);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, r.pair), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, r.second), 0);

	set_one(&r, r.pair[0], ZV_POLL_READ);
	set_one(&r, r.pair[0], ZV_POLL_READ);
	assert_int_equal(write(r.pair[1], "x", 1), 1);
	zv_loop_run(r.loop);
	assert_int_equal(r.ready, 1);
	zv_loop_run(r.loop); /* nobody has read it */
	assert_int_equal(r.ready, 2);

	set_one(&r, r.second[0], ZV_POLL_READ); /* instead of */
	zv_timer_set(r.timer, zv_clock_ms() + 30);
	zv_loop_run(r.loop);
	assert_int_equal(r.ready, 2);
	set_one(&r, r.second[0], ZV_POLL_WRITE);
	zv_loop_run(r.loop);
	assert_int_equal(r.ready, 3);

	both[0] = (struct zv_descriptor){ r.second[0], ZV_POLL_READ };
	both[1] = (struct zv_descriptor){ r.pair[0], ZV_POLL_READ };
	zv_watch_set(r.watch, both, 2);
	zv_loop_run(r.loop);
	assert_int_equal(r.ready, 4);
	zv_watch_set(r.watch, NULL, 0);
	zv_timer_set(r.timer, zv_clock_ms() + 30);
	zv_loop_run(r.loop);
	assert_int_equal(r.ready, 4);
	for (int i = 0; i < 2; i++) {
		close(r.pair[i]);
		close(r.second[i]);
	}
	zv_loop_free(r.loop);
}

/* The descriptor was closed without a word, and the next one has its number. */
static void
test_a_number_comes_again(void **state)
{
	struct rig r;
	int number;

	rig_init(&r);
	r.watch = zv_watch_new(r.loop, on_watch, &r);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, r.pair), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, r.second), 0);
	number = r.pair[0];
	set_one(&r, number, ZV_POLL_READ);
	assert_int_equal(dup2(r.second[0], number), number);
	set_one(&r, number, ZV_POLL_READ); /* looks the same */
	assert_int_equal(write(r.second[1], "x", 1), 1);
	zv_loop_run(r.loop);
	assert_int_equal(r.ready, 1);
	zv_watch_free(r.watch);
	zv_watch_free(NULL);
	close(number);
	close(r.pair[1]);
	close(r.second[0]);
	close(r.second[1]);
	zv_loop_free(r.loop);
}

static void
test_watch_errors(void **state)
{
	struct zv_descriptor many[ZV_MAX_DESCRIPTORS + 1] = { { 0, 0 } };
	struct rig r;

	rig_init(&r);
	r.watch = zv_watch_new(r.loop, on_watch, &r);
	assert_int_equal(zv_watch_set(r.watch, many, N_OF(many)), ZV_ETOOBIG);
	many[0] = (struct zv_descriptor){ 9999, ZV_POLL_READ };
	assert_int_equal(zv_watch_set(r.watch, many, 1), ZV_EIO);
	zv_loop_free(r.loop);
}

/* ---- signals and wake-ups ---------------------------------------------------------------- */

static void
on_signal(void *owner, int number)
{
	struct rig *r = owner;

	assert_int_equal(number, SIGUSR1);
	r->signalled++;
	zv_loop_stop(r->loop);
}

static void
test_signal(void **state)
{
	struct rig r;

	rig_init(&r);
	assert_int_equal(zv_loop_on_signal(r.loop, SIGUSR1, on_signal, &r), 0);
	assert_int_equal(zv_loop_on_signal(r.loop, SIGKILL, on_signal, &r), ZV_EIO);
	raise(SIGUSR1);
	zv_loop_run(r.loop);
	assert_int_equal(r.signalled, 1);
	zv_loop_free(r.loop);
}

static void
on_wake(void *owner)
{
	struct rig *r = owner;

	r->woken++;
	zv_loop_stop(r->loop);
}

static void *
wake_up(void *rig)
{
	struct rig *r = rig;

	zv_wake_up(r->wake);
	return NULL;
}

static void
test_wake_from_a_thread(void **state)
{
	struct rig r;
	pthread_t thread;

	rig_init(&r);
	r.wake = zv_wake_new(r.loop, on_wake, &r);
	assert_int_equal(pthread_create(&thread, NULL, wake_up, &r), 0);
	zv_loop_run(r.loop);
	pthread_join(thread, NULL);
	assert_int_equal(r.woken, 1);
	zv_wake_free(r.wake);
	zv_wake_free(NULL);
	zv_loop_free(r.loop);
}

/* ---- memory ------------------------------------------------------------------------------- */

static int
make_all(void *user)
{
	struct zv_error err = { 0 };
	struct zv_loop *l = zv_loop_new(&err);
	bool all = l && zv_timer_new(l, on_guard, NULL) &&
		   zv_watch_new(l, on_guard, NULL) && zv_wake_new(l, on_guard, NULL) &&
		   zv_loop_on_signal(l, SIGUSR2, on_signal, NULL) == 0;

	zv_loop_free(l);
	return all ? 0 : ZV_ENOMEM;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(make_all, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moments_by_chance),
		cmocka_unit_test(test_one_that_comes_back_at_once),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_a_timer_frees_itself),
		cmocka_unit_test(test_the_end_of_a_round),
		cmocka_unit_test(test_an_end_without_end),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_a_number_comes_again),
		cmocka_unit_test(test_watch_errors),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_wake_from_a_thread),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
