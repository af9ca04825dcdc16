/* mxml - an mxml answer decoded, beside expat and beside the floor, in rotated rounds.
 * usage: mxml FILE ROUNDS
 * Prints one JSON line per round: MB/s of each, and how many attributes each saw.
 *
 * expat gives element by element with all attributes; the floor only finds the quotes,
 * it decodes nothing and would not survive a bad byte; ours makes whole packets. */
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ajam/reader.h"
#include "measure.h"

#define PIECE_BYTES (16 * 1024) /* as libcurl hands them over */

struct input {
	char *p;
	size_t n;
};

static struct zv_str
piece_at(const struct input *in, size_t at)
{
	size_t n = in->n - at < PIECE_BYTES ? in->n - at : PIECE_BYTES;

	return (struct zv_str){ in->p + at, n };
}

static unsigned long
run_ours(const struct input *in)
{
	struct zv_ajam_reader *r = zv_ajam_reader_new(ZV_AJAM_MXML, NULL);
	const struct zv_packet *packet;
	unsigned long attributes = 0;

	for (size_t at = 0; at < in->n; at += PIECE_BYTES) {
		zv_ajam_reader_feed(r, piece_at(in, at));
		while (zv_ajam_reader_next(r, &packet) == 1)
			attributes += packet->n_fields;
	}
	zv_ajam_reader_free(r);
	return attributes;
}

static void
on_element(void *user, const XML_Char *name, const XML_Char **attributes)
{
	unsigned long *n = user;

	if (strcmp(name, "generic") != 0)
		return;
	for (; *attributes; attributes += 2)
		++*n;
}

static unsigned long
run_expat(const struct input *in)
{
	XML_Parser parser = XML_ParserCreate(NULL);
	unsigned long attributes = 0;

	XML_SetUserData(parser, &attributes);
	XML_SetStartElementHandler(parser, on_element);
	for (size_t at = 0; at < in->n; at += PIECE_BYTES) {
		struct zv_str piece = piece_at(in, at);

		if (XML_Parse(parser, piece.p, (int)piece.n, 0) != XML_STATUS_OK)
			attributes = 0; /* not clean: the figures would mean nothing */
	}
	XML_ParserFree(parser);
	return attributes;
}

/* Of `<response type='object' id='unknown'>` the two are none. */
static unsigned long
run_floor(const struct input *in)
{
	const char *p = in->p, *end = p + in->n;
	unsigned long attributes = 0, responses = 0;

	while ((p = memchr(p, '\'', (size_t)(end - p)))) {
		const char *stop = memchr(p + 1, '\'', (size_t)(end - p - 1));

		if (!stop)
			break;
		attributes++;
		p = stop + 1;
		responses += *p == '>'; /* behind its second one */
	}
	return attributes - 2 * responses;
}

static double
megabytes_per_second(unsigned long (*run)(const struct input *), const struct input *in,
		     unsigned long *attributes)
{
	struct bench_time since = bench_now();

	*attributes = run(in);
	since = bench_since(since);
	return (double)in->n / 1e6 / (since.user + since.sys);
}

static struct input
load(const char *path)
{
	struct input in = { NULL, 0 };
	FILE *file = fopen(path, "rb");
	long size = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;

	if (size > 0 && (in.p = malloc((size_t)size))) {
		rewind(file);
		in.n = fread(in.p, 1, (size_t)size, file);
	}
	if (file)
		fclose(file);
	return in;
}

int
main(int argc, char **argv)
{
	static unsigned long (*const runs[])(
		const struct input *) = { run_ours, run_expat, run_floor };
	struct input in = load(argc > 1 ? argv[1] : "");
	int rounds = argc > 2 ? atoi(argv[2]) : 5;

	if (!in.n) {
		fprintf(stderr, "usage: mxml FILE ROUNDS\n");
		return 2;
	}
	for (int i = 0; i < rounds; i++) {
		unsigned long n[3];
		double speed[3];

		for (int k = 0; k < 3; k++) {
			int which = (i + k) % 3;

			speed[which] =
				megabytes_per_second(runs[which], &in, &n[which]);
		}
		printf("{\"ours_mb_s\":%.0f,\"expat_mb_s\":%.0f,\"floor_mb_s\":%.0f,"
		       "\"attributes\":[%lu,%lu,%lu]}\n",
		       speed[0], speed[1], speed[2], n[0], n[1], n[2]);
	}
	free(in.p);
	return 0;
}
