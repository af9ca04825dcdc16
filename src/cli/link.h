/* link.h - from options and a URL to a connection that is logged in. */
#ifndef ZV_CLI_LINK_H
#define ZV_CLI_LINK_H

#include "term/options.h"
#include "io/dial.h"
#include "zvon/client.h"

/* The options of all commands that connect. */
extern const struct zv_opt zv_link_options[];

/* What --timeout says: how long to wait for the answer to an action. */
int zv_link_timeout_ms(void);

/* --proxy was given: names and ports are the proxy's business. */
bool zv_link_has_proxy(void);

/* Fills in what the options say of certificates and proxy. */
void zv_link_dial_options(struct zv_dial_options *o);

/* --secret-file, else ZVON_SECRET; *out NULL: neither. Give it to zv_secret_free. 0, or what to
 * exit with; the reason was said. */
int zv_link_secret(char **out);

/* A client made of the URL and the options, with the secret from where it is found;
 * not open yet. `own` holds what the command itself wants (may be NULL); its `url` and
 * what the options say are filled in here. NULL: the reason was said and *code is
 * what to exit with. on_log is set here unless it is set. */
struct zv_client *zv_link_client(const char *url, const struct zv_client_options *own,
				 const struct zv_client_handlers *handlers, void *user,
				 int *code);

/* "host:port" of the URL, to show: no user, no secret; "" for a bad one. Static, until the
 * next call. */
const char *zv_link_place(const char *url);

/* What to exit with for a reason of the library (enum zv_err); `during` is the state
 * that it ended: a time-out means something else while connecting. */
int zv_link_exit_code(int reason, enum zv_client_state during);

/* ---- commands that ask something and end ---------------------------------- */

/* Zero it. Driven by this thread (zvon_client_open); never connects a second time. */
struct zv_link {
	struct zv_client *client;
	void (*on_event)(void *user, const struct zv_packet *event); /* or NULL */
	void *user;

	enum zv_client_state state;
	bool is_opening;
	int ami_major;
	enum zv_client_state lost_during; /* the state before CLOSED */
	int reason;			  /* CLOSED: why */
	char text[ZV_ERROR_TEXT_MAX];
};

/* Connects and logs in. events: the mask for the login, "off" if none are wanted.
 * 0, or what to exit with; then the reason was said. */
int zv_link_open(struct zv_link *l, const char *url, const char *events);

/* Sends, and waits --timeout for the answer. 0: *result is filled, also when only a
 * part of it came: look at result->status and give it to zv_link_answer_code. Else
 * what to exit with; the reason was said. */
int zv_link_request(struct zv_link *l, const struct zv_request *request,
		    struct zv_result *result);

/* What to exit with for that answer: 0, ZV_EXIT_NEGATIVE for an Error (nothing is said:
 * its text is in the response), else it did not come whole and the reason is said. */
int zv_link_answer_code(const struct zv_link *l, const struct zv_result *result);

/* Logs off and frees. */
void zv_link_close(struct zv_link *l);

/* One action from start to end: logs in without events, sends, prints the answer with
 * its exit code by `print`, whose code it returns. Takes the request; NULL: it was bad
 * and that was told. */
int zv_link_ask(const char *url, struct zv_request *request,
		int (*print)(const struct zv_result *result, int code));

#endif
