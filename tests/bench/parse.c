/* parse - the parser in memory beside the floor, in rotated rounds.
 * usage: parse FILE ROUNDS
 * Prints one JSON line per round: GB/s of both, and their ratio. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "measure.h"
#include "split.h"
#include "zvon/parser.h"

#define PIECE_BYTES (128 * 1024) /* as libzvon reads */

struct input {
	char *p;
	size_t n;
};

static void
count_event(void *user, const struct split_event *e)
{
	*(unsigned long *)user += (unsigned long)e->n;
}

/* Both get the bytes in pieces that the cache holds. */
static unsigned long
run_floor(const struct input *in)
{
	unsigned long fields = 0;
	const char *p = in->p, *end = in->p + in->n;

	while (p < end) {
		const char *stop = end - p < PIECE_BYTES ? end : p + PIECE_BYTES;
		const char *rest = split(p, stop, count_event, &fields);

		p = stop == end ? end : rest;
	}
	return fields;
}

static unsigned long
run_parser(const struct input *in)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	unsigned long fields = 0;

	for (size_t at = 0; at < in->n; at += PIECE_BYTES) {
		size_t n = in->n - at < PIECE_BYTES ? in->n - at : PIECE_BYTES;

		zvon_parser_feed(parser, (struct zv_str){ in->p + at, n });
		while (zvon_parser_next(parser, &packet) == 1)
			fields += packet->n_fields;
	}
	zvon_parser_free(parser);
	return fields;
}

static double
gigabytes_per_second(unsigned long (*run)(const struct input *), const struct input *in,
		     unsigned long *fields)
{
	struct bench_time since = bench_now();

	*fields = run(in);
	since = bench_since(since);
	return (double)in->n / 1e9 / (since.user + since.sys);
}

static struct input
load(const char *path)
{
	struct input in = { NULL, 0 };
	int fd = open(path, O_RDONLY);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (size <= 0 || !(in.p = malloc((size_t)size)))
		return in;
	while (in.n < (size_t)size) {
		ssize_t n = pread(fd, in.p + in.n, (size_t)size - in.n, (off_t)in.n);

		if (n <= 0)
			break;
		in.n += (size_t)n;
	}
	close(fd);
	return in;
}

int
main(int argc, char **argv)
{
	struct input in = load(argc > 1 ? argv[1] : "");
	int rounds = argc > 2 ? atoi(argv[2]) : 5;

	if (!in.n) {
		fprintf(stderr, "usage: parse FILE ROUNDS\n");
		return 2;
	}
	for (int i = 0; i < rounds; i++) {
		unsigned long a, b, before = zv_mem_count();
		double floor = gigabytes_per_second(run_floor, &in, &a);
		double parser = gigabytes_per_second(run_parser, &in, &b);

		printf("{\"floor_gb_s\":%.2f,\"parser_gb_s\":%.2f,\"ratio\":%.2f,"
		       "\"fields\":[%lu,%lu],\"allocations\":%lu}\n",
		       floor, parser, parser / floor, a, b, zv_mem_count() - before);
	}
	free(in.p);
	return 0;
}
