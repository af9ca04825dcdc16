/* The machine that follows an Originate action: recorded scenes of four Asterisk
 * versions must give one and the same story, and transcripts written by hand cover
 * what was not recorded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "call/originate.h"
#include "zvon/call.h"
#include "zvon/error.h"
#include "zvon/parser.h"

#define COUNT(a)     (sizeof(a) / sizeof *(a))
#define MAX_ATTEMPTS 16

/* ---- files ---------------------------------------------------------------- */

/* The top of the source tree: the tests are run from there, or are told. */
static const char *
source_root(void)
{
	const char *root = getenv("ZVON_SOURCE_ROOT");

	return root ? root : ".";
}

/* false: there is no such file. */
static bool
read_file(const char *path, struct zv_buf *out)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		zv_buf_add(out, (struct zv_str){ piece, n });
	fclose(f);
	return true;
}

/* ---- attempts and the story they tell -------------------------------------- */

struct attempt {
	struct zv_originate *machine;
	char action_id[64];
	struct zv_buf story; /* "initiated; ringing own; …" */
	struct zv_buf reason;
	struct zv_buf call; /* of the last step */
	int cause;
};

static void
add_step(struct attempt *a, const struct zv_originate_step *step)
{
	zv_buf_printf(&a->story, "%s%s", a->story.n ? "; " : "",
		      zv_originate_state_name(step->state));
	if (step->state == ZV_ORIGINATE_RINGING)
		zv_buf_printf(&a->story, " %s", zv_originate_side_name(step->side));
	if (step->state == ZV_ORIGINATE_DONE)
		zv_buf_printf(&a->story, " %s", zvon_call_result_name(step->result));
	zv_buf_clear(&a->call);
	zv_buf_add(&a->call, step->call);
	if (step->state >= ZV_ORIGINATE_DONE) {
		zv_buf_clear(&a->reason);
		zv_buf_add(&a->reason, step->reason);
		a->cause = step->cause;
	}
}

static void
collect(struct attempt *a)
{
	struct zv_originate_step step;

	while (zv_originate_next(a->machine, &step))
		add_step(a, &step);
}

static void
attempt_deinit(struct attempt *a)
{
	zv_originate_free(a->machine);
	zv_buf_deinit(&a->story);
	zv_buf_deinit(&a->reason);
	zv_buf_deinit(&a->call);
}

/* Lets time pass, waking the machine whenever it asked for it and never before. */
static void
advance(struct attempt *a, int64_t to_ms)
{
	int64_t at;

	while ((at = zv_originate_deadline(a->machine)) <= to_ms) {
		assert_int_equal(zv_originate_tick(a->machine, at - 1), 0);
		assert_true(zv_originate_deadline(a->machine) == at);
		assert_int_equal(zv_originate_tick(a->machine, at), 0);
		assert_true(zv_originate_deadline(a->machine) > at);
	}
	collect(a);
}

/* ---- replay of captures ----------------------------------------------------- */

struct replay {
	struct attempt attempts[MAX_ATTEMPTS];
	size_t n;
	int64_t now_ms;
	bool old;		/* AMI 1.x: it passes over ChannelId */
	struct zv_calls *calls; /* the tracker of calls, fed with the same */
	struct zv_buf ids;	/* of its calls: "id\nid\n" */
	const char *channel;	/* not NULL: follow this incoming channel as our own */
};

static void
begin(struct replay *r, const struct zv_packet *action)
{
	struct zv_str id = zvon_packet_get(action, ZV_STR("ActionID"));
	struct attempt *a = &r->attempts[r->n++];
	struct zv_originate_options options = {
		.action_id = id,
		.channel = zvon_packet_get(action, ZV_STR("Channel")),
		.unique_id = zvon_packet_get(action, ZV_STR("ChannelId")),
		.application = zvon_packet_find(action, ZV_STR("Application")),
		.timeout_ms = 60000,
	};

	if (r->old)
		options.unique_id = ZV_STR("");
	assert_true(r->n < MAX_ATTEMPTS);
	snprintf(a->action_id, sizeof a->action_id, "%.*s", ZV_ARG(id));
	a->machine = zv_originate_new(&options, r->now_ms);
	assert_non_null(a->machine);
}

