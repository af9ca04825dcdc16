#include "ami/filter_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf.h"

#define MINUTE_MS    60000
#define MAX_NESTING  100 /* groups in groups; each costs stack in the compiler */
#define MAX_CODE     (32 * 1024) /* compiled bytes of one expression */
#define JIT_MAX_CODE (16 * 1024) /* beyond, making machine code takes ms */
#define JIT_STACK    (32 * 1024) /* at first; the heap limit at most */

/* The match limit of PCRE2 begins anew at each place of the text where a match is
 * tried, and does not count what a class runs over: `.{0,90}.{0,90}[\x01]` takes 80 ms
 * for 1,000 bytes and never meets it. So each step of a search is counted by a callout,
 * over the whole search; long texts get more, lest a linear search be given up. */
#define STEPS	       ZV_FILTER_MATCH_LIMIT
#define MAX_STEPS      (64 * 1024 * 1024)
#define STEPS_PER_BYTE 4
#define BYTES_PER_STEP 16 /* run over, or compared, between two callouts */

struct meter {
	size_t left;
	size_t price; /* of each step */
	size_t at;    /* where the last step stood */
};

struct zv_regex_room {
	pcre2_general_context *general;
	pcre2_compile_context *compiling;
	pcre2_match_context *matching;
	pcre2_jit_stack *stack;
	pcre2_match_data *data;
	struct meter meter;
	bool no_jit;
	bool no_memory; /* our allocator said no; PCRE2 tells that of other things too */
};

struct zv_regex {
	struct zv_regex_room *room;
	pcre2_code *code; /* NULL: the shape is all there is to it */
	struct zv_shape *shape;
	bool compares; /* has back references: a step compares any number of bytes */
};

/* ---- the room --------------------------------------------------------------------- */

static void *
take_memory(PCRE2_SIZE n, void *user)
{
	struct zv_regex_room *room = user;
	void *p = zv_malloc(n);

	room->no_memory |= !p;
	return p;
}

static void
give_memory(void *p, void *user)
{
	(void)user;
	zv_free(p);
}

static int
count_step(pcre2_callout_block *block, void *user)
{
	struct meter *m = user;
	size_t at = block->current_position;
	size_t run = at > m->at ? at - m->at : m->at - at;
	size_t price = m->price + run / BYTES_PER_STEP;

	m->at = at;
	if (price > m->left)
		return PCRE2_ERROR_CALLOUT;
	m->left -= price;
	return 0;
}

static int
room_init(struct zv_regex_room *room)
{
	room->general = pcre2_general_context_create(take_memory, give_memory, room);
	if (!room->general)
		return ZV_ENOMEM;
	room->compiling = pcre2_compile_context_create(room->general);
	room->matching = pcre2_match_context_create(room->general);
	room->data = pcre2_match_data_create(1, room->general);
	if (!room->compiling || !room->matching || !room->data)
		return ZV_ENOMEM;
	pcre2_set_parens_nest_limit(room->compiling, MAX_NESTING);
	pcre2_set_newline(room->compiling, PCRE2_NEWLINE_ANYCRLF);
	pcre2_set_depth_limit(room->matching, ZV_FILTER_DEPTH_LIMIT);
	pcre2_set_heap_limit(room->matching, ZV_FILTER_HEAP_LIMIT_KB);
	pcre2_set_callout(room->matching, count_step, &room->meter);
	return 0;
}

/* Without it machine code has 32 KiB of the thread's stack, which is enough for most. */
static int
room_init_jit(struct zv_regex_room *room)
{
	if (room->no_jit)
		return 0;
	room->stack = pcre2_jit_stack_create(JIT_STACK, ZV_FILTER_HEAP_LIMIT_KB * 1024,
					     room->general);
	if (room->stack)
		pcre2_jit_stack_assign(room->matching, NULL, room->stack);
	return room->no_memory ? ZV_ENOMEM : 0;
}

