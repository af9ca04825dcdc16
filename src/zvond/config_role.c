/* config_role.c - [role NAME], and the roles that need not be written. */
#include "base/str.h"
#include "zvond/config_impl.h"

#define ROLES_MAX 64 /* among which the one that was meant is looked for */

const struct zv_role *
zv_config_role(const struct zv_config *c, const char *name)
{
	for (size_t i = 0; i < c->n_roles; i++)
		if (zvon_str_equal(c->roles[i].name, zvon_str(name)))
			return &c->roles[i];
	return NULL;
}

void
zv_config_unknown_role(struct zv_config_reader *r, struct zv_config_object *o,
		       const char *key, const char *name)
{
	const char *names[ROLES_MAX + 1], *meant;
	size_t n = 0;

	for (; n < r->config->n_roles && n < ROLES_MAX; n++)
		names[n] = r->config->roles[n].name.p;
	names[n] = NULL;
	meant = zv_conf_suggest(zvon_str(name), names);
	if (meant)
		ZV_CONFIG_WRONG(r, o, key, "there is no role '%s'; is %s meant?",
				"нет роли '%s'; может быть, %s?", name, meant);
	else
		ZV_CONFIG_WRONG(r, o, key, "there is no role '%s'; write a [role %s]",
				"нет роли '%s'; напишите [role %s]", name ? name : "",
				name ? name : "NAME");
}

void
zv_config_check_role(struct zv_config_reader *r, struct zv_config_object *o)
{
	struct zv_role *role = o->at;
	size_t own = role->n_dial;
	struct zv_dial_rule *all =
		zv_config_take(r, (own + zv_n_default_dial_rules) * sizeof *all);

	role->name = o->name;
	if (!all)
		return;
	if (own)
		memcpy(all, role->dial, own * sizeof *all);
	memcpy(all + own, zv_default_dial_rules, zv_n_default_dial_rules * sizeof *all);
	role->dial = all;
	role->n_dial = own + zv_n_default_dial_rules;
	if (own && !zv_role_has(role, ZV_RIGHT_DIAL))
		ZV_CONFIG_WARN(r, o, "dial", "dial without the right: add it to may",
			       "dial без права звонить: добавьте dial в may");
	if (role->n_actions && !zv_role_has(role, ZV_RIGHT_RAW))
		ZV_CONFIG_WARN(r, o, "actions",
			       "actions without the right: add raw to may",
			       "actions без права: добавьте raw в may");
}

/* ---- ready ones -------------------------------------------------------------------- */

/* Roles that need not be written; a [role NAME] of the file takes the place. */
static const struct {
	const char *name;
	unsigned rights;
	enum zv_scope sees, controls;
	enum zv_reach recordings;
} ready_roles[ZV_CONFIG_READY_ROLES] = {
#define BIT(right) (1u << ZV_RIGHT_##right)
#define OPERATOR                                                                       \
 (BIT(VIEW) | BIT(DIAL) | BIT(CONTROL) | BIT(TRANSFER) | BIT(PICKUP) |                 \
  BIT(CONFERENCE) | BIT(RECORD) | BIT(AGENT))
	{ "operator", OPERATOR, ZV_SCOPE_QUEUES, ZV_SCOPE_OWN, ZV_REACH_OWN },
	{ "supervisor", OPERATOR | BIT(SPY), ZV_SCOPE_ALL, ZV_SCOPE_ALL, ZV_REACH_ALL },
	{ "viewer", BIT(VIEW), ZV_SCOPE_ALL, ZV_SCOPE_OWN, ZV_REACH_NONE },
};

static void
add_ready_role(struct zv_config_reader *r, size_t i)
{
	struct zv_role *role = (struct zv_role *)&r->config->roles[r->config->n_roles];

	if (zv_config_role(r->config, ready_roles[i].name))
		return;
	role->name = zvon_str(ready_roles[i].name);
	role->rights = ready_roles[i].rights;
	role->sees = ready_roles[i].sees;
	role->controls = ready_roles[i].controls;
	role->recordings = ready_roles[i].recordings;
	role->calls_a_minute = ZV_CALLS_A_MINUTE;
	role->calls_at_once = ZV_CALLS_AT_ONCE;
	role->dial = zv_default_dial_rules;
	role->n_dial = zv_n_default_dial_rules;
	r->config->n_roles++;
}

void
zv_config_add_ready_roles(struct zv_config_reader *r)
{
	for (size_t i = 0; i < ZV_CONFIG_READY_ROLES; i++)
		add_ready_role(r, i);
}
