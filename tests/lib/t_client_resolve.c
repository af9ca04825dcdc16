/* Names and addresses that make trouble. libcurl's resolver calls the getaddrinfo that
 * stands here instead of the C library's. */
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/client.h"
#include "rig.h"

#define HANG_MS 3000

/* ---- names -------------------------------------------------------------------------- */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t released;
	bool is_released;
	int hanging; /* calls that wait */
} names = { .lock = PTHREAD_MUTEX_INITIALIZER, .released = PTHREAD_COND_INITIALIZER };

typedef int (*getaddrinfo_fn)(const char *, const char *, const struct addrinfo *,
			      struct addrinfo **);

__attribute__((visibility("default"))) int getaddrinfo(const char *node,
						       const char *service,
						       const struct addrinfo *hints,
						       struct addrinfo **out);

static int
look_up(const char *node, const char *service, const struct addrinfo *hints,
	struct addrinfo **out)
{
	static _Atomic(getaddrinfo_fn) real;

	if (!real)
		real = (getaddrinfo_fn)(uintptr_t)dlsym(RTLD_NEXT, "getaddrinfo");
	return real(node, service, hints, out);
}

/* Answers nothing for a long time, or until the test is over. */
static int
hang(void)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += HANG_MS / 1000;
	pthread_mutex_lock(&names.lock);
	names.hanging++;
	while (!names.is_released &&
	       pthread_cond_timedwait(&names.released, &names.lock, &end) == 0)
		;
	names.hanging--;
	pthread_mutex_unlock(&names.lock);
	return EAI_AGAIN;
}

/* Both addresses, in this order. */
static int
both(const char *first, const char *second, const char *service,
     const struct addrinfo *hints, struct addrinfo **out)
{
	struct addrinfo numeric = *hints, *last;
	int rc;

	numeric.ai_family = AF_UNSPEC;
	numeric.ai_flags |= AI_NUMERICHOST;
	rc = look_up(first, service, &numeric, out);
	if (rc)
		return rc;
	for (last = *out; last->ai_next; last = last->ai_next)
		;
	return look_up(second, service, &numeric, &last->ai_next);
}

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
	    struct addrinfo **out)
{
	if (node && strcmp(node, "hang.test") == 0)
		return hang();
	if (node && strcmp(node, "unknown.test") == 0)
		return EAI_NONAME;
	if (node && strcmp(node, "dead6.test") == 0)
		return both("::1", "127.0.0.1", service, hints, out);
	if (node && strcmp(node, "dead4.test") == 0)
		return both("127.0.0.2", "127.0.0.1", service, hints, out);
	return look_up(node, service, hints, out);
}

static int
count_hanging(void)
{
	int n;

	pthread_mutex_lock(&names.lock);
	n = names.hanging;
	pthread_mutex_unlock(&names.lock);
	return n;
}

/* Lets them answer, to a client that may be gone by now. */
static void
release_names(void)
{
	pthread_mutex_lock(&names.lock);
	names.is_released = true;
	pthread_cond_broadcast(&names.released);
	pthread_mutex_unlock(&names.lock);
	while (count_hanging())
		sleep_ms(5);
	sleep_ms(30);
	pthread_mutex_lock(&names.lock);
	names.is_released = false;
	pthread_mutex_unlock(&names.lock);
}

static struct rig *
rig_for(enum way way, const char *host, int port)
{
	struct rig *r = rig_new(way, NULL);

	snprintf(r->url, sizeof r->url, "ami://tester@%s:%d", host, port);
	r->options.url = r->url;
	return r;
}

/* ---- tests ------------------------------------------------------------------------------ */

/* The longest time that one call held the host's loop. */
static int
longest_call(struct rig *r, int ms)
{
	int64_t end = now_ms() + ms, longest = 0;

	while (now_ms() < end) {
		int64_t began = now_ms(), took;

		if (r->way == WAY_RUN)
			zvon_client_run(r->client, 0);
		else
			zvon_client_process(r->client);
		took = now_ms() - began;
		longest = took > longest ? took : longest;
		sleep_ms(2);
	}
	return (int)longest;
}

/* Only where no thread of ours works on it meanwhile. */
static bool
may_have_resolver(const struct rig *r, bool wanted)
{
	return r->way == WAY_THREADS || zv_client_is_resolving(r->client) == wanted;
}

