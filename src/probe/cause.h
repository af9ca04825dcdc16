/* cause.h - why AJAM is not reached: one row per cause, with what was found, what to
 * change and what to exit with. */
#ifndef ZV_PROBE_CAUSE_H
#define ZV_PROBE_CAUSE_H

#include "ajam/explain.h"
#include "probe/text.h"
#include "io/fault_kind.h"
#include "probe/end.h"

#define ZV_PROBE_MAX_CURES 4

/* In its texts {1} is host and port, {2} a detail, {3} the path; in its cures {1} is the
 * port, {2} the detail, {3} the path. */
struct zv_probe_cause {
	const char *word; /* in JSON; the same in every language */
	enum zv_probe_text step;
	enum zv_probe_text text;
	enum zv_probe_text cures[ZV_PROBE_MAX_CURES]; /* ended by ZV_PT_NOTHING */
	int code;				      /* enum zv_probe_end */
};

/* Of an answer that is none of AJAM. */
const struct zv_probe_cause *zv_probe_cause_of_answer(enum zv_ajam_cause cause);

/* Of an exchange that failed. NULL: of NONE. */
const struct zv_probe_cause *zv_probe_cause_of_fault(enum zv_fault fault);

/* What the probe finds by asking further. */
enum zv_probe_finding {
	ZV_PROBE_FOUND_TLS,	     /* http:// to a port that speaks TLS */
	ZV_PROBE_FOUND_PLAIN,	     /* https:// to one that does not */
	ZV_PROBE_FOUND_AMI,	     /* AMI's own port */
	ZV_PROBE_FOUND_STRANGER,     /* not HTTP; detail: its first line */
	ZV_PROBE_FOUND_PATH,	     /* AJAM is at another path; detail: which */
	ZV_PROBE_FOUND_NO_WEB,	     /* right prefix, manager runs: webenabled */
	ZV_PROBE_FOUND_NO_MANAGER,   /* right prefix: enabled or webenabled */
	ZV_PROBE_FOUND_OTHER_PREFIX, /* detail: which; no AJAM there either */
	ZV_PROBE_FOUND_NO_AJAM,	     /* prefix, enabled or webenabled; manager runs */
	ZV_PROBE_FOUND_NOTHING,	     /* prefix, enabled or webenabled */
	ZV_PROBE_FOUND_CACHE,	     /* the same answer twice */
	ZV_PROBE_N_FINDINGS,
};
const struct zv_probe_cause *zv_probe_cause_of_finding(enum zv_probe_finding finding);

#endif
