/* Passwords, checked on threads; who guesses is slowed. */
#include "zvond/auth_impl.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"

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

/* ---- guessing -------------------------------------------------------------------------------------- */

/* A network of IPv6 is one customer: the first 8 of 16 bytes. */
static struct zv_str
address_key(const unsigned char address[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	size_t n = memcmp(address, mapped, sizeof mapped) == 0 ? 16 : 8;

	return (struct zv_str){ (const char *)address, n };
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
	zv_auth_refuse(outcome, 429, wait_ms,
		       "too many failed logins from this address: wait");
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

/* ---- a try ----------------------------------------------------------------------------------------- */

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
zv_auth_end_tries(struct zv_auth *a)
{
	struct zv_node *node;

	while ((node = zv_list_first(&a->tries)))
		free_try(ZV_OWNER(node, struct zv_auth_try, node));
}

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
	struct zv_auth_row *row = zv_map_find(&a->book.by_name, user);
	struct zv_auth_outcome outcome;

	if (t->known && t->right && row) {
		a->daemon->metrics.logins++;
		zv_slow_worked(a->addresses, address_key(t->address));
		zv_slow_worked(a->accounts, user);
		outcome = (struct zv_auth_outcome){ .user = row->user, .status = 200 };
	} else if (t->no_memory) {
		zv_log(a->daemon->log, ZV_LOG_ERROR, "auth",
		       "out of memory: a password could not be checked");
		zv_auth_refuse(&outcome, 503, ZV_AUTH_DELAY_MS,
			       "out of memory: try again");
	} else {
		count_failure(a, t->address, user);
		say_failure(a, user);
		zv_auth_refuse(&outcome, 401, 0, "wrong user name or password");
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
	zv_auth_refuse(&outcome, 503, ZV_AUTH_DELAY_MS,
		       "too many logins at once: try again");
	tell(t, &outcome);
	free_try(t);
}

/* Whom we do not know costs as much time as whom we know. */
static struct zv_auth_try *
new_try(struct zv_auth *a, struct zv_str user, struct zv_str password,
	const unsigned char address[16])
{
	struct zv_auth_row *row = zv_map_find(&a->book.by_name, user);
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
		zv_auth_refuse(outcome, 401, 0, "wrong user name or password");
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
	zv_auth_refuse(outcome, 503, ZV_AUTH_DELAY_MS,
		       "too many logins at once: try again");
	return NULL;
}

void
zv_auth_forget(struct zv_auth_try *t)
{
	if (t)
		t->fn = NULL;
}
