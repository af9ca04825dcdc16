/* stitch_row.c - copies of rows, and when they were. */
#include "hist/stitch_impl.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

#define CDR(member) offsetof(struct zv_cdr_row, member)
#define CEL(member) offsetof(struct zv_cel_row, member)

static const size_t cdr_texts[] = {
	CDR(src),	  CDR(dst),	    CDR(dcontext), CDR(clid),
	CDR(channel),	  CDR(dstchannel),  CDR(lastapp),  CDR(lastdata),
	CDR(disposition), CDR(accountcode), CDR(uniqueid), CDR(linkedid),
	CDR(peeraccount), CDR(userfield),   CDR(did),	   CDR(recordingfile),
	CDR(cnum),	  CDR(cnam),	    CDR(dst_cnam),
};

static const size_t cel_texts[] = {
	CEL(eventtype), CEL(cid_name), CEL(cid_num), CEL(exten),
	CEL(context),	CEL(channel),  CEL(appname), CEL(appdata),
	CEL(uniqueid),	CEL(linkedid), CEL(peer),    CEL(extra),
};

static size_t
text_bytes(const void *row, const size_t *texts, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		struct zv_str s;

		memcpy(&s, (const char *)row + texts[i], sizeof s);
		sum += s.n;
	}
	return sum;
}

static void
take_texts(void *row, const size_t *texts, size_t n, char *end)
{
	for (size_t i = 0; i < n; i++) {
		struct zv_str s;

		memcpy(&s, (char *)row + texts[i], sizeof s);
		if (s.n)
			memcpy(end, s.p, s.n);
		s.p = end;
		end += s.n;
		memcpy((char *)row + texts[i], &s, sizeof s);
	}
}

/* A Uniqueid is the second in which its channel began, and a count: "1795224785.0",
 * "pbx-1795224785.0". */
static void
read_unique_id(struct zv_str id, int64_t *second, int64_t *count)
{
	struct zv_str rest = id, part = id, whole;
	long long n = 0;

	while (zv_str_split(&rest, '-', &part))
		;
	*second = *count = 0;
	if (!zv_str_split(&part, '.', &whole) || !part.p ||
	    zv_num_parse(whole, 1, INT64_MAX / 1000000, &n) < 0)
		return;
	*second = n;
	if (zv_num_parse(part, 0, INT64_MAX, &n) == 0)
		*count = n;
}

/* A start of 1970 or none, as broken writers leave it: the Uniqueid knows. */
static void
set_times(struct zv_stitch_row *r)
{
	const struct zv_cdr_row *c = &r->cdr;
	int64_t duration = c->duration_s > 0 ? (int64_t)c->duration_s * 1000 : 0,
		second;

	read_unique_id(c->uniqueid, &second, &r->count);
	r->is_first = c->uniqueid.n && zvon_str_equal(c->uniqueid, c->linkedid);
	r->start_ms = c->start_ms > 86400000 ? c->start_ms : second * 1000;
	r->end_ms = c->end_ms >= r->start_ms ? c->end_ms : r->start_ms + duration;
}

struct zv_stitch_row *
zv_stitch_row_cdr(const struct zv_cdr_row *row)
{
	size_t bytes = text_bytes(row, cdr_texts, COUNT(cdr_texts));
	struct zv_stitch_row *r = zv_malloc(sizeof *r + bytes);

	if (!r)
		return NULL;
	*r = (struct zv_stitch_row){ .cdr = *row };
	take_texts(&r->cdr, cdr_texts, COUNT(cdr_texts), (char *)(r + 1));
	set_times(r);
	return r;
}

struct zv_stitch_row *
zv_stitch_row_cel(const struct zv_cel_row *row)
{
	size_t bytes = text_bytes(row, cel_texts, COUNT(cel_texts));
	struct zv_stitch_row *r = zv_malloc(sizeof *r + bytes);

	if (!r)
		return NULL;
	*r = (struct zv_stitch_row){ .is_cel = true, .cel = *row };
	take_texts(&r->cel, cel_texts, COUNT(cel_texts), (char *)(r + 1));
	r->start_ms = r->end_ms = row->time_ms;
	r->is_first = row->uniqueid.n && zvon_str_equal(row->uniqueid, row->linkedid);
	return r;
}
