// native_values.hpp - values of the loop as the platform's variants, and back.
#ifndef ZV_TEST_NATIVE_VALUES_HPP
#define ZV_TEST_NATIVE_VALUES_HPP

#include "face.h"
#include "interfaces.hpp"

extern const struct host_services *services; // native.cpp

void copy_bytes(void *to, const void *from, size_t n);

// Texts and data are copied into the platform's memory.
void to_variant(tVariant *out, const struct host_value *v);
// What is in the variant, which keeps its memory.
void from_variant(struct host_value *out, const tVariant *v);
// The platform frees what the component, or itself, has put there.
void free_variant(tVariant *v);

void take_name(struct host_value *out, const WCHAR_T *name);

#endif
