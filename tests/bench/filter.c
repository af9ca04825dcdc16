/* filter - what the filters of many subscribers cost for each event.
 * usage: filter FILE KIND SUBSCRIBERS [nojit]
 * KIND: indexed  Dial.{1,}?NUM|Bridge.{1,}?NUM|Hangup.{1,}?NUM, each its own number, in a
 *                filter_set
 *       lines    subscriptions to a line each, in a filter_set
 *       free     the indexed ones in a form that cannot be indexed, in a filter_set
 *       each     the indexed ones, a filter each, asked one after another
 *       evil     expressions made to be slow, a filter each, over a text of 1,000 bytes:
 *                the slowest search of any
 *       floor    the parsed packets are only gone through
 * Prints one JSON line. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ami/filter_set.h"
#include "base/mem.h"
#include "measure.h"
#include "zvon/parser.h"

#define FIRST_NUMBER  200
#define LEAST_SECONDS 0.4
#define MOST_ASKED    100000000.0 /* events times subscribers, when each is asked */

struct packets {
	struct zv_packet **p;
	size_t n;
	size_t bytes;
};

struct bench {
	struct zv_filter_set *set;
	struct zv_filter **each;
	size_t n;
	unsigned long matches;
};

/* ---- packets ------------------------------------------------------------------------- */

static char *
load(const char *path, size_t *n)
{
	FILE *file = fopen(path, "rb");
	char *p;

	if (!file)
		exit(2);
	fseek(file, 0, SEEK_END);
	*n = (size_t)ftell(file);
	rewind(file);
	p = malloc(*n);
	if (!p || fread(p, 1, *n, file) != *n)
		exit(2);
	fclose(file);
	return p;
}

static struct packets
parse(const char *path)
{
	struct packets all = { 0 };
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	size_t n;
	char *bytes = load(path, &n);

	zvon_parser_feed(parser, (struct zv_str){ bytes, n });
	while (zvon_parser_next(parser, &packet) == 1) {
		if (packet->kind != ZV_PACKET_EVENT)
			continue;
		if ((all.n & (all.n - 1)) == 0)
			all.p = realloc(all.p, (2 * all.n + 1) * sizeof *all.p);
		all.bytes += packet->text.n;
		all.p[all.n++] = zvon_packet_copy(packet);
	}
	zvon_parser_free(parser);
	free(bytes);
	return all;
}

/* ---- subscribers --------------------------------------------------------------------- */

static void
add_filter(struct bench *b, const char *kind, unsigned number, bool no_jit)
{
	char regex[200];
	struct zv_filter_options o = { .regex = regex, .no_jit = no_jit };

	snprintf(regex, sizeof regex, "%sDial.{1,}?%u|Bridge.{1,}?%u|Hangup.{1,}?%u",
		 strcmp(kind, "free") == 0 ? "(?-i)" : "", number, number, number);
	if (b->each)
		b->each[number - FIRST_NUMBER] = zvon_filter_new(&o, NULL);
	else if (!zv_filter_set_add_filter(b->set, &o, NULL, NULL))
		exit(2);
}

static void
add_line(struct bench *b, unsigned number)
{
	char line[20];
	const char *lines[] = { line };
	struct zv_interest i = { .lines = lines, .n_lines = 1 };

	snprintf(line, sizeof line, "%u", number);
	if (!zv_filter_set_add(b->set, &i, NULL, NULL))
		exit(2);
}

static void
fill(struct bench *b, const char *kind, bool no_jit)
{
	b->set = zv_filter_set_new(1, no_jit);
	if (strcmp(kind, "each") == 0)
		b->each = calloc(b->n, sizeof *b->each);
	for (size_t i = 0; i < b->n && strcmp(kind, "floor"); i++) {
		unsigned number = FIRST_NUMBER + (unsigned)i;

		if (strcmp(kind, "lines") == 0)
			add_line(b, number);
		else
			add_filter(b, kind, number, no_jit);
	}
}

/* ---- measuring ----------------------------------------------------------------------- */

