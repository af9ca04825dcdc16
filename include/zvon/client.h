/* client.h - a connection to one Asterisk that stays: open by URL, log in, receive
 * events, send actions, come back after a loss. Over AMI (a stream of packets) and over
 * AJAM (the same packets over HTTP) it works alike; what differs is said below.
 *
 * Two ways to drive it; choose one per client:
 *
 *   own threads  zvon_client_start() … zvon_client_stop(). The library runs a
 *                network thread, which always reads, and a delivery thread, which
 *                calls your handlers one at a time. A slow handler does not keep
 *                the socket unread: bytes wait in a queue of max_queue_bytes. When
 *                that is full, the client stops reading until there is room, so
 *                nothing is lost on our side; Asterisk itself closes a session that
 *                does not read for its `writetimeout` (manager.conf), and then the
 *                client reconnects. See examples/listen-threads.c.
 *
 *   host's loop  zvon_client_open(), then again and again: wait until one of
 *                zvon_client_descriptors() is ready or zvon_client_timeout() ms
 *                have passed, call zvon_client_process(), which calls your
 *                handlers. No thread is made (name resolution excepted), nothing
 *                waits. See examples/listen-loop.c. zvon_client_run() is such a
 *                loop, ready made, for programs that have none.
 *
 * Threads: one client belongs to one thread at a time. With own threads these may
 * be called from any thread: zvon_client_send, zvon_client_request,
 * zvon_client_stop, zvon_client_counters, zvon_client_state. Handlers run on the
 * delivery thread (own threads) or inside zvon_client_process. From a handler every
 * function may be called but zvon_client_request and zvon_client_run, which answer
 * ZV_EBUSY there; zvon_client_stop and zvon_client_free from a handler take effect
 * when the handler has returned. Several clients in one process share nothing.
 *
 * AJAM: events are fetched by WaitEvent, which hangs on one connection while actions go
 * over another, one after the other. When the server has forgotten the session (it was
 * restarted, or the machine slept for longer than httptimeout of manager.conf), the
 * client goes DOWN, logs in again at once, and actions that were refused for that reason
 * are sent once more. As after each loss, events may be missing: resynchronise in READY.
 * A READY server always says booted = false, for AJAM never tells. What the encoders
 * leave out is written in docs/architecture.md; rawman leaves out nothing.
 *
 * Source of facts: AMI and AJAM of Asterisk 1.8 to 22, see docs/architecture.md. */
#ifndef ZVON_CLIENT_H
#define ZVON_CLIENT_H

#include <stdint.h>

#include "zvon/call.h"
#include "zvon/error.h"
#include "zvon/filter.h"
#include "zvon/legacy.h"
#include "zvon/log.h"
#include "zvon/packet.h"
#include "zvon/request.h"

ZVON_BEGIN_DECLS

struct zv_client;

/* ---- what you tell it ---------------------------------------------------- */

/* Zero it, set `url` and what differs from the default; 0 or NULL is the default.
 * Everything is copied by zvon_client_new. */
struct zv_client_options {
	const char *url;    /* ami://user@host:5038 or amis://user@host:5039 (TLS);
	                     * http://user@host:8088/asterisk/rawman, https:// on 8089,
	                     * or mxml, manager, or with digest login arawman, amxml,
	                     * amanager; [::1] for IPv6; user:secret@ works, with a
	                     * warning */
	const char *user;   /* instead of the URL's */
	const char *secret; /* instead of the URL's */
	const char
		*events; /* event mask of Login: "on" (default), "off", "call,agent" */
	const struct zv_filter_options
		*filter; /* events that on_event gets; default: all.
	                     * What of it the server can do (Asterisk 10 and later, write
	                     * class `system`), it is asked to do, before the first event;
	                     * everything is checked here once more. A session in which it
	                     * takes only a part is ended (DOWN) and begun again at once,
	                     * without that, also with no_reconnect */
	const struct zv_legacy_options
		*legacy;   /* not NULL: the legacy view (legacy.h). on_event and the
	                  * items of lists bring events as AMI 1.x had them; the
	                  * filter looks at those, and the server is not asked to
	                  * filter */
	bool no_push_down; /* the server is not asked to filter. For accounts with
	                     * including `eventfilter` lines in manager.conf: to what
	                     * those let pass it would add what the filter lets pass */
	bool plain_login;  /* send the secret itself even where MD5 is offered */

