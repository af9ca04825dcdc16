/* A recording as the answer: whole, in parts, or nothing because it is known already (RFC 9110,
 * 13 and 14). What is given is the file as long as it was when it was opened. */
#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/date.h"
#include "http/disposition.h"
#include "http/field.h"
#include "http/range.h"
#include "io/clock.h"
#include "zvond/recordings.h"

#define BOUNDARY_MAX 40
#define PART_HEAD    256

struct plan {
	struct zv_http_range parts[ZV_HTTP_MAX_RANGES];
	int n_parts;
	int part;      /* that is being sent */
	uint64_t at;   /* next byte of the recording */
	bool is_multi; /* multipart/byteranges: parts have heads */
	char boundary[BOUNDARY_MAX];
	const char *type;
	unsigned char *piece; /* while a thread reads it */
};

static struct plan *
plan_of(struct zv_recording_job *job)
{
	return job->plan;
}

static void
free_plan(struct zv_recording_job *job)
{
	zv_free(plan_of(job)->piece);
}

static const char *
type_of(const struct zv_recording_file *f)
{
	return f->is_decoded ? "audio/wav" : f->kind->type;
}

/* ---- parts ------------------------------------------------------------------------------------ */

static size_t
write_part_head(const struct zv_recording_job *job, const struct plan *p, int part,
		char out[PART_HEAD])
{
	const struct zv_http_range *r = &p->parts[part];

	return (size_t)snprintf(out, PART_HEAD,
				"\r\n--%s\r\nContent-Type: %s\r\n"
				"Content-Range: bytes %llu-%llu/%llu\r\n\r\n",
				p->boundary, p->type, (unsigned long long)r->first,
				(unsigned long long)r->last,
				(unsigned long long)job->file.length);
}

static size_t
write_end(const struct plan *p, char out[PART_HEAD])
{
	return (size_t)snprintf(out, PART_HEAD, "\r\n--%s--\r\n", p->boundary);
}

static uint64_t
length_of(const struct zv_recording_job *job, const struct plan *p)
{
	char text[PART_HEAD];
	uint64_t sum = p->is_multi ? write_end(p, text) : 0;

	for (int i = 0; i < p->n_parts; i++) {
		sum += p->parts[i].last - p->parts[i].first + 1;
		if (p->is_multi)
			sum += write_part_head(job, p, i, text);
	}
	return sum;
}

/* ---- sending, piece by piece -------------------------------------------------------------------- */

static void on_drained(struct zv_exchange *x);

static void
read_piece(struct zv_recording_job *job)
{
	struct plan *p = plan_of(job);
	uint64_t most = p->parts[p->part].last + 1 - p->at;

	job->rc = zv_recording_read(&job->file, p->at, most, p->piece, &job->err);
}

/* Short, gone, or unreadable: nothing else is sent in its place. */
static void
on_piece(struct zv_recording_job *job)
{
	struct zv_exchange *x = job->x;
	struct plan *p = plan_of(job);

	if (job->rc <= 0) {
		zv_recording_job_break(job, job->err.text);
		return;
	}
	p->at += (uint64_t)job->rc;
	job->sent += (uint64_t)job->rc;
	x->on_drained = on_drained;
	zv_exchange_long_part(x, (struct zv_str){ (char *)p->piece, (size_t)job->rc });
	zv_free(p->piece);
	p->piece = NULL;
}

static void
finish(struct zv_recording_job *job)
{
	struct zv_exchange *x = job->x;
	struct plan *p = plan_of(job);
	char text[PART_HEAD];

	if (p->is_multi)
		zv_exchange_long_part(x, (struct zv_str){ text, write_end(p, text) });
	zv_recording_job_end(job);
	zv_exchange_long_end(x, true);
}

/* The next part, if the one before is over. false: there is none. */
static bool
begin_part(struct zv_recording_job *job, struct plan *p)
{
	char text[PART_HEAD];

	if (p->part >= 0 && p->at <= p->parts[p->part].last)
		return true;
	if (++p->part == p->n_parts)
		return false;
	p->at = p->parts[p->part].first;
	if (p->is_multi)
		zv_exchange_long_part(
			job->x, (struct zv_str){
					text, write_part_head(job, p, p->part, text) });
	return true;
}

/* One piece waits for the peer at most: what he does not read stays on the disk. */
static void
send_next(struct zv_recording_job *job)
{
	struct plan *p = plan_of(job);

	if (!begin_part(job, p)) {
		finish(job);
		return;
	}
	p->piece = zv_malloc(ZV_RECORDING_PIECE);
	if (p->piece)
		zv_recording_job_step(job, read_piece, on_piece);
	else
		zv_recording_job_break(job, "out of memory");
}

static void
on_drained(struct zv_exchange *x)
{
	send_next(x->waiting);
}

/* ---- conditions ----------------------------------------------------------------------------------- */

static bool
is_etag_listed(struct zv_str list, struct zv_str etag)
{
	struct zv_str one;

	if (zvon_str_equal(list, ZV_STR("*")))
		return true;
	while (zv_http_list_next(&list, ',', &one))
		if (zvon_str_equal(zv_str_starts(one, ZV_STR("W/"))
					   ? zv_str_from(one, 2)
					   : one,
				   etag))
			return true;
	return false;
}

