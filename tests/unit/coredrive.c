#include "coredrive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICKS_AT_ONCE 100 /* more of them in one millisecond are a busy loop */

static void
add(char *to, size_t size, const char *text)
{
	size_t n = strlen(to);

	if (n + strlen(text) + 1 >= size)
		fail_msg("more than %zu bytes of news", size);
	memcpy(to + n, text, strlen(text) + 1);
}

static void
add_word(char *to, size_t size, const char *word)
{
	if (to[0])
		add(to, size, " ");
	add(to, size, word);
}

/* ---- what it tells ------------------------------------------------------------------- */

static void tell(struct coredrive *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
tell(struct coredrive *d, const char *format, ...)
{
	char word[256];
	va_list args;

	va_start(args, format);
	vsnprintf(word, sizeof word, format, args);
	va_end(args);
	add_word(d->told, sizeof d->told, word);
}

static void
on_event(void *user, const struct zv_packet *event)
{
	tell(user, "event:%.*s", ZV_ARG(event->name));
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct coredrive *d = user;

	d->booted = status->booted;
	if (status->text[0]) {
		d->reason = status->reason;
		snprintf(d->why, sizeof d->why, "%s", status->text);
	}
	if (status->state == ZV_STATE_DOWN)
		tell(d, "down:%s", zvon_err_name(status->reason));
	else
		tell(d, "%s", zvon_client_state_name(status->state));
	if (status->state == ZV_STATE_BOOTING && d->in_booting)
		d->in_booting(d);
}

static void
on_filter_off(void *user)
{
	tell(user, "off");
}

static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct coredrive *d = user;

	add(d->logged, sizeof d->logged, text);
	add(d->logged, sizeof d->logged, "\n");
}

/* The name of a state is of the client, which is not linked here. */
const char *
zvon_client_state_name(enum zv_client_state state)
{
	static const char *const names[] = {
		"down", "connecting", "login", "booting", "ready", "closed",
	};

	return names[state];
}

/* ---- life ---------------------------------------------------------------------------- */

void
coredrive_init(struct coredrive *d, bool is_ajam)
{
	*d = (struct coredrive){
		.now_ms = COREDRIVE_START,
		.options = {
			.session.ami = {
				.user = ZV_STR("ops"),
				.secret = ZV_STR("s3cret"),
				.events = ZV_STR("on"),
				.plain_login = true,
				.login_timeout_ms = 4500,
				.action_timeout_ms = 10000,
				.booted_wait_ms = 2000,
				.ping_after_ms = 10000,
				.ping_timeout_ms = 5000,
				.max_pending = 1000,
				.seed = 0x1234567800000000u,
			},
			.session.path = ZV_STR("/asterisk/rawman"),
			.session.encoding = ZV_AJAM_RAWMAN,
			.is_ajam = is_ajam,
			.where = "pbx:5038",
			.backoff_first_ms = 1000,
			.backoff_most_ms = 30000,
			.refused_wait_ms = 60000,
		},
	};
	d->log = (struct zv_log){ on_log, d, ZV_LOG_INFO };
}

bool
coredrive_begin(struct coredrive *d, const struct zv_filter_options *push,
		const struct zv_filter_options *filter)
{
	static const struct zv_core_handlers handlers = {
		.on_event = on_event,
		.on_state = on_state,
		.on_filter_off = on_filter_off,
	};
	char events[64];

	snprintf(events, sizeof events, "%.*s", ZV_ARG(d->options.session.ami.events));
	if (push)
		d->push = zv_push_new(push, events, &d->log);
	if (filter)
		d->filter = zvon_filter_new(filter, NULL);
	d->options.push = d->push;
	d->options.filter = d->filter;
	if ((!push || d->push) && (!filter || d->filter))
		d->core = zv_core_new(&d->options, &handlers, d, &d->log);
	if (d->core)
		zv_core_start(d->core, d->now_ms);
	return d->core != NULL;
}

void
coredrive_free(struct coredrive *d)
{
	zv_core_free(d->core);
	zv_push_free(d->push);
	zvon_filter_free(d->filter);
}

/* ---- what it asks -------------------------------------------------------------------- */

/* The value of a field, `Key: value` of AMI or `Key=value` of a form (decoded); "" when it
 * is not there. */