/* A call that a phone made by itself is told like one that we made for it: its
 * channel is the own one. */
static void
begin_by_channel(struct replay *r, const struct zv_packet *event)
{
	struct zv_str channel = zvon_packet_get(event, ZV_STR("Channel"));
	struct attempt *a = &r->attempts[0];
	struct zv_originate_options options = {
		.action_id = ZV_STR("none"),
		.channel = channel,
		.unique_id = zvon_packet_get(event, ZV_STR("Uniqueid")),
		.timeout_ms = 60000,
	};

	if (r->n || !zvon_str_equal(event->name, ZV_STR("Newchannel")) ||
	    zv_str_find(channel, zvon_str(r->channel)) == channel.n)
		return;
	a->machine = zv_originate_new(&options, r->now_ms);
	assert_non_null(a->machine);
	r->n = 1;
}

static void
on_sent(struct replay *r, const struct zv_packet *action)
{
	if (!r->channel &&
	    zvon_str_equal(zvon_packet_get(action, ZV_STR("Action")),
			   ZV_STR("Originate")) &&
	    zvon_packet_find(action, ZV_STR("Async")))
		begin(r, action);
}

static void
on_received(struct replay *r, const struct zv_packet *packet)
{
	struct zv_str id = zvon_packet_get(packet, ZV_STR("ActionID"));

	if (r->channel && packet->kind == ZV_PACKET_EVENT)
		begin_by_channel(r, packet);
	assert_int_equal(zvon_calls_feed(r->calls, packet, r->now_ms + 1, 0), 0);
	for (size_t i = 0; i < r->n; i++) {
		struct attempt *a = &r->attempts[i];
		int rc = 0;

		if (packet->kind == ZV_PACKET_EVENT)
			rc = zv_originate_event(a->machine, packet, r->now_ms);
		else if (zvon_str_equal(id, zvon_str(a->action_id)))
			rc = zv_originate_response(a->machine, packet, r->now_ms);
		assert_int_equal(rc, 0);
		collect(a);
	}
}

static void
feed(struct replay *r, struct zv_parser *parser, struct zv_str bytes,
     void (*on_packet)(struct replay *, const struct zv_packet *))
{
	const struct zv_packet *packet;

	assert_int_equal(zvon_parser_feed(parser, bytes), 0);
	while (zvon_parser_next(parser, &packet) == 1)
		on_packet(r, packet);
}

/* One line of .idx: `ms < offset length`, `>` for what was sent. */
static void
replay_line(struct replay *r, const char *line, struct zv_str ami, struct zv_str sent,
	    struct zv_parser *from_server, struct zv_parser *to_server)
{
	long ms;
	char way;
	size_t offset, length;

	assert_int_equal(sscanf(line, "%ld %c %zu %zu", &ms, &way, &offset, &length),
			 4);
	r->now_ms = ms;
	for (size_t i = 0; i < r->n; i++)
		advance(&r->attempts[i], ms);
	if (way == '<')
		feed(r, from_server, (struct zv_str){ ami.p + offset, length },
		     on_received);
	else
		feed(r, to_server, (struct zv_str){ sent.p + offset, length }, on_sent);
}

static bool
read_capture(const char *folder, const char *version, const char *scene,
	     struct zv_buf files[3])
{
	static const char *const kinds[] = { "ami", "sent", "idx" };
	char path[512];

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s/%s.%s", folder, version, scene,
			 kinds[i]);
		zv_buf_clear(&files[i]);
		if (!read_file(path, &files[i]))
			return false;
	}
	return true;
}

/* The tree has its own few; ZVON_CAPTURES names a folder with more. */
static bool
find_capture(const char *version, const char *scene, struct zv_buf files[3])
{
	const char *more = getenv("ZVON_CAPTURES");
	char folder[512];

	snprintf(folder, sizeof folder, "%s/tests/calls/captures", source_root());
	if (read_capture(folder, version, scene, files))
		return true;
	snprintf(folder, sizeof folder, "%s/tests/wire/captures", source_root());
	if (read_capture(folder, version, scene, files))
		return true;
	return more && read_capture(more, version, scene, files);
}

