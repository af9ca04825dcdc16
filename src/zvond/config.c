/* config.c - sections become structs, row by row of the table. */
#include "zvond/config.h"

#include "base/mem.h"
#include "base/str.h"
#include "term/say.h"
#include "zvond/config_impl.h"

/* ---- all of them --------------------------------------------------------------------- */

static size_t
count(const struct zv_config_reader *r, enum zv_option_section section)
{
	struct zv_str name;
	size_t n = 0;

	for (const struct zv_conf_section *s = zv_conf_sections(r->text); s;
	     s = s->next)
		n += zv_config_section_of(s, &name) == (int)section;
	return n;
}

static void
read_one(struct zv_config_reader *r, enum zv_option_section section,
	 const struct zv_conf_section *from, struct zv_str name, void *at,
	 void (*check)(struct zv_config_reader *r, struct zv_config_object *o))
{
	struct zv_config_object *o = zv_calloc(1, sizeof *o);

	if (!o) {
		zv_config_no_memory(r);
		return;
	}
	o->section = section;
	o->from = from;
	o->at = at;
	o->name = zvon_str(zv_config_text(r, "%.*s", ZV_ARG(name)));
	zv_config_read_settings(r, o);
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
		if (zv_config_section_of(s, &name) == (int)section)
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

/* A section that there is once, written or not. */
static void
read_single(struct zv_config_reader *r, enum zv_option_section section, void *at,
	    void (*check)(struct zv_config_reader *r, struct zv_config_object *o))
{
	const struct zv_conf_section *none = unwritten(r);
	size_t n = 0;

	if (count(r, section) > 1 || !none)
		return; /* that was said */
	read_each(r, section, at, 0, &n, check);
	if (n == 0)
		read_one(r, section, none, (struct zv_str){ NULL, 0 }, at, check);
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
		zv_config_no_memory(r);
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

static void
read_roles(struct zv_config_reader *r)
{
	struct zv_config *c = r->config;
	struct zv_role *roles = zv_config_take(
		r, (count(r, ZV_SECTION_ROLE) + ZV_CONFIG_READY_ROLES) * sizeof *roles);

	c->roles = roles;
	if (!roles)
		return;
	read_each(r, ZV_SECTION_ROLE, roles, sizeof *roles, &c->n_roles,
		  zv_config_check_role);
	zv_config_add_ready_roles(r);
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
		zv_config_no_memory(r);
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
	zv_config_check_names(r);
	if (!r->out_of_memory) {
		read_roles(r);
		read_single(r, ZV_SECTION_GENERAL, r->config, zv_config_check_general);
		read_single(r, ZV_SECTION_HISTORY, &r->config->history,
			    zv_config_check_history);
		read_single(r, ZV_SECTION_RECORDINGS, &r->config->recordings,
			    zv_config_check_recordings);
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
	if (zv_buf_failed(r->complaints))
		zv_config_no_memory(r); /* a warning would be lost */
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