static void
field(char out[1024], const char *text, const char *end, const char *key)
{
	size_t n = strlen(key), length = 0;

	out[0] = '\0';
	for (const char *at = text; at + n < end; at++) {
		if (strncmp(at, key, n) != 0 || (at > text && !strchr("\n&", at[-1])))
			continue;
		for (at += n; at < end && !strchr("&\r", *at) && length < 1023; at++) {
			char hex[] = { at[0], at[1], at[2], '\0' };
			bool coded = at[0] == '%' && end - at > 2 && key[n - 1] == '=';

			out[length++] = coded ? (char)strtol(hex + 1, NULL, 16) : *at;
			at += coded ? 2 : 0;
		}
		out[length] = '\0';
		return;
	}
}

static void
note_filter(struct coredrive *d, const char *value)
{
	char word[32];
	char *before = strrchr(d->asked, ' ');

	add(d->filters, sizeof d->filters, value);
	add(d->filters, sizeof d->filters, "\n");
	if (d->n_filters++ && before)
		*before = '\0';
	else if (d->n_filters > 1)
		d->asked[0] = '\0';
	snprintf(word, sizeof word, "Filter*%d", d->n_filters);
	add_word(d->asked, sizeof d->asked, word);
}

static void
note_action(struct coredrive *d, const char *name, const char *mask)
{
	char word[1200];

	d->n_filters = 0;
	snprintf(word, sizeof word, mask[0] ? "%s(%s)" : "%s", name, mask);
	add_word(d->asked, sizeof d->asked, word);
}

/* One action, as text of AMI or as a form. */
static void
note(struct coredrive *d, const char *text, const char *end, bool is_form,
     const struct zv_ajam_order *order)
{
	static const char *const keys[][2] = {
		{ "Action: ", "Action=" }, { "ActionID: ", "ActionID=" },
		{ "Filter: ", "Filter=" }, { "EventMask: ", "EventMask=" },
		{ "Events: ", "Events=" }, { "Operation: ", "Operation=" },
	};
	char values[N_OF(keys)][1024];
	struct coredrive_open *open = &d->open[d->n_open++];

	assert_true(d->n_open <= N_OF(d->open));
	for (size_t i = 0; i < N_OF(keys); i++)
		field(values[i], text, end, keys[i][is_form]);
	*open = (struct coredrive_open){ .line = order ? order->exchange : 0,
					 .ticket = order ? order->ticket : 0 };
	snprintf(open->name, sizeof open->name, "%.31s", values[0]);
	snprintf(open->id, sizeof open->id, "%.63s", values[1]);
	if (strcmp(values[0], "Filter") == 0) {
		assert_string_equal(values[5], "Add");
		note_filter(d, values[2]);
	} else {
		note_action(d, values[0], values[3][0] ? values[3] : values[4]);
	}
}

static void
forget(struct coredrive *d, struct coredrive_open *open)
{
	size_t behind = d->n_open - (size_t)(open - d->open) - 1;

	memmove(open, open + 1, behind * sizeof *open);
	d->n_open--;
}

static void
drain_stream(struct coredrive *d)
{
	struct zv_buf *out = zv_core_output(d->core);

	while (out->n) {
		size_t n = zv_str_find(zv_buf_str(out), ZV_STR("\r\n\r\n"));

		assert_true(n < out->n);
		note(d, out->p, out->p + n + 1, false, NULL);
		zv_buf_consume(out, n + 4);
	}
}

static void
drain_orders(struct coredrive *d)
{
	struct zv_ajam_order order;

	while (zv_core_next_order(d->core, &order)) {
		for (size_t i = d->n_open; i-- > 0;)
			if (d->open[i].line == order.exchange)
				forget(d, &d->open[i]);
		if (order.kind == ZV_AJAM_ORDER_START)
			note(d, order.asked.body.p,
			     order.asked.body.p + order.asked.body.n, true, &order);
	}
}

/* What a driver does after each call. */
static void
settle(struct coredrive *d)
{
	if (!zv_core_wants_link(d->core))
		d->n_open = 0;
	else if (d->options.is_ajam)
		drain_orders(d);
	else
		drain_stream(d);
}

static void
tick(struct coredrive *d)
{
	for (int i = 0; i < TICKS_AT_ONCE; i++) {
		zv_core_tick(d->core, d->now_ms);
		settle(d);
		if (zv_core_deadline(d->core) > d->now_ms)
			return;
	}
	fail_msg("busy loop");
}

void
coredrive_wait(struct coredrive *d, int64_t ms)
{
	int64_t end = d->now_ms + ms;

	for (int64_t at; (at = zv_core_deadline(d->core)) <= end; tick(d))
		d->now_ms = at > d->now_ms ? at : d->now_ms;
	d->now_ms = end;
	tick(d);
}

/* ---- the server ---------------------------------------------------------------------- */

static struct coredrive_open *
find_open(struct coredrive *d, const char *name)
{
	for (size_t i = 0; i < d->n_open; i++)
		if (strcmp(d->open[i].name, name) == 0)
			return &d->open[i];
	return NULL;
}

