#include <stdio.h>
#include <string.h>

#include "io/clock.h"
#include "probe/probe.h"

static void
tell_summary(struct zv_probe *p)
{
	struct zv_probe_line line = ZV_PROBE_LINE(p, ZV_PT_STEP_SUMMARY,
						  (int)(zv_clock_ms() - p->start_ms));
	char n[16];

	snprintf(n, sizeof n, "%d", p->report.n_warnings);
	if (p->state == ZV_STATE_CLOSED && !p->code) {
		zv_probe_say(&line, ZV_PROBE_FAILED, ZV_PT_ADVICE_LOST, p->why, NULL);
		p->code = zv_probe_end_of(p->reason, p->lost_during);
	} else if (p->code > ZV_PROBE_END_NEGATIVE) {
		zv_probe_say(&line, ZV_PROBE_FAILED, ZV_PT_SUMMARY_FAILED, NULL);
	} else if (p->code) {
		zv_probe_say(&line, ZV_PROBE_FAILED, ZV_PT_SUMMARY_MISSING, NULL);
	} else {
		zv_probe_say(&line, ZV_PROBE_OK,
			     p->report.n_warnings ? ZV_PT_SUMMARY_WARNINGS
						  : ZV_PT_SUMMARY_GOOD,
			     n, NULL);
		if (p->url.protocol == ZV_URL_AMI)
			zv_probe_advise(&line, ZV_PT_ADVICE_WRITETIMEOUT, p->url.user,
					NULL);
	}
	zv_probe_tell(&p->report, &line);
}

void
zv_probe_run(struct zv_probe *p)
{
	p->start_ms = zv_clock_ms();
	snprintf(p->place, sizeof p->place,
		 strchr(p->url.host, ':') ? "[%s]:%d" : "%s:%d", p->url.host,
		 p->url.port);
	snprintf(p->port, sizeof p->port, "%d", p->url.port);
	if (zv_probe_connect(p))
		zv_probe_account(p);
	if (p->report.n_failed || p->report.n_warnings || p->client)
		tell_summary(p);
}
