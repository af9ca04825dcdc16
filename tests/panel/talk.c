/* talk RECORDINGS FILE.talk [--write] - plays one transcript (README.md) once for each of
 * its versions; TAP on the output. RECORDINGS: tests/wire/captures, tests/calls/captures
 * (parted by ':'). --write prints the transcript with what really came. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "base/str.h"
#include "match.h"
#include "world.h"
#include "zvon/parser.h"

/* ---- the transcript ------------------------------------------------------------------- */

struct line {
	const char *text;
	int number;
};

struct talk {
	const char *file, *folders;
	char *text;
	struct line *lines;
	size_t n_lines, at;
	char dialect[8], versions[64], server[400], only[400], skip[400];
	bool write;
	const char *version; /* that is played: "1.8" */
	struct world world;
	struct names names;
	struct zv_str recording; /* that is played, from `done` on */
	char recording_name[100];
	size_t done;
	struct zv_str times; /* its .idx */
	int64_t began_ms;
};

static char *
read_whole(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	struct zv_buf b = { 0 };
	char piece[65536];
	size_t got;

	if (!f)
		return NULL;
	while ((got = fread(piece, 1, sizeof piece, f)) > 0)
		zv_buf_add(&b, (struct zv_str){ piece, got });
	fclose(f);
	zv_buf_cstr(&b);
	*n = b.n;
	return b.p;
}

static void
split_lines(struct talk *t)
{
	char *rest = t->text, *line;

	for (int number = 1; (line = strsep(&rest, "\n")); number++) {
		t->lines = realloc(t->lines, (t->n_lines + 1) * sizeof *t->lines);
		t->lines[t->n_lines++] = (struct line){ line, number };
	}
}

/* "word rest": the rest, or NULL. */
static const char *
after_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(text, word, n) != 0 || (text[n] && text[n] != ' '))
		return NULL;
	return text + n + strspn(text + n, " ");
}

static bool
read_head_line(struct talk *t, const char *text)
{
	const struct {
		const char *word;
		char *out;
		size_t size;
	} words[] = {
		{ "dialect", t->dialect, sizeof t->dialect },
		{ "versions", t->versions, sizeof t->versions },
		{ "server", t->server, sizeof t->server },
		{ "only", t->only, sizeof t->only },
		{ "skip", t->skip, sizeof t->skip },
	};
	const char *rest = after_word(text, "user");

	if (rest)
		world_add_user(&t->world, rest);
	for (size_t i = 0; !rest && i < sizeof words / sizeof *words; i++)
		if ((rest = after_word(text, words[i].word)))
			snprintf(words[i].out, words[i].size, "%s", rest);
	return rest;
}

static void
read_head(struct talk *t)
{
	snprintf(t->dialect, sizeof t->dialect, "tms");
	snprintf(t->versions, sizeof t->versions, "22");
	snprintf(t->server, sizeof t->server, "technology=PJSIP context=internal");
	for (t->at = 0; t->at < t->n_lines; t->at++) {
		const char *text = t->lines[t->at].text;

		if (*text && *text != '#' && !read_head_line(t, text))
			break;
	}
	if (!t->world.n_users)
		world_add_user(&t->world, "ivanov lines=101");
}

/* ---- messages --------------------------------------------------------------------------- */

static const char *const tms_events[] = {
	"NONE",
	"LIBRARY_INITIALIZED",
	"CONNECTION_CREATED",
	"ERROR",
	"COMMAND_INFO",
	"RING_STARTED",
	"RING_FINISHED",
	"COMMUTATION_STARTED",
	"PUT_HOLD_ACTION",
	"END_HOLD_ACTION",
	"ACTIVE_CALL_SNAPSHOT",
	"LINE_STATE_CHANGED",
	"AGENT_STATE_CHANGED",
	"ABONENT_BUSY",
	"DISCONNECTED",
	"CALL_SAVED_IN_DB",
	"RAW_DATA",
	"CALL_INFO_CHANGED",
	"DTMF_ENTERED",
};

