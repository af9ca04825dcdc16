/* life.h - calls that come by themselves. */
#ifndef ZV_OFFICE_LIFE_H
#define ZV_OFFICE_LIFE_H

#include "office/model.h"

/* From now on, calls_per_minute of them. */
void zv_life_start(struct zv_office *o);

#endif
