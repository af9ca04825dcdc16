#include "ajam.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/md5.h"
#include "server_impl.h"

#define CHALLENGE "840415273"
#define LOOK_MS	  10 /* a WaitEvent looks so often whether its client is still there */

struct ajam {
	struct ajam_options options;
	struct server *server;
	pthread_mutex_t lock;
	/* under the lock */
	unsigned session; /* the cookie */
	bool logged_in;
	unsigned long next, end; /* numbers of the events that are queued */
	int waits;		 /* WaitEvents that hang */
	unsigned long last_wait; /* the one that counts; older ones end */
	struct ajam_counts counts;
};

struct request {
	struct ajam *ajam;
	struct talk *talk;
	char head[16384];
	char packet[16384]; /* `Key: value` lines */
	char action[64], id[128];
	char *body; /* of the answer */
	size_t n, cap;
};

/* ---- the answer's body ------------------------------------------------------------------ */

static void
add(struct request *r, const char *bytes, size_t n)
{
	if (r->cap - r->n < n) {
		r->cap = (r->cap + n) * 2;
		r->body = realloc(r->body, r->cap);
		if (!r->body)
			abort();
	}
	memcpy(r->body + r->n, bytes, n);
	r->n += n;
}

static void __attribute__((format(printf, 2, 3)))
addf(struct request *r, const char *format, ...)
{
	char text[1024];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	add(r, text, (size_t)n);
}

static void
add_answer(struct request *r, const char *response, const char *line)
{
	addf(r, "Response: %s\r\nActionID: %s\r\n%s\r\n\r\n", response, r->id, line);
}

/* ---- actions ------------------------------------------------------------------------------ */

static bool
do_challenge(struct request *r)
{
	add_answer(r, "Success", "Challenge: " CHALLENGE);
	return true;
}

static bool
is_login_right(const struct request *r)
{
	struct zv_str parts[] = { ZV_STR(CHALLENGE), ZV_STR(SECRET) };
	char user[128], key[64], secret[128], hex[ZV_MD5_HEX + 1];

	packet_value(r->packet, "Username", user, sizeof user);
	packet_value(r->packet, "Key", key, sizeof key);
	packet_value(r->packet, "Secret", secret, sizeof secret);
	zv_md5_hex(parts, N_OF(parts), hex);
	return strcmp(user, "tester") == 0 &&
	       (strcmp(key, hex) == 0 || strcmp(secret, SECRET) == 0);
}

static bool
do_login(struct request *r)
{
	struct ajam *a = r->ajam;

	if (!is_login_right(r)) {
		add_answer(r, "Error", "Message: Authentication failed");
		return true;
	}
	pthread_mutex_lock(&a->lock);
	a->logged_in = true;
	a->counts.logins++;
	a->next = a->end = 0;
	pthread_mutex_unlock(&a->lock);
	add_answer(r, "Success", "Message: Authentication accepted");
	return true;
}

static bool
do_settings(struct request *r)
{
	add_answer(r, "Success", "AMIversion: 11.0.0");
	return true;
}

static bool
do_ping(struct request *r)
{
	add_answer(r, "Success", "Ping: Pong");
	return true;
}

static bool
do_logoff(struct request *r)
{
	pthread_mutex_lock(&r->ajam->lock);
	r->ajam->logged_in = false;
	r->ajam->counts.logoffs++;
	pthread_mutex_unlock(&r->ajam->lock);
	add_answer(r, "Goodbye", "Message: Thanks for all the fish.");
	return true;
}

static bool
do_echo(struct request *r)
{
	char line[64];

	snprintf(line, sizeof line, "Number: %ld", packet_number(r->packet, "Number"));
	add_answer(r, "Success", line);
	return true;
}

static bool
do_wait(struct request *r)
{
	sleep_ms((int)packet_number(r->packet, "Ms"));
	return do_echo(r);
}

static bool
do_list(struct request *r)
{
	long n = packet_number(r->packet, "Count");

	add_answer(r, "Success", "EventList: start");
	for (long i = 1; i <= n; i++)
		addf(r, "Event: Item\r\nActionID: %s\r\nNumber: %ld\r\n\r\n", r->id, i);
	addf(r, "Event: ListComplete\r\nActionID: %s\r\nEventList: Complete\r\n\r\n",
	     r->id);
	return true;
}

static bool
do_emit(struct request *r)
{
	ajam_emit(r->ajam, (unsigned long)packet_number(r->packet, "First"),
		  (unsigned long)packet_number(r->packet, "Count"));
	add_answer(r, "Success", "Message: here they come");
	return true;
}

static bool
do_silence(struct request *r)
{
	talk_take(r->talk, 1 << 20);
	return false;
}

/* ---- WaitEvent ------------------------------------------------------------------------------ */

