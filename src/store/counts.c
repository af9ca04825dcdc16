/* Counters of each hour, for plots: gathered in memory, written with the transaction. */
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/store_impl.h"

#define COUNTS_MAX 20000 /* that wait in memory; then they are written */
#define HOUR_MS	   3600000

struct count { /* its key is what stands in front of the sums */
	struct key {
		int64_t hour;
		int32_t server;
		int16_t is_line;
		int16_t direction, result;
		int16_t n;
		char name[ZV_STORE_TEXT_MAX + 1]; /* the line, or the queue */
	} key;
	int64_t calls, answered, missed, talk_ms, wait_ms;
};

struct zv_counts {
	struct zv_map map;
};

struct zv_counts *
zv_counts_new(void)
{
	return zv_calloc(1, sizeof(struct zv_counts));
}

void
zv_counts_clear(struct zv_counts *c)
{
	struct count *count;
	size_t at = 0;

	while ((count = zv_map_next(&c->map, &at)) != NULL)
		zv_free(count);
	zv_map_deinit(&c->map);
	memset(c, 0, sizeof(*c));
}

void
zv_counts_free(struct zv_counts *c)
{
	if (!c)
		return;
	zv_counts_clear(c);
	zv_free(c);
}

static struct zv_str
key_of(const struct key *key)
{
	return (struct zv_str){ (const char *)key,
				offsetof(struct key, name) + (size_t)key->n };
}

static void
make_key(struct key *key, const struct zv_conversation *c, int server,
	 struct zv_str name)
{
	struct zv_str cut = zv_store_cut(name, ZV_STORE_TEXT_MAX).text;

	memset(key, 0, sizeof(*key));
	key->hour = c->started_ms / HOUR_MS;
	key->server = server;
	key->n = (int16_t)cut.n;
	if (cut.n)
		memcpy(key->name, cut.p, cut.n);
}

static struct count *
get(struct zv_counts *c, const struct key *key)
{
	struct count *count = zv_map_find(&c->map, key_of(key));

	if (count)
		return count;
	count = zv_calloc(1, sizeof(*count));
	if (!count)
		return NULL;
	count->key = *key;
	if (zv_map_add(&c->map, key_of(&count->key), count) == 0)
		return count;
	zv_free(count);
	return NULL;
}

static int
add(struct zv_counts *counts, const struct key *key, const struct zv_conversation *c,
    int sign, bool answered, bool missed)
{
	struct count *count = get(counts, key);

	if (!count)
		return ZV_ENOMEM;
	count->calls += sign;
	count->answered += answered ? sign : 0;
	count->missed += missed ? sign : 0;
	count->talk_ms += answered ? sign * c->talk_ms : 0;
	count->wait_ms += sign * c->wait_ms;
	return 0;
}

static bool
is_first_leg_of_line(const struct zv_conversation *c, size_t which)
{
	for (size_t i = 0; i < which; i++)
		if (!c->legs[i].is_trunk &&
		    zvon_str_equal(c->legs[i].line, c->legs[which].line))
			return false;
	return true;
}

/* A line answered the call if one of its legs did, and missed it if the call was missed. */
static bool
line_answered(const struct zv_conversation *c, struct zv_str line)
{
	for (size_t i = 0; i < c->n_legs; i++)
		if (!c->legs[i].is_trunk && zvon_str_equal(c->legs[i].line, line) &&
		    c->legs[i].result == ZV_RESULT_ANSWERED)
			return true;
	return false;
}

static int
add_lines(struct zv_store *s, const struct zv_conversation *c, int server, int sign)
{
	struct key key;
	int rc = 0;

	for (size_t i = 0; i < c->n_legs && rc == 0; i++) {
		const struct zv_past_leg *leg = &c->legs[i];

		if (leg->is_trunk || leg->line.n == 0 || !is_first_leg_of_line(c, i))
			continue;
		make_key(&key, c, server, leg->line);
		key.is_line = 1;
		rc = add(s->counts, &key, c, sign, line_answered(c, leg->line),
			 zv_conversation_is_missed(c));
	}
	return rc;
}

int
zv_counts_add(struct zv_store *s, const struct zv_conversation *c, int server, int sign,
	      struct zv_error *err)
{
	struct key key;
	int rc = s->counts->map.n > COUNTS_MAX ? zv_counts_flush(s, err) : 0;

	if (rc < 0)
		return rc;
	make_key(&key, c, server, c->queue);
	key.direction = (int16_t)c->direction;
	key.result = (int16_t)c->result;
	rc = add(s->counts, &key, c, sign, c->result == ZV_RESULT_ANSWERED,
		 zv_conversation_is_missed(c));
	if (rc == 0)
		rc = add_lines(s, c, server, sign);
	return rc < 0 ? zv_fail_nomem(err) : 0;
}

static int
compare(const void *a, const void *b)
{
	const struct key *x = &(*(struct count *const *)a)->key;
	const struct key *y = &(*(struct count *const *)b)->key;

	if (x->is_line != y->is_line)
		return x->is_line - y->is_line;
	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	if (x->server != y->server)
		return x->server - y->server;
	return strcmp(x->name, y->name);
}

static int
write_one(struct zv_store *s, const struct count *k, struct zv_error *err)
{
	struct zv_db_value name =
		zv_db_text((struct zv_str){ k->key.name, (size_t)k->key.n });
	const struct zv_db_value line[] = {
		zv_db_int(k->key.hour), zv_db_int(k->key.server), name,
		zv_db_int(k->calls),	zv_db_int(k->answered),	  zv_db_int(k->missed),
		zv_db_int(k->talk_ms),	zv_db_int(k->wait_ms),
	};
	const struct zv_db_value hour[] = {
		zv_db_int(k->key.hour),
		zv_db_int(k->key.server),
		zv_db_int(k->key.direction),
		zv_db_int(k->key.result),
		name,
		zv_db_int(k->calls),
		zv_db_int(k->missed),
		zv_db_int(k->talk_ms),
		zv_db_int(k->wait_ms),
	};
	long long rc = k->key.is_line
			       ? zv_store_run(s, ZV_SQL_COUNT_LINE, line, 8, err)
			       : zv_store_run(s, ZV_SQL_COUNT_HOUR, hour, 9, err);

	return rc < 0 ? (int)rc : 0;
}

/* In the order of their keys, so that each page of the table is met once. */
int
zv_counts_flush(struct zv_store *s, struct zv_error *err)
{
	struct zv_map *map = &s->counts->map;
	struct count **list = map->n ? zv_calloc(map->n, sizeof(struct count *)) : NULL;
	struct count *count;
	size_t n = 0, at = 0;
	int rc = 0;

	if (map->n && !list)
		return zv_fail_nomem(err);
	while ((count = zv_map_next(map, &at)) != NULL)
		list[n++] = count;
	if (n > 1)
		qsort(list, n, sizeof(struct count *), compare);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = write_one(s, list[i], err);
	zv_free(list);
	zv_counts_clear(s->counts);
	return rc;
}
