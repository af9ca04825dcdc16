#include "ami/filter_words.h"

#include "base/mem.h"
#include "base/str.h"

#define GRAM 4 /* bytes that are looked up together */

/* The bucket of the four bytes at p; never 0. */
static size_t
bucket_at(const char *p)
{
	uint32_t gram;

	memcpy(&gram, p, GRAM);
	return 1 + (gram * 0x9e3779b1u >> 16) % (ZV_WORD_BUCKETS - 1);
}

/* Ends differ more than beginnings: "CallerIDNum: 200". */
static size_t
bucket_of(struct zv_str s)
{
	return s.n < GRAM ? 0 : bucket_at(s.p + s.n - GRAM);
}

static int
make_buckets(struct zv_word_table *t)
{
	if (t->buckets)
		return 0;
	t->buckets = zv_calloc(ZV_WORD_BUCKETS, sizeof *t->buckets);
	if (!t->buckets)
		return -1;
	for (size_t i = 0; i < ZV_WORD_BUCKETS; i++)
		zv_list_init(&t->buckets[i]);
	return 0;
}

static void
word_free(struct zv_word *w)
{
	if (w)
		zv_free(w->text);
	zv_free(w);
}

void
zv_words_deinit(struct zv_word_table *t)
{
	struct zv_word *w;

	for (size_t cursor = 0; (w = zv_map_next(&t->words, &cursor));)
		word_free(w);
	zv_map_deinit(&t->words);
	zv_free(t->buckets);
}

static struct zv_word *
word_new(struct zv_word_table *t, struct zv_str literal)
{
	struct zv_word *w = zv_calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->text = zv_memdup(literal.p, literal.n);
	w->s = (struct zv_str){ w->text, literal.n };
	zv_list_init(&w->list);
	if (!w->text || make_buckets(t) < 0 || zv_map_add(&t->words, w->s, w) < 0) {
		word_free(w);
		return NULL;
	}
	return w;
}

struct zv_word *
zv_words_take(struct zv_word_table *t, struct zv_str literal)
{
	struct zv_word *w = zv_map_find(&t->words, literal);
	size_t bucket = bucket_of(literal);

	if (w)
		return w;
	w = word_new(t, literal);
	if (!w)
		return NULL;
	zv_list_append(&t->buckets[bucket], &w->node);
	t->used[bucket / 64] |= (uint64_t)1 << bucket % 64;
	t->n_long += bucket != 0;
	return w;
}

void
zv_words_give(struct zv_word_table *t, struct zv_word *w)
{
	size_t bucket = bucket_of(w->s);

	if (w->n)
		return;
	zv_list_remove(&w->node);
	zv_map_remove(&t->words, w->s);
	t->n_long -= bucket != 0;
	if (zv_list_is_empty(&t->buckets[bucket]))
		t->used[bucket / 64] &= ~((uint64_t)1 << bucket % 64);
	word_free(w);
}

static void
found(struct zv_word_table *t, struct zv_word *w, zv_word_fn fn, void *user)
{
	if (w->found == t->texts)
		return;
	w->found = t->texts;
	fn(user, w);
}

/* The words of that bucket that end at `end`. */
static void
look_into(struct zv_word_table *t, size_t bucket, struct zv_str text, size_t end,
	  zv_word_fn fn, void *user)
{
	struct zv_node *node, *next;

	ZV_EACH(&t->buckets[bucket], node, next)
	{
		struct zv_word *w = ZV_OWNER(node, struct zv_word, node);

		if (w->s.n <= end && memcmp(text.p + end - w->s.n, w->s.p, w->s.n) == 0)
			found(t, w, fn, user);
	}
}

static void
find_short(struct zv_word_table *t, struct zv_str text, zv_word_fn fn, void *user)
{
	struct zv_node *node, *next;

	ZV_EACH(&t->buckets[0], node, next)
	{
		struct zv_word *w = ZV_OWNER(node, struct zv_word, node);

		if (text.n && zv_str_find(text, w->s) < text.n)
			found(t, w, fn, user);
	}
}

void
zv_words_find(struct zv_word_table *t, struct zv_str text, zv_word_fn fn, void *user)
{
	if (t->words.n == 0)
		return;
	t->texts++;
	find_short(t, text, fn, user);
	for (size_t i = GRAM; t->n_long && i <= text.n; i++) {
		size_t bucket = bucket_at(text.p + i - GRAM);

		if (t->used[bucket / 64] >> bucket % 64 & 1)
			look_into(t, bucket, text, i, fn, user);
	}
}
