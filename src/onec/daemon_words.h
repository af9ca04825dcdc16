/* daemon_words.h - what a connection to zvond says when something is wrong: what, where and
 * what to do, in English and Russian. */
#ifndef ZV_ONEC_DAEMON_WORDS_H
#define ZV_ONEC_DAEMON_WORDS_H

#include <stdbool.h>

#include "zvon/error.h"
#include "zvon/str.h"

enum zv_daemon_word {
	ZV_SAY_URL_SCHEME,
	ZV_SAY_URL_HOST,
	ZV_SAY_URL_PATH,
	ZV_SAY_NO_TOKEN,
	ZV_SAY_TOKEN_CHARS,
	ZV_SAY_SUBSCRIPTION,

	/* before it is a WebSocket */
	ZV_SAY_NO_LINK,
	ZV_SAY_NO_TLS,
	ZV_SAY_SILENT_PORT,
	ZV_SAY_NOT_HTTP,
	ZV_SAY_IS_AMI,
	ZV_SAY_IS_TLS,
	ZV_SAY_BAD_HTTP,
	ZV_SAY_LOGIN_REFUSED,
	ZV_SAY_LOGIN_ANSWER,
	ZV_SAY_TOKEN_REFUSED,
	ZV_SAY_FORBIDDEN,
	ZV_SAY_NOT_FOUND,
	ZV_SAY_WRONG_HOST,
	ZV_SAY_LIMIT,
	ZV_SAY_BUSY,
	ZV_SAY_GATEWAY,
	ZV_SAY_REDIRECT,
	ZV_SAY_NO_UPGRADE,
	ZV_SAY_BAD_UPGRADE,
	ZV_SAY_NO_EVENTS,

	/* afterwards */
	ZV_SAY_SILENT,
	ZV_SAY_ENDED,	/* 1008 */
	ZV_SAY_BEHIND,	/* 1013 */
	ZV_SAY_LEAVING, /* 1001 */
	ZV_SAY_CLOSED,
	ZV_SAY_BAD_FRAME,
	ZV_SAY_TOO_LARGE,
	ZV_SAY_BAD_MESSAGE,
	ZV_SAY_OTHER_PROTOCOL,

	/* of what is to be sent */
	ZV_SAY_NOT_READY,
	ZV_SAY_LONG_COMMAND,
	ZV_SAY_UNREAD,
	ZV_SAY_NOT_TEXT,
	ZV_N_DAEMON_WORDS,
};

const char *zv_daemon_text(enum zv_daemon_word word, bool russian);
/* Fills *err as zv_fail does and returns code. */
int zv_daemon_say(struct zv_error *err, int code, bool russian,
		  enum zv_daemon_word word);
/* "place: sentence (quote)"; an empty quote is left out. What is quoted is the server's: it
 * is cut, so that the sentence stays whole. */
int zv_daemon_tell(struct zv_error *err, int code, bool russian, const char *place,
		   enum zv_daemon_word word, struct zv_str quote);

/* What an HTTP status means that is not the one hoped for. */
struct zv_daemon_status {
	enum zv_daemon_word word;
	int code;
	bool is_refusal; /* trying again soon is of no use */
};
struct zv_daemon_status zv_daemon_status_of(int status, bool at_login);

#endif