	const char *
		ca_file; /* amis, https: PEM file of trusted CAs; default: the system's */
	const char *pin; /* amis, https: "sha256//base64" of the server's public key */
	bool insecure; /* amis, https: no check of certificate and name; logs a warning */
	const char *proxy; /* HTTP CONNECT or SOCKS proxy URL; the environment's
	                        * proxy variables are never used */

	bool no_reconnect;	/* stay down after the first loss */
	int connect_timeout_ms; /* name, TCP, TLS together; 4500 */
	int login_timeout_ms;	/* from the open port to the answer of Login; 4500; a
				 * server that logged us in before gets 60 s: it hangs */
	int action_timeout_ms;	/* for zvon_client_send with timeout 0; 10000 */
	int booted_wait_ms;	/* READY without FullyBooted after; 2000 */
	int ping_after_ms;	/* Ping when nothing was received for; 10000 */
	int ping_timeout_ms;	/* dead when nothing was received then for; 5000 */
	int backoff_first_ms;	/* 1000, doubled each time, ±50 % */
	int backoff_most_ms;	/* 30000 */
	int refused_wait_ms;	/* least time between logins after a refusal; 60000 */

	size_t max_packet_bytes;   /* see parser.h */
	size_t max_response_bytes; /* see parser.h */
	size_t max_pending;	   /* actions without an answer yet; 1000 */
	size_t max_queue_bytes;	   /* own threads: bytes read ahead; 64 MiB */
};

enum zv_client_state {
	ZV_STATE_DOWN = 0,   /* not open, or waiting for the next try */
	ZV_STATE_CONNECTING, /* name, TCP, TLS */
	ZV_STATE_LOGIN,	     /* greeting and login */
	ZV_STATE_BOOTING,    /* logged in; the server has not said FullyBooted yet */
	ZV_STATE_READY,	     /* logged in, the server is fully booted */
	ZV_STATE_CLOSED,     /* down for good: stopped, or no_reconnect */
};

/* The news that on_state brings. */
struct zv_client_status {
	enum zv_client_state state;
	int ami_major;		   /* from LOGIN on: 1 = Asterisk 1.4-11, 2 … = 12+ */
	struct zv_str ami_version; /* "5.0.4"; borrowed for the call */
	bool booted;		   /* READY: FullyBooted was seen. false: an account
	                             * without the read class `system` never sees it */
	int reason;		   /* DOWN, CLOSED: enum zvon_err, 0 when asked for */
	const char *text;	   /* DOWN, CLOSED: a sentence: what, where, what to
	                             * do; borrowed; "" when asked for */
	int retry_ms;		   /* DOWN: next try in; -1 in CLOSED */
};

/* Raw bytes as they cross the wire (the login included!), for captures. AJAM: the packets
 * as they would cross the wire of AMI, from the login on; the waiting is left out. */
enum zv_direction {
	ZV_FROM_SERVER,
	ZV_TO_SERVER,
};

/* All may be NULL. Packets and texts are borrowed for the call. */
struct zv_client_handlers {
	/* each event that is not the answer to an action of this client */
	void (*on_event)(void *user, const struct zv_packet *event);
	void (*on_state)(void *user, const struct zv_client_status *status);
	/* the filter has switched itself off (filter.h): no event passes any more */
	void (*on_filter_off)(void *user);
	/* zvon_client_follow_calls: what is going on has been read from the server and the
	 * tracker agrees with it, after a login and each time it was read again. complete
	 * false: something did not come, it will be asked for again. On the thread of
	 * the tracker */
	void (*on_calls_synced)(void *user, bool complete);
	/* whole reads and writes; secrets are in there: pass each direction through
	 * a redactor (redact.h) before the bytes are kept. Must not call the client:
	 * the bytes may move */
	void (*on_bytes)(void *user, enum zv_direction direction, struct zv_str bytes);
	zvon_log_fn on_log;
	enum zv_log_level log_level; /* the most detailed one wanted */
};

