#include "fan_pbx.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fan_wire.h"

#define QUIET_MS    300	  /* after its last question */
#define PATIENCE_MS 15000 /* for the login */
#define REST_BYTES  264 /* of the reason: what makes a message FAN_PAYLOAD bytes long */

static void
die(const char *what)
{
	fprintf(stderr, "fan: pbx: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- bytes -------------------------------------------------------------------------- */

static void
put(struct fan_pbx *p, const char *bytes, size_t n)
{
	ssize_t sent =
		p->n_out ? 0 : send(p->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent < 0 && errno != EAGAIN)
		die("send");
	bytes += sent > 0 ? sent : 0;
	n -= sent > 0 ? (size_t)sent : 0;
	if (p->n_out + n > p->cap_out) {
		p->cap_out = (p->n_out + n) * 2;
		p->out = realloc(p->out, p->cap_out);
		if (!p->out)
			die("memory");
	}
	memcpy(p->out + p->n_out, bytes, n);
	p->n_out += n;
}

/* Of the file, now: all of it, or as much as the time that has passed allows. */
static size_t
may_send(const struct fan_pbx *p)
{
	uint64_t passed_ms = p->bytes_s ? (fan_now_ns() - p->begun_ns) / 1000000 : 0;
	off_t end = p->size;

	if (p->bytes_s && (off_t)(passed_ms * p->bytes_s / 1000) < end)
		end = (off_t)(passed_ms * p->bytes_s / 1000);
	if (p->at >= end)
		return 0;
	return end - p->at < 1 << 20 ? (size_t)(end - p->at) : 1 << 20;
}

static void
put_rest(struct fan_pbx *p)
{
	size_t most;
	ssize_t n = p->n_out
			    ? send(p->fd, p->out, p->n_out, MSG_DONTWAIT | MSG_NOSIGNAL)
			    : 0;

	if (n > 0) {
		p->n_out -= (size_t)n;
		memmove(p->out, p->out + n, p->n_out);
	}
	if (p->n_out || p->file < 0)
		return;
	while ((most = may_send(p)) > 0 && sendfile(p->fd, p->file, &p->at, most) > 0)
		;
}

bool
fan_pbx_is_behind(const struct fan_pbx *p)
{
	return p->n_out || (p->file >= 0 && p->at < p->size);
}

/* ---- answers ------------------------------------------------------------------------ */

static const char *
value_of(const char *packet, const char *key, char *out, size_t room)
{
	const char *line = strstr(packet, key);
	size_t n;

	line = line ? line + strlen(key) : "";
	n = strcspn(line, "\r\n");
	snprintf(out, room, "%.*s", (int)n, line);
	return out;
}

static bool
is_list(const char *action)
{
	static const char *const lists[] = { "Status",	    "CoreShowChannels",
					     "BridgeList",  "QueueStatus",
					     "ParkedCalls", "DeviceStateList" };

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (strcmp(action, lists[i]) == 0)
			return true;
	return false;
}

static void
answer(struct fan_pbx *p, const char *packet)
{
	char action[64], id[128], text[1024];
	int n;

	value_of(packet, "Action: ", action, sizeof action);
	value_of(packet, "ActionID: ", id, sizeof id);
	if (is_list(action))
		n = snprintf(
			text, sizeof text,
			"Response: Success\r\nActionID: %s\r\nEventList: start\r\n"
			"Message: List will follow\r\n\r\nEvent: %sComplete\r\n"
			"ActionID: %s\r\nEventList: Complete\r\nListItems: 0\r\n\r\n",
			id, action, id);
	else
		n = snprintf(
			text, sizeof text,
			"Response: %s\r\nActionID: %s\r\nMessage: OK\r\n%s\r\n",
			strncmp(action, "Confbridge", 10) == 0 ? "Error" : "Success",
			id,
			strcmp(action, "Challenge") == 0 ? "Challenge: 12345\r\n" : "");
	put(p, text, (size_t)n);
	if (strcmp(action, "Login") == 0)
		put(p, "Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n", 45);
}

/* How many. */
static int
answer_all(struct fan_pbx *p)
{
	ssize_t n =
		recv(p->fd, p->in + p->n_in, sizeof p->in - 1 - p->n_in, MSG_DONTWAIT);
	char *packet = p->in, *end;
	int answered = 0;

	if (n == 0 || (n < 0 && errno != EAGAIN))
		die("the client has gone");
	p->n_in += n > 0 ? (size_t)n : 0;
	p->in[p->n_in] = '\0';
	for (; (end = strstr(packet, "\r\n\r\n")); packet = end + 4, answered++) {
		end[2] = '\0';
		answer(p, packet);
	}
	p->n_in -= (size_t)(packet - p->in);
	memmove(p->in, packet, p->n_in);
	return answered;
}

void
fan_pbx_turn(struct fan_pbx *p)
{
	answer_all(p);
	put_rest(p);
}

/* ---- life --------------------------------------------------------------------------- */

int
fan_pbx_open(struct fan_pbx *p)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;

	p->file = -1;
	p->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&at, n) < 0 ||
	    listen(p->listener, 8) < 0 ||
	    getsockname(p->listener, (struct sockaddr *)&at, &n) < 0)
		die("listen");
	return ntohs(at.sin_port);
}

void
fan_pbx_wait(struct fan_pbx *p)
{
	struct pollfd wait = { p->listener, POLLIN, 0 };
	int answered = 0;

	if (poll(&wait, 1, PATIENCE_MS) <= 0)
		die("nobody logs in");
	p->fd = accept(p->listener, NULL, NULL);
	if (p->fd < 0)
		die("accept");
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
	put(p, "Asterisk Call Manager/5.0.4\r\n", 29);
	wait.fd = p->fd;
	while (poll(&wait, 1, answered ? QUIET_MS : PATIENCE_MS) > 0)
		answered += answer_all(p);
	if (!answered)
		die("nobody logs in");
}

void
fan_pbx_stream(struct fan_pbx *p, const char *path, uint64_t bytes_s)
{
	p->bytes_s = bytes_s;
	p->begun_ns = fan_now_ns();
	p->file = open(path, O_RDONLY);
	p->size = p->file < 0 ? -1 : lseek(p->file, 0, SEEK_END);
	p->at = 0;
	if (p->size < 0)
		die(path);
}

/* ---- events ------------------------------------------------------------------------- */

/* Texts of people do not shrink to nothing when they are deflated. */
static void
fill(char *out, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		out[i] =
			"etaoin shrdlucmfwypvbgkqjxz ETAOIN .,0123456789"[(seed >> 16) %
									  47];
	}
}

void
fan_pbx_mark(struct fan_pbx *p, int line, uint32_t number)
{
	char mark[FAN_PAYLOAD], rest[REST_BYTES + 1] = "", text[2048];
	int n;

	fan_message(mark, number);
	fill(rest, REST_BYTES - FAN_MARK_BYTES, number);
	n = snprintf(text, sizeof text,
		     "Event: QueueMemberPause\r\nPrivilege: agent,all\r\n"
		     "Queue: sales\r\nMemberName: Agent %d\r\nInterface: PJSIP/%d\r\n"
		     "StateInterface: PJSIP/%d\r\nMembership: dynamic\r\nPenalty: 0\r\n"
		     "CallsTaken: 0\r\nLastCall: 0\r\nInCall: 0\r\nStatus: 1\r\n"
		     "Paused: 1\r\nPausedReason: %.*s%s\r\nRinginuse: 0\r\n"
		     "Wrapuptime: 0\r\n\r\n",
		     line, line, line, FAN_MARK_BYTES, mark, rest);
	put(p, text, (size_t)n);
}
