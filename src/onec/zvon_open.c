/* A desk for a URL: one of our own over AMI or AJAM, or one in zvond. */
#include "onec/zvon_script.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/writer.h"
#include "onec/link_daemon.h"
#include "onec/link_desk.h"

/* ---- what Connect was called with --------------------------------------------------------- */

void
zv_script_target_free(void *data)
{
	struct zv_script_target *t = data;

	if (!t)
		return;
	zv_script_options_free(t->options);
	if (t->secret)
		zv_wipe(t->secret, strlen(t->secret));
	if (t->url) /* may hold a secret, too */
		zv_wipe(t->url, strlen(t->url));
	zv_free(t->url);
	zv_free(t->user);
	zv_free(t->secret);
	zv_free(t->line);
	zv_free(t);
}

static char *
copy(const struct zv_buf *text)
{
	return zv_memdup(text->p ? text->p : "", text->n);
}

struct zv_script_target *
zv_script_target_new(struct zv_script *s, const struct zv_value *arguments)
{
	struct zv_script_target *t = zv_calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->url = copy(&arguments[0].bytes);
	t->user = copy(&arguments[1].bytes);
	t->secret = copy(&arguments[2].bytes);
	t->line = copy(&s->set.line);
	t->options = zv_script_options_copy(s->set.options);
	t->is_waited_for = !s->set.is_asynchronous;
	t->is_legacy = s->set.is_legacy;
	t->log_level = s->set.log_level;
	if (t->url && t->user && t->secret && t->line && t->options)
		return t;
	zv_script_target_free(t);
	return NULL;
}

/* ---- network thread: opening ------------------------------------------------------------- */

static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct zv_script *s = user;

	zv_logfile_write(&s->net.log, level, area, text);
}

static const char *
text_or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static struct zv_desk *
open_direct(struct zv_script *s, const struct zv_script_target *t, struct zv_error *err)
{
	struct zv_link_desk_options o = { .log = { on_log, s, t->log_level } };

	zv_script_options_fill(t->options, &o);
	o.client.url = t->url;
	o.client.user = text_or_null(t->user);
	o.client.secret = text_or_null(t->secret);
	o.line = zvon_str(t->line);
	o.version = ZV_STR(ZVON_PROJECT_VERSION);
	return zv_link_desk_new(&o, &zv_script_handlers, s, err);
}

/* {"lines":["101"]}: of whom events are wanted. */
static int
write_subscription(struct zv_buf *out, const char *line)
{
	struct zv_json j = { .out = out };
	struct zv_str text = zvon_str(line);

	zv_json_begin_object(&j);
	zv_json_strings(&j, "lines", &text, 1);
	zv_json_end_object(&j);
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

static struct zv_desk *
open_daemon(struct zv_script *s, const struct zv_script_target *t, struct zv_error *err)
{
	struct zv_link_desk_options o = { 0 };
	struct zv_link_daemon_options d = { 0 };
	struct zv_buf lines = { 0 };
	struct zv_desk *desk = NULL;

	zv_script_options_fill(t->options, &o);
	d.session.url = t->url;
	d.session.user = text_or_null(t->user);
	d.session.secret = text_or_null(t->secret);
	d.session.russian = zv_component_is_russian(s->component);
	d.ca_file = o.client.ca_file;
	d.pin = o.client.pin;
	d.insecure = o.client.insecure;
	d.proxy = o.client.proxy;
	d.connect_timeout_ms = o.client.connect_timeout_ms;
	if (*t->line && write_subscription(&lines, t->line) < 0)
		zv_fail_nomem(err);
	else
		d.session.subscription = lines.n ? zv_buf_cstr(&lines) : NULL;
	if (!*t->line || lines.n)
		desk = zv_link_daemon_new(&d, &zv_script_handlers, s, err);
	zv_buf_deinit(&lines);
	return desk;
}

struct zv_desk *
zv_script_open(struct zv_script *s, const struct zv_script_target *t,
	       struct zv_error *err)
{
	return zv_link_daemon_is_url(zvon_str(t->url)) ? open_daemon(s, t, err)
						       : open_direct(s, t, err);
}
