/* component.h - one object of a script, behind either face (native.c, com.c): its class,
 * its connection, and the way of events to the script.
 *
 *   host's threads   call, get, set: run the profile's functions (class.h); what needs the
 *                    network is asked of the network thread (ask.h), with a deadline
 *   network thread   owns the link (link.h) and all that hangs on it; never waits for the
 *                    host, so that Asterisk is always read
 *   sender thread    hands events to the host, one at a time, in their order (Native API
 *                    documents no thread safety of ExternalEvent: one sender)
 *
 * Both threads are started when they are first needed. The crossings are bridge.c and ask.c
 * and nowhere else; no lock is held while the host, a link or a profile is called: a host may
 * run the script's handler, and so our methods, inside ExternalEvent.
 *
 * Stop: zv_component_stop returns within ZV_STOP_MS whatever the state (name resolution,
 * handshake, an event on its way); afterwards the host is not called any more. A thread that
 * the system does not give back by then (a resolver of names, a host that sits in
 * ExternalEvent) keeps the library loaded (pin.h) and ends by itself. */
#ifndef ZV_ONEC_COMPONENT_H
#define ZV_ONEC_COMPONENT_H

#include "onec/ask.h"
#include "onec/class.h"
#include "onec/link.h"

#define ZV_STOP_MS	   1000 /* Done returns within */
#define ZV_ANSWER_MS	   5000 /* a method waits for its answer at most; default */
#define ZV_ANSWER_LEAST_MS 100	/* what a script may set */
#define ZV_ANSWER_MOST_MS  60000
#define ZV_EVENTS_WAITING  10000 /* events that the host has not taken; default */
#define ZV_EVENTS_LEAST	   10
#define ZV_EVENTS_MOST	   1000000
#define ZV_EVENTS_BYTES	   ((size_t)64 * 1024 * 1024) /* and their bytes */
#define ZV_EVENT_BYTES_MAX ((size_t)1024 * 1024) /* data of one event; longer: cut */
#define ZV_EVENT_RETRY_MS  20 /* the host's buffer was full: again after */
#define ZV_EVENT_DEPTH                                                                 \
 1000 /* asked of the host in Init: its default of 1 loses events */

/* What the host is, where it tells (Native: IPlatformInfo; COM: the same since 8.x). */
enum zv_app {
	ZV_APP_UNKNOWN = -1,
	ZV_APP_THIN,
	ZV_APP_THICK,
	ZV_APP_WEB,
	ZV_APP_SERVER,
	ZV_APP_EXTERNAL,
};

/* What a face gives. All but `event` are called on the host's thread only, inside a call of
 * the host; texts are UTF-8, borrowed for the call. Members may be NULL. */
struct zv_host {
	/* Sender thread. false: its buffer is full, or it takes none now: the same one is
	 * offered again after ZV_EVENT_RETRY_MS. Where the host sits in it for longer than
	 * ZV_STOP_MS, `face` may be gone when it comes back: not touched then. */
	bool (*event)(void *face, struct zv_str source, struct zv_str name,
		      struct zv_str data);
	/* The text of the exception that the script gets when a call returns false. */
	void (*raise)(void *face, struct zv_str source, struct zv_str text);
	bool (*set_event_depth)(void *face, long depth);
	long (*event_depth)(void *face);
	enum zv_app (*app)(void *face); /* events, windows: not on a server */
	void (*forget_events)(
		void *face); /* those that the host has taken, not shown */
	/* Empty: the host's own text again. false: it has no status line. */
	bool (*status)(void *face, struct zv_str text);
};

/* NULL: out of memory. `class` lives for ever. */
struct zv_component *zv_component_new(const struct zv_class *class);
/* The host is there (Init); asks for ZV_EVENT_DEPTH. May never be called: all but events
 * works without. `host` lives for ever. */
void zv_component_attach(struct zv_component *c, const struct zv_host *host,
			 void *face);
/* Closes the link, joins the threads; the host is gone. Twice is fine. Calls after it answer
 * with an error. */
void zv_component_stop(struct zv_component *c);
/* Stops; NULL is fine. What a thread that could not be joined may still touch, the class's
 * own data among it, is freed by that thread at its end. */
void zv_component_free(struct zv_component *c);

const struct zv_class *zv_component_class(const struct zv_component *c);
/* "ru_RU", "rus_RUS", "ru", "en_US": the language of errors. Default: Russian. */
void zv_component_set_locale(struct zv_component *c, struct zv_str locale);

/* ---- calls of the script (host's threads) ----------------------------------------------- */

