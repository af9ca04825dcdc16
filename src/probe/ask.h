/* ask.h - HTTP questions of a probe: GET, a few at once, waited for. */
#ifndef ZV_PROBE_ASK_H
#define ZV_PROBE_ASK_H

#include "ajam/explain.h"
#include "base/buf.h"
#include "client/url.h"
#include "io/fetch.h"

struct zv_probe_ask {
	const struct zv_url *url; /* borrowed */
	struct zv_fetch *fetch;
	bool tls;
	int64_t until_ms;
};

/* Zeroed = none yet. */
struct zv_probe_answer {
	struct zv_error err;	   /* code 0: something came back */
	enum zv_fault fault;	   /* what err is */
	struct zv_buf bytes, body; /* the head; of the body ZV_AJAM_BODY_START bytes */
	struct zv_http_head head;  /* views into `bytes` */
	int ms;
};

/* The server of that URL, with or without TLS; `trusting`: whatever its certificate is.
 * Every question ends by until_ms. false: out of memory. */
bool zv_probe_ask_open(struct zv_probe_ask *a, const struct zv_url *url,
		       const struct zv_dial_options *how, bool tls, bool trusting,
		       int64_t until_ms);
void zv_probe_ask_close(struct zv_probe_ask *a);

/* Asks for these paths at once, at most ZV_FETCH_MAX_EXCHANGES; what the answers held is
 * freed first. */
void zv_probe_ask(struct zv_probe_ask *a, const char *const *targets, size_t n,
		  struct zv_probe_answer *answers);
void zv_probe_answer_deinit(struct zv_probe_answer *answer);

/* The first of those fields, or the empty view. */
struct zv_str zv_probe_answer_field(const struct zv_probe_answer *answer,
				    const char *name);

/* What the answer means where `path` was asked for in that encoding; NONE also for the
 * question of a digest. */
enum zv_ajam_cause zv_probe_answer_judge(const struct zv_probe_ask *a,
					 const struct zv_probe_answer *answer,
					 const char *path,
					 enum zv_ajam_encoding encoding,
					 struct zv_ajam_reason *reason);

#endif
