#include "onec/com_clsid.h"

#include <string.h>

static const struct zv_com_clsid *
find_prog_id(const char *prog_id)
{
	for (const struct zv_com_clsid *row = zv_com_clsids; row->prog_id; row++)
		if (strcmp(row->prog_id, prog_id) == 0)
			return row;
	return NULL;
}

const CLSID *
zv_com_clsid_of(const struct zv_class *class)
{
	const struct zv_com_clsid *row =
		class->prog_id ? find_prog_id(class->prog_id) : NULL;

	return row ? &row->clsid : NULL;
}

const struct zv_class *
zv_com_class_of(const CLSID *clsid)
{
	for (size_t i = 0; zv_classes[i]; i++) {
		const CLSID *its = zv_com_clsid_of(zv_classes[i]);

		if (its && IsEqualGUID(its, clsid))
			return zv_classes[i];
	}
	return NULL;
}
