/* calls - what the call model costs on top of parsing, with many calls at once.
 * usage: calls EVENTS CALLS SEED WEIGHT:FILE...
 *        calls memory CALLS EVENT WEIGHT:FILE...
 * The first prints CPU seconds of the parser alone and of parser and model, over the same
 * bytes in turn; fails when a call has not ended. The second holds CALLS calls right
 * before EVENT comes in each, and prints what the model takes from the heap for them.
 * Prints one JSON line. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "mix.h"
#include "zvon/call.h"
#include "zvon/parser.h"

/* So large that what making it drives out of the cache does not count. */
#define PIECE_BYTES  (4 << 20)
#define PIECE_EVENTS 32768

/* A piece of the stream, and when each event comes. */
struct piece {
	char *p;
	size_t n, events;
	int64_t ms[PIECE_EVENTS];
};

struct bench {
	struct mix *mix;
	struct piece piece;
	struct zv_parser *alone, *first;
	struct zv_calls *calls;
	unsigned long fields, events, told;
	unsigned long long bytes;
	size_t most_calls;
	double parser, both; /* CPU seconds */
};

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
fail(const char *what)
{
	fprintf(stderr, "calls: %s\n", what);
	exit(1);
}

static void
on_event(void *user, const struct zv_call_event *event)
{
	((struct bench *)user)->told++;
}

/* ---- the stream ----------------------------------------------------------------------- */

/* 0: the stream has ended. */
static size_t
fill(struct bench *b)
{
	struct piece *piece = &b->piece;
	size_t n;

	piece->n = piece->events = 0;
	while (piece->events < PIECE_EVENTS &&
	       (n = mix_next(b->mix, piece->p + piece->n, PIECE_BYTES - piece->n,
			     &piece->ms[piece->events]))) {
		piece->n += n;
		piece->events++;
	}
	b->events += piece->events;
	b->bytes += piece->n;
	return piece->events;
}

static void
parse_alone(struct bench *b)
{
	const struct zv_packet *packet;
	double since = cpu_seconds();

	zvon_parser_feed(b->alone, (struct zv_str){ b->piece.p, b->piece.n });
	while (zvon_parser_next(b->alone, &packet) == 1)
		b->fields += packet->n_fields;
	b->parser += cpu_seconds() - since;
}

static void
parse_and_model(struct bench *b)
{
	const struct zv_packet *packet;
	const int64_t *ms = b->piece.ms;
	double since = cpu_seconds();

	zvon_parser_feed(b->first, (struct zv_str){ b->piece.p, b->piece.n });
	while (zvon_parser_next(b->first, &packet) == 1) {
		if (zvon_calls_deadline(b->calls) <= *ms)
			zvon_calls_tick(b->calls, *ms, *ms * 1000);
		if (zvon_calls_feed(b->calls, packet, *ms, *ms * 1000) != 0)
			fail("out of memory");
		ms++;
	}
	b->both += cpu_seconds() - since;
	if (ms != b->piece.ms + b->piece.events)
		fail("events lost: the figures mean nothing");
}

/* The greeting tells the model which generation of events to expect. */
static void
greet(struct bench *b)
{
	const struct zv_packet *packet;
	struct zv_str banner;

	banner.n = mix_banner(b->mix, &banner.p);
	zvon_parser_feed(b->first, banner);
	while (zvon_parser_next(b->first, &packet) == 1)
		zvon_calls_feed(b->calls, packet, 0, 0);
}

static size_t
calls_now(const struct bench *b)
{
	struct zv_calls_counters c;

	zvon_calls_counters(b->calls, &c);
	return c.calls;
}

/* ---- the two ways --------------------------------------------------------------------- */

/* By turns which is first, so that neither always finds the bytes in the cache. */
static void
run(struct bench *b, unsigned long events)
{
	struct zv_calls_counters c;
	unsigned long allocations = zv_mem_count();

	for (unsigned turn = 0; fill(b); turn++) {
		if (turn & 1)
			parse_alone(b);
		parse_and_model(b);
		if (!(turn & 1))
			parse_alone(b);
		if (calls_now(b) > b->most_calls)
			b->most_calls = calls_now(b);
		if (b->events >= events)
			mix_stop(b->mix);
	}
	zvon_calls_counters(b->calls, &c);
	printf("{\"events\":%lu,\"bytes\":%llu,\"parser\":%.6f,\"both\":%.6f,"
	       "\"told\":%lu,\"calls\":%llu,\"most_calls\":%zu,\"strange\":%llu,"
	       "\"late\":%llu,\"allocations\":%lu}\n",
	       b->events, b->bytes, b->parser, b->both, b->told,
	       (unsigned long long)c.started, b->most_calls,
	       (unsigned long long)c.strange, (unsigned long long)c.late,
	       zv_mem_count() - allocations);
	if (c.calls || c.channels || c.started != c.ended)
		fail("calls are left over");
}

static size_t
heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void
run_memory(struct bench *b)
{
	size_t before = heap_bytes();

	mix_once(b->mix);
	while (fill(b))
		parse_and_model(b);
	printf("{\"calls\":%zu,\"bytes\":%zu}\n", calls_now(b), heap_bytes() - before);
}

int
main(int argc, char **argv)
{
	static struct bench b;
	bool memory = argc > 4 && strcmp(argv[1], "memory") == 0;
	struct zv_calls_options options = { .server = ZV_STR("bench"),
					    .on_event = on_event,
					    .context = &b };

	if (argc < 5) {
		fprintf(stderr, "usage: calls EVENTS CALLS SEED WEIGHT:FILE...\n"
				"       calls memory CALLS EVENT WEIGHT:FILE...\n");
		return 2;
	}
	b.mix = mix_new((unsigned)atoi(argv[2]),
			memory ? 1 : strtoull(argv[3], NULL, 10));
	b.piece.p = malloc(PIECE_BYTES);
	b.alone = zvon_parser_new(NULL);
	b.first = zvon_parser_new(NULL);
	b.calls = zvon_calls_new(&options);
	if (!b.mix || !b.piece.p || !b.alone || !b.first || !b.calls)
		fail("out of memory");
	for (int i = 4; i < argc; i++)
		if (mix_add(b.mix, argv[i], memory ? argv[3] : NULL) < 0)
			fail(argv[i]);
	greet(&b);
	if (memory)
		run_memory(&b);
	else
		run(&b, strtoul(argv[1], NULL, 10));
	zvon_calls_free(b.calls);
	zvon_parser_free(b.alone);
	zvon_parser_free(b.first);
	mix_free(b.mix);
	free(b.piece.p);
	return 0;
}
