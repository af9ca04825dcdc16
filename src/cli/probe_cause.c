#include "cli/probe_cause.h"

#include <string.h>

#include "cli/cli.h"

/* ---- answers that are none of AJAM ----------------------------------------------- */

static const struct zv_probe_cause answers[] = {
	[ZV_AJAM_CAUSE_SECRET] = { "secret",
				   ZV_PT_STEP_LOGIN,
				   ZV_PT_LOGIN_REFUSED,
				   { ZV_PT_NOTHING },
				   ZV_EXIT_LOGIN },
	[ZV_AJAM_CAUSE_STRANGER_ASKS] = { "stranger-asks",
					  ZV_PT_STEP_HTTP,
					  ZV_PT_HTTP_STRANGER_ASKS,
					  { ZV_PT_HTTP_CURE_LET_THROUGH },
					  ZV_EXIT_LOGIN },
	[ZV_AJAM_CAUSE_PROXY_ASKS] = { "proxy-asks",
				       ZV_PT_STEP_HTTP,
				       ZV_PT_HTTP_PROXY_ASKS,
				       { ZV_PT_HTTP_CURE_PROXY_LOGIN },
				       ZV_EXIT_LOGIN },
	[ZV_AJAM_CAUSE_FORBIDDEN] = { "forbidden",
				      ZV_PT_STEP_PATH,
				      ZV_PT_HTTP_FORBIDDEN,
				      { ZV_PT_HTTP_CURE_ACL, ZV_PT_HTTP_CURE_PATH },
				      ZV_EXIT_LOGIN },
	[ZV_AJAM_CAUSE_STRANGER_FORBIDS] = { "stranger-forbids",
					     ZV_PT_STEP_HTTP,
					     ZV_PT_HTTP_STRANGER_FORBIDS,
					     { ZV_PT_HTTP_CURE_LET_THROUGH,
					       ZV_PT_HTTP_CURE_PORT },
					     ZV_EXIT_LOGIN },
	[ZV_AJAM_CAUSE_NO_AJAM] = { "no-ajam",
				    ZV_PT_STEP_PATH,
				    ZV_PT_PATH_NONE,
				    { ZV_PT_PATH_CURE_MANAGER, ZV_PT_PATH_CURE_PREFIX,
				      ZV_PT_PATH_CURE_STATUS },
				    ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_STRANGER_NOT_FOUND] = { "stranger-not-found",
					       ZV_PT_STEP_HTTP,
					       ZV_PT_HTTP_STRANGER_NOT_FOUND,
					       { ZV_PT_HTTP_CURE_PORT,
						 ZV_PT_HTTP_CURE_PASS_ON },
					       ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_NEEDS_TLS] = { "needs-tls",
				      ZV_PT_STEP_HTTP,
				      ZV_PT_HTTP_NEEDS_TLS,
				      { ZV_PT_HTTP_CURE_HTTPS },
				      ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_LINE_TOO_LONG] = { "line-too-long",
					  ZV_PT_STEP_HTTP,
					  ZV_PT_HTTP_BAD_REQUEST,
					  { ZV_PT_HTTP_CURE_CHANGES,
					    ZV_PT_HTTP_CURE_PORT },
					  ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_BODY_TOO_LONG] = { "body-too-long",
					  ZV_PT_STEP_HTTP,
					  ZV_PT_HTTP_BAD_REQUEST,
					  { ZV_PT_HTTP_CURE_CHANGES,
					    ZV_PT_HTTP_CURE_PORT },
					  ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_BAD_REQUEST] = { "bad-request",
					ZV_PT_STEP_HTTP,
					ZV_PT_HTTP_BAD_REQUEST,
					{ ZV_PT_HTTP_CURE_CHANGES,
					  ZV_PT_HTTP_CURE_PORT },
					ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_METHOD] = { "method",
				   ZV_PT_STEP_HTTP,
				   ZV_PT_HTTP_BAD_REQUEST,
				   { ZV_PT_HTTP_CURE_CHANGES, ZV_PT_HTTP_CURE_PORT },
				   ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_REDIRECT] = { "redirect",
				     ZV_PT_STEP_HTTP,
				     ZV_PT_HTTP_REDIRECT,
				     { ZV_PT_HTTP_CURE_REDIRECT, ZV_PT_HTTP_CURE_PORT },
				     ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_BUSY] = { "busy",
				 ZV_PT_STEP_HTTP,
				 ZV_PT_HTTP_BUSY,
				 { ZV_PT_HTTP_CURE_SESSIONLIMIT,
				   ZV_PT_HTTP_CURE_STOPPING },
				 ZV_EXIT_CONNECT },
	[ZV_AJAM_CAUSE_UPSTREAM] = { "upstream",
				     ZV_PT_STEP_HTTP,
				     ZV_PT_HTTP_UPSTREAM,
				     { ZV_PT_HTTP_CURE_UPSTREAM,
				       ZV_PT_HTTP_CURE_SESSIONLIMIT },
				     ZV_EXIT_CONNECT },
	[ZV_AJAM_CAUSE_SERVER_FAILED] = { "server-failed",
					  ZV_PT_STEP_HTTP,
					  ZV_PT_HTTP_SERVER_FAILED,
					  { ZV_PT_HTTP_CURE_LOGS },
					  ZV_EXIT_CONNECT },
	[ZV_AJAM_CAUSE_OTHER_STATUS] = { "other-status",
					 ZV_PT_STEP_HTTP,
					 ZV_PT_HTTP_OTHER_STATUS,
					 { ZV_PT_HTTP_CURE_PORT },
					 ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_COMPRESSED] = { "compressed",
				       ZV_PT_STEP_HTTP,
				       ZV_PT_HTTP_COMPRESSED,
				       { ZV_PT_HTTP_CURE_COMPRESSED },
				       ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_CACHED] = { "cached",
				   ZV_PT_STEP_HTTP,
				   ZV_PT_HTTP_CACHED,
				   { ZV_PT_HTTP_CURE_CACHED },
				   ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_PORTAL] = { "portal",
				   ZV_PT_STEP_HTTP,
				   ZV_PT_HTTP_PORTAL,
				   { ZV_PT_HTTP_CURE_PORTAL, ZV_PT_HTTP_CURE_PORT },
				   ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_WRONG_TYPE] = { "wrong-type",
				       ZV_PT_STEP_HTTP,
				       ZV_PT_HTTP_WRONG_TYPE,
				       { ZV_PT_HTTP_CURE_PORT, ZV_PT_HTTP_CURE_PATH },
				       ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_NO_SESSION] = { "no-session",
				       ZV_PT_STEP_HTTP,
				       ZV_PT_HTTP_NO_SESSION,
				       { ZV_PT_HTTP_CURE_NO_SESSION },
				       ZV_EXIT_PROTOCOL },
	[ZV_AJAM_CAUSE_WRONG_BODY] = { "wrong-body",
				       ZV_PT_STEP_HTTP,
				       ZV_PT_HTTP_WRONG_BODY,
				       { ZV_PT_HTTP_CURE_PORT, ZV_PT_HTTP_CURE_PATH },
				       ZV_EXIT_PROTOCOL },
};

