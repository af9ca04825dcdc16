/* message.h - one text for many: encoded once, counted by those who wait to send it, and
 * kept by the replay ring. One thread. */
#ifndef ZV_HUB_MESSAGE_H
#define ZV_HUB_MESSAGE_H

#include <stdint.h>

#include "zvon/str.h"

/* What a transport has made of it, kept with it so that it is made once: a deflated
 * WebSocket frame, an event of a stream. The hub knows only the text. */
enum zv_message_form {
	ZV_FORM_DEFLATED,
	ZV_FORM_STREAM,
	ZV_FORMS,
};

/* Bytes right before the text that are the transport's: the head of a plain frame. */
#define ZV_MESSAGE_HEAD 10

struct zv_message {
	unsigned refs;
	uint64_t seq; /* of an event; 0: an answer to one session */
	struct zv_str text;
	struct zv_str form[ZV_FORMS]; /* p NULL: not made yet; zv_malloc'd */
};

/* Copies the text, in the same block with room for a head. refs is 1. NULL: out of memory. */
struct zv_message *zv_message_new(struct zv_str text, uint64_t seq);

static inline struct zv_message *
zv_message_ref(struct zv_message *m)
{
	m->refs++;
	return m;
}

/* Where the text begins, and what is before it ends. */
static inline char *
zv_message_bytes(struct zv_message *m)
{
	return (char *)(m + 1) + ZV_MESSAGE_HEAD;
}

void zv_message_unref(struct zv_message *m); /* NULL is fine */

#endif
