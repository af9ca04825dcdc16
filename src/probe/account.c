#include "probe/probe.h"

#include <stdio.h>
#include <stdlib.h>

#include "io/clock.h"

#define CLOCK_S	   2 /* seconds that clocks may differ */
#define EVENT_NAME "ZvonProbe"

/* ---- asking ---------------------------------------------------------------------------- */

/* An action without, or with one, field. false: no answer, or an Error. */
static bool
ask(struct zv_probe *p, const char *action, const char *key, const char *value,
    struct zv_result *result)
{
	struct zv_request *request = zvon_request_new(zvon_str(action), NULL);
	bool ok;

	*result = (struct zv_result){ 0 };
	ok = request && (!key || zvon_request_set(request, key, value, NULL) == 0) &&
	     zvon_client_request(p->client, request, ZV_PROBE_BUDGET_MS, result,
				 NULL) == 0 &&
	     result->status == 0 && result->response &&
	     !zvon_str_equal_nocase(result->response->name, ZV_STR("Error"));
	zvon_request_free(request);
	return ok;
}

static void
probe_version(struct zv_probe *p, const struct zv_packet *list)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_VERSION, -1);
	const char *range = zv_asterisk_of_ami(zvon_str(p->ami_version));
	struct zv_result result = { 0 };
	struct zv_str version = { NULL, 0 };
	char text[128];

	if (zv_rights_may(list, "CoreSettings") &&
	    ask(p, "CoreSettings", NULL, NULL, &result))
		version = zvon_packet_get(result.response, ZV_STR("AsteriskVersion"));
	snprintf(text, sizeof text, "%.*s", (int)(version.n < 100 ? version.n : 100),
		 version.p ? version.p : "");
	if (version.n)
		zv_probe_say(&line, ZV_PROBE_OK, ZV_PT_VERSION_IS, text, p->ami_version,
			     NULL);
	else
		zv_probe_say(&line, ZV_PROBE_OK,
			     range ? ZV_PT_VERSION_BY_AMI : ZV_PT_VERSION_UNKNOWN,
			     range ? range : "", p->ami_version, NULL);
	zv_probe_add_fact(&line, "asterisk", version.n ? version : zvon_str(range));
	zv_probe_add_fact(&line, "ami", zvon_str(p->ami_version));
	zv_probe_tell(&p->report, &line);
	zvon_result_deinit(&result);
}

/* The name goes into a console command: only plain names. */
static bool
is_plain_name(const char *name)
{
	for (; *name; name++)
		if (strchr(" \t\"'\\;", *name) || (unsigned char)*name < 0x20)
			return false;
	return true;
}

static void
learn_rights(struct zv_probe *p, const struct zv_packet *list)
{
	struct zv_result result = { 0 };
	char command[256];

	zv_rights_from_list(&p->write, list);
	if (!zv_rights_may(list, "Command") || !is_plain_name(p->url.user))
		return;
	snprintf(command, sizeof command, "manager show user %s", p->url.user);
	if (ask(p, "Command", "Command", command, &result))
		zv_rights_from_user(&p->read, &p->write, result.response);
	zvon_result_deinit(&result);
}

/* ---- rights ------------------------------------------------------------------------------ */

#define NEEDED_READ                                                                    \
 (ZV_CLASS_CALL | ZV_CLASS_AGENT | ZV_CLASS_DIALPLAN | ZV_CLASS_REPORTING |            \
  ZV_CLASS_CDR | ZV_CLASS_USER)
#define NEEDED_WRITE                                                                   \
 (ZV_CLASS_CALL | ZV_CLASS_ORIGINATE | ZV_CLASS_AGENT | ZV_CLASS_REPORTING)

struct class_text {
	unsigned classes; /* all of them */
	enum zv_probe_text text;
};

static const struct class_text no_read[] = {
	{ ZV_CLASS_CALL, ZV_PT_NO_READ_CALL },
	{ ZV_CLASS_AGENT, ZV_PT_NO_READ_AGENT },
	{ ZV_CLASS_DIALPLAN, ZV_PT_NO_READ_DIALPLAN },
	{ ZV_CLASS_REPORTING, ZV_PT_NO_READ_REPORTING },
	{ ZV_CLASS_CDR, ZV_PT_NO_READ_CDR },
	{ ZV_CLASS_USER, ZV_PT_NO_READ_USER },
	{ 0, ZV_PT_COUNT },
};

static const struct class_text no_write[] = {
	{ ZV_CLASS_CALL, ZV_PT_NO_WRITE_CALL },
	{ ZV_CLASS_ORIGINATE, ZV_PT_NO_WRITE_ORIGINATE },
	{ ZV_CLASS_AGENT, ZV_PT_NO_WRITE_AGENT },
	{ ZV_CLASS_REPORTING, ZV_PT_NO_WRITE_REPORTING },
	{ 0, ZV_PT_COUNT },
};

