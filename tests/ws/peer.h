/* peer.h - one side of a WebSocket over a blocking socket, for the tests. */
#ifndef TEST_WS_PEER_H
#define TEST_WS_PEER_H

#include "base/str.h"
#include "base/buf.h"
#include "ws/frame.h"

struct peer {
	int fd;
	enum zv_ws_role role;
	bool deflates;
	struct zv_ws_reader reader;
	char bytes[65536];
	struct zv_str rest; /* of them, not read yet */
	uint32_t chance;
	size_t pieces; /* writes of at most that many bytes; 0: whole */
};

/* What cannot be said to a peer ends the program with this line. */
void give_up(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* The next bytes of the connection; false: it has ended. */
bool peer_fill(struct peer *p);
void peer_send(struct peer *p, const struct zv_buf *bytes);
void peer_send_message(struct peer *p, enum zv_ws_op op, struct zv_str payload);
void peer_send_close(struct peer *p, int code, struct zv_str reason);

/* The next message: 1; 0: the connection has ended; < 0: the peer broke a rule, and was
 * told so with *close_code. */
int peer_next(struct peer *p, struct zv_ws_message *m, int *close_code);

uint32_t peer_chance(struct peer *p, uint32_t below);

#endif
