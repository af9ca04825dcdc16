#include "onec/probing.h"

#include "base/err.h"
#include "base/mem.h"
#include "client/client.h"
#include "onec/pin.h"
#include "probe/probe.h"

struct probing {
	const struct zv_client_options *client;
	struct zv_buf *out;
	struct zv_error *err;
};

static void
tell(void *user, const struct zv_probe_line *line)
{
	struct probing *probing = user;

	zv_probe_add_line(probing->out, line);
}

static struct zv_client *
make_client(struct zv_probe *p, const struct zv_client_options *wanted,
	    const struct zv_client_handlers *handlers, int *code)
{
	struct probing *probing = p->user;
	const struct zv_client_options *known = probing->client;
	struct zv_client_options options = *wanted;
	struct zv_client *client;

	options.url = known->url;
	options.user = known->user;
	options.secret = known->secret;
	options.ca_file = known->ca_file;
	options.pin = known->pin;
	options.insecure = known->insecure;
	options.proxy = known->proxy;
	options.plain_login = known->plain_login;
	client = zvon_client_new(&options, handlers, p, probing->err);
	if (!client)
		*code = ZV_PROBE_END_USAGE;
	return client;
}

static int
take_user(struct zv_probe *p, const struct zv_component *c, const char *user,
	  struct zv_error *err)
{
	if (user && *user) {
		zv_free(p->url.user);
		p->url.user = zv_strdup(user);
		return p->url.user ? 0 : zv_fail_nomem(err);
	}
	if (p->url.user)
		return 0;
	return zv_fail(err, ZV_EINVAL, "%s",
		       zv_component_is_russian(c) ? "не указано имя пользователя"
						  : "no user name is given");
}

/* It finds its code when it is through. */
static void
keep_resolver(const struct zv_probe *p)
{
	if (p->left_resolver || (p->client && zv_client_is_resolving(p->client)))
		zv_pin_library();
}

int
zv_onec_probe(struct zv_component *c, const struct zv_client_options *client,
	      struct zv_buf *out, struct zv_error *err)
{
	struct probing probing = { client, out, err };
	struct zv_probe p = {
		.target = client->url,
		.how = { .ca_file = client->ca_file,
			 .pin = client->pin,
			 .insecure = client->insecure,
			 .proxy = client->proxy },
		.make_client = make_client,
		.user = &probing,
		.report = { tell, &probing, zv_component_is_russian(c) },
	};
	int rc = zv_url_parse(&p.url, zvon_str(client->url), err);

	if (rc == 0)
		rc = take_user(&p, c, client->user, err);
	if (rc == 0) {
		zv_probe_run(&p);
		keep_resolver(&p);
		rc = err->code;
	}
	if (rc == 0 && zv_buf_failed(out))
		rc = zv_fail_nomem(err);
	zvon_client_free(p.client);
	zv_url_deinit(&p.url);
	return rc;
}