/* Methods of this object: those of its class, or what zv_component_use_methods gave. */
const struct zv_method *zv_component_method(const struct zv_component *c, long number);
size_t zv_component_n_methods(const struct zv_component *c);
long zv_component_find_method(const struct zv_component *c, struct zv_str name);

/* Arguments as the script gave them are converted by the method's table, the function is
 * called, and out-arguments are left in `arguments`. n may be less or more than the table
 * has: less is filled with fallbacks, more is an error. result is zeroed; the caller
 * deinits it. false: raised (zv_host.raise was called). A class with ZV_ERRORS_FALSE gives
 * true and the result Ложь instead, unless the error is the script's own (types, number of
 * arguments). */
bool zv_component_call(struct zv_component *c, long method, struct zv_value *arguments,
		       size_t n, struct zv_value *result);
bool zv_component_get(struct zv_component *c, long property, struct zv_value *out);
bool zv_component_set(struct zv_component *c, long property, const struct zv_value *in);

/* ---- for profiles: host's threads ---------------------------------------------------------- */

void *zv_component_own(struct zv_component *c); /* of class->open */
bool zv_component_is_russian(const struct zv_component *c);
enum zv_app zv_component_app(const struct zv_component *c);

/* More methods than the class has (MIKO's from a file): the first ones are the class's, in
 * their order, for numbers may be known already. Borrowed until zv_component_free. */
void zv_component_use_methods(struct zv_component *c, const struct zv_method *methods,
			      size_t n);

/* Gives it to the network thread and waits until it is answered. 0: answered, look at
 * ask->status and ask->err. ZV_ETIMEOUT: not in time; it goes on, its answer goes to nobody
 * but ask->on_late. ZV_ECLOSED: stopped. ZV_EIO: no thread, ZV_ENOMEM. timeout_ms 0: it is
 * given and not waited for; < 0: the script's answer_ms. */
int zv_component_ask(struct zv_component *c, struct zv_ask *ask, int timeout_ms,
		     struct zv_error *err);

/* How long a method waits; 0 and set, or ZV_EINVAL with the limits in *err. */
int zv_component_answer_ms(const struct zv_component *c);
int zv_component_set_answer_ms(struct zv_component *c, long long ms,
			       struct zv_error *err);
int zv_component_set_events_waiting(struct zv_component *c, long long n,
				    struct zv_error *err);
/* The host's own queue; ZV_EIO: it did not take that. */
int zv_component_set_event_depth(struct zv_component *c, long long depth,
				 struct zv_error *err);
long zv_component_event_depth(struct zv_component *c); /* -1: not known */

/* The line at the foot of the host's window, until another text or none. ZV_EIO: the host has
 * none (a server). */
int zv_component_set_status(struct zv_component *c, struct zv_str text,
			    struct zv_error *err);

/* Drops what waits, here and (COM, Native) in the host: on disconnect only. */
void zv_component_forget_events(struct zv_component *c);

/* ---- for profiles: any thread ---------------------------------------------------------------- */

/* The last error of a call or of the connection: "" or what, where, what to do. NULL:
 * none (any more). 0 or ZV_ENOMEM. */
void zv_component_set_error(struct zv_component *c, const struct zv_error *err);
int zv_component_last_error(struct zv_component *c, struct zv_buf *out);

/* Texts are UTF-8; what is none becomes U+FFFD on its way. When more wait than may, the
 * oldest are dropped (the newest state stays), and the script is told in their place, once:
 * source "zvon", name "events.dropped", data their number. Without a host (no Init), or
 * on a server, where 1C shows no events, it does nothing. */
void zv_component_event(struct zv_component *c, struct zv_str source,
			struct zv_str name, struct zv_str data);
struct zv_component_counters {
	uint64_t events;    /* told by the profile: to a host that takes events */
	uint64_t delivered; /* taken by the host */
	uint64_t dropped;   /* see above */
	uint64_t refused;   /* the host's false: offered again */
	size_t waiting, waiting_most;
};
void zv_component_count(struct zv_component *c, struct zv_component_counters *out);

/* For what a profile's two sides share in small (a state, a few numbers): never held while
 * anything outside of the profile's own memory is called. */
void zv_component_lock(struct zv_component *c);
void zv_component_unlock(struct zv_component *c);

/* ---- for profiles: network thread ------------------------------------------------------------- */

/* The link is the component's from now on; the one before is closed: at once, or when its
 * `process` has returned, if it is inside. NULL: none. */
void zv_component_set_link(struct zv_component *c, struct zv_link *link);
struct zv_link *zv_component_link(struct zv_component *c);

#endif
