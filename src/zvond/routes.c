#include "zvond/routes.h"

#include "base/num.h"
#include "base/str.h"
#include "zvond/login.h"
#include "zvond/recording_link.h"
#include "zvond/socket.h"
#include "zvond/talk.h"

static const struct zv_route_query events_query[] = {
	{ "after", "integer", "the last number you had: what came since is sent" },
	{ "stream", "string", "the numbering that `after` is of" },
	{ "wait", "integer", "long poll: seconds to wait for an event, 0 to 60" },
	{ NULL, NULL, NULL },
};

/* hist/asked.c reads them. */
#define HISTORY_FILTERS                                                                \
 { "number", "string", "who took part, in any format; repeats, or commas between" },   \
	 { "line", "string", "lines that took part, as 101 or SERVER/101" },           \
	 { "queue", "string", "queues it was in" },                                    \
	 { "server", "string", "of these servers" },                                   \
	 { "direction", "string", "in, out, internal; commas between" },               \
	 { "result", "string", "answered, busy, no_answer…; commas between" },         \
	 { "missed", "string",                                                         \
	   "yes: only those that nobody answered and should have" },                   \
	 { "recorded", "string",                                                       \
	   "yes: only those with a recording that you may hear" },                     \
	 { "from", "string",                                                           \
	   "started then or later: 2026-11-21, 2026-11-21T10:00:00Z, epoch seconds" }, \
	 { "to", "string", "started before then" },                                    \
	 { "tz", "string",                                                             \
	   "zone of days and times without one: Europe/Berlin, +03:00, Z" },           \
	 { "format", "string", "json, csv, xml; else Accept decides" },                \
 {                                                                                     \
  "bom", "string", "yes: CSV begins with the mark of UTF-8"                            \
 }

static const struct zv_route_query history_query[] = {
	HISTORY_FILTERS,
	{ "limit", "integer", "calls in one answer, 1 to 1000" },
	{ "cursor", "string", "`next` of the answer before" },
	{ "offset", "integer",
	  "only calls after that id of the store, in their order" },
	{ "order", "string", "newest (first), or oldest" },
	{ "fields", "string", "only these, commas between" },
	{ NULL, NULL, NULL },
};

static const struct zv_route_query statistics_query[] = {
	HISTORY_FILTERS,
	{ "by", "string", "hour, day, line, queue, result or direction" },
	{ NULL, NULL, NULL },
};

static const struct zv_route_query recording_query[] = {
	{ "format", "string", "original: the file as it is; wav (where it can be)" },
	{ "download", "integer", "1: to be saved, not shown" },
	{ "user", "string", "of a link: who had it made" },
	{ "until", "integer", "of a link: when it expires, seconds since 1970" },
	{ "sig", "string", "of a link: its signature" },
	{ NULL, NULL, NULL },
};

static const struct zv_route_query peaks_query[] = {
	{ "buckets", "integer", "how many parts, 1 to 4000; 800" },
	{ "user", "string", "of a link, as in the recording's own" },
	{ "until", "integer", "of a link" },
	{ "sig", "string", "of a link" },
	{ NULL, NULL, NULL },
};

static const struct zv_route_query link_query[] = {
	{ "seconds", "integer", "how long it is good; at most link_s" },
	{ NULL, NULL, NULL },
};

/* Longer paths first where one is the beginning of another does not matter: a path fits
 * as a whole. */
