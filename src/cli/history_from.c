#include "cli/history_from.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/history_ask.h"
#include "cli/link.h"
#include "term/reason.h"
#include "term/reason.h"

struct zv_history_from {
	struct zv_store *store; /* or */
	struct zv_history_ask *ask;
};

/* What a store says, as an exit code. */
static int
code_of(int rc)
{
	static const struct {
		int rc, code;
	} rows[] = {
		{ ZV_EINVAL, ZV_EXIT_USAGE },	  { ZV_ETOOBIG, ZV_EXIT_USAGE },
		{ ZV_EAUTH, ZV_EXIT_LOGIN },	  { ZV_EPROTO, ZV_EXIT_PROTOCOL },
		{ ZV_ETIMEOUT, ZV_EXIT_TIMEOUT }, { ZV_ENOMEM, ZV_EXIT_NEGATIVE },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].rc == rc)
			return rows[i].code;
	return ZV_EXIT_CONNECT;
}

static int
fail(int rc, const struct zv_error *err)
{
	struct zv_error why = *err;

	why.code = why.code ? why.code : rc;
	zv_say_reason(&why);
	return code_of(rc);
}

/* Where nothing is, it is told how a store comes to be. */
static int
fail_open(const struct zv_error *err)
{
	struct zv_error more = { 0 };
	bool lacks_driver =
		zv_str_starts(zvon_str(err->text), ZV_STR("the module for this"));

	if (err->code != ZV_ENOTFOUND || lacks_driver)
		return fail(err->code, err);
	zv_fail(&more, err->code,
		"%s; zvond makes it when store = in [history] of zvond.conf names it, "
		"zvon import --to from the records of a PBX",
		err->text);
	return fail(more.code, &more);
}

struct zv_history_from *
zv_history_from_db(const char *db, const char *secret, int *code)
{
	const struct zv_store_options o = {
		.db = { .url = zvon_str(db),
			.secret = zvon_str(secret),
			.read_only = true },
		.read_only = true,
	};
	struct zv_error err = { 0 };
	struct zv_history_from *f = zv_calloc(1, sizeof *f);

	if (f)
		f->store = zv_store_open(&o, NULL, &err);
	if (f && f->store)
		return f;
	if (!f)
		zv_fail_nomem(&err);
	*code = fail_open(&err);
	zv_free(f);
	return NULL;
}

struct zv_history_from *
zv_history_from_server(const char *server, const char *token, int *code)
{
	struct zv_history_from *f = zv_calloc(1, sizeof *f);

	if (f)
		f->ask = zv_history_ask_new(server, token, code);
	else
		*code = fail(ZV_ENOMEM, &(struct zv_error){ .text = "out of memory" });
	if (f && f->ask)
		return f;
	zv_free(f);
	return NULL;
}

void
zv_history_from_free(struct zv_history_from *f)
{
	if (!f)
		return;
	zv_store_close(f->store);
	zv_history_ask_free(f->ask);
	zv_free(f);
}

int
zv_history_from_page(struct zv_history_from *f, const struct zv_history_asked *asked,
		     struct zv_str query, zv_store_each_fn fn, void *context,
		     char next[ZV_HISTORY_CURSOR_MAX])
{
	struct zv_error err = { 0 };
	int rc;

	next[0] = '\0';
	if (f->ask)
		return zv_history_ask_page(f->ask, query, asked->query.cursor, fn,
					   context, next);
	rc = zv_store_page(f->store, &asked->query, fn, context, next, &err);
	return rc < 0 ? fail(rc, &err) : 0;
}

int
zv_history_from_statistics(struct zv_history_from *f,
			   const struct zv_history_asked *asked, struct zv_str query,
			   zv_statistics_fn fn, void *context)
{
	struct zv_error err = { 0 };
	int rc;

	if (f->ask)
		return zv_history_ask_statistics(f->ask, query, asked->by, fn, context);
	rc = zv_store_statistics(f->store, &asked->query, asked->by, asked->zone, fn,
				 context, &err);
	return rc < 0 ? fail(rc, &err) : 0;
}
