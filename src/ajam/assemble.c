#include "ajam/assemble.h"

#include <stdint.h>
#include <stdio.h>

#include "base/mem.h"

#define FIRST_FIELDS 64
#define FIRST_TEXT   4096
#define KEEP_FIELDS  4096	  /* larger tables are not kept for the next packet */
#define KEEP_TEXT    (256 * 1024) /* nor is a larger text */
#define LOOK_BACK    64		  /* fields searched one by one for an earlier key */
#define LIMIT_MOST   (SIZE_MAX / 4)
#define COUNT_DIGITS 9 /* of the largest number behind a repeated key */
#define END_MARK     "--END COMMAND--"

static size_t
limit_or(size_t limit, size_t otherwise)
{
	return !limit ? otherwise : limit < LIMIT_MOST ? limit : LIMIT_MOST;
}

void
zv_assembly_init(struct zv_assembly *a, const struct zv_parser_limits *limits,
		 struct zv_str opaque)
{
	static const struct zv_parser_limits defaults = { 0 };

	*a = (struct zv_assembly){ .opaque = opaque };
	if (!limits)
		limits = &defaults;
	a->limits.max_packet_bytes =
		limit_or(limits->max_packet_bytes, ZV_MAX_PACKET_BYTES);
	a->limits.max_response_bytes =
		limit_or(limits->max_response_bytes, ZV_MAX_RESPONSE_BYTES);
	a->limits.max_fields = limit_or(limits->max_fields, ZV_MAX_FIELDS);
	/* whoever chooses the keys does not know where this lies */
	a->seen.seed = (uint64_t)(uintptr_t)a;
	zv_assembly_begin(a);
}

/* `seen` has keys that lie in the text: it goes when the text moves or ends. */
static void
forget_seen(struct zv_assembly *a)
{
	if (a->seen.cap)
		zv_map_deinit(&a->seen);
	a->seen = (struct zv_map){ .seed = a->seen.seed };
	a->n_seen = 0;
}

static void
free_fields(struct zv_assembly *a)
{
	zv_free(a->fields);
	zv_free(a->nth);
	a->fields = NULL;
	a->nth = NULL;
	a->cap_fields = 0;
}

void
zv_assembly_deinit(struct zv_assembly *a)
{
	forget_seen(a);
	free_fields(a);
	zv_buf_deinit(&a->text);
}

void
zv_assembly_reset(struct zv_assembly *a)
{
	a->error = 0;
	a->reason[0] = '\0';
	zv_assembly_begin(a);
}

void
zv_assembly_begin(struct zv_assembly *a)
{
	forget_seen(a);
	if (a->cap_fields > KEEP_FIELDS)
		free_fields(a);
	if (a->text.cap > KEEP_TEXT)
		zv_buf_deinit(&a->text);
	a->text.n = a->line = a->value = a->n_fields = 0;
	a->in_opaque = a->is_follows = a->has_body = false;
	a->packet = (struct zv_packet){ .kind = ZV_PACKET_OTHER };
}

/* ---- limits and room -------------------------------------------------------- */

static int
fail(struct zv_assembly *a, int code, const char *what, size_t limit)
{
	a->error = code;
	if (code == ZV_ENOMEM)
		snprintf(a->reason, sizeof a->reason, "out of memory");
	else
		snprintf(a->reason, sizeof a->reason,
			 "%s: longer than the limit of %zu", what, limit);
	return code;
}

static size_t
packet_limit(const struct zv_assembly *a)
{
	return a->packet.kind == ZV_PACKET_RESPONSE ? a->limits.max_response_bytes
						    : a->limits.max_packet_bytes;
}

static int
packet_too_big(struct zv_assembly *a)
{
	return fail(a, ZV_ETOOBIG,
		    a->packet.kind == ZV_PACKET_RESPONSE
			    ? "response, bytes (max_response_bytes)"
			    : "packet, bytes (max_packet_bytes)",
		    packet_limit(a));
}

