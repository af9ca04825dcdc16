/* routes.h - the table of the HTTP API. To add a route: its function in the fitting
 * route_*.c, its row in routes.c, its line in docs/protocol/http.md; the OpenAPI document
 * comes from the row. */
#ifndef ZV_ZVOND_ROUTES_H
#define ZV_ZVOND_ROUTES_H

#include "zvond/exchange.h"

enum zv_route_login {
	ZV_LOGIN_NONE,	 /* for everybody */
	ZV_LOGIN_NEEDED, /* a user */
	ZV_LOGIN_ITSELF, /* a user, and the route asks who: he may stand in the body */
	ZV_LOGIN_LINK,	 /* a user, or a link that one of them had made */
	ZV_LOGIN_OPERATIONS, /* [listen] operations = addresses, or the right admin */
};

/* What is told in the query; ends with a NULL name. */
struct zv_route_query {
	const char *name, *type; /* "integer", "string" */
	const char *help;
};

struct zv_route {
	const char *method; /* "GET" is also HEAD */
	const char *path; /* "/v1/calls/{id}", "/v1/calls/{id}/x": one part is named */
	enum zv_route_login login;
	enum zv_right right; /* ZV_RIGHT_MISSING: any user */
	unsigned face;	     /* enum zv_face: of the listener */
	void (*run)(struct zv_exchange *x);
	const char *help;		    /* one sentence */
	const struct zv_route_query *query; /* may be NULL */
	const char *body; /* what is sent: name of a schema in schemas.c, or NULL */
	const char *
		answer; /* schema of 200 ("[Call]": a list), or a media type if it has a '/' */
};

extern const struct zv_route zv_routes[];
extern const size_t zv_n_routes;

/* Checks, finds and runs. */
void zv_routes_run(struct zv_exchange *x);

#define ZV_ROUTE(name) void zv_route_##name(struct zv_exchange *x)

/* route_login.c */
ZV_ROUTE(login);
ZV_ROUTE(logout);
/* route_state.c */
ZV_ROUTE(me);
ZV_ROUTE(state);
ZV_ROUTE(calls);
ZV_ROUTE(call);
ZV_ROUTE(lines);
ZV_ROUTE(queues);
ZV_ROUTE(servers);
/* route_history.c */
ZV_ROUTE(history);
ZV_ROUTE(statistics);
ZV_ROUTE(post_history);
/* Answers with the finished call of that id: x->argument. */
void zv_history_find(struct zv_exchange *x);
/* route_command.c */
ZV_ROUTE(command);
ZV_ROUTE(commands);
/* route_events.c */
ZV_ROUTE(events);
/* route_recording.c */
ZV_ROUTE(recording);
ZV_ROUTE(recording_peaks);
ZV_ROUTE(recording_link);
/* route_admin.c */
ZV_ROUTE(users);
ZV_ROUTE(sessions);
/* route_operations.c */
ZV_ROUTE(metrics);
ZV_ROUTE(healthz);
ZV_ROUTE(readyz);
/* openapi.c */
ZV_ROUTE(openapi);
/* route_page.c: true: it is a file of the page, which has been answered. */
bool zv_route_page(struct zv_exchange *x);

/* A parameter of the query as a number; or_else when it is not there. false: it is no
 * number of least…most, and that was answered. */
bool zv_query_number(struct zv_exchange *x, const char *name, long long least,
		     long long most, long long or_else, long long *out);

#endif
