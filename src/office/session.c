#include "office/session.h"

#include <stdio.h>

#include "base/mem.h"
#include "office/actions.h"
#include "base/date.h"
#include "office/attempt.h"
#include "office/write.h"

/* ---- WaitEvent ------------------------------------------------------------- */

void
zv_session_wait_event(struct zv_office_session *s, const struct zv_asked *asked,
		      int64_t timeout_ms)
{
	s->waiting = true;
	s->woken = false;
	s->wait_until_ms = timeout_ms < 0 ? INT64_MAX : s->office->real_ms + timeout_ms;
	zv_buf_clear(&s->wait_id);
	if (zv_buf_add(&s->wait_id, zv_asked_get(asked, "ActionID")) < 0)
		s->office->failed = true;
	zv_door_block(&s->door);
}

static void
end_wait(struct zv_office_session *s)
{
	struct zv_asked asked;

	s->waiting = false;
	zv_asked_of_id(&asked, zv_buf_str(&s->wait_id));
	zv_door_success(&s->door, &asked, "Waiting for Event completed.");
	zv_door_unblock(&s->door);
	zv_buf_add(&s->door.out, ZV_STR("Event: WaitEventComplete\r\n"));
	if (s->wait_id.n)
		zv_put(&s->door.out, "ActionID", zv_buf_str(&s->wait_id));
	zv_buf_add(&s->door.out, ZV_STR("\r\n"));
}

static int64_t
wait_deadline(const struct zv_office_session *s)
{
	if (!s->waiting)
		return INT64_MAX;
	return s->woken ? INT64_MIN : s->wait_until_ms;
}

/* ---- events ---------------------------------------------------------------- */

/* An event outside the mask wakes the waiting one too: so does Asterisk. */
void
zv_sessions_event(struct zv_office *o, unsigned class, struct zv_str packet)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->sessions, node, next)
	{
		struct zv_office_session *s =
			ZV_OWNER(node, struct zv_office_session, node);

		s->woken = true;
		zv_door_event(&s->door, class, packet);
	}
}

void
zv_session_originated(struct zv_office_session *s, struct zv_str action_id,
		      bool answered)
{
	struct zv_asked asked;

	zv_asked_of_id(&asked, action_id);
	if (answered)
		zv_door_success(&s->door, &asked, "Originate successfully queued");
	else
		zv_door_error(&s->door, &asked, "Originate failed");
	zv_door_unblock(&s->door);
}

/* ---- login ----------------------------------------------------------------- */

/* Sent to this session only, past its filters but not past its mask. */
static void
booted_event(struct zv_office_session *s)
{
	struct zv_office *o = s->office;

	if (!zv_door_wants(&s->door, ZV_CLASS_SYSTEM))
		return;
	zv_event(o, "FullyBooted", ZV_CLASS_SYSTEM);
	zv_put_int(&o->event, "Uptime", o->now_ms / 1000);
	zv_put_int(&o->event, "LastReload", o->now_ms / 1000);
	zv_put_text(&o->event, "Status", "Fully Booted");
	if (zv_buf_add(&o->event, ZV_STR("\r\n")) < 0)
		o->failed = true;
	zv_buf_add(&s->door.out, zv_buf_str(&o->event));
}

static void
put_security_date(struct zv_buf *e, const char *key, int64_t epoch_ms)
{
	struct zv_date d = zv_date_of(epoch_ms / 1000);

	zv_buf_printf(e, "%s: %04d-%02d-%02dT%02d:%02d:%02d.%03d+0000\r\n", key, d.year,
		      d.month, d.day, d.hour, d.minute, d.second,
		      (int)(epoch_ms % 1000));
}

static void
auth_event(struct zv_office_session *s)
{
	struct zv_office *o = s->office;
	struct zv_buf *e = zv_event(o, "SuccessfulAuth", ZV_CLASS_SECURITY);

	put_security_date(e, "EventTV", o->start_ms + o->now_ms);
	zv_put_text(e, "Severity", "Informational");
	zv_put_text(e, "Service", "AMI");
	zv_put_text(e, "EventVersion", "1");
	zv_put_text(e, "AccountID", s->door.name);
	zv_put_text(e, "SessionID", s->id);
	zv_put_text(e, "LocalAddress", "IPV4/TCP/127.0.0.1/5038");
	zv_buf_printf(e, "RemoteAddress: IPV4/TCP/%s\r\n", s->remote);
	zv_put_text(e, "UsingPassword", "0");
	put_security_date(e, "SessionTV", o->start_ms + o->now_ms);
	zv_event_send(o);
}

static void
on_login(void *owner, int64_t now_ms)
{
	struct zv_office_session *s = owner;

	booted_event(s);
	auth_event(s);
}

static void
on_action(void *owner, const struct zv_asked *asked, int64_t now_ms)
{
	zv_action_run(owner, asked);
}

/* ---- life ------------------------------------------------------------------ */

struct zv_office_session *
zv_office_session_new(struct zv_office *o, const char *remote, int64_t now_ms)
{
	static const struct zv_door_handlers handlers = { on_login, on_action };
	struct zv_office_session *s = zv_calloc(1, sizeof *s);
	uint64_t seed = zv_chance_bits(&o->chance);

	if (!s)
		return NULL;
	s->office = o;
	ZV_COPY(s->remote, zvon_str(remote));
	snprintf(s->id, sizeof s->id, "0x7f%010llx",
		 (unsigned long long)(seed >> 24 & 0xfffffffff0));
	zv_door_open(&s->door, ZV_STR("Asterisk Call Manager/11.0.0"), o->users,
		     &handlers, s, seed, now_ms);
	zv_list_append(&o->sessions, &s->node);
	return s;
}

void
zv_office_session_free(struct zv_office_session *s)
{
	if (!s)
		return;
	zv_attempt_forget(s->office, s);
	zv_list_remove(&s->node);
	zv_door_deinit(&s->door);
	zv_buf_deinit(&s->wait_id);
	zv_free(s);
}

struct zv_buf *
zv_office_session_output(struct zv_office_session *s)
{
	return &s->door.out;
}

bool
zv_office_session_is_logged_in(const struct zv_office_session *s)
{
	return s->door.user != NULL;
}

bool
zv_office_session_is_over(const struct zv_office_session *s)
{
	return s->door.closing;
}

int
zv_office_session_input(struct zv_office_session *s, struct zv_str bytes,
			int64_t now_ms)
{
	int rc = zv_office_tick(s->office, now_ms);

	if (rc < 0)
		return rc;
	if (s->waiting)
		end_wait(s);
	rc = zv_door_input(&s->door, bytes, now_ms);
	return rc < 0 ? rc : zv_office_tick(s->office, now_ms);
}

int64_t
zv_session_deadline(const struct zv_office_session *s)
{
	int64_t door = zv_door_deadline(&s->door), wait = wait_deadline(s);

	return door < wait ? door : wait;
}

int
zv_session_tick(struct zv_office_session *s, int64_t now_ms)
{
	if (s->waiting && now_ms >= wait_deadline(s))
		end_wait(s);
	return zv_door_tick(&s->door, now_ms);
}