/* The text of an old command answer may have long lines; nothing else may. */
static int
check_line(struct zv_assembly *a)
{
	if (a->has_body || a->text.n - a->line <= a->limits.max_packet_bytes)
		return 0;
	return fail(a, ZV_ETOOBIG, "line, bytes (max_packet_bytes)",
		    a->limits.max_packet_bytes);
}

/* Fields are views of the text, so the old block lives until they have moved. */
static int
enlarge_text(struct zv_assembly *a, size_t least, size_t most)
{
	struct zv_buf bigger = { .n = a->text.n, .cap = FIRST_TEXT };

	while (bigger.cap < least)
		bigger.cap *= 2;
	if (bigger.cap > most)
		bigger.cap = most;
	bigger.p = zv_malloc(bigger.cap);
	if (!bigger.p)
		return fail(a, ZV_ENOMEM, NULL, 0);
	if (a->text.n)
		memcpy(bigger.p, a->text.p, a->text.n);
	for (size_t i = 0; i < a->n_fields; i++) {
		struct zv_field *f = &a->fields[i];

		f->key.p = bigger.p + (f->key.p - a->text.p);
		f->value.p = bigger.p + (f->value.p - a->text.p);
	}
	forget_seen(a);
	zv_buf_deinit(&a->text);
	a->text = bigger;
	return 0;
}

size_t
zv_assembly_room(struct zv_assembly *a, size_t n)
{
	size_t most = packet_limit(a) + ZV_ASSEMBLY_SLACK;
	size_t left = a->text.n < most ? most - a->text.n : 0;

	if (left && n > left)
		n = left;
	return zv_assembly_reserve(a, n) < 0 ? 0 : n;
}

int
zv_assembly_reserve(struct zv_assembly *a, size_t n)
{
	size_t most = packet_limit(a) + ZV_ASSEMBLY_SLACK;

	if (a->error)
		return a->error;
	if (a->text.n > most || n > most - a->text.n)
		return packet_too_big(a);
	if (a->text.cap - a->text.n >= n)
		return 0;
	return enlarge_text(a, a->text.n + n, most);
}

static int
enlarge_fields(struct zv_assembly *a)
{
	size_t cap = a->cap_fields ? a->cap_fields * 2 : FIRST_FIELDS;
	struct zv_field *fields;
	unsigned *nth;

	if (cap > a->limits.max_fields)
		cap = a->limits.max_fields;
	if (a->n_fields >= cap)
		return fail(a, ZV_ETOOBIG, "packet, lines (max_fields)", cap);
	fields = zv_realloc(a->fields, cap * sizeof *fields);
	if (fields)
		a->fields = fields;
	nth = fields ? zv_realloc(a->nth, cap * sizeof *nth) : NULL;
	if (!nth)
		return fail(a, ZV_ENOMEM, NULL, 0);
	forget_seen(a); /* it points into the old one */
	a->nth = nth;
	a->cap_fields = cap;
	return 0;
}

/* ---- repeated keys ----------------------------------------------------------- */

/* `chanvariable-2`: *base gets the plain key. 0: no number at its end. */
static unsigned
split_count(struct zv_str key, struct zv_str *base)
{
	size_t at = key.n;
	unsigned count = 0;

	while (at > 0 && key.n - at < COUNT_DIGITS && key.p[at - 1] >= '0' &&
	       key.p[at - 1] <= '9')
		at--;
	if (at < 1 || at == key.n || key.p[at - 1] != '-' || key.p[at] == '0')
		return 0;
	for (size_t i = at; i < key.n; i++)
		count = count * 10 + (unsigned)(key.p[i] - '0');
	*base = (struct zv_str){ key.p, at - 1 };
	return count;
}