/* "RING_STARTED" of the panel's, "call.started" or "snapshot" of zvon.v1. */
static const char *
name_of(const json_t *message)
{
	const json_t *type = json_object_get(message, "eventType");
	const char *event = json_string_value(json_object_get(message, "event"));
	const char *word = json_string_value(json_object_get(message, "type"));
	json_int_t n = json_integer_value(type);

	if (json_is_integer(type))
		return n >= 0 && n < 19 ? tms_events[n] : "?";
	return event ? event : word ? word : "?";
}

static bool
has_word(const char *words, const char *name)
{
	struct zv_str rest = zvon_str(words), word;

	while (zv_str_split(&rest, ' ', &word))
		if (zvon_str_equal(word, zvon_str(name)))
			return true;
	return false;
}

static bool
is_left_out(const struct talk *t, const char *name)
{
	return has_word(t->skip, name) || (*t->only && !has_word(t->only, name));
}

static json_t *
next_message(struct talk *t, unsigned session)
{
	struct zv_session *s = t->world.sessions[session];
	struct zv_message *m;

	while (s && (m = zv_session_take(s))) {
		json_t *message = json_loadb(m->text.p, m->text.n, 0, NULL);

		if (t->world.trace)
			printf("# < %u %.*s\n", session, ZV_ARG(m->text));
		if (!message)
			fail("no JSON: %.*s", ZV_ARG(m->text));
		zv_message_unref(m);
		if (!is_left_out(t, name_of(message)))
			return message;
		json_decref(message);
	}
	return NULL;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* Times are not written, and what an id is gets a name. */
static void
tidy(struct talk *t, json_t *value, const char *key)
{
	const char *inner;
	json_t *v;
	void *next;
	size_t i;

	(void)key;
	if (json_is_array(value))
		json_array_foreach(value, i, v) tidy(t, v, "");
	json_object_foreach_safe(value, next, inner, v)
	{
		size_t n = strlen(inner);

		if (strcmp(inner, "timeStamp") == 0 ||
		    (n > 4 && strcmp(inner + n - 4, "Time") == 0) ||
		    (n > 8 && strcmp(inner + n - 8, "Duration") == 0)) {
			json_object_del(value, inner);
		} else if (json_is_string(v) &&
			   (strcmp(inner, "id") == 0 || strcmp(inner, "callId") == 0 ||
			    strcmp(inner, "databaseUId") == 0)) {
			const char *text = json_string_value(v);
			char name[32];
			size_t k = 0;

			while (k < t->names.n &&
			       strcmp(t->names.list[k].value, text) != 0)
				k++;
			if (k == t->names.n) {
				snprintf(t->names.list[k].name,
					 sizeof t->names.list[k].name, "$%zu", k + 1);
				t->names.list[t->names.n++].value = strdup(text);
			}
			snprintf(name, sizeof name, "%s", t->names.list[k].name);
			json_object_set_new(value, inner, json_string(name));
		} else {
			tidy(t, v, inner);
		}
	}
}

static void
write_message(struct talk *t, unsigned session, json_t *message)
{
	const char *name = name_of(message);
	char who[12] = "";
	bool tms = json_object_get(message, "eventType");
	json_t *content = NULL;
	char *text;

	if (session > 1)
		snprintf(who, sizeof who, "%u", session);
	if (tms)
		content = json_loads(
			json_string_value(json_object_get(message, "content")),
			JSON_DECODE_ANY, NULL);
	if (!tms) {
		json_object_del(message, "seq");
		json_object_del(message, "time");
	}
	tidy(t, tms ? content : message, "");
	text = content || !tms ? json_dumps(tms ? content : message,
					    JSON_COMPACT | JSON_ENCODE_ANY)
			       : NULL;
	if (tms)
		printf("%s< %s%s%s\n", who, name, text ? " " : "", text ? text : "");
	else
		printf("%s< %s\n", who, text);
	free(text);
	json_decref(content);
}

static void
write_all(struct talk *t)
{
	char *action;
	json_t *message;

	while ((action = world_next_action(&t->world))) {
		char *rest = action, *line;

		while ((line = strsep(&rest, "\n")) && *line)
			printf("< %s\n", line);
		free(action);
	}
	for (unsigned s = 1; s < WORLD_SESSIONS; s++)
		while ((message = next_message(t, s))) {
			write_message(t, s, message);
			json_decref(message);
		}
}

/* ---- what is wanted --------------------------------------------------------------------------- */

/* Nothing may be left when something new begins. */
static void
expect_nothing(struct talk *t)
{
	char *action = world_next_action(&t->world);

	if (action)
		fail("an action that nobody expected:\n%s", action);
	for (unsigned s = 1; s < WORLD_SESSIONS; s++) {
		json_t *message = next_message(t, s);

		if (message)
			fail("a message that nobody expected (%u): %s", s,
			     json_dumps(message, 0));
	}
}

static json_t *
parse(const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &error);

	if (!value)
		fail("no JSON (%s): %s", error.text, text);
	return value;
}

