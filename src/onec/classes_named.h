/* classes_named.h - the class MIKO under further names, for scripts that know the original's:
 * the rows `class` of the administrator's file (docs/onec/miko.md). For the Native API; a
 * ProgID of COM is given further names in the registry. */
#ifndef ZV_ONEC_CLASSES_NAMED_H
#define ZV_ONEC_CLASSES_NAMED_H

#include "onec/class.h"

/* The i-th one, or NULL. The file is read once in the life of the library; it lives for
 * ever, and so do they. */
const struct zv_class *zv_class_named(size_t i);

#endif
