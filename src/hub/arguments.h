/* arguments.h - from the JSON object of a command to checked values, by its table. */
#ifndef ZV_HUB_ARGUMENTS_H
#define ZV_HUB_ARGUMENTS_H

#include <jansson.h>

#include "hub/command.h"

#define ZV_ARGUMENTS_MAX   8   /* rows of one table */
#define ZV_ARGUMENT_BYTES  256 /* of a text whose row says nothing else */
#define ZV_ARGUMENT_LINE   80  /* Asterisk cuts names of channels there */
#define ZV_ARGUMENT_CALL   150 /* a Uniqueid */
#define ZV_ARGUMENT_DIGITS 64
#define ZV_OBJECT_MEMBERS  60

struct zv_value {
	bool given;
	struct zv_str text; /* borrowed from the JSON, or `number` below */
	long long number_value;
	bool truth;
	const json_t *object;
};

struct zv_arguments {
	const struct zv_argument *table;
	struct zv_value values[ZV_ARGUMENTS_MAX];
	char number[ZV_NUMBER_MAX +
		    1]; /* the clean one; a table has at most one NUMBER */
};

/* args NULL: none. letters: numbers may have some. 0, or ZV_EINVAL: *culprit is the
 * argument (borrowed: from the table, or of the JSON) and *err says what is wrong. */
int zv_arguments_read(struct zv_arguments *out, const struct zv_argument *table,
		      const json_t *args, bool letters, struct zv_str *culprit,
		      struct zv_error *err);

const struct zv_value *zv_arguments_find(const struct zv_arguments *a,
					 const char *name);

/* The first value of that kind, or NULL when there is none or it was left out. */
const struct zv_value *zv_arguments_of_kind(const struct zv_arguments *a,
					    enum zv_argument_kind kind);

#endif
