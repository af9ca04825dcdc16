#include "ajam/reader.h"

#include <stdio.h>

#include "ajam/codec.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf.h"

#define HEAD_BYTES 40 /* of a body that is not ours, shown in the reason */

static const struct zv_ajam_codec *const codecs[] = {
	[ZV_AJAM_RAWMAN] = &zv_ajam_rawman,
	[ZV_AJAM_MXML] = &zv_ajam_mxml,
	[ZV_AJAM_MANAGER] = &zv_ajam_manager,
};

struct zv_ajam_reader {
	const struct zv_ajam_codec *codec;
	void *state;
	struct zv_str in; /* borrowed: fed, not used yet */
	bool is_busy;	  /* next has not said yet that all is used */
	char head[HEAD_BYTES + 1];
	size_t n_head;
	size_t n_packets;
	int error;
	char reason[240];
};

struct zv_ajam_reader *
zv_ajam_reader_new(enum zv_ajam_encoding encoding,
		   const struct zv_parser_limits *limits)
{
	struct zv_ajam_reader *r = zv_calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->codec = codecs[encoding];
	r->state = r->codec->create(limits);
	if (!r->state) {
		zv_ajam_reader_free(r);
		return NULL;
	}
	return r;
}

void
zv_ajam_reader_free(struct zv_ajam_reader *r)
{
	if (!r)
		return;
	r->codec->destroy(r->state);
	zv_free(r);
}

void
zv_ajam_reader_reset(struct zv_ajam_reader *r)
{
	r->codec->reset(r->state);
	r->in = (struct zv_str){ NULL, 0 };
	r->is_busy = false;
	r->n_head = r->n_packets = 0;
	r->error = 0;
	r->reason[0] = '\0';
}

static void
keep_head(struct zv_ajam_reader *r, struct zv_str bytes)
{
	size_t room = HEAD_BYTES - r->n_head;
	size_t n = bytes.n < room ? bytes.n : room;

	if (n)
		memcpy(r->head + r->n_head, bytes.p, n);
	r->n_head += n;
}

int
zv_ajam_reader_feed(struct zv_ajam_reader *r, struct zv_str bytes)
{
	if (r->error)
		return r->error;
	if (r->is_busy)
		return ZV_EINVAL;
	if (r->n_head < HEAD_BYTES)
		keep_head(r, bytes);
	r->in = bytes;
	r->is_busy = bytes.n > 0;
	return 0;
}

static int
not_ours(struct zv_ajam_reader *r)
{
	char head[HEAD_BYTES + 1];

	for (size_t i = 0; i < r->n_head; i++)
		head[i] = r->head[i] ? r->head[i] : ' ';
	head[r->n_head] = '\0';
	zv_utf8_make_line(head);
	snprintf(r->reason, sizeof r->reason,
		 "this is no %s answer of Asterisk: it begins with '%s'; check host, "
		 "port and path of the URL (prefix in http.conf)",
		 r->codec->name, head);
	return ZV_EPROTO;
}

static int
fail(struct zv_ajam_reader *r, int code)
{
	r->error = code;
	if (code == ZV_EPROTO)
		return not_ours(r);
	snprintf(r->reason, sizeof r->reason, "%s", r->codec->error(r->state));
	return code;
}

int
zv_ajam_reader_next(struct zv_ajam_reader *r, const struct zv_packet **out)
{
	int rc;

	*out = NULL;
	if (r->error)
		return r->error;
	rc = r->codec->next(r->state, &r->in, out);
	r->n_packets += rc > 0;
	r->is_busy = rc > 0;
	return rc < 0 ? fail(r, rc) : rc;
}

/* No body at all is whole: a second WaitEvent ends the first one so (all versions). */
int
zv_ajam_reader_end(struct zv_ajam_reader *r)
{
	if (r->error)
		return r->error;
	if (r->is_busy)
		return ZV_EINVAL;
	if (!r->n_head || r->codec->is_whole(r->state))
		return 0;
	r->error = ZV_EPROTO;
	snprintf(r->reason, sizeof r->reason,
		 "the %s answer was cut off behind %zu whole packets; check the "
		 "connection "
		 "and the proxies on the way",
		 r->codec->name, r->n_packets);
	return ZV_EPROTO;
}

const char *
zv_ajam_reader_error(const struct zv_ajam_reader *r)
{
	return r->reason;
}