static void
on_call_event(void *context, const struct zv_call_event *e)
{
	struct replay *r = context;

	if (e->kind == ZV_CALL_STARTED)
		zv_buf_printf(&r->ids, "%.*s\n", ZV_ARG(e->call->id));
}

static int calls_checked;

/* The id that an attempt gives is one that the tracker knows, if the own phone was
 * reached. (In the recordings of 1.x nothing marks the channel, so that it is not known
 * of each.) */
static void
check_call(const struct replay *r, struct attempt *a, const char *version)
{
	struct zv_buf line = { 0 };

	if (a->call.n == 0 || !strstr(zv_buf_cstr(&a->story), "own") ||
	    r->ids.n == 0) /* Local channels only: no call */
		return;
	zv_buf_printf(&line, "%.*s\n", ZV_ARG(zv_buf_str(&a->call)));
	if (zv_str_find(zv_buf_str(&r->ids), zv_buf_str(&line)) == r->ids.n)
		print_error("%s: no such call: %s", version, zv_buf_cstr(&line));
	assert_true(zv_str_find(zv_buf_str(&r->ids), zv_buf_str(&line)) < r->ids.n);
	calls_checked++;
	zv_buf_deinit(&line);
}

/* true: the scene was there and was played to its end. */
static bool
replay(struct replay *r, const char *version, const char *scene)
{
	struct zv_buf files[3] = { 0 };
	struct zv_parser *from_server = zvon_parser_new(NULL);
	struct zv_parser *to_server = zvon_parser_new(NULL);
	bool found = find_capture(version, scene, files);
	char *line = found ? strtok((char *)zv_buf_cstr(&files[2]), "\n") : NULL;
	const struct zv_calls_options options = { .on_event = on_call_event,
						  .context = r };

	r->calls = zvon_calls_new(&options);
	assert_non_null(r->calls);
	for (; line; line = strtok(NULL, "\n"))
		replay_line(r, line, zv_buf_str(&files[0]), zv_buf_str(&files[1]),
			    from_server, to_server);
	for (size_t i = 0; i < r->n; i++)
		advance(&r->attempts[i], r->now_ms + 100000);
	assert_int_equal(zvon_calls_tick(r->calls, r->now_ms + 100000, 0), 0);
	for (size_t i = 0; i < r->n; i++)
		check_call(r, &r->attempts[i], version);
	for (int i = 0; i < 3; i++)
		zv_buf_deinit(&files[i]);
	zvon_parser_free(from_server);
	zvon_parser_free(to_server);
	return found;
}

static void
replay_deinit(struct replay *r)
{
	for (size_t i = 0; i < MAX_ATTEMPTS; i++)
		attempt_deinit(&r->attempts[i]);
	zvon_calls_free(r->calls);
	zv_buf_deinit(&r->ids);
}

/* ---- the recorded scenes ---------------------------------------------------- */

static const char *const versions[] = { "1.8.32.3", "11.25.3", "16.28.0", "22.10.1" };

#define OWN_RANG "initiated; ringing own; "
#define OWN_UP	 "initiated; ringing own; answered_own; "
#define NO_CALL	 "initiated; done failed | "
#define SILENT	 "initiated; answered_own; done failed | "
#define SPOKEN	 "initiated; answered_own; done answered | "
#define DIALED	 "answered_own; dialing; ringing far; "

