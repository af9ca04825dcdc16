/* onec-desk URL [option=value …] - the component's link to zvond alone, for tests: what the
 * handlers are told goes to standard output, a line each; lines of standard input say what
 * to do. Options: user, secret, ca_file, pin, subscription, language (en), insecure, and
 * milliseconds: connect_ms answer_ms ping_ms pong_ms backoff_ms backoff_most_ms refused_ms;
 * max_message_bytes.
 *
 *	< state connecting | state ready | state down ECLOSED 1200 what, where, what to do
 *	< message {…}
 *	> send {…}	< sent ok | sent ETOOBIG why
 *	> pause MS	the link is not looked at for so long, as if the thread were busy
 *	> count		< count events=… doubled=… resyncs=… connects=… losses=… resolving=…
 *	> close		< closed MS	how long that took; the next line ends it
 *
 * A real link, a real network; nothing of a host of 1C. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "io/clock.h"
#include "io/wait.h"
#include "onec/link_daemon.h"

static struct zv_desk *desk;

/* ---- what is told ---------------------------------------------------------------------- */

static void
on_message(void *user, struct zv_str json)
{
	printf("message %.*s\n", ZV_ARG(json));
}

static void
on_state(void *user, enum zv_desk_state state, const struct zv_error *why, int retry_ms)
{
	static const char *const names[] = { "down", "connecting", "ready", "closed" };

	if (why)
		printf("state %s %s %d %s\n", names[state], zvon_err_name(why->code),
		       retry_ms, why->text);
	else
		printf("state %s\n", names[state]);
}

/* ---- what is asked ----------------------------------------------------------------------- */

static void
do_send(char *text)
{
	struct zv_error err = { 0 };
	int rc = desk->send(desk, zvon_str(text), &err);

	if (rc < 0)
		printf("sent %s %s\n", zvon_err_name(rc), err.text);
	else
		printf("sent ok\n");
}

static void
do_pause(char *text)
{
	long ms = atol(text);
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
	printf("paused\n");
}

static void
do_count(char *text)
{
	const struct zv_daemon_counters *c = zv_link_daemon_counters(desk);

	printf("count events=%llu doubled=%llu resyncs=%llu connects=%llu losses=%llu "
	       "resolving=%d\n",
	       (unsigned long long)c->events, (unsigned long long)c->doubled,
	       (unsigned long long)c->resyncs, (unsigned long long)c->connects,
	       (unsigned long long)c->losses,
	       desk->link.kind->is_resolving(&desk->link));
}

static void
do_close(char *text)
{
	int64_t begin = zv_clock_ms();

	desk->link.kind->close(&desk->link);
	printf("closed %d\n", (int)(zv_clock_ms() - begin));
	desk = NULL;
}

static const struct {
	const char *word;
	void (*run)(char *text);
} orders[] = {
	{ "send ", do_send },
	{ "pause ", do_pause },
	{ "count", do_count },
	{ "close", do_close },
};

static void
obey(char *line)
{
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (strncmp(line, orders[i].word, strlen(orders[i].word)) == 0)
			orders[i].run(line + strlen(orders[i].word));
}

/* Lines that are whole; what is left stays in front of the buffer. */
static size_t
obey_all(char *text, size_t n)
{
	char *from = text, *end;

	while (desk && (end = memchr(from, '\n', n))) {
		*end = '\0';
		n -= (size_t)(end + 1 - from);
		obey(from);
		from = end + 1;
	}
	memmove(text, from, n);
	return n;
}

/* ---- options ------------------------------------------------------------------------------- */

static bool
set_text(struct zv_link_daemon_options *o, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **to;
	} rows[] = {
		{ "user", &o->session.user },
		{ "secret", &o->session.secret },
		{ "subscription", &o->session.subscription },
		{ "ca_file", &o->ca_file },
		{ "pin", &o->pin },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].name, name) == 0) {
			*rows[i].to = value;
			return true;
		}
	return false;
}

static bool
set_number(struct zv_link_daemon_options *o, const char *name, const char *value)
{
	const struct {
		const char *name;
		int *to;
	} rows[] = {
		{ "connect_ms", &o->connect_timeout_ms },
		{ "answer_ms", &o->session.answer_ms },
		{ "ping_ms", &o->session.ping_ms },
		{ "pong_ms", &o->session.pong_ms },
		{ "backoff_ms", &o->session.backoff_ms },
		{ "backoff_most_ms", &o->session.backoff_most_ms },
		{ "refused_ms", &o->session.refused_ms },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].name, name) == 0) {
			*rows[i].to = atoi(value);
			return true;
		}
	return false;
}

static void
set_option(struct zv_link_daemon_options *o, char *text)
{
	char *value = strchr(text, '=');

	if (value)
		*value++ = '\0';
	if (strcmp(text, "insecure") == 0)
		o->insecure = true;
	else if (value && strcmp(text, "language") == 0)
		o->session.russian = strcmp(value, "en") != 0;
	else if (value && strcmp(text, "max_message_bytes") == 0)
		o->session.max_message_bytes = (size_t)atol(value);
	else if (!value || (!set_text(o, text, value) && !set_number(o, text, value))) {
		fprintf(stderr, "onec-desk: no such option: %s\n", text);
		exit(2);
	}
}

/* ---- the loop ---------------------------------------------------------------------------------- */

static char input[256 * 1024];

static void
run(void)
{
	const struct zv_link_kind *kind = desk->link.kind;
	size_t n_input = 0;

	while (desk) {
		struct zv_descriptor fds[ZV_MAX_DESCRIPTORS + 1];
		size_t n = kind->descriptors(&desk->link, fds, ZV_MAX_DESCRIPTORS);

		fds[n++] = (struct zv_descriptor){ 0, ZV_POLL_READ };
		fflush(stdout);
		if (zv_wait(fds, n, kind->timeout(&desk->link))) {
			ssize_t got = read(0, input + n_input, sizeof input - n_input);

			if (got <= 0)
				do_close(NULL);
			else
				n_input = obey_all(input, n_input + (size_t)got);
		}
		if (desk)
			kind->process(&desk->link);
	}
}

int
main(int argc, char **argv)
{
	const struct zv_desk_handlers handlers = { .on_message = on_message,
						   .on_state = on_state };
	struct zv_link_daemon_options o = { .session = { .russian = true } };
	struct zv_error err = { 0 };

	if (argc < 2)
		return 2;
	o.session.url = argv[1];
	for (int i = 2; i < argc; i++)
		set_option(&o, argv[i]);
	desk = zv_link_daemon_new(&o, &handlers, NULL, &err);
	if (!desk) {
		printf("state closed %s -1 %s\n", zvon_err_name(err.code), err.text);
		return 1;
	}
	run();
	return 0;
}