/* ---- life ---------------------------------------------------------------- */

/* NULL: bad option or out of memory, *err says which (err may be NULL). Does not
 * connect yet. */
ZVON_API struct zv_client *zvon_client_new(const struct zv_client_options *options,
					   const struct zv_client_handlers *handlers,
					   void *user, struct zv_error *err);

/* Stops and frees. NULL is fine. Actions without an answer end with ZV_ECLOSED. */
ZVON_API void zvon_client_free(struct zv_client *c);

/* ---- calls ----------------------------------------------------------------- */

/* From the start on the tracker (call.h) knows the calls of this server: it is fed with
 * each event before `filter` and on_event, ticked, told of losses, and after each login
 * brought up to date by the lists that Asterisk gives on request (actions of the
 * library's own: CoreStatus, Status, CoreShowChannels, BridgeList, QueueStatus,
 * ParkedCalls, DeviceStateList, ConfbridgeListRooms, ConfbridgeList, and once "manager
 * show user", if the account may). What came incomplete is asked for again. What the
 * account lacks is told by on_log at ZV_LOG_WARN, with the missing class.
 *
 * Call it before zvon_client_open or zvon_client_start. The server is then not asked to
 * filter, whatever `filter` says: the tracker needs what the handler does not want.
 * `events` should be "on", or have the classes system, call, agent, dialplan and dtmf.
 *
 * The tracker is borrowed until zvon_client_free, and belongs to the thread on which
 * handlers run: its on_event is called where on_event of the client is (the delivery
 * thread, or inside zvon_client_process), and from zvon_client_open, _start and _stop
 * to their return; other threads must not use it meanwhile. Nothing ends its calls when
 * the client is closed for good: see zvon_calls_end_all.
 *
 * 0, ZV_EBUSY (open already, or followed already), ZV_EINVAL (`events` is "off"),
 * ZV_ENOMEM. */
ZVON_API int zvon_client_follow_calls(struct zv_client *c, struct zv_calls *calls);

/* ---- own threads --------------------------------------------------------- */

/* 0, or < 0 when threads cannot be made or the client is already open. */
ZVON_API int zvon_client_start(struct zv_client *c, struct zv_error *err);

/* Logs off, joins both threads; handlers are not called after it returns. */
ZVON_API void zvon_client_stop(struct zv_client *c);

/* ---- the host's loop ----------------------------------------------------- */

enum {
	ZV_POLL_READ = 1,
	ZV_POLL_WRITE = 2,
};

struct zv_descriptor {
	intptr_t fd; /* file descriptor; SOCKET on Windows */
	int events;  /* ZV_POLL_READ | ZV_POLL_WRITE to wait for */
};

#define ZV_MAX_DESCRIPTORS 16 /* happy eyeballs tries a few addresses at once */

/* 0, or < 0 when already open. Begins to connect; results come by on_state. */
ZVON_API int zvon_client_open(struct zv_client *c, struct zv_error *err);

/* Writes at most max entries, returns their number. They change with every
 * zvon_client_process; ask again each time. */
ZVON_API size_t zvon_client_descriptors(struct zv_client *c, struct zv_descriptor *out,
					size_t max);

/* Milliseconds until zvon_client_process wants to be called though no descriptor
 * is ready; -1: never. */
ZVON_API int zvon_client_timeout(struct zv_client *c);

/* Does what is to be done now and returns. 0 = go on, 1 = CLOSED. */
ZVON_API int zvon_client_process(struct zv_client *c);

/* Waits and processes for at most timeout_ms (-1: until CLOSED or until
 * zvon_client_interrupt). 0 = time is up, 1 = CLOSED or interrupted. */
