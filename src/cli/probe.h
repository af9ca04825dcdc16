/* probe.h - what the parts of `zvon probe` share: probe_connect.c (name, port, greeting,
 * TLS, login), probe_http.c (what only AJAM has), probe_account.c (version, rights, events), cmd_probe.c around them. */
#ifndef ZV_CLI_PROBE_H
#define ZV_CLI_PROBE_H

#include "cli/probe_report.h"
#include "cli/probe_rights.h"
#include "client/url.h"
#include "zvon/client.h"

#define ZV_PROBE_BUDGET_MS 4700 /* for everything up to the login, when it fails */
#define ZV_PROBE_EVENT_MS  2000 /* for the first event */

struct zv_probe {
	const char *target; /* the URL as typed */
	struct zv_url url;
	char place[300], port[8];
	struct zv_probe_report report;
	int64_t start_ms;
	int code; /* what to exit with */

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