static unsigned
count_in_map(struct zv_assembly *a, struct zv_str key)
{
	const unsigned *nth;

	for (; a->n_seen < a->n_fields; a->n_seen++) {
		struct zv_str known = a->fields[a->n_seen].key;

		zv_map_remove(&a->seen, known);
		if (zv_map_add(&a->seen, known, &a->nth[a->n_seen]) < 0) {
			fail(a, ZV_ENOMEM, NULL, 0);
			return 0;
		}
	}
	nth = zv_map_find(&a->seen, key);
	return nth ? *nth : 0;
}

/* How often that key was there before. It nearly always is among the last lines; the
 * map is for packets made to take time. */
static unsigned
count_before(struct zv_assembly *a, struct zv_str key)
{
	size_t i = a->n_fields;
	size_t stop = i > LOOK_BACK ? i - LOOK_BACK : 0;

	while (i > stop)
		if (zvon_str_equal(a->fields[--i].key, key))
			return a->nth[i];
	return i ? count_in_map(a, key) : 0;
}

/* The encoders number repeated keys, each spelling for itself: `Same`, `SAME`, `same`,
 * `Same` are same, same, same, same-2 in mxml. So a number is taken away when it is not
 * beyond the next one; else it belongs to the key. */
static void
restore_repeat(struct zv_assembly *a, struct zv_str key)
{
	struct zv_str base;
	unsigned count = split_count(key, &base), before;

	if (count < 2)
		return;
	before = count_before(a, base);
	if (!before || count > before + 1)
		return;
	a->repeat = count > before ? count : before;
	a->text.n -= key.n - base.n;
}

/* ---- fields -------------------------------------------------------------------- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int
zv_assembly_end_key(struct zv_assembly *a)
{
	struct zv_str key;

	if (zv_assembly_reserve(a, 1) < 0) /* of an empty key there is no text yet */
		return a->error;
	key = (struct zv_str){ a->text.p + a->line, a->text.n - a->line };
	a->repeat = 1;
	if (key.n && is_digit(key.p[key.n - 1])) {
		restore_repeat(a, key);
		key.n = a->text.n - a->line;
	}
	a->in_opaque = key.n == a->opaque.n && zvon_str_equal(key, a->opaque);
	if (a->in_opaque)
		a->text.n = a->line;
	else if (zv_assembly_add(a, ZV_STR(": ")) < 0)
		return a->error;
	a->value = a->text.n;
	return a->error;
}

static void
classify(struct zv_assembly *a, const struct zv_field *first)
{
	if (zvon_str_equal_nocase(first->key, ZV_STR("Event"))) {
		a->packet.kind = ZV_PACKET_EVENT;
	} else if (zvon_str_equal_nocase(first->key, ZV_STR("Response"))) {
		a->packet.kind = ZV_PACKET_RESPONSE;
		a->is_follows = zvon_str_equal_nocase(first->value, ZV_STR("Follows"));
	}
}

static int
end_line(struct zv_assembly *a, struct zv_str line_end)
{
	if (zv_assembly_add(a, line_end) < 0)
		return a->error;
	if (a->text.n > packet_limit(a))
		return packet_too_big(a);
	a->line = a->text.n;
	return 0;
}

/* In front of the text of an old command answer only these are fields, as on TCP. */
static bool
is_head_key(const struct zv_assembly *a, struct zv_str key)
{
	struct zv_packet so_far = { .fields = a->fields, .n_fields = a->n_fields };

	return (zvon_str_equal_nocase(key, ZV_STR("Privilege")) ||
		zvon_str_equal_nocase(key, ZV_STR("ActionID"))) &&
	       !zvon_packet_find(&so_far, key);
}

static void
begin_body(struct zv_assembly *a)
{
	if (a->has_body)
		return;
	a->has_body = true;
	a->body = a->line;
	a->n_head = a->n_fields;
}

