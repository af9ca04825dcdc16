/* onec - the component for 1C:Enterprise, loaded as 1C loads it, with a host that takes events
 * at once.
 * usage: onec MODULE flood PORT          the stream of serve, as fast as it is read
 *        onec MODULE paced RATE COUNT    COUNT events, RATE a second, from a PBX of our own
 *        onec floor paced RATE COUNT     the same, read by the least program that can
 *        onec MODULE methods             what each method holds the script up for
 * Prints JSON: lines of their own for each class with `methods`. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"
#include "onec_host.h"
#include "onec_pbx.h"
#include "split.h"

#define CLASS "ROM-Asterisk-Native" /* hands over packets as they are */
#define LOGIN "Action: Login\r\nUsername: bench\r\nSecret: bench\r\n\r\n"

/* ---- events: what both readers keep ------------------------------------------------------------- */

struct tally {
	pthread_mutex_t lock;
	pthread_cond_t finished;
	bool is_finished, is_begun;
	unsigned long events, dropped, checksum, n_delays;
	struct bench_time began, took;
	double *delays; /* microseconds */
	unsigned long most_delays;
};

static struct tally tally = { .lock = PTHREAD_MUTEX_INITIALIZER,
			      .finished = PTHREAD_COND_INITIALIZER };

static void
finish(struct tally *t)
{
	t->took = bench_since(t->began);
	pthread_mutex_lock(&t->lock);
	t->is_finished = true;
	pthread_cond_signal(&t->finished);
	pthread_mutex_unlock(&t->lock);
}

static void
wait_for_end(struct tally *t)
{
	pthread_mutex_lock(&t->lock);
	while (!t->is_finished)
		pthread_cond_wait(&t->finished, &t->lock);
	pthread_mutex_unlock(&t->lock);
}

static void
count_one(struct tally *t)
{
	if (!t->is_begun)
		t->began = bench_now();
	t->is_begun = true;
	t->events++;
}

static void
keep_delay(struct tally *t, long long sent_ns)
{
	if (t->n_delays < t->most_delays)
		t->delays[t->n_delays++] = (double)(onec_now_ns() - sent_ns) / 1000;
}

/* ---- through the component ----------------------------------------------------------------------- */

static bool
begins_with(const zv_unit *text, const char *prefix)
{
	while (*prefix)
		if (*text++ != (unsigned char)*prefix++)
			return false;
	return true;
}

static long long
read_digits(const zv_unit *text)
{
	long long number = 0;

	for (int i = 0; i < ONEC_DIGITS && text[i] >= '0' && text[i] <= '9'; i++)
		number = number * 10 + (text[i] - '0');
	return number;
}

/* The greeting, the login and what comes of connecting are no events of the stream. */
static void
on_event(void *user, const zv_unit *source, const zv_unit *name, const zv_unit *data)
{
	struct tally *t = user;

	if (begins_with(source, "zvon")) {
		t->dropped += (unsigned long)read_digits(data);
	} else if (begins_with(data, "Event: BenchEnd")) {
		finish(t);
	} else if (begins_with(data, "Event: ") &&
		   !begins_with(data, "Event: FullyBooted")) {
		count_one(t);
		t->checksum += data[7];
		if (begins_with(data, ONEC_TICK))
			keep_delay(t, read_digits(data + sizeof ONEC_TICK - 1));
	}
}

static void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "onec: %s did not work\n", what);
		exit(1);
	}
}

static bool
say_text(struct onec_object *o, const char *method, const char *text)
{
	struct zv_variant argument = onec_text(text);
	bool ok = onec_call(o, method, &argument, 1);

	onec_forget(&argument);
	return ok;
}

static void
listen_to(struct onec_object *o, int port)
{
	struct zv_variant address[2] = { onec_text("127.0.0.1"), onec_number(port) };

	must(onec_open(o, CLASS, on_event, &tally), CLASS);
	must(onec_set(o, "View", "native"), "View");
	must(onec_call(o, "Connect", address, 2), "Connect");
	must(say_text(o, "ListenMode", "1"), "ListenMode");
	must(say_text(o, "SendCommand", LOGIN), "SendCommand");
	onec_forget(&address[0]);
}

static void
read_through_component(int port)
{
	struct onec_object o;

	listen_to(&o, port);
	wait_for_end(&tally);
	onec_close(&o);
}

/* ---- through as little as can be ------------------------------------------------------------------- */

