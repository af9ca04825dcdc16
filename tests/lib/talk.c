/* What the server of the tests says. */
#include "server_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/md5.h"
#include "support.h"

#define CHALLENGE "840415273"

/* ---- packets ---------------------------------------------------------------------- */

void
packet_value(const char *packet, const char *key, char *out, size_t size)
{
	size_t n = strlen(key);

	*out = '\0';
	for (const char *line = packet; line && *line; line = strstr(line, "\r\n")) {
		line += line == packet ? 0 : 2;
		if (strncasecmp(line, key, n) == 0 && line[n] == ':') {
			line += n + 1 + (line[n + 1] == ' ');
			snprintf(out, size, "%.*s", (int)strcspn(line, "\r"), line);
			return;
		}
	}
}

long
packet_number(const char *packet, const char *key)
{
	char text[32];

	packet_value(packet, key, text, sizeof text);
	return strtol(text, NULL, 10);
}

void
event_text(char out[EVENT_BYTES], unsigned long number)
{
	char text[EVENT_BYTES];
	int n = snprintf(text, sizeof text,
			 "Event: UserEvent\r\nPrivilege: user,all\r\n"
			 "UserEvent: Numbered\r\nNumber: %012lu\r\nPadding: ",
			 number);

	memset(out, '.', EVENT_BYTES);
	memcpy(out, text, (size_t)n);
	memcpy(out + EVENT_BYTES - 4, "\r\n\r\n", 4);
}

bool
talk_emit(struct talk *t, unsigned long first, unsigned long count)
{
	enum { AT_ONCE = 500 };
	static const char key[] = "Number: ";
	char *block = malloc((size_t)AT_ONCE * EVENT_BYTES);
	size_t digits;
	bool sent = block != NULL;

	for (size_t i = 0; sent && i < AT_ONCE; i++)
		event_text(block + i * EVENT_BYTES, first + i);
	digits = sent ? (size_t)((char *)memmem(block, EVENT_BYTES, key, strlen(key)) -
				 block) +
				 strlen(key)
		      : 0;
	while (sent && count > 0) {
		size_t n = count < AT_ONCE ? count : AT_ONCE;

		for (size_t i = 0; i < n; i++) {
			unsigned long rest = first + i;

			for (size_t d = 12; d-- > 0; rest /= 10)
				block[i * EVENT_BYTES + digits + d] =
					(char)('0' + rest % 10);
		}
		sent = talk_send(t, block, n * EVENT_BYTES);
		first += n;
		count -= n;
	}
	free(block);
	return sent;
}

/* ---- login ---------------------------------------------------------------------------- */

static bool
is_login_right(struct talk *t, const char *packet)
{
	const char *wanted = t->server->options.user_name;
	struct zv_str parts[] = { ZV_STR(CHALLENGE), ZV_STR(SECRET) };
	char user[128], key[64], secret[128], hex[ZV_MD5_HEX + 1];

	packet_value(packet, "Username", user, sizeof user);
	packet_value(packet, "Key", key, sizeof key);
	packet_value(packet, "Secret", secret, sizeof secret);
	zv_md5_hex(parts, N_OF(parts), hex);
	return strcmp(user, wanted ? wanted : "tester") == 0 &&
	       (strcmp(key, hex) == 0 || strcmp(secret, SECRET) == 0);
}

static bool
answer(struct talk *t, const char *packet, const char *response, const char *message)
{
	char id[128];

	packet_value(packet, "ActionID", id, sizeof id);
	return talk_printf(t, "Response: %s\r\nActionID: %s\r\nMessage: %s\r\n\r\n",
			   response, id, message);
}

static bool
answer_login(struct talk *t, const char *packet)
{
	const struct server_options *o = &t->server->options;

	sleep_ms(o->login_ms);
	if (talk_has_more(t))
		talk_count(t, &t->server->counts.too_soon);
	if (o->refuses || !is_login_right(t, packet)) {
		answer(t, packet, "Error", "Authentication failed");
		return false;
	}
	talk_count(t, &t->server->counts.logins);
	if (!answer(t, packet, "Success", "Authentication accepted"))
		return false;
	if (o->booted_ms < 0)
		return true;
	sleep_ms(o->booted_ms);
	return talk_printf(t, "Event: FullyBooted\r\nPrivilege: system,all\r\n"
			      "Uptime: 78\r\nLastReload: 78\r\n"
			      "Status: Fully Booted\r\n\r\n");
}

bool
talk_login(struct talk *t)
{
	const struct server_options *o = &t->server->options;
	const char *packet;
	char name[64], id[128];

	if (!talk_printf(t, "Asterisk Call Manager/%s\r\n",
			 o->version ? o->version : "11.0.0"))
		return false;
	while ((packet = talk_next(t))) {
		packet_value(packet, "Action", name, sizeof name);
		packet_value(packet, "ActionID", id, sizeof id);
		if (strcmp(name, "Login") == 0)
			return answer_login(t, packet);
		if (strcmp(name, "Challenge") != 0 || talk_has_more(t))
			talk_count(t, &t->server->counts.too_soon);
		talk_printf(
			t, "Response: Success\r\nActionID: %s\r\nChallenge: %s\r\n\r\n",
			id, CHALLENGE);
	}
	return false;
}

