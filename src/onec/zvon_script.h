/* zvon_script.h - an object of class Zvon, as a script has it: a desk (desk.h) and what the
 * script wants of it.
 *
 *   profile_zvon   the tables of names
 *   zvon_connect   Connect, Disconnect, what the connection is
 *   zvon_open      a desk for a URL
 *   zvon_options   SetOption: what a desk of our own must know of the server
 *   zvon_message   what comes: events to the script, answers to who asked
 *   zvon_commands  MakeCall … : commands, and what became of them
 *   zvon_state     Calls, Lines, Queues
 *   zvon_packets   packets as they are: view, format
 *   zvon_filter    which of them
 *   zvon_action    Action: a raw action and its answer
 *   zvon_probe     Probe: connects, asks, disconnects
 *   zvon_diagnose  Diagnose: what `zvon probe` says
 *   zvon_past      History, Recording, RecordingLink: asked of zvond's store …
 *   zvon_history   … and what this connection itself has seen
 *   zvon_figures   counters, limits, log file
 *   zvon_words     causes and cures, in the language of the script
 *
 * Three kinds of members: the host's thread alone uses `set`, the network thread alone
 * `net`; `shared` is used under zv_component_lock. */
#ifndef ZV_ONEC_ZVON_SCRIPT_H
#define ZV_ONEC_ZVON_SCRIPT_H

#include <jansson.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "onec/component.h"
#include "onec/desk.h"
#include "onec/logfile.h"

#define ZV_SCRIPT_ASKS	      100 /* commands, questions at once that are not answered yet */
#define ZV_SCRIPT_TEXT	      1024 /* bytes of an option, of a list of events, of a line */
#define ZV_SCRIPT_FIELDS      (64 * 1024) /* bytes of fields of an action, of arguments */
#define ZV_SCRIPT_HISTORY     1000	  /* calls that have ended */
#define ZV_SCRIPT_HISTORY_MAX ((size_t)16 * 1024 * 1024) /* and bytes of them */
#define ZV_SCRIPT_CALLS	      1000 /* calls that go on, of which times are kept */
#define ZV_SCRIPT_RECORDINGS  20   /* files of one call */
#define ZV_SCRIPT_ANSWER_MAX                                                           \
 ((size_t)16 * 1024 * 1024) /* bytes of an action's answer */
#define ZV_SCRIPT_PROGRESSES 16

enum zv_script_format {
	ZV_SCRIPT_AMI,
	ZV_SCRIPT_XML,
	ZV_SCRIPT_JSON,
	ZV_SCRIPT_FORMATS,
};

struct zv_script_options; /* zvon_options.c */
struct zv_filter;

/* Which call a command is about, before it has ended. */
struct zv_script_progress {
	long command;
	char call[200];
};

struct zv_script {
	struct zv_component *component;

	struct {
		struct zv_script_options *options;
		struct zv_buf line, log_file, status_line, text, names, fields, regex;
		enum zv_log_level log_level;
		long long queue_length;
		bool is_asynchronous, wants_packets, is_legacy;
		enum zv_script_format format;
		long last_id;
	} set;

	struct {
		enum zv_desk_state state;
		bool is_open;	      /* Connect was called, Disconnect not */
		bool is_direct;	      /* no daemon */
		struct zv_buf events; /* names and patterns */
		bool wants_packets;
		enum zv_script_format format;
		struct zv_filter *next_filter; /* NULL: none */
		bool has_next_filter;
		struct zv_script_progress progress[ZV_SCRIPT_PROGRESSES];
		size_t n_progress;
		uint64_t packets, filtered, messages;
	} shared;

	struct {
		struct zv_desk *desk;
		struct zv_ask *connecting; /* Connect waits */
		bool was_ready, is_legacy, watches;
		struct zv_node asks; /* struct zv_script_wait: for an answer by id */
		struct zv_node snapshots;
		size_t n_asks;
		struct zv_filter *filter;
		bool is_filter_off;
		struct zv_buf packet;
		struct zv_logfile log;
		struct zv_node live, past; /* zvon_history.c */
		size_t n_live, n_past, past_bytes;
	} net;
};

struct zv_script *zv_script_of(struct zv_component *c);

/* Of two texts that of the script's language. */
#define ZV_SCRIPT_SAY(c, russian, english)                                             \
 (zv_component_is_russian(c) ? (russian) : (english))

/* ---- any thread ------------------------------------------------------------------------- */

enum zv_desk_state zv_script_state(struct zv_script *s);
/* An event of ours: source "Zvon". */
void zv_script_tell(struct zv_script *s, const char *name, struct zv_str data);