static void
on_split(void *user, const struct split_event *e)
{
	struct tally *t = user;

	if (strncmp(e->value[0].p, "BenchEnd", 8) == 0) {
		finish(t);
	} else if (strncmp(e->value[0].p, "BenchTick", 9) == 0) {
		count_one(t);
		keep_delay(t, atoll(e->value[1].p));
	}
}

static void
read_through_floor(int port)
{
	static char buffer[256 * 1024];
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons((unsigned short)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t have = 0;
	ssize_t n;

	must(connect(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
		     write(fd, LOGIN, strlen(LOGIN)) > 0,
	     "connecting");
	while (!tally.is_finished &&
	       (n = read(fd, buffer + have, sizeof buffer - have)) > 0) {
		const char *rest;

		have += (size_t)n;
		rest = split(buffer, buffer + have, on_split, &tally);
		have = (size_t)(buffer + have - rest);
		memmove(buffer, rest, have);
	}
	close(fd);
}

/* ---- what is told of them ---------------------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
part(const double *sorted, unsigned long n, double share)
{
	unsigned long i = (unsigned long)((double)n * share);

	return n ? sorted[i < n ? i : n - 1] : 0;
}

static void
tell_tally(const char *peer, struct tally *t)
{
	qsort(t->delays, t->n_delays, sizeof *t->delays, compare);
	printf("{\"peer\":\"%s\",\"events\":%lu,\"dropped\":%lu,\"wall\":%.3f,"
	       "\"user\":%.3f,\"sys\":%.3f,\"p50_us\":%.1f,\"p99_us\":%.1f,"
	       "\"peak_kb\":%ld,\"private_kb\":%ld}\n",
	       peer, t->events, t->dropped, t->took.wall, t->took.user, t->took.sys,
	       part(t->delays, t->n_delays, 0.5), part(t->delays, t->n_delays, 0.99),
	       bench_peak_kb(), bench_private_kb());
}

static void
run_paced(const char *module, const struct onec_pace *pace)
{
	bool is_floor = strcmp(module, "floor") == 0;
	int port = onec_pbx_start(pace);

	tally.most_delays = pace->count;
	tally.delays = calloc(pace->count, sizeof *tally.delays);
	must(tally.delays != NULL, "memory");
	if (is_floor)
		read_through_floor(port);
	else
		read_through_component(port);
	tell_tally(is_floor ? "floor" : "1c", &tally);
}

/* ---- methods ------------------------------------------------------------------------------------------- */

#define TURNS	  50
#define ARGUMENTS 24
#define SLOW_US	  100000 /* of a method that waits: a few turns will do */

static void
on_nothing(void *user, const zv_unit *source, const zv_unit *name, const zv_unit *data)
{
}

/* How each class is connected: URL, or host and port. */
static bool
connect_class(struct onec_object *o, const char *class, int port)
{
	bool by_url = !strstr(class, "ROM");
	struct zv_variant a[3] = { onec_text("127.0.0.1"), onec_number(port),
				   onec_text("bench") };
	char url[64];
	bool ok;

	snprintf(url, sizeof url, "ami://127.0.0.1:%d", port);
	if (by_url) {
		onec_forget(&a[0]);
		a[0] = onec_text(url);
		a[1] = onec_text("bench");
	}
	ok = onec_call(o, "Connect", a, by_url ? 3 : 2);
	for (size_t i = 0; i < 3; i++)
		onec_forget(&a[i]);
	return ok;
}

/* A text that most methods can do with. */
static const char *
text_for(const char *method)
{
	return strcmp(method, "SendCommand") == 0 ? "Action: Ping\r\n\r\n" : "1";
}

/* Microseconds of one call; *failed: it raised. */
static double
time_call(struct onec_object *o, long number, const char *name, unsigned *failed)
{
	const struct zv_native_language *l = onec_language(o);
	struct zv_variant arguments[ARGUMENTS], result;
	long n = l->n_parameters(onec_base(o), number);
	int64_t began;
	double took;
	bool ok;

	memset(&result, 0, sizeof result);
	for (long i = 0; i < n; i++)
		arguments[i] = onec_text(text_for(name));
	began = onec_now_ns();
	ok = l->call_function(onec_base(o), number, &result, arguments, n);
	took = (double)(onec_now_ns() - began) / 1000;
	*failed += !ok;
	onec_forget(&result);
	for (long i = 0; i < n; i++)
		onec_forget(&arguments[i]);
	return took;
}

static void
tell_times(const char *class, const char *kind, const char *name, double *took,
	   unsigned n, unsigned failed)
{
	qsort(took, n, sizeof *took, compare);
	printf("{\"class\":\"%s\",\"kind\":\"%s\",\"name\":\"%s\",\"turns\":%u,"
	       "\"failed\":%u,\"p50_us\":%.1f,\"max_us\":%.1f}\n",
	       class, kind, name, n, failed, part(took, n, 0.5), took[n - 1]);
}

static void
time_method(struct onec_object *o, const char *class, long number)
{
	const struct zv_native_language *l = onec_language(o);
	double took[TURNS];
	unsigned n = 0, failed = 0;
	char name[128];

	onec_name(l->method_name(onec_base(o), number, 0), name, sizeof name);
	if (strcmp(name, "Connect") == 0 || strcmp(name, "Disconnect") == 0)
		return;
	while (n < TURNS && (n < 3 || took[n - 1] < SLOW_US)) {
		took[n] = time_call(o, number, name, &failed);
		n++;
	}
	tell_times(class, "method", name, took, n, failed);
}

static void
time_property(struct onec_object *o, const char *class, long number)
{
	const struct zv_native_language *l = onec_language(o);
	double took[TURNS];
	unsigned failed = 0;
	char name[128];

	onec_name(l->property_name(onec_base(o), number, 0), name, sizeof name);
	if (!l->is_readable(onec_base(o), number))
		return;
	for (unsigned i = 0; i < TURNS; i++) {
		struct zv_variant v;
		int64_t began = onec_now_ns();

		memset(&v, 0, sizeof v);
		failed += !l->get(onec_base(o), number, &v);
		took[i] = (double)(onec_now_ns() - began) / 1000;
		onec_forget(&v);
	}
	tell_times(class, "property", name, took, TURNS, failed);
}

static void
time_connecting(struct onec_object *o, const char *class, int port)
{
	double up[TURNS], down[TURNS];
	unsigned n = 0, up_failed = 0, down_failed = 0;

	for (; n < TURNS && (n < 3 || up[n - 1] < SLOW_US); n++) {
		int64_t began = onec_now_ns();

		down_failed += !onec_call(o, "Disconnect", NULL, 0);
		down[n] = (double)(onec_now_ns() - began) / 1000;
		began = onec_now_ns();
		up_failed += !connect_class(o, class, port);
		up[n] = (double)(onec_now_ns() - began) / 1000;
	}
	tell_times(class, "method", "Connect", up, n, up_failed);
	tell_times(class, "method", "Disconnect", down, n, down_failed);
}

static void
time_done(struct onec_object *o, const char *class)
{
	int64_t began = onec_now_ns();
	double took;

	onec_close(o);
	took = (double)(onec_now_ns() - began) / 1000;
	tell_times(class, "method", "Done", &took, 1, 0);
}

static void
time_class(const char *class, int port)
{
	struct onec_object o;

	must(onec_open(&o, class, on_nothing, NULL), class);
	if (!connect_class(&o, class, port)) {
		fprintf(stderr, "onec: %s cannot be connected here: %s\n", class,
			onec_last_error());
		onec_close(&o);
		return;
	}
	for (long i = 0; i < onec_language(&o)->n_properties(onec_base(&o)); i++)
		time_property(&o, class, i);
	for (long i = 0; i < onec_language(&o)->n_methods(onec_base(&o)); i++)
		time_method(&o, class, i);
	time_connecting(&o, class, port);
	time_done(&o, class);
}

static void
run_methods(void)
{
	const struct onec_pace silent = { 0 };
	int port = onec_pbx_start(&silent);
	char names[256], *rest = names;

	onec_class_names(names, sizeof names);
	for (char *class; (class = strsep(&rest, "|"));)
		time_class(class, port);
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(argv[1], "floor") != 0)
		onec_load(argv[1]);
	if (strcmp(argv[2], "flood") == 0 && argc > 3) {
		read_through_component(atoi(argv[3]));
		tell_tally("1c", &tally);
	} else if (strcmp(argv[2], "paced") == 0 && argc > 4) {
		run_paced(argv[1], &(struct onec_pace){ strtoul(argv[3], NULL, 10),
							strtoul(argv[4], NULL, 10) });
	} else if (strcmp(argv[2], "methods") == 0) {
		run_methods();
	} else {
		return 2;
	}
	return 0;
}
