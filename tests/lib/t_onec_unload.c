/* Loading and unloading the component (faults 122 and 123): nothing is left behind, and what
 * cannot be ended in time keeps its code. Names are resolved by the getaddrinfo that stands
 * here, which takes its time. */
#include <dirent.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "onec_host.h"
#include "onec_pbx.h"

#define CLASS	"ROM-Asterisk-Native"
#define ROUNDS	50
#define DONE_MS 1400 /* a second, and slow machines */
#define HANG_MS 2500

static const char *module;
static int port;

static long long
now_ms(void)
{
	return onec_now_ns() / 1000000;
}

static void
nap(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

static size_t
count_entries(const char *path)
{
	DIR *folder = opendir(path);
	size_t n = 0;

	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));)
		n += entry->d_name[0] != '.';
	closedir(folder);
	return n;
}

static size_t
count_threads(void)
{
	return count_entries("/proc/self/task");
}

static void
wait_for_threads(size_t n)
{
	for (int i = 0; i < 1000 && count_threads() > n; i++)
		nap(10);
	assert_int_equal(count_threads(), n);
}

/* ---- names ------------------------------------------------------------------------------- */

typedef int (*getaddrinfo_fn)(const char *, const char *, const struct addrinfo *,
			      struct addrinfo **);

__attribute__((visibility("default"))) int getaddrinfo(const char *node,
						       const char *service,
						       const struct addrinfo *hints,
						       struct addrinfo **out);

static int hanging; /* atomic */

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
	    struct addrinfo **out)
{
	getaddrinfo_fn real =
		(getaddrinfo_fn)(uintptr_t)dlsym(RTLD_NEXT, "getaddrinfo");

	if (!node || strcmp(node, "hang.test") != 0)
		return real(node, service, hints, out);
	__atomic_add_fetch(&hanging, 1, __ATOMIC_SEQ_CST);
	nap(HANG_MS);
	__atomic_sub_fetch(&hanging, 1, __ATOMIC_SEQ_CST);
	return EAI_AGAIN;
}

/* ---- a script ------------------------------------------------------------------------------ */

struct script {
	struct onec_object object;
	pthread_mutex_t lock; /* held by the test: the handler sits */
	int events;	      /* atomic */
};

static void
on_event(void *user, const zv_unit *source, const zv_unit *name, const zv_unit *data)
{
	struct script *s = user;

	__atomic_add_fetch(&s->events, 1, __ATOMIC_SEQ_CST);
	pthread_mutex_lock(&s->lock);
	pthread_mutex_unlock(&s->lock);
}

static void
begin(struct script *s)
{
	*s = (struct script){ .lock = PTHREAD_MUTEX_INITIALIZER };
	assert_true(onec_open(&s->object, CLASS, on_event, s));
}

static bool
connect_to(struct script *s, const char *host)
{
	struct zv_variant address[2] = { onec_text(host), onec_number(port) };
	struct zv_variant on = onec_number(1);
	bool ok = onec_call(&s->object, "Connect", address, 2) &&
		  onec_call(&s->object, "ListenMode", &on, 1);

	onec_forget(&address[0]);
	return ok;
}

static void
wait_for_event(struct script *s)
{
	for (int i = 0; i < 1000 && !__atomic_load_n(&s->events, __ATOMIC_SEQ_CST); i++)
		nap(1);
	assert_true(__atomic_load_n(&s->events, __ATOMIC_SEQ_CST) > 0);
}

static void
end(struct script *s)
{
	long long began = now_ms();

	onec_close(&s->object);
	assert_in_range(now_ms() - began, 0, DONE_MS);
}

/* ---- what is left ------------------------------------------------------------------------- */

static void
load_and_unload(int state)
{
	struct script s;

	onec_load(module);
	begin(&s);
	if (state > 0)
		assert_true(connect_to(&s, "127.0.0.1"));
	if (state > 1)
		wait_for_event(&s);
	end(&s);
	assert_true(onec_unload());
}

static void
test_fault_122_nothing_is_left(void **state)
{
	size_t threads, descriptors;

	load_and_unload(2); /* libcurl and the C library take what they keep */
	nap(50);
	threads = count_threads();
	descriptors = count_entries("/proc/self/fd");
	for (int i = 0; i < ROUNDS; i++) {
		load_and_unload(i % 3);
		wait_for_threads(threads);
	}
	nap(50); /* the PBX closes its end */
	assert_in_range(count_entries("/proc/self/fd"), 0, descriptors);
}

static void
test_fault_123_two_at_once(void **state)
{
	size_t threads = count_threads();
	struct script a, b;

	onec_load(module);
	begin(&a);
	begin(&b);
	assert_true(connect_to(&a, "127.0.0.1"));
	wait_for_event(&a);
	end(&b);
	assert_true(onec_set(&a.object, "View", "native"));
	end(&a);
	assert_true(onec_unload());
	wait_for_threads(threads);
}

/* ---- what stays: last, for it stays for ever --------------------------------------------------- */

static void
test_fault_122_the_host_sits(void **state)
{
	size_t threads = count_threads();
	struct script s;

	onec_load(module);
	begin(&s);
	pthread_mutex_lock(&s.lock);
	assert_true(connect_to(&s, "127.0.0.1"));
	wait_for_event(&s);
	end(&s);
	assert_false(onec_unload());
	pthread_mutex_unlock(&s.lock);
	wait_for_threads(threads);
}

static void
test_fault_122_a_name_is_resolved(void **state)
{
	size_t threads = count_threads();
	struct script s;

	onec_load(module);
	begin(&s);
	assert_true(onec_set(&s.object, "AnswerTimeout", "200"));
	connect_to(&s, "hang.test");
	assert_int_equal(__atomic_load_n(&hanging, __ATOMIC_SEQ_CST), 1);
	end(&s);
	assert_int_equal(__atomic_load_n(&hanging, __ATOMIC_SEQ_CST), 1);
	assert_false(onec_unload());
	wait_for_threads(threads);
	assert_int_equal(__atomic_load_n(&hanging, __ATOMIC_SEQ_CST), 0);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest unload[] = {
		cmocka_unit_test(test_fault_122_nothing_is_left),
		cmocka_unit_test(test_fault_123_two_at_once),
		cmocka_unit_test(test_fault_122_the_host_sits),
	};
	static const struct CMUnitTest resolve[] = {
		cmocka_unit_test(test_fault_122_a_name_is_resolved),
	};
	const struct onec_pace silent = { 0 };

	module = getenv("ZVON_MODULE");
	if (!module || argc < 2) {
		fprintf(stderr,
			"usage: ZVON_MODULE=FILE t_onec_unload unload|resolve\n");
		return 2;
	}
	port = onec_pbx_start(&silent);
	if (strcmp(argv[1], "resolve") == 0)
		return cmocka_run_group_tests(resolve, NULL, NULL);
	return cmocka_run_group_tests(unload, NULL, NULL);
}