static bool
is_gone(struct talk *t)
{
	char byte;
	ssize_t n = recv(t->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	bool stopping;

	pthread_mutex_lock(&t->server->lock);
	stopping = t->server->stopping;
	pthread_mutex_unlock(&t->server->lock);
	return stopping || n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void
add_events(struct request *r, unsigned long first, unsigned long end)
{
	char event[EVENT_BYTES];

	add_answer(r, "Success", "Message: Waiting for Event completed.");
	for (; first < end; first++) {
		event_text(event, first);
		add(r, event, sizeof event);
	}
	addf(r, "Event: WaitEventComplete\r\nActionID: %s\r\n\r\n", r->id);
}

enum waited { GO_ON, DENIED, ENDED, EVENTS };

/* One look at what the wait is for; the events are taken when there are any. */
static enum waited
look(struct request *r, unsigned long ticket, unsigned long *first, unsigned long *end)
{
	struct ajam *a = r->ajam;
	enum waited what = GO_ON;

	pthread_mutex_lock(&a->lock);
	*first = a->next;
	*end = a->end;
	if (!a->logged_in)
		what = DENIED;
	else if (a->last_wait != ticket)
		what = ENDED;
	else if (a->next < a->end)
		what = EVENTS;
	if (what == EVENTS)
		a->next = a->end;
	pthread_mutex_unlock(&a->lock);
	return what;
}

static unsigned long
begin_wait(struct ajam *a)
{
	unsigned long ticket;

	pthread_mutex_lock(&a->lock);
	ticket = ++a->last_wait;
	if (++a->waits > a->counts.most_waits)
		a->counts.most_waits = a->waits;
	pthread_mutex_unlock(&a->lock);
	return ticket;
}

static void
end_wait(struct ajam *a)
{
	pthread_mutex_lock(&a->lock);
	a->waits--;
	pthread_mutex_unlock(&a->lock);
}

static bool
do_wait_event(struct request *r)
{
	long seconds = packet_number(r->packet, "Timeout");
	int64_t end_ms = now_ms() + 1000 * (seconds < r->ajam->options.wait_cap_s
						    ? seconds
						    : r->ajam->options.wait_cap_s);
	unsigned long ticket = begin_wait(r->ajam), first, end;
	enum waited what;

	if (r->ajam->options.forgets)
		ajam_forget(r->ajam);
	while ((what = look(r, ticket, &first, &end)) == GO_ON && now_ms() < end_ms &&
	       !is_gone(r->talk))
		sleep_ms(LOOK_MS);
	end_wait(r->ajam);
	if (what == DENIED)
		add_answer(r, "Error", "Message: Permission denied");
	else if (what != ENDED) /* that has no body */
		add_events(r, first, end);
	return true;
}

/* ---- requests ---------------------------------------------------------------------------------- */

static const struct action {
	const char *name;
	bool (*run)(struct request *r); /* false: no answer */
	bool for_strangers;
} actions[] = {
	{ "Challenge", do_challenge, true },
	{ "Login", do_login, true },
	{ "CoreSettings", do_settings, false },
	{ "Ping", do_ping, false },
	{ "Logoff", do_logoff, false },
	{ "Echo", do_echo, false },
	{ "Wait", do_wait, false },
	{ "List", do_list, false },
	{ "Emit", do_emit, false },
	{ "Silence", do_silence, false },
	{ "WaitEvent", do_wait_event, false },
};

static int
hex(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* "Action=Ping&ActionID=1" as lines. */
static void
decode_form(struct request *r, const char *form, size_t n)
{
	size_t out = 0;
	bool in_value = false;

	for (size_t i = 0; i < n && out + 4 < sizeof r->packet; i++) {
		const char *as = NULL;

		if (form[i] == '=' && !in_value)
			as = ": ";
		else if (form[i] == '&')
			as = "\r\n";
		in_value = as ? as[0] == ':' : in_value;
		if (as) {
			memcpy(r->packet + out, as, 2);
			out += 2;
		} else if (form[i] == '%' && i + 2 < n) {
			r->packet[out++] =
				(char)(hex(form[i + 1]) * 16 + hex(form[i + 2]));
			i += 2;
		} else {
			r->packet[out++] = form[i];
		}
	}
	memcpy(r->packet + out, "\r\n", 3);
}

/* Waits for the head; the form lies in the body or behind the '?'. */
static bool
read_request(struct request *r)
{
	const char *head = talk_next(r->talk), *field, *query;
	size_t n;

	if (!head)
		return false;
	snprintf(r->head, sizeof r->head, "%s", head);
	field = strcasestr(r->head, "\r\nContent-Length:");
	n = field ? strtoul(field + strlen("\r\nContent-Length:"), NULL, 10) : 0;
	query = strchr(r->head, '?');
	if (n) {
		const char *body = talk_take(r->talk, n);

		if (!body)
			return false;
		decode_form(r, body, n);
	} else {
		decode_form(r, query ? query + 1 : "",
			    query ? strcspn(query, " ") - 1 : 0);
	}
	packet_value(r->packet, "Action", r->action, sizeof r->action);
	packet_value(r->packet, "ActionID", r->id, sizeof r->id);
	r->n = 0;
	return true;
}

static bool
is_of_the_session(struct ajam *a, const struct request *r)
{
	const char *cookie = strcasestr(r->head, "mansession_id=\"");
	unsigned session =
		cookie ? (unsigned)strtoul(strchr(cookie, '"') + 1, NULL, 16) : 0;

	return a->logged_in && session == a->session;
}

/* Counts; true: that request may do what it asks for. */
static bool
admit(struct request *r, const struct action *action)
{
	struct ajam *a = r->ajam;
	bool is_post = strncmp(r->head, "POST ", 5) == 0, admitted;
	size_t line = strcspn(r->head, "\r");

	pthread_mutex_lock(&a->lock);
	*(is_post ? &a->counts.posts : &a->counts.gets) += 1;
	a->counts.leaks += memmem(r->head, line, "s3cret", 6) != NULL ||
			   (is_post && memchr(r->head, '?', line));
	admitted = (action && action->for_strangers) || is_of_the_session(a, r);
	a->counts.strangers += !admitted;
	pthread_mutex_unlock(&a->lock);
	return admitted;
}

static const struct action *
find_action(const char *name)
{
	for (size_t i = 0; i < N_OF(actions); i++)
		if (strcmp(name, actions[i].name) == 0)
			return &actions[i];
	return NULL;
}

static bool
send_answer(struct request *r)
{
	struct ajam *a = r->ajam;
	unsigned session;

	pthread_mutex_lock(&a->lock);
	session = a->session;
	pthread_mutex_unlock(&a->lock);
	return talk_printf(
		       r->talk,
		       "HTTP/1.1 200 OK\r\nServer: Asterisk%s\r\n"
		       "Content-type: text/plain\r\n"
		       "Set-Cookie: mansession_id=\"%08x\"; Version=1; Max-Age=60"
		       "\r\nPragma: SuppressEvents\r\n%sContent-Length: %zu\r\n\r\n",
		       a->options.is_old ? "/1.8.32.3" : "", session,
		       a->options.is_old ? "Connection: close\r\n" : "", r->n) &&
	       talk_send(r->talk, r->body, r->n) && !a->options.is_old;
}

/* false: the connection ends. */
static bool
serve(struct request *r)
{
	const struct action *action = find_action(r->action);
	bool admitted = admit(r, action);

	if (r->ajam->options.silent)
		return do_silence(r);
	if (r->ajam->options.get_only && strncmp(r->head, "POST ", 5) == 0)
		return talk_printf(r->talk, "HTTP/1.1 501 Not Implemented\r\n"
					    "Server: Asterisk\r\n"
					    "Content-Length: 0\r\n\r\n");
	if (!admitted)
		add_answer(r, "Error", "Message: Permission denied");
	else if (!action)
		add_answer(r, "Error", "Message: Invalid/unknown command");
	else if (!action->run(r))
		return false;
	return send_answer(r);
}

static void
ajam_script(struct talk *t, void *user)
{
	struct request r = { .ajam = user, .talk = t };

	while (read_request(&r) && serve(&r))
		;
	free(r.body);
}

/* ---- for the test -------------------------------------------------------------------------------- */

struct ajam *
ajam_start(const struct ajam_options *options)
{
	struct ajam *a = calloc(1, sizeof *a);
	struct server_options server = { .script = ajam_script, .user = a };

	assert_non_null(a);
	if (options)
		a->options = *options;
	if (!a->options.wait_cap_s)
		a->options.wait_cap_s = 50;
	a->session = 0x41a058aa;
	pthread_mutex_init(&a->lock, NULL);
	a->server = server_start(&server);
	return a;
}

void
ajam_stop(struct ajam *a)
{
	server_stop(a->server);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

struct server *
ajam_server(struct ajam *a)
{
	return a->server;
}

struct ajam_counts
ajam_counts(struct ajam *a)
{
	struct ajam_counts counts;

	pthread_mutex_lock(&a->lock);
	counts = a->counts;
	pthread_mutex_unlock(&a->lock);
	return counts;
}

void
ajam_forget(struct ajam *a)
{
	pthread_mutex_lock(&a->lock);
	a->logged_in = false;
	a->session++;
	pthread_mutex_unlock(&a->lock);
}

void
ajam_emit(struct ajam *a, unsigned long first, unsigned long count)
{
	pthread_mutex_lock(&a->lock);
	if (a->next == a->end)
		a->next = a->end = first;
	a->end += count;
	pthread_mutex_unlock(&a->lock);
}

static int
count_waits(struct ajam *a)
{
	int n;

	pthread_mutex_lock(&a->lock);
	n = a->waits;
	pthread_mutex_unlock(&a->lock);
	return n;
}

struct rig *
ajam_rig(enum way way, struct ajam *a)
{
	struct rig *r = rig_new(way, a->server);

	snprintf(r->url, sizeof r->url, "http://tester@127.0.0.1:%d/asterisk/rawman",
		 server_port(a->server));
	return r;
}

bool
ajam_until_it_waits(struct ajam *a, struct rig *r, int ms)
{
	int64_t end = now_ms() + ms;

	while (count_waits(a) == 0 && now_ms() < end)
		rig_run(r, 5);
	return count_waits(a) > 0;
}