/* What the phones did is known: it is what the story must say. */
static const struct scene {
	const char *name;
	const char *channel;  /* an incoming call: part of its channel's name */
	bool in_tree;	      /* must be found; others only in ZVON_CAPTURES */
	const char *story;    /* several attempts: one after another, " | " between */
	const char *story_11; /* of 11 and 1.8, where the server itself differs */
	const char *story_18; /* of 1.8, likewise */
} scenes[] = {
	{ "originate-answer-hangup", NULL, true,
	  OWN_UP "dialing; ringing far; done answered" },
	{ "originate-caller-hangs-up", NULL, false,
	  OWN_UP "dialing; ringing far; done answered" },
	{ "originate-second-leg-busy", NULL, true,
	  OWN_UP "dialing; ringing far; done busy" },
	{ "originate-busy", NULL, true, OWN_RANG "done busy" },
	{ "originate-declined", NULL, true, OWN_RANG "done rejected" },
	{ "originate-noanswer", NULL, true, OWN_RANG "done no_answer" },
	{ "originate-congestion", NULL, true, OWN_RANG "done congestion" },
	{ "originate-unreachable", NULL, true, "initiated; done no_answer" },
	{ "originate-unregistered", NULL, true, "initiated; done failed" },
	{ "originate-app-async", NULL, false, OWN_UP "done answered" },
	{ "originate-local", NULL, true, OWN_UP "dialing; ringing far; done answered" },
	{ "originate-early-media", NULL, true,
	  "initiated; answered_own; done answered" },
	{ "call-by-channel-id-and-ringing-hangup", NULL, true,
	  OWN_RANG "done cancelled" },
	/* Dial() as the application; the other two only play or record. */
	{ "originate-system-denied", NULL, false,
	  SPOKEN SPOKEN "initiated; answered_own; dialing; done answered" },
	/* What the servers themselves do differently: 1.8 accepts extensions that do
	 * not exist; with no context at all 1.8 and 11 run the extension of the Local
	 * channel from its first step, Answer(), later ones from the second, Hangup();
	 * ids given twice are an error since 12. */
	{ "originate-errors", NULL, true,
	  NO_CALL NO_CALL "refused | refused | refused | " SILENT SILENT
			  "refused | refused | refused | " NO_CALL SPOKEN
			  "initiated; done failed",
	  NO_CALL NO_CALL "refused | refused | refused | " SPOKEN SPOKEN
			  "refused | refused | refused | " NO_CALL SPOKEN
			  "initiated; answered_own; done answered",
	  NO_CALL NO_CALL "refused | " SILENT SILENT SPOKEN SPOKEN
			  "refused | refused | refused | " NO_CALL SPOKEN
			  "initiated; answered_own; done answered" },
	/* Calls that phones made themselves, seen from their caller. */
	{ "call-busy", "/101-", true, DIALED "done busy" },
	{ "call-congestion", "/101-", false, DIALED "done congestion" },
	{ "call-noanswer", "/101-", false, DIALED "done no_answer" },
	{ "call-caller-cancels", "/101-", true, DIALED "done cancelled" },
	{ "inbound-one-answers", "/trunk-", true,
	  "answered_own; dialing; dialing; ringing far; ringing far; done answered" },
	{ "queue-call", "/trunk-", false,
	  "answered_own; queued; dialing; dialing; ringing far; ringing far; "
	  "done answered",
	  "answered_own; queued; done answered" },
	{ "queue-abandon", "/trunk-", true,
	  "answered_own; queued; dialing; ringing far; done abandoned",
	  "answered_own; queued; done abandoned" },
	{ "queue-exit-timeout", "/101-", true, "answered_own; queued; done no_answer" },
	{ "conference", "/101-", false, "answered_own; done answered" },
	{ "pickup", "/101-", false,
	  "answered_own; dialing; ringing far; done answered" },
};

/* Whether a phone of a group rings before or after the next one is dialled differs
 * from run to run: "ringing far; dialing" becomes "dialing; ringing far". */
static void
put_dialing_first(struct zv_buf *story)
{
	static const char from[] = "ringing far; dialing";
	static const char to[] = "dialing; ringing far";
	size_t at;

	while ((at = zv_str_find(zv_buf_str(story), zvon_str(from))) < story->n)
		memcpy(story->p + at, to, strlen(to));
}

static void
join_stories(const struct replay *r, struct zv_buf *out)
{
	for (size_t i = 0; i < r->n; i++) {
		zv_buf_add(out, i ? ZV_STR(" | ") : ZV_STR(""));
		zv_buf_add(out, zv_buf_str(&r->attempts[i].story));
	}
	put_dialing_first(out);
}