static void
give(struct coredrive *d, const struct coredrive_open *to, enum zv_fetch_kind kind,
     const char *text, int code)
{
	struct zv_fetch_news news = {
		.id = to->line,
		.kind = kind,
		.bytes = zvon_str(text),
		.err = { .code = code, .text = "pbx:5038: broken off" },
	};

	zv_core_news(d->core, to->ticket, &news, d->now_ms);
}

void
coredrive_says(struct coredrive *d, const char *text)
{
	zv_core_input(d->core, zvon_str(text), d->now_ms);
	settle(d);
	tick(d);
}

bool
coredrive_answer(struct coredrive *d, const char *name, const char *how,
		 const char *fields)
{
	struct coredrive_open *found = find_open(d, name), open;
	char text[2048];

	if (!found)
		return false;
	open = *found;
	forget(d, found);
	snprintf(text, sizeof text, "Response: %s\r\nActionID: %s\r\n%s\r\n", how,
		 open.id, fields);
	if (!d->options.is_ajam) {
		coredrive_says(d, text);
		return true;
	}
	give(d, &open, ZV_FETCH_HEAD,
	     "HTTP/1.1 200 OK\r\nServer: Asterisk\r\nContent-type: text/plain\r\n"
	     "Set-Cookie: mansession_id=\"41a058aa\"; Version=1; Max-Age=60\r\n\r\n",
	     0);
	give(d, &open, ZV_FETCH_BODY, text, 0);
	give(d, &open, ZV_FETCH_END, "", 0);
	settle(d);
	tick(d);
	return true;
}

void
coredrive_break(struct coredrive *d, const char *name, int code)
{
	struct coredrive_open *found = find_open(d, name), open;

	assert_non_null(found);
	open = *found;
	forget(d, found);
	give(d, &open, ZV_FETCH_END, "", code);
	settle(d);
	tick(d);
}

void
coredrive_log_in(struct coredrive *d, const char *version)
{
	char line[128];

	zv_core_link_up(d->core, d->now_ms);
	tick(d);
	if (d->options.is_ajam) {
		if (d->options.session.digest)
			coredrive_answer(d, "Events", "Success", "");
		else
			coredrive_answer(d, "Login", "Success", "");
		snprintf(line, sizeof line, "AMIversion: %s\r\n", version);
		coredrive_answer(d, "CoreSettings", "Success", line);
		return;
	}
	snprintf(line, sizeof line, "Asterisk Call Manager/%s\r\n", version);
	coredrive_says(d, line);
	coredrive_answer(d, "Login", "Success", "");
}

void
coredrive_lose_link(struct coredrive *d)
{
	struct zv_error why = { .code = ZV_EIO, .text = "pbx:5038: gone" };

	zv_core_link_down(d->core, &why, d->now_ms);
	d->n_open = 0;
}

void
coredrive_come_back(struct coredrive *d)
{
	for (int i = 0; i < TICKS_AT_ONCE && !zv_core_wants_link(d->core); i++)
		coredrive_wait(d, 1000);
	assert_true(zv_core_wants_link(d->core));
}

/* ---- the user ------------------------------------------------------------------------ */

struct asked {
	struct coredrive *drive;
	char name[32];
};

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct asked *a = user;

	if (part == ZV_REPLY_RESPONSE)
		tell(a->drive, "%s:%.*s", a->name, ZV_ARG(packet->name));
	if (part != ZV_REPLY_DONE)
		return;
	tell(a->drive, "%s.%s", a->name, status ? zvon_err_name(status) : "OK");
	free(a);
}

int
coredrive_send(struct coredrive *d, const char *action, int timeout_ms)
{
	struct zv_request *r = zvon_request_new(zvon_str(action), NULL);
	struct asked *a = calloc(1, sizeof *a);
	int rc = ZV_ENOMEM;

	assert_non_null(a);
	a->drive = d;
	snprintf(a->name, sizeof a->name, "%s", action);
	if (r)
		rc = zv_core_send(d->core, r, timeout_ms, on_reply, a, d->now_ms, NULL);
	if (rc < 0)
		free(a);
	zvon_request_free(r);
	return rc;
}

/* ---- checks -------------------------------------------------------------------------- */

void
expect_core_told(struct coredrive *d, const char *wanted)
{
	assert_string_equal(d->told, wanted);
	d->told[0] = '\0';
}

void
expect_core_asked(struct coredrive *d, const char *wanted)
{
	assert_string_equal(d->asked, wanted);
	d->asked[0] = '\0';
	d->n_filters = 0;
}
