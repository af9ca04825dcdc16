/* impl.h - inside of the legacy view: rules, what is known of channels, packets being
 * written. */
#ifndef ZV_LEGACY_IMPL_H
#define ZV_LEGACY_IMPL_H

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "zvon/legacy.h"

/* ---- rules: rules.c, and the tables in ev_*.c ---------------------------------------- */

/* How a value of 12+ is written. Asterisk 12+ prints <unknown> for every empty part of a
 * caller; 1.x printed one of three things, depending on the event. */
enum zv_old_form {
	ZV_OLD_SAME,
	ZV_OLD_EMPTY,	 /* <unknown> as the empty value */
	ZV_OLD_UNKNOWN,	 /* <unknown> or empty as `unknown` */
	ZV_OLD_BRACKETS, /* empty as `<unknown>` */
	ZV_OLD_OPTIONAL, /* no line when there is no such field */
	ZV_OLD_IF_ANY,	 /* … or when it is empty */
	ZV_OLD_TEXT,	 /* `from` is the value */
};

struct zv_old_line {
	const char *key;  /* as 1.x wrote it; NULL ends a table */
	const char *from; /* the key of 12+; NULL: the same */
	enum zv_old_form form;
};

struct zv_legacy_rule;

/* Writes what there is to write (zv_old_row for the rule's own packet). */
typedef void (*zv_legacy_rule_fn)(struct zv_legacy *l,
				  const struct zv_legacy_rule *rule,
				  const struct zv_packet *p);

struct zv_legacy_rule {
	const char *name;		 /* of 12+; NULL ends a table */
	const char *old;		 /* of 1.x; NULL: the same */
	const struct zv_old_line *lines; /* NULL: it has no packet of its own */
	const char *privilege;		 /* NULL: as sent */
	const char *vars[2];  /* prefixes of the channels whose ChanVariable follow */
	zv_legacy_rule_fn fn; /* NULL: the row alone */
	bool is_new;	      /* 1.x had no such thing: `keep_new` lets it pass */
};

/* All tables. */
extern const struct zv_legacy_rule *const zv_legacy_tables[];
extern const struct zv_legacy_rule zv_legacy_bridge_rules[],
	zv_legacy_channel_list_rules[], zv_legacy_channel_rules[],
	zv_legacy_conference_rules[], zv_legacy_dial_rules[], zv_legacy_hold_rules[],
	zv_legacy_list_rules[], zv_legacy_new_rules[], zv_legacy_originate_rules[],
	zv_legacy_park_rules[], zv_legacy_queue_rules[], zv_legacy_system_rules[],
	zv_legacy_transfer_rules[];

const struct zv_legacy_rule *zv_legacy_rule_find(const struct zv_legacy *l,
						 struct zv_str event);

/* ---- what is known: state.c ------------------------------------------------------------ */

struct zv_old_attempt;
struct zv_old_bridge;

struct zv_old_channel {
	struct zv_node node; /* of all, the one not heard of for longest first */
	struct zv_str id, name;
	struct zv_buf number; /* CallerIDNum, as sent */
	bool holds;
	struct zv_buf vars; /* "NAME=value" of its ChanVariable lines, NUL after each */
	int cause;	    /* of HangupRequest or Hangup; 0: not told */

	/* as a caller: the Dial that runs */
	bool dials;
	struct zv_buf place;  /* where in the dialplan that Dial stands */
	struct zv_node dests; /* channels dialled by it that are not hung up */
	size_t n_open;	      /* of them those without a DialEnd */
	int status; /* what the Dial has come to so far: an index, -1 nothing */

	/* as a destination */
	struct zv_old_channel *caller; /* NULL: nobody's, or of Originate */
	struct zv_node in_dests;
	bool is_open;

	struct zv_old_attempt *attempt; /* NULL: not dialled by Originate */

	struct zv_old_bridge *bridge; /* NULL: in none */
	struct zv_node in_bridge;
};

struct zv_old_bridge {
	struct zv_str id;
	struct zv_node members; /* in order of entering */
	size_t n;
	struct zv_old_channel *first, *second; /* linked now; both or neither */
};

/* The channel, or NULL. */
struct zv_old_channel *zv_old_channel_find(struct zv_legacy *l, struct zv_str id);

/* The channel, made if it is not known; NULL: no memory (l->failed), no id, or a name
 * that is too long. Takes number and variables from the packet's fields of that prefix
 * ("", "Dest"). */
struct zv_old_channel *zv_old_channel_see(struct zv_legacy *l,
					  const struct zv_packet *p,
					  const char *prefix);

/* Out of its bridge and dials, silently, and freed. */
void zv_old_channel_forget(struct zv_legacy *l, struct zv_old_channel *c);

void zv_old_dest_detach(struct zv_old_channel *dest);

struct zv_old_bridge *zv_old_bridge_get(struct zv_legacy *l, struct zv_str id);
void zv_old_bridge_add(struct zv_old_bridge *b, struct zv_old_channel *c);

/* An empty bridge is freed. */
void zv_old_bridge_remove(struct zv_legacy *l, struct zv_old_channel *c);