static const char *
story_of(const struct scene *scene, size_t version)
{
	if (version == 0 && scene->story_18)
		return scene->story_18;
	return version <= 1 && scene->story_11 ? scene->story_11 : scene->story;
}

static int
play_scene(const struct scene *scene, size_t version)
{
	const char *expected = story_of(scene, version);
	struct replay r = { .old = version <= 1, .channel = scene->channel };
	struct zv_buf story = { 0 };
	bool wanted = scene->in_tree || getenv("ZVON_CAPTURES");
	bool found = replay(&r, versions[version], scene->name), told;

	join_stories(&r, &story);
	told = strcmp(zv_buf_cstr(&story), expected) == 0;
	if (found && !told)
		print_error("%s %s:\n  is:     %s\n  should: %s\n  %s\n",
			    versions[version], scene->name, zv_buf_cstr(&story),
			    expected, zv_buf_cstr(&r.attempts[0].reason));
	if (!found && wanted)
		print_error("%s %s: not there\n", versions[version], scene->name);
	zv_buf_deinit(&story);
	replay_deinit(&r);
	return found ? !told : wanted;
}

static void
test_recorded_scenes(void **state)
{
	int wrong = 0;

	for (size_t i = 0; i < COUNT(scenes); i++)
		for (size_t v = 0; v < COUNT(versions); v++)
			wrong += play_scene(&scenes[i], v);
	assert_int_equal(wrong, 0);
	assert_true(calls_checked > 20);
}

static void
test_reasons_name_cause_and_sip_code(void **state)
{
	struct replay r = { 0 };

	assert_true(replay(&r, "22.10.1", "originate-busy"));
	assert_string_equal(zv_buf_cstr(&r.attempts[0].reason),
			    "own phone PJSIP/101: busy (cause 17 User busy, "
			    "SIP 486)");
	assert_int_equal(r.attempts[0].cause, 17);
	replay_deinit(&r);
}

/* ---- transcripts written by hand --------------------------------------------- */

struct talk {
	struct attempt attempt;
	struct zv_buf packet; /* the lines of the `>` block being read */
	struct zv_parser *parser;
	int64_t now_ms;
	size_t compared; /* bytes of the story that `=` lines have covered */
	const char *path;
	int line;
};

static void
talk_fail(const struct talk *t, const char *what, struct zv_str text)
{
	print_error("%s:%d: %s: %.*s\n", t->path, t->line, what, ZV_ARG(text));
	fail();
}

static void
talk_deliver(struct talk *t)
{
	const struct zv_packet *packet;
	int rc;

	if (t->packet.n == 0)
		return;
	zv_buf_add(&t->packet, ZV_STR("\r\n"));
	assert_int_equal(zvon_parser_feed(t->parser, zv_buf_str(&t->packet)), 0);
	while (zvon_parser_next(t->parser, &packet) == 1) {
		if (packet->kind == ZV_PACKET_RESPONSE)
			rc = zv_originate_response(t->attempt.machine, packet,
						   t->now_ms);
		else
			rc = zv_originate_event(t->attempt.machine, packet, t->now_ms);
		assert_int_equal(rc, 0);
	}
	zv_buf_clear(&t->packet);
	collect(&t->attempt);
}

/* `originate channel=PJSIP/200 id=own mark=m timeout=60 end` */
static void
talk_originate(struct talk *t, struct zv_str words)
{
	struct zv_originate_options options = { .action_id = ZV_STR("1") };
	struct zv_str word, key;
	long long number;

	while (zv_str_split(&words, ' ', &word)) {
		struct zv_str value = word;

		zv_str_split(&value, '=', &key);
		if (zvon_str_equal(key, ZV_STR("channel")))
			options.channel = value;
		else if (zvon_str_equal(key, ZV_STR("id")))
			options.unique_id = value;
		else if (zvon_str_equal(key, ZV_STR("mark")))
			options.mark = value;
		else if (zvon_str_equal(key, ZV_STR("end")))
			options.to_the_end = true;
		else if (zvon_str_equal(key, ZV_STR("timeout")) &&
			 zv_num_parse(value, 1, 1000000, &number) == 0)
			options.timeout_ms = (int)number;
		else
			talk_fail(t, "unknown word", word);
	}
	t->attempt.machine = zv_originate_new(&options, t->now_ms);
	assert_non_null(t->attempt.machine);
}