static int
add_field(struct zv_assembly *a, struct zv_field field)
{
	if (a->is_follows && (a->has_body || !is_head_key(a, field.key)))
		begin_body(a);
	if (check_line(a) < 0)
		return a->error;
	if (a->n_fields == a->cap_fields && enlarge_fields(a) < 0)
		return a->error;
	a->nth[a->n_fields] = a->repeat;
	a->fields[a->n_fields++] = field;
	if (a->n_fields == 1)
		classify(a, &field);
	return end_line(a, a->has_body ? ZV_STR("\n") : ZV_STR("\r\n"));
}

/* A line as the server had it, split as the packet parser does. */
static struct zv_field
split_line(struct zv_str line)
{
	const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
	size_t at, skip = 1;

	for (at = colon ? (size_t)(colon - line.p) : line.n; at + 1 < line.n; at++)
		if (line.p[at] == ':' && line.p[at + 1] == ' ')
			break;
	if (at + 1 < line.n)
		skip = 2;
	else
		at = colon ? (size_t)(colon - line.p) : line.n;
	if (at == line.n)
		skip = 0;
	return (struct zv_field){ { line.p, at },
				  { line.p + at + skip, line.n - at - skip } };
}

/* An empty line would end the packet for whoever reads its text. */
static int
end_opaque_line(struct zv_assembly *a)
{
	struct zv_str line = { a->text.p + a->line, a->text.n - a->line };

	if (a->is_follows) {
		begin_body(a);
		return end_line(a, ZV_STR("\n"));
	}
	a->repeat = 1;
	return line.n ? add_field(a, split_line(line)) : 0;
}

int
zv_assembly_line_feed(struct zv_assembly *a)
{
	if (a->in_opaque)
		return end_opaque_line(a);
	/* a LF in the first line would make the text one of LF lines */
	return zv_assembly_add(a, a->n_fields ? ZV_STR("\n") : ZV_STR(" "));
}

int
zv_assembly_end_value(struct zv_assembly *a)
{
	const char *line, *value;

	if (a->error)
		return a->error;
	if (a->in_opaque) {
		a->in_opaque = false;
		if (a->text.n > a->value)
			return end_opaque_line(a);
		/* no line is empty: it is a key that is really called so */
		zv_assembly_add(a, a->opaque);
		if (zv_assembly_add(a, ZV_STR(": ")) < 0)
			return a->error;
		a->value = a->text.n;
	}
	line = a->text.p + a->line;
	value = a->text.p + a->value;
	return add_field(a, (struct zv_field){ { line, (size_t)(value - line) - 2 },
					       { value, a->text.n - a->value } });
}

void
zv_assembly_drop_line(struct zv_assembly *a)
{
	a->text.n = a->line;
	a->in_opaque = false;
}

/* ---- the end --------------------------------------------------------------------- */

/* Lines of the text end in LF, its mark in CRLF, as on TCP. */
static int
finish_body(struct zv_assembly *a)
{
	static const char mark[] = END_MARK "\n";
	size_t n_mark = sizeof mark - 1, n = a->text.n - a->body;

	a->packet.n_fields = a->n_head;
	a->packet.has_body = true;
	a->packet.body = (struct zv_str){ a->text.p + a->body, n };
	if (n < n_mark || memcmp(a->text.p + a->text.n - n_mark, mark, n_mark) != 0)
		return 0;
	a->packet.body.n -= n_mark;
	a->text.n--;
	if (end_line(a, ZV_STR("\r\n")) < 0)
		return a->error;
	a->packet.body.p = a->text.p + a->body; /* the text may have moved */
	return 0;
}

int
zv_assembly_finish(struct zv_assembly *a, const struct zv_packet **out)
{
	zv_assembly_drop_line(a);
	if (a->error)
		return a->error;
	if (!a->n_fields)
		return 0;
	a->packet.n_fields = a->n_fields;
	if (a->has_body && finish_body(a) < 0)
		return a->error;
	a->packet.fields = a->fields;
	a->packet.name = a->fields[0].value;
	a->packet.text = zv_buf_str(&a->text);
	*out = &a->packet;
	return 1;
}
