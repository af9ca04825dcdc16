#include "records/zone.h"

struct zv_zone *
zv_zone_open(struct zv_str name, struct zv_error *err)
{
	struct zv_buf bytes = { 0 };
	struct zv_zone *zone = NULL;

	if (zv_zone_file_read(name, &bytes, err) == 0)
		zone = zv_zone_new(zv_buf_str(&bytes), err);
	zv_buf_deinit(&bytes);
	return zone;
}
