#include "tls_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

extern char **environ;

static void
note_line(struct tls_peer *p, const char *line)
{
	sscanf(line, "ca %255s", p->ca);
	sscanf(line, "other_ca %255s", p->other_ca);
	sscanf(line, "pin %127s", p->pin);
	sscanf(line, "right %d", &p->right);
	sscanf(line, "wrong_name %d", &p->wrong_name);
	sscanf(line, "expired %d", &p->expired);
	sscanf(line, "future %d", &p->future);
	sscanf(line, "own %d", &p->own);
}

static void
read_lines(struct tls_peer *p, int output)
{
	FILE *file = fdopen(output, "r");
	char line[512] = "";

	assert_non_null(file);
	while (strcmp(line, "ready\n") != 0 && fgets(line, sizeof line, file))
		note_line(p, line);
	fclose(file);
	assert_string_equal(line, "ready\n");
}

void
tls_peer_start(struct tls_peer *p, const struct server_options *options)
{
	const char *python = getenv("ZVON_PYTHON");
	int input[2], output[2];
	posix_spawn_file_actions_t actions;
	char port[16];
	char *argv[] = { (char *)(uintptr_t)(python ? python : "python3"),
			 (char *)(uintptr_t)TLS_PEER, port, NULL };

	p->server = server_start(options);
	snprintf(port, sizeof port, "%d", server_port(p->server));
	assert_return_code(pipe2(input, O_CLOEXEC), errno);
	assert_return_code(pipe2(output, O_CLOEXEC), errno);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input[0], 0);
	posix_spawn_file_actions_adddup2(&actions, output[1], 1);
	assert_int_equal(posix_spawnp(&p->pid, argv[0], &actions, NULL, argv, environ),
			 0);
	posix_spawn_file_actions_destroy(&actions);
	close(input[0]);
	close(output[1]);
	p->input = input[1];
	read_lines(p, output[0]);
}

void
tls_peer_stop(struct tls_peer *p)
{
	int status;

	close(p->input);
	waitpid(p->pid, &status, 0);
	server_stop(p->server);
}
