/* role.h - who may see and do what: users, roles, and the rules for numbers. Plain data,
 * made from the configuration and never changed afterwards: a reload makes a new one. */
#ifndef ZV_HUB_ROLE_H
#define ZV_HUB_ROLE_H

#include "zvon/error.h"
#include "zvon/str.h"

/* Each command names one; there is no command without (see command.h). */
enum zv_right {
	ZV_RIGHT_MISSING = 0, /* of no command: such a table row does not build */
	ZV_RIGHT_VIEW,	      /* snapshots and states */
	ZV_RIGHT_DIAL,	      /* make calls */
	ZV_RIGHT_CONTROL,     /* answer, drop, hold, mute, volume, DTMF */
	ZV_RIGHT_TRANSFER,    /* blind, consultation, park */
	ZV_RIGHT_PICKUP,
	ZV_RIGHT_CONFERENCE,
	ZV_RIGHT_RECORD,
	ZV_RIGHT_AGENT, /* own state, own membership and pause in queues */
	ZV_RIGHT_SPY,
	ZV_RIGHT_RAW,	/* packets as they are; implies seeing everything */
	ZV_RIGHT_ADMIN, /* other people's sessions, counters, reload */
	ZV_RIGHTS,
};

/* "view", "dial"… */
const char *zv_right_name(enum zv_right right);

/* Whose calls, lines and agents. */
enum zv_scope {
	ZV_SCOPE_OWN,	 /* those in which a line of his takes part */
	ZV_SCOPE_QUEUES, /* also those of his queues and their members */
	ZV_SCOPE_ALL,
};

/* How far back into the past, and whose: finished calls, and their recordings. */
enum zv_reach {
	ZV_REACH_UNSAID, /* see zv_role_history, zv_role_recordings */
	ZV_REACH_NONE,
	ZV_REACH_OWN,	 /* calls in which a line of his took part */
	ZV_REACH_QUEUES, /* also those that were in one of his queues */
	ZV_REACH_ALL,
};

/* One line of `dial`: "allow 8[3489]XXXXXXXXX", "deny _00.", in Asterisk's patterns:
 * X 0-9, Z 1-9, N 2-9, [15-7], '.' one or more of anything, '!' none or more. A leading
 * '_' may stand or be left out. First match decides; none: denied. */
struct zv_dial_rule {
	bool allow;
	struct zv_str pattern;
};

#define ZV_NUMBER_MAX	   64 /* characters of a number that is dialled */
#define ZV_DIAL_RULES_MAX  200
#define ZV_CALLS_A_MINUTE  6 /* of one user, by default */
#define ZV_CALLS_AT_ONCE   2
#define ZV_USER_LINES_MAX  20
#define ZV_USER_QUEUES_MAX 100

struct zv_role {
	struct zv_str name;
	unsigned rights; /* 1u << enum zv_right */
	enum zv_scope sees, controls;
	enum zv_reach history, recordings; /* as written */
	const struct zv_dial_rule *dial;   /* those of the role, then the defaults */
	size_t n_dial;
	int calls_a_minute, calls_at_once; /* 0: none at all; -1: no limit */
	const struct zv_str *actions;	   /* for ami.action: names, exactly */
	size_t n_actions;
};

struct zv_user {
	struct zv_str name;
	struct zv_str full_name;    /* shown to him; may be empty */
	const struct zv_role *role; /* never NULL */
	const struct zv_str
		*lines; /* "101": on each server; "office/101": on that one */
	size_t n_lines; /* the first is the one he dials from */
	const struct zv_str *queues;
	size_t n_queues;
	struct zv_str context; /* in which his calls are dialled; empty: the server's */
	const struct zv_str *contexts; /* others that a panel may ask for */
	size_t n_contexts;
	struct zv_str interface; /* of his line: "PJSIP/101"; empty: by the server's
	                          * `technology` and his line */
	bool shared; /* stands for panels that nobody signed in: limits of a user are not
	              * for all of them together */
	bool auto_pause; /* pause in all queues when a call of his is answered */
	int wrap_up_s;	 /* so long after it; 0: until he says */
};

/* The rules that every role ends with: own numbers of 2 to 6 digits are allowed; "+", "00",
 * "810", premium and short codes, and everything else are denied. */
extern const struct zv_dial_rule zv_default_dial_rules[];
extern const size_t zv_n_default_dial_rules;

/* 0, or ZV_EINVAL with what is wrong with the pattern and where. */
int zv_dial_pattern_check(struct zv_str pattern, struct zv_error *err);

/* May that number be dialled? Spaces, brackets, '-' and '.' that people write are not
 * removed here: see zv_number_clean. *rule gets the deciding row, or NULL. */
bool zv_role_may_dial(const struct zv_role *role, struct zv_str number,
		      const struct zv_dial_rule **rule);

/* What people write ("+7 (926) 123-45-67") as what is dialled ("+79261234567"): only
 * 0-9 * # + and, with letters, A-Z a-z are left; blanks, brackets, '-' and '.' go.
 * Anything else (digits of other scripts too) is ZV_EINVAL with the character's place;
 * ZV_ETOOBIG beyond ZV_NUMBER_MAX. out is NUL-terminated. */
int zv_number_clean(struct zv_str text, bool letters, char out[ZV_NUMBER_MAX + 1],
		    struct zv_error *err);

/* Never UNSAID. Of finished calls he sees what he sees of those going on, unless the role says
 * otherwise. He hears his own, unless it does; and never more than he sees. */
enum zv_reach zv_role_history(const struct zv_role *role);
enum zv_reach zv_role_recordings(const struct zv_role *role);

static inline bool
zv_role_has(const struct zv_role *role, enum zv_right right)
{
	return role->rights & 1u << right;
}

#endif
