/* ajam.h - a small AJAM for the tests, on the server of server.h: one session with its
 * cookie, rawman over POST and GET, and a WaitEvent that waits.
 *
 * Actions it knows:
 *
 *   Challenge, Login, CoreSettings, Ping, Logoff, WaitEvent   as Asterisk does
 *   Echo    Number          Success with the same Number
 *   List    Count           a list of that many items
 *   Emit    First, Count    Success; numbered events are queued for WaitEvent
 *   Wait    Ms, Number      Success with the same Number, that much later
 *   Silence                 no answer until the client leaves */
#ifndef TESTS_LIB_AJAM_H
#define TESTS_LIB_AJAM_H

#include "rig.h"

/* Zeroed = as Asterisk 22 is. */
struct ajam_options {
	bool is_old;	/* one answer per connection, as 1.8 and 11 */
	bool get_only;	/* 501 to a POST */
	bool silent;	/* never answers */
	bool forgets;	/* each session, at its first WaitEvent */
	int wait_cap_s; /* the most that a WaitEvent lasts; 0: 50 */
};

struct ajam_counts {
	int logins, logoffs, posts, gets;
	int most_waits; /* WaitEvent at one time */
	int strangers;	/* requests with a cookie that is not the session's */
	int leaks;	/* secrets in a request line */
};

struct ajam;

/* Ends the test when the system says no. */
struct ajam *ajam_start(const struct ajam_options *options);
void ajam_stop(struct ajam *a);

struct server *ajam_server(struct ajam *a);
struct ajam_counts ajam_counts(struct ajam *a);

/* Forgets the session, as after httptimeout: everything is denied. */
void ajam_forget(struct ajam *a);

/* Queues numbered events for the session, if there is one. */
void ajam_emit(struct ajam *a, unsigned long first, unsigned long count);

/* A rig for a client of it. */
struct rig *ajam_rig(enum way way, struct ajam *a);

/* Lets the client work until a WaitEvent hangs. false: not within ms. */
bool ajam_until_it_waits(struct ajam *a, struct rig *r, int ms);

#endif
