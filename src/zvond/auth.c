#include "zvond/auth_impl.h"

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"

/* ---- life ----------------------------------------------------------------------------------------- */

static struct zv_slow *
new_slow(int delay_most_ms)
{
	const struct zv_slow_options options = {
		.free_tries = ZV_AUTH_FREE_TRIES,
		.delay_ms = ZV_AUTH_DELAY_MS,
		.delay_most_ms = delay_most_ms,
		.forget_ms = ZV_AUTH_FORGET_MS,
		.most = ZV_AUTH_TRACKED,
		.seed = zv_random(),
	};

	return zv_slow_new(&options);
}

struct zv_auth *
zv_auth_new(struct zv_daemon *d, struct zv_error *err)
{
	struct zv_auth *a = zv_calloc(1, sizeof *a);

	if (sodium_init() < 0) {
		zv_free(a);
		zv_fail(err, ZV_EIO, "libsodium could not begin");
		return NULL;
	}
	if (a) {
		a->daemon = d;
		zv_list_init(&a->used_list);
		zv_list_init(&a->tries);
		a->used.seed = zv_random();
		a->tokens = zv_tokens_new();
		a->addresses = new_slow(ZV_AUTH_DELAY_MOST_MS);
		a->accounts = new_slow(ZV_AUTH_HOLD_MOST_MS);
	}
	if (a && a->tokens && a->addresses && a->accounts)
		return a;
	zv_auth_free(a);
	zv_fail_nomem(err);
	return NULL;
}

void
zv_auth_free(struct zv_auth *a)
{
	if (!a)
		return;
	zv_auth_end_tries(a);
	zv_auth_end_used(a);
	zv_slow_free(a->addresses);
	zv_slow_free(a->accounts);
	zv_tokens_free(a->tokens);
	zv_auth_book_close(&a->book);
	zv_free(a);
}

struct zv_tokens *
zv_auth_tokens(struct zv_auth *a)
{
	return a->tokens;
}

/* ---- users ---------------------------------------------------------------------------------------- */

static bool
is_still_his(void *context, struct zv_str user, uint64_t print)
{
	const struct zv_auth_book *b = context;
	const struct zv_auth_row *row = zv_map_find(&b->by_name, user);

	return row && zv_auth_print(row) == print;
}

int
zv_auth_set_users(struct zv_auth *a, struct zv_settings *settings)
{
	struct zv_auth_book b = { 0 };
	int rc = zv_auth_book_open(&b, settings, a->daemon->log);

	if (rc < 0) {
		zv_auth_book_close(&b);
		return rc;
	}
	zv_auth_book_close(&a->book);
	a->book = b;
	zv_tokens_sweep(a->tokens, zv_clock_unix_us() / 1000000, is_still_his,
			&a->book);
	return 0;
}

int
zv_auth_give_token(struct zv_auth *a, struct zv_str user, int lives_s,
		   char out[ZV_TOKEN_TEXT])
{
	const struct zv_auth_row *row = zv_map_find(&a->book.by_name, user);

	return zv_tokens_give(a->tokens, user, row ? zv_auth_print(row) : 0,
			      zv_clock_unix_us() / 1000000, lives_s, out);
}

void
zv_auth_refuse(struct zv_auth_outcome *outcome, int status, int retry_ms,
	       const char *why)
{
	*outcome = (struct zv_auth_outcome){ NULL, status, retry_ms, why };
}
