#include "zvond/auth.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"
#include "zvond/jwt.h"
#include "zvond/slow.h"
#include "zvond/tokens.h"

#define HASH_BYTES crypto_hash_sha256_BYTES
#define USED_MOST  100000 /* numbers of signed tokens that were used */

/* Of one configuration. */
struct book {
	struct zv_settings *settings;
	struct zv_map by_name;	/* struct row */
	struct zv_map by_token; /* struct row, by the token's hash */
	struct row {
		const struct zv_user *user;
		const struct zv_config_secrets *secrets;
	} * rows;
	unsigned char (*hashes)[HASH_BYTES]; /* of tokens */
	struct zv_jwt_rules *jwt;
	const char *decoy; /* hash of a password, for users that are not there */
};

struct zv_auth {
	struct zv_daemon *daemon;
	struct book book;
	struct zv_tokens *tokens;
	struct zv_slow *addresses, *accounts;
	struct zv_map used; /* struct used: numbers (jti) of signed tokens */
	struct zv_node used_list;
	struct zv_node tries;
	size_t n_held;
};

struct used {
	struct zv_node node;
	int64_t expires_s;
	struct zv_str id; /* behind this struct */
};

/* One password that is being checked. It survives its owner, and a reload. */
struct zv_auth_try {
	struct zv_node node;
	struct zv_auth *auth;
	struct zv_timer *held; /* the account is being guessed at: it waits */
	zv_auth_fn fn;	       /* NULL: nobody waits for it any more */
	void *owner;
	unsigned char address[16];
	struct zv_buf user, password;
	char hash[crypto_pwhash_STRBYTES];
	bool known, right, no_memory;
};

/* ---- users ---------------------------------------------------------------------------------------- */

static void
close_book(struct book *b)
{
	zv_map_deinit(&b->by_name);
	zv_map_deinit(&b->by_token);
	zv_free(b->rows);
	zv_free(b->hashes);
	zv_jwt_rules_free(b->jwt);
	zv_settings_unref(b->settings);
}

static size_t
count_tokens(const struct zv_config *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_users; i++)
		n += c->secrets[i].n_tokens;
	return n;
}

/* "sha256:" and 64 hex digits. */
static bool
read_hash(struct zv_str text, unsigned char out[HASH_BYTES])
{
	size_t n = 0;

	if (!zv_str_starts(text, ZV_STR("sha256:")))
		return false;
	text = zv_str_from(text, strlen("sha256:"));
	return sodium_hex2bin(out, HASH_BYTES, text.p, text.n, NULL, &n, NULL) == 0 &&
	       n == HASH_BYTES;
}

static int
add_tokens(struct book *b, struct row *row, size_t *next)
{
	for (size_t i = 0; i < row->secrets->n_tokens; i++) {
		unsigned char *hash = b->hashes[*next];
		int rc;

		if (!read_hash(row->secrets->tokens[i], hash))
			continue;
		rc = zv_map_add(&b->by_token,
				(struct zv_str){ (const char *)hash, HASH_BYTES }, row);
		if (rc == ZV_ENOMEM)
			return rc;
		++*next;
	}
	return 0;
}

static int
open_jwt(struct book *b, const struct zv_config *c, const struct zv_log *log)
{
	const struct zv_str key = { c->jwt_key, c->jwt_key_bytes };
	struct zv_error err = { 0 };

	if (c->jwt_algorithm == ZV_JWT_NONE)
		return 0;
	b->jwt = zv_jwt_rules_new(c->jwt_algorithm, key, c->jwt_audience, c->jwt_issuer,
				  &err);
	if (!b->jwt)
		zv_log(log, ZV_LOG_ERROR, "auth", "signed tokens are refused: %s",
		       err.text);
	return err.code == ZV_ENOMEM ? ZV_ENOMEM : 0;
}

static int
fill_book(struct book *b, struct zv_settings *settings, const struct zv_log *log)
{
	const struct zv_config *c = settings->config;
	size_t n_tokens = count_tokens(c), next = 0;
	int rc = 0;

	b->settings = zv_settings_ref(settings);
	b->by_name.seed = zv_random();
	b->by_token.seed = zv_random();
	b->rows = zv_calloc(c->n_users + 1, sizeof *b->rows);
	b->hashes = zv_calloc(n_tokens + 1, sizeof *b->hashes);
	if (!b->rows || !b->hashes)
		return ZV_ENOMEM;
	for (size_t i = 0; i < c->n_users && rc == 0; i++) {
		b->rows[i] = (struct row){ &c->users[i], &c->secrets[i] };
		rc = zv_map_add(&b->by_name, c->users[i].name, &b->rows[i]);
		if (rc == 0)
			rc = add_tokens(b, &b->rows[i], &next);
		if (!b->decoy)
			b->decoy = c->secrets[i].password_hash;
	}
	return rc == 0 ? open_jwt(b, c, log) : rc;
}

