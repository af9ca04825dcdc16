/* fan_pbx.h - an Asterisk of the fan-out loader: one client logs in and gets empty lists, then
 * events that carry marks (fan_wire.h), or the bytes of a file. What goes wrong ends the
 * program. */
#ifndef BENCH_FAN_PBX_H
#define BENCH_FAN_PBX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FAN_FIRST_LINE 2000 /* of the lines that events are about */

struct fan_pbx {
	int listener, fd;
	char in[65536];
	size_t n_in;
	char *out; /* not taken by the socket */
	size_t n_out, cap_out;
	int file; /* streamed behind `out`; -1: none */
	off_t at, size;
	uint64_t bytes_s, begun_ns;
};

/* Listens; its port. */
int fan_pbx_open(struct fan_pbx *p);
/* Until the client is logged in and has asked for all that it asks for then. */
void fan_pbx_wait(struct fan_pbx *p);

/* One event about a member of a queue; a message of it has about FAN_PAYLOAD bytes. */
void fan_pbx_mark(struct fan_pbx *p, int line, uint32_t number);

/* bytes_s: so fast; 0: as fast as it is read. */
void fan_pbx_stream(struct fan_pbx *p, const char *path, uint64_t bytes_s);

/* Something is to be written. */
bool fan_pbx_is_behind(const struct fan_pbx *p);

/* Reads and writes what can be; never waits. */
void fan_pbx_turn(struct fan_pbx *p);

#endif
