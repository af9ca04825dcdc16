/* property.h - properties that more than one class of the component has, under whatever name. */
#ifndef ZV_ONEC_PROPERTY_H
#define ZV_ONEC_PROPERTY_H

#include "onec/component.h"

typedef int zv_property_get_fn(struct zv_component *c, struct zv_value *out,
			       struct zv_error *err);

zv_property_get_fn zv_property_version, /* zvon's own */
	zv_property_last_error, zv_property_answer_ms, zv_property_event_depth,
	zv_property_delivered, zv_property_waiting;

#endif
