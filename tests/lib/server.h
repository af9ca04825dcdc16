/* server.h - a small Asterisk for the tests: on loopback, in its own threads, it speaks
 * the login and then does what the client's actions ask for, or what a script says.
 *
 * Actions that talk_serve knows; each but the last row is answered:
 *
 *   Ping, Logoff                      as Asterisk does
 *   Echo    Number                    Success with the same Number
 *   Fail    Message                   Error with that Message
 *   List    Count                     a list of that many items
 *   Emit    First, Count              numbered events, as fast as the client reads
 *   Wait    Ms                        Success, that much later
 *   Silence, Half, Freeze, Cut, Reset, Close   see talk_actions in server.c */
#ifndef TESTS_LIB_SERVER_H
#define TESTS_LIB_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct server;
struct talk; /* one connection */

/* Talks with one client; the connection is closed when it returns. */
typedef void (*talk_fn)(struct talk *t, void *user);

/* Zeroed = a server as Asterisk 22 is. */
struct server_options {
	talk_fn script; /* NULL: talk_login, then talk_serve */
	void *user;
	const char *user_name; /* NULL: "tester" */
	const char *version;   /* NULL: "11.0.0" */
	bool refuses;	       /* every login */
	bool silent;	       /* no banner, no answer */
	bool closed;	       /* connections are refused until server_listen */
	int login_ms;	       /* the answer to the login comes that late */
	int booted_ms;	       /* FullyBooted comes that late; < 0: never */
};

struct server_counts {
	int connections; /* accepted so far */
	int open;	 /* now */
	int most_open;
	int logins;   /* answered with Success */
	int actions;  /* after the login */
	int too_soon; /* bytes that came before the answer to the login */
	int disorder; /* an Echo whose Number was not greater than the last one */
	int logoffs;
};

/* Ends the test when the system says no. */
struct server *server_start(const struct server_options *options);
void server_stop(struct server *s); /* NULL is fine */

int server_port(const struct server *s);
struct server_counts server_counts(struct server *s);

/* Waits until that many logins have been answered. false: not within ms. */
bool server_wait_logins(struct server *s, int n, int ms);

/* Waits until that many connections are open. */
bool server_wait_open(struct server *s, int n, int ms);

/* A server that was `closed` accepts from now on. */
void server_listen(struct server *s);

/* Nothing is read, answered or accepted until it thaws; TCP itself stays alive. */
void server_freeze(struct server *s, bool frozen);

/* TCP RST on all connections. */
void server_reset(struct server *s);

/* ---- for scripts ---------------------------------------------------------------- */

/* Counts from 0 in the order of accepting. */
int talk_index(const struct talk *t);

/* false: the client is gone, or the server is being stopped. */
bool talk_send(struct talk *t, const char *bytes, size_t n);
bool talk_printf(struct talk *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The client's next packet, as a string of lines; NULL: there is no more. Borrowed until
 * the next call. */
const char *talk_next(struct talk *t);

/* n bytes of what the client says. NULL: it says no more. */
const char *talk_take(struct talk *t, size_t n);

/* The value of `Key: value` in a packet; "" when absent. */
void packet_value(const char *packet, const char *key, char *out, size_t size);
long packet_number(const char *packet, const char *key);

/* Banner, login (both kinds), FullyBooted, as the options say. false: not logged in. */
bool talk_login(struct talk *t);

/* Does what actions ask for until the client leaves. */
void talk_serve(struct talk *t);

/* Numbered events, EVENT_BYTES each: `UserEvent` with `Number: 000000000123`. */
#define EVENT_BYTES 200
bool talk_emit(struct talk *t, unsigned long first, unsigned long count);

/* One numbered event, as it crosses the wire. */
void event_text(char out[EVENT_BYTES], unsigned long number);

/* Closes with TCP RST, at once. */
void talk_reset(struct talk *t);

/* Does not read; returns when the server is stopped. */
void talk_freeze(struct talk *t);

/* A port of loopback that drops every attempt to connect: its queue is full. */
struct hole;
struct hole *hole_open(const char *address, int port); /* port 0: any */
int hole_port(const struct hole *h);
void hole_close(struct hole *h);

#endif
