/* serve - the least server for a client's speed: loopback, any login (plain or MD5),
 * then the file as fast as the client reads, then `Event: BenchEnd`.
 * usage: serve FILE [TIMES]
 * Prints its port. One client at a time; ends when its standard input does. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

static const char banner[] = "Asterisk Call Manager/7.0.3\r\n";
static const char booted[] = "Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n";
static const char finish[] = "Event: BenchEnd\r\nPrivilege: system,all\r\n\r\n";

static int
say(int fd, const char *text, size_t n)
{
	return write(fd, text, n) == (ssize_t)n ? 0 : -1;
}

/* Copies the value of the client's ActionID line, if there is one. */
static void
action_id(const char *packet, char *out, size_t room)
{
	const char *line = strstr(packet, "ActionID: ");
	size_t n = line ? strcspn(line + 10, "\r\n") : 0;

	if (n >= room)
		n = room - 1;
	memcpy(out, line ? line + 10 : "", n);
	out[n] = '\0';
}

/* 1 when the client is logged in. */
static int
answer(int fd, const char *packet)
{
	const char *text = strstr(packet, "Action: Challenge") ? "Challenge: 123456789"
							       : "Message: OK";
	int login = strstr(packet, "Action: Login") != NULL;
	char id[128], reply[256];
	int n;

	action_id(packet, id, sizeof id);
	n = snprintf(reply, sizeof reply,
		     "Response: Success\r\nActionID: %s\r\n%s\r\n\r\n", id, text);
	if (say(fd, reply, (size_t)n) < 0)
		return -1;
	if (login)
		say(fd, booted, sizeof booted - 1);
	return login;
}

static int
log_in(int fd)
{
	char packet[4096];
	size_t have = 0;

	if (say(fd, banner, sizeof banner - 1) < 0)
		return -1;
	for (;;) {
		ssize_t n = read(fd, packet + have, sizeof packet - 1 - have);
		char *end;
		int rc;

		if (n <= 0)
			return -1;
		have += (size_t)n;
		packet[have] = '\0';
		end = strstr(packet, "\r\n\r\n");
		if (!end)
			continue;
		rc = answer(fd, packet);
		if (rc != 0)
			return rc;
		have -= (size_t)(end + 4 - packet);
		memmove(packet, end + 4, have + 1);
	}
}

static void
send_file(int fd, int file, off_t size)
{
	off_t at = 0;

	while (at < size)
		if (sendfile(fd, file, &at, 1 << 20) <= 0)
			return;
}

/* Until the client closes: its actions are not read, the kernel keeps them. */
static void
wait_close(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof bytes) > 0)
		;
}

static int
listen_on_loopback(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, 8) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) < 0) {
		perror("serve");
		exit(1);
	}
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	int file = argc > 1 ? open(argv[1], O_RDONLY) : -1;
	int times = argc > 2 ? atoi(argv[2]) : 1, listener;
	off_t size = file < 0 ? -1 : lseek(file, 0, SEEK_END);

	if (size <= 0) {
		fprintf(stderr, "usage: serve FILE [TIMES]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	listener = listen_on_loopback();
	for (;;) {
		struct pollfd wait[2] = { { listener, POLLIN, 0 }, { 0, POLLIN, 0 } };
		int fd;

		poll(wait, 2, -1);
		if (wait[1].revents)
			return 0;
		fd = accept(listener, NULL, NULL);
		if (fd >= 0 && log_in(fd) == 1) {
			for (int i = 0; i < times; i++)
				send_file(fd, file, size);
			say(fd, finish, sizeof finish - 1);
			wait_close(fd);
		}
		if (fd >= 0)
			close(fd);
	}
}
