/* What zvon_client_new takes and refuses, and the small parts that have no other home:
 * the bell that wakes a waiting thread, SIGPIPE. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/sigpipe.h"
#include "io/wait.h"
#include "rig.h"

/* ---- options ----------------------------------------------------------------------------- */

static void
check_refused(const struct zv_client_options *o, int code, const char *words)
{
	struct zv_error err = { 0 };

	assert_null(zvon_client_new(o, NULL, NULL, &err));
	if (err.code != code || !strstr(err.text, words))
		fail_msg("%d %s, wanted %d %s", err.code, err.text, code, words);
	assert_null(strstr(err.text, "hidden"));
	assert_null(zvon_client_new(o, NULL, NULL, NULL));
}

static void
test_bad_options(void **state)
{
	static char longest[1100];
	static const char url[] = "ami://ops@pbx";
	const struct {
		struct zv_client_options o;
		int code;
		const char *words;
	} rows[] = {
		{ { 0 }, ZV_EINVAL, "no URL given" },
		{ { .url = "ami://pbx" },
		  ZV_EINVAL,
		  "no user name: write it into the URL, ami://user@pbx:5038" },
		{ { .url = "ami://@[::1]" }, ZV_EINVAL, "ami://user@[::1]:5038" },
		{ { .url = url, .user = "" }, ZV_EINVAL, "no user name" },
		{ { .url = url, .user = "a\nb" }, ZV_EINVAL, "Username holds a LF" },
		{ { .url = "ami://a%0Ab@pbx" }, ZV_EINVAL, "Username holds a LF" },
		{ { .url = "ami://ops:hidden%0d@pbx" },
		  ZV_EINVAL,
		  "Secret holds a CR" },
		{ { .url = url, .secret = "hidden\r\nAction: x" },
		  ZV_EINVAL,
		  "Secret holds a CR" },
		{ { .url = url, .events = "on\n" }, ZV_EINVAL, "Events holds a LF" },
		{ { .url = url, .user = longest }, ZV_ETOOBIG, "Username" },
		{ { .url = url, .secret = longest }, ZV_ETOOBIG, "Secret" },
		{ { .url = url, .pin = "AAAA" }, ZV_EINVAL, "option pin must be" },
		{ { .url = url, .connect_timeout_ms = -1 },
		  ZV_EINVAL,
		  "option connect_timeout_ms is negative" },
		{ { .url = url, .login_timeout_ms = -1 },
		  ZV_EINVAL,
		  "option login_timeout_ms is negative" },
		{ { .url = url, .action_timeout_ms = -1 },
		  ZV_EINVAL,
		  "option action_timeout_ms is negative" },
		{ { .url = url, .booted_wait_ms = -1 },
		  ZV_EINVAL,
		  "option booted_wait_ms is negative" },
		{ { .url = url, .ping_after_ms = -1 },
		  ZV_EINVAL,
		  "option ping_after_ms is negative" },
		{ { .url = url, .ping_timeout_ms = -1 },
		  ZV_EINVAL,
		  "option ping_timeout_ms is negative" },
		{ { .url = url, .backoff_first_ms = -1 },
		  ZV_EINVAL,
		  "option backoff_first_ms is negative" },
		{ { .url = url, .backoff_most_ms = -1 },
		  ZV_EINVAL,
		  "option backoff_most_ms is negative" },
		{ { .url = url, .refused_wait_ms = -1 },
		  ZV_EINVAL,
		  "option refused_wait_ms is negative" },
	};

	memset(longest, 'x', sizeof longest - 1);
	for (size_t i = 0; i < N_OF(rows); i++)
		check_refused(&rows[i].o, rows[i].code, rows[i].words);
}

/* A secret in the URL works, and is not repeated in the warning. */
static void
test_secret_in_the_url(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);

	snprintf(r->url, sizeof r->url, "ami://tester:" SECRET "@127.0.0.1:%d",
		 server_port(s));
	r->options.secret = NULL;
	rig_open_ready(r);
	rig_close(r);
	assert_int_equal(r->warnings, 1);
	assert_non_null(strstr(r->last_warning, "the secret stands in the URL"));
	rig_free(r);
	server_stop(s);
}