static bool
is_user(void *context, struct zv_str name)
{
	const struct book *b = context;

	return zv_map_find(&b->by_name, name) != NULL;
}

int
zv_auth_set_users(struct zv_auth *a, struct zv_settings *settings)
{
	struct book b = { 0 };
	int rc = fill_book(&b, settings, a->daemon->log);

	if (rc < 0) {
		close_book(&b);
		return rc;
	}
	close_book(&a->book);
	a->book = b;
	zv_tokens_sweep(a->tokens, zv_clock_unix_us() / 1000000, is_user, &a->book);
	return 0;
}

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

static void
free_used(struct zv_auth *a, struct used *u)
{
	zv_map_remove(&a->used, u->id);
	zv_list_remove(&u->node);
	zv_free(u);
}

static void
free_try(struct zv_auth_try *t)
{
	zv_list_remove(&t->node);
	zv_timer_free(t->held);
	zv_buf_deinit(&t->user);
	zv_buf_deinit(&t->password);
	zv_wipe(t->hash, sizeof t->hash);
	zv_free(t);
}

void
zv_auth_free(struct zv_auth *a)
{
	struct zv_node *node;

	if (!a)
		return;
	while ((node = zv_list_first(&a->tries)))
		free_try(ZV_OWNER(node, struct zv_auth_try, node));
	while (a->used_list.next && (node = zv_list_first(&a->used_list)))
		free_used(a, ZV_OWNER(node, struct used, node));
	zv_map_deinit(&a->used);
	zv_slow_free(a->addresses);
	zv_slow_free(a->accounts);
	zv_tokens_free(a->tokens);
	close_book(&a->book);
	zv_free(a);
}

struct zv_tokens *
zv_auth_tokens(struct zv_auth *a)
{
	return a->tokens;
}

/* ---- guessing -------------------------------------------------------------------------------------- */