/* The date exactly as we told it: that of a file that was copied back may be an older one. */
static bool
is_known(const struct zv_http_request *r, const struct zv_recording_file *f,
	 const char *modified)
{
	struct zv_str etags = zv_http_field_of(r, "If-None-Match");

	if (etags.p)
		return is_etag_listed(etags, zvon_str(f->etag));
	return zvon_str_equal(zv_http_field_of(r, "If-Modified-Since"),
			      zvon_str(modified));
}

/* Of the same file as before? A range of another one would be garbage. */
static bool
range_applies(const struct zv_http_request *r, const struct zv_recording_file *f,
	      const char *modified)
{
	struct zv_str condition = zv_http_field_of(r, "If-Range");

	return !condition.p || zvon_str_equal(condition, zvon_str(f->etag)) ||
	       zvon_str_equal(condition, zvon_str(modified));
}

/* 200, 206 or 416. */
static int
choose_parts(struct zv_recording_job *job, struct plan *p, const char *modified)
{
	const struct zv_http_request *r = job->x->request;
	uint64_t length = job->file.length;
	int n = 0;

	if (zvon_str_equal(r->method, ZV_STR("GET")) &&
	    range_applies(r, &job->file, modified))
		n = zv_http_ranges(zv_http_field_of(r, "Range"), length, p->parts);
	if (n < 0)
		return 416;
	p->n_parts = n;
	p->is_multi = n > 1;
	if (n > 0)
		return 206;
	p->n_parts = 1;
	p->parts[0] = (struct zv_http_range){ 0, length - 1 };
	return 200;
}

/* ---- the head --------------------------------------------------------------------------------------- */

struct head {
	struct zv_http_answer_field fields[6];
	size_t n;
	char modified[ZV_HTTP_DATE_TEXT], range[80], type[80];
	char etag[sizeof((struct zv_recording_file *)0)->etag];
	struct zv_buf disposition;
};

static void
add(struct head *h, const char *name, struct zv_str value)
{
	h->fields[h->n++] = (struct zv_http_answer_field){ name, value };
}

static void
fill_head(struct head *h, const struct zv_recording_job *job)
{
	memcpy(h->etag, job->file.etag, sizeof h->etag);
	add(h, "ETag", zvon_str(h->etag));
	add(h, "Last-Modified", zvon_str(h->modified));
	add(h, "Cache-Control", ZV_STR("private, no-cache"));
	add(h, "Accept-Ranges", ZV_STR("bytes"));
}

static void
add_body_fields(struct head *h, struct zv_recording_job *job, const struct plan *p,
		int status)
{
	zv_http_write_disposition(&h->disposition, job->save, zvon_str(job->file.name));
	add(h, "Content-Disposition", zv_buf_str(&h->disposition));
	if (status != 206 || p->is_multi)
		return;
	snprintf(h->range, sizeof h->range, "bytes %llu-%llu/%llu",
		 (unsigned long long)p->parts[0].first,
		 (unsigned long long)p->parts[0].last,
		 (unsigned long long)job->file.length);
	add(h, "Content-Range", zvon_str(h->range));
}

/* 304 and 416: no body of the recording. */
static void
answer_short(struct zv_recording_job *job, struct head *h, int status)
{
	struct zv_exchange *x = job->x;
	struct zv_reply reply = { .status = status, .may_be_stored = true };

	if (status == 416) {
		snprintf(h->range, sizeof h->range, "bytes */%llu",
			 (unsigned long long)job->file.length);
		add(h, "Content-Range", zvon_str(h->range));
		reply.body = ZV_STR("{\"error\":{\"code\":\"range\",\"message\":\"the "
				    "recording is shorter than that\"}}");
	}
	reply.more = h->fields;
	reply.n_more = h->n;
	zv_recording_job_end(job);
	zv_exchange_answer(x, &reply);
}

static void
answer_body(struct zv_recording_job *job, struct head *h, int status)
{
	struct zv_exchange *x = job->x;
	struct plan *p = plan_of(job);
	struct zv_reply reply = { .status = status, .may_be_stored = true };

	p->type = reply.type = type_of(&job->file);
	p->part = -1;
	if (p->is_multi) {
		snprintf(p->boundary, sizeof p->boundary, "zvon-%016llx%016llx",
			 (unsigned long long)zv_random(),
			 (unsigned long long)zv_random());
		snprintf(h->type, sizeof h->type, "multipart/byteranges; boundary=%s",
			 p->boundary);
		reply.type = h->type;
	}
	add_body_fields(h, job, p, status);
	reply.more = h->fields;
	reply.n_more = h->n;
	job->began = true;
	zv_exchange_long_begin(x, &reply, (long long)length_of(job, p));
	if (zvon_str_equal(x->request->method, ZV_STR("HEAD"))) {
		zv_recording_job_end(job);
		zv_exchange_long_end(x, true);
	} else {
		send_next(job);
	}
}

void
zv_recording_send(struct zv_recording_job *job)
{
	struct plan *p = zv_calloc(1, sizeof *p);
	struct head h = { .n = 0 };
	int status;

	if (!p) {
		zv_recording_job_break(job, "out of memory");
		return;
	}
	job->plan = p;
	job->free_plan = free_plan;
	zv_http_date(job->file.mtime_ns / 1000000000, h.modified);
	fill_head(&h, job);
	status = is_known(job->x->request, &job->file, h.modified)
			 ? 304
			 : choose_parts(job, p, h.modified);
	if (status == 304 || status == 416)
		answer_short(job, &h, status);
	else
		answer_body(job, &h, status);
	zv_buf_deinit(&h.disposition);
}