const struct zv_route zv_routes[] = {
	{ "POST", "/v1/login", ZV_LOGIN_NONE, ZV_RIGHT_MISSING, ZV_FACE_HTTP,
	  zv_route_login, "Gives a session token for a user and his password.", NULL,
	  "Login", "Token" },
	{ "POST", "/v1/logout", ZV_LOGIN_NEEDED, ZV_RIGHT_MISSING, ZV_FACE_HTTP,
	  zv_route_logout, "Ends the session token that it is sent with.", NULL, NULL,
	  "Ok" },
	{ "GET", "/v1/me", ZV_LOGIN_NEEDED, ZV_RIGHT_MISSING, ZV_FACE_HTTP, zv_route_me,
	  "Who you are, your lines and rights.", NULL, NULL, "Me" },
	{ "GET", "/v1/state", ZV_LOGIN_NEEDED, ZV_RIGHT_VIEW, ZV_FACE_HTTP,
	  zv_route_state, "All that is going on and that you may see, with its number.",
	  NULL, NULL, "State" },
	{ "GET", "/v1/calls", ZV_LOGIN_NEEDED, ZV_RIGHT_VIEW, ZV_FACE_HTTP,
	  zv_route_calls,
	  "The calls that are going on and that you may see; with a filter in the "
	  "query: "
	  "finished ones, as /v1/history.",
	  history_query, NULL, "[Call]" },
	{ "GET", "/v1/calls/{id}", ZV_LOGIN_NEEDED, ZV_RIGHT_VIEW, ZV_FACE_HTTP,
	  zv_route_call, "One call, going on or finished.", NULL, NULL, "Call" },
	{ "GET", "/v1/history", ZV_LOGIN_NEEDED, ZV_RIGHT_VIEW, ZV_FACE_HTTP,
	  zv_route_history, "Finished calls that you may see, page by page.",
	  history_query, NULL, "History" },
	{ "GET", "/v1/history/statistics", ZV_LOGIN_NEEDED, ZV_RIGHT_VIEW, ZV_FACE_HTTP,
	  zv_route_statistics, "Numbers of finished calls, for plots.",
	  statistics_query, NULL, "Statistics" },
	{ "POST", "/history", ZV_LOGIN_ITSELF, ZV_RIGHT_MISSING, ZV_FACE_HTTP,
	  zv_route_post_history,
	  "Finished calls with a number: a form or JSON with CLIENT_ID and N.", NULL,
	  "HistoryQuestion", "[HistoryCall]" },
	{ "GET", "/v1/lines", ZV_LOGIN_NEEDED, ZV_RIGHT_VIEW, ZV_FACE_HTTP,
	  zv_route_lines, "The lines and their states.", NULL, NULL, "[Line]" },
	{ "GET", "/v1/queues", ZV_LOGIN_NEEDED, ZV_RIGHT_VIEW, ZV_FACE_HTTP,
	  zv_route_queues, "The queues and their members.", NULL, NULL, "[Queue]" },
	{ "GET", "/v1/servers", ZV_LOGIN_NEEDED, ZV_RIGHT_VIEW, ZV_FACE_HTTP,
	  zv_route_servers, "The servers and whether they are up.", NULL, NULL,
	  "[Server]" },
	{ "GET", "/v1/commands", ZV_LOGIN_NEEDED, ZV_RIGHT_MISSING, ZV_FACE_HTTP,
	  zv_route_commands, "The commands that you may use, with their arguments.",
	  NULL, NULL, "[Command]" },
	{ "POST", "/v1/commands/{name}", ZV_LOGIN_NEEDED, ZV_RIGHT_MISSING,
	  ZV_FACE_HTTP, zv_route_command,
	  "Carries a command out and waits for its outcome.", NULL, "Arguments",
	  "Outcome" },
	{ "GET", "/v1/events", ZV_LOGIN_NEEDED, ZV_RIGHT_VIEW, ZV_FACE_HTTP,
	  zv_route_events,
	  "Events: a WebSocket, Server-Sent Events, or a long poll, as it is asked "
	  "for.",
	  events_query, NULL, "Events" },
	{ "GET", "/v1/recordings/{id}", ZV_LOGIN_LINK, ZV_RIGHT_MISSING, ZV_FACE_HTTP,
	  zv_route_recording,
	  "The recording of that id: whole or ranges of it, as WAV where it can be.",
	  recording_query, NULL, "audio/wav" },
	{ "GET", "/v1/recordings/{id}/peaks", ZV_LOGIN_LINK, ZV_RIGHT_MISSING,
	  ZV_FACE_HTTP, zv_route_recording_peaks,
	  "How loud it is along its time, for the picture in a player.", peaks_query,
	  NULL, "Peaks" },
	{ "POST", "/v1/recordings/{id}/link", ZV_LOGIN_NEEDED, ZV_RIGHT_MISSING,
	  ZV_FACE_HTTP, zv_route_recording_link,
	  "A link that plays it without a login until it expires.", link_query, NULL,
	  "Link" },
	{ "GET", "/v1/users", ZV_LOGIN_NEEDED, ZV_RIGHT_ADMIN, ZV_FACE_HTTP,
	  zv_route_users, "The users that are configured.", NULL, NULL, "[User]" },
	{ "GET", "/v1/sessions", ZV_LOGIN_NEEDED, ZV_RIGHT_ADMIN, ZV_FACE_HTTP,
	  zv_route_sessions, "Who is connected.", NULL, NULL, "[Session]" },
	{ "GET", "/v1/openapi.json", ZV_LOGIN_NONE, ZV_RIGHT_MISSING, ZV_FACE_HTTP,
	  zv_route_openapi, "This contract.", NULL, NULL, "Object" },
	{ "GET", "/metrics", ZV_LOGIN_OPERATIONS, ZV_RIGHT_ADMIN, ZV_FACE_OPERATIONS,
	  zv_route_metrics, "Counters, as Prometheus reads them.", NULL, NULL,
	  "text/plain" },
	{ "GET", "/healthz", ZV_LOGIN_OPERATIONS, ZV_RIGHT_ADMIN, ZV_FACE_OPERATIONS,
	  zv_route_healthz, "Is the daemon alive, and what of it is degraded?", NULL,
	  NULL, "Health" },
	{ "GET", "/readyz", ZV_LOGIN_OPERATIONS, ZV_RIGHT_ADMIN, ZV_FACE_OPERATIONS,
	  zv_route_readyz, "Is a server up, so that users can work?", NULL, NULL,
	  "Health" },
};
const size_t zv_n_routes = sizeof zv_routes / sizeof *zv_routes;

/* ---- finding ---------------------------------------------------------------------------------- */

