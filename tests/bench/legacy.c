/* legacy - the legacy view over the packets of recordings, in memory.
 * usage: legacy ROUNDS FILE...
 * Prints one JSON line per round: ns for each packet that goes in, packets in and out, and
 * allocations. The packets are parsed before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "measure.h"
#include "zvon/legacy.h"
#include "zvon/parser.h"

#define LEAST_PACKETS 200000 /* of a round: the recordings again and again */

struct packets {
	struct zv_packet **all;
	size_t n, cap;
};

static void
keep(struct packets *to, const struct zv_packet *packet)
{
	if (to->n == to->cap) {
		to->cap = to->cap ? 2 * to->cap : 1024;
		to->all = realloc(to->all, to->cap * sizeof *to->all);
		if (!to->all)
			exit(1);
	}
	to->all[to->n++] = zvon_packet_copy(packet);
}

static int
load(struct packets *to, const char *path)
{
	static char bytes[4 * 1024 * 1024];
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	FILE *file = fopen(path, "rb");
	size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0;

	if (file)
		fclose(file);
	zvon_parser_feed(parser, (struct zv_str){ bytes, n });
	while (zvon_parser_next(parser, &packet) == 1)
		if (packet->kind == ZV_PACKET_EVENT)
			keep(to, packet);
	zvon_parser_free(parser);
	return n ? 0 : -1;
}

static void
run(const struct packets *packets)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_legacy_counters c;
	const struct zv_packet *old;
	unsigned long before = zv_mem_count();
	struct bench_time since = bench_now();

	for (size_t done = 0; done < LEAST_PACKETS; done += packets->n) {
		zvon_legacy_begin(l, 11);
		for (size_t i = 0; i < packets->n; i++) {
			zvon_legacy_feed(l, packets->all[i]);
			while (zvon_legacy_next(l, &old))
				;
		}
	}
	since = bench_since(since);
	zvon_legacy_count(l, &c);
	printf("{\"ns\":%.0f,\"in\":%llu,\"out\":%llu,\"dropped\":%llu,"
	       "\"allocations\":%.3f}\n",
	       (since.user + since.sys) * 1e9 / (double)c.in, (unsigned long long)c.in,
	       (unsigned long long)c.out, (unsigned long long)c.dropped,
	       (double)(zv_mem_count() - before) / (double)c.in);
	zvon_legacy_free(l);
}

int
main(int argc, char **argv)
{
	struct packets packets = { 0 };

	for (int i = 2; i < argc; i++)
		if (load(&packets, argv[i]) < 0)
			packets.n = 0;
	if (!packets.n) {
		fprintf(stderr, "usage: legacy ROUNDS FILE...\n");
		return 2;
	}
	for (int i = 0; i < atoi(argv[1]); i++)
		run(&packets);
	return 0;
}
