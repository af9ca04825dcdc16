/* config_print.c - the configuration as a file again. */
#include <arpa/inet.h>

#include "base/str.h"
#include "zvond/config_impl.h"

/* ---- values ------------------------------------------------------------------------ */

struct shown {
	const struct zv_option *option;
	const char *base, *at;
	struct zv_buf *out; /* the value alone */
};

static const void *
pointer_at(const char *at)
{
	const void *p;

	memcpy(&p, at, sizeof p);
	return p;
}

static size_t
length_of(const struct shown *s)
{
	size_t n;

	memcpy(&n, s->base + s->option->n_at, sizeof n);
	return n;
}

static void
show_text(const struct shown *s)
{
	zv_buf_add(s->out, zvon_str(pointer_at(s->at)));
}

static void
show_view(const struct shown *s)
{
	struct zv_str view;

	memcpy(&view, s->at, sizeof view);
	zv_buf_add(s->out, view);
}

static void
show_number(const struct shown *s)
{
	int number;

	memcpy(&number, s->at, sizeof number);
	if (number || s->option->standard)
		zv_buf_printf(s->out, "%d", number);
}

static void
show_size(const struct shown *s)
{
	size_t size;

	memcpy(&size, s->at, sizeof size);
	zv_buf_printf(s->out, "%zu", size);
}

static void
show_factor(const struct shown *s)
{
	double factor;

	memcpy(&factor, s->at, sizeof factor);
	zv_buf_printf(s->out, "%.10g", factor);
}

static void
show_yes(const struct shown *s)
{
	bool yes;

	memcpy(&yes, s->at, sizeof yes);
	zv_buf_add(s->out, yes ? ZV_STR("yes") : ZV_STR("no"));
}

/* The n-th of "a|b|c". */
static struct zv_str
word_at(const char *words, int n)
{
	struct zv_str rest = zvon_str(words), word = { NULL, 0 };

	while (n-- >= 0 && zv_str_split(&rest, '|', &word))
		;
	return word;
}

static void
show_choice(const struct shown *s)
{
	int choice;

	memcpy(&choice, s->at, sizeof choice);
	zv_buf_add(s->out, word_at(s->option->words, choice - (int)s->option->least));
}

static void
show_flags(const struct shown *s)
{
	struct zv_str rest = zvon_str(s->option->words), word;
	unsigned flags;
	bool any = false;

	memcpy(&flags, s->at, sizeof flags);
	for (int bit = (int)s->option->least; zv_str_split(&rest, '|', &word); bit++) {
		if (!(flags & 1u << bit))
			continue;
		zv_buf_printf(s->out, "%s%.*s", any ? "," : "", ZV_ARG(word));
		any = true;
	}
	if (!any)
		zv_buf_add(s->out, ZV_STR("none"));
}

static void
show_texts(const struct shown *s)
{
	const struct zv_str *list = pointer_at(s->at);
	size_t n = length_of(s);

	for (size_t i = 0; i < n; i++)
		zv_buf_printf(s->out, "%s%.*s", i ? "," : "", ZV_ARG(list[i]));
}

static void
show_network(struct zv_buf *out, const struct zv_config_network *network)
{
	char text[INET6_ADDRSTRLEN] = "";
	static const unsigned char v4[12] = { [10] = 0xff, [11] = 0xff };

	if (memcmp(network->address, v4, sizeof v4) == 0 && network->bits >= 96) {
		inet_ntop(AF_INET, network->address + 12, text, sizeof text);
		zv_buf_printf(out, "%s/%d", text, network->bits - 96);
	} else {
		inet_ntop(AF_INET6, network->address, text, sizeof text);
		zv_buf_printf(out, "%s/%d", text, network->bits);
	}
}

static void
show_networks(const struct shown *s)
{
	const struct zv_config_network *list = pointer_at(s->at);
	size_t n = length_of(s);

	for (size_t i = 0; i < n; i++) {
		zv_buf_add(s->out, i ? ZV_STR(",") : ZV_STR(""));
		show_network(s->out, &list[i]);
	}
}

static void
show_bind(const struct shown *s)
{
	const struct zv_config_listen *l = (const struct zv_config_listen *)s->base;

	if (l->activated)
		zv_buf_printf(s->out, "systemd:%s", l->activated);
	else if (l->address)
		zv_buf_printf(s->out, strchr(l->address, ':') ? "[%s]:%d" : "%s:%d",
			      l->address, l->port);
}

static void
show_secret(const struct shown *s)
{
	if (pointer_at(s->at))
		zv_buf_add(s->out, ZV_STR("***"));
}

static void
show_secrets(const struct shown *s)
{
	size_t n = length_of(s);

	for (size_t i = 0; i < n; i++)
		zv_buf_add(s->out, i ? ZV_STR(",***") : ZV_STR("***"));
}

static void
show_nothing(const struct shown *s)
{
	(void)s;
}

