/* classes.c - what one file of the component offers: one row for each profile. */
#include "onec/class.h"

#include <stddef.h>

const struct zv_class *const zv_classes[] = {
	&zv_class_zvon, &zv_class_rom,	&zv_class_rom_native,
	&zv_class_brom, &zv_class_miko, NULL,
};
