/* stitch_rows.c - what src/hist makes of rows, for tests: stdin has one JSON object a line, with
 * the names of Asterisk's columns ({"row":"cel",…}: of CEL), times as text in UTC or epoch
 * seconds; stdout gets one conversation a line. Arguments: names of trunks. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "hist/stitch.h"
#include "hist/zone.h"
#include "json/reader.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void
fail(const char *what)
{
	fprintf(stderr, "stitch_rows: %s\n", what);
	exit(1);
}

static int64_t
time_of(const json_t *o, const char *key)
{
	int64_t ms;

	if (zv_zone_read_time(NULL, zv_json_text(o, key), &ms) < 0)
		fail("bad time");
	return ms;
}

static int64_t
number_of(const json_t *o, const char *key, long long otherwise)
{
	long long n;

	if (zv_num_parse(zv_json_text(o, key), INT64_MIN, INT64_MAX, &n) < 0)
		return otherwise;
	return n;
}

static void
feed_cdr(struct zv_stitch *s, const json_t *o)
{
	struct zv_cdr_row r = {
		.start_ms = time_of(o, "start"),
		.answer_ms = time_of(o, "answer"),
		.end_ms = time_of(o, "end"),
		.duration_s = (int)number_of(o, "duration", 0),
		.billsec = (int)number_of(o, "billsec", 0),
		.sequence = number_of(o, "sequence", -1),
	};
	const struct {
		const char *key;
		struct zv_str *to;
	} texts[] = {
		{ "src", &r.src },
		{ "dst", &r.dst },
		{ "dcontext", &r.dcontext },
		{ "clid", &r.clid },
		{ "channel", &r.channel },
		{ "dstchannel", &r.dstchannel },
		{ "lastapp", &r.lastapp },
		{ "lastdata", &r.lastdata },
		{ "disposition", &r.disposition },
		{ "accountcode", &r.accountcode },
		{ "uniqueid", &r.uniqueid },
		{ "linkedid", &r.linkedid },
		{ "peeraccount", &r.peeraccount },
		{ "userfield", &r.userfield },
		{ "did", &r.did },
		{ "recordingfile", &r.recordingfile },
		{ "cnum", &r.cnum },
		{ "cnam", &r.cnam },
		{ "dst_cnam", &r.dst_cnam },
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		*texts[i].to = zv_json_text(o, texts[i].key);
	if (zv_stitch_cdr(s, &r) < 0)
		fail("out of memory");
}

static void
feed_cel(struct zv_stitch *s, const json_t *o)
{
	struct zv_cel_row r = { .time_ms = time_of(o, "eventtime") };
	const struct {
		const char *key;
		struct zv_str *to;
	} texts[] = {
		{ "eventtype", &r.eventtype }, { "cid_name", &r.cid_name },
		{ "cid_num", &r.cid_num },     { "exten", &r.exten },
		{ "context", &r.context },     { "channame", &r.channel },
		{ "appname", &r.appname },     { "appdata", &r.appdata },
		{ "uniqueid", &r.uniqueid },   { "linkedid", &r.linkedid },
		{ "peer", &r.peer },	       { "extra", &r.extra },
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		*texts[i].to = zv_json_text(o, texts[i].key);
	if (zv_stitch_cel(s, &r) < 0)
		fail("out of memory");
}

static void
say(struct zv_stitch *s, bool all)
{
	struct zv_conversation *c;
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };

	while (zv_stitch_next(s, all, &c) > 0) {
		zv_conversation_json(&j, c);
		zv_buf_add_char(&out, '\n');
		j.comma = false;
		zv_conversation_free(c);
	}
	fwrite(out.p, 1, out.n, stdout);
	zv_buf_deinit(&out);
}

static void
feed_line(struct zv_stitch *s, struct zv_str line)
{
	struct zv_error err = { 0 };
	json_t *o = zv_json_read(line, &err);

	if (!o)
		fail(err.text);
	if (zvon_str_equal(zv_json_text(o, "row"), ZV_STR("cel")))
		feed_cel(s, o);
	else
		feed_cdr(s, o);
	json_decref(o);
}

int
main(int argc, char **argv)
{
	struct zv_str *trunks = calloc((size_t)argc, sizeof *trunks);
	struct zv_stitch_options options = { .trunks = trunks };
	struct zv_stitch *s;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	for (int i = 1; trunks && i < argc; i++)
		trunks[options.n_trunks++] = zvon_str(argv[i]);
	s = zv_stitch_new(&options);
	if (!s)
		fail("out of memory");
	while ((n = getline(&line, &cap, stdin)) > 0) {
		feed_line(s, (struct zv_str){ line, (size_t)n });
		say(s, false);
	}
	say(s, true);
	zv_stitch_free(s);
	free(line);
	free(trunks);
	return 0;
}
