/* config.c - sections become structs, row by row of the table. */
#include "zvond/config.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "term/say.h"
#include "zvond/config_impl.h"

#define SECTION_NAME_MAX 64

/* ---- complaints -------------------------------------------------------------------- */

static void complain(struct zv_config_reader *r, struct zv_str file, int line,
		     const char *kind, const char *format, va_list args)
	__attribute__((format(printf, 5, 0)));

static void
complain(struct zv_config_reader *r, struct zv_str file, int line, const char *kind,
	 const char *format, va_list args)
{
	zv_buf_printf(r->complaints, "%.*s:%d: %s", ZV_ARG(file), line, kind);
	zv_buf_vprintf(r->complaints, format, args);
	zv_buf_add_char(r->complaints, '\n');
}

void
zv_config_wrong(struct zv_config_reader *r, struct zv_str file, int line,
		const char *en, const char *ru, ...)
{
	va_list args;

	r->failed = true;
	va_start(args, ru);
	complain(r, file, line, "", zv_say_lang() == ZV_LANG_RU ? ru : en, args);
	va_end(args);
}

void
zv_config_warn(struct zv_config_reader *r, struct zv_str file, int line, const char *en,
	       const char *ru, ...)
{
	bool russian = zv_say_lang() == ZV_LANG_RU;
	va_list args;

	va_start(args, ru);
	complain(r, file, line, russian ? "внимание: " : "warning: ", russian ? ru : en,
		 args);
	va_end(args);
}

void *
zv_config_take(struct zv_config_reader *r, size_t n)
{
	void *p = zv_conf_take(r->text, n ? n : 1);

	if (!p)
		r->out_of_memory = r->failed = true;
	return p;
}

const char *
zv_config_text(struct zv_config_reader *r, const char *format, ...)
{
	struct zv_buf text = { .secret = true };
	struct zv_str kept = { NULL, 0 };
	va_list args;

	va_start(args, format);
	zv_buf_vprintf(&text, format, args);
	va_end(args);
	if (!zv_buf_failed(&text))
		kept = zv_conf_keep(r->text, zv_buf_str(&text));
	if (!kept.p)
		r->out_of_memory = r->failed = true;
	zv_buf_deinit(&text);
	return kept.p ? kept.p : "";
}

/* ---- one section ------------------------------------------------------------------- */

/* The section in which that key would be right, or NULL. */
static const char *
belongs_in(struct zv_str key)
{
	for (int i = 0; i < ZV_SECTIONS; i++)
		if (zv_option_find((enum zv_option_section)i, key))
			return zv_section_names[i];
	return NULL;
}

static void
unknown_key(struct zv_config_reader *r, const struct zv_config_object *o,
	    const struct zv_conf_setting *s)
{
	const char *names[ZV_CONFIG_OPTIONS_MAX + 1], *meant, *section;
	size_t n = 0;

	for (size_t i = 0; i < zv_n_config_options; i++)
		if (zv_config_options[i].section == o->section)
			names[n++] = zv_config_options[i].key;
	names[n] = NULL;
	section = belongs_in(s->key);
	meant = zv_conf_suggest(s->key, names);
	if (section)
		zv_config_wrong(r, ZV_AT(s), "'%s' belongs in [%s], not in [%s]",
				"'%s' ставят в [%s], а не в [%s]", s->key.p, section,
				zv_section_names[o->section]);
	else if (meant)
		zv_config_wrong(r, ZV_AT(s), "unknown key '%s' in [%s]; is %s meant?",
				"неизвестный ключ '%s' в [%s]; может быть, %s?",
				s->key.p, zv_section_names[o->section], meant);
	else
		zv_config_wrong(
			r, ZV_AT(s),
			"unknown key '%s' in [%s]; zvond.conf(5) lists them",
			"неизвестный ключ '%s' в [%s]; все ключи: zvond.conf(5)",
			s->key.p, zv_section_names[o->section]);
}

