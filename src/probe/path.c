/* Asterisk answers 404 alike whatever the reason is: another prefix, webenabled = no or
 * enabled = no (1.8 to 22). What else is there tells them apart. */
#include <stdio.h>

#include "base/str.h"
#include "probe/http.h"
#include "probe/reach.h"
#include "io/clock.h"

#define N_OF(array) (sizeof(array) / sizeof *(array))
#define TARGET_MAX  160
#define AMI_LOOK_MS 700

static const char *const prefixes[] = { "", "/asterisk", "/ami", "/ajam", "/manager" };

static const struct encoder {
	const char *name;
	enum zv_ajam_encoding encoding;
} encoders[] = {
	{ "rawman", ZV_AJAM_RAWMAN },	{ "mxml", ZV_AJAM_MXML },
	{ "manager", ZV_AJAM_MANAGER }, { "arawman", ZV_AJAM_RAWMAN },
	{ "amxml", ZV_AJAM_MXML },	{ "amanager", ZV_AJAM_MANAGER },
};

/* What Asterisk's web server has beside AJAM, and answers with something else than 404:
 * its status page (always up to 13, later with enable_status), its files (403 in 1.8 and
 * 11), the WebSocket of res_http_websocket (426). */
static const char *const landmarks[] = { "/httpstatus", "/static/x", "/ws" };

/* A path to ask for, and where it leads. */
struct
try {
	char prefix[ZV_URL_MAX_PREFIX + 2];
	const struct encoder *encoder; /* NULL: a landmark */
	char target[TARGET_MAX];
};

struct search {
	struct zv_probe *p;
	struct zv_probe_ask *ask;
	char prefix[ZV_URL_MAX_PREFIX + 2]; /* of the URL: "/asterisk" */
	const struct encoder *encoder;	    /* of the URL */
	struct try tries[32];
	size_t n;
};

static void
learn_path(struct search *s)
{
	const char *path = s->p->url.path, *name = strrchr(path, '/');

	snprintf(s->prefix, sizeof s->prefix, "%.*s", (int)(name - path), path);
	for (size_t i = 0; i < N_OF(encoders); i++)
		if (zvon_str_equal_nocase(zvon_str(name + 1),
					  zvon_str(encoders[i].name)))
			s->encoder = &encoders[i];
}

static void
add(struct search *s, const char *prefix, const struct encoder *encoder,
    const char *landmark)
{
	struct try *t = &s->tries[s->n++];

	snprintf(t->prefix, sizeof t->prefix, "%s", prefix);
	t->encoder = encoder;
	if (encoder)
		snprintf(t->target, sizeof t->target, "%s/%s?action=Ping", prefix,
			 encoder->name);
	else
		snprintf(t->target, sizeof t->target, "%s%s", prefix, landmark);
}

static bool
is_own(const struct search *s, const char *prefix)
{
	return zvon_str_equal_nocase(zvon_str(prefix), zvon_str(s->prefix));
}

/* AJAM with another encoder, or at another prefix. */
static void
add_encoders(struct search *s)
{
	for (size_t i = 0; i < N_OF(encoders); i++)
		if (&encoders[i] != s->encoder)
			add(s, s->prefix, &encoders[i], "");
	for (size_t i = 0; i < N_OF(prefixes); i++)
		if (!is_own(s, prefixes[i]))
			add(s, prefixes[i], s->encoder, "");
}

static void
add_landmarks(struct search *s)
{
	for (size_t i = 0; i < N_OF(landmarks); i++)
		add(s, s->prefix, NULL, landmarks[i]);
	for (size_t i = 0; i < N_OF(prefixes); i++)
		for (size_t k = 0; k < N_OF(landmarks) && !is_own(s, prefixes[i]); k++)
			add(s, prefixes[i], NULL, landmarks[k]);
}

static bool
is_hit(const struct search *s, const struct try *t,
       const struct zv_probe_answer *answer)
{
	struct zv_ajam_reason reason;

	if (answer->err.code || answer->head.status == 404)
		return false;
	return !t->encoder ||
	       zv_probe_answer_judge(s->ask, answer, t->target, t->encoder->encoding,
				     &reason) == ZV_AJAM_CAUSE_NONE;
}

/* The first of the tries that leads somewhere; they are forgotten but for that one. */
static const struct try *
find(struct search *s)
{
	struct zv_probe_answer answers[ZV_FETCH_MAX_EXCHANGES] = { 0 };
	const struct try *found = NULL;

	for (size_t i = 0; i < s->n && !found; i += N_OF(answers)) {
		const char *targets[N_OF(answers)];
		size_t n = 0;

		for (; n < N_OF(answers) && i + n < s->n; n++)
			targets[n] = s->tries[i + n].target;
		if (zv_clock_ms() >= s->ask->until_ms)
			break;
		zv_probe_ask(s->ask, targets, n, answers);
		while (n--)
			if (is_hit(s, &s->tries[i + n], &answers[n]))
				found = &s->tries[i + n];
	}
	for (size_t i = 0; i < N_OF(answers); i++)
		zv_probe_answer_deinit(&answers[i]);
	s->n = 0;
	return found;
}

/* Does the manager itself run? Then enabled = yes. */
static bool
ami_greets(const struct zv_probe *p)
{
	int64_t until = zv_clock_ms() + AMI_LOOK_MS;
	struct zv_reach reach;
	struct zv_error err = { 0 };

	return !p->how.proxy &&
	       zv_reach_port(p->url.host, ZV_PORT_AMI, true, until, &reach, &err) ==
		       0 &&
	       reach.who == ZV_REACH_ASTERISK;
}

enum zv_probe_finding
zv_probe_path_search(struct zv_probe *p, struct zv_probe_ask *ask,
		     char detail[ZV_PROBE_DETAIL_MAX])
{
	struct search s = { .p = p, .ask = ask };
	const struct try *found;

	detail[0] = '\0';
	learn_path(&s);
	add_encoders(&s);
	found = find(&s);
	if (found) {
		snprintf(detail, ZV_PROBE_DETAIL_MAX, "%s/%s", found->prefix,
			 found->encoder->name);
		return ZV_PROBE_FOUND_PATH;
	}
	add_landmarks(&s);
	found = find(&s);
	if (found && !is_own(&s, found->prefix)) {
		snprintf(detail, ZV_PROBE_DETAIL_MAX, "%s",
			 found->prefix[0] ? found->prefix + 1 : "\"\"");
		return ZV_PROBE_FOUND_OTHER_PREFIX;
	}
	if (found)
		return ami_greets(p) ? ZV_PROBE_FOUND_NO_WEB
				     : ZV_PROBE_FOUND_NO_MANAGER;
	return ami_greets(p) ? ZV_PROBE_FOUND_NO_AJAM : ZV_PROBE_FOUND_NOTHING;
}