struct zv_regex_room *
zv_regex_room_new(bool no_jit)
{
	struct zv_regex_room *room = zv_calloc(1, sizeof *room);

	if (!room)
		return NULL;
	room->no_jit = no_jit;
	if (room_init(room) < 0 || room_init_jit(room) < 0) {
		zv_regex_room_free(room);
		return NULL;
	}
	return room;
}

void
zv_regex_room_free(struct zv_regex_room *room)
{
	if (!room)
		return;
	pcre2_jit_stack_free(room->stack);
	pcre2_match_data_free(room->data);
	pcre2_match_context_free(room->matching);
	pcre2_compile_context_free(room->compiling);
	pcre2_general_context_free(room->general);
	zv_free(room);
}

/* ---- making one --------------------------------------------------------------------- */

/* What to write instead, for the mistakes that people make. */
static const struct {
	int code;
	const char *cure;
} cures[] = {
	{ 101, "write \\\\ for a backslash" },
	{ 104, "write {least,most}" },
	{ 105, "write a smaller number" },
	{ 106, "close the class with ], or write \\[ for the bracket" },
	{ 108, "write the smaller letter first, or \\- for the dash" },
	{ 109, "write \\ before * + ? to mean the character itself" },
	{ 114, "close the group with ), or write \\( for the bracket" },
	{ 119, "use fewer groups within groups" },
	{ 120, "repeat less, or leave the counts away: + instead of {1,1000}" },
	{ 122, "open the group with (, or write \\) for the bracket" },
	{ 174, "leave (*UTF) away" },
	{ 183, "write . for any character" },
	{ 186, "use fewer groups, or repeat less" },
	{ 187, "look behind over less text" },
};

static const char *
cure_of(int code)
{
	for (size_t i = 0; i < sizeof cures / sizeof *cures; i++)
		if (cures[i].code == code)
			return cures[i].cure;
	return "see pcre2pattern(3)";
}

static void
tell_mistake(const char *what, struct zv_str pattern, int code, size_t at,
	     struct zv_error *err)
{
	char reason[160] = "";
	struct zv_str before = { pattern.p, at < pattern.n ? at : pattern.n };

	if (before.n > 40)
		before = zv_str_from(before, before.n - 40);
	pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof reason);
	zv_fail(err, code == 120 || code == 119 ? ZV_ETOOBIG : ZV_EINVAL,
		"%s: %s, at byte %zu, behind \"%.*s\": %s", what, reason, at,
		ZV_ARG(before), cure_of(code));
	if (err)
		err->system = code;
}

static bool
is_of_characters(struct zv_str pattern)
{
	if (zv_str_starts(pattern, ZV_STR("(*UTF)")))
		return true;
	for (size_t i = 0; i < pattern.n; i++)
		if ((unsigned char)pattern.p[i] >= 0x80)
			return zv_utf8_valid(pattern) == pattern.n;
	return false;
}

static int
compile(struct zv_regex *re, const char *what, struct zv_str pattern, bool characters,
	struct zv_error *err)
{
	uint32_t options = PCRE2_DOTALL | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
	uint32_t references = 0;
	size_t at = 0;
	int code = 0;

	options |= characters ? PCRE2_MATCH_INVALID_UTF | PCRE2_UTF | PCRE2_UCP
			      : PCRE2_NEVER_UTF;
	re->code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, options, &code, &at,
				 re->room->compiling);
	if (re->room->no_memory)
		return zv_fail_nomem(err);
	if (!re->code) {
		tell_mistake(what, pattern, code, at, err);
		return ZV_EINVAL;
	}
	pcre2_pattern_info(re->code, PCRE2_INFO_BACKREFMAX, &references);
	re->compares = references > 0;
	return 0;
}

/* Machine code is only a help: where the system refuses executable memory the
 * interpreter does it. */