static void
ask(struct bench *b, const struct zv_packet *packet)
{
	if (!b->each) {
		b->matches += zv_filter_set_match(b->set, packet, 0, NULL, NULL);
		return;
	}
	for (size_t i = 0; i < b->n; i++)
		b->matches += zvon_filter_judge(b->each[i], packet, 0) == 0;
}

/* Rounds over all packets, or over fewer when each subscriber costs. */
static double
measure(struct bench *b, const struct packets *all, bool costs_each, size_t *events)
{
	size_t n = all->n;
	struct bench_time start;
	double seconds;

	if (costs_each && (double)n * (double)b->n > MOST_ASKED / 10)
		n = (size_t)(MOST_ASKED / 10 / (double)b->n) + 1;
	for (size_t i = 0; i < n; i++) /* warm */
		ask(b, all->p[i * (all->n / n)]);
	b->matches = 0;
	*events = 0;
	start = bench_now();
	do {
		for (size_t i = 0; i < n; i++)
			ask(b, all->p[i * (all->n / n)]);
		*events += n;
		seconds = bench_since(start).user + bench_since(start).sys;
	} while (seconds < LEAST_SECONDS);
	return seconds;
}

/* What makes a backtracking matcher slow; the second one stays below PCRE2's own match
 * limit at each place of the text. */
static double
slowest_evil(bool no_jit)
{
	static const char *const evil[] = {
		"(a+)+$",
		".{0,90}.{0,90}[\\x01\\x02]",
		"[^\\x01]*[^\\x02]*[^\\x03]*[\\x01\\x02]",
		"(?:(?:(?:a{1,20}){1,20}){1,20})[\\x01\\x02]",
		"(.*?)(.*?)(.*?)\\1\\2\\3[\\x01\\x02]",
		"((a|b)|(a|b))*[\\x01\\x02]",
	};
	char text[1000];
	struct zv_packet packet = { .kind = ZV_PACKET_EVENT,
				    .text = { text, sizeof text } };
	double slowest = 0;

	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '!';
	for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
		struct zv_filter_options o = { .regex = evil[i], .no_jit = no_jit };
		struct zv_filter *f = zvon_filter_new(&o, NULL);
		double best = 1;

		/* the best of some: what else the machine does is not its fault; fewer
		 * than switch it off */
		for (int round = 0; round < 50; round++) {
			struct bench_time start = bench_now();
			double seconds;

			zvon_filter_judge(f, &packet, 0);
			seconds = bench_since(start).wall;
			best = seconds < best ? seconds : best;
		}
		slowest = best > slowest ? best : slowest;
		zvon_filter_free(f);
	}
	return slowest * 1e6;
}

int
main(int argc, char **argv)
{
	struct packets all;
	struct bench b = { .n = argc > 3 ? strtoul(argv[3], NULL, 10) : 0 };
	const char *kind = argc > 2 ? argv[2] : "";
	bool no_jit = argc > 4;
	bool costs_each = strcmp(kind, "each") == 0 || strcmp(kind, "free") == 0;
	long before;
	double seconds;
	size_t events;

	if (argc < 4) {
		fprintf(stderr, "usage: filter FILE KIND SUBSCRIBERS [nojit]\n");
		return 2;
	}
	if (strcmp(kind, "evil") == 0) {
		printf("{\"kind\":\"evil\",\"jit\":%s,\"us\":%.1f}\n",
		       no_jit ? "false" : "true", slowest_evil(no_jit));
		return 0;
	}
	all = parse(argv[1]);
	before = bench_private_kb();
	fill(&b, kind, no_jit);
	before = bench_private_kb() - before;
	seconds = measure(&b, &all, costs_each, &events);
	printf("{\"kind\":\"%s\",\"jit\":%s,\"subscribers\":%zu,\"us\":%.3f,"
	       "\"matches\":%.3f,\"bytes_each\":%.0f,\"event_bytes\":%.0f}\n",
	       kind, no_jit ? "false" : "true", b.n, seconds * 1e6 / (double)events,
	       (double)b.matches / (double)events,
	       b.n ? (double)before * 1024 / (double)b.n : 0.0,
	       (double)all.bytes / (double)all.n);
	return 0;
}
