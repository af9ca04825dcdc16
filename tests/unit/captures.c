#include "captures.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

static void
keep(struct captured *c, const struct zv_packet *packet)
{
	struct zv_packet **bigger =
		realloc(c->packets, (c->n + 1) * sizeof *c->packets);

	assert_non_null(bigger);
	c->packets = bigger;
	c->packets[c->n] = zvon_packet_copy(packet);
	assert_non_null(c->packets[c->n++]);
}

static void
read_packets(struct captured *c, struct zv_str bytes)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;

	zvon_parser_feed(parser, bytes);
	while (zvon_parser_next(parser, &packet) == 1)
		keep(c, packet);
	zvon_parser_free(parser);
}

int
recordings_each(const char *path, recording_fn fn, void *user)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	int n = 0;

	if (!folder)
		fail_msg("cannot read %s", path);
	while ((entry = readdir(folder))) {
		char inner[1000];

		snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
		if (zv_str_ends(zvon_str(entry->d_name), ZV_STR(".ami"))) {
			struct zv_str bytes = read_file(inner);

			fn(user, inner, bytes);
			free((void *)bytes.p);
			n++;
		} else if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
			n += recordings_each(inner, fn, user);
		}
	}
	closedir(folder);
	return n;
}

static void
keep_packets(void *captured, const char *path, struct zv_str bytes)
{
	read_packets(captured, bytes);
}

struct captured
captured_read(void)
{
	struct captured c = { 0 };
	const char *path = getenv("ZVON_CAPTURES_DIR");

	if (!path)
		fail_msg("ZVON_CAPTURES_DIR is not set");
	recordings_each(path, keep_packets, &c);
	assert_true(c.n > 4000);
	return c;
}

void
captured_free(struct captured *c)
{
	for (size_t i = 0; i < c->n; i++)
		zvon_packet_free(c->packets[i]);
	free(c->packets);
}

struct zv_packet *
packet_of(struct zv_str text)
{
	struct captured c = { 0 };
	struct zv_packet *packet;

	read_packets(&c, text);
	if (c.n != 1)
		fail_msg("%zu packets in: %.*s", c.n, ZV_ARG(text));
	packet = c.packets[0];
	free(c.packets);
	return packet;
}
