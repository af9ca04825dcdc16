/* TLS: who is trusted, what is said when somebody is not, and the same life as without. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

extern char **environ;

/* tests/lib/tls_peer.py in front of a server. */
struct peer {
	struct server *server;
	pid_t pid;
	int input; /* its end ends the peer */
	char ca[256], other_ca[256], pin[128];
	int right, wrong_name; /* ports */
};

static void
note_line(struct peer *p, const char *line)
{
	sscanf(line, "ca %255s", p->ca);
	sscanf(line, "other_ca %255s", p->other_ca);
	sscanf(line, "pin %127s", p->pin);
	sscanf(line, "right %d", &p->right);
	sscanf(line, "wrong_name %d", &p->wrong_name);
}

static void
read_lines(struct peer *p, int output)
{
	FILE *file = fdopen(output, "r");
	char line[512] = "";

	assert_non_null(file);
	while (strcmp(line, "ready\n") != 0 && fgets(line, sizeof line, file))
		note_line(p, line);
	fclose(file);
	assert_string_equal(line, "ready\n");
}

static int
start_peer(void **state)
{
	static struct peer p;
	const char *python = getenv("ZVON_PYTHON");
	int input[2], output[2];
	posix_spawn_file_actions_t actions;
	char port[16];
	char *argv[] = { (char *)(uintptr_t)(python ? python : "python3"),
			 (char *)(uintptr_t)TLS_PEER, port, NULL };

	p.server = server_start(NULL);
	snprintf(port, sizeof port, "%d", server_port(p.server));
	assert_return_code(pipe2(input, O_CLOEXEC), errno);
	assert_return_code(pipe2(output, O_CLOEXEC), errno);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input[0], 0);
	posix_spawn_file_actions_adddup2(&actions, output[1], 1);
	assert_int_equal(posix_spawnp(&p.pid, argv[0], &actions, NULL, argv, environ),
			 0);
	posix_spawn_file_actions_destroy(&actions);
	close(input[0]);
	close(output[1]);
	p.input = input[1];
	read_lines(&p, output[0]);
	*state = &p;
	return 0;
}

static int
stop_peer(void **state)
{
	struct peer *p = *state;
	int status;

	close(p->input);
	waitpid(p->pid, &status, 0);
	server_stop(p->server);
	return 0;
}

static struct peer *
peer_of(void **state)
{
	struct peer **p = *state;

	return *p;
}
