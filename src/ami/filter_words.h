/* filter_words.h - a table of literals, each with a list: which of them occur in a text. */
#ifndef ZV_AMI_FILTER_WORDS_H
#define ZV_AMI_FILTER_WORDS_H

#include <stdint.h>

#include "base/list.h"
#include "base/map.h"

#define ZV_WORD_BUCKETS 1024

struct zv_word {
	char *text;
	struct zv_str s;
	struct zv_node list; /* what is kept under it */
	size_t n;	     /* in the list */
	struct zv_node node; /* in its bucket */
	uint64_t found;	     /* the number of the text it was last found in */
};

/* Zeroed = empty; set seed. */
struct zv_word_table {
	struct zv_map words;
	struct zv_node *buckets; /* by the last four bytes; [0] has the short ones */
	uint64_t used[ZV_WORD_BUCKETS / 64]; /* a bit for each bucket */
	size_t n_long;
	uint64_t texts;
};

void zv_words_deinit(struct zv_word_table *t);

/* The entry of that literal (not empty), made if it is new; NULL: no memory. */
struct zv_word *zv_words_take(struct zv_word_table *t, struct zv_str literal);

/* Takes the entry out when its list is empty. */
void zv_words_give(struct zv_word_table *t, struct zv_word *w);

typedef void (*zv_word_fn)(void *user, const struct zv_word *w);

/* Calls fn once for each entry that occurs in the text. */
void zv_words_find(struct zv_word_table *t, struct zv_str text, zv_word_fn fn,
		   void *user);

#endif
