/* config_history.c - [history]: where the store is, and what no table can say of it. */
#include <stdio.h>

#include "base/str.h"
#include "zvond/config_impl.h"

/* "03:30" as minutes of the day, or -1. */
static int
minute_of(const char *text)
{
	int hour, minute, end = 0;

	if (!text || sscanf(text, "%2d:%2d%n", &hour, &minute, &end) != 2 || text[end])
		return -1;
	return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 ? hour * 60 + minute
								    : -1;
}

static bool
is_word(const char *text, const char *word)
{
	return zvon_str_equal_nocase(zvon_str(text), zvon_str(word));
}

/* Whoever lists processes or reads logs would find it. */
static void
check_url(struct zv_config_reader *r, struct zv_config_object *o, const char *url)
{
	const char *place = strstr(url, "://") + 3,
		   *end = place + strcspn(place, "/?#");
	const char *at = memchr(place, '@', (size_t)(end - place));

	if (at && memchr(place, ':', (size_t)(at - place)))
		ZV_CONFIG_WRONG(r, o, "store",
				"the password stands in store: take it out, and set "
				"secret_file",
				"пароль стоит в store: уберите его оттуда и укажите "
				"secret_file");
}

/* A file: its whole path. Without a state folder there is none unless that is whole. */
static const char *
file_of(struct zv_config_reader *r, struct zv_config_object *o, const char *store)
{
	const char *state = r->config->state;

	if (*store == '/')
		return store;
	if (state && *state)
		return zv_config_text(r, "%s/%s", state, store);
	if (zv_config_seen(o, "store"))
		ZV_CONFIG_WRONG(r, o, "store",
				"store = %s: there is no state folder; write the whole "
				"path, from / on",
				"store = %s: папки состояния нет; пишите полный путь, "
				"от /",
				store);
	return NULL;
}

static void
find_store(struct zv_config_reader *r, struct zv_config_object *o,
	   struct zv_config_history *h)
{
	const char *store = h->store;

	h->store = NULL;
	if (!store || is_word(store, "no"))
		return;
	h->is_temporary = is_word(store, "temporary");
	if (h->is_temporary)
		return;
	if (strstr(store, "://"))
		check_url(r, o, store);
	h->store = strstr(store, "://") ||
				   zv_str_starts(zvon_str(store), ZV_STR("sqlite:"))
			   ? store
			   : file_of(r, o, store);
}

static void
check_digits(struct zv_config_reader *r, struct zv_config_object *o, const char *key,
	     struct zv_str value)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] >= '0' && value.p[i] <= '9' && value.n <= 8)
			continue;
		ZV_CONFIG_WRONG(r, o, key, "%s = %.*s: at most 8 digits are needed",
				"%s = %.*s: нужно не больше 8 цифр", key,
				ZV_ARG(value));
		return;
	}
}

static void
check_numbers(struct zv_config_reader *r, struct zv_config_object *o,
	      const struct zv_number_rules *n)
{
	check_digits(r, o, "country", n->country);
	check_digits(r, o, "trunk", n->trunk);
	check_digits(r, o, "international", n->international);
	check_digits(r, o, "area", n->area);
}

static void
check_days(struct zv_config_reader *r, struct zv_config_object *o,
	   const struct zv_config_history *h)
{
	if (h->keep_days && h->anonymise_days >= h->keep_days)
		ZV_CONFIG_WARN(
			r, o, "anonymise_days",
			"anonymise_days = %d means nothing: after keep_days = %d "
			"the call is deleted",
			"anonymise_days = %d ничего не значит: через keep_days = "
			"%d звонок удаляется",
			h->anonymise_days, h->keep_days);
}

void
zv_config_check_history(struct zv_config_reader *r, struct zv_config_object *o)
{
	struct zv_config_history *h = o->at;
	const struct zv_conf_setting *file = zv_config_seen(o, "secret_file");
	size_t n;

	find_store(r, o, h);
	if (h->secret_file && file) {
		h->secret_file = zv_config_path(r, file);
		h->secret = zv_config_secret(r, file, false, false, &n);
	}
	h->clean_minute = minute_of(h->clean_at);
	if (h->clean_minute < 0)
		ZV_CONFIG_WRONG(r, o, "clean_at",
				"clean_at = %s: a time of day as 03:30 is needed",
				"clean_at = %s: нужно время суток вроде 03:30",
				h->clean_at ? h->clean_at : "");
	check_numbers(r, o, &h->numbers);
	check_days(r, o, h);
}
