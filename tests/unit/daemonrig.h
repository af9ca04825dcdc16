/* daemonrig.h - a session of src/onec with zvond, and a zvond played by hand. No sockets:
 * what each side wrote is read here. */
#ifndef UNIT_DAEMONRIG_H
#define UNIT_DAEMONRIG_H

#include <string.h>

#include "onec/daemon_session.h"
#include "ws/frame.h"

struct daemonrig {
	struct zv_daemon_session *s;
	int64_t now_ms;
	struct zv_buf told; /* by the handlers: `connecting ready {…} down:EAUTH` … */
	struct zv_error why;	    /* of the last DOWN */
	int retry_ms;		    /* of the last DOWN */
	struct zv_buf request;	    /* the last HTTP request that was taken */
	struct zv_ws_reader reader; /* of the client's frames */
	struct zv_buf frames;	    /* as text: `text:{…} ping: close:1000:` */
	uint64_t chance;
	size_t piece; /* bytes given to the session at once; 0: all */
	bool stops;   /* a handler stops the session at the next message */
	bool failed;  /* memory of the rig's own */
};

/* Messages of zvond. */
#define EVENT(number)                                                                  \
 "{\"type\":\"event\",\"seq\":" #number ",\"event\":\"line.state\"}"
#define HELLO                                                                          \
 "{\"type\":\"hello\",\"protocol\":\"zvon.v1\",\"stream\":\"aa\",\"seq\":10}"
#define SNAPSHOT "{\"type\":\"snapshot\",\"seq\":10}"
#define TOKEN_ANSWER                                                                   \
 "HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{\"token\":\"zvs_a\",\"expires_s\":1}"

/* Is that in it? */
#define has(text, words) (strstr(text, words) != NULL)
#define assert_has(text, words)                                                        \
 do {                                                                                  \
  const char *text_ = (text);                                                          \
  if (!has(text_, words))                                                              \
   fail_msg("not in it: %s\n%s", words, text_);                                        \
 } while (0)

#define RIG_URL "ws://pbx:2013"

/* NULL: *err says why. The options' random is set here. */
struct daemonrig *rig_new(const struct zv_daemon_session_options *options,
			  struct zv_error *err);
/* By token "secret-token", or fails the test. */
struct daemonrig *rig_with_token(void);
void rig_free(struct daemonrig *r);

void rig_pass(struct daemonrig *r, int64_t ms); /* time goes by, then a tick */
/* Waits for the next try, and the port is open. */
void rig_link(struct daemonrig *r);
void rig_lose(struct daemonrig *r, const char *why);

/* zvond's side. */
void rig_say(struct daemonrig *r, struct zv_str bytes); /* as they are */
void rig_text(struct daemonrig *r, const char *json);
void rig_accept(struct daemonrig *r); /* reads the request, answers 101 */
void rig_greet(struct daemonrig *r);  /* and says hello with stream "aa" */
/* start … greet, snapshot with number 10: READY. */
void rig_ready(struct daemonrig *r);

/* What the client wrote since: an HTTP request, or frames. */
const char *rig_request(struct daemonrig *r);
const char *rig_frames(struct daemonrig *r);
/* What the handlers were told since. */
const char *rig_told(struct daemonrig *r);

#endif
