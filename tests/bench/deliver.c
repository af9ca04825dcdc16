/* What one event costs the hub on its way to sessions: `deliver SESSIONS WHO ROUNDS`, WHO one
 * of all (each session gets each event), one (one of them does). To be run by itself, or
 * under callgrind. Prints nanoseconds for an event, and for each session that got it. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hub/session.h"

static const struct zv_role roles[] = { { .sees = ZV_SCOPE_ALL },
					{ .sees = ZV_SCOPE_OWN } };

static void
on_ready(void *context, struct zv_session *s)
{
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
read_all(struct zv_session **sessions, size_t n)
{
	struct zv_message *m;

	for (size_t i = 0; i < n; i++)
		while ((m = zv_session_take(sessions[i])))
			zv_message_unref(m);
}

int
main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
	bool all = argc < 3 || strcmp(argv[2], "all") == 0;
	size_t rounds = argc > 3 ? strtoul(argv[3], NULL, 10) : 100;
	struct zv_session **sessions = calloc(n, sizeof *sessions);
	struct zv_user *users = calloc(n, sizeof *users);
	struct zv_str *names = calloc(n, sizeof *names);
	struct zv_hub_options o = { .hooks.on_ready = on_ready, .first_seq = 1 };
	struct zv_hub_server server = { .name = ZV_STR("pbx") };
	struct zv_calls_options c = { .server = ZV_STR("pbx") };
	struct zv_calls *calls = zvon_calls_new(&c);
	struct zv_leg leg = { .line = ZV_STR("7"), .number = ZV_STR("7") };
	struct zv_leg far = { .line = ZV_STR("trunk"),
			      .number = ZV_STR("79261234567"),
			      .is_trunk = true,
			      .next = &leg };
	struct zv_call call = { .id = ZV_STR("1795225247.1"), .legs = &far };
	struct zv_call_event e = { .kind = ZV_LEG_RINGING, .call = &call, .leg = &leg };
	struct zv_hub *h;
	double from, took = 0;

	o.limits.sessions = n;
	h = zv_hub_new(&o);
	server.calls = calls;
	for (size_t i = 0; i < n; i++) {
		char text[24];

		snprintf(text, sizeof text, "%zu", i);
		names[i] = zvon_str(strdup(text));
		users[i] = (struct zv_user){ .name = names[i],
					     .role = &roles[!all],
					     .lines = &names[i],
					     .n_lines = 1 };
	}
	zv_hub_set_users(h, users, n, 0);
	zv_hub_add_server(h, &server);
	zv_hub_on_synced(h, 0, 0);
	for (size_t i = 0; i < n; i++) {
		sessions[i] = zv_session_new(h, ZV_DIALECT_ZVON, &users[i], ZV_STR("x"),
					     NULL, 0, NULL);
		zv_session_input(sessions[i], ZV_STR("{\"type\":\"start\"}"), 0);
	}
	read_all(sessions, n);
	for (size_t i = 0; i < rounds; i++) {
		from = now();
		zv_hub_on_event(h, 0, &e);
		took += now() - from;
		read_all(sessions, n);
	}
	printf("sessions %zu: %.0f ns an event, %.1f ns a delivery\n", n,
	       took / (double)rounds, took / (double)rounds / (double)(all ? n : 1));
	zv_hub_free(h);
	zvon_calls_free(calls);
	return 0;
}
