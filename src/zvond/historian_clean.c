/* historian_clean.c - what is too old: deleted, or made nameless, in small steps between the
 * calls that come, each day at clean_at, and after the start. */
#include <time.h>

#include "io/clock.h"
#include "zvond/historian_impl.h"

#define DAY_MS 86400000LL

static const struct zv_config_history *
settings_of(const struct zv_historian *h)
{
	return &zv_daemon_config(h->daemon)->history;
}

static enum zv_clean_step
first_step(const struct zv_config_history *c)
{
	return c->keep_days	   ? ZV_CLEAN_FORGET
	       : c->anonymise_days ? ZV_CLEAN_ANONYMISE
				   : ZV_CLEAN_NOT;
}

/* The first look is after the start: what was due meanwhile is done then. */
void
zv_historian_clean_each_second(struct zv_historian *h)
{
	time_t now = (time_t)(zv_clock_unix_us() / 1000000);
	struct tm local;
	int minute;

	if (!localtime_r(&now, &local) || local.tm_yday == h->cleaned_day)
		return;
	minute = local.tm_hour * 60 + local.tm_min;
	if (h->cleaned_day >= 0 && minute < settings_of(h)->clean_minute)
		return;
	h->cleaned_day = minute < settings_of(h)->clean_minute ? 366 : local.tm_yday;
	h->clean = first_step(settings_of(h));
	if (h->clean)
		zv_historian_pump(h);
}

bool
zv_historian_prepare_clean(struct zv_historian *h, struct zv_history_job *job)
{
	const struct zv_config_history *c = settings_of(h);
	int days;

	if (!h->clean)
		return false;
	days = h->clean == ZV_CLEAN_FORGET ? c->keep_days : c->anonymise_days;
	if (days == 0) {
		h->clean = ZV_CLEAN_NOT; /* a reload has switched it off */
		return false;
	}
	job->clean = h->clean;
	job->before_ms = zv_clock_unix_us() / 1000 - days * DAY_MS;
	return true;
}

static long long
clean_some(struct zv_historian *h, struct zv_history_job *job)
{
	return (job->clean == ZV_CLEAN_FORGET ? zv_store_forget : zv_store_anonymise)(
		h->store, job->before_ms, ZV_HISTORIAN_CLEAN_MOST, &job->err);
}

void
zv_historian_clean(struct zv_historian *h, struct zv_history_job *job)
{
	job->rc = zv_historian_open_store(h, job);
	if (job->rc == 0)
		job->rc = zv_store_begin(h->store, &job->err);
	if (job->rc < 0)
		return;
	job->done = clean_some(h, job);
	job->rc = job->done < 0 ? (int)job->done : zv_store_commit(h->store, &job->err);
	if (job->rc >= 0)
		return;
	job->done = 0;
	zv_store_rollback(h->store);
	zv_historian_close_broken(h, job->rc);
}

static void
say_cleaned(struct zv_historian *h)
{
	zv_log(h->daemon->log, ZV_LOG_INFO, "history",
	       "what is too old is gone deleted=%llu anonymised=%llu",
	       (unsigned long long)h->counters.forgotten,
	       (unsigned long long)h->counters.anonymised);
}

/* Less than was allowed: that was the last of them. */
void
zv_historian_on_cleaned(struct zv_historian *h, const struct zv_history_job *job)
{
	if (!job->clean || job->rc < 0)
		return;
	if (job->clean == ZV_CLEAN_FORGET)
		h->counters.forgotten += (uint64_t)job->done;
	else
		h->counters.anonymised += (uint64_t)job->done;
	if (job->done >= ZV_HISTORIAN_CLEAN_MOST)
		return;
	if (job->clean == ZV_CLEAN_FORGET && settings_of(h)->anonymise_days)
		h->clean = ZV_CLEAN_ANONYMISE;
	else
		h->clean = ZV_CLEAN_NOT;
	if (!h->clean)
		say_cleaned(h);
}