/* `= ringing far`: the next step of the story. `=` alone: nothing new. */
static void
talk_compare(struct talk *t, struct zv_str expected)
{
	struct zv_str rest = zv_str_from(zv_buf_str(&t->attempt.story), t->compared);
	struct zv_str step = rest;
	size_t end;

	if (zv_str_starts(step, ZV_STR("; ")))
		step = zv_str_from(step, 2);
	end = zv_str_find(step, ZV_STR("; "));
	t->compared += rest.n - step.n + end;
	step.n = end;
	if (!zvon_str_equal(step, expected))
		talk_fail(t, "the model says", step);
}

static void
talk_line(struct talk *t, struct zv_str line)
{
	static const char *const words[] = { ">",	   "=",	      "at ",
					     "originate ", "reason ", "cancel",
					     "target ",	   "call" };
	struct zv_str text = { NULL, 0 };
	long long at;
	size_t i;

	for (i = 0; i < COUNT(words); i++)
		if (zv_str_starts(line, zvon_str(words[i])))
			break;
	if (i < COUNT(words))
		text = zv_str_trim(zv_str_from(line, strlen(words[i])));
	if (i != 0)
		talk_deliver(t);
	switch (i) {
	case 0:
		zv_buf_printf(&t->packet, "%.*s\r\n", ZV_ARG(text));
		break;
	case 1:
		talk_compare(t, text);
		break;
	case 2:
		assert_int_equal(zv_num_parse(text, t->now_ms, 10000000, &at), 0);
		advance(&t->attempt, at);
		t->now_ms = at;
		break;
	case 3:
		talk_originate(t, text);
		break;
	case 4:
		if (!zvon_str_equal(text, zv_buf_str(&t->attempt.reason)))
			talk_fail(t, "the reason is", zv_buf_str(&t->attempt.reason));
		break;
	case 5:
		assert_int_equal(zv_originate_cancel(t->attempt.machine, t->now_ms), 0);
		break;
	case 6:
		if (!zvon_str_equal(text, zv_originate_target(t->attempt.machine)))
			talk_fail(t, "the target is",
				  zv_originate_target(t->attempt.machine));
		break;
	case 7:
		if (!zvon_str_equal(text, zv_buf_str(&t->attempt.call)))
			talk_fail(t, "the call is", zv_buf_str(&t->attempt.call));
		break;
	default:
		if (line.n && line.p[0] != '#')
			talk_fail(t, "not understood", line);
	}
}

static void
play_talk(const char *name)
{
	struct talk t = { .parser = zvon_parser_new(NULL) };
	struct zv_buf text = { 0 };
	struct zv_str rest, line;
	char path[512];

	snprintf(path, sizeof path, "%s/tests/calls/%s.talk", source_root(), name);
	t.path = path;
	if (!read_file(path, &text))
		fail_msg("%s: cannot be read", path);
	rest = zv_buf_str(&text);
	while (zv_str_split(&rest, '\n', &line)) {
		t.line++;
		talk_line(&t, line);
	}
	talk_deliver(&t);
	if (t.compared != t.attempt.story.n)
		talk_fail(&t, "also says",
			  zv_str_from(zv_buf_str(&t.attempt.story), t.compared));
	attempt_deinit(&t.attempt);
	zvon_parser_free(t.parser);
	zv_buf_deinit(&t.packet);
	zv_buf_deinit(&text);
}

static void
test_talks(void **state)
{
	static const char *const talks[] = {
		"originate-ring-group-one-answers",
		"originate-ring-group-all-fail",
		"originate-caller-leaves-ring-group",
		"originate-far-declined",
		"originate-failover-trunk",
		"originate-forwarded",
		"originate-own-phone-forwards",
		"originate-echo",
		"originate-busy-application",
		"originate-congestion-after-dial",
		"originate-voicemail-after-no-answer",
		"originate-own-phone-leaves-early",
		"originate-queue-nobody",
		"originate-parked",
		"originate-cancel-while-ringing",
		"originate-cancel-unheard",
		"originate-late-cause",
		"originate-timeout",
		"originate-blind",
		"originate-refused",
		"originate-to-the-end",
		"originate-local-to-the-end",
		"originate-other-id",
		"originate-old-two-at-once",
		"originate-old-mark",
		"originate-old-declined",
		"originate-forged",
	};

	for (size_t i = 0; i < COUNT(talks); i++)
		play_talk(talks[i]);
}

