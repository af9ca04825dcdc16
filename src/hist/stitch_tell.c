/* stitch_tell.c - the rows of one conversation, told. Where a rule stands for a scene of real
 * servers, docs/history/sources.md names it. */
#include "hist/stitch_tale.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- rows --------------------------------------------------------------------------------- */

static const struct {
	struct zv_str name;
	enum zv_call_result result;
} dispositions[] = {
	{ ZV_STR("ANSWERED"), ZV_RESULT_ANSWERED },
	{ ZV_STR("NO ANSWER"), ZV_RESULT_NO_ANSWER },
	{ ZV_STR("BUSY"), ZV_RESULT_BUSY },
	{ ZV_STR("FAILED"), ZV_RESULT_FAILED },
	{ ZV_STR("CONGESTION"), ZV_RESULT_CONGESTION },
	{ ZV_STR("CANCEL"), ZV_RESULT_CANCELLED },   /* canceldispositionenabled */
	{ ZV_STR("NOANSWER"), ZV_RESULT_NO_ANSWER }, /* MikoPBX: DIALSTATUS */
	{ ZV_STR("ANSWER"), ZV_RESULT_ANSWERED },
	{ ZV_STR("CHANUNAVAIL"), ZV_RESULT_FAILED },
	/* ast_cdr_disp2str by number, as cdr_adaptive_odbc writes it into integers */
	{ ZV_STR("8"), ZV_RESULT_ANSWERED },
	{ ZV_STR("0"), ZV_RESULT_NO_ANSWER },
	{ ZV_STR("1"), ZV_RESULT_NO_ANSWER },
	{ ZV_STR("2"), ZV_RESULT_FAILED },
	{ ZV_STR("4"), ZV_RESULT_BUSY },
	{ ZV_STR("16"), ZV_RESULT_CONGESTION },
};

static enum zv_call_result
disposition_of(const struct zv_cdr_row *r)
{
	for (size_t i = 0; i < COUNT(dispositions); i++)
		if (zvon_str_equal_nocase(r->disposition, dispositions[i].name))
			return dispositions[i].result;
	return r->billsec > 0 ? ZV_RESULT_ANSWERED : ZV_RESULT_NO_ANSWER;
}

/* Tables without a column for the answer have billsec. */
static int64_t
answer_of(const struct zv_stitch_row *r, enum zv_call_result result)
{
	if (r->cdr.answer_ms >= r->start_ms && r->cdr.answer_ms)
		return r->cdr.answer_ms < r->end_ms ? r->cdr.answer_ms : r->end_ms;
	if (r->cdr.billsec > 0 && r->cdr.billsec <= (r->end_ms - r->start_ms) / 1000)
		return r->end_ms - (int64_t)r->cdr.billsec * 1000;
	return result == ZV_RESULT_ANSWERED ? r->start_ms : 0;
}

static void
take_rows(struct zv_tale *t, const struct zv_stitch_row *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct zv_stitch_row *r = rows[i];
		enum zv_call_result result;

		if (r->is_cel)
			continue;
		result = disposition_of(&r->cdr);
		t->rows[t->n++] = (struct zv_tale_row){
			.cdr = &r->cdr,
			.start_ms = r->start_ms,
			.answer_ms = answer_of(r, result),
			.end_ms = r->end_ms,
			.caller = -1,
			.callee = -1,
			.result = result,
		};
	}
}

bool
zv_tale_is_app(const struct zv_tale_row *r, struct zv_str app)
{
	return zvon_str_equal_nocase(r->cdr->lastapp, app);
}

bool
zv_tale_is_room(const struct zv_tale_row *r)
{
	return zv_tale_is_app(r, ZV_STR("ConfBridge")) ||
	       zv_tale_is_app(r, ZV_STR("MeetMe")) ||
	       zv_tale_is_app(r, ZV_STR("Conference"));
}

bool
zv_tale_is_same_dial(const struct zv_tale_row *a, const struct zv_tale_row *b)
{
	return zvon_str_equal(a->cdr->lastapp, b->cdr->lastapp) &&
	       zvon_str_equal(a->cdr->lastdata, b->cdr->lastdata);
}

/* ---- lists --------------------------------------------------------------------------------- */

static void
add_linked(struct zv_tale *t, struct zv_str id)
{
	struct zv_conversation *c = &t->c;

	if (id.n == 0 || c->n_linked_ids == t->cap)
		return;
	for (size_t i = 0; i < c->n_linked_ids; i++)
		if (zvon_str_equal(c->linked_ids[i], id))
			return;
	c->linked_ids[c->n_linked_ids++] = id;
}

static void
add_recording(struct zv_tale *t, struct zv_str file)
{
	struct zv_conversation *c = &t->c;

	if (file.n == 0 || c->n_recordings == t->cap)
		return;
	for (size_t i = 0; i < c->n_recordings; i++)
		if (zvon_str_equal(c->recordings[i].file, file))
			return;
	c->recordings[c->n_recordings++] = (struct zv_past_recording){ .file = file };
}

