#include "onec_pbx.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH_NS   1000000 /* events are sent together, a millisecond apart */
#define EVENT_MAX  512
#define BANNER	   "Asterisk Call Manager/5.0.4\r\n"
#define BOOTED	   "Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n"
#define FINISH	   "Event: BenchEnd\r\nPrivilege: system,all\r\n\r\n"
#define BATCH_MOST 10000

/* As long as an event of Asterisk 22 about a channel. */
static const char rest_of_event[] =
	"\r\nPrivilege: call,all\r\nChannel: PJSIP/2001-0000012a\r\nChannelState: 6\r\n"
	"ChannelStateDesc: Up\r\nCallerIDNum: 2001\r\nCallerIDName: Operator 2001\r\n"
	"ConnectedLineNum: 2002\r\nConnectedLineName: Operator 2002\r\nLanguage: en\r\n"
	"AccountCode: \r\nContext: from-internal\r\nExten: 2002\r\nPriority: 1\r\n"
	"Uniqueid: 1700000000.298\r\nLinkedid: 1700000000.298\r\n\r\n";

struct peer {
	int fd;
	char in[65536];
	size_t n;
	struct onec_pace pace;
	unsigned long sent;
	int64_t began_ns; /* 0: not logged in */
};

int64_t
onec_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- answers ------------------------------------------------------------------------------------ */

static int
say(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t done = send(fd, text, n, MSG_NOSIGNAL);

		if (done <= 0)
			return -1;
		text += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
begin(struct peer *p)
{
	if (p->pace.rate && !p->began_ns)
		p->began_ns = onec_now_ns();
	return say(p->fd, BOOTED, strlen(BOOTED));
}

/* Copies the value behind `key`; "" when there is none. */
static void
value_of(const char *packet, const char *key, char *out, size_t room)
{
	const char *line = strstr(packet, key);

	snprintf(out, room, "%.*s", line ? (int)strcspn(line + strlen(key), "\r\n") : 0,
		 line ? line + strlen(key) : "");
}

static bool
is_list(const char *action)
{
	static const char *const lists[] = {
		"Status",
		"CoreShowChannels",
		"BridgeList",
		"QueueStatus",
		"ParkedCalls",
		"DeviceStateList",
		"QueueSummary",
		"SIPpeers",
		"PJSIPShowEndpoints",
		"ConfbridgeListRooms",
	};

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (strcmp(action, lists[i]) == 0)
			return true;
	return false;
}

/* A list is empty. */
static int
answer(struct peer *p, const char *packet)
{
	char action[64], id[128], reply[1024];
	int n;

	value_of(packet, "Action: ", action, sizeof action);
	value_of(packet, "ActionID: ", id, sizeof id);
	if (is_list(action))
		n = snprintf(reply, sizeof reply,
			     "Response: Success\r\nActionID: %s\r\nEventList: start\r\n"
			     "Message: list will follow\r\n\r\nEvent: %sComplete\r\n"
			     "ActionID: %s\r\nEventList: Complete\r\nListItems: 0\r\n"
			     "\r\n",
			     id, action, id);
	else
		n = snprintf(reply, sizeof reply,
			     "Response: Success\r\nActionID: %s\r\n%s\r\n\r\n", id,
			     strcmp(action, "Challenge") == 0 ? "Challenge: 123456789"
							      : "Message: OK");
	if (say(p->fd, reply, (size_t)n) < 0)
		return -1;
	return strcmp(action, "Login") == 0 ? begin(p) : 0;
}

static int
answer_all(struct peer *p)
{
	char *end;

	p->in[p->n] = '\0';
	while ((end = strstr(p->in, "\r\n\r\n"))) {
		size_t used = (size_t)(end - p->in) + 4;

		*end = '\0';
		if (answer(p, p->in) < 0)
			return -1;
		memmove(p->in, p->in + used, p->n - used + 1);
		p->n -= used;
	}
	if (p->n == sizeof p->in - 1)
		p->n = 0;
	return 0;
}

static int
read_actions(struct peer *p)
{
	ssize_t n = recv(p->fd, p->in + p->n, sizeof p->in - 1 - p->n, 0);

	if (n <= 0)
		return -1;
	p->n += (size_t)n;
	return answer_all(p);
}

/* ---- events --------------------------------------------------------------------------------------- */

static unsigned long
due(const struct peer *p)
{
	double passed = (double)(onec_now_ns() - p->began_ns) / 1e9;
	unsigned long due = (unsigned long)(passed * (double)p->pace.rate);

	if (due > p->pace.count)
		due = p->pace.count;
	due -= p->sent < due ? p->sent : due;
	return due < BATCH_MOST ? due : BATCH_MOST;
}

static int
send_events(struct peer *p)
{
	static char batch[BATCH_MOST * EVENT_MAX];
	unsigned long n = due(p);
	char *end = batch;

	for (unsigned long i = 0; i < n; i++)
		end += snprintf(end, EVENT_MAX, ONEC_TICK "%0*lld%s", ONEC_DIGITS,
				(long long)onec_now_ns(), rest_of_event);
	p->sent += n;
	if (say(p->fd, batch, (size_t)(end - batch)) < 0)
		return -1;
	if (p->sent == p->pace.count && n)
		return say(p->fd, FINISH, strlen(FINISH));
	return 0;
}

static void
serve(struct peer *p)
{
	struct timespec batch = { 0, BATCH_NS };
	struct pollfd polled = { p->fd, POLLIN, 0 };
	int rc = say(p->fd, BANNER, strlen(BANNER));

	while (rc == 0) {
		bool sends = p->began_ns && p->sent < p->pace.count;

		if (sends)
			rc = send_events(p);
		if (rc == 0 && ppoll(&polled, 1, sends ? &batch : NULL, NULL) > 0)
			rc = read_actions(p);
	}
}

/* ---- its thread ----------------------------------------------------------------------------------- */

static struct onec_pace pace_of_all;
static int listening;

static void *
run(void *unused)
{
	static struct peer p;
	int on = 1;

	for (;;) {
		p = (struct peer){ .fd = accept(listening, NULL, NULL),
				   .pace = pace_of_all };
		if (p.fd < 0)
			return NULL;
		setsockopt(p.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		serve(&p);
		close(p.fd);
	}
}

int
onec_pbx_start(const struct onec_pace *pace)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	pthread_t thread;

	pace_of_all = *pace;
	listening = socket(AF_INET, SOCK_STREAM, 0);
	if (listening < 0 || bind(listening, (struct sockaddr *)&at, sizeof at) < 0 ||
	    listen(listening, 128) < 0 ||
	    getsockname(listening, (struct sockaddr *)&at, &n) < 0 ||
	    pthread_create(&thread, NULL, run, NULL) != 0) {
		perror("onec: pbx");
		exit(1);
	}
	pthread_detach(thread);
	return ntohs(at.sin_port);
}