_Static_assert(sizeof answers / sizeof *answers == ZV_AJAM_N_CAUSES,
	       "one row per cause");

const struct zv_probe_cause *
zv_probe_cause_of_answer(enum zv_ajam_cause cause)
{
	return &answers[cause];
}

/* ---- no answer ------------------------------------------------------------------- */

#define TLS_ABSENT                                                                     \
 {                                                                                     \
  "no-tls", ZV_PT_STEP_TLS, ZV_PT_TLS_ABSENT,                                          \
	  { ZV_PT_HTTP_CURE_PLAIN, ZV_PT_HTTP_CURE_TLS }, ZV_EXIT_CONNECT              \
 }
#define TLS_UNKNOWN_CA                                                                 \
 {                                                                                     \
  "unknown-ca", ZV_PT_STEP_TLS, ZV_PT_HTTP_TLS_UNKNOWN_CA,                             \
	  { ZV_PT_HTTP_CURE_CA, ZV_PT_HTTP_CURE_PIN }, ZV_EXIT_CONNECT                 \
 }
#define PROXY                                                                          \
 {                                                                                     \
  "proxy", ZV_PT_STEP_PORT, ZV_PT_HTTP_PROXY, { ZV_PT_PORT_CURE_PROXY },               \
	  ZV_EXIT_CONNECT                                                              \
 }
