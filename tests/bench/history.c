/* history.c - the store of calls with millions of them.
 *
 * usage: bench-history fill URL CALLS          in transactions of 20000, as an import
 *        bench-history write URL CALLS BATCH THERE   further calls, as a daemon: so many a transaction
 *        bench-history pages URL CALLS ROUNDS  pages of each kind; one JSON line each
 *        bench-history numbers CALLS ROUNDS    the numbers that `pages` asks for */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hist/zone.h"
#include "history_calls.h"
#include "measure.h"
#include "store/store.h"

#define IMPORT_BATCH 20000
#define HOUR_MS	     3600000LL

static struct zv_store *
open_store(const char *url, bool read_only)
{
	struct zv_store_options o = { .db = { .url = zvon_str(url) },
				      .read_only = read_only };
	struct zv_error warning = { 0 }, err = { 0 };
	struct zv_store *s;

	o.db.timeout_ms = 600000;
	s = zv_store_open(&o, &warning, &err);
	if (!s) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	return s;
}

static void
must(long long rc, const struct zv_error *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static void
put_calls(struct zv_store *s, long long from, long long n, long long of, int batch)
{
	struct zv_error err = { 0 };
	struct office_call call;

	for (long long i = 0; i < n; i++) {
		if (i % batch == 0)
			must(zv_store_begin(s, &err), &err);
		office_call(&call, from + i, of);
		must(zv_store_put(s, &call.c, &err), &err);
		if (i % batch == batch - 1 || i == n - 1)
			must(zv_store_commit(s, &err), &err);
		if (batch == IMPORT_BATCH && i % 1000000 == 999999)
			fprintf(stderr, "%lld million\n", (i + 1) / 1000000);
	}
}

static void
put(const char *url, long long from, long long n, long long of, int batch,
    const char *what)
{
	struct zv_store *s = open_store(url, false);
	struct bench_time begin = bench_now(), t;

	put_calls(s, from, n, of, batch);
	zv_store_close(s);
	t = bench_since(begin);
	printf("{\"%s\": %lld, \"batch\": %d, \"seconds\": %.3f, \"per_s\": %.0f, "
	       "\"cpu_s\": %.3f, \"peak_kb\": %ld}\n",
	       what, n, batch, t.wall, (double)n / t.wall, t.user + t.sys,
	       bench_private_kb());
}

/* ---- pages ---------------------------------------------------------------------------------- */

struct question {
	const char *name;
	const char *numbers, *lines, *queues, *scope; /* "%n" a number, "%l" a line */
	unsigned directions, results;
	bool missed, recorded, oldest_first;
	int days; /* before the end; 0: all */
	int limit;
};

static const struct question questions[] = {
	{ .name = "number", .numbers = "%n" },
	{ .name = "number, frequent", .numbers = "%f" },
	{ .name = "number, 1000", .numbers = "%f", .limit = 1000 },
	{ .name = "number, nobody", .numbers = "70000000000" },
	{ .name = "number, missed", .numbers = "%f", .missed = true },
	{ .name = "did, rejected",
	  .numbers = "74951110003",
	  .results = 1u << ZV_RESULT_REJECTED },
	{ .name = "line", .lines = "%l" },
	{ .name = "line, 1000 oldest",
	  .lines = "%l",
	  .oldest_first = true,
	  .limit = 1000 },
	{ .name = "line and queue", .lines = "%l", .queues = "queue3" },
	{ .name = "number in scope", .numbers = "%f", .scope = "%l" },
	{ .name = "scope of a line, missed", .scope = "%l", .missed = true },
	{ .name = "queue, abandoned",
	  .queues = "queue2",
	  .results = 1u << ZV_RESULT_ABANDONED },
	{ .name = "newest" },
	{ .name = "newest 1000", .limit = 1000 },
	{ .name = "missed today", .missed = true, .days = 1 },
	{ .name = "rejected, ten years", .results = 1u << ZV_RESULT_REJECTED },
	{ .name = "nothing fits, ten years",
	  .directions = 1u << ZV_DIRECTION_OUT,
	  .missed = true },
	{ .name = "recorded, oldest", .recorded = true, .oldest_first = true },
};

static int
count_call(void *context, const struct zv_conversation *c)
{
	++*(long long *)context;
	return 0;
}

static const char *
fill_in(const char *pattern, long long round, long long of, char out[16])
{
	if (strcmp(pattern, "%n") == 0)
		office_number(out, (round * 7919) % office_numbers(of));
	else if (strcmp(pattern, "%f") == 0)
		office_number(out, (round * 7919) % (office_numbers(of) / 100));
	else if (strcmp(pattern, "%l") == 0)
		snprintf(out, 16, "%lld", 101 + round * 17 % OFFICE_LINES);
	else
		snprintf(out, 16, "%s", pattern);
	return out;
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
now(void)
{
	return seconds(CLOCK_MONOTONIC);
}

static double
ask(struct zv_store *s, const struct question *what, long long round, long long of,
    long long *calls)
{
	char texts[4][16], next[ZV_HISTORY_CURSOR_MAX];
	const char *patterns[] = { what->numbers, what->lines, what->queues,
				   what->scope };
	struct zv_str lists[4];
	struct zv_history_query q = {
		.directions = what->directions,
		.results = what->results,
		.missed = what->missed,
		.recorded = what->recorded,
		.oldest_first = what->oldest_first,
		.limit = what->limit,
		.from_ms = what->days ? OFFICE_END - what->days * 24 * HOUR_MS : 0,
	};
	struct zv_error err = { 0 };
	double begin;

	for (int i = 0; i < 4; i++)
		if (patterns[i])
			lists[i] = zvon_str(fill_in(patterns[i], round, of, texts[i]));
	q.numbers = &lists[0];
	q.n_numbers = what->numbers != NULL;
	q.lines = &lists[1];
	q.n_lines = what->lines != NULL;
	q.queues = &lists[2];
	q.n_queues = what->queues != NULL;
	q.scope_lines = &lists[3];
	q.has_scope = what->scope != NULL;
	q.n_scope_lines = what->scope != NULL;
	begin = now();
	must(zv_store_page(s, &q, count_call, calls, next, &err), &err);
	return (now() - begin) * 1e3;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
print_times(const char *name, double *ms, long long n, long long calls, double cpu_s)
{
	double sum = 0;

	for (long long i = 0; i < n; i++)
		sum += ms[i];
	qsort(ms, (size_t)n, sizeof(*ms), ascending);
	printf("{\"page\": \"%s\", \"rounds\": %lld, \"calls\": %.1f, \"mean_ms\": "
	       "%.3f, \"cpu_ms\": %.3f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
	       "\"most_ms\": %.3f, \"peak_kb\": "
	       "%ld}\n",
	       name, n, (double)calls / (double)n, sum / (double)n,
	       cpu_s * 1e3 / (double)n, ms[n / 2], ms[n * 99 / 100], ms[n - 1],
	       bench_private_kb());
	fflush(stdout);
}

static int
count_row(void *context, const struct zv_statistics_row *row)
{
	++*(long long *)context;
	return 0;
}

static void
ask_statistics(struct zv_store *s, long long rounds, double *ms)
{
	static const struct {
		const char *name;
		enum zv_statistics_by by;
		int days;
	} plots[] = {
		{ "statistics by hour", ZV_BY_HOUR, ZV_STORE_HOURS_DAYS },
		{ "statistics by day", ZV_BY_DAY, ZV_STORE_DAYS_DAYS },
		{ "statistics by line", ZV_BY_LINE, ZV_STORE_LINES_DAYS },
		{ "statistics by queue", ZV_BY_QUEUE, ZV_STORE_NAMES_DAYS },
	};
	struct zv_zone *moscow = zv_zone_new_fixed(10800);
	struct zv_error err = { 0 };

	for (size_t i = 0; i < sizeof(plots) / sizeof(plots[0]); i++) {
		double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
		long long rows = 0;

		for (long long k = 0; k < rounds; k++) {
			int64_t to = OFFICE_END / HOUR_MS * HOUR_MS - k * 24 * HOUR_MS;
			struct zv_history_query q = {
				.from_ms = to - plots[i].days * 24 * HOUR_MS,
				.to_ms = to,
			};
			double begin = now();

			must(zv_store_statistics(s, &q, plots[i].by, moscow, count_row,
						 &rows, &err),
			     &err);
			ms[k] = (now() - begin) * 1e3;
		}
		print_times(plots[i].name, ms, rounds, rows,
			    seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	}
	zv_zone_free(moscow);
}

static void
pages(const char *url, long long of, long long rounds)
{
	struct zv_store *s = open_store(url, true);
	double *ms = calloc((size_t)rounds, sizeof(*ms));

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		/* what looks at many rows is asked less often */
		long long n = questions[i].numbers && !questions[i].results ? rounds
			      : rounds < 50				    ? rounds
									    : 50;
		long long calls = 0;
		double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

		for (long long k = 0; k < n; k++)
			ms[k] = ask(s, &questions[i], k, of, &calls);
		print_times(questions[i].name, ms, n, calls,
			    seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	}
	ask_statistics(s, rounds < 20 ? rounds : 20, ms);
	free(ms);
	zv_store_close(s);
}

static void
numbers(long long of, long long rounds)
{
	char text[16];

	for (long long i = 0; i < rounds; i++)
		puts(fill_in("%n", i, of, text));
	for (long long i = 0; i < rounds; i++)
		puts(fill_in("%f", i, of, text));
}

int
main(int argc, char **argv)
{
	long long n = argc > 3 ? atoll(argv[3]) : 0;

	if (argc == 4 && strcmp(argv[1], "fill") == 0)
		put(argv[2], 0, n, n, IMPORT_BATCH, "fill");
	else if (argc == 6 && strcmp(argv[1], "write") == 0)
		put(argv[2], atoll(argv[5]), n, atoll(argv[5]), atoi(argv[4]), "write");
	else if (argc == 5 && strcmp(argv[1], "pages") == 0)
		pages(argv[2], n, atoll(argv[4]));
	else if (argc == 4 && strcmp(argv[1], "numbers") == 0)
		numbers(atoll(argv[2]), n);
	else
		return 2;
	return 0;
}
