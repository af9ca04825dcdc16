/* session.h - a login to one server, over AMI or over AJAM, behind one face. */
#ifndef ZV_CLIENT_SESSION_H
#define ZV_CLIENT_SESSION_H

#include "ajam/session.h"
#include "ami/session.h"

/* Zeroed: neither. */
struct zv_client_session {
	struct zv_ami_session *ami;
	struct zv_ajam_session *ajam;
};

/* 0 or ZV_ENOMEM. One of the two option structs is NULL. */
int zv_client_session_init(struct zv_client_session *s,
			   const struct zv_ami_session_options *ami,
			   const struct zv_ajam_session_options *ajam,
			   const struct zv_ajam_session_handlers *handlers, void *user,
			   const struct zv_log *log);
void zv_client_session_deinit(struct zv_client_session *s);

/* As in ami/session.h. */
void zv_client_session_start(struct zv_client_session *s, int64_t now_ms);
void zv_client_session_stop(struct zv_client_session *s, bool for_good);
int64_t zv_client_session_deadline(const struct zv_client_session *s);
int zv_client_session_tick(struct zv_client_session *s, int64_t now_ms,
			   struct zv_error *err);
int zv_client_session_send(struct zv_client_session *s,
			   const struct zv_request *request, int timeout_ms,
			   zvon_reply_fn fn, void *user, int64_t now_ms,
			   struct zv_error *err);
int zv_client_session_send_first(struct zv_client_session *s,
				 const struct zv_request *request, zvon_reply_fn fn,
				 void *user, int64_t now_ms, struct zv_error *err);

/* As in ajam/session.h; over AMI they are all sent at once. */
size_t zv_client_session_recall(struct zv_client_session *s);
void zv_client_session_hold_events(struct zv_client_session *s, bool hold);

bool zv_client_session_is_booted(const struct zv_client_session *s);
struct zv_str zv_client_session_version(const struct zv_client_session *s, int *major);
void zv_client_session_count(const struct zv_client_session *s,
			     struct zv_client_counters *out);

#endif