/* A network of IPv6 is one customer: the first 8 of 16 bytes. */
static struct zv_str
address_key(const unsigned char address[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	size_t n = memcmp(address, mapped, sizeof mapped) == 0 ? 16 : 8;

	return (struct zv_str){ (const char *)address, n };
}

static void
refuse(struct zv_auth_outcome *outcome, int status, int retry_ms, const char *why)
{
	*outcome = (struct zv_auth_outcome){ NULL, status, retry_ms, why };
}

/* Who guesses at that account from a guessing address is sent away; a colleague behind the
 * same address only waits a little. */
static bool
must_come_back(struct zv_auth *a, const unsigned char address[16], struct zv_str user,
	       struct zv_auth_outcome *outcome)
{
	int wait_ms =
		zv_slow_wait_ms(a->addresses, address_key(address), zv_clock_ms());

	if (wait_ms == 0 || zv_slow_failures(a->accounts, user) == 0)
		return false;
	a->daemon->metrics.logins_delayed++;
	refuse(outcome, 429, wait_ms, "too many failed logins from this address: wait");
	return true;
}

static int
hold_ms(struct zv_auth *a, const unsigned char address[16], struct zv_str user)
{
	int64_t now = zv_clock_ms();
	int one = zv_slow_wait_ms(a->addresses, address_key(address), now);
	int other = zv_slow_wait_ms(a->accounts, user, now);
	int most = one > other ? one : other;

	return most < ZV_AUTH_HOLD_MOST_MS ? most : ZV_AUTH_HOLD_MOST_MS;
}

static void
count_failure(struct zv_auth *a, const unsigned char address[16], struct zv_str user)
{
	int64_t now = zv_clock_ms();

	a->daemon->metrics.logins_failed++;
	zv_slow_failed(a->addresses, address_key(address), now);
	if (user.n)
		zv_slow_failed(a->accounts, user, now);
}

/* ---- passwords -------------------------------------------------------------------------------------- */

/* Are the m= KiB of that hash to be had now? Not touched, they cost nothing. */
static bool
has_room_for(const char *hash)
{
	const char *m = strstr(hash, "$m=");
	size_t kib = m ? (size_t)strtoul(m + 3, NULL, 10) : 0;
	void *room = zv_malloc(kib * 1024 + 1);

	zv_free(room);
	return room != NULL;
}

/* On a thread. libsodium says "wrong" also where it lacked the memory to find out. */
static void
check_password(void *task)
{
	struct zv_auth_try *t = task;
	const char *password = t->password.n ? t->password.p : "";

	t->right = crypto_pwhash_str_verify(t->hash, password, t->password.n) == 0;
	t->no_memory = !t->right && !has_room_for(t->hash);
}

static void
tell(struct zv_auth_try *t, const struct zv_auth_outcome *outcome)
{
	if (t->fn)
		t->fn(t->owner, outcome);
}

static void
say_failure(struct zv_auth *a, struct zv_str user)
{
	zv_log(a->daemon->log, ZV_LOG_WARN, "auth", "login refused user=%.*s",
	       (int)(user.n < 64 ? user.n : 64), user.p);
}

/* On the loop again. */
static void
on_checked(void *task)
{
	struct zv_auth_try *t = task;
	struct zv_auth *a = t->auth;
	struct zv_str user = zv_buf_str(&t->user);
	struct row *row = zv_map_find(&a->book.by_name, user);
	struct zv_auth_outcome outcome;

	if (t->known && t->right && row) {
		a->daemon->metrics.logins++;
		zv_slow_worked(a->addresses, address_key(t->address));
		zv_slow_worked(a->accounts, user);
		outcome = (struct zv_auth_outcome){ .user = row->user, .status = 200 };
	} else if (t->no_memory) {
		zv_log(a->daemon->log, ZV_LOG_ERROR, "auth",
		       "out of memory: a password could not be checked");
		refuse(&outcome, 503, ZV_AUTH_DELAY_MS, "out of memory: try again");
	} else {
		count_failure(a, t->address, user);
		say_failure(a, user);
		refuse(&outcome, 401, 0, "wrong user name or password");
	}
	tell(t, &outcome);
	free_try(t);
	zv_daemon_touch(a->daemon);
}

static int
start_check(struct zv_auth_try *t)
{
	return zv_worker_do(t->auth->daemon->worker, check_password, on_checked, t);
}

static void
on_held(void *owner)
{
	struct zv_auth_try *t = owner;
	struct zv_auth_outcome outcome;

	zv_timer_free(t->held);
	t->held = NULL;
	t->auth->n_held--;
	if (start_check(t) == 0)
		return;
	refuse(&outcome, 503, ZV_AUTH_DELAY_MS, "too many logins at once: try again");
	tell(t, &outcome);
	free_try(t);
}

/* Whom we do not know costs as much time as whom we know. */
static struct zv_auth_try *
new_try(struct zv_auth *a, struct zv_str user, struct zv_str password,
	const unsigned char address[16])
{
	struct row *row = zv_map_find(&a->book.by_name, user);
	const char *hash = row ? row->secrets->password_hash : NULL;
	struct zv_auth_try *t = zv_calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->auth = a;
	t->known = hash != NULL;
	t->password.secret = true;
	memcpy(t->address, address, sizeof t->address);
	if (!hash)
		hash = a->book.decoy ? a->book.decoy : "";
	zv_list_append(&a->tries, &t->node);
	if (zv_buf_add(&t->user, user) < 0 || zv_buf_add(&t->password, password) < 0 ||
	    strlen(hash) >= sizeof t->hash) {
		free_try(t);
		return NULL;
	}
	memcpy(t->hash, hash, strlen(hash) + 1);
	return t;
}

/* While somebody guesses, logins are held back a little, also the right one: he is slowed,
 * nobody is locked out. */
static int
start(struct zv_auth_try *t)
{
	struct zv_auth *a = t->auth;
	int wait_ms = hold_ms(a, t->address, zv_buf_str(&t->user));

	if (wait_ms == 0)
		return start_check(t);
	if (a->n_held >= ZV_AUTH_QUEUE)
		return ZV_EBUSY;
	a->daemon->metrics.logins_delayed++;
	t->held = zv_timer_new(a->daemon->loop, on_held, t);
	if (!t->held)
		return ZV_ENOMEM;
	a->n_held++;
	zv_timer_set(t->held, zv_clock_ms() + wait_ms);
	return 0;
}

struct zv_auth_try *
zv_auth_password(struct zv_auth *a, struct zv_str user, struct zv_str password,
		 const unsigned char address[16], zv_auth_fn fn, void *owner,
		 struct zv_auth_outcome *outcome)
{
	struct zv_auth_try *t;

	if (must_come_back(a, address, user, outcome))
		return NULL;
	if (password.n > ZV_AUTH_PASSWORD_MAX || user.n > ZV_AUTH_PASSWORD_MAX) {
		count_failure(a, address, (struct zv_str){ 0 });
		refuse(outcome, 401, 0, "wrong user name or password");
		return NULL;
	}
	t = new_try(a, user, password, address);
	if (t && start(t) == 0) {
		t->fn = fn;
		t->owner = owner;
		return t;
	}
	if (t)
		free_try(t);
	refuse(outcome, 503, ZV_AUTH_DELAY_MS, "too many logins at once: try again");
	return NULL;
}

void
zv_auth_forget(struct zv_auth_try *t)
{
	if (t)
		t->fn = NULL;
}

/* ---- tokens -------------------------------------------------------------------------------------------- */

bool
zv_auth_is_secret(struct zv_str text, const char *hash)
{
	unsigned char ours[HASH_BYTES], his[HASH_BYTES];

	if (!read_hash(zvon_str(hash), ours))
		return false;
	crypto_hash_sha256(his, (const unsigned char *)text.p, text.n);
	return sodium_memcmp(ours, his, sizeof ours) == 0;
}

static const struct zv_user *
configured(struct zv_auth *a, struct zv_str token)
{
	unsigned char hash[HASH_BYTES];
	struct row *row;

	crypto_hash_sha256(hash, (const unsigned char *)token.p, token.n);
	row = zv_map_find(&a->book.by_token,
			  (struct zv_str){ (const char *)hash, sizeof hash });
	return row ? row->user : NULL;
}

/* Numbers whose tokens have expired are not needed any more. */
static void
forget_expired(struct zv_auth *a, int64_t now_s)
{
	struct zv_node *node, *next;

	ZV_EACH(&a->used_list, node, next)
	{
		struct used *u = ZV_OWNER(node, struct used, node);

		if (u->expires_s + ZV_JWT_SKEW_S < now_s)
			free_used(a, u);
	}
}

/* Each signed token that has a number (jti) counts once. 0, or < 0. */
static int
use_once(struct zv_auth *a, const struct zv_jwt_claims *claims, int64_t now_s)
{
	struct zv_str id = zvon_str(claims->id);
	struct used *u;
	int rc;

	if (!id.n)
		return 0;
	if (a->used.n >= USED_MOST)
		forget_expired(a, now_s);
	u = a->used.n < USED_MOST ? zv_calloc(1, sizeof *u + id.n) : NULL;
	if (!u)
		return ZV_ENOMEM;
	memcpy(u + 1, id.p, id.n);
	u->id = (struct zv_str){ (char *)(u + 1), id.n };
	u->expires_s = claims->expires_s;
	rc = zv_map_add(&a->used, u->id, u);
	if (rc < 0)
		zv_free(u);
	else
		zv_list_append(&a->used_list, &u->node);
	return rc;
}

static const struct zv_user *
signed_user(struct zv_auth *a, struct zv_str token)
{
	int64_t now_s = zv_clock_unix_us() / 1000000;
	struct zv_jwt_claims claims;
	struct zv_error err = { 0 };
	struct row *row;

	if (!a->book.jwt)
		return NULL;
	if (zv_jwt_check(a->book.jwt, token, now_s, &claims, &err) < 0) {
		zv_log(a->daemon->log, ZV_LOG_WARN, "auth", "signed token refused: %s",
		       err.text);
		return NULL;
	}
	row = zv_map_find(&a->book.by_name, zvon_str(claims.subject));
	if (!row || use_once(a, &claims, now_s) < 0) {
		zv_log(a->daemon->log, ZV_LOG_WARN, "auth",
		       row ? "signed token refused: it was used before"
			   : "signed token refused: there is no such user");
		return NULL;
	}
	return row->user;
}

static const struct zv_user *
token_user(struct zv_auth *a, struct zv_str token)
{
	struct zv_str name;
	struct row *row;

	if (zv_jwt_is_one(token))
		return signed_user(a, token);
	if (!zv_token_is_one(token))
		return configured(a, token);
	name = zv_tokens_user(a->tokens, token, zv_clock_unix_us() / 1000000);
	row = name.p ? zv_map_find(&a->book.by_name, name) : NULL;
	return row ? row->user : configured(a, token);
}

void
zv_auth_token(struct zv_auth *a, struct zv_str token, struct zv_auth_outcome *outcome)
{
	const struct zv_user *user;

	user = token_user(a, token);
	if (user) {
		*outcome = (struct zv_auth_outcome){ .user = user, .status = 200 };
		return;
	}
	a->daemon->metrics.logins_failed++;
	refuse(outcome, 401, 0, "this token is not known, or has expired");
}
