/* config_user.c - [user NAME]: how he signs in, and his lines. */
#include "base/str.h"
#include "zvond/config_impl.h"

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

static void
check_password(struct zv_config_reader *r, struct zv_config_object *o,
	       struct zv_config_secrets *s)
{
	const struct zv_conf_setting *file = zv_config_seen(o, "password_file");
	const struct zv_conf_setting *hash = zv_config_seen(o, "password_hash");
	mode_t mode;
	size_t n;

	if (file && s->password_hash)
		ZV_CONFIG_WRONG(r, o, "password_file", "two passwords: take one",
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
		ZV_CONFIG_WRONG(r, o, file ? "password_file" : "password_hash",
				"this is no hash of argon2id; `zvond passwd` makes one",
				"это не хеш argon2id; его делает `zvond passwd`");
}

static void
check_tokens(struct zv_config_reader *r, struct zv_config_object *o,
	     const struct zv_config_secrets *s)
{
	for (size_t i = 0; i < s->n_tokens; i++)
		if (!zv_config_is_hash(s->tokens[i]))
			ZV_CONFIG_WRONG(
				r, o, "token",
				"token must be sha256: and 64 digits, as `zvond token` "
				"prints",
				"token — это sha256: и 64 цифры, как печатает `zvond "
				"token`");
	if (!s->password_hash && !s->n_tokens &&
	    r->config->jwt_algorithm == ZV_JWT_NONE)
		ZV_CONFIG_WARN(r, o, "token",
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
			ZV_CONFIG_WRONG(r, o, "lines",
					"lines: '%s': there is no [server %.*s]",
					"lines: '%s': нет [server %.*s]", line.p,
					ZV_ARG(server));
	}
	for (size_t i = 0; i < number.n; i++) {
		unsigned char c = (unsigned char)number.p[i];

		if (c <= ' ' || strchr("/&|;${}()\"'\\@", c)) {
			ZV_CONFIG_WRONG(
				r, o, "lines",
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
		zv_config_unknown_role(r, o, "role", a->role_name);
	if (!zv_config_seen(o, "auto_pause"))
		a->user.auto_pause = zv_config_auto_pause(r->config);
	check_password(r, o, &a->secrets);
	check_tokens(r, o, &a->secrets);
	for (size_t i = 0; i < a->user.n_lines; i++)
		check_line(r, o, a->user.lines[i]);
}
