/* config_check.c - what the table cannot say: keys that need each other, names that must
 * exist, files that are read. */
#include "base/str.h"
#include "client/url.h"
#include "zvond/config_impl.h"

const struct zv_conf_setting *
zv_config_seen(const struct zv_config_object *o, const char *key)
{
	const struct zv_option *option = zv_option_find(o->section, zvon_str(key));

	return option ? o->seen[option - zv_config_options] : NULL;
}

const struct zv_role *
zv_config_role(const struct zv_config *c, const char *name)
{
	for (size_t i = 0; i < c->n_roles; i++)
		if (zvon_str_equal(c->roles[i].name, zvon_str(name)))
			return &c->roles[i];
	return NULL;
}

/* "sha256:" and 64 hexadecimal digits. */
bool
zv_config_is_hash(struct zv_str token)
{
	struct zv_str digits = zv_str_from(token, 7);

	if (!zv_str_starts(token, ZV_STR("sha256:")) || digits.n != 64)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		unsigned char c = zv_lower((unsigned char)digits.p[i]);

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

/* Where `key` was set; the section's own line otherwise. */
static struct zv_conf_setting
place(const struct zv_config_object *o, const char *key)
{
	const struct zv_conf_setting *s = zv_config_seen(o, key);

	if (s)
		return *s;
	return (struct zv_conf_setting){ .file = o->from->file, .line = o->from->line };
}

#define WRONG(r, o, key, ...)                                                          \
 do {                                                                                  \
  const struct zv_conf_setting at_ = place(o, key);                                    \
  zv_config_wrong(r, at_.file, at_.line, __VA_ARGS__);                                 \
 } while (0)
#define WARN(r, o, key, ...)                                                           \
 do {                                                                                  \
  const struct zv_conf_setting at_ = place(o, key);                                    \
  zv_config_warn(r, at_.file, at_.line, __VA_ARGS__);                                  \
 } while (0)

#define ROLES_MAX 64 /* among which the one that was meant is looked for */

static void
unknown_role(struct zv_config_reader *r, struct zv_config_object *o, const char *key,
	     const char *name)
{
	const char *names[ROLES_MAX + 1], *meant;
	size_t n = 0;

	for (; n < r->config->n_roles && n < ROLES_MAX; n++)
		names[n] = r->config->roles[n].name.p;
	names[n] = NULL;
	meant = zv_conf_suggest(zvon_str(name), names);
	if (meant)
		WRONG(r, o, key, "there is no role '%s'; is %s meant?",
		      "нет роли '%s'; может быть, %s?", name, meant);
	else
		WRONG(r, o, key, "there is no role '%s'; write a [role %s]",
		      "нет роли '%s'; напишите [role %s]", name ? name : "",
		      name ? name : "NAME");
}

/* ---- [general] ------------------------------------------------------------------------ */

void
zv_config_check_general(struct zv_config_reader *r, struct zv_config_object *o)
{
	struct zv_config *c = r->config;
	const struct zv_conf_setting *file = zv_config_seen(o, "jwt_key_file");
	bool wanted = c->jwt_algorithm != ZV_JWT_NONE;

	if (!c->state)
		c->state = "";
	if (*c->state && *c->state != '/')
		WRONG(r, o, "state", "state = %s: write the whole path, from / on",
		      "state = %s: пишите полный путь, от /", c->state);
	if (wanted && !file) {
		WRONG(r, o, "jwt_algorithm", "jwt_algorithm needs jwt_key_file",
		      "для jwt_algorithm нужен jwt_key_file");
	} else if (file && !wanted) {
		WRONG(r, o, "jwt_key_file", "jwt_key_file needs jwt_algorithm",
		      "для jwt_key_file нужен jwt_algorithm");
	} else if (file) {
		bool hs = c->jwt_algorithm == ZV_JWT_HS256;

		c->jwt_key_file = zv_config_path(r, file);
		c->jwt_key = zv_config_secret(r, file, !hs, !hs, &c->jwt_key_bytes);
		if (hs && c->jwt_key && c->jwt_key_bytes < 32)
			WRONG(r, o, "jwt_key_file",
			      "the secret of HS256 has %zu bytes; RFC 7518 wants 32 at "
			      "least",
			      "секрет HS256 — %zu байт; по RFC 7518 нужно не меньше 32",
			      c->jwt_key_bytes);
	}
}

/* ---- [listen] ---------------------------------------------------------------------------- */

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
		WRONG(r, o, l->key ? "tls_key" : "tls_certificate",
		      "tls_certificate and tls_key go together",
		      "tls_certificate и tls_key указывают вместе");
	if (l->certificate && certificate)
		l->certificate = zv_config_path(r, certificate);
	if (l->key && key)
		l->key = zv_config_path(r, key);
	if (!l->certificate && l->address && !is_loopback(l->address))
		WARN(r, o, "bind",
		     "passwords and calls cross the network readable; set "
		     "tls_certificate "
		     "and tls_key, or bind to 127.0.0.1 behind a proxy with TLS",
		     "пароли и звонки идут по сети открыто; укажите tls_certificate и "
		     "tls_key или слушайте 127.0.0.1 за прокси с TLS");
}

