/* native_variant.h - values between the Native API's tVariant and ours. What a script is given
 * lies in memory of the platform's manager, which frees it. */
#ifndef ZV_ONEC_NATIVE_VARIANT_H
#define ZV_ONEC_NATIVE_VARIANT_H

#include "onec/native_abi.h"
#include "onec/value.h"

/* out: zeroed. Any type is fine: what no method takes is ZV_VALUE_OTHER; of a text that is
 * too long enough remains to be seen as such. 0 or ZV_ENOMEM. */
int zv_variant_read(const struct zv_variant *v, struct zv_value *out);

/* What lies in `out` is not looked at. false: no memory (or no manager of it); then it is
 * EMPTY. */
bool zv_variant_write(struct zv_variant *out, const struct zv_value *in,
		      struct zv_native_memory *memory);

/* An argument that was given is written anew: frees what is there. */
void zv_variant_release(struct zv_variant *v, struct zv_native_memory *memory);

/* A text with a NUL behind it; *units, which may be NULL, without that. NULL: no memory. */
zv_unit *zv_native_text(struct zv_str text, struct zv_native_memory *memory,
			size_t *units);

#endif
