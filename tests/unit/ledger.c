#include "ledger.h"

#include <stdlib.h>

#include "base/str.h"

static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct ledger *l = user;

	zv_buf_printf(&l->logged, "%s %s %s\n", zvon_log_level_name(level), area, text);
}

void
ledger_init(struct ledger *l)
{
	*l = (struct ledger){ .log = { on_log, l, ZV_LOG_TRACE } };
}

void
ledger_deinit(struct ledger *l)
{
	zv_buf_deinit(&l->news);
	zv_buf_deinit(&l->logged);
}

static void
add_news(struct ledger *l, const char *what, const char *mark, struct zv_str name)
{
	if (l->news.n)
		zv_buf_add_char(&l->news, ' ');
	zv_buf_printf(&l->news, "%s%s", what, mark);
	add_shown(&l->news, name);
}

void
ledger_on_event(void *ledger, const struct zv_packet *event)
{
	add_news(ledger, "event", ":", event->name);
}

void
ledger_on_state(void *ledger, enum zv_client_state state)
{
	static const char *const names[] = {
		[ZV_STATE_LOGIN] = "login",
		[ZV_STATE_BOOTING] = "booting",
		[ZV_STATE_READY] = "ready",
	};

	add_news(ledger, names[state], "", ZV_STR(""));
}

/* ---- actions ----------------------------------------------------------------- */

struct zv_request *
ledger_request(const char *action, const char *fields, struct zv_error *err)
{
	struct zv_request *r = zvon_request_new(zvon_str(action), err);
	struct zv_str rest = zvon_str(fields), line;
	int rc = r ? 0 : err->code;

	while (rc == 0 && zv_str_split(&rest, '\n', &line)) {
		size_t at = zv_str_find(line, ZV_STR(": "));

		if (line.n)
			rc = zvon_request_add(r, (struct zv_str){ line.p, at },
					      zv_str_from(line, at + 2), err);
	}
	if (rc == 0)
		return r;
	zvon_request_free(r);
	return NULL;
}

struct ledger_asked {
	struct ledger *ledger;
	const char *as;
};

struct ledger_asked *
ledger_ask(struct ledger *l, const char *as)
{
	struct ledger_asked *asked = malloc(sizeof *asked);

	assert_non_null(asked);
	*asked = (struct ledger_asked){ l, as };
	l->n_open++;
	return asked;
}

void
ledger_forget(struct ledger_asked *asked)
{
	asked->ledger->n_open--;
	free(asked);
}

void
ledger_on_reply(void *user, enum zv_reply_part part, int status,
		const struct zv_packet *packet)
{
	struct ledger_asked *asked = user;
	struct ledger *l = asked->ledger;

	if (part == ZV_REPLY_RESPONSE)
		add_news(l, asked->as, ":", packet->name);
	else if (part == ZV_REPLY_ITEM)
		add_news(l, asked->as, "+", packet->name);
	else
		add_news(l, asked->as, ".", zvon_str(zvon_err_name(status)));
	if (part != ZV_REPLY_DONE)
		return;
	assert_null(packet);
	ledger_forget(asked);
}

/* ---- checks ------------------------------------------------------------------ */

void
ledger_expect(struct ledger *l, const char *wanted)
{
	check_text("news", zv_buf_str(&l->news), zvon_str(wanted));
	zv_buf_clear(&l->news);
}