static void
read_setting(struct zv_config_reader *r, struct zv_config_object *o,
	     const struct zv_conf_setting *s)
{
	const struct zv_option *option = zv_option_find(o->section, s->key);
	const struct zv_conf_setting **seen;

	if (!option) {
		unknown_key(r, o, s);
		return;
	}
	seen = &o->seen[option - zv_config_options];
	if (*seen && !(*seen)->inherited && !zv_config_is_list(option->type)) {
		zv_config_wrong(r, ZV_AT(s),
				"'%s' stands twice; first in line %d of %s",
				"'%s' стоит дважды; впервые в строке %d файла %s",
				s->key.p, (*seen)->line, (*seen)->file.p);
		return;
	}
	if (zv_option_is_legacy(option, s->key))
		zv_config_warn(r, ZV_AT(s),
			       "'%s' is the name of Creatio's connector; taken as %s",
			       "'%s' — имя из коннектора Creatio; понято как %s",
			       s->key.p, option->key);
	*seen = s;
	zv_config_store(r, o, option, s);
}

static void
set_defaults(struct zv_config_reader *r, struct zv_config_object *o, bool lists)
{
	for (size_t i = 0; i < zv_n_config_options; i++) {
		const struct zv_option *option = &zv_config_options[i];
		struct zv_conf_setting s = { .key = zvon_str(option->key),
					     .value = zvon_str(option->standard),
					     .file = o->from->file,
					     .line = o->from->line };

		if (option->section == o->section && option->standard &&
		    zv_config_is_list(option->type) == lists && !o->seen[i])
			zv_config_store(r, o, option, &s);
	}
}

/* Defaults first, so that what is set wins; a list that is set replaces its default. */
static void
read_object(struct zv_config_reader *r, struct zv_config_object *o)
{
	set_defaults(r, o, false);
	for (const struct zv_conf_setting *s = o->from->settings; s; s = s->next)
		read_setting(r, o, s);
	set_defaults(r, o, true);
}

/* ---- names of sections --------------------------------------------------------------- */

/* "server office": the word, and what is behind it. */
static struct zv_str
split_name(struct zv_str name, struct zv_str *word)
{
	zv_str_split(&name, ' ', word);
	return zv_str_trim(name);
}

/* -1: that is no section of ours. */
static int
section_of(const struct zv_conf_section *s, struct zv_str *name)
{
	struct zv_str word;

	*name = split_name(s->name, &word);
	for (int i = 0; i < ZV_SECTIONS; i++)
		if (zvon_str_equal_nocase(word, zvon_str(zv_section_names[i])))
			return i;
	return -1;
}

static void
unknown_section(struct zv_config_reader *r, const struct zv_conf_section *s)
{
	static const char *const later[] = { "history", "recordings", "cluster",
					     "rules", NULL };
	struct zv_str word;
	const char *meant;

	split_name(s->name, &word);
	for (size_t i = 0; later[i]; i++) {
		if (zvon_str_equal_nocase(word, zvon_str(later[i]))) {
			zv_config_wrong(
				r, ZV_AT(s),
				"[%s] is not built yet in this version; take the "
				"section out",
				"[%s] в этой версии ещё не сделан; уберите раздел",
				later[i]);
			return;
		}
	}
	meant = zv_conf_suggest(word, zv_section_names);
	if (meant)
		zv_config_wrong(r, ZV_AT(s), "unknown section [%s]; is [%s] meant?",
				"неизвестный раздел [%s]; может быть, [%s]?", s->name.p,
				meant);
	else
		zv_config_wrong(
			r, ZV_AT(s),
			"unknown section [%s]; there are [general], [listen NAME], "
			"[server NAME], [role NAME], [user NAME]",
			"неизвестный раздел [%s]; есть [general], [listen ИМЯ], "
			"[server ИМЯ], [role ИМЯ], [user ИМЯ]",
			s->name.p);
}

static bool
is_good_name(struct zv_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ' || strchr(":/,|\x7f", name.p[i]))
			return false;
	return name.n <= SECTION_NAME_MAX;
}