#define DAMAGED                                                                        \
 {                                                                                     \
  "damaged", ZV_PT_STEP_HTTP, ZV_PT_HTTP_DAMAGED,                                      \
	  { ZV_PT_HTTP_CURE_CHANGES, ZV_PT_HTTP_CURE_LOGS }, ZV_EXIT_PROTOCOL          \
 }

/* The library's words, src/io/fault.c and fetch_exchange.c. The first that fits counts. */
static const struct {
	const char *words;
	struct zv_probe_cause cause;
} errors[] = {
	{ "the proxy cannot be reached", PROXY },
	{ "the proxy does not let us through", PROXY },
	{ "the proxy's host is unknown", PROXY },
	{ "connection refused",
	  { "refused",
	    ZV_PT_STEP_PORT,
	    ZV_PT_PORT_REFUSED,
	    { ZV_PT_HTTP_CURE_LISTEN, ZV_PT_HTTP_CURE_TLS },
	    ZV_EXIT_CONNECT } },
	{ "it has expired",
	  { "expired",
	    ZV_PT_STEP_TLS,
	    ZV_PT_HTTP_TLS_EXPIRED,
	    { ZV_PT_HTTP_CURE_RENEW, ZV_PT_HTTP_CURE_CLOCKS },
	    ZV_EXIT_CONNECT } },
	{ "it is not valid yet",
	  { "not-valid-yet",
	    ZV_PT_STEP_TLS,
	    ZV_PT_HTTP_TLS_FUTURE,
	    { ZV_PT_HTTP_CURE_CLOCKS, ZV_PT_HTTP_CURE_RENEW },
	    ZV_EXIT_CONNECT } },
	{ "it is for another name",
	  { "other-name",
	    ZV_PT_STEP_TLS,
	    ZV_PT_HTTP_TLS_OTHER_NAME,
	    { ZV_PT_HTTP_CURE_NAME, ZV_PT_HTTP_CURE_RENEW },
	    ZV_EXIT_CONNECT } },
	{ "it is signed by itself", TLS_UNKNOWN_CA },
	{ "its CA is not known", TLS_UNKNOWN_CA },
	{ "not the pinned one",
	  { "other-key",
	    ZV_PT_STEP_TLS,
	    ZV_PT_TLS_OTHER_KEY,
	    { ZV_PT_TLS_CURE_PIN },
	    ZV_EXIT_CONNECT } },
	{ "cannot read the CA file",
	  { "ca-file",
	    ZV_PT_STEP_TLS,
	    ZV_PT_HTTP_TLS_CA_FILE,
	    { ZV_PT_HTTP_CURE_CA },
	    ZV_EXIT_USAGE } },
	{ "no TLS there", TLS_ABSENT },
	{ "does not speak TLS", TLS_ABSENT },
	{ "closed during the TLS handshake",
	  { "closed",
	    ZV_PT_STEP_TLS,
	    ZV_PT_HTTP_CLOSED,
	    { ZV_PT_HTTP_CURE_SESSIONLIMIT, ZV_PT_HTTP_CURE_PLAIN },
	    ZV_EXIT_CONNECT } },
	{ "closed without an answer",
	  { "closed",
	    ZV_PT_STEP_HTTP,
	    ZV_PT_HTTP_CLOSED,
	    { ZV_PT_HTTP_CURE_SESSIONLIMIT, ZV_PT_HTTP_CURE_HTTPS },
	    ZV_EXIT_CONNECT } },
	{ "is not HTTP",
	  { "not-http",
	    ZV_PT_STEP_HTTP,
	    ZV_PT_HTTP_STRANGER,
	    { ZV_PT_HTTP_CURE_PORT },
	    ZV_EXIT_PROTOCOL } },
	{ "no answer within",
	  { "silent",
	    ZV_PT_STEP_HTTP,
	    ZV_PT_HTTP_SILENT,
	    { ZV_PT_GREETING_CURE_HANGS, ZV_PT_HTTP_CURE_PORT },
	    ZV_EXIT_TIMEOUT } },
	{ "answer cut", DAMAGED },
	{ "answer was not whole", DAMAGED },
	{ "answer is damaged", DAMAGED },
	{ "answer comes packed", DAMAGED },
	{ "is not Asterisk", DAMAGED },
	{ "connection lost", DAMAGED },
};