void zv_old_state_init(struct zv_legacy *l);
void zv_old_state_clear(struct zv_legacy *l);

/* The two that are in it are linked now; the first is the caller, or, if that is not
 * known (NULL): see there. */
void zv_old_bridge_pair(struct zv_old_bridge *b, struct zv_old_channel *first);

/* An item of a list that waits for another one: see ev_channel_list.c. */
struct zv_old_waiting {
	struct zv_node node;
	const struct zv_legacy_rule *rule;
	zv_legacy_rule_fn write;
	struct zv_packet *packet;
};

/* ---- packets being written: write.c ------------------------------------------------------ */

struct zv_old_span {
	size_t key, key_n, value, value_n; /* places in the text */
};

struct zv_old_packet {
	const struct zv_packet *unchanged; /* or: */
	size_t text, text_n, first_field, n_fields;
};

struct zv_old_out {
	struct zv_buf text;
	struct zv_old_span *spans;
	struct zv_field
		*fields; /* as many as spans; filled when a packet is given out */
	size_t n_spans, cap_spans;
	struct zv_old_packet *packets;
	size_t n_packets, cap_packets;
	size_t given;
	struct zv_packet packet; /* the one given out last */
};

struct zv_legacy {
	struct zv_legacy_options options;
	int ami_major; /* 0: not known yet */
	struct zv_map rules;
	struct zv_map channels, bridges;
	struct zv_node order;	 /* all channels */
	struct zv_node attempts; /* of Originate: see ev_originate.c */
	size_t n_attempts;
	struct zv_node waiting;
	size_t n_waiting;
	struct zv_old_out out;
	struct zv_packet banner;
	struct zv_buf key; /* of the line being written */
	struct zv_legacy_counters counters;
	bool failed; /* no memory, in this feed */
};

void zv_old_out_clear(struct zv_old_out *o);
void zv_old_out_deinit(struct zv_old_out *o);

/* Begins a packet with `Event` and what stands at the head of `like`: Privilege (that one
 * instead, unless NULL), Timestamp and the lines of debug=on. */
void zv_old_begin(struct zv_legacy *l, const char *name, const char *privilege,
		  const struct zv_packet *like);

/* Begins one without any line. false: no memory. */
bool zv_old_begin_bare(struct zv_legacy *l);

/* A key made of what came from outside: harmless, and one key. */
void zv_old_make_key(struct zv_buf *key);

/* Values are written without control characters, so that none can make a line. */
void zv_old_add(struct zv_legacy *l, struct zv_str key, struct zv_str value);
void zv_old_add_text(struct zv_legacy *l, const char *key, const char *value);
void zv_old_add_escaped(struct zv_legacy *l, struct zv_str key, struct zv_str value);

/* A field as it was sent, also one without a colon. */
void zv_old_add_as_sent(struct zv_legacy *l, const struct zv_packet *p, size_t field);

/* `ChanVariable(CHANNEL): NAME=value` for each such line of that prefix. */
void zv_old_add_vars(struct zv_legacy *l, const struct zv_packet *p,
		     const char *prefix);
void zv_old_add_kept_vars(struct zv_legacy *l, const struct zv_old_channel *c);

void zv_old_pass(struct zv_legacy *l, const struct zv_packet *p);

/* The rule's packet; zv_old_row does all, zv_old_lines only the lines of the table. */
void zv_old_row(struct zv_legacy *l, const struct zv_legacy_rule *rule,
		const struct zv_packet *p);
void zv_old_lines(struct zv_legacy *l, const struct zv_old_line *lines,
		  const struct zv_packet *p);

/* ---- between the topics ---------------------------------------------------------------- */

/* The value of prefix + key. */
struct zv_str zv_old_get(const struct zv_packet *p, const char *prefix,
			 const char *key);

/* ev_dial.c: the channel is about to do something that it cannot do in a Dial. */
void zv_old_dial_is_over(struct zv_legacy *l, struct zv_old_channel *caller,
			 const struct zv_packet *like, bool for_sure);
/* … that destination has gone, its Hangup is written. */
void zv_old_dial_dest_gone(struct zv_legacy *l, struct zv_old_channel *dest,
			   const struct zv_packet *like);

/* ev_bridge.c: writes the Unlink if there is one to write, and a new Link of those who
 * stay. */
void zv_old_bridge_leave(struct zv_legacy *l, struct zv_old_channel *c,
			 const struct zv_packet *like);

/* The one that c is linked with, or NULL. */
struct zv_old_channel *zv_old_peer(const struct zv_old_channel *c);

/* ev_channel_list.c */
void zv_old_list_clear(struct zv_legacy *l);

/* ev_originate.c: an attempt to reach that destination begins, or has ended so. */
void zv_old_originate_begin(struct zv_legacy *l, const struct zv_packet *p);
void zv_old_originate_end(struct zv_legacy *l, const struct zv_packet *p);
void zv_old_originate_gone(struct zv_legacy *l, struct zv_old_channel *c);
void zv_old_originate_clear(struct zv_legacy *l);

#endif
