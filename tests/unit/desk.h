/* desk.h - the simulated office with a manager at it, and a clock of their own. */
#ifndef UNIT_DESK_H
#define UNIT_DESK_H

#include "helper.h"
#include "office/office.h"

#define DESK_START 5000 /* ms of the driver's clock at the start */

struct desk {
	struct zv_office *office;
	struct zv_office_session *session;
	struct zv_parser *parser;
	struct zv_buf raw; /* what the server has sent, all of it */
	size_t read;	   /* bytes of raw that desk_next has seen */
	int64_t now_ms;
	int failed; /* of the last call */
};

/* An office without calls of its own unless calls_per_minute; nobody has connected. */
void desk_new(struct desk *d, uint64_t seed, int calls_per_minute, double speed);
void desk_free(struct desk *d);

/* Connects, gets the banner; desk_login also logs in, and forgets what came. */
void desk_connect(struct desk *d);
void desk_login(struct desk *d, const char *user, const char *events);

/* Bytes from the client; in desk_ask each LF becomes CR LF and an empty line is added. */
void desk_send(struct desk *d, struct zv_str bytes);
void desk_ask(struct desk *d, const char *lines);

/* Lets time pass, waking the office when it wants to be woken. */
void desk_pass(struct desk *d, int ms);

/* The next packet that came, NULL: no more. Borrowed until the next call. */
const struct zv_packet *desk_next(struct desk *d);

/* What came since, without CRs. Then it is forgotten. Borrowed until the next call. */
const char *desk_text(struct desk *d);
void desk_forget(struct desk *d);

/* Fails the test unless the text that comes (desk_text) contains it. */
#define desk_expect(d, wanted) desk_expect_at(d, wanted, __FILE__, __LINE__)
void desk_expect_at(struct desk *d, const char *wanted, const char *file, int line);

/* Asks, lets 1 ms pass and expects. */
#define desk_answer(d, lines, wanted)                                                  \
 (desk_ask(d, lines), desk_pass(d, 1), desk_expect(d, wanted))

/* The value of the first field of that key in the first event of that name among the
 * packets that came; NULL: none. They are not forgotten. Free it. */
char *desk_field(struct desk *d, const char *event, const char *key);

#endif