static int
finish_code(struct zv_regex *re, const char *what, struct zv_error *err)
{
	size_t size = 0;

	pcre2_pattern_info(re->code, PCRE2_INFO_SIZE, &size);
	if (size > MAX_CODE)
		return zv_fail(err, ZV_ETOOBIG,
			       "%s: repeats, written out, take %zu bytes, at most %d: "
			       "repeat less, or leave the counts away: + instead of "
			       "{1,1000}",
			       what, size, MAX_CODE);
	if (!re->room->no_jit && size <= JIT_MAX_CODE)
		pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE);
	return re->room->no_memory ? zv_fail_nomem(err) : 0;
}

/* A shape that decides alone needs no code, but a first look at it by PCRE2: what that
 * refuses is refused. */
static int
read_shape(struct zv_regex *re, const char *what, struct zv_str pattern,
	   bool characters, struct zv_error *err)
{
	if (zv_shape_read(pattern, &re->shape) < 0)
		return zv_fail_nomem(err);
	if (re->shape && characters)
		re->shape->exact = false;
	if (re->shape && re->shape->exact) {
		pcre2_code_free(re->code);
		re->code = NULL;
		return 0;
	}
	return finish_code(re, what, err);
}

struct zv_regex *
zv_regex_new(struct zv_regex_room *room, const char *what, struct zv_str pattern,
	     struct zv_error *err)
{
	bool characters = is_of_characters(pattern);
	struct zv_regex *re;

	if (pattern.n > ZV_FILTER_MAX_PATTERN) {
		zv_fail(err, ZV_ETOOBIG,
			"%s: %zu bytes, at most %d: make two filters of it", what,
			pattern.n, ZV_FILTER_MAX_PATTERN);
		return NULL;
	}
	re = zv_calloc(1, sizeof *re);
	if (!re) {
		zv_fail_nomem(err);
		return NULL;
	}
	re->room = room;
	room->no_memory = false;
	if (compile(re, what, pattern, characters, err) < 0 ||
	    read_shape(re, what, pattern, characters, err) < 0) {
		zv_regex_free(re);
		return NULL;
	}
	return re;
}

void
zv_regex_free(struct zv_regex *re)
{
	if (!re)
		return;
	pcre2_code_free(re->code);
	zv_shape_free(re->shape);
	zv_free(re);
}

const struct zv_shape *
zv_regex_shape(const struct zv_regex *re)
{
	return re->shape;
}

/* ---- asking ----------------------------------------------------------------------- */

static size_t
steps_for(size_t bytes)
{
	if (bytes < STEPS / STEPS_PER_BYTE)
		return STEPS;
	return bytes < MAX_STEPS / STEPS_PER_BYTE ? bytes * STEPS_PER_BYTE : MAX_STEPS;
}

int
zv_regex_search(struct zv_regex *re, struct zv_str text)
{
	struct zv_regex_room *room = re->room;
	size_t steps = steps_for(text.n);
	int rc;

	if (re->shape && !zv_shape_holds(re->shape, text))
		return 0;
	if (!re->code)
		return 1;
	pcre2_set_match_limit(room->matching, (uint32_t)steps);
	room->meter = (struct meter){
		.left = steps,
		.price = 1 + (re->compares ? text.n / BYTES_PER_STEP : 0),
	};
	rc = pcre2_match(re->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0,
			 room->data, room->matching);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	/* every other reason is one not to go on: limits, memory, a callout */
	return rc < 0 ? ZV_ETOOBIG : 1;
}

bool
zv_regex_hits_add(struct zv_regex_hits *h, int64_t now_ms)
{
	int64_t first;

	h->at[h->n % ZV_FILTER_MAX_HITS] = now_ms;
	h->n++;
	if (h->n < ZV_FILTER_MAX_HITS)
		return false;
	first = h->at[h->n % ZV_FILTER_MAX_HITS]; /* the oldest one kept */
	return now_ms - first < MINUTE_MS;
}
