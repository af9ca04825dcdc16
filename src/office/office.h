/* office.h - a small simulated office behind a manager port: a dozen phones, one
 * trunk, one queue, calls that come by themselves, and the answers and events of
 * Asterisk 22 (AMI 11.0.0) about them. A machine: bytes and time in, bytes out.
 *
 *   lines    200…211, PJSIP, context internal. 200…207 are answered in a few seconds,
 *            208 never, 209 declines, 210 is busy, 211 is not registered
 *   trunk    PJSIP/provider, context inbound: 74951234200…211 ring that line,
 *            74951234500 goes to the queue. Outside numbers (10 digits or more, or +)
 *            are answered unless they end in a cause: 17 busy, 19 no answer,
 *            21 rejected, 34 congestion
 *   queue    sales, extension 800, members 200 201 202
 *   also     600 echo, 602 busy, 603 congestion
 *   users    demo may all, readonly may read; both with the same secret
 *
 * Not simulated: Local channels, conferences, parking, voicemail, attended transfer,
 * audio. Actions that need them answer as an Asterisk without those modules. */
#ifndef ZV_OFFICE_OFFICE_H
#define ZV_OFFICE_OFFICE_H

#include <stdint.h>

#include "base/buf.h"

#define ZV_OFFICE_CALLS_PER_MINUTE 12
#define ZV_OFFICE_USER		   "demo"
#define ZV_OFFICE_SECRET	   "demo"

struct zv_office;
struct zv_office_session;

struct zv_office_options {
	uint64_t seed;	      /* the same seed, the same day */
	int64_t start_ms;     /* its clock at the start, since 1970 */
	int calls_per_minute; /* that come by themselves; 0: none */
	double speed;	      /* of life in it: 2 = two of its seconds in one; > 0 */
	const char *secret;   /* copied */
};

/* NULL: out of memory. */
struct zv_office *zv_office_new(const struct zv_office_options *options,
				int64_t now_ms);
/* Its sessions must be freed before. NULL is fine. */
void zv_office_free(struct zv_office *o);

/* When to call tick at the latest, of the office and all its sessions. */
int64_t zv_office_deadline(const struct zv_office *o);

/* 0, or ZV_ENOMEM: the office is of no more use. After it, and after each input, look
 * at the output of all sessions. */
int zv_office_tick(struct zv_office *o, int64_t now_ms);

/* A manager has connected; remote: "127.0.0.1/40123", for the security events.
 * NULL: out of memory. */
struct zv_office_session *zv_office_session_new(struct zv_office *o, const char *remote,
						int64_t now_ms);
void zv_office_session_free(struct zv_office_session *s); /* NULL is fine */

/* As zv_office_tick. */
int zv_office_session_input(struct zv_office_session *s, struct zv_str bytes,
			    int64_t now_ms);

/* Bytes for the client; take them with zv_buf_consume. */
struct zv_buf *zv_office_session_output(struct zv_office_session *s);

bool zv_office_session_is_logged_in(const struct zv_office_session *s);

/* true: close the connection when the output is sent. */
bool zv_office_session_is_over(const struct zv_office_session *s);

#endif