static void
check_name(struct zv_config_reader *r, const struct zv_conf_section *s,
	   enum zv_option_section section, struct zv_str name)
{
	const char *word = zv_section_names[section];

	if (section == ZV_SECTION_GENERAL && name.n)
		zv_config_wrong(r, ZV_AT(s), "there is one [general], without a name",
				"[general] один, и имени у него нет");
	else if (section > ZV_SECTION_LISTEN && !name.n)
		zv_config_wrong(r, ZV_AT(s), "[%s] needs a name: [%s NAME]",
				"разделу [%s] нужно имя: [%s ИМЯ]", word, word);
	else if (!is_good_name(name))
		zv_config_wrong(
			r, ZV_AT(s),
			"[%s]: a name has at most %d bytes, and no blanks : / , |",
			"[%s]: имя не длиннее %d байт и без пробелов : / , |",
			s->name.p, SECTION_NAME_MAX);
}

/* Each name once for each word; names as keys of a map "section word + name". */
static void
check_sections(struct zv_config_reader *r)
{
	struct zv_map names = { .seed = 1 };

	for (const struct zv_conf_section *s = zv_conf_sections(r->text); s;
	     s = s->next) {
		struct zv_str name;
		int section = section_of(s, &name);
		struct zv_str key = s->name;
		const struct zv_conf_section *first;

		if (section < 0) {
			unknown_section(r, s);
			continue;
		}
		check_name(r, s, (enum zv_option_section)section, name);
		key = zvon_str(zv_config_text(r, "%s %.*s", zv_section_names[section],
					      ZV_ARG(name)));
		first = zv_map_find(&names, key);
		if (first)
			zv_config_wrong(
				r, ZV_AT(s),
				"[%s] stands twice, first in line %d of %s; [%s](+) "
				"goes on with it",
				"[%s] стоит дважды, впервые в строке %d файла %s; "
				"[%s](+) продолжает его",
				s->name.p, first->line, first->file.p, s->name.p);
		else if (zv_map_add(&names, key, (void *)s) < 0)
			r->out_of_memory = r->failed = true;
	}
	zv_map_deinit(&names);
}

/* ---- all of them --------------------------------------------------------------------- */

static size_t
count(const struct zv_config_reader *r, enum zv_option_section section)
{
	struct zv_str name;
	size_t n = 0;

	for (const struct zv_conf_section *s = zv_conf_sections(r->text); s;
	     s = s->next)
		n += section_of(s, &name) == (int)section;
	return n;
}

static void
read_one(struct zv_config_reader *r, enum zv_option_section section,
	 const struct zv_conf_section *from, struct zv_str name, void *at,
	 void (*check)(struct zv_config_reader *r, struct zv_config_object *o))
{
	struct zv_config_object *o = zv_calloc(1, sizeof *o);

	if (!o) {
		r->out_of_memory = r->failed = true;
		return;
	}
	o->section = section;
	o->from = from;
	o->at = at;
	o->name = zvon_str(zv_config_text(r, "%.*s", ZV_ARG(name)));
	read_object(r, o);
	check(r, o);
	zv_free(o);
}

/* The n-th section of that word fills the n-th element of `at`. */
static void
read_each(struct zv_config_reader *r, enum zv_option_section section, void *at,
	  size_t size, size_t *n,
	  void (*check)(struct zv_config_reader *r, struct zv_config_object *o))
{
	struct zv_str name;

	for (const struct zv_conf_section *s = zv_conf_sections(r->text); s;
	     s = s->next)
		if (section_of(s, &name) == (int)section)
			read_one(r, section, s, name, (char *)at + size * (*n)++,
				 check);
}

/* A section that is meant though it is not written. */
static const struct zv_conf_section *
unwritten(struct zv_config_reader *r)
{
	struct zv_conf_section *s = zv_config_take(r, sizeof *s);

	if (s) {
		s->file = zvon_str(r->config->file ? r->config->file : "");
		s->line = 1;
	}
	return s;
}

