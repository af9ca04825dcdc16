/* link_raw.h - a stream to host:port as it is, for scripts that speak AMI, or HTTP,
 * themselves: no login of ours, no reconnect. Always read; bytes out unchanged. */
#ifndef ZV_ONEC_LINK_RAW_H
#define ZV_ONEC_LINK_RAW_H

#include "onec/ask.h"
#include "onec/link.h"

#define ZV_RAW_OUT_MAX ((size_t)1024 * 1024) /* bytes that the peer has not taken */

/* Texts are copied. */
struct zv_link_raw_options {
	const char *host; /* name or address, IPv6 without brackets */
	int port;
	bool tls;
	int connect_timeout_ms;
};

/* Packets and texts are borrowed for the call. */
struct zv_link_raw_handlers {
	void (*on_up)(void *user);
	void (*on_packet)(void *user, const struct zv_packet *packet);
	void (*on_answer)(void *user,
			  struct zv_str text); /* of an HTTP server: whole */
	/* Lost, closed by the peer (ZV_ECLOSED), broken, or never up: the last call. The
	 * owner drops the link (zv_component_set_link), here or later. */
	void (*on_down)(void *user, bool was_up, const struct zv_error *why);
};

/* Begins to connect. ask: answered when it is up or has failed, ZV_ECLOSED if it is closed
 * before; NULL: nobody asks. NULL: out of memory, *err says so, ask is as it was. */
struct zv_link *zv_link_raw_new(const struct zv_link_raw_options *options,
				struct zv_ask *ask,
				const struct zv_link_raw_handlers *handlers, void *user,
				struct zv_error *err);

/* 0; ZV_ECLOSED: not up; ZV_EBUSY: more than ZV_RAW_OUT_MAX would wait; ZV_ENOMEM. A text
 * is sent whole or not at all. */
int zv_link_raw_send(struct zv_link *l, struct zv_str bytes, struct zv_error *err);

#endif