/* Without a login only where something else tells who comes. */
static void
check_panels(struct zv_config_reader *r, struct zv_config_object *o,
	     struct zv_config_listen *l)
{
	if (l->panel_token && !zv_config_is_hash(zvon_str(l->panel_token)))
		WRONG(r, o, "panel_token",
		      "panel_token must be sha256: and 64 digits, as `zvond token` "
		      "prints",
		      "panel_token — это sha256: и 64 цифры, как печатает `zvond "
		      "token`");
	if (!l->panel_role_name) {
		if (l->n_addresses || l->panel_token)
			WRONG(r, o, l->n_addresses ? "addresses" : "panel_token",
			      "panels without a login need a role: set panel_role",
			      "панелям без входа нужна роль: укажите panel_role");
		return;
	}
	l->panel_role = zv_config_role(r->config, l->panel_role_name);
	if (!l->panel_role)
		unknown_role(r, o, "panel_role", l->panel_role_name);
	if (!l->n_addresses && !l->panel_token)
		WRONG(r, o, "panel_role",
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
			WRONG(r, o, "origins",
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
			WRONG(r, o, "bind", "[listen %s] has the same address",
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

/* ---- [server] ------------------------------------------------------------------------------ */

/* The URL of what Creatio's connector has in four parameters. */
static void
make_url(struct zv_config_reader *r, struct zv_config_object *o,
	 struct zv_config_station *st)
{
	const char *url = st->server.url;

	if (url && !strstr(url, "://")) {
		WARN(r, o, "url",
		     "url = %s is a host, as in Creatio's connector; taken as ami://",
		     "url = %s — это хост, как в коннекторе Creatio; понято как ami://",
		     url);
		st->host = url;
	}
	if (!st->host)
		return;
	if (!st->user)
		WRONG(r, o, "user",
		      "the user of manager.conf is missing: set url = "
		      "ami://USER@%s",
		      "не указан пользователь из manager.conf: url = "
		      "ami://ПОЛЬЗОВАТЕЛЬ@%s",
		      st->host);
	st->server.url = zv_config_text(r, "ami://%s@%s:%d", st->user ? st->user : "",
					st->host, st->port ? st->port : ZV_PORT_AMI);
}

/* A secret in this file is for nobody else to read. */
static void
check_inline_secret(struct zv_config_reader *r, struct zv_config_object *o,
		    const char *key)
{
	const struct zv_conf_setting *s = zv_config_seen(o, key);
	mode_t mode;

	if (s && zv_config_is_open(r, s, &mode))
		zv_config_wrong(
			r, ZV_AT(s),
			"a secret stands in a file with mode %04o, which all can read; "
			"use secret_file, or chmod o= %s",
			"секрет в файле с правами %04o, который могут читать все; "
			"используйте secret_file или chmod o= %s",
			(unsigned)mode, s->file.p);
}

static void
check_url(struct zv_config_reader *r, struct zv_config_object *o,
	  struct zv_config_server *s)
{
	struct zv_url url;
	struct zv_error why = { 0 };
	const struct zv_conf_setting *file = zv_config_seen(o, "secret_file");
	size_t n;

	if (zv_url_parse(&url, zvon_str(s->url), &why) < 0) {
		WRONG(r, o, "url", "url: %s", "url: %s", why.text);
		return;
	}
	if (url.secret) {
		const char *colon = strchr(strstr(s->url, "://") + 3, ':');
		const char *end = strrchr(s->url, '@');

		check_inline_secret(r, o, "url");
		s->secret = (char *)zv_config_text(r, "%s", url.secret);
		if (colon && end && colon < end)
			s->url = zv_config_text(r, "%.*s%s", (int)(colon - s->url),
						s->url, end);
	}
	if (s->secret)
		check_inline_secret(r, o, "secret");
	if (file && s->secret)
		WRONG(r, o, "secret_file", "two secrets: take secret_file, and only it",
		      "два секрета: оставьте только secret_file");
	else if (file) {
		s->secret_file = zv_config_path(r, file);
		s->secret = (char *)zv_config_secret(r, file, false, false, &n);
	}
	if (!file && !s->secret)
		WRONG(r, o, "url", "the secret is missing: set secret_file",
		      "нет секрета: укажите secret_file");
	if (!url.user)
		WRONG(r, o, "url", "the user of manager.conf is missing: %s://USER@%s",
		      "не указан пользователь из manager.conf: %s://ПОЛЬЗОВАТЕЛЬ@%s",
		      url.scheme, url.host);
	if (!url.tls && (s->ca_file || s->pin || s->insecure))
		WARN(r, o,
		     s->ca_file ? "ca_file"
		     : s->pin	? "pin"
				: "insecure",
		     "without TLS this means nothing; the url begins with %s://",
		     "без TLS это ничего не значит; url начинается с %s://",
		     url.scheme);
	zv_url_deinit(&url);
}

void
zv_config_check_server(struct zv_config_reader *r, struct zv_config_object *o)
{
	struct zv_config_station *st = o->at;
	struct zv_config_server *s = &st->server;
	const struct zv_conf_setting *ca = zv_config_seen(o, "ca_file");
	const struct zv_conf_setting *replay = zv_config_seen(o, "replay");
	int kinds;

	s->hub.name = o->name;
	if (s->ca_file && ca)
		s->ca_file = zv_config_path(r, ca);
	if (s->replay && replay)
		s->replay = zv_config_path(r, replay);
	if (s->replay || s->demo)
		s->url = s->url && strstr(s->url, "://") ? s->url : NULL;
	else
		make_url(r, o, st);
	kinds = (s->url != NULL) + s->demo + (s->replay != NULL);
	if (kinds != 1)
		WRONG(r, o, s->demo ? "demo" : "replay",
		      "[server %s] needs exactly one of url, demo and replay",
		      "разделу [server %s] нужно одно из url, demo и replay",
		      o->name.p);
	else if (s->url)
		check_url(r, o, s);
	if (s->hub.queue_interface.n &&
	    zv_str_find(s->hub.queue_interface, ZV_STR("{0}")) ==
		    s->hub.queue_interface.n)
		WRONG(r, o, "queue_interface",
		      "queue_interface = %s: {0} is missing, where the line's number "
		      "goes",
		      "queue_interface = %s: нет {0}, места для номера линии",
		      s->hub.queue_interface.p);
}

/* ---- [role] --------------------------------------------------------------------------------- */

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
		WARN(r, o, "dial", "dial without the right: add it to may",
		     "dial без права звонить: добавьте dial в may");
	if (role->n_actions && !zv_role_has(role, ZV_RIGHT_RAW))
		WARN(r, o, "actions", "actions without the right: add raw to may",
		     "actions без права: добавьте raw в may");
}

/* ---- [user] ----------------------------------------------------------------------------------- */

static void
check_password(struct zv_config_reader *r, struct zv_config_object *o,
	       struct zv_config_secrets *s)
{
	const struct zv_conf_setting *file = zv_config_seen(o, "password_file");
	const struct zv_conf_setting *hash = zv_config_seen(o, "password_hash");
	mode_t mode;
	size_t n;

	if (file && s->password_hash)
		WRONG(r, o, "password_file", "two passwords: take one",
		      "два пароля: оставьте один");
	else if (file) {
		s->password_file = zv_config_path(r, file);
		s->password_hash = zv_config_secret(r, file, false, false, &n);
	} else if (hash && zv_config_is_open(r, hash, &mode)) {
		zv_config_warn(
			r, ZV_AT(hash),
			"a password's hash stands in a file with mode %04o, which all "
			"can read; chmod o= %s",
			"хеш пароля в файле с правами %04o, который могут читать все; "
			"chmod o= %s",
			(unsigned)mode, hash->file.p);
	}
	if (s->password_hash && strncmp(s->password_hash, "$argon2id$", 10) != 0)
		WRONG(r, o, file ? "password_file" : "password_hash",
		      "this is no hash of argon2id; `zvond passwd` makes one",
		      "это не хеш argon2id; его делает `zvond passwd`");
}

static void
check_tokens(struct zv_config_reader *r, struct zv_config_object *o,
	     const struct zv_config_secrets *s)
{
	for (size_t i = 0; i < s->n_tokens; i++)
		if (!zv_config_is_hash(s->tokens[i]))
			WRONG(r, o, "token",
			      "token must be sha256: and 64 digits, as `zvond token` "
			      "prints",
			      "token — это sha256: и 64 цифры, как печатает `zvond "
			      "token`");
	if (!s->password_hash && !s->n_tokens &&
	    r->config->jwt_algorithm == ZV_JWT_NONE)
		WARN(r, o, "token",
		     "nobody can sign in as '%s': no password_hash, no token",
		     "войти как '%s' нельзя: нет ни password_hash, ни token",
		     o->name.p);
}

static bool
is_server(const struct zv_config *c, struct zv_str name)
{
	for (size_t i = 0; i < c->n_servers; i++)
		if (zvon_str_equal(c->servers[i].hub.name, name))
			return true;
	return false;
}

/* "101" or "office/101". */
static void
check_line(struct zv_config_reader *r, struct zv_config_object *o, struct zv_str line)
{
	struct zv_str number = line, server;
	size_t slash = zv_str_find(line, ZV_STR("/"));

	if (slash < line.n) {
		zv_str_split(&number, '/', &server);
		if (!is_server(r->config, server))
			WRONG(r, o, "lines", "lines: '%s': there is no [server %.*s]",
			      "lines: '%s': нет [server %.*s]", line.p, ZV_ARG(server));
	}
	for (size_t i = 0; i < number.n; i++) {
		unsigned char c = (unsigned char)number.p[i];

		if (c <= ' ' || strchr("/&|;${}()\"'\\@", c)) {
			WRONG(r, o, "lines",
			      "lines: '%s' is no line; write 101 or SERVER/101",
			      "lines: '%s' не линия; пишите 101 или СЕРВЕР/101",
			      line.p);
			return;
		}
	}
}

bool
zv_config_auto_pause(const struct zv_config *c)
{
	for (size_t i = 0; i < c->n_servers; i++)
		if (c->servers[i].auto_pause)
			return true;
	return false;
}

void
zv_config_check_user(struct zv_config_reader *r, struct zv_config_object *o)
{
	struct zv_config_account *a = o->at;

	a->user.name = o->name;
	a->user.role = a->role_name ? zv_config_role(r->config, a->role_name) : NULL;
	if (!a->user.role)
		unknown_role(r, o, "role", a->role_name);
	if (!zv_config_seen(o, "auto_pause"))
		a->user.auto_pause = zv_config_auto_pause(r->config);
	check_password(r, o, &a->secrets);
	check_tokens(r, o, &a->secrets);
	for (size_t i = 0; i < a->user.n_lines; i++)
		check_line(r, o, a->user.lines[i]);
}
