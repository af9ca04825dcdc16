/* The writer of actions: what it takes is read back as it was given, line by line and
 * nothing more; what it does not take leaves no trace; it takes what is plain.
 *
 * Input: action name, then keys and values in turn, each ended by 0x1f. */
#include "ami/request.h"
#include "base/str.h"
#include "fuzz.h"
#include "zvon/parser.h"

#define END	     0x1f
#define WORD	     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"
#define ROOM_FOR_ALL 120 /* fields: below, no limit of their number holds */

struct given {
	struct zv_str key, value;
};

/* Also as AJAM decodes them, and as a browser knows them. */
static void
check_no_line_end(struct zv_str s)
{
	static const char *const ends[] = {
		"\r",  "\n",  "%0d",	      "%0D",	      "%0a",
		"%0A", "%00", "\xe2\x80\xa8", "\xe2\x80\xa9",
	};

	CHECK(s.n == 0 || !memchr(s.p, '\0', s.n));
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		CHECK(zv_str_find(s, zvon_str(ends[i])) == s.n);
}

/* Letters, digits, dashes in the key; in the value anything that is printable ASCII
 * but '%': nobody could have a reason to refuse that. */
static bool
is_plain(struct zv_str key, struct zv_str value)
{
	for (size_t i = 0; i < key.n; i++)
		if (!memchr(WORD, key.p[i], strlen(WORD)))
			return false;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < ' ' || value.p[i] > '~' || value.p[i] == '%')
			return false;
	return key.n && key.n + 2 + value.n <= ZV_REQUEST_MAX_LINE &&
	       !zvon_str_equal_nocase(key, ZV_STR("Action")) &&
	       !zvon_str_equal_nocase(key, ZV_STR("ActionID"));
}

static void
check_packet(const struct zv_packet *p, struct zv_str name, struct zv_str id,
	     const struct given *given, size_t n)
{
	size_t variables = 0;

	CHECK(p->kind == ZV_PACKET_OTHER);
	for (size_t i = 0; i < 2; i++) {
		CHECK(p->fields[i].key.n + 2 + p->fields[i].value.n <=
		      ZV_REQUEST_MAX_LINE);
		check_no_line_end(p->fields[i].value);
	}
	CHECK(p->n_fields == n + 2 && p->n_fields <= ZV_REQUEST_MAX_LINES);
	CHECK(zvon_str_equal(p->fields[0].key, ZV_STR("Action")));
	CHECK(zvon_str_equal(p->fields[0].value, name));
	CHECK(zvon_str_equal(p->fields[1].key, ZV_STR("ActionID")));
	CHECK(zvon_str_equal(p->fields[1].value, id));
	for (size_t i = 0; i < n; i++) {
		const struct zv_field *f = &p->fields[i + 2];

		CHECK(zvon_str_equal(f->key, given[i].key));
		CHECK(zvon_str_equal(f->value, given[i].value));
		CHECK(f->key.n + 2 + f->value.n <= ZV_REQUEST_MAX_LINE);
		check_no_line_end(f->key);
		check_no_line_end(f->value);
		variables += zvon_str_equal_nocase(f->key, ZV_STR("Variable"));
	}
	CHECK(variables <= ZV_REQUEST_MAX_VARIABLES);
}

static void
check_format(const struct zv_request *r, struct zv_str name, const struct given *given,
	     size_t n)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	struct zv_str id = zv_request_action_id(r);
	struct zv_buf out = { 0 };
	const struct zv_packet *p;

	CHECK(parser);
	if (id.n == 0)
		id = ZV_STR("own-1");
	CHECK(zv_request_format(r, id, &out) == 0);
	CHECK(zvon_parser_feed(parser, zv_buf_str(&out)) == 0);
	CHECK(zvon_parser_next(parser, &p) == 1);
	check_packet(p, name, id, given, n);
	CHECK(zvon_parser_next(parser, &p) == 0);
	CHECK(zvon_parser_pending(parser) == 0);
	zv_buf_deinit(&out);
	zvon_parser_free(parser);
}

static void
build(struct zv_request *r, struct zv_str name, struct fuzz_input *in)
{
	struct given given[ZV_REQUEST_MAX_LINES];
	struct zv_request *copy;
	size_t n = 0;

	while (in->n) {
		struct zv_str key = fuzz_until(in, END), value = fuzz_until(in, END);
		struct zv_error err = { 0 };
		int rc = zvon_request_add(r, key, value, &err);

		CHECK(rc <= 0 && rc == err.code);
		CHECK((rc == 0) == (err.text[0] == '\0'));
		CHECK(rc == 0 || n >= ROOM_FOR_ALL || !is_plain(key, value));
		if (rc == 0 && !zvon_str_equal_nocase(key, ZV_STR("ActionID"))) {
			CHECK(n < ZV_REQUEST_MAX_LINES);
			given[n++] = (struct given){ key, value };
		}
	}
	check_format(r, name, given, n);
	copy = zv_request_copy(r);
	CHECK(copy);
	check_format(copy, name, given, n);
	zvon_request_free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	struct zv_str name = fuzz_until(&in, END);
	struct zv_error err = { 0 };
	struct zv_request *r = zvon_request_new(name, &err);

	CHECK((r == NULL) == (err.code != 0));
	if (r)
		build(r, name, &in);
	zvon_request_free(r);
	return 0;
}
