/* Command: a handful of CLI commands, printed as Asterisk 22 prints them. */
#include <stdio.h>

#include "office/actions.h"
#include "office/channel.h"
#include "office/lines.h"
#include "office/queue.h"
#include "office/write.h"

typedef void (*print_fn)(struct zv_office_session *s, struct zv_str rest);

static void print(struct zv_office_session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* One line of output. */
static void
print(struct zv_office_session *s, const char *format, ...)
{
	va_list args;

	zv_buf_add(&s->door.out, ZV_STR("Output: "));
	va_start(args, format);
	zv_buf_vprintf(&s->door.out, format, args);
	va_end(args);
	zv_buf_add(&s->door.out, ZV_STR("\r\n"));
}

static void
show_version(struct zv_office_session *s, struct zv_str rest)
{
	print(s, "Asterisk 22.10.1 built by zvon @ demo-office on a simulated running "
		 "Linux on 2026-07-20 21:35:32 UTC");
}

static void
show_uptime(struct zv_office_session *s, struct zv_str rest)
{
	print(s, "System uptime: %lld", (long long)(s->office->now_ms / 1000));
	print(s, "Last reload: %lld", (long long)(s->office->now_ms / 1000));
}

/* ---- channels -------------------------------------------------------------- */

static const char *
plural(long long n)
{
	return n == 1 ? "" : "s";
}

static void
show_channel(struct zv_office_session *s, const struct zv_channel *c)
{
	char where[ZV_NAME_MAX * 3], what[ZV_NAME_MAX + ZV_DATA_MAX + 3];

	snprintf(where, sizeof where, "%s@%s:%d", c->exten[0] ? c->exten : "(None)",
		 c->context, c->priority);
	snprintf(what, sizeof what, "%s(%s)", c->app, c->data);
	print(s, "%-64.64s %-32.32s %-7.7s %-30.30s", c->name, where,
	      zv_channel_state_name(c->state), what);
}

static void
show_channels(struct zv_office_session *s, struct zv_str rest)
{
	struct zv_node *node, *next;
	long long channels = 0, calls = 0;

	print(s, "%-64.64s %-32.32s %-7.7s %-30.30s", "Channel", "Location", "State",
	      "Application(Data)");
	ZV_EACH(&s->office->channels, node, next)
	{
		struct zv_channel *c = ZV_OWNER(node, struct zv_channel, node);

		show_channel(s, c);
		channels++;
		calls += c->extension != NULL;
	}
	print(s, "%lld active channel%s", channels, plural(channels));
	print(s, "%lld active call%s", calls, plural(calls));
	print(s, "%u call%s processed", s->office->processed,
	      plural(s->office->processed));
}

static void
show_channels_concise(struct zv_office_session *s, struct zv_str rest)
{
	struct zv_node *node, *next;

	ZV_EACH(&s->office->channels, node, next)
	{
		struct zv_channel *c = ZV_OWNER(node, struct zv_channel, node);

		print(s, "%s!%s!%s!%d!%s!%s!%s!%s!%s!!3!%lld!%s!%s", c->name,
		      c->context, c->exten, c->priority,
		      zv_channel_state_name(c->state), c->app[0] ? c->app : "(None)",
		      c->data, c->caller.number, c->account,
		      (long long)zv_channel_age_s(c), c->bridge ? c->bridge->id : "",
		      c->id);
	}
	if (zv_list_is_empty(&s->office->channels))
		print(s, "%s", "");
}

/* ---- queue ----------------------------------------------------------------- */

static void
show_member(struct zv_office_session *s, const struct zv_member *m)
{
	struct zv_buf *out = &s->door.out;
	long long now = zv_office_epoch_s(s->office);

	zv_buf_printf(out, "Output:       %s (%s) (ringinuse %s)", m->name,
		      m->interface, m->ring_in_use ? "enabled" : "disabled");
	if (m->dynamic)
		zv_buf_add(out, ZV_STR(" (dynamic)"));
	if (m->paused)
		zv_buf_printf(out, " (paused%s%s was %lld secs ago)",
			      m->reason[0] ? ":" : "", m->reason,
			      now - (long long)m->last_pause_s);
	if (m->in_call)
		zv_buf_add(out, ZV_STR(" (in call)"));
	zv_buf_printf(out, " (%s) has taken ", zv_device_words(zv_member_device(m)));
	if (m->taken)
		zv_buf_printf(out, "%d calls (last was %lld secs ago)", m->taken,
			      now - (long long)m->last_call_s);
	else
		zv_buf_add(out, ZV_STR("no calls yet"));
	zv_buf_printf(out, " (login was %lld secs ago)\r\n",
		      now - (long long)m->login_s);
}

static void
show_members(struct zv_office_session *s)
{
	struct zv_node *node, *next;

	if (zv_list_is_empty(&s->office->queue.members)) {
		print(s, "   No Members");
		return;
	}
	print(s, "   Members: ");
	ZV_EACH(&s->office->queue.members, node, next)
	show_member(s, ZV_OWNER(node, struct zv_member, node));
}

static void
show_callers(struct zv_office_session *s)
{
	struct zv_node *node, *next;
	int position = 0;

	if (zv_list_is_empty(&s->office->queue.callers)) {
		print(s, "   No Callers");
		return;
	}
	print(s, "   Callers: ");
	ZV_EACH(&s->office->queue.callers, node, next)
	{
		struct zv_waiting *w = ZV_OWNER(node, struct zv_waiting, node);
		long long waited = (s->office->now_ms - w->since_ms) / 1000;

		print(s, "      %d. %s (wait: %lld:%02lld, prio: 0)", ++position,
		      w->channel->name, waited / 60, waited % 60);
	}
}

static void
show_queue(struct zv_office_session *s, struct zv_str rest)
{
	const struct zv_queue *q = &s->office->queue;
	int all = q->completed + q->abandoned;

	rest = zv_str_trim(rest);
	if (rest.n && !zvon_str_equal(rest, ZV_STR(ZV_QUEUE_NAME))) {
		print(s, "No such queue: %.*s.", ZV_ARG(rest));
		return;
	}
	print(s,
	      "%s has %zu calls (max unlimited) in 'rrmemory' strategy (%ds holdtime, "
	      "%ds talktime), W:0, C:%d, A:%d, SL:%.1f%%, SL2:%.1f%% within 10s",
	      ZV_QUEUE_NAME, zv_queue_waiting(s->office), q->hold_s, q->talk_s,
	      q->completed, q->abandoned,
	      q->completed ? 100.0 * q->completed_in_time / q->completed : 0,
	      all ? 100.0 * q->completed_in_time / all : 0);
	show_members(s);
	show_callers(s);
	print(s, "%s", "");
}

/* ---- manager --------------------------------------------------------------- */

static void
show_rights(struct zv_office_session *s, const char *label, unsigned classes)
{
	zv_buf_printf(&s->door.out, "Output: %s: ", label);
	zv_class_format(&s->door.out, classes);
	zv_buf_add(&s->door.out, ZV_STR("\r\n"));
}

static void
show_manager_user(struct zv_office_session *s, struct zv_str rest)
{
	const struct zv_door_user *u = s->office->users;

	rest = zv_str_trim(rest);
	while (u->name && !zvon_str_equal(zvon_str(u->name), rest))
		u++;
	if (!u->name) {
		print(s, "There is no manager called %.*s", ZV_ARG(rest));
		return;
	}
	print(s, "%s", "");
	print(s, "         username: %s", u->name);
	print(s, "           secret: <Set>");
	print(s, "              ACL: no");
	show_rights(s, "        read perm", u->read);
	show_rights(s, "       write perm", u->write);
	print(s, "  displayconnects: yes");
	print(s, "allowmultiplelogin: yes");
	print(s, "        Variables: ");
}

/* ---- the action ------------------------------------------------------------ */

/* The first that fits counts; the rest of the line is given to it. */
static const struct {
	const char *words;
	bool has_rest;
	print_fn run;
} commands[] = {
	{ "core show version", false, show_version },
	{ "core show uptime seconds", false, show_uptime },
	{ "core show channels concise", false, show_channels_concise },
	{ "core show channels", false, show_channels },
	{ "queue show", true, show_queue },
	{ "manager show user", true, show_manager_user },
};

static print_fn
find(struct zv_str command, struct zv_str *rest)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		struct zv_str words = zvon_str(commands[i].words);

		*rest = zv_str_from(command, words.n);
		if (zv_str_starts_nocase(command, words) &&
		    (!rest->n || (commands[i].has_rest && rest->p[0] == ' ')))
			return commands[i].run;
	}
	return NULL;
}

ZV_ACTION(command)
{
	struct zv_str command = zv_str_trim(zv_asked_get(asked, "Command")), rest;
	print_fn run;

	if (!command.n) {
		zv_door_error(&s->door, asked, "No command provided");
		return;
	}
	run = find(command, &rest);
	zv_door_begin(&s->door, run ? "Success" : "Error", asked);
	zv_put_text(&s->door.out, "Message", "Command output follows");
	if (run)
		run(s, rest);
	else
		print(s,
		      "No such command '%.*s' (type 'core show help %.*s' for other "
		      "possible commands)",
		      ZV_ARG(command), ZV_ARG(command));
	zv_door_end(&s->door);
}
