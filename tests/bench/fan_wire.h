/* fan_wire.h - as much of WebSocket as the fan-out programs need: the upgrade, text frames
 * below 64 KiB, and marks in the messages by which a delivery is known. */
#ifndef BENCH_FAN_WIRE_H
#define BENCH_FAN_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAN_PAYLOAD   500
#define FAN_MAX_FRAME (65535 + 16)

/* "@TS=" 20 digits of time, 8 of number. */
#define FAN_MARK       "@TS="
#define FAN_MARK_BYTES 32

uint64_t fan_now_ns(void);

/* The answer to an upgrade; 0: the head is not one. */
size_t fan_answer(const char *head, char *out, size_t max);

/* A text frame; masked with the key 0, as a client's must be. */
size_t fan_frame(char *out, const char *text, size_t n, bool masked);

/* The first frame in p: its bytes, 0 when it is not whole. It is unmasked in place. */
size_t fan_unframe(char *p, size_t n, char **text, size_t *text_n);

/* A message of FAN_PAYLOAD bytes with the time and its number. */
void fan_message(char out[FAN_PAYLOAD], uint32_t number);

#endif