/* Uniqueids of Local channels are no leg's: they are kept among the Linkedids, so that the call
 * is known again. */
static void
read_lists(struct zv_tale *t)
{
	static const struct zv_str audio =
		ZV_STR("audio:"); /* Asterisk@home, Elastix */

	for (size_t i = 0; i < t->n; i++) {
		const struct zv_cdr_row *r = t->rows[i].cdr;

		add_linked(t, r->linkedid);
		if (zv_channel_kind(r->channel) == ZV_CHANNEL_LOCAL)
			add_linked(t, r->uniqueid);
		add_recording(t, r->recordingfile);
		if (zv_str_starts(r->userfield, audio))
			add_recording(t, zv_str_from(r->userfield, audio.n));
	}
}

/* ---- times ---------------------------------------------------------------------------------- */

static int64_t
since(int64_t to, int64_t from)
{
	return from && to > from ? to - from : 0;
}

static void
read_times(struct zv_tale *t)
{
	struct zv_conversation *c = &t->c;

	c->started_ms = t->rows[0].start_ms;
	for (size_t i = 0; i < t->n; i++)
		if (c->ended_ms < t->rows[i].end_ms)
			c->ended_ms = t->rows[i].end_ms;
	if (c->answered_ms && c->answered_ms < c->started_ms)
		c->answered_ms = c->started_ms;
	c->wait_ms =
		since(c->answered_ms ? c->answered_ms : c->ended_ms, c->started_ms);
	c->talk_ms = since(c->ended_ms, c->answered_ms);
}

/* Of a row without any id: the same each time it is read. */
static struct zv_str
make_id(struct zv_tale *t)
{
	const struct zv_cdr_row *r = t->rows[0].cdr;
	struct zv_str who = r->channel.n ? r->channel : r->src.n ? r->src : r->dst;

	who.n = zv_utf8_cut(who, sizeof t->made_id - 32);
	snprintf(t->made_id, sizeof t->made_id, "%lld-%.*s",
		 (long long)(t->rows[0].start_ms / 1000), ZV_ARG(who));
	return zvon_str(t->made_id);
}

/* The Uniqueid of its first channel: what Linkedid says, or the first row. */
static void
read_id(struct zv_tale *t)
{
	const struct zv_cdr_row *first = t->rows[0].cdr;

	t->c.id = first->linkedid.n ? first->linkedid : first->uniqueid;
	if (t->c.id.n == 0)
		t->c.id = make_id(t);
}

/* ---- room ----------------------------------------------------------------------------------- */

/* Two legs for each row, and more that only Dial's data name. */
static size_t
cap_for(size_t n)
{
	size_t cap = 2 * n + 16;

	return cap < ZV_TALE_PARTS_MAX ? cap : ZV_TALE_PARTS_MAX;
}

static void *
make_room(struct zv_tale *t, size_t n)
{
	struct zv_conversation *c = &t->c;
	size_t cap = cap_for(n);
	char *block = zv_malloc(n * sizeof *t->rows +
				cap * (sizeof *c->legs + sizeof *c->transfers +
				       sizeof *c->recordings + 2 * sizeof *c->talked)),
	     *end = block;

	if (!block)
		return NULL;
	t->cap = cap;
	t->rows = (void *)end;
	end += n * sizeof *t->rows;
	c->legs = (void *)end;
	end += cap * sizeof *c->legs;
	c->transfers = (void *)end;
	end += cap * sizeof *c->transfers;
	c->recordings = (void *)end;
	end += cap * sizeof *c->recordings;
	c->talked = (void *)end;
	end += cap * sizeof *c->talked;
	c->linked_ids = (void *)end;
	return block;
}

struct zv_conversation *
zv_stitch_tell(const struct zv_stitch_options *options,
	       const struct zv_stitch_row *const *rows, size_t n)
{
	struct zv_tale t = {
		.options = options,
		.c = { .server = options->server },
		.all = rows,
		.n_all = n,
	};
	void *room = make_room(&t, n);
	struct zv_conversation *c = NULL;

	if (!room)
		return NULL;
	take_rows(&t, rows, n);
	if (t.n == 0)
		zv_tale_tell_cel(&t);
	if (t.n) {
		t.c.sources |= ZV_PAST_CDR;
		read_id(&t);
		read_lists(&t);
		zv_tale_read_legs(&t);
		zv_tale_read_parties(&t);
		zv_tale_read_cel(&t);
		zv_tale_read_pickup(&t);
		zv_tale_read_result(&t);
		zv_tale_read_transfers(&t);
		read_times(&t);
	}
	c = zv_conversation_copy(&t.c);
	zv_free(room);
	return c;
}
