/* component.h - one object of a script, behind either face: its class, its connection,
 * and the way of events to the script.
 *
 * Threads. The host calls on a thread of its own (not always the same on a server); the
 * client (zvon/client.h, own threads) tells on its delivery thread. The crossing is here
 * and nowhere else: a mutex around the queue of events and the counters, never held while
 * the host or the client is called. Events are handed to the host by the delivery thread
 * alone, in their order (Native API documents no thread safety: one sender).
 *
 * Stop: zv_component_stop joins within ZV_STOP_MS whatever the state (name resolution,
 * handshake, an event on its way); afterwards the host is not called any more. */
#ifndef ZV_ONEC_COMPONENT_H
#define ZV_ONEC_COMPONENT_H

#include "onec/class.h"
#include "zvon/client.h"

#define ZV_STOP_MS	   1000	 /* Done returns within */
#define ZV_ANSWER_MS	   5000	 /* a method waits for its answer at most; a property */
#define ZV_EVENTS_WAITING  10000 /* events that the host has not taken */
#define ZV_EVENT_RETRY_MS  20	 /* the host's buffer was full: again after */
#define ZV_EVENT_BYTES_MAX ((size_t)256 * 1024)

/* What a face gives. All but `event` are called on the host's thread only, inside a call
 * of the host; texts are UTF-8, borrowed for the call. */
struct zv_host {
	/* On the delivery thread. false: its buffer is full, or it takes none now. */
	bool (*event)(void *face, struct zv_str source, struct zv_str name,
		      struct zv_str data);
	void (*raise)(void *face, struct zv_str source, struct zv_str text);
	bool (*set_event_depth)(void *face, long depth);
	long (*event_depth)(void *face);
	bool (*is_server)(void *face); /* no events there: said in an error */
	void (*status_line)(void *face, struct zv_str text);
};

/* NULL: out of memory. `class` and `host` live longer than it. */
struct zv_component *zv_component_new(const struct zv_class *class);
/* The host is there (Init). May never be called: all but events works without. */
void zv_component_attach(struct zv_component *c, const struct zv_host *host, void *face);
/* Stops threads; the host is gone. Twice is fine. */
void zv_component_stop(struct zv_component *c);
void zv_component_free(struct zv_component *c); /* stops; NULL is fine */

const struct zv_class *zv_component_class(const struct zv_component *c);
void *zv_component_own(struct zv_component *c); /* of class->open */
void zv_component_set_locale(struct zv_component *c, struct zv_str locale);
bool zv_component_is_russian(const struct zv_component *c); /* for texts of errors */

/* ---- calls of the script (host's thread) ---------------------------------------------- */

/* Arguments as the script gave them are converted by the method's table, called, and
 * out-arguments are left in `arguments`. n may be less or more than the table has: less is
 * filled with fallbacks, more is an error. false: raised, or the result is Ложь. */
bool zv_component_call(struct zv_component *c, long method, struct zv_value *arguments,
		       size_t n, struct zv_value *result);
bool zv_component_get(struct zv_component *c, long property, struct zv_value *out);
bool zv_component_set(struct zv_component *c, long property, const struct zv_value *in);

/* ---- for profiles ----------------------------------------------------------------------- */

/* Any thread. The newest is dropped when ZV_EVENTS_WAITING wait, and the script is told
 * once, by `source` "zvon", name "events.dropped", data their number, when there is room
 * again. */
void zv_component_event(struct zv_component *c, struct zv_str source, struct zv_str name,
			struct zv_str data);

/* The connection (one at a time): a client with own threads. on_event, on_state and call
 * events come to the profile on the delivery thread. 0 or < 0 with *err. */
struct zv_link_handlers {
	void (*on_packet)(struct zv_component *c, const struct zv_packet *packet);
	void (*on_call)(struct zv_component *c, const struct zv_call_event *event);
	void (*on_state)(struct zv_component *c, const struct zv_client_status *status);
};
int zv_component_open(struct zv_component *c, const struct zv_client_options *options,
		      const struct zv_link_handlers *handlers, struct zv_error *err);
void zv_component_close(struct zv_component *c);
struct zv_client *zv_component_client(struct zv_component *c); /* NULL: not open */
/* Waits for READY or the end of the first try. */
int zv_component_wait_ready(struct zv_component *c, int timeout_ms, struct zv_error *err);

struct zv_component_counters {
	struct zv_client_counters client;
	uint64_t events, delivered, dropped, refused; /* refused: the host's false */
	size_t waiting, waiting_most;
};
void zv_component_counters(struct zv_component *c, struct zv_component_counters *out);
void zv_component_set_error(struct zv_component *c, const struct zv_error *err);
int zv_component_last_error(struct zv_component *c, struct zv_buf *out);

#endif