const struct zv_probe_cause *
zv_probe_cause_of_error(const char *text)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (strstr(text, errors[i].words))
			return &errors[i].cause;
	return NULL;
}

/* ---- what was asked further --------------------------------------------------------- */

static const struct zv_probe_cause findings[] = {
	[ZV_PROBE_FOUND_TLS] = { "tls-port",
				 ZV_PT_STEP_HTTP,
				 ZV_PT_GREETING_TLS,
				 { ZV_PT_HTTP_CURE_HTTPS },
				 ZV_EXIT_PROTOCOL },
	[ZV_PROBE_FOUND_PLAIN] = { "plain-port",
				   ZV_PT_STEP_TLS,
				   ZV_PT_HTTP_IS_PLAIN,
				   { ZV_PT_HTTP_CURE_PLAIN, ZV_PT_HTTP_CURE_TLS },
				   ZV_EXIT_CONNECT },
	[ZV_PROBE_FOUND_AMI] = { "ami-port",
				 ZV_PT_STEP_HTTP,
				 ZV_PT_HTTP_IS_AMI,
				 { ZV_PT_HTTP_CURE_AMI, ZV_PT_HTTP_CURE_PORT },
				 ZV_EXIT_PROTOCOL },
	[ZV_PROBE_FOUND_STRANGER] = { "not-http",
				      ZV_PT_STEP_HTTP,
				      ZV_PT_HTTP_STRANGER,
				      { ZV_PT_HTTP_CURE_PORT },
				      ZV_EXIT_PROTOCOL },
	[ZV_PROBE_FOUND_PATH] = { "other-path",
				  ZV_PT_STEP_PATH,
				  ZV_PT_PATH_OTHER,
				  { ZV_PT_PATH_CURE_OTHER },
				  ZV_EXIT_PROTOCOL },
	[ZV_PROBE_FOUND_NO_WEB] = { "webenabled",
				    ZV_PT_STEP_PATH,
				    ZV_PT_PATH_OFF,
				    { ZV_PT_PATH_CURE_WEB, ZV_PT_PATH_CURE_STATUS },
				    ZV_EXIT_PROTOCOL },
	[ZV_PROBE_FOUND_NO_MANAGER] = { "manager-off",
					ZV_PT_STEP_PATH,
					ZV_PT_PATH_OFF,
					{ ZV_PT_PATH_CURE_MANAGER,
					  ZV_PT_PATH_CURE_STATUS },
					ZV_EXIT_PROTOCOL },
	[ZV_PROBE_FOUND_OTHER_PREFIX] = { "other-prefix",
					  ZV_PT_STEP_PATH,
					  ZV_PT_PATH_OTHER_PREFIX,
					  { ZV_PT_PATH_CURE_MANAGER,
					    ZV_PT_PATH_CURE_PREFIX,
					    ZV_PT_PATH_CURE_STATUS },
					  ZV_EXIT_PROTOCOL },
	[ZV_PROBE_FOUND_NO_AJAM] = { "no-ajam",
				     ZV_PT_STEP_PATH,
				     ZV_PT_PATH_NONE,
				     { ZV_PT_PATH_CURE_WEB, ZV_PT_PATH_CURE_PREFIX,
				       ZV_PT_PATH_CURE_STATUS },
				     ZV_EXIT_PROTOCOL },
	[ZV_PROBE_FOUND_NOTHING] = { "no-ajam",
				     ZV_PT_STEP_PATH,
				     ZV_PT_PATH_NONE,
				     { ZV_PT_PATH_CURE_MANAGER, ZV_PT_PATH_CURE_PREFIX,
				       ZV_PT_PATH_CURE_STATUS },
				     ZV_EXIT_PROTOCOL },
	[ZV_PROBE_FOUND_CACHE] = { "cached",
				   ZV_PT_STEP_HTTP,
				   ZV_PT_HTTP_CACHED,
				   { ZV_PT_HTTP_CURE_CACHED },
				   ZV_EXIT_PROTOCOL },
};

_Static_assert(sizeof findings / sizeof *findings == ZV_PROBE_N_FINDINGS,
	       "one row per finding");

const struct zv_probe_cause *
zv_probe_cause_of_finding(enum zv_probe_finding finding)
{
	return &findings[finding];
}