/* ---- words (zvon_words.c) ------------------------------------------------------------------ */

/* The error of a connection, and what to do about it. */
void zv_script_explain(struct zv_component *c, const struct zv_error *why,
		       struct zv_error *out);
int zv_script_fail_nomem(struct zv_component *c, struct zv_error *err);
int zv_script_fail_closed(struct zv_component *c, struct zv_error *err);

/* ---- values (zvon_values.c): host's thread ------------------------------------------------- */

/* A text of a property; *to stays as it was when it cannot be. */
int zv_script_set_text(struct zv_component *c, struct zv_buf *to,
		       const struct zv_value *in, size_t most, struct zv_error *err);
int zv_script_give(struct zv_component *c, struct zv_str text, struct zv_value *out,
		   struct zv_error *err);
/* true or false; true is refused on a server, where no event reaches a script. */
int zv_script_read_switch(struct zv_component *c, const struct zv_value *in, bool *on,
			  struct zv_error *err);
int zv_script_read_int(struct zv_component *c, const struct zv_value *in,
		       long long *out, struct zv_error *err);

/* ---- times (zvon_time.c) ------------------------------------------------------------------- */

/* "2026-11-21T16:53:54.780Z", or only the beginning of it, as seconds since 1970; 0: it is
 * none. */
int64_t zv_script_seconds_of(struct zv_str time);
/* A date of 1C, or a text as "2026-11-21", "2026-11-21T10:30:00", both by the clock of this
 * place: in UTC. What is left out is `otherwise`. */
int zv_script_read_moment(struct zv_component *c, const struct zv_value *v,
			  int64_t otherwise, int64_t *out, struct zv_error *err);

/* ---- asks (zvon_ask.c): network thread ---------------------------------------------------------- */

/* Keeps it until an answer of that number comes. ZV_EBUSY, ZV_ENOMEM: not kept. */
int zv_script_wait(struct zv_script *s, struct zv_node *list, struct zv_ask *ask);
/* Takes out the one with that number; NULL: there is none. */
struct zv_ask *zv_script_find(struct zv_script *s, struct zv_node *list, long number);
struct zv_ask *zv_script_first(struct zv_script *s, struct zv_node *list);
/* All of them fail. */
void zv_script_fail_all(struct zv_script *s, const struct zv_error *err);

/* ---- host's threads: asking ---------------------------------------------------------------------- */

/* Asks, waits, and gives what came as *result, a text. The ask is dropped. */
int zv_script_ask(struct zv_component *c, struct zv_ask *ask, struct zv_value *result,
		  struct zv_error *err);

/* ---- options (zvon_options.c) ---------------------------------------------------------------------- */

struct zv_link_desk_options;
struct zv_script_options *zv_script_options_new(void);
struct zv_script_options *zv_script_options_copy(const struct zv_script_options *o);
void zv_script_options_free(struct zv_script_options *o); /* NULL is fine */
/* The texts stay those of o. */
void zv_script_options_fill(struct zv_script_options *o,
			    struct zv_link_desk_options *out);

/* ---- a desk for a URL (zvon_open.c) ------------------------------------------------------------------ */

/* What Connect was called with. */
struct zv_script_target {
	char *url, *user, *secret, *line;
	struct zv_script_options *options;
	bool is_waited_for, is_legacy;
	enum zv_log_level log_level;
};

/* Host's thread: Connect's arguments, and what is set now. NULL: no memory. */
struct zv_script_target *zv_script_target_new(struct zv_script *s,
					      const struct zv_value *arguments);
void zv_script_target_free(void *target);

struct zv_desk *zv_script_open(struct zv_script *s, const struct zv_script_target *t,
			       struct zv_error *err);

/* ---- what comes (zvon_message.c): network thread ----------------------------------------------------- */

extern const struct zv_desk_handlers zv_script_handlers;
/* Of a list "call.*,leg.ringing"; ZV_EINVAL names the first that there is not. */
int zv_script_check_events(struct zv_component *c, struct zv_str list,
			   struct zv_error *err);
bool zv_script_wants(struct zv_script *s, struct zv_str name);

/* zvon_connect.c */
void zv_script_on_state(void *user, enum zv_desk_state state,
			const struct zv_error *why, int retry_ms);
void zv_script_on_gone(void *user);
/* Host's thread: 0, or ZV_EBUSY and *err: connected already. */
int zv_script_check_new(struct zv_component *c, struct zv_error *err);