static void (*const shows[ZV_OPTION_TYPES])(const struct shown *s) = {
	[ZV_OPTION_TEXT] = show_text,	    [ZV_OPTION_VIEW] = show_view,
	[ZV_OPTION_WORD] = show_text,	    [ZV_OPTION_NAME] = show_view,
	[ZV_OPTION_NUMBER] = show_number,   [ZV_OPTION_SIZE] = show_size,
	[ZV_OPTION_FACTOR] = show_factor,   [ZV_OPTION_YES] = show_yes,
	[ZV_OPTION_CHOICE] = show_choice,   [ZV_OPTION_FLAGS] = show_flags,
	[ZV_OPTION_TEXTS] = show_texts,	    [ZV_OPTION_NETWORKS] = show_networks,
	[ZV_OPTION_BIND] = show_bind,	    [ZV_OPTION_SECRET] = show_secret,
	[ZV_OPTION_SECRETS] = show_secrets, [ZV_OPTION_NOTHING] = show_nothing,
};

/* ---- lines ------------------------------------------------------------------------- */

static void
add_line(struct zv_buf *out, const struct zv_option *option, struct zv_str value)
{
	bool is_default = zvon_str_equal(value, zvon_str(option->standard));

	zv_buf_printf(out, "%s%s =", is_default ? ";" : "", option->key);
	if (value.n)
		zv_buf_add_char(out, ' ');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == ';')
			zv_buf_add_char(out, '\\');
		zv_buf_add_char(out, value.p[i]);
	}
	zv_buf_add_char(out, '\n');
}

/* Those of the role; the ones that all roles end with are not written. */
static void
add_dial(struct zv_buf *out, const struct zv_option *option, const char *base)
{
	const struct zv_role *role = (const struct zv_role *)base;
	size_t own = role->n_dial - zv_n_default_dial_rules;

	if (own == 0)
		zv_buf_printf(out, ";%s =\n", option->key);
	for (size_t i = 0; i < own; i++)
		zv_buf_printf(out, "%s = %s %.*s\n", option->key,
			      role->dial[i].allow ? "allow" : "deny",
			      ZV_ARG(role->dial[i].pattern));
}

static void
add_settings(struct zv_buf *out, enum zv_option_section section, const void *object)
{
	for (size_t i = 0; i < zv_n_config_options; i++) {
		const struct zv_option *option = &zv_config_options[i];
		const char *base = object;
		struct zv_buf value = { 0 };
		struct shown s = { option, base, base + option->at, &value };

		if (option->section != section)
			continue;
		if (option->type == ZV_OPTION_DIAL) {
			add_dial(out, option, base);
			continue;
		}
		shows[option->type](&s);
		add_line(out, option, zv_buf_str(&value));
		zv_buf_deinit(&value);
	}
}

/* ---- sections ------------------------------------------------------------------------ */

/* Whole paths, as they were understood; one that is off says so. */
static void
print_history(struct zv_buf *out, const struct zv_config_history *h)
{
	struct zv_config_history shown = *h;

	if (!shown.store)
		shown.store = h->is_temporary ? "temporary" : "no";
	zv_buf_add(out, ZV_STR("\n[history]\n"));
	add_settings(out, ZV_SECTION_HISTORY, &shown);
}

static void
print_listen(struct zv_buf *out, const struct zv_config_listen *l)
{
	zv_buf_printf(out, "\n[listen %s]\n", l->name);
	add_settings(out, ZV_SECTION_LISTEN, l);
}

/* What came from a file is not shown beside its name. */
static void
print_server(struct zv_buf *out, const struct zv_config_server *server)
{
	struct zv_config_station st = { .server = *server };

	if (st.server.secret_file)
		st.server.secret = NULL;
	zv_buf_printf(out, "\n[server %.*s]\n", ZV_ARG(server->hub.name));
	add_settings(out, ZV_SECTION_SERVER, &st);
}

static void
print_user(struct zv_buf *out, const struct zv_user *user,
	   const struct zv_config_secrets *secrets)
{
	struct zv_config_account a = { .user = *user,
				       .secrets = *secrets,
				       .role_name = user->role->name.p };

	if (a.secrets.password_file)
		a.secrets.password_hash = NULL;
	zv_buf_printf(out, "\n[user %.*s]\n", ZV_ARG(user->name));
	add_settings(out, ZV_SECTION_USER, &a);
}

void
zv_config_print(const struct zv_config *c, struct zv_buf *out)
{
	zv_buf_add(out, ZV_STR("[general]\n"));
	add_settings(out, ZV_SECTION_GENERAL, c);
	print_history(out, &c->history);
	zv_buf_add(out, ZV_STR("\n[recordings]\n"));
	add_settings(out, ZV_SECTION_RECORDINGS, &c->recordings);
	for (size_t i = 0; i < c->n_listens; i++)
		print_listen(out, &c->listens[i]);
	for (size_t i = 0; i < c->n_servers; i++)
		print_server(out, &c->servers[i]);
	for (size_t i = 0; i < c->n_roles; i++) {
		zv_buf_printf(out, "\n[role %.*s]\n", ZV_ARG(c->roles[i].name));
		add_settings(out, ZV_SECTION_ROLE, &c->roles[i]);
	}
	for (size_t i = 0; i < c->n_users; i++)
		print_user(out, &c->users[i], &c->secrets[i]);
}