static void
read_general(struct zv_config_reader *r)
{
	const struct zv_conf_section *none = unwritten(r);
	size_t n = 0;

	if (count(r, ZV_SECTION_GENERAL) > 1 || !none)
		return; /* that was said */
	read_each(r, ZV_SECTION_GENERAL, r->config, 0, &n, zv_config_check_general);
	if (n == 0)
		read_one(r, ZV_SECTION_GENERAL, none, (struct zv_str){ NULL, 0 },
			 r->config, zv_config_check_general);
}

static void
read_listens(struct zv_config_reader *r)
{
	struct zv_config *c = r->config;
	const struct zv_conf_section *none = unwritten(r);

	c->listens = zv_config_take(r, (count(r, ZV_SECTION_LISTEN) + 1) *
					       sizeof *c->listens);
	if (!c->listens || !none)
		return;
	read_each(r, ZV_SECTION_LISTEN, c->listens, sizeof *c->listens, &c->n_listens,
		  zv_config_check_listen);
	if (c->n_listens == 0)
		read_one(r, ZV_SECTION_LISTEN, none, (struct zv_str){ NULL, 0 },
			 &c->listens[c->n_listens++], zv_config_check_listen);
}

static void
read_servers(struct zv_config_reader *r)
{
	struct zv_config *c = r->config;
	size_t n = count(r, ZV_SECTION_SERVER), read = 0;
	struct zv_config_station *stations = zv_calloc(n + 1, sizeof *stations);

	c->servers = zv_config_take(r, (n + 1) * sizeof *c->servers);
	if (!stations || !c->servers) {
		r->out_of_memory = r->failed = true;
	} else {
		read_each(r, ZV_SECTION_SERVER, stations, sizeof *stations, &read,
			  zv_config_check_server);
		for (; c->n_servers < read; c->n_servers++)
			c->servers[c->n_servers] = stations[c->n_servers].server;
		if (n == 0)
			zv_config_wrong(
				r, zvon_str(c->file ? c->file : ""), 1,
				"no [server NAME]: which Asterisk? Add one with url "
				"and secret_file",
				"нет [server ИМЯ]: какой Asterisk? Добавьте раздел с "
				"url и secret_file");
	}
	zv_free(stations);
}

/* Roles that need not be written; a [role NAME] of the file takes the place. */
static const struct {
	const char *name;
	unsigned rights;
	enum zv_scope sees, controls;
} ready_roles[] = {
#define BIT(right) (1u << ZV_RIGHT_##right)
#define OPERATOR                                                                       \
 (BIT(VIEW) | BIT(DIAL) | BIT(CONTROL) | BIT(TRANSFER) | BIT(PICKUP) |                 \
  BIT(CONFERENCE) | BIT(RECORD) | BIT(AGENT))
	{ "operator", OPERATOR, ZV_SCOPE_QUEUES, ZV_SCOPE_OWN },
	{ "supervisor", OPERATOR | BIT(SPY), ZV_SCOPE_ALL, ZV_SCOPE_ALL },
	{ "viewer", BIT(VIEW), ZV_SCOPE_ALL, ZV_SCOPE_OWN },
};
#define N_READY (sizeof ready_roles / sizeof *ready_roles)

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
	role->calls_a_minute = ZV_CALLS_A_MINUTE;
	role->calls_at_once = ZV_CALLS_AT_ONCE;
	role->dial = zv_default_dial_rules;
	role->n_dial = zv_n_default_dial_rules;
	r->config->n_roles++;
}

static void
read_roles(struct zv_config_reader *r)
{
	struct zv_config *c = r->config;
	struct zv_role *roles = zv_config_take(
		r, (count(r, ZV_SECTION_ROLE) + N_READY) * sizeof *roles);

	c->roles = roles;
	if (!roles)
		return;
	read_each(r, ZV_SECTION_ROLE, roles, sizeof *roles, &c->n_roles,
		  zv_config_check_role);
	for (size_t i = 0; i < N_READY; i++)
		add_ready_role(r, i);
}

