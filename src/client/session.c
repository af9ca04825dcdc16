#include "client/session.h"

int
zv_client_session_init(struct zv_client_session *s,
		       const struct zv_ami_session_options *ami,
		       const struct zv_ajam_session_options *ajam,
		       const struct zv_ajam_session_handlers *handlers, void *user,
		       const struct zv_log *log)
{
	if (ajam)
		s->ajam = zv_ajam_session_new(ajam, handlers, user, log);
	else
		s->ami = zv_ami_session_new(ami, &handlers->ami, user, log);
	return s->ajam || s->ami ? 0 : ZV_ENOMEM;
}

void
zv_client_session_deinit(struct zv_client_session *s)
{
	zv_ami_session_free(s->ami);
	zv_ajam_session_free(s->ajam);
}

void
zv_client_session_start(struct zv_client_session *s, int64_t now_ms)
{
	if (s->ajam)
		zv_ajam_session_start(s->ajam, now_ms);
	else
		zv_ami_session_start(s->ami, now_ms);
}

void
zv_client_session_stop(struct zv_client_session *s, bool for_good)
{
	if (s->ajam)
		zv_ajam_session_stop(s->ajam, for_good);
	else
		zv_ami_session_stop(s->ami, for_good);
}

int64_t
zv_client_session_deadline(const struct zv_client_session *s)
{
	return s->ajam ? zv_ajam_session_deadline(s->ajam)
		       : zv_ami_session_deadline(s->ami);
}

int
zv_client_session_tick(struct zv_client_session *s, int64_t now_ms,
		       struct zv_error *err)
{
	return s->ajam ? zv_ajam_session_tick(s->ajam, now_ms, err)
		       : zv_ami_session_tick(s->ami, now_ms, err);
}

int
zv_client_session_send(struct zv_client_session *s, const struct zv_request *request,
		       int timeout_ms, zvon_reply_fn fn, void *user, int64_t now_ms,
		       struct zv_error *err)
{
	return s->ajam ? zv_ajam_session_send(s->ajam, request, timeout_ms, fn, user,
					      now_ms, err)
		       : zv_ami_session_send(s->ami, request, timeout_ms, fn, user,
					     now_ms, err);
}

int
zv_client_session_send_first(struct zv_client_session *s,
			     const struct zv_request *request, zvon_reply_fn fn,
			     void *user, int64_t now_ms, struct zv_error *err)
{
	return s->ajam ? zv_ajam_session_send_first(s->ajam, request, fn, user, now_ms,
						    err)
		       : zv_ami_session_send_first(s->ami, request, fn, user, now_ms,
						   err);
}

size_t
zv_client_session_recall(struct zv_client_session *s)
{
	return s->ajam ? zv_ajam_session_recall(s->ajam) : 0;
}

void
zv_client_session_hold_events(struct zv_client_session *s, bool hold)
{
	if (s->ajam)
		zv_ajam_session_hold_events(s->ajam, hold);
	else
		zv_ami_session_hold_events(s->ami, hold);
}

bool
zv_client_session_is_booted(const struct zv_client_session *s)
{
	return s->ajam ? zv_ajam_session_is_booted(s->ajam)
		       : zv_ami_session_is_booted(s->ami);
}

struct zv_str
zv_client_session_version(const struct zv_client_session *s, int *major)
{
	return s->ajam ? zv_ajam_session_version(s->ajam, major)
		       : zv_ami_session_version(s->ami, major);
}

void
zv_client_session_count(const struct zv_client_session *s,
			struct zv_client_counters *out)
{
	if (s->ajam)
		zv_ajam_session_count(s->ajam, out);
	else
		zv_ami_session_count(s->ami, out);
}
