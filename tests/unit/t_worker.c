/* Work on threads: bounded, told on the loop, waited for at the end. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "helper.h"
#include "io/clock.h"
#include "io/loop.h"

#define TASKS	500
#define THREADS 3
#define QUEUE	5

struct bench {
	struct zv_loop *loop;
	struct zv_worker *worker;
	pthread_t here;
	atomic_int running, most;
	atomic_bool hold;
	int begun, done, busy;
	struct task {
		struct bench *bench;
		int number, square;
		bool is_told;
	} tasks[TASKS];
};

static void
work(void *task)
{
	struct task *t = task;
	struct bench *b = t->bench;
	int running = atomic_fetch_add(&b->running, 1) + 1;
	int most = atomic_load(&b->most);

	while (running > most &&
	       !atomic_compare_exchange_weak(&b->most, &most, running))
		;
	while (atomic_load(&b->hold))
		usleep(1000);
	assert_false(pthread_equal(pthread_self(), b->here));
	t->square = t->number * t->number;
	atomic_fetch_sub(&b->running, 1);
}

static void begin_more(struct bench *b);

static void
done(void *task)
{
	struct task *t = task;
	struct bench *b = t->bench;

	assert_true(pthread_equal(pthread_self(), b->here));
	assert_false(t->is_told);
	t->is_told = true;
	assert_int_equal(t->square, t->number * t->number);
	b->done++;
	begin_more(b);
	if (b->done == TASKS)
		zv_loop_stop(b->loop);
}

/* As many as there is room for. */
static void
begin_more(struct bench *b)
{
	while (b->begun < TASKS) {
		struct task *t = &b->tasks[b->begun];

		*t = (struct task){ b, b->begun, 0, false };
		if (zv_worker_do(b->worker, work, done, t) < 0) {
			b->busy++;
			return;
		}
		b->begun++;
	}
}

static void
bench_init(struct bench *b)
{
	struct zv_error err = { 0 };

	b->here = pthread_self();
	b->loop = zv_loop_new(&err);
	assert_non_null(b->loop);
	b->worker = zv_worker_new(b->loop, THREADS, QUEUE, &err);
	assert_non_null(b->worker);
}

static void
test_many(void **state)
{
	static struct bench b;

	bench_init(&b);
	begin_more(&b);
	assert_in_range(b.begun, THREADS + QUEUE, THREADS + QUEUE); /* no more wait */
	assert_int_equal(b.busy, 1);
	zv_loop_run(b.loop);
	assert_int_equal(b.done, TASKS);
	assert_in_range(b.most, 1, THREADS);
	zv_worker_free(b.worker);
	zv_worker_free(NULL);
	zv_loop_free(b.loop);
}

static void *
let_go(void *bench)
{
	struct bench *b = bench;

	usleep(50000);
	atomic_store(&b->hold, false);
	return NULL;
}

/* What was taken is done and told, also when the end comes; nothing new is. */
static void
test_the_end_waits(void **state)
{
	static struct bench b;
	pthread_t thread;

	bench_init(&b);
	atomic_store(&b.hold, true);
	begin_more(&b);
	assert_int_equal(pthread_create(&thread, NULL, let_go, &b), 0);
	zv_loop_free(b.loop); /* with its worker */
	pthread_join(thread, NULL);
	assert_int_equal(b.done, THREADS + QUEUE);
	assert_int_equal(b.begun, THREADS + QUEUE);
	assert_int_equal(b.most, THREADS);
}

/* A thread that hangs is left behind: nobody waits for it, its task is not told, and when it
 * comes back after all it harms nobody. */
static void
test_a_thread_that_hangs(void **state)
{
	static struct bench b;
	int64_t began;

	bench_init(&b);
	atomic_store(&b.hold, true);
	b.tasks[0] = (struct task){ &b, 0, 0, false };
	b.begun = TASKS; /* done() begins no more */
	assert_int_equal(zv_worker_do(b.worker, work, done, &b.tasks[0]), 0);
	began = zv_clock_ms();
	zv_worker_leave(b.worker, 50);
	assert_in_range(zv_clock_ms() - began, 49, 5000);
	assert_int_equal(b.done, 0);
	zv_loop_free(b.loop);
	atomic_store(&b.hold, false);
	while (atomic_load(&b.running) > 0)
		usleep(1000);
	usleep(20000); /* it frees what was left */
	assert_int_equal(b.done, 0);
}

static void
test_leaving_in_time(void **state)
{
	static struct bench b;
	int64_t began;

	bench_init(&b);
	b.begun = TASKS - 1;
	begin_more(&b);
	began = zv_clock_ms();
	zv_worker_leave(b.worker, 10000);
	zv_worker_leave(NULL, 0);
	assert_in_range(zv_clock_ms() - began, 0, 5000);
	assert_int_equal(b.done, 1);
	zv_loop_free(b.loop);
}

static int
make(void *user)
{
	struct zv_error err = { 0 };
	struct zv_loop *l = zv_loop_new(&err);
	struct zv_worker *w = l ? zv_worker_new(l, 1, 1, &err) : NULL;

	zv_loop_free(l);
	return w ? 0 : err.code;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(make, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_the_end_waits),
		cmocka_unit_test(test_a_thread_that_hangs),
		cmocka_unit_test(test_leaving_in_time),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
