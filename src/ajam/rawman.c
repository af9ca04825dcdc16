/* rawman: packets as on TCP, without a banner, each closed by an empty line. */
#include "ajam/codec.h"

#include "base/mem.h"
#include "base/str.h"

/* What a body begins with, in lower case. */
static const char *const starts[] = { "response:", "event:" };
#define N_STARTS (sizeof starts / sizeof *starts)

struct rawman {
	struct zv_parser *parser;
	size_t n_seen;	 /* bytes that fit a start */
	unsigned may_be; /* a bit for each start that still fits */
	bool is_ours;	 /* one of them was seen whole */
};

static void
forget(struct rawman *r)
{
	r->n_seen = 0;
	r->may_be = (1u << N_STARTS) - 1;
	r->is_ours = false;
}

static void
rawman_destroy(void *codec)
{
	struct rawman *r = codec;

	if (!r)
		return;
	zvon_parser_free(r->parser);
	zv_free(r);
}

static void *
rawman_create(const struct zv_parser_limits *limits)
{
	struct rawman *r = zv_calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->parser = zvon_parser_new(limits);
	if (!r->parser) {
		rawman_destroy(r);
		return NULL;
	}
	forget(r);
	return r;
}

static void
rawman_reset(void *codec)
{
	struct rawman *r = codec;

	zvon_parser_reset(r->parser);
	forget(r);
}

/* Does the next byte of the start fit? */
static int
check_byte(struct rawman *r, char c)
{
	if (!r->n_seen && (c == '\r' || c == '\n'))
		return 0;
	for (size_t i = 0; i < N_STARTS; i++) {
		if (!(r->may_be & 1u << i))
			continue;
		if ((char)zv_lower((unsigned char)c) != starts[i][r->n_seen])
			r->may_be &= ~(1u << i);
		else if (!starts[i][r->n_seen + 1])
			r->is_ours = true;
	}
	r->n_seen++;
	return r->may_be ? 0 : ZV_EPROTO;
}

static int
rawman_next(void *codec, struct zv_str *in, const struct zv_packet **out)
{
	struct rawman *r = codec;
	int rc = 0;

	for (size_t i = 0; i < in->n && !r->is_ours && rc == 0; i++)
		rc = check_byte(r, in->p[i]);
	if (rc == 0 && in->n)
		rc = zvon_parser_feed(r->parser, *in);
	*in = zv_str_from(*in, in->n); /* the parser has them now */
	return rc < 0 ? rc : zvon_parser_next(r->parser, out);
}

static bool
rawman_is_whole(const void *codec)
{
	const struct rawman *r = codec;

	return zvon_parser_pending(r->parser) == 0;
}

static const char *
rawman_error(const void *codec)
{
	const struct rawman *r = codec;

	return zvon_parser_error(r->parser);
}

const struct zv_ajam_codec zv_ajam_rawman = {
	.name = "rawman",
	.create = rawman_create,
	.destroy = rawman_destroy,
	.reset = rawman_reset,
	.next = rawman_next,
	.is_whole = rawman_is_whole,
	.error = rawman_error,
};
