/* What comes once it is a WebSocket, up to a whole message. */
#include "onec/daemon_session_impl.h"

static void
on_close(struct zv_daemon_session *s, int code, struct zv_str reason)
{
	static const struct {
		int code, err;
		enum zv_daemon_word word;
		bool is_refusal;
	} ends[] = {
		{ 1001, ZV_ECLOSED, ZV_SAY_LEAVING, false },
		{ 1008, ZV_EAUTH, ZV_SAY_ENDED, true },
		{ 1012, ZV_ECLOSED, ZV_SAY_LEAVING, false },
		{ 1013, ZV_ECLOSED, ZV_SAY_BEHIND, false },
	};
	size_t i = 0, n = sizeof ends / sizeof *ends;

	zv_daemon_session_say_close(s, code, ZV_STR(""));
	/* a token that a password gave may be over meanwhile */
	if (code == 1008 && s->user.n)
		zv_buf_clear(&s->token);
	while (i < n && ends[i].code != code)
		i++;
	if (i < n)
		zv_daemon_lose_with(s, ends[i].err, ends[i].word, reason,
				    ends[i].is_refusal, 0);
	else
		zv_daemon_lose_with(s, ZV_ECLOSED, ZV_SAY_CLOSED, reason, false, 0);
}

static void
on_frame(struct zv_daemon_session *s, const struct zv_ws_message *m)
{
	switch (m->op) {
	case ZV_WS_TEXT:
		zv_daemon_take_text(s, m->payload);
		break;
	case ZV_WS_PING:
		/* what does not read gets no answers; its own time ends it */
		if (s->out.n < ZV_DAEMON_UNREAD_BYTES &&
		    zv_daemon_session_frame(s, ZV_WS_PONG, m->payload) < 0)
			zv_daemon_lack_memory(s);
		break;
	case ZV_WS_CLOSE:
		on_close(s, m->close_code, m->payload);
		break;
	case ZV_WS_BINARY:
		zv_daemon_lose_with(s, ZV_EPROTO, ZV_SAY_BAD_MESSAGE, ZV_STR("binary"),
				    false, 0);
		break;
	case ZV_WS_PONG:
		break;
	}
}

void
zv_daemon_take_frames(struct zv_daemon_session *s, struct zv_str *bytes)
{
	struct zv_ws_message m;
	const char *why = "";
	int code = 1002, rc;

	rc = zv_ws_reader_next(&s->reader, bytes, &m, &code, &why);
	if (rc > 0) {
		on_frame(s, &m);
	} else if (rc < 0) {
		zv_daemon_session_say_close(s, code, zvon_str(why));
		zv_daemon_lose_with(s, rc,
				    code == 1009 ? ZV_SAY_TOO_LARGE : ZV_SAY_BAD_FRAME,
				    zvon_str(why), false, 0);
	}
}