ZVON_API int zvon_client_run(struct zv_client *c, int timeout_ms);

/* Makes zvon_client_run return soon, and ends a zvon_client_request by closing the
 * client (its status is then ZV_ECLOSED); not for own threads. May be called from a handler and from a
 * signal handler. */
ZVON_API void zvon_client_interrupt(struct zv_client *c);

/* Logs off and closes; on_state brings CLOSED before it returns. */
ZVON_API void zvon_client_close(struct zv_client *c);

/* ---- actions ------------------------------------------------------------- */

enum zv_reply_part {
	ZV_REPLY_RESPONSE, /* the response, at most once */
	ZV_REPLY_ITEM,	   /* an event of the list, and at last its …Complete event */
	ZV_REPLY_DONE,	   /* exactly once, the last call; packet is NULL */
};

/* status: 0; with DONE also < 0: ZV_ETIMEOUT (a list is partial if items came),
 * ZV_ECLOSED (connection lost: the action may have been carried out or not). AJAM also:
 * ZV_ETOOBIG (the server takes no request of that length), ZV_EPROTO (the answer was cut,
 * or came from somebody in between), ZV_EAUTH, ZV_EIO (he refused).
 * A response "Error" is an answer: status 0, look at packet->name. */
typedef void (*zvon_reply_fn)(void *user, enum zv_reply_part part, int status,
			      const struct zv_packet *packet);

/* Sends an action. The request is copied. It waits for the login if the client is
 * not READY or BOOTING yet; its time runs from this call. on_reply may be NULL.
 * timeout_ms 0: the option's. 0, or < 0 when it was not taken: ZV_EBUSY (max_pending
 * reached), ZV_EINVAL (ActionID already in use), ZV_ECLOSED, ZV_ENOMEM; then on_reply
 * is not called. With own threads, called from another thread than the delivery
 * thread, they may come as the status of DONE instead. Actions of one connection run
 * one after another in Asterisk: an Originate without `Async: true` holds up all that
 * follow; give such a one a timeout_ms longer than the option's, so that silence
 * meanwhile is not taken for a dead connection. */
ZVON_API int zvon_client_send(struct zv_client *c, const struct zv_request *request,
			      int timeout_ms, zvon_reply_fn on_reply, void *user,
			      struct zv_error *err);

/* The answer kept whole. */
struct zv_result {
	int status;		    /* as in zvon_reply_fn with DONE */
	struct zv_packet *response; /* NULL when none came */
	struct zv_packet **items;   /* the list, its …Complete event last */
	size_t n_items;
};

/* Sends and waits for the answer: with own threads from any thread but the delivery
 * thread; with the host's loop it runs the loop meanwhile. 0: *result is filled
 * (look at result->status), free it with zvon_result_deinit. < 0: as
 * zvon_client_send, and ZV_EBUSY from inside a handler. */
ZVON_API int zvon_client_request(struct zv_client *c, const struct zv_request *request,
				 int timeout_ms, struct zv_result *result,
				 struct zv_error *err);
ZVON_API void zvon_result_deinit(struct zv_result *result); /* NULL is fine */

/* ---- what it has seen ---------------------------------------------------- */

struct zv_client_counters {
	uint64_t bytes_in, bytes_out;
	uint64_t packets, events, responses;
	uint64_t filtered;	 /* events that the filter here kept back */
	uint64_t orphans;	 /* responses nobody waited for */
	uint64_t timeouts;	 /* actions without an answer in time */
	uint64_t connects;	 /* logins that worked */
	uint64_t losses;	 /* connections lost after that */
	uint64_t paused;	 /* times reading stopped because the queue was full */
	size_t queue_most_bytes; /* the longest the queue ever was */
};

ZVON_API void zvon_client_counters(struct zv_client *c, struct zv_client_counters *out);
ZVON_API enum zv_client_state zvon_client_state(struct zv_client *c);

/* "ready", "down"… */
ZVON_API const char *zvon_client_state_name(enum zv_client_state state);

ZVON_END_DECLS

#endif
