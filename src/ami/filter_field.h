/* filter_field.h - one condition on a field of a packet: "Key=value", "Key!=value",
 * "Key~regex", "Key!~regex". */
#ifndef ZV_AMI_FILTER_FIELD_H
#define ZV_AMI_FILTER_FIELD_H

#include "ami/filter_regex.h"
#include "zvon/packet.h"

struct zv_filter_field {
	char *text;	   /* what the views look into */
	struct zv_str key; /* no spaces at its ends */
	struct zv_str value;
	struct zv_regex *regex; /* NULL: value is compared */
	bool is_not;
};

/* 0, or < 0 and *err says why. Deinit in both cases. */
int zv_filter_field_init(struct zv_filter_field *f, struct zv_regex_room *room,
			 const char *condition, struct zv_error *err);
void zv_filter_field_deinit(struct zv_filter_field *f);

/* 1: it holds, 0: it does not, ZV_ETOOBIG: its expression was given up at a limit. */
int zv_filter_field_holds(const struct zv_filter_field *f,
			  const struct zv_packet *packet);

#endif
