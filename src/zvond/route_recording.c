/* Recordings: to be heard, drawn, and given on as a link. Never a path from the client: an id of
 * the history, 128 bits of which are chance. */
#include "base/str.h"
#include "audio/peaks.h"
#include "hist/when.h"
#include "io/clock.h"
#include "json/writer.h"
#include "zvond/recording_link.h"
#include "zvond/recordings.h"
#include "zvond/routes.h"

static const struct zv_config_recordings *
config_of(const struct zv_exchange *x)
{
	return &zv_daemon_config(zv_exchange_daemon(x))->recordings;
}

static bool
is_id(struct zv_str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') ||
		      (id.p[i] >= 'a' && id.p[i] <= 'f')))
			return false;
	return id.n > 0 && id.n <= ZV_RECORDING_ID_MAX;
}

/* Who made the link, as he is now; NULL: it was refused. */
static const struct zv_user *
user_of_link(struct zv_exchange *x)
{
	struct zv_daemon *d = zv_exchange_daemon(x);
	const struct zv_user *user = NULL;
	struct zv_buf name = { 0 };
	int rc = zv_recording_link_check(d->recordings->key, x->argument,
					 x->request->query,
					 zv_clock_unix_us() / 1000000, &name);

	if (rc == 0 && config_of(x)->links)
		user = zv_hub_find_user(d->hub, zv_buf_str(&name));
	zv_buf_deinit(&name);
	if (rc == ZV_EAUTH) /* not one that was good, or is of somebody who has gone */
		zv_recordings_missed(d->recordings, x, (struct zv_str){ NULL, 0 });
	if (user) /* as good as a login: not dropped for others who come */
		zv_conn_prove(x->front->conn);
	else
		zv_exchange_refuse(x, 403, "link",
				   "this link is not good, or has expired");
	return user;
}

/* What all three need; false: answered. */
static bool
may_ask(struct zv_exchange *x, struct zv_recording_job *options)
{
	struct zv_recordings *r = zv_exchange_daemon(x)->recordings;
	struct zv_str asker = x->user ? x->user->name : (struct zv_str){ NULL, 0 };
	int wait_ms;

	if (config_of(x)->places.n_roots == 0) {
		zv_exchange_refuse(x, 404, "no_recordings",
				   "there are no recordings here: set root in "
				   "[recordings]");
		return false;
	}
	wait_ms = zv_recordings_wait_ms(r, x, asker);
	if (wait_ms > 0) {
		zv_exchange_refuse_for(x, 429, wait_ms, "limit",
				       "too many recordings that are none");
		return false;
	}
	if (!x->user) {
		x->user = user_of_link(x);
		options->by_link = true;
		if (!x->user)
			return false;
	}
	if (zv_role_recordings(x->user->role) == ZV_REACH_NONE) {
		zv_exchange_refuse(x, 403, "denied",
				   "your role may hear no recordings");
		return false;
	}
	if (is_id(x->argument)) {
		memcpy(options->id, x->argument.p, x->argument.n);
		return true;
	}
	zv_recordings_missed(r, x, asker);
	zv_exchange_refuse(x, 404, "not_found",
			   "there is no such recording, or it is not yours");
	return false;
}

/* ---- hearing -------------------------------------------------------------------------------- */

/* "format": original or wav; "download": 1. false: answered. */
static bool
read_form(struct zv_exchange *x, struct zv_recording_job *options)
{
	struct zv_buf form = { 0 };
	long long save;
	bool good;

	if (!zv_query_number(x, "download", 0, 1, 0, &save))
		return false;
	options->save = save == 1;
	good = zv_http_query_value(x->request->query, "format", &form) >= 0;
	options->as_it_is = zvon_str_equal(zv_buf_str(&form), ZV_STR("original"));
	good = good && (options->as_it_is || form.n == 0 ||
			zvon_str_equal(zv_buf_str(&form), ZV_STR("wav")));
	zv_buf_deinit(&form);
	if (!good)
		zv_exchange_refuse(x, 400, "bad_argument",
				   "format must be wav or original");
	return good;
}

void
zv_route_recording(struct zv_exchange *x)
{
	struct zv_recording_job options = { .needs_file = true,
					    .ready = zv_recording_send };

	if (may_ask(x, &options) && read_form(x, &options))
		zv_recording_job_start(x, &options);
}

/* ---- the picture ------------------------------------------------------------------------------ */

static void
on_peaks_ready(struct zv_recording_job *job)
{
	long long buckets;

	/* looked at before: it is there and good */
	if (zv_query_number(job->x, "buckets", 1, ZV_PEAKS_MAX, ZV_PEAKS_DEFAULT,
			    &buckets))
		zv_recording_send_peaks(job, (int)buckets);
}

void
zv_route_recording_peaks(struct zv_exchange *x)
{
	struct zv_recording_job options = { .needs_file = true,
					    .ready = on_peaks_ready };
	long long buckets;

	if (may_ask(x, &options) &&
	    zv_query_number(x, "buckets", 1, ZV_PEAKS_MAX, ZV_PEAKS_DEFAULT, &buckets))
		zv_recording_job_start(x, &options);
}

/* ---- a link ------------------------------------------------------------------------------------- */

static void
on_link_ready(struct zv_recording_job *job)
{
	struct zv_exchange *x = job->x;
	struct zv_daemon *d = zv_exchange_daemon(x);
	const struct zv_config_recordings *c = config_of(x);
	struct zv_buf body = { 0 }, url = { 0 };
	struct zv_json j = { .out = &body };
	char text[ZV_WHEN_TEXT];
	long long seconds = c->link_s;
	int64_t until_s;

	/* looked at before; a reload may have made link_s shorter since */
	if (!zv_query_number(x, "seconds", 1, c->link_s, c->link_s, &seconds)) {
		zv_recording_job_end(job);
		return;
	}
	until_s = zv_clock_unix_us() / 1000000 + seconds;
	zv_recording_link_write(&url, d->recordings->key, zvon_str(job->id),
				zv_buf_str(&job->user), until_s);
	zv_json_begin_object(&j);
	zv_json_member(&j, "url", zv_buf_str(&url));
	zv_json_member(&j, "expires", zvon_str(zv_when_text(until_s * 1000, text)));
	zv_json_key(&j, "expires_s");
	zv_json_int(&j, seconds);
	zv_json_end_object(&j);
	body.failed |= url.failed;
	zv_recording_job_end(job);
	zv_exchange_json(x, 200, &body);
	zv_buf_deinit(&url);
	zv_buf_deinit(&body);
}

void
zv_route_recording_link(struct zv_exchange *x)
{
	struct zv_recording_job options = { .ready = on_link_ready };
	const struct zv_config_recordings *c = config_of(x);
	long long seconds;

	if (!may_ask(x, &options))
		return;
	if (!c->links)
		zv_exchange_refuse(x, 403, "denied",
				   "links are off: see links in [recordings]");
	else if (zv_query_number(x, "seconds", 1, c->link_s, c->link_s, &seconds))
		zv_recording_job_start(x, &options);
}