/* NAME, or NAME {…}: the name and, of the panel's, the content. */
static void
expect_short(struct talk *t, const char *text, json_t *got)
{
	size_t n = strcspn(text, " ");
	const char *rest = text + n + strspn(text + n, " "), *why;
	bool tms = strcmp(t->dialect, "tms") == 0;
	json_t *wanted;

	if (strncmp(text, name_of(got), n) != 0 || strlen(name_of(got)) != n)
		fail("wanted %s, got %s", text, json_dumps(got, 0));
	if (!*rest)
		return;
	wanted = parse(rest);
	why = tms ? match(&t->names, wanted, json_object_get(got, "content"),
			  MATCH_WHOLE)
		  : match(&t->names, wanted, got, MATCH_PART);
	/* a plain text as content is a JSON text in it */
	if (why && tms && json_is_string(wanted)) {
		json_t *inside =
			json_loads(json_string_value(json_object_get(got, "content")),
				   JSON_DECODE_ANY, NULL);

		why = inside ? match(&t->names, wanted, inside, MATCH_WHOLE) : why;
		json_decref(inside);
	}
	if (why)
		fail("%s", why);
	json_decref(wanted);
}

static void
expect_whole(struct talk *t, const char *text, json_t *got)
{
	json_t *wanted = parse(text);
	const char *why =
		match(&t->names, wanted, got,
		      strcmp(t->dialect, "tms") == 0 ? MATCH_WHOLE : MATCH_PART);

	if (why)
		fail("%s\nin %s", why, json_dumps(got, 0));
	json_decref(wanted);
}

static void
expect_message(struct talk *t, unsigned session, const char *text)
{
	json_t *got = next_message(t, session);

	if (!got)
		fail("wanted, and nothing came: %s", text);
	if (*text == '{')
		expect_whole(t, text, got);
	else
		expect_short(t, text, got);
	json_decref(got);
}

/* "< Action: Hangup" and the lines that follow: all of them are in it. */
static void
expect_action(struct talk *t)
{
	char *action = world_next_action(&t->world);

	if (!action)
		fail("no action was sent");
	for (; t->at < t->n_lines && strncmp(t->lines[t->at].text, "< ", 2) == 0;
	     t->at++) {
		const char *text = t->lines[t->at].text + 2;
		char *filled, *found;

		if (text[0] == '{' || !strchr(text, ':') || strchr(text, '{') ||
		    (strncmp(text, "Action:", 7) == 0 &&
		     strncmp(action, text, 7) == 0 &&
		     strncmp(action, text, strlen(text)) != 0))
			break;
		filled = names_fill(&t->names, text);
		found = strstr(action, filled);
		fail_where = t->lines[t->at].text;
		if (!found || (found != action && found[-1] != '\n'))
			fail("is not in this action:\n%s", action);
		free(filled);
	}
	free(action);
	t->at--;
}

