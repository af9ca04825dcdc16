/* asked.h - a query of the history as people and programs write it, NAME=VALUE by NAME=VALUE:
 * in a URL, a form, JSON, or a command line. Pure. */
#ifndef ZV_HIST_ASKED_H
#define ZV_HIST_ASKED_H

#include "base/buf.h"
#include "hist/fields.h"
#include "hist/query.h"

#define ZV_HISTORY_TEXT_MAX 256 /* bytes of one value of a list */
#define ZV_HISTORY_ZONE_MAX 14	/* hours that a zone may be from UTC */

enum zv_history_format {
	ZV_HISTORY_JSON,
	ZV_HISTORY_CSV,
	ZV_HISTORY_XML, /* as MIKO's scripts give it */
};

struct zv_history_texts { /* copies */
	struct zv_str list[ZV_HISTORY_NUMBERS_MAX];
	size_t n;
};

struct zv_history_asked {
	/* Filled in by zv_history_asked_end; its texts are those below. */
	struct zv_history_query query;
	struct zv_history_texts numbers, lines, queues, servers;
	struct zv_buf cursor, from, to;
	const struct zv_zone *zone; /* of days and of times without one; NULL: UTC */
	struct zv_zone *own_zone;   /* the same, if it was asked for */
	struct zv_buf zone_name;    /* it was asked for by name, and is to be found */
	enum zv_history_format format;
	bool has_format;
	bool bom;
	struct zv_history_fields fields;
	enum zv_statistics_by by;
	bool has_by;
};

/* Zeroed, the zone that holds where none is asked for: borrowed, NULL: UTC. */
void zv_history_asked_init(struct zv_history_asked *a, const struct zv_zone *zone);
void zv_history_asked_deinit(struct zv_history_asked *a);

/* Is that a name of a filter or of another wish? */
bool zv_history_asked_knows(struct zv_str name);
/* 0; ZV_EINVAL with what is wrong and what there is; ZV_ETOOBIG; ZV_ENOMEM. An empty value is
 * as if it were not there. */
int zv_history_asked_set(struct zv_history_asked *a, struct zv_str name,
			 struct zv_str value, struct zv_error *err);
/* All is said: 0, or what does not go together. While there is a zone_name, its times are not
 * read: give the zone, and end it once more. */
int zv_history_asked_end(struct zv_history_asked *a, struct zv_error *err);
/* What zone_name names; taken. */
void zv_history_asked_take_zone(struct zv_history_asked *a, struct zv_zone *zone);

/* "Z", "UTC", "+03:00", "-0330", "+3": seconds east of UTC. 1: it is no offset, but may be the
 * name of a zone, as Europe/Moscow. */
int zv_history_zone(struct zv_str text, int *offset_s, struct zv_error *err);

#endif
