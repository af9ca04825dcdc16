/* net.h - the class of net.c. */
#ifndef ZV_TEST_NET_H
#define ZV_TEST_NET_H

#include "onec/class.h"

extern const struct zv_class zv_test_net_class;

#endif
