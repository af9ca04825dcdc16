/* arguments.h - the arguments of one call: what the script gave, read as the method's table
 * wants it. Pure. */
#ifndef ZV_ONEC_ARGUMENTS_H
#define ZV_ONEC_ARGUMENTS_H

#include "onec/class.h"

/* The language of errors and of the names in them. */
enum zv_language {
	ZV_RUSSIAN = 0,
	ZV_ENGLISH,
};

/* Fills out[0 … method->n_arguments - 1], which is zeroed; `given` stays as it is. 0, or < 0
 * with *err: the method, the argument, what was wanted. The caller deinits all of out. */
int zv_call_read_arguments(const struct zv_method *method, const struct zv_value *given,
			   size_t n_given, struct zv_value *out,
			   enum zv_language language, struct zv_error *err);

/* What the method wrote, to where the script sees it. */
void zv_call_give_back(const struct zv_method *method, struct zv_value *read,
		       struct zv_value *given, size_t n_given);

#endif
