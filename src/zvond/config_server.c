/* config_server.c - [server NAME]: the URL, also of what Creatio's connector had, and the
 * secret. */
#include "base/str.h"
#include "client/url.h"
#include "term/reason.h"
#include "zvond/config_impl.h"

/* The URL of what Creatio's connector has in four parameters. */
static void
make_url(struct zv_config_reader *r, struct zv_config_object *o,
	 struct zv_config_station *st)
{
	const char *url = st->server.url;

	if (url && !strstr(url, "://")) {
		ZV_CONFIG_WARN(r, o, "url",
			       "url = %s is a host, as in Creatio's connector; taken "
			       "as ami://",
			       "url = %s — это хост, как в коннекторе Creatio; понято "
			       "как ami://",
			       url);
		st->host = url;
	}
	if (!st->host)
		return;
	if (!st->user)
		ZV_CONFIG_WRONG(r, o, "user",
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
	char reason[ZV_REASON_MAX];
	const struct zv_conf_setting *file = zv_config_seen(o, "secret_file");
	size_t n;

	if (zv_url_parse(&url, zvon_str(s->url), &why) < 0) {
		ZV_CONFIG_WRONG(r, o, "url", "url: %s", "url: %s",
				zv_reason(why.text, reason));
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
		ZV_CONFIG_WRONG(r, o, "secret_file",
				"two secrets: take secret_file, and only it",
				"два секрета: оставьте только secret_file");
	else if (file) {
		s->secret_file = zv_config_path(r, file);
		s->secret = (char *)zv_config_secret(r, file, false, false, &n);
	}
	if (!file && !s->secret)
		ZV_CONFIG_WRONG(r, o, "url", "the secret is missing: set secret_file",
				"нет секрета: укажите secret_file");
	if (!url.user)
		ZV_CONFIG_WRONG(
			r, o, "url",
			"the user of manager.conf is missing: %s://USER@%s",
			"не указан пользователь из manager.conf: %s://ПОЛЬЗОВАТЕЛЬ@%s",
			url.scheme, url.host);
	if (!url.tls && (s->ca_file || s->pin || s->insecure))
		ZV_CONFIG_WARN(
			r, o,
			s->ca_file ? "ca_file"
			: s->pin   ? "pin"
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
		ZV_CONFIG_WRONG(r, o, s->demo ? "demo" : "replay",
				"[server %s] needs exactly one of url, demo and replay",
				"разделу [server %s] нужно одно из url, demo и replay",
				o->name.p);
	else if (s->url)
		check_url(r, o, s);
	zv_config_check_cdr(r, o, &s->cdr);
	if (s->hub.queue_interface.n &&
	    zv_str_find(s->hub.queue_interface, ZV_STR("{0}")) ==
		    s->hub.queue_interface.n)
		ZV_CONFIG_WRONG(
			r, o, "queue_interface",
			"queue_interface = %s: {0} is missing, where the line's number "
			"goes",
			"queue_interface = %s: нет {0}, места для номера линии",
			s->hub.queue_interface.p);
}