static const struct class_text excess_read[] = {
	{ ZV_CLASS_CONFIG, ZV_PT_EXCESS_READ_CONFIG },
	{ ZV_CLASS_SECURITY, ZV_PT_EXCESS_READ_SECURITY },
	{ 0, ZV_PT_COUNT },
};

static const struct class_text excess_write[] = {
	{ ZV_CLASS_SYSTEM, ZV_PT_EXCESS_SYSTEM },
	{ ZV_CLASS_COMMAND, ZV_PT_EXCESS_COMMAND },
	{ ZV_CLASS_CONFIG, ZV_PT_EXCESS_CONFIG },
	{ ZV_CLASS_AGI, ZV_PT_EXCESS_AGI },
	{ ZV_CLASS_ORIGINATE | ZV_CLASS_SYSTEM, ZV_PT_EXCESS_ORIGINATE },
	{ 0, ZV_PT_COUNT },
};

/* One side of an account, read or write. */
struct side {
	enum zv_probe_text step;
	const char *key; /* in manager.conf */
	const struct zv_rights *rights;
	unsigned needed;
	enum zv_probe_status if_missing;
	const struct class_text *missing, *excess;
};

static const char *
format_classes(unsigned classes, struct zv_buf *buf)
{
	zv_buf_clear(buf);
	zv_class_format_names(buf, classes);
	return zv_buf_cstr(buf);
}

static void
tell_granted(const struct side *s, struct zv_probe_line *line, struct zv_buf *buf)
{
	if (s->rights->granted == ZV_CLASS_NAMED)
		zv_probe_say(line, ZV_PROBE_WARNING, ZV_PT_RIGHTS_ALL, NULL);
	else if (s->rights->granted)
		zv_probe_say(line, ZV_PROBE_OK, ZV_PT_RIGHTS_ARE,
			     format_classes(s->rights->granted, buf), NULL);
	else if (s->rights->denied)
		zv_probe_say(line, ZV_PROBE_OK, ZV_PT_RIGHTS_NONE, NULL);
	zv_probe_add_words(line, "granted",
			   zvon_str(format_classes(s->rights->granted, buf)));
	zv_probe_add_words(line, "denied",
			   zvon_str(format_classes(s->rights->denied, buf)));
}

static void
tell_missing(const struct zv_probe *p, const struct side *s, struct zv_probe_line *line,
	     struct zv_buf *buf)
{
	unsigned missing = s->needed & s->rights->denied;
	unsigned unseen = s->needed & ~s->rights->denied & ~s->rights->granted;

	if (missing) {
		zv_probe_say(line, s->if_missing, ZV_PT_RIGHTS_MISSING,
			     format_classes(missing, buf), NULL);
		for (const struct class_text *t = s->missing; t->classes; t++)
			if (t->classes & missing)
				zv_probe_advise(line, t->text, NULL);
	}
	if (unseen)
		zv_probe_say(line, ZV_PROBE_SKIPPED, ZV_PT_RIGHTS_UNSEEN,
			     format_classes(unseen, buf), s->key, p->url.user, NULL);
	zv_probe_add_words(line, "missing", zvon_str(format_classes(missing, buf)));
	zv_probe_add_words(line, "unseen", zvon_str(format_classes(unseen, buf)));
}

static void
tell_excess(const struct side *s, struct zv_probe_line *line, struct zv_buf *buf)
{
	unsigned excess = 0;

	for (const struct class_text *t = s->excess; t->classes; t++) {
		if ((s->rights->granted & t->classes) != t->classes)
			continue;
		excess |= t->classes;
		zv_probe_advise(line, t->text, NULL);
	}
	if (excess)
		zv_probe_worsen(line, ZV_PROBE_WARNING);
	zv_probe_add_words(line, "excess",
			   zvon_str(format_classes(excess & ~s->needed, buf)));
}

static void
tell_side(struct zv_probe *p, const struct side *s)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, s->step, -1);
	struct zv_buf buf = { 0 };

	tell_granted(s, &line, &buf);
	tell_missing(p, s, &line, &buf);
	tell_excess(s, &line, &buf);
	if (line.status >= ZV_PROBE_WARNING)
		zv_probe_advise(&line, ZV_PT_RIGHTS_CURE, p->url.user, s->key,
				format_classes(s->needed, &buf), NULL);
	zv_probe_tell(&p->report, &line);
	zv_buf_deinit(&buf);
}

/* ---- events ------------------------------------------------------------------------------- */

/* An event of our own comes back when the account may send and read such. */
static bool
send_event(struct zv_probe *p)
{
	struct zv_result result = { 0 };
	bool sent = ask(p, "UserEvent", "UserEvent", EVENT_NAME, &result);

	zvon_result_deinit(&result);
	return sent;
}

/* To those who log in over AJAM, Asterisk (16, 22) does not send FullyBooted. */
static bool
tells_booted(const struct zv_probe *p)
{
	return p->url.protocol == ZV_URL_AMI;
}

