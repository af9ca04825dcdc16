#include "probe/ask.h"

#include "io/clock.h"
#include "io/wait.h"

#define LEAST_MS 200 /* for a question when the time is nearly over */

static int
time_left_ms(const struct zv_probe_ask *a)
{
	int64_t left = a->until_ms - zv_clock_ms();

	return left > LEAST_MS ? (int)left : LEAST_MS;
}

bool
zv_probe_ask_open(struct zv_probe_ask *a, const struct zv_url *url,
		  const struct zv_dial_options *how, bool tls, bool trusting,
		  int64_t until_ms)
{
	struct zv_dial_options options = *how;

	*a = (struct zv_probe_ask){ url, zv_fetch_new(), tls, until_ms };
	options.host = url->host;
	options.port = url->port;
	options.tls = tls;
	options.insecure |= trusting;
	options.connect_timeout_ms = time_left_ms(a);
	if (trusting)
		options.ca_file = options.pin = NULL;
	if (a->fetch && zv_fetch_open(a->fetch, &options, NULL) == 0)
		return true;
	zv_probe_ask_close(a);
	return false;
}

void
zv_probe_ask_close(struct zv_probe_ask *a)
{
	zv_fetch_free(a->fetch);
	a->fetch = NULL;
}

void
zv_probe_answer_deinit(struct zv_probe_answer *answer)
{
	zv_buf_deinit(&answer->bytes);
	zv_buf_deinit(&answer->body);
	*answer = (struct zv_probe_answer){ 0 };
}

/* ---- asking -------------------------------------------------------------------- */

/* Enough is known, or there is no more. */
static void
end(struct zv_probe_answer *answer, int64_t start_ms)
{
	answer->ms = (int)(zv_clock_ms() - start_ms);
	if (!answer->err.code)
		zv_http_head_parse(&answer->head, zv_buf_str(&answer->bytes),
				   &answer->err);
}

/* true: that was the end of it. */
static bool
take(struct zv_probe_ask *a, const struct zv_fetch_news *news,
     struct zv_probe_answer *answer)
{
	size_t room = ZV_AJAM_BODY_START - answer->body.n;

	if (news->kind == ZV_FETCH_HEAD)
		zv_buf_add(&answer->bytes, news->bytes);
	if (news->kind == ZV_FETCH_BODY)
		zv_buf_add(&answer->body,
			   (struct zv_str){ news->bytes.p, news->bytes.n < room
								   ? news->bytes.n
								   : room });
	if (news->kind == ZV_FETCH_END) {
		answer->err = news->err;
		answer->fault = news->fault;
	} else if (answer->body.n < ZV_AJAM_BODY_START) {
		return false;
	}
	if (news->kind == ZV_FETCH_BODY)
		zv_fetch_cancel(a->fetch, news->id);
	return true;
}

static size_t
start(struct zv_probe_ask *a, const char *const *targets, size_t n,
      struct zv_probe_answer *answers)
{
	size_t running = 0;

	for (size_t i = 0; i < n; i++) {
		const struct zv_fetch_request request = {
			.id = (int)i,
			.target = zvon_str(targets[i]),
			.timeout_ms = time_left_ms(a),
		};

		zv_probe_answer_deinit(&answers[i]);
		running += zv_fetch_start(a->fetch, &request, &answers[i].err) == 0;
	}
	return running;
}

void
zv_probe_ask(struct zv_probe_ask *a, const char *const *targets, size_t n,
	     struct zv_probe_answer *answers)
{
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
	int64_t start_ms = zv_clock_ms();
	size_t running = start(a, targets, n, answers);
	struct zv_fetch_news news;

	while (running) {
		zv_wait(fds, zv_fetch_descriptors(a->fetch, fds, ZV_MAX_DESCRIPTORS),
			zv_fetch_timeout(a->fetch));
		zv_fetch_process(a->fetch);
		while (zv_fetch_next(a->fetch, &news)) {
			if (!take(a, &news, &answers[news.id]))
				continue;
			end(&answers[news.id], start_ms);
			running--;
		}
	}
}

/* ---- what came ----------------------------------------------------------------- */

struct zv_str
zv_probe_answer_field(const struct zv_probe_answer *answer, const char *name)
{
	struct zv_str value = { NULL, 0 };

	if (!answer->err.code)
		zv_http_head_find(&answer->head, zvon_str(name), NULL, &value);
	return value;
}

enum zv_ajam_cause
zv_probe_answer_judge(const struct zv_probe_ask *a,
		      const struct zv_probe_answer *answer, const char *path,
		      enum zv_ajam_encoding encoding, struct zv_ajam_reason *reason)
{
	const struct zv_ajam_answer told = {
		.head = &answer->head,
		.body_start = zv_buf_str(&answer->body),
		.tls = a->tls,
		.expected = encoding,
		.path = path,
	};

	zv_ajam_explain(&told, reason, NULL);
	/* nothing was answered yet to the question of a digest */
	return reason->cause == ZV_AJAM_CAUSE_SECRET ? ZV_AJAM_CAUSE_NONE
						     : reason->cause;
}