static bool
path_fits(const char *pattern, struct zv_str path, struct zv_str *argument)
{
	struct zv_str p = zvon_str(pattern), end;
	const char *brace = strchr(pattern, '{');

	*argument = (struct zv_str){ 0 };
	if (!brace)
		return zvon_str_equal(p, path);
	end = zvon_str(strchr(brace, '}') + 1);
	p.n = (size_t)(brace - pattern);
	if (path.n <= p.n + end.n || memcmp(path.p, p.p, p.n) != 0 ||
	    !zv_str_ends(path, end))
		return false;
	*argument = zv_str_from(path, p.n);
	argument->n -= end.n;
	return memchr(argument->p, '/', argument->n) == NULL;
}

static bool
method_fits(const char *method, struct zv_str asked)
{
	return zvon_str_equal(asked, zvon_str(method)) ||
	       (strcmp(method, "GET") == 0 && zvon_str_equal(asked, ZV_STR("HEAD")));
}

/* NULL: *allowed has the methods that the path knows ("": it is no path of ours). */
static const struct zv_route *
find_route(struct zv_exchange *x, char allowed[40])
{
	unsigned faces = x->front->gate->config->faces;
	struct zv_str argument;

	allowed[0] = '\0';
	for (size_t i = 0; i < zv_n_routes; i++) {
		const struct zv_route *r = &zv_routes[i];

		if (!(faces & r->face) ||
		    !path_fits(r->path, x->request->path, &argument))
			continue;
		if (method_fits(r->method, x->request->method)) {
			x->argument = argument;
			return r;
		}
		if (allowed[0])
			strcat(allowed, ", ");
		strcat(allowed,
		       strcmp(r->method, "GET") == 0 ? "GET, HEAD" : r->method);
	}
	return NULL;
}

static void
refuse_path(struct zv_exchange *x, const char *allowed)
{
	const struct zv_http_answer_field more = { "Allow", zvon_str(allowed) };
	const struct zv_reply reply = {
		.status = 405,
		.body = ZV_STR("{\"error\":{\"code\":\"method\",\"message\":"
			       "\"this path does not know that method\"}}"),
		.more = &more,
		.n_more = 1,
	};

	if (allowed[0])
		zv_exchange_answer(x, &reply);
	else
		zv_exchange_refuse(x, 404, "not_found",
				   "there is nothing here: see "
				   "/v1/openapi.json");
}

/* Before a page of another site asks with a token, its browser asks whether it may. */
static bool
answer_preflight(struct zv_exchange *x)
{
	static const struct zv_http_answer_field more[] = {
		{ "Access-Control-Allow-Methods", { "GET, POST", 9 } },
		{ "Access-Control-Allow-Headers",
		  { "Authorization, Content-Type", 27 } },
		{ "Access-Control-Max-Age", { "600", 3 } },
	};
	const struct zv_reply reply = { .status = 204, .more = more, .n_more = 3 };

	if (!x->origin[0] || !zvon_str_equal(x->request->method, ZV_STR("OPTIONS")))
		return false;
	zv_exchange_answer(x, &reply);
	return true;
}

/* ---- running ---------------------------------------------------------------------------------------- */

static void
run_known(struct zv_exchange *x)
{
	const struct zv_route *r = x->route;

	if (x->user)
		zv_conn_prove(x->front->conn);
	if (r->right != ZV_RIGHT_MISSING &&
	    (!x->user || !zv_role_has(x->user->role, r->right)))
		zv_exchange_refuse(x, 403, "denied", "your role lacks the right %s",
				   zv_right_name(r->right));
	else
		r->run(x);
}

static bool
is_operator_address(struct zv_exchange *x)
{
	const struct zv_config_listen *c = x->front->gate->config;
	unsigned char address[16];

	zv_conn_address(x->front->conn, address);
	return zv_config_network_has(c->operations, c->n_operations, address);
}

static bool
is_link(const struct zv_exchange *x)
{
	return x->route->login == ZV_LOGIN_LINK &&
	       zv_recording_link_is_there(x->request->query);
}

void
zv_routes_run(struct zv_exchange *x)
{
	char allowed[40];

	if (!zv_guard_request(x))
		return;
	if (x->request->is_upgrade) {
		zv_upgrade_request(x);
		return;
	}
	if (answer_preflight(x))
		return;
	x->route = find_route(x, allowed);
	if (!x->route) {
		if (allowed[0] || !zv_route_page(x))
			refuse_path(x, allowed);
		return;
	}
	if (x->route->login == ZV_LOGIN_NONE || x->route->login == ZV_LOGIN_ITSELF ||
	    is_link(x) ||
	    (x->route->login == ZV_LOGIN_OPERATIONS && is_operator_address(x)))
		x->route->run(x);
	else
		zv_login_request(x, false, run_known);
}

bool
zv_query_number(struct zv_exchange *x, const char *name, long long least,
		long long most, long long or_else, long long *out)
{
	struct zv_buf value = { 0 };
	int rc = zv_http_query_value(x->request->query, name, &value);

	*out = or_else;
	if (rc > 0)
		rc = zv_num_parse(zv_buf_str(&value), least, most, out);
	zv_buf_deinit(&value);
	if (rc >= 0)
		return true;
	zv_exchange_refuse(x, 400, "bad_argument",
			   "%s must be a number from %lld to %lld", name, least, most);
	return false;
}