static void
wait_for_events(struct zv_probe *p, bool own_is_sent)
{
	int64_t until = zv_clock_ms() + ZV_PROBE_EVENT_MS, now;

	while (p->state != ZV_STATE_CLOSED && (now = zv_clock_ms()) < until &&
	       (!p->first_event[0] ||
		(own_is_sent && !(p->read.granted & ZV_CLASS_USER)) ||
		(!p->booted && tells_booted(p) && !(p->read.denied & ZV_CLASS_SYSTEM))))
		zv_probe_wait(p, (int)(until - now));
	/* filtered or not permitted: such events do not come here */
	if (own_is_sent && !(p->read.granted & ZV_CLASS_USER))
		p->read.denied |= ZV_CLASS_USER;
}

static void
tell_booted(struct zv_probe *p)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_BOOTED, -1);

	if (p->booted)
		zv_probe_say(&line, ZV_PROBE_OK, ZV_PT_BOOTED_YES, NULL);
	else if (!tells_booted(p))
		zv_probe_say(&line, ZV_PROBE_SKIPPED, ZV_PT_HTTP_BOOTED_UNSEEN, NULL);
	else if (p->read.granted & ZV_CLASS_SYSTEM)
		zv_probe_say(&line, ZV_PROBE_WARNING, ZV_PT_BOOTED_STILL, NULL);
	else
		zv_probe_say(&line, ZV_PROBE_SKIPPED, ZV_PT_BOOTED_UNSEEN, NULL);
	zv_probe_tell(&p->report, &line);
}

static void
tell_event(struct zv_probe *p, int64_t since_ms)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_EVENT, -1);
	char seconds[16];

	if (p->first_event[0]) {
		line.ms = p->first_event_ms > since_ms
				  ? (int)(p->first_event_ms - since_ms)
				  : 0;
		zv_probe_say(&line, ZV_PROBE_OK, ZV_PT_EVENT_IS, p->first_event, NULL);
	} else {
		snprintf(seconds, sizeof seconds, "%d", ZV_PROBE_EVENT_MS / 1000);
		zv_probe_say(&line, ZV_PROBE_WARNING, ZV_PT_EVENT_NONE, seconds, NULL);
		zv_probe_advise(&line, ZV_PT_EVENT_NONE_CURE, p->url.user, NULL);
	}
	zv_probe_tell(&p->report, &line);
}

static void
tell_clock(struct zv_probe *p)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_CLOCK, -1);
	bool near = llabs(p->clock_difference_s) <= CLOCK_S;
	char seconds[32];

	snprintf(seconds, sizeof seconds, "%+lld", p->clock_difference_s);
	if (!p->has_clock)
		zv_probe_say(&line, ZV_PROBE_SKIPPED, ZV_PT_CLOCK_UNSEEN, NULL);
	else
		zv_probe_say(&line, near ? ZV_PROBE_OK : ZV_PROBE_WARNING,
			     near ? ZV_PT_CLOCK_NEAR : ZV_PT_CLOCK_FAR, seconds, NULL);
	if (p->has_clock && !near)
		zv_probe_advise(&line, ZV_PT_CLOCK_CURE, NULL);
	zv_probe_tell(&p->report, &line);
}

/* ---- all of it -------------------------------------------------------------- */

static void
tell_rights_and_events(struct zv_probe *p, const struct zv_packet *list)
{
	const struct side write = { ZV_PT_STEP_WRITE, "write",		&p->write,
				    NEEDED_WRITE,     ZV_PROBE_WARNING, no_write,
				    excess_write };
	const struct side read = { ZV_PT_STEP_READ, "read",  &p->read,	 NEEDED_READ,
				   ZV_PROBE_FAILED, no_read, excess_read };
	int64_t since = zv_clock_ms();

	learn_rights(p, list);
	wait_for_events(p, (p->write.granted & ZV_CLASS_USER) && send_event(p));
	tell_side(p, &write);
	tell_side(p, &read);
	tell_booted(p);
	tell_event(p, since);
	tell_clock(p);
	if (NEEDED_READ & p->read.denied)
		p->code = ZV_PROBE_END_NEGATIVE;
}

void
zv_probe_account(struct zv_probe *p)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_WRITE, -1);
	struct zv_result list;

	if (ask(p, "ListCommands", NULL, NULL, &list)) {
		probe_version(p, list.response);
		tell_rights_and_events(p, list.response);
	} else {
		zv_probe_say(&line, ZV_PROBE_FAILED, ZV_PT_RIGHTS_NO_ANSWER,
			     "ListCommands", NULL);
		zv_probe_advise(&line, ZV_PT_LOGIN_CURE_HANGS, NULL);
		p->code = ZV_PROBE_END_TIMEOUT;
		zv_probe_tell(&p->report, &line);
	}
	zvon_result_deinit(&list);
}