static void
test_utf8_user(void **state)
{
	struct server *s = server_start(&(struct server_options){
		.user_name = "оператор",
	});
	struct rig *r = rig_new(way_of(state), s);

	r->options.user = "оператор"; /* instead of the URL's */
	rig_open_ready(r);
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* A client that was never started. */
static void
test_never_opened(void **state)
{
	struct zv_client_options o = { .url = "ami://ops@127.0.0.1" };
	struct zv_client *c = zvon_client_new(&o, NULL, NULL, NULL);
	struct zv_request *ping = make_request("Ping", NULL);
	struct zv_client_counters counters;
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
	struct zv_error err = { 0 };
	struct zv_result result;

	assert_non_null(c);
	assert_int_equal(zvon_client_state(c), ZV_STATE_DOWN);
	assert_int_equal(zvon_client_descriptors(c, fds, N_OF(fds)), 0);
	assert_int_equal(zvon_client_timeout(c), -1);
	assert_int_equal(zvon_client_request(c, ping, 0, &result, &err), ZV_ECLOSED);
	assert_string_equal(err.text, "the client is not open");
	zvon_client_counters(c, &counters);
	assert_int_equal(counters.bytes_in, 0);
	zvon_client_stop(c);
	zvon_client_close(c);
	zvon_client_interrupt(c);
	/* it would wait for the login; the free ends it */
	assert_int_equal(zvon_client_send(c, ping, 0, NULL, NULL, &err), 0);
	zvon_request_free(ping);
	zvon_client_free(c);
	zvon_client_free(NULL);
}

static void
test_state_names(void **state)
{
	static const char *const names[] = { "down",	"connecting", "login",
					     "booting", "ready",      "closed" };

	for (int i = 0; i < (int)N_OF(names); i++)
		assert_string_equal(zvon_client_state_name((enum zv_client_state)i),
				    names[i]);
	assert_string_equal(zvon_client_state_name((enum zv_client_state)99), "?");
}

/* ---- the bell ------------------------------------------------------------------------------ */

static bool
is_ringing(struct zv_bell *w)
{
	struct zv_descriptor fd = zv_bell_descriptor(w);

	return zv_wait(&fd, 1, 0);
}

static void
test_bell(void **state)
{
	struct zv_bell w = { .read_fd = -1, .write_fd = -1 };
	struct zv_error err = { 0 };

	assert_int_equal(zv_bell_open(&w, &err), 0);
	assert_false(is_ringing(&w));
	for (int i = 0; i < 100000; i++) /* more than a pipe holds */
		zv_bell_ring(&w);
	assert_true(is_ringing(&w));
	zv_bell_clear(&w);
	assert_false(is_ringing(&w));
	zv_bell_ring(&w);
	assert_true(is_ringing(&w));
	zv_bell_clear(&w);

	/* one who rings was held up just before the byte, and it was cleared meanwhile:
	 * the byte must not ring for ever, the next ring must be heard */
	w.rung = false;
	assert_int_equal(write(w.write_fd, "", 1), 1);
	assert_true(is_ringing(&w));
	zv_bell_clear(&w);
	assert_false(is_ringing(&w));
	zv_bell_ring(&w);
	assert_true(is_ringing(&w));
	zv_bell_close(&w);
}

static void *
ring_much(void *user)
{
	for (int i = 0; i < 20000; i++)
		zv_bell_ring(user);
	return NULL;
}

/* Whenever it is rung by others, the one who waits wakes up, and sleeps after it. */
static void
test_bell_of_many(void **state)
{
	struct zv_bell w = { .read_fd = -1, .write_fd = -1 };
	pthread_t threads[4];

	assert_int_equal(zv_bell_open(&w, NULL), 0);
	for (size_t i = 0; i < N_OF(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ring_much, &w), 0);
	for (int i = 0; i < 20000; i++)
		if (is_ringing(&w))
			zv_bell_clear(&w);
	for (size_t i = 0; i < N_OF(threads); i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 3; i++) {
		if (is_ringing(&w))
			zv_bell_clear(&w);
		assert_false(is_ringing(&w));
		zv_bell_ring(&w);
		assert_true(is_ringing(&w));
	}
	zv_bell_close(&w);
}

/* ---- SIGPIPE ---------------------------------------------------------------------------------- */

static volatile sig_atomic_t pipes;

static void
count_pipe(int number)
{
	pipes++;
}

/* Ours are swallowed; the host's way to treat the signal, and one that waits for the
 * host already, stay. */
static void
test_sigpipe(void **state)
{
	struct zv_sigpipe guard;
	sigset_t set;
	int fds[2];

	signal(SIGPIPE, count_pipe);
	assert_return_code(pipe(fds), errno);
	close(fds[0]);
	zv_sigpipe_block(&guard);
	assert_int_equal(write(fds[1], "", 1), -1);
	zv_sigpipe_unblock(&guard);
	assert_int_equal(pipes, 0);
	assert_int_equal(write(fds[1], "", 1), -1);
	assert_int_equal(pipes, 1);

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	assert_int_equal(write(fds[1], "", 1), -1);
	zv_sigpipe_block(&guard);
	assert_int_equal(write(fds[1], "", 1), -1);
	zv_sigpipe_unblock(&guard);
	assert_int_equal(pipes, 1);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	assert_int_equal(pipes, 2);
	signal(SIGPIPE, SIG_DFL);
	close(fds[1]);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_options),
		IN_ALL_WAYS(test_secret_in_the_url),
		IN_ALL_WAYS(test_utf8_user),
		cmocka_unit_test(test_never_opened),
		cmocka_unit_test(test_state_names),
		cmocka_unit_test(test_bell),
		cmocka_unit_test(test_bell_of_many),
		cmocka_unit_test(test_sigpipe),
	};

	return RUN_GROUP(argc, argv, "client_options", tests);
}
