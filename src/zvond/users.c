/* The users of the configuration, and one for the panels of each listener, as the hub
 * wants them. */
#include "base/mem.h"
#include "io/clock.h"
#include "zvond/auth.h"

#include <stdio.h>

#define PANEL "panel/"

/* Of a listener: "panel/NAME". */
static bool
is_panel_of(const struct zv_user *user, const char *listen)
{
	struct zv_str name = user->name;

	return user->shared && name.n == strlen(PANEL) + strlen(listen) &&
	       memcmp(name.p + strlen(PANEL), listen, strlen(listen)) == 0;
}

const struct zv_user *
zv_daemon_panel_user(struct zv_daemon *d, const struct zv_config_listen *listen)
{
	for (size_t i = 0; i < d->n_users; i++)
		if (is_panel_of(&d->users[i], listen->name))
			return &d->users[i];
	return NULL;
}

static size_t
names_bytes(const struct zv_config *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_listens; i++)
		n += strlen(PANEL) + strlen(c->listens[i].name) + 1;
	return n;
}

/* One block: the users, then the names of panels. */
static struct zv_user *
make_users(const struct zv_config *c, size_t *n)
{
	size_t most = c->n_users + c->n_listens;
	struct zv_user *users = zv_calloc(1, most * sizeof *users + names_bytes(c) + 1);
	char *name;

	if (!users)
		return NULL;
	if (c->n_users)
		memcpy(users, c->users, c->n_users * sizeof *users);
	*n = c->n_users;
	name = (char *)(users + most);
	for (size_t i = 0; i < c->n_listens; i++) {
		const struct zv_config_listen *l = &c->listens[i];
		size_t bytes = strlen(PANEL) + strlen(l->name);

		if (!l->panel_role)
			continue;
		snprintf(name, bytes + 1, PANEL "%s", l->name);
		users[(*n)++] = (struct zv_user){
			.name = { name, bytes },
			.role = l->panel_role,
			.contexts = l->contexts,
			.n_contexts = l->n_contexts,
			.shared = true,
			.auto_pause = zv_config_auto_pause(c),
		};
		name += bytes + 1;
	}
	return users;
}

int
zv_daemon_set_users(struct zv_daemon *d, struct zv_settings *settings)
{
	size_t n;
	struct zv_user *users = make_users(settings->config, &n);
	int rc = users ? zv_auth_set_users(d->auth, settings) : ZV_ENOMEM;

	if (rc == 0)
		rc = zv_hub_set_users(d->hub, users, n, zv_clock_ms());
	if (rc < 0) {
		zv_free(users);
		return rc;
	}
	zv_free(d->users);
	d->users = users;
	d->n_users = n;
	return 0;
}
