#include "ami/session_impl.h"

#include <stdio.h>

#include "base/str.h"

int
zv_ami_login_patience_ms(const struct zv_ami_session_options *o, bool known)
{
	int ms = o->login_timeout_ms;

	return known && ms < ZV_AMI_HUNG_LOGIN_MS ? ZV_AMI_HUNG_LOGIN_MS : ms;
}

int
zv_ami_session_patience_ms(const struct zv_ami_session *s)
{
	return zv_ami_login_patience_ms(&s->options, s->known);
}

static struct zv_str
login_events(const struct zv_ami_session *s)
{
	return s->holds_events ? zv_login_held_events(s->options.events)
			       : s->options.events;
}

static void
on_login_reply(void *user, enum zv_reply_part part, int status,
	       const struct zv_packet *packet)
{
	struct zv_ami_session *s = user;

	if (part != ZV_REPLY_RESPONSE || s->state != ZV_STATE_LOGIN)
		return;
	if (!zvon_str_equal_nocase(packet->name, ZV_STR("Success"))) {
		zv_ami_session_fail(s,
				    zv_login_refused(s->options.user, packet, s->err));
		return;
	}
	zv_log(s->log, ZV_LOG_INFO, "ami", "logged in user=%s ami=%s", s->user,
	       s->version);
	s->known = true;
	s->booted_by_ms = s->now_ms + s->options.booted_wait_ms;
	zv_ami_session_enter(s, ZV_STATE_BOOTING);
	zv_ami_session_send_waiting(s);
}

static void
on_challenge_reply(void *user, enum zv_reply_part part, int status,
		   const struct zv_packet *packet)
{
	struct zv_ami_session *s = user;
	struct zv_str challenge;

	if (part != ZV_REPLY_RESPONSE || s->state != ZV_STATE_LOGIN)
		return;
	if (zv_login_read_challenge(packet, &challenge, s->err) < 0) {
		zv_ami_session_fail(s, ZV_EAUTH);
		return;
	}
	zv_ami_session_send_own(s,
				zv_login_md5(s->options.user, s->options.secret,
					     challenge, login_events(s), s->err),
				zv_ami_session_patience_ms(s), on_login_reply);
}

void
zv_ami_session_banner(struct zv_ami_session *s, struct zv_str banner)
{
	struct zv_str version = zv_login_version(banner, &s->ami_major);

	snprintf(s->version, sizeof s->version, "%.*s", ZV_ARG(version));
	if (s->options.plain_login)
		zv_ami_session_send_own(s,
					zv_login_plain(s->options.user,
						       s->options.secret,
						       login_events(s), s->err),
					zv_ami_session_patience_ms(s), on_login_reply);
	else
		zv_ami_session_send_own(s, zv_login_challenge(s->err),
					zv_ami_session_patience_ms(s),
					on_challenge_reply);
}
