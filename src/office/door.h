/* door.h - the server's side of one manager connection: banner, requests, login,
 * event mask. What stands behind it (the office, a recording) is in the handlers. */
#ifndef ZV_OFFICE_DOOR_H
#define ZV_OFFICE_DOOR_H

#include <stdint.h>

#include "ami/class.h"
#include "office/chance.h"
#include "office/reader.h"

#define ZV_DOOR_REFUSAL_MS  1000     /* a wrong secret is answered after */
#define ZV_DOOR_AUTH_MS	    30000    /* authtimeout of manager.conf */
#define ZV_DOOR_MAX_WAITING 262144   /* bytes of requests that wait behind another */
#define ZV_DOOR_MAX_HELD    16777216 /* bytes of events; then it is closed */
#define ZV_DOOR_MAX_FILTERS 32

struct zv_door;

struct zv_door_user {
	const char *name, *secret; /* name NULL: anybody with any secret */
	unsigned read, write;	   /* classes */
};

struct zv_door_handlers {
	/* after a good login, its answer is written */
	void (*on_login)(void *owner, int64_t now_ms);
	/* any action of a logged in client but Login, Challenge and Logoff */
	void (*on_action)(void *owner, const struct zv_asked *asked, int64_t now_ms);
};

/* Embedded by its owner; the members are for reading. */
struct zv_door {
	const struct zv_door_user *users; /* the last one has neither name nor rights */
	const struct zv_door_handlers *handlers;
	void *owner;
	struct zv_chance chance;

	struct zv_reader reader;
	struct zv_buf out;		 /* for the client */
	struct zv_buf held;		 /* events that wait until `blocked` ends */
	const struct zv_door_user *user; /* logged in as; NULL: not yet */
	char name[80];			 /* that the client gave */
	char challenge[16];		 /* "": not asked for */
	unsigned mask;			 /* event classes the client wants */
	struct {
		struct zv_buf text;
		bool exclude;
	} filters[ZV_DOOR_MAX_FILTERS];
	size_t n_filters;

	int64_t auth_by_ms;    /* not logged in by then: closed */
	int64_t refuse_at_ms;  /* a failed login is answered then; INT64_MAX: none */
	struct zv_buf refused; /* its ActionID */
	bool blocked;	       /* an action is not answered yet: nothing else happens */
	bool resume;	       /* it was blocked: requests may wait to be read */
	bool closing;	       /* close when `out` is sent */
	bool failed;	       /* out of memory */
};

/* Writes the banner's line. All is borrowed for the door's life. */
void zv_door_open(struct zv_door *d, struct zv_str banner,
		  const struct zv_door_user *users,
		  const struct zv_door_handlers *handlers, void *owner, uint64_t seed,
		  int64_t now_ms);
void zv_door_deinit(struct zv_door *d);

/* Bytes from the client. 0, or ZV_ENOMEM. */
int zv_door_input(struct zv_door *d, struct zv_str bytes, int64_t now_ms);
int64_t zv_door_deadline(const struct zv_door *d);
int zv_door_tick(struct zv_door *d, int64_t now_ms);

/* What the machine behind is doing holds up what follows, until unblocked. */
void zv_door_block(struct zv_door *d);
void zv_door_unblock(struct zv_door *d);

/* ---- answers ---------------------------------------------------------------- */

/* "Response: …" and, when it was given, the ActionID. Lines follow, then
 * zv_door_end. */
void zv_door_begin(struct zv_door *d, const char *response,
		   const struct zv_asked *asked);
void zv_door_end(struct zv_door *d);

/* A whole answer; message NULL: without one. */
void zv_door_success(struct zv_door *d, const struct zv_asked *asked,
		     const char *message);
void zv_door_error(struct zv_door *d, const struct zv_asked *asked, const char *format,
		   ...) __attribute__((format(printf, 3, 4)));
void zv_door_unknown(struct zv_door *d, const struct zv_asked *asked);

/* The answers of Ping (epoch_ms: what time it is) and Events. */
void zv_door_ping(struct zv_door *d, const struct zv_asked *asked, int64_t epoch_ms);
void zv_door_events(struct zv_door *d, const struct zv_asked *asked);

/* ---- events ----------------------------------------------------------------- */

/* Would this client get an event of that class? */
bool zv_door_wants(const struct zv_door *d, unsigned class);

/* A whole event packet, for those who want its class and whose filters let it pass. */
void zv_door_event(struct zv_door *d, unsigned class, struct zv_str packet);

/* Adds a filter: plain text, in which '.' is any byte; `!` first: exclude. 0,
 * ZV_EINVAL when it has other signs of a regular expression, ZV_EBUSY, ZV_ENOMEM. */
int zv_door_add_filter(struct zv_door *d, struct zv_str text);

#endif
