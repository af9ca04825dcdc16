/* filter_index.h - which of many expressions match a text, without running them all.
 *
 * The shape of an expression (filter_shape.h) names literals that must occur. It is put
 * under the longest number among them, or else under a whole literal. One pass over the
 * text finds the numbers and literals that are in it, and only their expressions are
 * asked. The result is exactly that of asking each. */
#ifndef ZV_AMI_FILTER_INDEX_H
#define ZV_AMI_FILTER_INDEX_H

#include "ami/filter_numbers.h"
#include "ami/filter_regex.h"
#include "ami/filter_words.h"
#include "base/list.h"
#include "base/map.h"

struct zv_index_choice;

/* One expression, embedded in what the owner knows of it. The owner sets shape and
 * regex; they must outlive its stay in the index. */
struct zv_index_entry {
	const struct zv_shape *shape; /* NULL: nothing is known */
	struct zv_regex *regex;	      /* NULL: the shape decides */
	/* the index's own */
	struct zv_index_choice *choices;
	size_t n_choices;
	struct zv_node always; /* in the list of those asked every time */
	uint64_t asked;	       /* the number of the text it was last asked for */
	bool is_simple;
	bool is_off; /* set by the owner: not asked any more */
};

struct zv_filter_index {
	struct zv_number_table numbers;
	struct zv_word_table words;
	struct zv_node always;
	struct zv_map literals; /* the gates */
	struct zv_node gates;
	size_t n_gates;	   /* distinct ones */
	size_t n_gateless; /* choices under a number that have none */
	size_t n_entries, n_always;
	uint64_t texts;	   /* so many were asked */
	uint64_t searches; /* expressions that were run */
};

void zv_index_init(struct zv_filter_index *x, uint64_t seed);
void zv_index_deinit(struct zv_filter_index *x); /* entries were removed before */

/* 0 or ZV_ENOMEM. */
int zv_index_add(struct zv_filter_index *x, struct zv_index_entry *e);
void zv_index_remove(struct zv_filter_index *x, struct zv_index_entry *e);

/* Told for each entry that matches (rc 1), once, and for each whose search was given up
 * (rc ZV_ETOOBIG). */
typedef void (*zv_index_fn)(void *user, struct zv_index_entry *e, int rc);

void zv_index_ask(struct zv_filter_index *x, struct zv_str text, zv_index_fn on_entry,
		  void *user);

#endif