static void
read_users(struct zv_config_reader *r)
{
	struct zv_config *c = r->config;
	size_t n = count(r, ZV_SECTION_USER), read = 0;
	struct zv_config_account *accounts = zv_calloc(n + 1, sizeof *accounts);

	c->users = zv_config_take(r, (n + 1) * sizeof *c->users);
	c->secrets = zv_config_take(r, (n + 1) * sizeof *c->secrets);
	if (!accounts || !c->users || !c->secrets) {
		r->out_of_memory = r->failed = true;
	} else {
		read_each(r, ZV_SECTION_USER, accounts, sizeof *accounts, &read,
			  zv_config_check_user);
		for (; c->n_users < read; c->n_users++) {
			c->users[c->n_users] = accounts[c->n_users].user;
			c->secrets[c->n_users] = accounts[c->n_users].secrets;
		}
	}
	zv_free(accounts);
}

/* ---- from the outside -------------------------------------------------------------------- */

static struct zv_config *
read_text(struct zv_config_reader *r, const char *file, struct zv_str text)
{
	struct zv_error why = { 0 };
	bool russian = zv_say_lang() == ZV_LANG_RU;

	r->config = zv_calloc(1, sizeof *r->config);
	if (!r->config)
		return NULL;
	r->text = zv_conf_parse(zvon_str(file), text, zv_config_include, r, russian,
				&why);
	r->config->text = r->text;
	if (!r->text) {
		zv_buf_printf(r->complaints, "%s\n", why.text);
		r->failed = true;
		return r->config;
	}
	r->config->file = zv_config_text(r, "%s", file);
	check_sections(r);
	if (!r->out_of_memory) {
		read_roles(r);
		read_general(r);
		read_servers(r);
		read_listens(r);
		read_users(r);
	}
	return r->config;
}

/* Gives the configuration, or frees it when anything was wrong. */
static struct zv_config *
finish(struct zv_config_reader *r, struct zv_config *c)
{
	struct zv_config_file *f, *next;

	for (f = r->files; f; f = next) {
		next = f->next;
		zv_free(f);
	}
	if (!c || r->out_of_memory) {
		zv_buf_clear(r->complaints);
		zv_buf_printf(
			r->complaints, "%s\n",
			zv_say_pick((struct zv_text){ "out of memory", "нет памяти" }));
	}
	if (c && !r->failed)
		return c;
	zv_config_free(c);
	return NULL;
}

struct zv_config *
zv_config_read(const char *file, struct zv_buf *complaints)
{
	struct zv_config_reader r = { .complaints = complaints };
	struct zv_buf text = { .secret = true };
	struct zv_error why = { 0 };
	struct zv_config *c = NULL;

	if (zv_config_load(&r, file, &text, &why) == 0) {
		c = finish(&r, read_text(&r, file, zv_buf_str(&text)));
	} else {
		zv_buf_printf(complaints, "%s\n", why.text);
	}
	zv_buf_deinit(&text);
	return c;
}

struct zv_config *
zv_config_parse(const char *name, struct zv_str text, struct zv_buf *complaints)
{
	struct zv_config_reader r = { .complaints = complaints };

	return finish(&r, read_text(&r, name, text));
}

void
zv_config_free(struct zv_config *c)
{
	if (!c)
		return;
	zv_conf_free(c->text); /* everything lives there */
	zv_free(c);
}

bool
zv_config_network_has(const struct zv_config_network *list, size_t n,
		      const unsigned char address[16])
{
	for (size_t i = 0; i < n; i++) {
		int whole = list[i].bits / 8, rest = list[i].bits % 8;
		unsigned mask = 0xffu << (8 - rest) & 0xff;

		if (memcmp(list[i].address, address, (size_t)whole) == 0 &&
		    (rest == 0 ||
		     ((list[i].address[whole] ^ address[whole]) & mask) == 0))
			return true;
	}
	return false;
}