/* ---- what comes in -------------------------------------------------------------------------------- */

/* `MakeCall call=$1 uid=c1 {"targetAddress":"102"}` as a frame. */
static char *
frame_of(const char *text)
{
	size_t n = strcspn(text, " ");
	char name[64], call[200] = "", uid[64] = "";
	json_t *frame, *parameters = NULL;
	char *dumped;

	snprintf(name, sizeof name, "%.*s", (int)n, text);
	for (text += n; *text == ' ';) {
		text += strspn(text, " ");
		n = strcspn(text, " ");
		if (strncmp(text, "call=", 5) == 0)
			snprintf(call, sizeof call, "%.*s", (int)n - 5, text + 5);
		else if (strncmp(text, "uid=", 4) == 0)
			snprintf(uid, sizeof uid, "%.*s", (int)n - 4, text + 4);
		else {
			parameters = *text ? parse(text) : NULL;
			break;
		}
		text += n;
	}
	frame = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:n,s:o?}", "commandUId", uid,
			  "command", name, "libraryInstanceUId", "", "connectionUId",
			  "", "commandExecutorId", call, "commandExecutorType",
			  *call ? "Terrasoft.Messaging.Common.Call, "
				  "Terrasoft.Messaging.Common"
				: "",
			  "commandExecutor", "parameters",
			  parameters ? parameters : json_null());
	dumped = json_dumps(frame, 0);
	json_decref(frame);
	return dumped;
}

/* `command call.make {"to":"102"}`, `start {…}` of zvon.v1. */
static char *
message_of(const char *text)
{
	static unsigned id;
	size_t n = strcspn(text, " ");
	const char *rest = text + n + strspn(text + n, " ");
	json_t *message, *args = NULL;
	char word[64], number[20], *dumped;

	snprintf(word, sizeof word, "%.*s", (int)n, text);
	if (strcmp(word, "command") == 0) {
		n = strcspn(rest, " ");
		args = rest[n] ? parse(rest + n) : json_object();
		snprintf(number, sizeof number, "%u", ++id);
		message = json_pack("{s:s,s:s,s:s#,s:o}", "type", "command", "id",
				    number, "name", rest, (int)n, "args", args);
	} else {
		message = *rest ? parse(rest) : json_object();
		json_object_set_new(message, "type", json_string(word));
	}
	dumped = json_dumps(message, 0);
	json_decref(message);
	return dumped;
}

static void
from_user(struct talk *t, unsigned session, const char *text)
{
	char *filled = names_fill(&t->names, text), *frame = NULL;
	const char *sent = filled;

	if (!t->world.sessions[session])
		fail("session %u is not open", session);
	if (*filled != '{' && *filled != '\'') {
		bool tms = strcmp(t->dialect, "tms") == 0;

		sent = frame = tms ? frame_of(filled) : message_of(filled);
	} else if (*filled == '\'') { /* as it stands */
		sent = filled + 1;
	}
	zv_session_input(t->world.sessions[session], zvon_str(sent), t->world.now_ms);
	free(frame);
	free(filled);
}

static bool
is_packet_line(const char *text)
{
	size_t n = strcspn(text, ": ");

	return n && text[n] == ':' && isupper((unsigned char)*text);
}

/* A further line of the same packet? */
static bool
goes_on(const char *text, bool first)
{
	if (strncmp(text, "> ", 2) != 0 || !is_packet_line(text + 2))
		return false;
	return first || (strncmp(text + 2, "Response:", 9) != 0 &&
			 strncmp(text + 2, "Event:", 6) != 0);
}

