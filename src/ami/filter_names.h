/* filter_names.h - names of events, as lists with commas: "Hangup,Newstate". */
#ifndef ZV_AMI_FILTER_NAMES_H
#define ZV_AMI_FILTER_NAMES_H

#include "zvon/filter.h"

struct zv_filter_names {
	char *text; /* what the views look into */
	struct zv_str *names;
	size_t n;
};

/* 0, or < 0 and *err says why; no lists: no names. Deinit in both cases. */
int zv_filter_names_init(struct zv_filter_names *f, const char *const *lists,
			 size_t n_lists, struct zv_error *err);
void zv_filter_names_deinit(struct zv_filter_names *f);

/* Letter case is ignored. */
bool zv_filter_names_has(const struct zv_filter_names *f, struct zv_str name);

#endif
