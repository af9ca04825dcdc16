#include "onec/component.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "heap.h"
#include "helper.h"
#include "io/clock.h"
#include "io/wait.h"
#include "onechost.h"

/* Slow machines and sanitizers: Done's second, and what goes around it. */
#define STOP_MS (ZV_STOP_MS + 400)

/* ---- threads as the system sees them -------------------------------------------------------- */

static size_t
count_threads(void)
{
	DIR *folder = opendir("/proc/self/task");
	size_t n = 0;

	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));)
		n += entry->d_name[0] != '.';
	closedir(folder);
	return n;
}

static void
nap(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* Detached ones end a moment after what they did. */
static void
wait_for_threads(size_t n)
{
	for (int i = 0; i < 1000 && count_threads() > n; i++)
		nap(10);
	assert_int_equal(count_threads(), n);
}

/* ---- a link ------------------------------------------------------------------------------------ */

struct fakelink {
	struct zv_link link;
	struct zv_component *c;
	struct zv_bell news; /* rung: `process` has something to do */
	struct zv_ask *pending;
	int timeout_ms;
	int close_ms; /* it takes so long to close */
	bool resolves;
	bool drops_itself;
	int *closed; /* counts */
};

static size_t
fake_descriptors(struct zv_link *l, struct zv_descriptor *out, size_t max)
{
	assert_true(max >= 1);
	out[0] = zv_bell_descriptor(&((struct fakelink *)l)->news);
	return 1;
}

static int
fake_timeout(struct zv_link *l)
{
	return ((struct fakelink *)l)->timeout_ms;
}

static void
fake_process(struct zv_link *l)
{
	struct fakelink *f = (struct fakelink *)l;
	struct zv_ask *ask = f->pending;

	if (!__atomic_load_n(&f->news.rung, __ATOMIC_SEQ_CST))
		return;
	zv_bell_clear(&f->news);
	if (f->drops_itself)
		zv_component_set_link(f->c, NULL);
	f->pending = NULL; /* f is still there */
	if (ask) {
		zv_buf_add(&ask->out, ZV_STR("late"));
		zv_ask_answer(ask, 0);
	}
}

static void
fake_close(struct zv_link *l)
{
	struct fakelink *f = (struct fakelink *)l;

	nap(f->close_ms);
	if (f->pending)
		zv_ask_answer(f->pending, ZV_ECLOSED);
	zv_bell_close(&f->news);
	__atomic_add_fetch(f->closed, 1, __ATOMIC_SEQ_CST);
	zv_free(f);
}

static bool
fake_is_resolving(struct zv_link *l)
{
	return ((struct fakelink *)l)->resolves;
}

static const struct zv_link_kind fake_kind = { fake_descriptors, fake_timeout,
					       fake_process, fake_close,
					       fake_is_resolving };

/* ---- a component with it -------------------------------------------------------------------------- */

struct rig {
	struct onechost host;
	struct zv_component *c;
	struct fakelink *link; /* borrowed; the network thread's, but for `news` */
	struct fakelink wanted;
	int closed;
	size_t threads, blocks;
};

static int call_hello(struct zv_component *c, const struct zv_method *m,
		      struct zv_value *arguments, struct zv_value *result,
		      struct zv_error *err);

static const struct zv_method methods[] = {
	{ "Hello", NULL, NULL, NULL, 0, false, call_hello, NULL },
};

static const struct zv_class class = {
	.name = "Test",
	.methods = methods,
	.n_methods = N_OF(methods),
};

static void
rig_init(struct rig *r)
{
	*r = (struct rig){ .threads = count_threads(), .blocks = heap_blocks() };
	r->wanted.timeout_ms = -1;
	onechost_init(&r->host);
	r->c = zv_component_new(&class);
	assert_non_null(r->c);
	zv_component_attach(r->c, &onechost_calls, &r->host);
}

/* Nothing may be left: no thread, no block. */
static void
rig_deinit(struct rig *r)
{
	zv_component_free(r->c);
	onechost_set_mood(&r->host, HOST_TAKES);
	wait_for_threads(r->threads);
	onechost_set_mood(&r->host, HOST_TAKES);       /* after all that they did … */
	__atomic_load_n(&r->closed, __ATOMIC_SEQ_CST); /* … and here too */
	onechost_deinit(&r->host);
	assert_int_equal(heap_blocks(), r->blocks);
}

static void
open_link(struct zv_component *c, struct zv_ask *ask)
{
	struct rig *r = ask->data;
	struct fakelink *f = zv_calloc(1, sizeof *f);

	assert_non_null(f);
	*f = r->wanted;
	f->link.kind = &fake_kind;
	f->c = c;
	f->closed = &r->closed;
	assert_int_equal(zv_bell_open(&f->news, NULL), 0);
	r->link = f;
	zv_component_set_link(c, &f->link);
	assert_ptr_equal(zv_component_link(c), &f->link);
	zv_ask_answer(ask, 0);
}

static void
rig_connect(struct rig *r)
{
	struct zv_ask *ask = zv_ask_new(open_link);

	ask->data = r;
	assert_int_equal(zv_component_ask(r->c, ask, -1, NULL), 0);
	assert_int_equal(ask->status, 0);
	zv_ask_drop(ask);
}

static void
tell(struct rig *r, int from, int to)
{
	for (int i = from; i < to; i++) {
		char text[16];

		snprintf(text, sizeof text, "%d", i);
		zv_component_event(r->c, ZV_STR("t"), ZV_STR("n"), zvon_str(text));
	}
}

/* Lines of `tell`. */
static void
add_told(struct zv_buf *out, int from, int to)
{
	for (int i = from; i < to; i++)
		zv_buf_printf(out, "t|n|%d\n", i);
}

static struct zv_component_counters
count(struct rig *r)
{
	struct zv_component_counters counters;

	zv_component_count(r->c, &counters);
	return counters;
}

static size_t
offered(struct rig *r)
{
	size_t n;

	pthread_mutex_lock(&r->host.lock);
	n = r->host.n_offered;
	pthread_mutex_unlock(&r->host.lock);
	return n;
}

/* ---- events ------------------------------------------------------------------------------------------- */

static void
test_order(void **state)
{
	struct zv_buf wanted = { 0 };
	struct rig r;

	rig_init(&r);
	tell(&r, 0, 5000);
	onechost_wait_taken(&r.host, 5000);
	tell(&r, 5000, 10000);
	onechost_wait_taken(&r.host, 10000);
	add_told(&wanted, 0, 10000);
	onechost_check_events(&r.host, zv_buf_cstr(&wanted));
	zv_buf_deinit(&wanted);
	assert_int_equal(count(&r).events, 10000);
	assert_int_equal(count(&r).dropped, 0);
	assert_true(count(&r).waiting_most >= 1);
	rig_deinit(&r);
}

static void
tell_some(struct zv_component *c, struct zv_ask *ask)
{
	tell(ask->data, 0, 1000);
	zv_ask_answer(ask, 0);
}

/* On the network thread wake-ups are saved, but none is forgotten. */
static void
test_events_of_the_network_thread(void **state)
{
	struct zv_buf wanted = { 0 };
	struct rig r;

	rig_init(&r);
	for (int i = 0; i < 20; i++) {
		struct zv_ask *ask = zv_ask_new(tell_some);

		ask->data = &r;
		assert_int_equal(zv_component_ask(r.c, ask, 0, NULL), 0);
		zv_ask_drop(ask);
		onechost_wait_taken(&r.host, (size_t)(i + 1) * 1000);
		add_told(&wanted, 0, 1000);
	}
	onechost_check_events(&r.host, zv_buf_cstr(&wanted));
	zv_buf_deinit(&wanted);
	rig_deinit(&r);
}

static void
test_fault_121_oldest_give_way(void **state)
{
	struct zv_buf wanted = { 0 };
	struct rig r;

	rig_init(&r);
	assert_int_equal(zv_component_set_events_waiting(r.c, 10, NULL), 0);
	onechost_set_mood(&r.host, HOST_SITS);
	tell(&r, 0, 1);
	onechost_wait_offered(&r.host, 1);
	tell(&r, 1, 10);
	assert_int_equal(count(&r).waiting, 10);
	assert_int_equal(count(&r).dropped, 0);
	tell(&r, 10, 100);
	assert_int_equal(count(&r).waiting, 10);
	assert_int_equal(count(&r).waiting_most, 10);
	assert_int_equal(count(&r).dropped, 90);
	onechost_set_mood(&r.host, HOST_TAKES);
	onechost_wait_taken(&r.host, 11);
	zv_buf_printf(&wanted, "t|n|0\nzvon|events.dropped|90\n");
	add_told(&wanted, 91, 100);
	onechost_check_events(&r.host, zv_buf_cstr(&wanted));

	zv_buf_clear(&wanted);
	tell(&r, 100, 102);
	onechost_wait_taken(&r.host, 13);
	add_told(&wanted, 100, 102);
	onechost_check_events(&r.host, zv_buf_cstr(&wanted)); /* it is told once */
	zv_buf_deinit(&wanted);
	while (count(&r).waiting)
		nap(1);
	assert_int_equal(count(&r).delivered, 12);
	assert_int_equal(count(&r).events, 102);
	rig_deinit(&r);
}

/* The sender has taken over all that waited when it begins to overflow. */
static void
test_fault_121_what_the_sender_holds_gives_way(void **state)
{
	struct zv_buf wanted = { 0 };
	struct rig r;

	rig_init(&r);
	assert_int_equal(zv_component_set_events_waiting(r.c, 20, NULL), 0);
	onechost_set_mood(&r.host, HOST_REFUSES);
	tell(&r, 0, 20);
	onechost_wait_offered(&r.host, 2);
	onechost_set_mood(&r.host, HOST_SITS);
	onechost_wait_sitting(&r.host);
	tell(&r, 20, 25);
	assert_int_equal(count(&r).waiting, 20);
	onechost_set_mood(&r.host, HOST_TAKES);
	onechost_wait_taken(&r.host, 21);
	zv_buf_printf(&wanted, "t|n|0\nzvon|events.dropped|5\n");
	add_told(&wanted, 6, 25);
	onechost_check_events(&r.host, zv_buf_cstr(&wanted));
	zv_buf_deinit(&wanted);
	rig_deinit(&r);
}

static bool
refuse_notices(struct onechost *h, struct zv_str source, struct zv_str name,
	       struct zv_str data)
{
	bool is_notice = zvon_str_equal(source, ZV_STR("zvon"));
	bool takes;

	pthread_mutex_lock(&h->lock);
	h->n_offered += is_notice || h->mood == HOST_SITS;
	takes = !is_notice || h->mood == HOST_TAKES;
	if (h->mood == HOST_SITS) {
		h->mood = HOST_REFUSES;
		takes = false;
	}
	if (takes) {
		zv_buf_printf(&h->events, "%.*s|%.*s|%.*s\n", ZV_ARG(source),
			      ZV_ARG(name), ZV_ARG(data));
		h->n_taken++;
	}
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	return takes;
}

/* The notice that the host would not take is one still, with what came to it. */
static void
test_fault_121_a_notice_grows(void **state)
{
	struct zv_buf wanted = { 0 };
	struct rig r;

	rig_init(&r);
	assert_int_equal(zv_component_set_events_waiting(r.c, 10, NULL), 0);
	r.host.mood = HOST_SITS; /* refuses the first event once */
	r.host.on_event = refuse_notices;
	tell(&r, 0, 1);
	onechost_wait_offered(&r.host, 1);
	tell(&r, 1, 30); /* those from 21 on */
	onechost_wait_offered(&r.host, 3);
	tell(&r, 30, 40);
	onechost_wait_offered(&r.host, 5);
	onechost_set_mood(&r.host, HOST_TAKES);
	onechost_wait_taken(&r.host, 12);
	zv_buf_printf(&wanted, "t|n|0\nzvon|events.dropped|29\n");
	add_told(&wanted, 30, 40);
	onechost_check_events(&r.host, zv_buf_cstr(&wanted));
	zv_buf_deinit(&wanted);
	rig_deinit(&r);
}

static void
test_bytes_are_bounded_too(void **state)
{
	char *data = malloc(ZV_EVENT_BYTES_MAX);
	struct rig r;

	assert_non_null(data);
	memset(data, 'x', ZV_EVENT_BYTES_MAX);
	rig_init(&r);
	onechost_set_mood(&r.host, HOST_SITS);
	for (int i = 0; i < 80; i++)
		zv_component_event(r.c, ZV_STR("s"), ZV_STR("n"),
				   (struct zv_str){ data, ZV_EVENT_BYTES_MAX });
	assert_int_equal(count(&r).waiting, ZV_EVENTS_BYTES / ZV_EVENT_BYTES_MAX - 1);
	assert_true(heap_bytes() < ZV_EVENTS_BYTES + 3 * ZV_EVENT_BYTES_MAX);
	rig_deinit(&r);
	free(data);
}

static bool
keep_length(struct onechost *h, struct zv_str source, struct zv_str name,
	    struct zv_str data)
{
	pthread_mutex_lock(&h->lock);
	zv_buf_printf(&h->events, "%zu|%zu|%zu\n", source.n, name.n, data.n);
	h->n_taken++;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	return true;
}

static void
test_long_data_is_cut(void **state)
{
	size_t n = ZV_EVENT_BYTES_MAX + 2;
	char *data = malloc(n);
	struct rig r;

	assert_non_null(data);
	memset(data, 'x', n);
	rig_init(&r);
	r.host.on_event = keep_length;
	zv_component_event(r.c, ZV_STR("s"), ZV_STR(""),
			   (struct zv_str){ data, ZV_EVENT_BYTES_MAX });
	zv_component_event(r.c, ZV_STR("s"), ZV_STR(""), (struct zv_str){ data, n });
	memcpy(data + ZV_EVENT_BYTES_MAX - 1, "Я", 2);
	zv_component_event(r.c, ZV_STR("s"), ZV_STR(""), (struct zv_str){ data, n });
	zv_component_event(r.c, ZV_STR(""), ZV_STR("n"), (struct zv_str){ NULL, 0 });
	onechost_wait_taken(&r.host, 4);
	onechost_check_events(&r.host,
			      "1|0|1048576\n1|0|1048576\n1|0|1048575\n0|1|0\n");
	rig_deinit(&r);
	free(data);
}

static void
test_host_that_refuses_and_then_takes(void **state)
{
	struct zv_buf wanted = { 0 };
	struct rig r;

	rig_init(&r);
	onechost_set_mood(&r.host, HOST_REFUSES);
	tell(&r, 0, 100);
	onechost_wait_offered(&r.host, 3);
	assert_int_equal(count(&r).waiting, 100);
	assert_true(count(&r).refused >= 2);
	onechost_set_mood(&r.host, HOST_TAKES);
	onechost_wait_taken(&r.host, 100);
	add_told(&wanted, 0, 100);
	onechost_check_events(&r.host, zv_buf_cstr(&wanted));
	zv_buf_deinit(&wanted);
	rig_deinit(&r);
}

static void
test_forget_events(void **state)
{
	struct rig r;

	rig_init(&r);
	onechost_set_mood(&r.host, HOST_REFUSES);
	tell(&r, 0, 20);
	onechost_wait_offered(&r.host, 1);
	zv_component_forget_events(r.c);
	assert_int_equal(r.host.n_forgotten, 1);
	onechost_set_mood(&r.host, HOST_TAKES);
	tell(&r, 20, 21);
	onechost_wait_taken(&r.host, 1);
	onechost_check_events(&r.host, "t|n|20\n");
	while (count(&r).waiting)
		nap(1);

	onechost_set_mood(&r.host, HOST_SITS); /* what it sits in is its own already */
	tell(&r, 21, 30);
	onechost_wait_sitting(&r.host);
	zv_component_forget_events(r.c);
	assert_int_equal(count(&r).waiting, 1);
	onechost_set_mood(&r.host, HOST_TAKES);
	tell(&r, 30, 31);
	onechost_wait_taken(&r.host, 3);
	onechost_check_events(&r.host, "t|n|21\nt|n|30\n");
	rig_deinit(&r);
}

static void
test_forgets_what_it_would_have_told_of_drops(void **state)
{
	struct rig r;

	rig_init(&r);
	assert_int_equal(zv_component_set_events_waiting(r.c, 10, NULL), 0);
	onechost_set_mood(&r.host, HOST_SITS);
	tell(&r, 0, 30);
	zv_component_forget_events(r.c);
	onechost_set_mood(&r.host, HOST_TAKES);
	tell(&r, 30, 31);
	onechost_wait_taken(&r.host, 1);
	while (count(&r).waiting)
		nap(1);
	pthread_mutex_lock(&r.host.lock);
	assert_null(strstr(zv_buf_cstr(&r.host.events), "zvon"));
	assert_non_null(strstr(zv_buf_cstr(&r.host.events), "t|n|30\n"));
	pthread_mutex_unlock(&r.host.lock);
	rig_deinit(&r);
}

static void
test_fewer_may_wait_from_now_on(void **state)
{
	struct rig r;

	rig_init(&r);
	onechost_set_mood(&r.host, HOST_SITS);
	tell(&r, 0, 100);
	assert_int_equal(zv_component_set_events_waiting(r.c, 10, NULL), 0);
	assert_int_equal(count(&r).waiting, 10);
	assert_int_equal(count(&r).dropped, 90);
	rig_deinit(&r);
}

/* 1C shows none there: they would wait for ever. */
static void
test_no_events_on_a_server(void **state)
{
	struct rig r;

	rig_init(&r);
	zv_component_free(r.c);
	r.c = zv_component_new(&class);
	r.host.app = ZV_APP_SERVER;
	zv_component_attach(r.c, &onechost_calls, &r.host);
	tell(&r, 0, 10);
	assert_int_equal(count(&r).waiting, 0);
	assert_int_equal(count_threads(), r.threads);
	rig_deinit(&r);
}

static void
test_event_without_memory(void **state)
{
	struct rig r;

	rig_init(&r);
	tell(&r, 0, 1);
	onechost_wait_taken(&r.host, 1);
	zv_mem_fail_at(1);
	tell(&r, 1, 2);
	zv_mem_fail_at(0);
	onechost_wait_taken(&r.host, 2);
	tell(&r, 2, 3);
	onechost_wait_taken(&r.host, 3);
	onechost_check_events(&r.host, "t|n|0\nzvon|events.dropped|1\nt|n|2\n");
	rig_deinit(&r);
}

/* ---- methods ---------------------------------------------------------------------------------------------- */

static void
answer_hello(struct zv_component *c, struct zv_ask *ask)
{
	zv_buf_printf(&ask->out, "hello %.*s", ZV_ARG(zv_buf_str(&ask->in)));
	zv_ask_answer(ask, 0);
}

static int
call_hello(struct zv_component *c, const struct zv_method *m,
	   struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	struct zv_ask *ask = zv_ask_new(answer_hello);
	int rc;

	zv_buf_add(&ask->in, ZV_STR("you"));
	rc = zv_component_ask(c, ask, -1, err);
	if (rc == 0)
		rc = zv_value_set_text(result, zv_buf_str(&ask->out));
	zv_ask_drop(ask);
	return rc;
}

static void
check_hello(struct zv_component *c)
{
	struct zv_value result = { 0 };

	assert_true(zv_component_call(c, 0, NULL, 0, &result));
	check_text("hello", zv_buf_str(&result.bytes), ZV_STR("hello you"));
	zv_value_deinit(&result);
}

static void
test_ask_answered_at_once(void **state)
{
	struct rig r;

	rig_init(&r);
	for (int i = 0; i < 100; i++)
		check_hello(r.c);
	rig_deinit(&r);
}

static bool
call_from_inside(struct onechost *h, struct zv_str source, struct zv_str name,
		 struct zv_str data)
{
	struct rig *r = h->user;

	check_hello(r->c);
	zv_component_event(r->c, ZV_STR("from"), ZV_STR("inside"), data);
	pthread_mutex_lock(&h->lock);
	h->n_taken++;
	h->on_event = NULL;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	return true;
}

static void
test_method_called_inside_an_event(void **state)
{
	struct rig r;

	rig_init(&r);
	r.host.user = &r;
	r.host.on_event = call_from_inside;
	tell(&r, 0, 1);
	onechost_wait_taken(&r.host, 2);
	onechost_check_events(&r.host, "from|inside|0\n");
	rig_deinit(&r);
}

/* Left to the link. */
static void
leave_to_link(struct zv_component *c, struct zv_ask *ask)
{
	((struct rig *)ask->data)->link->pending = ask;
}

static void
tell_late(struct zv_component *c, struct zv_ask *ask)
{
	zv_component_event(c, ZV_STR("ask"), zvon_str(zvon_err_name(ask->status)),
			   zv_buf_str(&ask->out));
}

static struct zv_ask *
new_slow_ask(struct rig *r)
{
	struct zv_ask *ask = zv_ask_new(leave_to_link);

	assert_non_null(ask);
	ask->data = r;
	ask->on_late = tell_late;
	return ask;
}

static void *
ring_soon(void *rig)
{
	nap(50);
	zv_bell_ring(&((struct rig *)rig)->link->news);
	return NULL;
}

static void
test_ask_answered_by_the_link(void **state)
{
	pthread_t ringer;
	struct zv_ask *ask;
	struct rig r;

	rig_init(&r);
	rig_connect(&r);
	ask = new_slow_ask(&r);
	pthread_create(&ringer, NULL, ring_soon, &r);
	assert_int_equal(zv_component_ask(r.c, ask, 5000, NULL), 0);
	check_text("answer", zv_buf_str(&ask->out), ZV_STR("late"));
	zv_ask_drop(ask);
	pthread_join(ringer, NULL);
	assert_int_equal(r.host.n_taken, 0);
	rig_deinit(&r);
	assert_int_equal(r.closed, 1);
}

static void
test_ask_answered_too_late(void **state)
{
	struct zv_error err = { 0 };
	struct zv_ask *ask;
	int64_t begin;
	struct rig r;

	rig_init(&r);
	rig_connect(&r);
	ask = new_slow_ask(&r);
	begin = zv_clock_ms();
	assert_int_equal(zv_component_ask(r.c, ask, 100, &err), ZV_ETIMEOUT);
	assert_in_range(zv_clock_ms() - begin, 100, 1000);
	assert_string_equal(err.text, "нет ответа за 100 мс: проверьте соединение, или "
				      "увеличьте время ожидания");
	zv_ask_drop(ask);
	zv_bell_ring(&r.link->news);
	onechost_wait_taken(&r.host, 1);
	onechost_check_events(&r.host, "ask|OK|late\n");
	rig_deinit(&r);
}

static void
test_ask_that_nobody_waits_for(void **state)
{
	struct zv_ask *ask;
	struct rig r;

	rig_init(&r);
	rig_connect(&r);
	ask = new_slow_ask(&r);
	assert_int_equal(zv_component_ask(r.c, ask, 0, NULL), 0);
	zv_ask_drop(ask);
	zv_bell_ring(&r.link->news);
	onechost_wait_taken(&r.host, 1);
	onechost_check_events(&r.host, "ask|OK|late\n");
	rig_deinit(&r);
}

static void
refuse(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_error err = { 0 };

	zv_fail(&err, ZV_EBUSY, "not now");
	zv_ask_fail(ask, &err);
}

static void
test_ask_refused(void **state)
{
	struct zv_ask *ask = zv_ask_new(refuse);
	struct rig r;

	rig_init(&r);
	r.blocks--; /* the ask */
	assert_int_equal(zv_component_ask(r.c, ask, -1, NULL), 0);
	assert_int_equal(ask->status, ZV_EBUSY);
	assert_string_equal(ask->err.text, "not now");
	zv_ask_drop(ask);
	zv_ask_drop(NULL);
	rig_deinit(&r);
}

static void
free_int(void *data)
{
	++*(int *)data;
}

static void
test_ask_frees_its_data_once(void **state)
{
	int freed = 0;
	struct zv_ask *ask = zv_ask_new(answer_hello);
	struct rig r;

	rig_init(&r);
	r.blocks--;
	ask->data = &freed;
	ask->free_data = free_int;
	assert_int_equal(zv_component_ask(r.c, ask, -1, NULL), 0);
	zv_ask_drop(ask);
	rig_deinit(&r);
	assert_int_equal(freed, 1);
}

struct waiter {
	struct rig *rig;
	struct zv_ask *ask;
	int rc;
};

static void *
wait_for_answer(void *of)
{
	struct waiter *w = of;

	w->rc = zv_component_ask(w->rig->c, w->ask, 8000, NULL);
	return NULL;
}

static void
test_ask_at_the_stop(void **state)
{
	struct waiter w = { 0 };
	pthread_t thread;
	int64_t begin;
	struct rig r;

	rig_init(&r);
	rig_connect(&r);
	w.rig = &r;
	w.ask = new_slow_ask(&r);
	pthread_create(&thread, NULL, wait_for_answer, &w);
	nap(50);
	begin = zv_clock_ms();
	zv_component_stop(r.c);
	pthread_join(thread, NULL);
	assert_true(zv_clock_ms() - begin < STOP_MS);
	assert_true(w.rc == ZV_ECLOSED || (w.rc == 0 && w.ask->status == ZV_ECLOSED));
	zv_ask_drop(w.ask);

	w.ask = new_slow_ask(&r);
	assert_int_equal(zv_component_ask(r.c, w.ask, -1, NULL), ZV_ECLOSED);
	zv_ask_drop(w.ask);
	assert_int_equal(r.closed, 1);
	rig_deinit(&r);
}

static void
hold_up(struct zv_component *c, struct zv_ask *ask)
{
	nap(200);
	zv_ask_answer(ask, 0);
}

/* The network thread comes to none of them any more. */
static void
test_asks_in_the_inbox_at_the_stop(void **state)
{
	struct rig r;
	struct zv_ask *asks[10];

	rig_init(&r);
	for (size_t i = 0; i < N_OF(asks); i++) {
		asks[i] = zv_ask_new(hold_up);
		asks[i]->on_late = tell_late;
		assert_int_equal(zv_component_ask(r.c, asks[i], 0, NULL), 0);
	}
	zv_component_stop(r.c);
	wait_for_threads(r.threads);
	for (size_t i = 0; i < N_OF(asks); i++) {
		assert_true(asks[i]->is_answered);
		zv_ask_drop(asks[i]);
	}
	rig_deinit(&r);
}

/* ---- links ------------------------------------------------------------------------------------------------ */

static void
test_link_replaced(void **state)
{
	struct rig r;

	rig_init(&r);
	rig_connect(&r);
	rig_connect(&r);
	assert_int_equal(__atomic_load_n(&r.closed, __ATOMIC_SEQ_CST), 1);
	rig_deinit(&r);
	assert_int_equal(r.closed, 2);
}

static void
test_link_that_drops_itself(void **state)
{
	struct rig r;

	rig_init(&r);
	r.wanted.drops_itself = true;
	rig_connect(&r);
	zv_bell_ring(&r.link->news);
	for (int i = 0; i < 500 && !__atomic_load_n(&r.closed, __ATOMIC_SEQ_CST); i++)
		nap(10);
	assert_int_equal(__atomic_load_n(&r.closed, __ATOMIC_SEQ_CST), 1);
	check_hello(r.c);
	rig_deinit(&r);
	assert_int_equal(r.closed, 1);
}

/* ---- threads as the host wants them -------------------------------------------------------------------------- */

struct look {
	char name[16];
	size_t stack;
	int blocked;
};

static void
look_around(struct look *look)
{
	static const int signals[] = { SIGINT,	SIGTERM, SIGHUP,
				       SIGUSR1, SIGALRM, SIGPIPE };
	pthread_attr_t attributes;
	sigset_t set;

	pthread_getname_np(pthread_self(), look->name, sizeof look->name);
	pthread_sigmask(SIG_SETMASK, NULL, &set);
	for (size_t i = 0; i < N_OF(signals); i++)
		look->blocked += sigismember(&set, signals[i]) == 1;
	pthread_getattr_np(pthread_self(), &attributes);
	pthread_attr_getstacksize(&attributes, &look->stack);
	pthread_attr_destroy(&attributes);
}

static void
look_on_network(struct zv_component *c, struct zv_ask *ask)
{
	look_around(ask->data);
	zv_ask_answer(ask, 0);
}

static bool
look_on_sender(struct onechost *h, struct zv_str source, struct zv_str name,
	       struct zv_str data)
{
	look_around(h->user);
	pthread_mutex_lock(&h->lock);
	h->n_taken++;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	return true;
}

static void
test_threads_disturb_nobody(void **state)
{
	struct look network = { 0 }, sender = { 0 };
	struct zv_ask *ask;
	sigset_t before, after;
	struct rig r;

	rig_init(&r);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	ask = zv_ask_new(look_on_network);
	ask->data = &network;
	assert_int_equal(zv_component_ask(r.c, ask, -1, NULL), 0);
	zv_ask_drop(ask);
	r.host.on_event = look_on_sender;
	r.host.user = &sender;
	tell(&r, 0, 1);
	onechost_wait_taken(&r.host, 1);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
	assert_string_equal(network.name, "zvon-net");
	assert_string_equal(sender.name, "zvon-send");
	assert_int_equal(network.blocked, 6);
	assert_int_equal(sender.blocked, 6);
	assert_true(network.stack >= 256 * 1024 && sender.stack >= 256 * 1024);
	rig_deinit(&r);
}

static void
test_no_thread_without_need(void **state)
{
	struct zv_value v = { 0 };
	struct rig r;

	rig_init(&r);
	zv_component_get(r.c, 0, &v);
	assert_int_equal(count_threads(), r.threads);
	check_hello(r.c);
	assert_int_equal(count_threads(), r.threads + 1);
	tell(&r, 0, 1);
	assert_int_equal(count_threads(), r.threads + 2);
	rig_deinit(&r);
}

/* What zv_thread_start is here. */
int __real_zv_thread_start(pthread_t *thread, size_t stack_bytes, void *(*body)(void *),
			   void *argument);
int __wrap_zv_thread_start(pthread_t *thread, size_t stack_bytes, void *(*body)(void *),
			   void *argument);

static bool has_no_threads;

int
__wrap_zv_thread_start(pthread_t *thread, size_t stack_bytes, void *(*body)(void *),
		       void *argument)
{
	return has_no_threads
		       ? EAGAIN
		       : __real_zv_thread_start(thread, stack_bytes, body, argument);
}

static void
test_no_thread_for_an_ask(void **state)
{
	struct zv_ask *ask = zv_ask_new(answer_hello);
	struct zv_error err = { 0 };
	struct rig r;

	rig_init(&r);
	r.blocks--; /* the ask */
	has_no_threads = true;
	assert_int_equal(zv_component_ask(r.c, ask, -1, &err), ZV_EIO);
	has_no_threads = false;
	assert_string_equal(err.text, "нельзя создать поток (ошибка системы 11): "
				      "закройте лишние программы");
	zv_ask_drop(ask);
	check_hello(r.c);
	rig_deinit(&r);
}

/* They wait for the next try. */
static void
test_no_thread_for_events(void **state)
{
	struct rig r;

	rig_init(&r);
	has_no_threads = true;
	tell(&r, 0, 2);
	has_no_threads = false;
	assert_int_equal(count(&r).waiting, 2);
	tell(&r, 2, 3);
	onechost_wait_taken(&r.host, 3);
	onechost_check_events(&r.host, "t|n|0\nt|n|1\nt|n|2\n");
	rig_deinit(&r);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static void
check_stop(struct rig *r)
{
	int64_t begin = zv_clock_ms();

	zv_component_stop(r->c);
	assert_true(zv_clock_ms() - begin < STOP_MS);
	zv_component_stop(r->c);
	assert_true(zv_clock_ms() - begin < STOP_MS);
}

static void
test_fault_122_stop_in_every_state(void **state)
{
	struct rig r;

	rig_init(&r); /* nothing was begun */
	check_stop(&r);
	rig_deinit(&r);

	rig_init(&r); /* only a sender */
	tell(&r, 0, 1);
	check_stop(&r);
	rig_deinit(&r);

	rig_init(&r); /* only a network */
	check_hello(r.c);
	check_stop(&r);
	rig_deinit(&r);

	rig_init(&r); /* a link */
	rig_connect(&r);
	check_stop(&r);
	assert_int_equal(r.closed, 1);
	rig_deinit(&r);

	rig_init(&r); /* a name is being resolved */
	r.wanted.resolves = true;
	rig_connect(&r);
	check_stop(&r);
	rig_deinit(&r);

	rig_init(&r); /* a host that refuses */
	rig_connect(&r);
	onechost_set_mood(&r.host, HOST_REFUSES);
	tell(&r, 0, 1000);
	onechost_wait_offered(&r.host, 1);
	check_stop(&r);
	rig_deinit(&r);
}

static void
test_fault_122_stop_in_a_flood(void **state)
{
	for (int i = 0; i < 50; i++) {
		struct zv_ask *ask = zv_ask_new(tell_some);
		struct rig r;

		rig_init(&r);
		r.blocks--;
		ask->data = &r;
		assert_int_equal(zv_component_ask(r.c, ask, 0, NULL), 0);
		zv_ask_drop(ask);
		tell(&r, 0, (int)chance_below(2000));
		check_stop(&r);
		rig_deinit(&r);
	}
}

/* A link that hangs: the thread frees what it has when it comes back. */
static void
test_fault_122_stop_of_a_link_that_hangs(void **state)
{
	struct rig r;

	rig_init(&r);
	r.wanted.close_ms = 2500;
	rig_connect(&r);
	check_stop(&r);
	assert_int_equal(__atomic_load_n(&r.closed, __ATOMIC_SEQ_CST), 0);
	rig_deinit(&r);
	assert_int_equal(r.closed, 1);
}

static void
test_fault_122_stop_while_the_host_sits(void **state)
{
	struct rig r;
	size_t before;

	rig_init(&r);
	rig_connect(&r);
	onechost_set_mood(&r.host, HOST_SITS);
	tell(&r, 0, 100);
	onechost_wait_offered(&r.host, 1);
	check_stop(&r);
	before = offered(&r);
	zv_component_free(r.c);
	r.c = NULL;
	onechost_set_mood(&r.host, HOST_TAKES);
	rig_deinit(&r);
	assert_int_equal(r.host.n_offered, before); /* never again */
}

static bool
stop_from_inside(struct onechost *h, struct zv_str source, struct zv_str name,
		 struct zv_str data)
{
	struct rig *r = h->user;
	int64_t begin = zv_clock_ms();

	zv_component_free(r->c);
	assert_true(zv_clock_ms() - begin < STOP_MS);
	r->c = NULL;
	pthread_mutex_lock(&h->lock);
	h->n_taken++;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	return true;
}

/* The script lets go of the object in its handler. */
static void
test_fault_122_freed_inside_an_event(void **state)
{
	struct rig r;

	rig_init(&r);
	rig_connect(&r);
	r.host.user = &r;
	r.host.on_event = stop_from_inside;
	tell(&r, 0, 1);
	onechost_wait_taken(&r.host, 1);
	rig_deinit(&r);
	assert_int_equal(r.closed, 1);
}

static void *
stop_it(void *component)
{
	zv_component_stop(component);
	return NULL;
}

static void
test_fault_122_stopped_by_two(void **state)
{
	int64_t begin;
	pthread_t other;
	struct rig r;

	rig_init(&r);
	r.wanted.close_ms = 300;
	rig_connect(&r);
	begin = zv_clock_ms();
	pthread_create(&other, NULL, stop_it, r.c);
	zv_component_stop(r.c);
	assert_int_equal(__atomic_load_n(&r.closed, __ATOMIC_SEQ_CST), 1);
	pthread_join(other, NULL);
	assert_true(zv_clock_ms() - begin < STOP_MS);
	rig_deinit(&r);
}

static void
test_fault_123_two_are_independent(void **state)
{
	struct rig a, b;

	rig_init(&a);
	rig_connect(&a);
	onechost_set_mood(&a.host, HOST_SITS);
	tell(&a, 0, 10);
	onechost_wait_offered(&a.host, 1);
	rig_init(&b);
	rig_connect(&b);
	tell(&b, 0, 10);
	onechost_wait_taken(&b.host, 10);
	check_hello(b.c);
	rig_deinit(&b);
	check_hello(a.c);
	onechost_set_mood(&a.host, HOST_TAKES);
	onechost_wait_taken(&a.host, 10);
	rig_deinit(&a);
}

/* ---- memory ------------------------------------------------------------------------------------------------------- */

/* The allocations of other threads are counted too: none of them is made here. */
static int
live_in_need(void *user)
{
	struct zv_component *c = zv_component_new(&class);
	struct zv_ask *ask;
	int rc = ZV_ENOMEM;

	if (!c)
		return rc;
	ask = zv_ask_new(refuse);
	if (ask)
		rc = zv_component_ask(c, ask, -1, NULL);
	zv_ask_drop(ask);
	zv_component_free(c);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(live_in_need, NULL);
}

static void *
do_nothing(void *nothing)
{
	return nothing;
}

/* ThreadSanitizer's own thread comes with the first one. */
static void
start_first_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, do_nothing, NULL);
	pthread_join(thread, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_events_of_the_network_thread),
		cmocka_unit_test(test_fault_121_oldest_give_way),
		cmocka_unit_test(test_fault_121_what_the_sender_holds_gives_way),
		cmocka_unit_test(test_fault_121_a_notice_grows),
		cmocka_unit_test(test_bytes_are_bounded_too),
		cmocka_unit_test(test_long_data_is_cut),
		cmocka_unit_test(test_host_that_refuses_and_then_takes),
		cmocka_unit_test(test_forget_events),
		cmocka_unit_test(test_forgets_what_it_would_have_told_of_drops),
		cmocka_unit_test(test_fewer_may_wait_from_now_on),
		cmocka_unit_test(test_no_events_on_a_server),
		cmocka_unit_test(test_event_without_memory),
		cmocka_unit_test(test_ask_answered_at_once),
		cmocka_unit_test(test_method_called_inside_an_event),
		cmocka_unit_test(test_ask_answered_by_the_link),
		cmocka_unit_test(test_ask_answered_too_late),
		cmocka_unit_test(test_ask_that_nobody_waits_for),
		cmocka_unit_test(test_ask_refused),
		cmocka_unit_test(test_ask_frees_its_data_once),
		cmocka_unit_test(test_ask_at_the_stop),
		cmocka_unit_test(test_asks_in_the_inbox_at_the_stop),
		cmocka_unit_test(test_link_replaced),
		cmocka_unit_test(test_link_that_drops_itself),
		cmocka_unit_test(test_threads_disturb_nobody),
		cmocka_unit_test(test_no_thread_without_need),
		cmocka_unit_test(test_no_thread_for_an_ask),
		cmocka_unit_test(test_no_thread_for_events),
		cmocka_unit_test(test_fault_122_stop_in_every_state),
		cmocka_unit_test(test_fault_122_stop_in_a_flood),
		cmocka_unit_test(test_fault_122_stop_of_a_link_that_hangs),
		cmocka_unit_test(test_fault_122_stop_while_the_host_sits),
		cmocka_unit_test(test_fault_122_freed_inside_an_event),
		cmocka_unit_test(test_fault_122_stopped_by_two),
		cmocka_unit_test(test_fault_123_two_are_independent),
		cmocka_unit_test(test_out_of_memory),
	};

	chance_begin();
	start_first_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
