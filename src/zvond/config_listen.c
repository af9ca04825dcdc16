/* config_listen.c - [listen NAME]: certificates, panels without a login, origins. */
#include "base/str.h"
#include "zvond/config_impl.h"

static bool
is_loopback(const char *address)
{
	struct zv_config_network network, here;

	return zv_config_network_parse(zvon_str(address), &network) &&
	       ((zv_config_network_parse(ZV_STR("127.0.0.0/8"), &here) &&
		 zv_config_network_has(&here, 1, network.address)) ||
		(zv_config_network_parse(ZV_STR("::1/128"), &here) &&
		 zv_config_network_has(&here, 1, network.address)));
}

/* A certificate is for both, and its path is beside the file. */
static void
check_tls(struct zv_config_reader *r, struct zv_config_object *o,
	  struct zv_config_listen *l)
{
	const struct zv_conf_setting *certificate =
		zv_config_seen(o, "tls_certificate");
	const struct zv_conf_setting *key = zv_config_seen(o, "tls_key");

	if (!l->certificate != !l->key)
		ZV_CONFIG_WRONG(r, o, l->key ? "tls_key" : "tls_certificate",
				"tls_certificate and tls_key go together",
				"tls_certificate и tls_key указывают вместе");
	if (l->certificate && certificate)
		l->certificate = zv_config_path(r, certificate);
	if (l->key && key)
		l->key = zv_config_path(r, key);
	if (!l->certificate && l->address && !is_loopback(l->address))
		ZV_CONFIG_WARN(
			r, o, "bind",
			"passwords and calls cross the network readable; set "
			"tls_certificate "
			"and tls_key, or bind to 127.0.0.1 behind a proxy with TLS",
			"пароли и звонки идут по сети открыто; укажите tls_certificate "
			"и "
			"tls_key или слушайте 127.0.0.1 за прокси с TLS");
}

/* Without a login only where something else tells who comes. */
static void
check_panels(struct zv_config_reader *r, struct zv_config_object *o,
	     struct zv_config_listen *l)
{
	if (l->panel_token && !zv_config_is_hash(zvon_str(l->panel_token)))
		ZV_CONFIG_WRONG(
			r, o, "panel_token",
			"panel_token must be sha256: and 64 digits, as `zvond token` "
			"prints",
			"panel_token — это sha256: и 64 цифры, как печатает `zvond "
			"token`");
	if (!l->panel_role_name) {
		if (l->n_addresses || l->panel_token)
			ZV_CONFIG_WRONG(
				r, o, l->n_addresses ? "addresses" : "panel_token",
				"panels without a login need a role: set panel_role",
				"панелям без входа нужна роль: укажите panel_role");
		return;
	}
	l->panel_role = zv_config_role(r->config, l->panel_role_name);
	if (!l->panel_role)
		zv_config_unknown_role(r, o, "panel_role", l->panel_role_name);
	if (!l->n_addresses && !l->panel_token)
		ZV_CONFIG_WRONG(
			r, o, "panel_role",
			"panel_role alone would let anybody call: set addresses or "
			"panel_token too",
			"с одним panel_role звонить мог бы кто угодно: укажите и "
			"addresses "
			"или panel_token");
}

static void
check_origins(struct zv_config_reader *r, struct zv_config_object *o,
	      const struct zv_config_listen *l)
{
	for (size_t i = 0; i < l->n_origins; i++) {
		struct zv_str origin = l->origins[i];
		size_t scheme = zv_str_find(origin, ZV_STR("://"));
		struct zv_str host = zv_str_from(origin, scheme + 3);

		if (scheme == origin.n || host.n == 0 || memchr(host.p, '/', host.n) ||
		    memchr(host.p, '*', host.n))
			ZV_CONFIG_WRONG(
				r, o, "origins",
				"origins: '%s' is none; write SCHEME://HOST[:PORT], as "
				"https://crm.example",
				"origins: '%s' не годится; пишите СХЕМА://ХОСТ[:ПОРТ], "
				"например https://crm.example",
				origin.p);
	}
}

static void
check_same_place(struct zv_config_reader *r, struct zv_config_object *o,
		 const struct zv_config_listen *l)
{
	for (const struct zv_config_listen *other = r->config->listens; other < l;
	     other++) {
		const char *a = l->address ? l->address : l->activated;
		const char *b = other->address ? other->address : other->activated;
		bool both_activated = l->activated && other->activated;

		if (!a || !b || !l->activated != !other->activated)
			continue;
		if (strcmp(a, b) == 0 &&
		    (both_activated || (l->port && l->port == other->port)))
			ZV_CONFIG_WRONG(r, o, "bind",
					"[listen %s] has the same address",
					"у [listen %s] тот же адрес", other->name);
	}
}

void
zv_config_check_listen(struct zv_config_reader *r, struct zv_config_object *o)
{
	struct zv_config_listen *l = o->at;

	l->name = o->name.n ? o->name.p : "main";
	check_tls(r, o, l);
	check_panels(r, o, l);
	check_origins(r, o, l);
	check_same_place(r, o, l);
}
