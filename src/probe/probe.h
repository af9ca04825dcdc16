/* probe.h - step by step from the name to the first event: what works, what does not, and
 * which line of which file to change. connect.c (name, port, greeting, TLS, login), http.c
 * (what only AJAM has), account.c (version, rights, events); `zvon probe` and the component
 * for 1C are around them. It waits where it is called, for a few seconds. */
#ifndef ZV_PROBE_PROBE_H
#define ZV_PROBE_PROBE_H

#include "io/dial.h"
#include "probe/end.h"
#include "probe/report.h"
#include "probe/rights.h"
#include "client/url.h"
#include "zvon/client.h"

#define ZV_PROBE_BUDGET_MS 4700 /* for everything up to the login, when it fails */
#define ZV_PROBE_EVENT_MS  2000 /* for the first event */

struct zv_probe;

/* The client to log in with: of `wanted` and what the caller knows (URL, secret, TLS). NULL:
 * *code says how it ends (enum zv_probe_end), and whoever is to know was told. */
typedef struct zv_client *(*zv_probe_client_fn)(
	struct zv_probe *p, const struct zv_client_options *wanted,
	const struct zv_client_handlers *handlers, int *code);

/* Zero it, set the first six, and report.tell. */
struct zv_probe {
	const char *target;	    /* the URL as typed */
	struct zv_url url;	    /* parsed; it has a user */
	struct zv_dial_options how; /* certificates and proxy; host and port are not */
	zv_probe_client_fn make_client;
	void *user; /* the caller's own */
	struct zv_probe_report report;

	bool left_resolver; /* afterwards: a thread that resolves the name may be left */
	char place[300], port[8];
	int64_t start_ms;
	int code; /* how it ends: enum zv_probe_end */

	/* from the library */
	struct zv_client *client;
	bool is_waiting; /* in zv_probe_wait: news may end it */
	enum zv_client_state state, lost_during;
	int reason;
	char why[ZV_ERROR_TEXT_MAX];
	char ami_version[32];
	bool greeted, booted;
	bool is_asterisk;			    /* its greeting was seen */
	int64_t began_ms, connected_ms, greeted_ms; /* when */
	char first_event[80];
	int64_t first_event_ms;
	long long clock_difference_s; /* the server's clock minus ours */
	bool has_clock;
	struct zv_rights read, write;
};

/* All steps, and a summary. p->client and p->url are freed by the caller. */
void zv_probe_run(struct zv_probe *p);

/* ---- between its parts ---- */

/* From the name to the login, a line for each step. false: it failed, and p->code says
 * what to exit with; else p->client is logged in. */
bool zv_probe_connect(struct zv_probe *p);

/* What the account sees and may do. p->code is set when a right is missing. */
void zv_probe_account(struct zv_probe *p);

/* This machine: nobody listens in on the way. */
bool zv_probe_is_loopback(const struct zv_probe *p);

/* Lets the client work until something has happened, at most so long (-1: for ever). */
void zv_probe_wait(struct zv_probe *p, int timeout_ms);

#endif
