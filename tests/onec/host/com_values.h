/* com_values.h - values of lines as VARIANTs, and back. */
#ifndef ZV_TEST_COM_VALUES_H
#define ZV_TEST_COM_VALUES_H

#include "face.h"
#include "onec/com_abi.h"

/* The VARIANT is the caller's: com_clear. */
void com_from_value(VARIANT *out, const struct host_value *v);
/* What is in it, or behind its reference; it keeps its memory. */
void com_to_value(struct host_value *out, VARIANT *v);
void com_clear(VARIANT *v);

void com_take_text(struct host_value *out, BSTR text);

#endif
