/* session.h - one login to AJAM: login, the WaitEvent loop, actions and their answers. A
 * machine: answers and time in, requests and calls out.
 *
 * At most two requests are under way: a WaitEvent hangs on one connection, everything
 * else goes over another, one after the other. A session that the server forgot
 * (`Permission denied` to a WaitEvent, or to an action and to the Ping after it) fails
 * with ZV_ECLOSED: its events are lost, the owner starts it again and resynchronises; the
 * refused action waits and is sent again then. */
#ifndef ZV_AJAM_SESSION_H
#define ZV_AJAM_SESSION_H

#include "ajam/exchange.h"
#include "ami/session.h"

/* The longest WaitEvent asked for; firewalls and proxies forget silent connections. */
#define ZV_AJAM_WAIT_S 30

/* Asterisk ends a wait this long before the session would expire (httptimeout). */
#define ZV_AJAM_WAIT_MARGIN_S 10

/* A wait begins at the earliest so long after the one before: when that brought events,
 * and when it brought none. The second keeps a server that answers at once to 4 a
 * second. */
#define ZV_AJAM_POLL_MS	      20
#define ZV_AJAM_EMPTY_POLL_MS 250

/* A WaitEvent that is so much over its time is lost. */
#define ZV_AJAM_WAIT_GRACE_MS 15000

/* Over digest a wait is this long at most, so that something is asked at least as often;
 * after a longer silence the session may have expired (httptimeout is 15 at the least that
 * makes sense: a wait ends 10 s before it). */
#define ZV_AJAM_DIGEST_WAIT_S	  10
#define ZV_AJAM_DIGEST_SILENCE_MS 13000

/* nc must grow as the server sees it: so much between two requests of one nonce. */
#define ZV_AJAM_DIGEST_GAP_MS 50

struct zv_ajam_session;

struct zv_ajam_session_options {
	struct zv_ami_session_options ami; /* all but booted_wait_ms has a meaning */
	struct zv_str path;		   /* "/asterisk/rawman"; copied */
	enum zv_ajam_encoding encoding;
	bool tls;
	bool digest;
};

/* The two connections. */
enum {
	ZV_AJAM_WAIT,
	ZV_AJAM_COMMAND,
	ZV_AJAM_N_EXCHANGES,
};

struct zv_ajam_session_handlers {
	struct zv_ami_session_handlers ami;
	/* what would have crossed the wire of AMI: whole packets with their empty line.
	 * NULL: nobody wants to know */
	void (*on_text)(void *user, enum zv_direction direction, struct zv_str text);
};

struct zv_ajam_order {
	enum {
		ZV_AJAM_ORDER_START,
		ZV_AJAM_ORDER_CANCEL,
	} kind;
	int exchange;
	unsigned long ticket;	    /* START: of this request, never 0 */
	struct zv_ajam_asked asked; /* START */
	int timeout_ms;		    /* START: to the last byte; 0: none */
};

struct zv_ajam_session *zv_ajam_session_new(
	const struct zv_ajam_session_options *options,
	const struct zv_ajam_session_handlers *handlers, void *user,
	const struct zv_log *log);
void zv_ajam_session_free(struct zv_ajam_session *s);

/* As the functions of ami/session.h with the same names. Nothing is ordered but by a tick
 * or by news: what is due after the others stands in the deadline. */
void zv_ajam_session_start(struct zv_ajam_session *s, int64_t now_ms);
void zv_ajam_session_stop(struct zv_ajam_session *s, bool for_good);
int64_t zv_ajam_session_deadline(const struct zv_ajam_session *s);
int zv_ajam_session_tick(struct zv_ajam_session *s, int64_t now_ms,
			 struct zv_error *err);
int zv_ajam_session_send(struct zv_ajam_session *s, const struct zv_request *request,
			 int timeout_ms, zvon_reply_fn fn, void *user, int64_t now_ms,
			 struct zv_error *err);
bool zv_ajam_session_is_booted(const struct zv_ajam_session *s);
struct zv_str zv_ajam_session_version(const struct zv_ajam_session *s, int *major);
void zv_ajam_session_count(const struct zv_ajam_session *s,
			   struct zv_client_counters *out);

/* As in ami/session.h. Several wait for each other: those not sent yet can be taken back
 * with all their like, nobody is called. How many there were. */
int zv_ajam_session_send_first(struct zv_ajam_session *s,
			       const struct zv_request *request, zvon_reply_fn fn,
			       void *user, int64_t now_ms, struct zv_error *err);
size_t zv_ajam_session_recall(struct zv_ajam_session *s);

/* From the next start on: no WaitEvent before zv_ajam_session_let_events. */
void zv_ajam_session_hold_events(struct zv_ajam_session *s, bool hold);
void zv_ajam_session_let_events(struct zv_ajam_session *s);

/* true: *out is what the transport is to do next, borrowed until the next call on s. */
bool zv_ajam_session_next_order(struct zv_ajam_session *s, struct zv_ajam_order *out);

/* From the transport: the head of an answer, a part of its body, its end (why->code 0: it
 * was whole). The ticket is that of the request: news of one that was broken off may
 * still be on their way when the next one has started; they are passed over. 0, or < 0:
 * the session is lost, *err says why. */
int zv_ajam_session_head(struct zv_ajam_session *s, unsigned long ticket,
			 struct zv_str bytes, int64_t now_ms, struct zv_error *err);
int zv_ajam_session_body(struct zv_ajam_session *s, unsigned long ticket,
			 struct zv_str bytes, int64_t now_ms, struct zv_error *err);
int zv_ajam_session_end(struct zv_ajam_session *s, unsigned long ticket,
			const struct zv_error *why, int64_t now_ms,
			struct zv_error *err);

/* The last request, when the owner closes a session that is logged in; answers to it are
 * not waited for. As zv_ajam_session_next_order. */
bool zv_ajam_session_farewell(struct zv_ajam_session *s, struct zv_ajam_order *out);

#endif
