/* filter_dash.h - a packet as the old 1C components showed it to regular expressions:
 * each CR and LF is a '-'. */
#ifndef ZV_AMI_FILTER_DASH_H
#define ZV_AMI_FILTER_DASH_H

#include "base/buf.h"
#include "zvon/error.h"

/* *out becomes a view into *room, which keeps its memory for the next one. 0 or
 * ZV_ENOMEM. */
static inline int
zv_filter_dash(struct zv_buf *room, struct zv_str text, struct zv_str *out)
{
	zv_buf_clear(room);
	if (zv_buf_add(room, text) < 0)
		return ZV_ENOMEM;
	for (size_t i = 0; i < room->n; i++)
		if (room->p[i] == '\r' || room->p[i] == '\n')
			room->p[i] = '-';
	*out = zv_buf_str(room);
	return 0;
}

#endif
