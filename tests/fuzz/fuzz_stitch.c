/* Rows of any kind: each conversation that comes out is sound, no row is lost or told twice, and
 * nothing stays behind.
 *
 * Input: rows; each a kind (1 byte: bit 0 CEL, the rest which numbers are odd), texts up to
 * newline with tabs between them in the order of `texts`, then times as small numbers. */
#include "fuzz.h"
#include "hist/stitch.h"

#define TEXTS 12
#define T0    1795220000000

struct fields {
	struct zv_str text[TEXTS];
};

static struct fields
read_fields(struct zv_str line)
{
	struct fields f = { 0 };
	size_t k = 0, from = 0;

	for (size_t i = 0; i <= line.n && k < TEXTS; i++)
		if (i == line.n || line.p[i] == '\t') {
			f.text[k++] = (struct zv_str){ line.p + from, i - from };
			from = i + 1;
		}
	return f;
}

static void
feed(struct zv_stitch *s, unsigned kind, unsigned when, unsigned length,
     const struct fields *f)
{
	const struct zv_str *t = f->text;
	int64_t start_ms = kind & 2 ? (int64_t)(int8_t)when : T0 + when * 1000;

	if (kind & 1) {
		struct zv_cel_row r = { .uniqueid = t[0],
					.linkedid = t[1],
					.channel = t[2],
					.eventtype = t[3],
					.appname = t[4],
					.appdata = t[5],
					.exten = t[6],
					.cid_num = t[7],
					.cid_name = t[8],
					.peer = t[9],
					.extra = t[10],
					.time_ms = start_ms };

		CHECK(zv_stitch_cel(s, &r) == 0);
	} else {
		struct zv_cdr_row r = { .uniqueid = t[0],
					.linkedid = t[1],
					.channel = t[2],
					.dstchannel = t[3],
					.lastapp = t[4],
					.lastdata = t[5],
					.dst = t[6],
					.src = t[7],
					.clid = t[8],
					.disposition = t[9],
					.recordingfile = t[10],
					.did = t[11],
					.start_ms = start_ms,
					.duration_s = (int)length - 2,
					.billsec = (int)(length / 2) - 1,
					.sequence = kind & 4 ? -1 : (long long)when };

		r.end_ms = kind & 8 ? start_ms + length * 1000 : 0;
		r.answer_ms = kind & 16 ? start_ms + when * 500 : 0;
		CHECK(zv_stitch_cdr(s, &r) == 0);
	}
}

static void
check_conversation(const struct zv_conversation *c)
{
	CHECK(c->n_legs <= 1000 && c->n_transfers <= 1000 && c->n_talked <= 1000);
	CHECK(c->wait_ms >= 0 && c->talk_ms >= 0);
	CHECK(!c->is_open && c->result != ZV_RESULT_ANSWERED_ELSEWHERE);
	CHECK(c->sources == ZV_PAST_CDR || c->sources == ZV_PAST_CEL ||
	      c->sources == (ZV_PAST_CDR | ZV_PAST_CEL));
	CHECK(c->id.n > 0);
	for (size_t i = 0; i < c->n_legs; i++)
		CHECK(c->legs[i].channel.n > 0 && c->legs[i].result != ZV_RESULT_NONE);
}

static size_t
take(struct zv_stitch *s, bool all)
{
	struct zv_conversation *c;
	size_t n = 0;

	while (zv_stitch_next(s, all, &c) > 0) {
		check_conversation(c);
		zv_conversation_free(c);
		n++;
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	struct zv_str lines[] = { ZV_STR("103"), ZV_STR("PJSIP/x*") };
	struct zv_stitch_options options = { .server = ZV_STR("pbx"),
					     .trunks = lines + 1,
					     .n_trunks = 1,
					     .lines = lines,
					     .n_lines = 1,
					     .settle_ms = 20000 };
	struct zv_stitch *s = zv_stitch_new(&options);
	struct zv_stitch_counters c;
	size_t told = 0;

	while (in.n) {
		unsigned kind = fuzz_byte(&in), when = fuzz_byte(&in),
			 length = fuzz_byte(&in);
		struct zv_str line = fuzz_until(&in, '\n');
		char *copy = fuzz_copy(line);
		struct fields f = read_fields((struct zv_str){ copy, line.n });

		feed(s, kind, when, length, &f);
		free(copy);
		told += take(s, false);
	}
	told += take(s, true);
	zv_stitch_count(s, &c);
	CHECK(c.open == 0 && c.oldest_row == c.rows + 1);
	CHECK(c.conversations == told && told + c.strange + c.duplicates <= c.rows);
	zv_stitch_free(s);
	return 0;
}