/* ---- actions ---------------------------------------------------------------------------- */

static bool
do_ping(struct talk *t, const char *packet)
{
	return answer(t, packet, "Success", "Pong");
}

static bool
do_logoff(struct talk *t, const char *packet)
{
	talk_count(t, &t->server->counts.logoffs);
	answer(t, packet, "Goodbye", "Thanks for all the fish.");
	return false;
}

static bool
do_echo(struct talk *t, const char *packet)
{
	long number = packet_number(packet, "Number");
	char id[128];

	if (number <= t->last_number)
		talk_count(t, &t->server->counts.disorder);
	t->last_number = number;
	packet_value(packet, "ActionID", id, sizeof id);
	return talk_printf(t,
			   "Response: Success\r\nActionID: %s\r\nNumber: %ld\r\n\r\n",
			   id, number);
}

static bool
do_fail(struct talk *t, const char *packet)
{
	char message[256];

	packet_value(packet, "Message", message, sizeof message);
	return answer(t, packet, "Error", message);
}

static bool
do_list(struct talk *t, const char *packet)
{
	long n = packet_number(packet, "Count");
	char id[128];
	bool sent;

	packet_value(packet, "ActionID", id, sizeof id);
	sent = talk_printf(t,
			   "Response: Success\r\nActionID: %s\r\nEventList: start\r\n"
			   "Message: A list follows\r\n\r\n",
			   id);
	for (long i = 1; i <= n && sent; i++)
		sent = talk_printf(
			t, "Event: Item\r\nActionID: %s\r\nNumber: %ld\r\n\r\n", id, i);
	return sent && talk_printf(t,
				   "Event: ListComplete\r\nActionID: %s\r\n"
				   "EventList: Complete\r\nListItems: %ld\r\n\r\n",
				   id, n);
}

static bool
do_emit(struct talk *t, const char *packet)
{
	unsigned long first = (unsigned long)packet_number(packet, "First");
	unsigned long n = (unsigned long)packet_number(packet, "Count");

	return answer(t, packet, "Success", "here they come") && talk_emit(t, first, n);
}

static bool
do_wait(struct talk *t, const char *packet)
{
	char copy[4096];

	snprintf(copy, sizeof copy, "%s", packet);
	sleep_ms((int)packet_number(copy, "Ms"));
	return answer(t, copy, "Success", "waited");
}

static bool
do_silence(struct talk *t, const char *packet)
{
	return true;
}

/* The half of an answer, and nothing any more. */
static bool
do_half(struct talk *t, const char *packet)
{
	char id[128];

	packet_value(packet, "ActionID", id, sizeof id);
	talk_printf(t, "Response: Success\r\nActionID: %s\r\nMess", id);
	talk_freeze(t);
	return false;
}

static bool
do_freeze(struct talk *t, const char *packet)
{
	talk_freeze(t);
	return false;
}

/* One numbered event, the first Bytes of the next one, and TCP RST. */
static bool
do_cut(struct talk *t, const char *packet)
{
	unsigned long first = (unsigned long)packet_number(packet, "First");
	char event[EVENT_BYTES];

	event_text(event, first);
	talk_send(t, event, sizeof event);
	event_text(event, first + 1);
	talk_send(t, event, (size_t)packet_number(packet, "Bytes"));
	talk_reset(t);
	return false;
}

static bool
do_reset(struct talk *t, const char *packet)
{
	talk_reset(t);
	return false;
}

static bool
do_close(struct talk *t, const char *packet)
{
	return false;
}

static const struct {
	const char *name;
	bool (*run)(struct talk *t, const char *packet); /* false: the talk ends */
} talk_actions[] = {
	{ "Ping", do_ping },	 { "Logoff", do_logoff },   { "Echo", do_echo },
	{ "Fail", do_fail },	 { "List", do_list },	    { "Emit", do_emit },
	{ "Wait", do_wait },	 { "Silence", do_silence }, { "Half", do_half },
	{ "Freeze", do_freeze }, /* neither reads nor answers any more */
	{ "Cut", do_cut },	 /* in the middle of a packet */
	{ "Reset", do_reset },	 { "Close", do_close },
};

static bool
do_action(struct talk *t, const char *packet)
{
	char name[64];

	packet_value(packet, "Action", name, sizeof name);
	for (size_t i = 0; i < N_OF(talk_actions); i++)
		if (strcmp(name, talk_actions[i].name) == 0)
			return talk_actions[i].run(t, packet);
	return answer(t, packet, "Error", "Invalid/unknown command");
}

void
talk_serve(struct talk *t)
{
	const char *packet;

	while ((packet = talk_next(t))) {
		talk_count(t, &t->server->counts.actions);
		if (!do_action(t, packet))
			return;
	}
}
