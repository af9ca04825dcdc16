/* The redactor: any pieces give the same; only bytes of values change, and only to
 * '*'; behind `Secret:` nothing stays, and a line that can hold no secret stays whole.
 *
 * Input: direction, how to cut (1 byte each), the stream. */
#include "base/str.h"
#include "fuzz.h"
#include "zvon/redact.h"

/* cut 0: in one piece. */
static char *
redact_all(bool to_server, struct zv_str bytes, uint32_t cut)
{
	struct zv_redactor r = { .to_server = to_server };
	char *copy = fuzz_copy(bytes);

	for (size_t at = 0; at < bytes.n;) {
		size_t left = bytes.n - at, n = cut ? fuzz_piece(&cut, left) : left;

		zvon_redact(&r, copy + at, n);
		at += n;
	}
	return copy;
}

/* No key in it, or one that never is a secret's. */
static bool
is_harmless(struct zv_str line)
{
	return line.n == 0 || zv_str_starts(line, ZV_STR("Event:")) ||
	       (!memchr(line.p, ':', line.n) && !memchr(line.p, '=', line.n));
}

static void
check_hidden(struct zv_str before, const char *after)
{
	struct zv_str rest = before, line;
	struct zv_str secret = ZV_STR("Secret:");

	for (size_t i = 0; i < before.n; i++)
		CHECK(after[i] == before.p[i] ||
		      (after[i] == '*' && before.p[i] != '\n' && before.p[i] != '\r'));
	while (zv_str_split(&rest, '\n', &line)) {
		const char *hidden = after + (line.p - before.p);

		if (is_harmless(line))
			CHECK(line.n == 0 || memcmp(hidden, line.p, line.n) == 0);
		if (!zv_str_starts_nocase(line, secret))
			continue;
		for (size_t i = secret.n; i < line.n; i++)
			CHECK(hidden[i] == '*' || hidden[i] == '\r' ||
			      (i == secret.n && hidden[i] == ' '));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	bool to_server = fuzz_byte(&in) & 1;
	uint32_t cut = fuzz_byte(&in) + 1;
	struct zv_str stream = fuzz_rest(&in);
	char *whole = redact_all(to_server, stream, 0);
	char *pieces = redact_all(to_server, stream, cut);

	CHECK(stream.n == 0 || memcmp(whole, pieces, stream.n) == 0);
	check_hidden(stream, whole);
	free(whole);
	free(pieces);
	return 0;
}