/* ---- memory ------------------------------------------------------------------ */

static int
feed_text(struct zv_originate *o, struct zv_parser *parser, const char *text)
{
	const struct zv_packet *packet;
	int rc = zvon_parser_feed(parser, zvon_str(text));

	while (rc == 0 && zvon_parser_next(parser, &packet) == 1)
		rc = zv_originate_event(o, packet, 10);
	return rc;
}

/* Each allocation fails in turn: the call tells it, nothing leaks (the sanitizers
 * look), and the machine can be freed. */
static void
test_out_of_memory(void **state)
{
	static const char scene[] =
		"Event: Newchannel\r\nChannel: P/1-1\r\nUniqueid: own\r\n\r\n"
		"Event: Newstate\r\nUniqueid: own\r\nChannelState: 6\r\n\r\n"
		"Event: DialBegin\r\nChannel: P/1-1\r\nUniqueid: own\r\n"
		"DestChannel: P/2-1\r\nDestUniqueid: far\r\n\r\n"
		"Event: DialEnd\r\nUniqueid: own\r\nDestUniqueid: far\r\n"
		"DialStatus: ANSWER\r\n\r\n";
	struct zv_originate_options options = { .channel = ZV_STR("P/1"),
						.unique_id = ZV_STR("own") };
	struct zv_parser *parser = zvon_parser_new(NULL);
	unsigned long n;
	int rc = ZV_ENOMEM;

	/* the parser's own memory is there before */
	struct zv_originate *o = zv_originate_new(&options, 0);
	assert_int_equal(feed_text(o, parser, scene), 0);
	zv_originate_free(o);
	for (n = 1; rc != 0; n++) {
		assert_true(n < 100);
		zv_mem_fail_at(n);
		o = zv_originate_new(&options, 0);
		rc = o ? feed_text(o, parser, scene) : ZV_ENOMEM;
		zv_mem_fail_at(0);
		assert_true(rc == 0 || rc == ZV_ENOMEM);
		zv_originate_free(o);
		zvon_parser_reset(parser);
	}
	assert_true(n > 6);
	zvon_parser_free(parser);
}

/* ---- causes ------------------------------------------------------------------- */

static void
test_causes(void **state)
{
	static const struct {
		int cause;
		enum zv_call_result result;
	} table[] = {
		{ 0, ZV_RESULT_NONE },	      { 16, ZV_RESULT_NONE },
		{ 17, ZV_RESULT_BUSY },	      { 18, ZV_RESULT_NO_ANSWER },
		{ 19, ZV_RESULT_NO_ANSWER },  { 20, ZV_RESULT_FAILED },
		{ 3, ZV_RESULT_FAILED },      { 21, ZV_RESULT_REJECTED },
		{ 34, ZV_RESULT_CONGESTION }, { 38, ZV_RESULT_CONGESTION },
		{ 42, ZV_RESULT_CONGESTION }, { -1, ZV_RESULT_NONE },
		{ 9999, ZV_RESULT_NONE },
	};

	for (size_t i = 0; i < COUNT(table); i++)
		assert_int_equal(zv_cause_result(table[i].cause), table[i].result);
	assert_string_equal(zv_cause_text(17), "User busy");
	assert_string_equal(zv_cause_text(9999), "");
	assert_int_equal(zv_dial_status_result(ZV_STR("busy")), ZV_RESULT_BUSY);
	assert_int_equal(zv_dial_status_result(ZV_STR("PROGRESS")), ZV_RESULT_NONE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded_scenes),
		cmocka_unit_test(test_reasons_name_cause_and_sip_code),
		cmocka_unit_test(test_talks),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
