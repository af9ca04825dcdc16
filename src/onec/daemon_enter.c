/* Before it is a WebSocket: signing in, the handshake, and what HTTP answers to them. */
#include "base/str.h"
#include "json/reader.h"
#include "onec/daemon_session_impl.h"

static void
write_login(struct zv_daemon_session *s)
{
	struct zv_buf body = { .secret = true };

	zv_daemon_write_login(&s->out, &body, s);
	s->phase = ZV_PHASE_SIGNING_IN;
	if (zv_buf_failed(&body) || zv_buf_failed(&s->out))
		zv_daemon_lack_memory(s);
	zv_buf_deinit(&body);
}

static void
write_upgrade(struct zv_daemon_session *s)
{
	for (size_t i = 0; i < sizeof s->key; i += sizeof(uint64_t)) {
		uint64_t chance = s->random();

		memcpy(s->key + i, &chance, sizeof chance);
	}
	zv_ws_ask(&s->out, zvon_str(s->url.place), zvon_str(s->url.target),
		  ZV_STR(ZV_DAEMON_PROTOCOL), zv_buf_str(&s->token), s->key, false);
	s->phase = ZV_PHASE_UPGRADING;
	if (zv_buf_failed(&s->out))
		zv_daemon_lack_memory(s);
}

void
zv_daemon_enter(struct zv_daemon_session *s)
{
	if (s->token.n)
		write_upgrade(s);
	else
		write_login(s);
}

static enum zv_daemon_word
word_of_fault(enum zv_daemon_answer_fault fault)
{
	static const enum zv_daemon_word of_fault[] = {
		[ZV_ANSWER_FINE] = ZV_SAY_BAD_HTTP,
		[ZV_ANSWER_NOT_HTTP] = ZV_SAY_NOT_HTTP,
		[ZV_ANSWER_AMI] = ZV_SAY_IS_AMI,
		[ZV_ANSWER_TLS] = ZV_SAY_IS_TLS,
		[ZV_ANSWER_BAD] = ZV_SAY_BAD_HTTP,
	};

	return of_fault[fault];
}

/* What zvond says of a refusal: {"error":{"message":…,"retry_ms":…}}. */
static struct zv_str
read_refusal(const json_t *body, int *retry_ms)
{
	const json_t *error = json_object_get(body, "error");
	json_int_t ms = json_integer_value(json_object_get(error, "retry_ms"));

	*retry_ms = ms < 0 ? 0 : ms > 3600000 ? 3600000 : (int)ms;
	return zv_json_text(error, "message");
}

static struct zv_str
answer_field(const struct zv_daemon_session *s, const char *name)
{
	struct zv_str value = { NULL, 0 };

	zv_http_head_find(&s->answer.head, zvon_str(name), NULL, &value);
	return value;
}

void
zv_daemon_be_refused(struct zv_daemon_session *s)
{
	struct zv_daemon_status status = zv_daemon_status_of(
		s->answer.head.status, s->phase == ZV_PHASE_SIGNING_IN);
	json_t *body = zv_json_read(zv_buf_str(&s->answer.body), NULL);
	int retry_ms = 0;
	struct zv_str quote = read_refusal(body, &retry_ms);

	if (status.word == ZV_SAY_REDIRECT)
		quote = answer_field(s, "Location");
	else if (!quote.n && status.word == ZV_SAY_NO_UPGRADE)
		quote = s->answer.head.reason;
	zv_daemon_lose_with(s, status.code, status.word, quote, status.is_refusal,
			    retry_ms);
	json_decref(body);
}

bool
zv_daemon_session_take_token(struct zv_daemon_session *s, struct zv_str text)
{
	json_t *body = zv_json_read(text, NULL);
	struct zv_str token = zv_json_text(body, "token");

	zv_buf_clear(&s->token);
	s->token.secret = true;
	if (zv_daemon_is_token(token))
		zv_buf_add(&s->token, token);
	json_decref(body);
	return s->token.n > 0;
}

static void
take_token(struct zv_daemon_session *s)
{
	bool keeps = zv_daemon_answer_keeps(&s->answer);

	zv_daemon_session_take_token(s, zv_buf_str(&s->answer.body));
	zv_daemon_answer_deinit(&s->answer);
	if (zv_buf_failed(&s->token)) {
		zv_daemon_lack_memory(s);
	} else if (!s->token.n) {
		zv_daemon_lose_with(s, ZV_EPROTO, ZV_SAY_LOGIN_ANSWER, ZV_STR(""), true,
				    0);
	} else if (keeps) {
		s->token_is_fresh = true;
		write_upgrade(s);
	} else {
		zv_daemon_link_again(s);
	}
}

/* A session token ends after hours, or with the daemon; the password gives another. */
static bool
sign_in_again(struct zv_daemon_session *s)
{
	if (s->answer.head.status != 401 || !s->user.n || s->token_is_fresh)
		return false;
	zv_buf_clear(&s->token);
	zv_daemon_link_again(s);
	return true;
}

static void
check_upgrade(struct zv_daemon_session *s)
{
	struct zv_error why = { 0 };
	bool deflate = false;

	if (s->answer.head.status != 101) {
		if (!sign_in_again(s))
			zv_daemon_be_refused(s);
		return;
	}
	if (zv_ws_check_answer(&s->answer.head, s->key, ZV_STR(ZV_DAEMON_PROTOCOL),
			       &deflate, &why) < 0) {
		zv_daemon_lose_with(s, why.code, ZV_SAY_BAD_UPGRADE, zvon_str(why.text),
				    true, 0);
		return;
	}
	zv_daemon_answer_deinit(&s->answer);
	s->phase = ZV_PHASE_GREETING;
}

void
zv_daemon_take_answer(struct zv_daemon_session *s, struct zv_str *bytes)
{
	struct zv_error why = { 0 };
	int rc = zv_daemon_answer_feed(&s->answer, bytes, &why);

	if (rc == ZV_ENOMEM)
		zv_daemon_lack_memory(s);
	else if (rc < 0)
		zv_daemon_lose_with(s, ZV_EPROTO, word_of_fault(s->answer.fault),
				    s->answer.fault == ZV_ANSWER_BAD
					    ? zvon_str(why.text)
					    : ZV_STR(""),
				    true, 0);
	else if (rc > 0 && s->phase == ZV_PHASE_UPGRADING)
		check_upgrade(s);
	else if (rc > 0 && s->answer.head.status == 200)
		take_token(s);
	else if (rc > 0)
		zv_daemon_be_refused(s);
}
