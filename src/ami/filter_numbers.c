#include "ami/filter_numbers.h"

#include "base/mem.h"

#define FIRST_CAP 64
#define TAG_BITS  5 /* for the count of digits */

static bool
is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static size_t
slot_of(const struct zv_number_table *t, uint64_t tag)
{
	uint64_t hash = (tag ^ t->seed) * 0x9e3779b97f4a7c15u;
	size_t i = (hash >> 32) & (t->cap - 1);

	while (t->slots[i] && t->slots[i]->tag != tag)
		i = (i + 1) & (t->cap - 1);
	return i;
}

static int
grow(struct zv_number_table *t)
{
	struct zv_number_table bigger = { .seed = t->seed };

	bigger.cap = t->cap ? 2 * t->cap : FIRST_CAP;
	bigger.slots = zv_calloc(bigger.cap, sizeof *bigger.slots);
	if (!bigger.slots)
		return -1;
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i])
			bigger.slots[slot_of(&bigger, t->slots[i]->tag)] = t->slots[i];
	zv_free(t->slots);
	t->slots = bigger.slots;
	t->cap = bigger.cap;
	return 0;
}

void
zv_numbers_deinit(struct zv_number_table *t)
{
	for (size_t i = 0; i < t->cap; i++)
		zv_free(t->slots[i]);
	zv_free(t->slots);
}

static uint64_t
tag_of(struct zv_str digits)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits.n; i++)
		value = value * 10 + (uint64_t)(digits.p[i] - '0');
	return value << TAG_BITS | digits.n;
}

static size_t
first_three(const char *p)
{
	return (size_t)((p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0'));
}

struct zv_number *
zv_numbers_take(struct zv_number_table *t, struct zv_str digits)
{
	uint64_t tag = tag_of(digits);
	struct zv_number *number;
	size_t i;

	/* at most half full */
	if ((t->n + 1) * 2 > t->cap && grow(t) < 0)
		return NULL;
	i = slot_of(t, tag);
	if (t->slots[i])
		return t->slots[i];
	number = zv_calloc(1, sizeof *number);
	if (!number)
		return NULL;
	number->tag = tag;
	zv_list_init(&number->list);
	t->slots[i] = number;
	t->n++;
	/* never unset: a bit too many costs a look into the table */
	t->lengths[first_three(digits.p)] |= 1u << digits.n;
	return number;
}

/* Moves back what was pushed past the gap. */
static void
close_gap(struct zv_number_table *t, size_t gap)
{
	size_t mask = t->cap - 1;

	for (size_t i = (gap + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
		struct zv_number *number = t->slots[i];

		t->slots[i] = NULL;
		t->slots[slot_of(t, number->tag)] = number;
	}
}

void
zv_numbers_give(struct zv_number_table *t, struct zv_number *number)
{
	size_t i;

	if (number->n)
		return;
	i = slot_of(t, number->tag);
	t->slots[i] = NULL;
	t->n--;
	close_gap(t, i);
	zv_free(number);
}

/* All numbers that begin at p[at], where the run of digits ends at `end`. */
static void
find_from(const struct zv_number_table *t, const char *p, size_t at, size_t end,
	  zv_number_fn fn, void *user)
{
	uint32_t lengths = t->lengths[first_three(p + at)];
	uint64_t value = first_three(p + at);
	size_t n = ZV_NUMBER_LEAST;

	for (lengths >>= n; lengths; lengths >>= 1) {
		if (lengths & 1) {
			size_t i = slot_of(t, value << TAG_BITS | n);

			if (t->slots[i])
				fn(user, t->slots[i], at, n);
		}
		if (at + n == end)
			break;
		value = value * 10 + (uint64_t)(p[at + n++] - '0');
	}
}

/* A run of three digits has one at every third place: others are not looked at. */
void
zv_numbers_find(const struct zv_number_table *t, struct zv_str text, zv_number_fn fn,
		void *user)
{
	const char *p = text.p;
	size_t done = 0; /* runs before it are through */

	if (t->n == 0)
		return;
	for (size_t i = ZV_NUMBER_LEAST - 1; i < text.n; i += ZV_NUMBER_LEAST) {
		size_t from = i, end = i + 1;

		if (!is_digit(p[i]))
			continue;
		while (from > done && is_digit(p[from - 1]))
			from--;
		while (end < text.n && is_digit(p[end]))
			end++;
		for (size_t at = from; at + ZV_NUMBER_LEAST <= end; at++)
			find_from(t, p, at, end, fn, user);
		done = end;
		i = end;
	}
}
