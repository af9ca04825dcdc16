#include "fetch_rig.h"

#include <stdlib.h>
#include <string.h>

#include "io/wait.h"

struct fetch_rig *
fetch_rig_new(int port)
{
	struct fetch_rig *r = calloc(1, sizeof *r);

	assert_non_null(r);
	r->options = (struct zv_dial_options){
		.host = "127.0.0.1",
		.port = port,
		.connect_timeout_ms = 4500,
	};
	r->fetch = zv_fetch_new();
	assert_non_null(r->fetch);
	return r;
}

void
fetch_rig_open(struct fetch_rig *r)
{
	struct zv_error err = { 0 };

	assert_int_equal(zv_fetch_open(r->fetch, &r->options, &err), 0);
}

static void
forget(struct taken *t)
{
	zv_buf_deinit(&t->head);
	zv_buf_deinit(&t->body);
	*t = (struct taken){ 0 };
}

void
fetch_rig_free(struct fetch_rig *r)
{
	zv_fetch_free(r->fetch);
	for (size_t i = 0; i < N_OF(r->taken); i++)
		forget(&r->taken[i]);
	free(r);
}

void
fetch_rig_start(struct fetch_rig *r, int id, const char *target, const char *body,
		int timeout_ms)
{
	struct zv_error err = { 0 };
	const struct zv_fetch_request request = {
		.id = id,
		.is_post = body != NULL,
		.target = zvon_str(target),
		.fields = ZV_STR("Cookie: " SECRET "\r\nX-Other: 1\r\n"),
		.body = zvon_str(body),
		.timeout_ms = timeout_ms,
	};

	forget(&r->taken[id]);
	if (zv_fetch_start(r->fetch, &request, &err) != 0)
		fail_msg("%s: %s", target, err.text);
}

static void
take(struct fetch_rig *r, const struct zv_fetch_news *news)
{
	struct taken *t = &r->taken[news->id];

	assert_int_equal(t->ends, 0);
	switch (news->kind) {
	case ZV_FETCH_HEAD:
		assert_int_equal(t->body.n, 0);
		assert_int_equal(t->heads++, 0);
		zv_buf_add(&t->head, news->bytes);
		break;
	case ZV_FETCH_BODY:
		assert_int_equal(t->heads, 1);
		assert_in_range(news->bytes.n, 1, ZV_FETCH_READ_BYTES);
		zv_buf_add(&t->body, news->bytes);
		break;
	case ZV_FETCH_END:
		assert_true(t->heads == 1 || news->err.code);
		t->ends++;
		t->err = news->err;
		t->fault = news->fault;
		r->n_ended++;
		break;
	}
}

bool
fetch_rig_until(struct fetch_rig *r, int n, int ms)
{
	int64_t end = now_ms() + ms, left;
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
	struct zv_fetch_news news;

	r->n_ended = 0;
	for (;;) {
		int wait_ms;

		zv_fetch_process(r->fetch);
		r->turns++;
		while (!r->takes_nothing && zv_fetch_next(r->fetch, &news))
			take(r, &news);
		left = end - now_ms();
		if ((n && r->n_ended >= n) || left <= 0)
			return n && r->n_ended >= n;
		wait_ms = zv_fetch_timeout(r->fetch);
		if (wait_ms < 0 || wait_ms > left)
			wait_ms = (int)left;
		zv_wait(fds, zv_fetch_descriptors(r->fetch, fds, N_OF(fds)), wait_ms);
	}
}

struct taken *
fetch_rig_run(struct fetch_rig *r, const char *target, const char *body, int code)
{
	struct taken *t = &r->taken[0];

	fetch_rig_start(r, 0, target, body, 0);
	if (!fetch_rig_until(r, 1, 20000))
		fail_msg("%s: no end", target);
	if (t->err.code != code)
		fail_msg("%s: %d %s", target, t->err.code, t->err.text);
	return t;
}

void
check_words(const char *row, const struct taken *taken, const char *words)
{
	const char *text = taken->err.text;

	if (!strstr(text, words))
		fail_msg("%s: '%s', wanted '%s'", row, text, words);
	if (strstr(text, "s3cret") || strstr(text, "query"))
		fail_msg("%s: a secret in '%s'", row, text);
}
