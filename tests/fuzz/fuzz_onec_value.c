/* The arguments of a script's call: whatever it gives, it is read as the table says or
 * refused with words; numbers and booleans agree with their texts.
 *
 * Input: the method (1 byte), then values: a letter as tests/onec/host writes them (u n i r
 * b s x d o), and behind i, r, b 8 bytes as the machine has them, behind s, x the text up to
 * a NUL. */
#include "base/mem.h"
#include "base/utf.h"
#include "fuzz.h"
#include "onec/arguments.h"
#include "onec/text16.h"
#include "zvon/error.h"

#define MOST 8

static const struct zv_argument_row any[] = {
	{ "A", ZV_WANT_ANY, NULL },
	{ "B", ZV_WANT_ANY, "b" },
};
static const struct zv_argument_row texts[] = {
	{ "A", ZV_WANT_TEXT, NULL },
	{ "B", ZV_WANT_TEXT, "" },
	{ "C", ZV_WANT_TEXT, "c" },
};
static const struct zv_argument_row numbers[] = {
	{ "A", ZV_WANT_INT, NULL },
	{ "B", ZV_WANT_INT, "7" },
	{ "C", ZV_WANT_INT, "" },
};
static const struct zv_argument_row flags[] = {
	{ "A", ZV_WANT_BOOL, NULL },
	{ "B", ZV_WANT_BOOL, "да" },
};
static const struct zv_argument_row mixed[] = {
	{ "A", ZV_WANT_TEXT, NULL }, { "B", ZV_WANT_INT, "0" },
	{ "C", ZV_WANT_BOOL, "" },   { "D", ZV_WANT_OUT, NULL },
	{ "E", ZV_WANT_ANY, "" },    { "F", ZV_WANT_OUT, NULL },
};

#define METHOD(rows)                                                                   \
 {                                                                                     \
  "Method", "Метод", NULL, rows, sizeof(rows) / sizeof *(rows), false, NULL, NULL      \
 }
static const struct zv_method methods[] = {
	METHOD(any), METHOD(texts), METHOD(numbers), METHOD(flags), METHOD(mixed),
};

/* ---- values of the input ------------------------------------------------------------------ */

/* A text of 1C is UTF-8 when it gets here. */
static void
set_text(struct zv_value *v, struct zv_str s)
{
	uint16_t *units = malloc((s.n + 1) * 2);
	size_t n = zv_utf16_from_8(units, s);

	v->kind = ZV_VALUE_TEXT;
	zv_utf8_from_16(&v->bytes, units, n);
	free(units);
}

static void
set_bytes(struct zv_value *v, struct zv_str s)
{
	zv_value_set_text(v, s);
	v->kind = ZV_VALUE_BLOB;
}

static uint64_t
next_word(struct fuzz_input *in)
{
	uint64_t word = 0;

	for (int i = 0; i < 64; i += 8)
		word |= (uint64_t)fuzz_byte(in) << i;
	return word;
}

static void
set_real(struct zv_value *v, uint64_t word)
{
	v->kind = ZV_VALUE_REAL;
	memcpy(&v->real, &word, sizeof v->real);
}

static void
next_value(struct fuzz_input *in, struct zv_value *v)
{
	unsigned letter = fuzz_byte(in);

	*v = (struct zv_value){ 0 };
	if (letter == 'n')
		v->kind = ZV_VALUE_NULL;
	else if (letter == 'i')
		zv_value_set_int(v, (long long)next_word(in));
	else if (letter == 'r')
		set_real(v, next_word(in));
	else if (letter == 'b')
		zv_value_set_bool(v, next_word(in) & 1);
	else if (letter == 's')
		set_text(v, fuzz_until(in, 0));
	else if (letter == 'x')
		set_bytes(v, fuzz_until(in, 0));
	else if (letter == 'd')
		v->kind = ZV_VALUE_DATE;
	else if (letter == 'o')
		v->kind = ZV_VALUE_OTHER;
}

/* ---- what must hold ------------------------------------------------------------------------- */

/* As text and back. */
static void
check_alone(const struct zv_value *v)
{
	struct zv_value text = { .kind = ZV_VALUE_TEXT };
	long long a = 0, b = 0;
	bool yes = false, too = false;

	if (zv_value_as_text(v, &text.bytes) == 0) {
		CHECK(zv_utf8_valid(zv_buf_str(&text.bytes)) == text.bytes.n);
		if (v->kind != ZV_VALUE_BOOL && zv_value_as_int(v, &a))
			CHECK(zv_value_as_int(&text, &b) && a == b);
		if (v->kind == ZV_VALUE_BOOL || v->kind == ZV_VALUE_INT)
			CHECK(zv_value_as_bool(v, &yes) &&
			      zv_value_as_bool(&text, &too) && yes == too);
	} else {
		CHECK(v->kind >= ZV_VALUE_BLOB || v->kind == ZV_VALUE_REAL);
		CHECK(!zv_value_as_int(v, &a));
	}
	zv_value_deinit(&text);
}

static const enum zv_value_kind wanted_kinds[] = {
	[ZV_WANT_TEXT] = ZV_VALUE_TEXT,
	[ZV_WANT_INT] = ZV_VALUE_INT,
	[ZV_WANT_BOOL] = ZV_VALUE_BOOL,
	[ZV_WANT_OUT] = ZV_VALUE_EMPTY,
};

static void
check_read(const struct zv_method *m, const struct zv_value *out)
{
	for (size_t i = 0; i < m->n_arguments; i++)
		if (m->arguments[i].want == ZV_WANT_ANY)
			CHECK(out[i].kind > ZV_VALUE_NULL);
		else
			CHECK(out[i].kind == wanted_kinds[m->arguments[i].want]);
}

static void
check_call(const struct zv_method *m, struct zv_value *given, size_t n,
	   enum zv_language language)
{
	struct zv_value out[ZV_METHOD_ARGUMENTS] = { 0 };
	struct zv_error err = { 0 };
	int rc = zv_call_read_arguments(m, given, n, out, language, &err);

	CHECK(rc <= 0 && rc == err.code);
	CHECK(n <= m->n_arguments || rc < 0);
	if (rc == 0) {
		check_read(m, out);
		for (size_t i = 0; i < m->n_arguments; i++)
			if (m->arguments[i].want == ZV_WANT_OUT)
				zv_value_set_int(&out[i], 42);
		zv_call_give_back(m, out, given, n);
	} else {
		CHECK(*err.text &&
		      zv_utf8_valid(zvon_str(err.text)) == strlen(err.text));
	}
	for (size_t i = 0; i < m->n_arguments; i++)
		zv_value_deinit(&out[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	unsigned which = fuzz_byte(&in);
	const struct zv_method *m =
		&methods[which % (sizeof methods / sizeof *methods)];
	struct zv_value given[MOST];
	size_t n_given = 0;

	while (in.n && n_given < MOST)
		next_value(&in, &given[n_given++]);
	for (size_t i = 0; i < n_given; i++)
		check_alone(&given[i]);
	check_call(m, given, n_given, ZV_RUSSIAN);
	check_call(m, given, n_given, ZV_ENGLISH);
	for (size_t i = 0; i < n_given; i++)
		zv_value_deinit(&given[i]);
	return 0;
}