/* Lines `> Key: value` up to another one are a packet: an event, or an answer. */
static void
from_asterisk(struct talk *t)
{
	struct zv_buf text = { 0 };
	bool answer = strncmp(t->lines[t->at].text, "> Response:", 11) == 0;
	char *filled;

	for (size_t first = t->at; t->at < t->n_lines; t->at++) {
		if (!goes_on(t->lines[t->at].text, t->at == first))
			break;
		if (t->write && t->at != first)
			printf("%s\n", t->lines[t->at].text);
		zv_buf_printf(&text, "%s\r\n", t->lines[t->at].text + 2);
	}
	t->at--;
	zv_buf_add(&text, ZV_STR("\r\n"));
	filled = names_fill(&t->names, zv_buf_cstr(&text));
	if (answer) {
		struct zv_parser *parser = zvon_parser_new(NULL);
		const struct zv_packet *packet;

		zvon_parser_feed(parser, zvon_str(filled));
		if (zvon_parser_next(parser, &packet) != 1)
			fail("no packet");
		world_answer(&t->world, packet);
		zvon_parser_free(parser);
	} else {
		world_feed(&t->world, zvon_str(filled));
	}
	free(filled);
	zv_buf_deinit(&text);
}

/* ---- recordings ---------------------------------------------------------------------------------- */

/* The folder of that version: "22" is 22.10.1. */
static bool
find_recording(struct talk *t, const char *folder, const char *name, char *path,
	       size_t size)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	size_t n = strlen(t->version);
	bool found = false;

	while (d && !found && (e = readdir(d)))
		if (strncmp(e->d_name, t->version, n) == 0 && e->d_name[n] == '.') {
			snprintf(path, size, "%s/%.40s/%s.ami", folder, e->d_name,
				 name);
			found = access(path, R_OK) == 0;
		}
	if (d)
		closedir(d);
	return found;
}

static void
open_recording(struct talk *t, const char *name)
{
	struct zv_str rest = zvon_str(t->folders), folder;
	char path[1200] = "", where[800];
	bool found = false;

	while (!found && zv_str_split(&rest, ':', &folder)) {
		snprintf(where, sizeof where, "%.*s", ZV_ARG(folder));
		found = find_recording(t, where, name, path, sizeof path);
	}
	if (!found)
		fail("there is no recording %s of %s", name, t->version);
	free((void *)(uintptr_t)t->recording.p);
	free((void *)(uintptr_t)t->times.p);
	t->recording.p = read_whole(path, &t->recording.n);
	memcpy(path + strlen(path) - 3, "idx", 3);
	t->times.n = 0;
	t->times.p = read_whole(path, &t->times.n);
	snprintf(t->recording_name, sizeof t->recording_name, "%s", name);
	t->done = zv_str_find(t->recording, ZV_STR("\r\n")) + 2; /* the banner */
	t->began_ms = t->world.now_ms;
}

/* When the byte at that place was read, as the .idx tells. */
static int64_t
time_of(const struct talk *t, size_t offset)
{
	struct zv_str rest = t->times, line;
	int64_t ms = 0;

	while (zv_str_split(&rest, '\n', &line)) {
		long long at = 0;
		unsigned long first = 0;
		char direction = 0, copy[100];

		snprintf(copy, sizeof copy, "%.*s", ZV_ARG(line));
		if (sscanf(copy, "%lld %c %lu", &at, &direction, &first) != 3 ||
		    direction != '<')
			continue;
		if (first > offset)
			break;
		ms = at;
	}
	return t->began_ms + ms;
}

/* Answers in a recording are those to somebody else's actions. */
static void
play_packet(struct talk *t)
{
	struct zv_str rest = zv_str_from(t->recording, t->done);
	size_t n = zv_str_find(rest, ZV_STR("\r\n\r\n"));

	n = n + 4 < rest.n ? n + 4 : rest.n;
	world_at(&t->world, time_of(t, t->done));
	if (zv_str_starts(rest, ZV_STR("Event:")))
		world_feed(&t->world, (struct zv_str){ rest.p, n });
	t->done += n;
}

