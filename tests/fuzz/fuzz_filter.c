/* Filters: an expression from anybody over a packet from anybody. By machine code, by the
 * interpreter, by its shape, in a set and alone, the verdict is one; what passes here
 * passes at a server that was told; and all that within the limits of steps (the time
 * limit of the fuzzer is far above them).
 *
 * Input: newlines (1 byte), expression, text, field condition (each up to a NUL), packet. */
#include <regex.h>

#include "ami/filter_set.h"
#include "ami/pushdown.h"
#include "base/mem.h"
#include "base/str.h"
#include "fuzz.h"
#include "zvon/parser.h"

struct subject {
	const char *regex, *text, *field;
	enum zv_filter_newlines newlines;
	const struct zv_packet *packet;
};

static struct zv_filter_options
options_of(const struct subject *s, bool no_jit)
{
	return (struct zv_filter_options){
		.regex = s->regex,
		.newlines = s->newlines,
		.texts = &s->text,
		.n_texts = s->text[0] != '\0',
		.fields = &s->field,
		.n_fields = s->field[0] != '\0',
		.no_jit = no_jit,
	};
}

/* -1: the filter was refused, and why was said. */
static int
verdict_of(const struct zv_filter_options *o, const struct zv_packet *packet)
{
	struct zv_error err = { 0 };
	struct zv_filter *f = zvon_filter_new(o, &err);
	struct zv_filter_counters n;
	int verdict;

	CHECK((f != NULL) == (err.code == 0) && (f || err.text[0]));
	if (!f)
		return -1;
	verdict = zvon_filter_judge(f, packet, 0);
	zvon_filter_count(f, &n);
	CHECK(n.received == 1 && n.passed == (verdict == ZV_FILTER_PASSES));
	CHECK(n.limit_hits == (verdict == ZV_FILTER_LIMIT));
	zvon_filter_free(f);
	return verdict;
}

static bool
set_passes(const struct zv_filter_options *o, const struct zv_packet *packet)
{
	struct zv_filter_set *set = zv_filter_set_new(1, o->no_jit);
	struct zv_filter_options other = { .regex = "Dial.{1,}?200|Hangup.{1,}?200" };
	size_t alone, before;

	CHECK(zv_filter_set_add_filter(set, &other, NULL, NULL));
	before = zv_filter_set_match(set, packet, 0, NULL, NULL);
	CHECK(zv_filter_set_add_filter(set, o, NULL, NULL));
	alone = zv_filter_set_match(set, packet, 0, NULL, NULL) - before;
	zv_filter_set_free(set);
	return alone == 1;
}

/* The same with its shape hidden: all by PCRE2. */
static void
check_shape(const struct subject *s, int verdict)
{
	struct zv_filter_options o = options_of(s, true);
	struct zv_buf hidden = { 0 };
	int other;

	if (s->regex[0] == '(' && s->regex[1] == '*') /* must stand at the beginning */
		return;
	zv_buf_printf(&hidden, "(?-i)%s", s->regex);
	o.regex = zv_buf_cstr(&hidden);
	other = verdict_of(&o, s->packet);
	if (other >= 0 && other != ZV_FILTER_LIMIT && verdict != ZV_FILTER_LIMIT)
		CHECK(other == verdict);
	zv_buf_deinit(&hidden);
}

static bool
server_passes(const struct zv_pushdown *p, struct zv_str text)
{
	char *copy = zv_memdup(text.p, text.n);
	bool passes = p->n_filters == 0;

	for (size_t i = 0; i < p->n_filters && !passes; i++) {
		regex_t re;

		CHECK(regcomp(&re, zv_buf_cstr(&p->filters[i]),
			      REG_EXTENDED | REG_NOSUB) == 0);
		passes = regexec(&re, copy, 0, NULL, 0) == 0;
		regfree(&re);
	}
	zv_free(copy);
	return passes;
}

static void
check_pushdown(const struct zv_filter_options *o, const struct zv_packet *packet)
{
	struct zv_pushdown_server server = { 5, ZV_STR("5.0"), true };
	struct zv_pushdown p;

	CHECK(zv_pushdown_init(&p, o, &server) == 0);
	if (!memchr(packet->text.p, '\0', packet->text.n)) /* Asterisk has none */
		CHECK(server_passes(&p, packet->text));
	zv_pushdown_deinit(&p);
}

static void
check_packet(const struct subject *s)
{
	struct zv_filter_options jit = options_of(s, false),
				 plain = options_of(s, true);
	int verdict = verdict_of(&plain, s->packet);
	int fast = verdict_of(&jit, s->packet);

	CHECK((verdict < 0) == (fast < 0));
	if (verdict < 0)
		return;
	/* a step of the interpreter is not one of machine code */
	if (verdict != ZV_FILTER_LIMIT && fast != ZV_FILTER_LIMIT)
		CHECK(verdict == fast);
	CHECK(set_passes(&plain, s->packet) == (verdict == ZV_FILTER_PASSES));
	check_shape(s, verdict);
	if (verdict == ZV_FILTER_PASSES)
		check_pushdown(&plain, s->packet);
}

static char *
next_text(struct fuzz_input *in)
{
	struct zv_str s = fuzz_until(in, 0);

	return zv_memdup(s.n ? s.p : "", s.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	enum zv_filter_newlines newlines =
		fuzz_byte(&in) & 1 ? ZV_NEWLINES_DASHED : ZV_NEWLINES_KEPT;
	char *regex = next_text(&in), *text = next_text(&in), *field = next_text(&in);
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;

	zvon_parser_feed(parser, fuzz_rest(&in));
	if (zvon_parser_next(parser, &packet) == 1)
		check_packet(&(struct subject){ regex, text, field, newlines, packet });
	zvon_parser_free(parser);
	zv_free(regex);
	zv_free(text);
	zv_free(field);
	return 0;
}
