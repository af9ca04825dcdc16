/* history_fill STORE [COUNT] - puts calls into a store: those on standard input, one JSON object
 * a line as zv_conversation_json writes them; with COUNT, so many that it makes up, one a minute
 * until 2026-11-21. For tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"

#define AT_ONCE	 500
#define UNTIL_MS 1795219200000 /* 2026-11-21 00:00 UTC */

static struct zv_error err;

static int
fail(const char *what)
{
	fprintf(stderr, "history_fill: %s: %s\n", what, err.text);
	return 1;
}

static int
turn(struct zv_store *s, long n)
{
	if (n % AT_ONCE)
		return 0;
	return n && zv_store_commit(s, &err) < 0 ? -1 : zv_store_begin(s, &err);
}

static int
put_line(struct zv_store *s, const char *line)
{
	struct zv_conversation *c = zv_conversation_read(zvon_str(line), &err);
	int rc = c ? zv_store_put(s, c, &err) : -1;

	zv_conversation_free(c);
	return rc;
}

static int
put_made_up(struct zv_store *s, long i, long count)
{
	char id[32], number[32], line[8];
	struct zv_past_leg legs[2] = {
		{ .is_trunk = true, .line = { "provider", 8 } },
		{ .role = ZV_ROLE_CALLEE, .rang = true },
	};
	struct zv_conversation c = {
		.server = { "office", 6 },
		.direction = ZV_DIRECTION_IN,
		.result = i % 3 ? ZV_RESULT_ANSWERED : ZV_RESULT_NO_ANSWER,
		.legs = legs,
		.n_legs = 2,
		.started_ms = UNTIL_MS - (count - i) * 60000,
		.sources = ZV_PAST_LIVE,
	};

	snprintf(id, sizeof id, "%ld.1", i);
	snprintf(number, sizeof number, "7916555%04ld", i % 1000);
	snprintf(line, sizeof line, "%ld", 101 + i % 10);
	c.id = zvon_str(id);
	c.from_number = legs[0].number = zvon_str(number);
	c.to_number = legs[1].number = legs[1].line = zvon_str(line);
	legs[0].unique_id = zvon_str(id);
	legs[0].result = legs[1].result = c.result;
	c.ended_ms = c.started_ms + 30000;
	c.wait_ms = 5000;
	c.talk_ms = i % 3 ? 25000 : 0;
	c.answered_ms = i % 3 ? c.started_ms + 5000 : 0;
	return zv_store_put(s, &c, &err);
}

int
main(int argc, char **argv)
{
	const struct zv_store_options o = {
		.db = { .url = zvon_str(argc > 1 ? argv[1] : ""), .create = true },
	};
	struct zv_error warning = { 0 };
	struct zv_store *s = zv_store_open(&o, &warning, &err);
	long count = argc > 2 ? atol(argv[2]) : 0, n = 0;
	static char line[1 << 20];
	int rc = 0;

	if (!s)
		return fail("open");
	while (rc >= 0 &&
	       (count ? n < count : fgets(line, sizeof line, stdin) != NULL)) {
		rc = turn(s, n);
		if (rc >= 0)
			rc = count ? put_made_up(s, n, count) : put_line(s, line);
		n++;
	}
	if (rc >= 0 && n)
		rc = zv_store_commit(s, &err);
	zv_store_close(s);
	return rc < 0 ? fail("put") : 0;
}