/* `replay NAME [until EVENT [LINE]]`; `replay until …` and `replay` alone go on. */
static void
replay(struct talk *t, const char *text)
{
	struct world *w = &t->world;
	const char *until = strstr(text, "until ");
	size_t n = strcspn(text, " ");

	if (*text && text != until) {
		char name[100];

		snprintf(name, sizeof name, "%.*s", (int)n, text);
		open_recording(t, name);
	}
	snprintf(w->until, sizeof w->until, "%s", until ? until + 6 : "");
	w->came = false;
	while (t->done < t->recording.n && !w->came)
		play_packet(t);
	if (until && !w->came)
		fail("%s did not come", w->until);
	if (!until)
		world_at(w, w->now_ms + 1000);
	*w->until = '\0';
}

/* ---- steps ------------------------------------------------------------------------------------------ */

static void
set_clock(struct talk *t, const char *text)
{
	bool more = *text == '+';
	long long ms;

	if (zv_num_parse(zvon_str(text + more), 0, 1000000000, &ms) < 0)
		fail("at MS, at +MS");
	world_at(&t->world, more ? t->world.now_ms + ms : ms);
}

/* `= over 1000 closed`: the session is over, with that code and reason. */
static void
check_over(struct talk *t, const char *text)
{
	struct zv_session *s = t->world.sessions[1];
	struct zv_str reason = { 0 };
	char over[200] = "over no";
	int code = 0;

	if (zv_session_is_over(s, &code, &reason))
		snprintf(over, sizeof over, "over %d %.*s", code, ZV_ARG(reason));
	if (strcmp(over, text) != 0)
		fail("it is: %s", over);
}

static bool
run_word(struct talk *t, const char *text)
{
	const char *rest;
	char user[64] = "";
	unsigned session = 1;

	if ((rest = after_word(text, "replay")))
		replay(t, rest);
	else if ((rest = after_word(text, "at")))
		set_clock(t, rest);
	else if ((rest = after_word(text, "server")))
		world_server(&t->world, strcmp(rest, "up") == 0);
	else if ((rest = after_word(text, "open")) &&
		 sscanf(rest, "%u %63s", &session, user) >= 1)
		world_open(&t->world, session % WORLD_SESSIONS, t->dialect, user);
	else if ((rest = after_word(text, "close")) &&
		 sscanf(rest, "%u", &session) == 1)
		world_close(&t->world, session % WORLD_SESSIONS);
	else if ((rest = after_word(text, "deaf")))
		t->world.deaf = true;
	else if ((rest = after_word(text, "synced")))
		zv_hub_on_synced(t->world.hub, t->world.server, t->world.now_ms);
	else if ((rest = after_word(text, "=")))
		check_over(t, rest);
	else
		return false;
	return true;
}

static bool
run_arrow(struct talk *t, const char *text)
{
	unsigned session = 1;

	if (isdigit((unsigned char)*text))
		session = (unsigned)(*text++ - '0');
	if (strncmp(text, "> ", 2) == 0 && is_packet_line(text + 2))
		from_asterisk(t);
	else if (strncmp(text, "> ", 2) == 0)
		from_user(t, session, text + 2);
	else if (strncmp(text, "< ", 2) == 0 && t->write)
		return true;
	else if (strncmp(text, "< ", 2) == 0 && is_packet_line(text + 2))
		expect_action(t);
	else if (strncmp(text, "< ", 2) == 0)
		expect_message(t, session, text + 2);
	else
		return false;
	return true;
}

static void
run_line(struct talk *t)
{
	const char *text = t->lines[t->at].text;
	bool wanted = *text == '<' || (isdigit((unsigned char)*text) && text[1] == '<');
	static char where[1000];

	snprintf(where, sizeof where, "%s:%d: %.700s", t->file, t->lines[t->at].number,
		 text);
	fail_where = where;
	if (t->write && !wanted)
		write_all(t);
	if (t->write && !wanted)
		printf("%s\n", text);
	if (!*text || *text == '#')
		return;
	if (!wanted && *text != '=' && !t->write)
		expect_nothing(t);
	if (!run_arrow(t, text) && !run_word(t, text))
		fail("what is that?");
}

