/* Diagnose: why is there no connection? Probe (zvon_probe.c) is for programs, this is for people. */
#include "base/err.h"
#include "onec/link_daemon.h"
#include "onec/link_desk.h"
#include "onec/probing.h"
#include "onec/zvon_script.h"

static int
fail_daemon(const struct zv_component *c, struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL, "%s",
		       zv_component_is_russian(c) ? "проверяется только Asterisk (ami, "
						    "amis, http, https); что не "
						    "так с zvond, говорит Подключить"
						  : "only Asterisk can be probed (ami, "
						    "amis, http, https); what is "
						    "wrong with zvond, Connect tells");
}

int
zv_script_diagnose(struct zv_component *c, const struct zv_method *method,
		   struct zv_value *arguments, struct zv_value *result,
		   struct zv_error *err)
{
	struct zv_script_target *t;
	struct zv_link_desk_options o = { 0 };
	int rc;

	if (zv_link_daemon_is_url(zv_buf_str(&arguments[0].bytes)))
		return fail_daemon(c, err);
	t = zv_script_target_new(zv_component_own(c), arguments);
	if (!t)
		return zv_fail_nomem(err);
	zv_script_options_fill(t->options, &o);
	o.client.url = t->url;
	o.client.user = t->user;
	o.client.secret = *t->secret ? t->secret : NULL;
	result->kind = ZV_VALUE_TEXT;
	rc = zv_onec_probe(c, &o.client, &result->bytes, err);
	zv_script_target_free(t);
	return rc;
}