/* zvon_commands.c */
void zv_script_on_result(struct zv_script *s, json_t *message, struct zv_str text);
void zv_script_on_progress(struct zv_script *s, json_t *message, struct zv_str text);
long zv_script_id(const json_t *message); /* 0: none of ours */

/* zvon_state.c */
void zv_script_on_snapshot(struct zv_script *s, const json_t *message);
/* Host's thread: the answer of Servers(). */
int zv_script_servers(struct zv_component *c, struct zv_value *result,
		      struct zv_error *err);

/* zvon_history.c */
void zv_script_remember(struct zv_script *s, json_t *event);
void zv_script_history_free(struct zv_script *s);

/* zvon_packets.c */
void zv_script_on_packet(void *user, const struct zv_packet *packet);
void zv_script_on_watched(struct zv_script *s, const json_t *message);
void zv_script_watch(struct zv_script *s); /* READY, or wanted since */
void zv_script_apply_view(struct zv_script *s);
int zv_script_write_packet(struct zv_buf *out, const struct zv_packet *packet,
			   enum zv_script_format format);
/* A packet of [["Event","Hangup"],…]; false: it is none, or no memory. fn is called with it. */
bool zv_script_packet_of(const json_t *pairs,
			 void (*fn)(void *context, const struct zv_packet *packet),
			 void *context);

/* ---- methods and properties, by their English names ------------------------------------------------------- */

#define ZV_SCRIPT_METHOD(name)                                                         \
 int zv_script_##name(struct zv_component *c, const struct zv_method *method,          \
		      struct zv_value *arguments, struct zv_value *result,             \
		      struct zv_error *err)
#define ZV_SCRIPT_GET(name)                                                            \
 int zv_script_get_##name(struct zv_component *c, struct zv_value *out,                \
			  struct zv_error *err)
#define ZV_SCRIPT_SET(name)                                                            \
 int zv_script_set_##name(struct zv_component *c, const struct zv_value *in,           \
			  struct zv_error *err)

ZV_SCRIPT_METHOD(connect);
ZV_SCRIPT_METHOD(disconnect);
ZV_SCRIPT_METHOD(set_events);
ZV_SCRIPT_METHOD(set_option);
ZV_SCRIPT_METHOD(option);
ZV_SCRIPT_METHOD(execute);
ZV_SCRIPT_METHOD(command); /* method->data: const struct zv_script_command */
ZV_SCRIPT_METHOD(action);
ZV_SCRIPT_METHOD(set_filter);
ZV_SCRIPT_METHOD(set_regex);
ZV_SCRIPT_METHOD(snapshot); /* method->data: the member's name */
ZV_SCRIPT_METHOD(history);
ZV_SCRIPT_METHOD(recording);
ZV_SCRIPT_METHOD(recording_link);
ZV_SCRIPT_METHOD(probe);
ZV_SCRIPT_METHOD(diagnose);

ZV_SCRIPT_GET(connected);
ZV_SCRIPT_GET(state);
ZV_SCRIPT_GET(last_error);
ZV_SCRIPT_GET(version);
ZV_SCRIPT_GET(asynchronous);
ZV_SCRIPT_SET(asynchronous);
ZV_SCRIPT_GET(line);
ZV_SCRIPT_SET(line);
ZV_SCRIPT_GET(packets);
ZV_SCRIPT_SET(packets);
ZV_SCRIPT_GET(format);
ZV_SCRIPT_SET(format);
ZV_SCRIPT_GET(view);
ZV_SCRIPT_SET(view);
ZV_SCRIPT_GET(received);
ZV_SCRIPT_GET(filtered);
ZV_SCRIPT_GET(delivered);
ZV_SCRIPT_GET(dropped);
ZV_SCRIPT_GET(waiting);
ZV_SCRIPT_GET(answer_time);
ZV_SCRIPT_SET(answer_time);
ZV_SCRIPT_GET(buffer_depth);
ZV_SCRIPT_SET(buffer_depth);
ZV_SCRIPT_GET(queue_length);
ZV_SCRIPT_SET(queue_length);
ZV_SCRIPT_GET(status_line);
ZV_SCRIPT_SET(status_line);
ZV_SCRIPT_GET(log_file);
ZV_SCRIPT_SET(log_file);
ZV_SCRIPT_GET(log_level);
ZV_SCRIPT_SET(log_level);
ZV_SCRIPT_GET(counters);

/* The arguments of a command's method, in their order: names and kinds as the hub has them
 * (hub/command.h), which checks them. */
struct zv_script_command {
	const char *name; /* "call.make" */
	const char *const *arguments;
};

#endif