/* `[1.8 11] < Action: Redirect` is a line of these versions only. */
static bool
is_of_version(const struct talk *t, const char **text)
{
	size_t n = strlen(t->version);

	if (**text != '[')
		return true;
	for (const char *at = *text + 1; *at && *at != ']'; at += strcspn(at, " ]")) {
		at += strspn(at, " ");
		if (strncmp(at, t->version, n) == 0 && strchr(" ]", at[n])) {
			*text += strcspn(*text, "]") + 2;
			return true;
		}
	}
	return false;
}

static void
leave_out_others(struct talk *t)
{
	size_t n = t->at;

	for (size_t i = t->at; i < t->n_lines; i++)
		if (is_of_version(t, &t->lines[i].text))
			t->lines[n++] = t->lines[i];
	t->n_lines = n;
}

/* Channels of Asterisk 1.8 and 11 are those of chan_sip. */
static void
set_technology(struct talk *t, bool is_old)
{
	char *of_server = strstr(t->server, "=PJSIP");
	json_t *got = json_string(is_old ? "SIP" : "PJSIP"),
	       *wanted = json_string("$tech");

	match(&t->names, wanted, got, MATCH_PART);
	json_decref(wanted);
	json_decref(got);
	if (is_old && of_server)
		memmove(of_server + 1, of_server + 3, strlen(of_server + 3) + 1);
}

static void
play(struct talk *t)
{
	bool is_old = strcmp(t->version, "1.8") == 0 || strcmp(t->version, "11") == 0;

	leave_out_others(t);
	set_technology(t, is_old);
	world_begin(&t->world, is_old ? 1 : 5, t->server);
	world_open(&t->world, 1, t->dialect, "");
	for (; t->at < t->n_lines; t->at++)
		run_line(t);
	fail_where = "the end";
	if (t->write)
		write_all(t);
	else
		expect_nothing(t);
	world_end(&t->world);
	names_free(&t->names);
}

/* Each version in a process of its own: the first thing that is wrong ends it. */
static bool
play_apart(struct talk *t, const char *version)
{
	pid_t child;
	int status = 1;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		t->version = version;
		play(t);
		fflush(stdout);
		free((void *)(uintptr_t)t->recording.p);
		free((void *)(uintptr_t)t->times.p);
		free(t->lines);
		free(t->text);
		exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int
main(int argc, char **argv)
{
	static struct talk t;
	char *rest, *version;
	int n = 0, bad = 0;
	size_t size;

	if (argc < 3) {
		fprintf(stderr, "usage: talk RECORDINGS FILE.talk [--write|--trace]\n");
		return 2;
	}
	t.folders = argv[1];
	t.file = strrchr(argv[2], '/') ? strrchr(argv[2], '/') + 1 : argv[2];
	t.text = read_whole(argv[2], &size);
	if (!t.text) {
		perror(argv[2]);
		return 2;
	}
	t.write = argc > 3 && strcmp(argv[3], "--write") == 0;
	t.world.trace = argc > 3 && strcmp(argv[3], "--trace") == 0;
	split_lines(&t);
	read_head(&t);
	if (t.write)
		for (size_t i = 0; i < t.at; i++)
			printf("%s\n", t.lines[i].text);
	rest = t.versions;
	while ((version = strsep(&rest, " ")))
		if (*version) {
			bool good = play_apart(&t, version);

			bad += !good;
			if (!t.write)
				printf("%sok %d - %s %s\n", good ? "" : "not ", ++n,
				       t.file, version);
			else
				break;
		}
	if (!t.write)
		printf("1..%d\n", n);
	free(t.lines);
	free(t.text);
	return bad > 0;
}