static void
test_fault_026_name_that_hangs(void **state)
{
	struct rig *r = rig_for(way_of(state), "hang.test", 5038);
	int longest = 1000;
	int64_t began;

	rig_open(r);
	rig_run(r, 100);
	assert_int_equal(count_hanging(), 1);
	if (r->way != WAY_THREADS) {
		/* others have this machine, too: the best of three */
		for (int i = 0; i < 3 && longest > 20; i++)
			longest = longest_call(r, 200);
		assert_true(report("the longest call took %d ms", longest));
		assert_in_range(longest, 0, 20);
	}
	assert_int_equal(zvon_client_state(r->client), ZV_STATE_CONNECTING);
	assert_true(may_have_resolver(r, true));
	began = now_ms();
	rig_close(r);
	assert_in_range(now_ms() - began, 0, most_stop_ms());
	rig_free(r);
	assert_int_equal(count_hanging(), 1);
	release_names();
}

/* The time to connect counts the name, too; what is tried next does not wait for it. */
static void
test_name_takes_too_long(void **state)
{
	struct rig *r = rig_for(way_of(state), "hang.test", 5038);
	struct told down;
	double cpu = cpu_ms();

	r->options.connect_timeout_ms = 150;
	r->options.backoff_first_ms = 10;
	rig_open(r);
	assert_true(rig_until(r, has_downs, 2, 3000));
	cpu = cpu_ms() - cpu;
	assert_true(report("%.1f ms of CPU", cpu));
	assert_true(cpu < (is_instrumented() ? 150 : 30));
	down = rig_told(r, ZV_STATE_DOWN, 0);
	assert_int_equal(down.reason, ZV_EIO);
	assert_non_null(strstr(down.text, "hang.test:5038: the name was not resolved"));
	assert_true(may_have_resolver(r, true)); /* it still hangs */
	rig_close(r);
	rig_free(r);
	release_names();
}

static void
test_unknown_name(void **state)
{
	struct rig *r = rig_for(way_of(state), "unknown.test", 5038);
	struct told end;

	r->options.no_reconnect = true;
	rig_open(r);
	assert_true(rig_until(r, has_closed, 1, 5000));
	end = rig_told(r, ZV_STATE_CLOSED, 0);
	assert_int_equal(end.reason, ZV_EIO);
	assert_non_null(strstr(end.text, "unknown.test:5038: unknown host"));
	assert_true(may_have_resolver(r, false));
	rig_close(r);
	rig_free(r);
}

/* The first address is dead: the next one is tried soon, and always. */
static void
check_next_address(enum way way, const char *dead, const char *name, int timeout_ms,
		   int most_ms)
{
	struct server *s = server_start(NULL);
	struct hole *hole = hole_open(dead, server_port(s));
	int64_t slowest = 0;

	for (int i = 0; i < 2; i++) {
		struct rig *r = rig_for(way, name, server_port(s));
		int64_t began = now_ms();

		r->options.connect_timeout_ms = timeout_ms;
		rig_open_ready(r);
		if (now_ms() - began > slowest)
			slowest = now_ms() - began;
		assert_int_equal(rig_count_told(r, ZV_STATE_DOWN), 0);
		assert_true(may_have_resolver(r, false));
		rig_close(r);
		rig_free(r);
	}
	assert_true(report("ready after %d ms at most", (int)slowest));
	assert_in_range(slowest, 0, most_ms);
	hole_close(hole);
	server_stop(s);
}

static void
test_fault_026_first_address_is_dead(void **state)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in6 a = { .sin6_family = AF_INET6,
				  .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	bool has_ipv6 = fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0;

	close(fd);
	if (!has_ipv6)
		skip();
	check_next_address(way_of(state), "::1", "dead6.test", 2000, 500);
}

/* Of the same kind they are tried one after another: half of the time each. */
static void
test_first_of_two_equal_addresses_is_dead(void **state)
{
	check_next_address(way_of(state), "127.0.0.2", "dead4.test", 600, 500);
}

/* However short the time to connect is: each try ends. */
static void
test_every_try_ends(void **state)
{
	struct hole *hole = hole_open("127.0.0.1", 0);
	struct rig *r = rig_for(way_of(state), "127.0.0.1", hole_port(hole));
	struct told down;

	r->options.connect_timeout_ms = 23;
	r->options.backoff_first_ms = r->options.backoff_most_ms = 1;
	rig_open(r);
	assert_true(rig_until(r, has_downs, 15, 10000));
	down = rig_told(r, ZV_STATE_DOWN, 0);
	assert_int_equal(down.reason, ZV_EIO);
	assert_non_null(strstr(down.text, "no answer within 0.0 s: wrong address"));
	rig_close(r);
	rig_free(r);
	hole_close(hole);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		IN_ALL_WAYS(test_fault_026_name_that_hangs),
		IN_ALL_WAYS(test_name_takes_too_long),
		IN_ALL_WAYS(test_unknown_name),
		IN_ALL_WAYS(test_fault_026_first_address_is_dead),
		IN_ALL_WAYS(test_first_of_two_equal_addresses_is_dead),
		IN_ALL_WAYS(test_every_try_ends),
	};

	return RUN_GROUP(argc, argv, "client_resolve", tests);
}
