/* What a session writes: the login, and frames under a mask of chance. */
#include "json/writer.h"
#include "onec/daemon_session_impl.h"

void
zv_daemon_session_write_password(const struct zv_daemon_session *s, struct zv_buf *body)
{
	struct zv_json j = { .out = body };

	zv_json_begin_object(&j);
	zv_json_member(&j, "user", zv_buf_str(&s->user));
	zv_json_member(&j, "password", zv_buf_str(&s->secret));
	zv_json_end_object(&j);
}

void
zv_daemon_write_login(struct zv_buf *out, struct zv_buf *body,
		      const struct zv_daemon_session *s)
{
	zv_daemon_session_write_password(s, body);
	zv_buf_printf(out,
		      "POST %s HTTP/1.1\r\nHost: %s\r\n"
		      "Content-Type: application/json\r\nAccept: application/json\r\n"
		      "Content-Length: %zu\r\n\r\n",
		      s->url.login, s->url.place, body->n);
	zv_buf_add(out, zv_buf_str(body));
}

/* RFC 6455, 5.3: nobody must be able to guess the next mask. */
static void
make_mask(const struct zv_daemon_session *s, unsigned char mask[4])
{
	uint64_t chance = s->random();

	for (int i = 0; i < 4; i++)
		mask[i] = (unsigned char)(chance >> 8 * i);
}

int
zv_daemon_session_frame(struct zv_daemon_session *s, enum zv_ws_op op,
			struct zv_str payload)
{
	unsigned char mask[4];

	make_mask(s, mask);
	zv_ws_write(&s->out, op, payload, false, mask);
	return zv_buf_failed(&s->out) ? ZV_ENOMEM : 0;
}

void
zv_daemon_session_say_close(struct zv_daemon_session *s, int code, struct zv_str reason)
{
	unsigned char mask[4];

	make_mask(s, mask);
	zv_ws_write_close(&s->out, code, reason, mask);
}
