/* com_variant.h - COM's values and texts (VARIANT, BSTR, SAFEARRAY) and ours. */
#ifndef ZV_ONEC_COM_VARIANT_H
#define ZV_ONEC_COM_VARIANT_H

#include "onec/com_abi.h"
#include "onec/value.h"

/* out is zeroed before. 0, or ZV_ENOMEM: *out is EMPTY. What no method takes is
 * ZV_VALUE_OTHER; an argument that was left out is EMPTY. */
int zv_com_value_from_variant(struct zv_value *out, VARIANT *in);

/* Writes over *out, whatever is there. 7.7 has neither booleans (1 and 0) nor NULL
 * (empty) nor binary data (base64). false: out of memory, *out is empty. */
bool zv_com_variant_from_value(VARIANT *out, const struct zv_value *in, bool is_8);

BSTR zv_com_bstr(struct zv_str text); /* NULL: out of memory */
/* For what 1C shows to its end, which is a NUL there: one within becomes U+FFFD. */
BSTR zv_com_bstr_shown(struct zv_str text);
int zv_com_text_from_bstr(struct zv_buf *out, BSTR text);

/* ---- arguments: one dimension, from its own least index, of VARIANT -------------------- */

/* -1: no array of arguments. NULL and NULL in it: none are given. */
long zv_com_n_arguments(SAFEARRAY **array);
int zv_com_argument_get(SAFEARRAY *array, size_t place, struct zv_value *out);
bool zv_com_argument_put(SAFEARRAY *array, size_t place, const struct zv_value *in,
			 bool is_8);

#endif
