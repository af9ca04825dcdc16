/* channel_name.h - what the names of channels and numbers say, wherever they are told: in events,
 * in CDRs. The words are those of docs/calls.md. */
#ifndef ZV_AMI_CHANNEL_NAME_H
#define ZV_AMI_CHANNEL_NAME_H

#include "zvon/str.h"

enum zv_tech {
	ZV_TECH_PEER,	/* a line or a trunk */
	ZV_TECH_TRUNK,	/* always a trunk: DAHDI… */
	ZV_TECH_LOCAL,	/* a half of a Local channel: no leg */
	ZV_TECH_HELPER, /* made by Asterisk for itself: Parking/…, CBAnn/…: no leg */
};

/* By the technology in front of the slash. */
enum zv_tech zv_name_tech(struct zv_str channel);

/* Digits only, at most 6: what a line's number looks like. */
bool zv_name_is_line_number(struct zv_str s);

/* Digits, '+', '*' and '#', at least one digit: what can be dialled. */
bool zv_name_is_number(struct zv_str s);

/* s, or empty when it stands for a withheld or unknown number or name. */
struct zv_str zv_name_known(struct zv_str s);

/* '*' of the pattern stands for any text; letters of both cases are alike. */
bool zv_name_is_like(struct zv_str pattern, struct zv_str s);

/* What was configured of trunks: patterns of peers or of whole names. */
struct zv_trunks {
	const struct zv_str *trunks, *lines; /* lines: what is none */
	size_t n_trunks, n_lines;
};

/* Is that channel a trunk, as docs/calls.md says: by what was configured, by its technology,
 * else where neither its peer ("101" of PJSIP/101-0000001d) nor its number is a line's. */
bool zv_trunks_has(const struct zv_trunks *t, struct zv_str channel, struct zv_str peer,
		   struct zv_str number);

#endif
