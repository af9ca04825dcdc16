/* com_clsid.h - the numbers by which Windows knows our classes. They never change: a
 * registry, and configurations by it, remember them. */
#ifndef ZV_ONEC_COM_CLSID_H
#define ZV_ONEC_COM_CLSID_H

#include "onec/class.h"
#include "onec/com_abi.h"

struct zv_com_clsid {
	const char *prog_id; /* of struct zv_class */
	CLSID clsid;
};

extern const struct zv_com_clsid zv_com_clsids[]; /* to a row without prog_id */

/* NULL: we have none. */
const CLSID *zv_com_clsid_of(const struct zv_class *class);
const struct zv_class *zv_com_class_of(const CLSID *clsid);

#endif
