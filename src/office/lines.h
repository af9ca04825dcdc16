/* lines.h - who sits where, who calls from outside, and what the lamps show. */
#ifndef ZV_OFFICE_LINES_H
#define ZV_OFFICE_LINES_H

#include "office/model.h"

void zv_lines_init(struct zv_office *o);

/* By number, or by device "PJSIP/200"; NULL: there is none. */
struct zv_line *zv_line_find(struct zv_office *o, struct zv_str number);
struct zv_line *zv_line_of_device(struct zv_office *o, struct zv_str device);
struct zv_line *zv_line_trunk(struct zv_office *o);

/* No channel, and it can be called. */
bool zv_line_is_free(struct zv_office *o, const struct zv_line *l);
int zv_line_channels(struct zv_office *o, const struct zv_line *l);

/* A phone that calls by itself: free and friendly; NULL: none is. */
struct zv_line *zv_line_any_free(struct zv_office *o);
/* Any phone but that one. */
struct zv_line *zv_line_any_other(struct zv_office *o, const struct zv_line * not );

/* What an outside number does; see office.h. */
enum zv_mood zv_mood_of_number(struct zv_str number);

/* Somebody out there who calls, or is called. */
void zv_outside_party(struct zv_office *o, struct zv_party *party);

/* ---- device states ----------------------------------------------------------- */

/* Looks at the line's channels and tells the world when its state has changed:
 * DeviceStateChange, ExtensionStatus, QueueMemberStatus. */
void zv_line_update(struct zv_office *o, struct zv_line *l);

const char *zv_device_name(enum zv_device d);			     /* "NOT_INUSE" */
const char *zv_device_words(enum zv_device d);			     /* "Not in use" */
int zv_device_extension_status(enum zv_device d, const char **text); /* 0 "Idle" */

/* DeviceStateChange of something that is no line. */
void zv_device_event(struct zv_office *o, const char *device, enum zv_device d);

#endif
