/* config_value.c - one value by its type. */
#include <arpa/inet.h>

#include "base/num.h"
#include "base/str.h"
#include "zvond/config_impl.h"

/* ---- lists: they grow by one element ------------------------------------------------- */

/* Room for one more element of that size at the end of the list; the old elements are
 * copied (lists are short). */
static void *
grow(struct zv_config_reader *r, struct zv_config_object *o,
     const struct zv_option *option, size_t size)
{
	char *base = o->at;
	size_t n;
	void *old;
	char *list;

	memcpy(&n, base + option->n_at, sizeof n);
	memcpy(&old, base + option->at, sizeof old);
	list = old;
	if ((n & (n - 1)) == 0) { /* full: 0, 1, 2, 4, 8 … */
		list = zv_config_take(r, (n ? 2 * n : 1) * size);
		if (!list)
			return NULL;
		if (n)
			memcpy(list, old, n * size);
	}
	n++;
	memcpy(base + option->n_at, &n, sizeof n);
	memcpy(base + option->at, &list, sizeof list);
	return list + (n - 1) * size;
}

static size_t
length_of(const struct zv_config_object *o, const struct zv_option *option)
{
	size_t n;

	memcpy(&n, (const char *)o->at + option->n_at, sizeof n);
	return n;
}

bool
zv_config_is_list(enum zv_option_type type)
{
	return type == ZV_OPTION_TEXTS || type == ZV_OPTION_NETWORKS ||
	       type == ZV_OPTION_DIAL || type == ZV_OPTION_SECRETS;
}

/* ---- networks ---------------------------------------------------------------------- */

bool
zv_config_network_parse(struct zv_str text, struct zv_config_network *out)
{
	char address[INET6_ADDRSTRLEN];
	struct zv_str rest = text, part;
	long long bits;
	bool v4;

	zv_str_split(&rest, '/', &part);
	if (part.n == 0 || part.n >= sizeof address || memchr(part.p, '\0', part.n))
		return false;
	memcpy(address, part.p, part.n);
	address[part.n] = '\0';
	memset(out, 0, sizeof *out);
	v4 = inet_pton(AF_INET, address, out->address + 12) == 1;
	if (v4)
		out->address[10] = out->address[11] = 0xff;
	else if (inet_pton(AF_INET6, address, out->address) != 1)
		return false;
	bits = v4 ? 32 : 128;
	if (part.n < text.n && zv_num_parse(rest, 0, bits, &bits) < 0)
		return false;
	out->bits = (int)bits + (v4 ? 96 : 0);
	return true;
}

/* ---- one function for each type ------------------------------------------------------ */

struct value {
	struct zv_config_reader *r;
	struct zv_config_object *o;
	const struct zv_option *option;
	const struct zv_conf_setting *s;
	char *to;
};

static bool
store_text(const struct value *v)
{
	const char *text = v->s->value.n ? v->s->value.p : NULL;

	memcpy(v->to, &text, sizeof text);
	return true;
}

static bool
store_view(const struct value *v)
{
	memcpy(v->to, &v->s->value, sizeof v->s->value);
	return true;
}

/* What goes into channel names, contexts and the like: neither blanks nor what Asterisk
 * cuts arguments at. */
static bool
is_word(struct zv_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (!(c >= 0x80 || (zv_lower(c) >= 'a' && zv_lower(c) <= 'z') ||
		      (c >= '0' && c <= '9') || memchr("-_.@:[]", c, 7)))
			return false;
	}
	return true;
}

static bool
check_word(const struct value *v)
{
	if (is_word(v->s->value))
		return true;
	zv_config_wrong(v->r, ZV_AT(v->s),
			"%s = %s: only letters, digits and - _ . @ may stand there",
			"%s = %s: здесь допустимы только буквы, цифры и - _ . @",
			v->option->key, v->s->value.p);
	return false;
}

static bool
store_word(const struct value *v)
{
	return check_word(v) && store_text(v);
}

/* "PJSIP/" is PJSIP: so it stands in Creatio's `protocol`. */
static bool
store_name(const struct value *v)
{
	struct zv_conf_setting s = *v->s;
	struct value without = *v;

	without.s = &s;
	if (zv_str_ends(s.value, ZV_STR("/"))) {
		s.value.n--;
		s.value = zv_conf_keep(v->r->text, s.value);
		if (!s.value.p)
			return zv_config_take(v->r, 0) && false;
	}
	return check_word(&without) && store_view(&without);
}

static bool
parse_number(const struct value *v, long long *number)
{
	int rc = zv_num_parse(v->s->value, v->option->least, v->option->most, number);

	if (rc == 0)
		return true;
	zv_config_wrong(v->r, ZV_AT(v->s),
			"%s = %s: a whole number from %lld to %lld is needed",
			"%s = %s: нужно целое число от %lld до %lld", v->option->key,
			v->s->value.p, v->option->least, v->option->most);
	return false;
}

static bool
store_number(const struct value *v)
{
	long long number;
	int as_int;

	if (!parse_number(v, &number))
		return false;
	as_int = (int)number;
	memcpy(v->to, &as_int, sizeof as_int);
	return true;
}

static bool
store_size(const struct value *v)
{
	long long number;
	size_t size;

	if (!parse_number(v, &number))
		return false;
	size = (size_t)number;
	memcpy(v->to, &size, sizeof size);
	return true;
}

static bool
store_factor(const struct value *v)
{
	long long thousandths;
	double factor;

	if (zv_num_parse_seconds(v->s->value, v->option->most, &thousandths) < 0 ||
	    thousandths < v->option->least) {
		zv_config_wrong(v->r, ZV_AT(v->s), "%s = %s: a number as 1.5 is needed",
				"%s = %s: нужно число вроде 1.5", v->option->key,
				v->s->value.p);
		return false;
	}
	factor = (double)thousandths / 1000;
	memcpy(v->to, &factor, sizeof factor);
	return true;
}

/* As ast_true and ast_false of Asterisk. */
static bool
store_yes(const struct value *v)
{
	static const char *const words[] = { "yes", "true",  "y", "t", "1", "on",
					     "no",  "false", "n", "f", "0", "off" };
	const size_t n = sizeof words / sizeof *words;

	for (size_t i = 0; i < n; i++) {
		if (zvon_str_equal_nocase(zvon_str(words[i]), v->s->value)) {
			bool yes = i < n / 2;

			memcpy(v->to, &yes, sizeof yes);
			return true;
		}
	}
	zv_config_wrong(v->r, ZV_AT(v->s), "%s = %s: yes or no is needed",
			"%s = %s: нужно yes или no", v->option->key, v->s->value.p);
	return false;
}

/* The position of the word in "a|b|c", or -1 when that was said. */
static int
find_word(const struct value *v, struct zv_str word)
{
	struct zv_str rest = zvon_str(v->option->words), one;
	const char *names[33] = { NULL }, *meant;
	int n = 0;

	for (; n < 32 && zv_str_split(&rest, '|', &one); n++) {
		if (zvon_str_equal_nocase(one, word))
			return n;
		names[n] = zv_config_text(v->r, "%.*s", ZV_ARG(one));
	}
	meant = zv_conf_suggest(word, names);
	if (meant)
		zv_config_wrong(v->r, ZV_AT(v->s), "%s: unknown '%.*s'; is %s meant?",
				"%s: неизвестно '%.*s'; может быть, %s?",
				v->option->key, ZV_ARG(word), meant);
	else
		zv_config_wrong(v->r, ZV_AT(v->s), "%s: unknown '%.*s'; there are %s",
				"%s: неизвестно '%.*s'; есть %s", v->option->key,
				ZV_ARG(word), v->option->words);
	return -1;
}

static bool
store_choice(const struct value *v)
{
	int choice = find_word(v, v->s->value);

	if (choice < 0)
		return false;
	choice += (int)v->option->least;
	memcpy(v->to, &choice, sizeof choice);
	return true;
}

static bool
store_flags(const struct value *v)
{
	struct zv_str rest = v->s->value, word;
	unsigned flags = 0;

	while (zv_str_split(&rest, ',', &word)) {
		int bit;

		word = zv_str_trim(word);
		if (word.n == 0)
			continue;
		if (zvon_str_equal_nocase(word, ZV_STR("none")))
			continue;
		bit = find_word(v, word);
		if (bit < 0)
			return false;
		flags |= 1u << ((int)v->option->least + bit);
	}
	memcpy(v->to, &flags, sizeof flags);
	return true;
}

static bool
add_text(const struct value *v, struct zv_str word)
{
	struct zv_str *to;

	if (v->option->most && length_of(v->o, v->option) >= (size_t)v->option->most) {
		zv_config_wrong(v->r, ZV_AT(v->s), "%s: more than %lld",
				"%s: больше %lld", v->option->key, v->option->most);
		return false;
	}
	to = grow(v->r, v->o, v->option, sizeof *to);
	if (to)
		*to = zvon_str(zv_config_text(v->r, "%.*s", ZV_ARG(word)));
	return to;
}

static bool
add_network(const struct value *v, struct zv_str word)
{
	struct zv_config_network network, *to;

	if (!zv_config_network_parse(word, &network)) {
		zv_config_wrong(
			v->r, ZV_AT(v->s),
			"%s: '%.*s' is no network; write it as 10.0.0.0/8 or ::1/128",
			"%s: '%.*s' не сеть; пишите как 10.0.0.0/8 или ::1/128",
			v->option->key, ZV_ARG(word));
		return false;
	}
	to = grow(v->r, v->o, v->option, sizeof *to);
	if (to)
		*to = network;
	return to;
}

static bool
add_each(const struct value *v, bool (*add)(const struct value *v, struct zv_str word))
{
	struct zv_str rest = v->s->value, word;

	while (zv_str_split(&rest, ',', &word)) {
		word = zv_str_trim(word);
		if (word.n && !add(v, word))
			return false;
	}
	return true;
}

static bool
store_texts(const struct value *v)
{
	return add_each(v, add_text);
}

static bool
store_networks(const struct value *v)
{
	return add_each(v, add_network);
}

/* "allow PATTERN[,PATTERN]". */
static bool
store_dial(const struct value *v)
{
	struct zv_str text = v->s->value, word, list;
	bool allow;

	zv_str_split(&text, ' ', &word);
	allow = zvon_str_equal_nocase(word, ZV_STR("allow"));
	if (!allow && !zvon_str_equal_nocase(word, ZV_STR("deny"))) {
		zv_config_wrong(v->r, ZV_AT(v->s),
				"dial = %s: write allow PATTERN or deny PATTERN",
				"dial = %s: пишите allow ШАБЛОН или deny ШАБЛОН",
				v->s->value.p);
		return false;
	}
	while (zv_str_split(&text, ',', &list)) {
		struct zv_error why = { 0 };
		struct zv_dial_rule *rule;

		list = zv_str_trim(list);
		if (zv_dial_pattern_check(list, &why) < 0) {
			zv_config_wrong(v->r, ZV_AT(v->s), "dial = %s: %s",
					"dial = %s: %s", v->s->value.p, why.text);
			return false;
		}
		if (length_of(v->o, v->option) >= ZV_DIAL_RULES_MAX) {
			zv_config_wrong(v->r, ZV_AT(v->s),
					"more than %d rules for dial",
					"больше %d правил dial", ZV_DIAL_RULES_MAX);
			return false;
		}
		rule = grow(v->r, v->o, v->option, sizeof *rule);
		if (!rule)
			return false;
		rule->allow = allow;
		rule->pattern = zvon_str(zv_config_text(v->r, "%.*s", ZV_ARG(list)));
	}
	return true;
}

/* The port behind the last ':' of "127.0.0.1:2013" and "[::]:2013"; -1: none there. */
static bool
cut_port(struct zv_str *address, long long *port)
{
	size_t colon = address->n;
	struct zv_str digits;

	*port = -1;
	if (zv_str_starts(*address, ZV_STR("["))) {
		size_t close = zv_str_find(*address, ZV_STR("]"));

		if (close == address->n)
			return false;
		digits = zv_str_from(*address, close + 1);
		*address = (struct zv_str){ address->p + 1, close - 1 };
		if (digits.n == 0)
			return true;
		if (digits.p[0] != ':')
			return false;
		digits = zv_str_from(digits, 1);
	} else {
		while (colon && address->p[colon - 1] != ':')
			colon--;
		if (colon == 0 || memchr(address->p, ':', colon - 1))
			return true; /* no port: an IPv6 address without brackets too */
		digits = zv_str_from(*address, colon);
		address->n = colon - 1;
	}
	return zv_num_parse(digits, 0, 65535, port) == 0;
}

static bool
store_bind(const struct value *v)
{
	struct zv_config_listen *listen = v->o->at;
	struct zv_str address = v->s->value;
	struct zv_config_network network;
	long long port;

	if (zv_str_starts_nocase(address, ZV_STR("systemd:")) && address.n > 8) {
		listen->activated = address.p + 8;
		listen->address = NULL;
		return true;
	}
	if (!cut_port(&address, &port) || memchr(address.p, '/', address.n) ||
	    !zv_config_network_parse(address, &network)) {
		zv_config_wrong(
			v->r, ZV_AT(v->s),
			"bind = %s: write ADDRESS:PORT, as 127.0.0.1:2013, [::]:2013, "
			"or systemd:NAME",
			"bind = %s: пишите АДРЕС:ПОРТ, например 127.0.0.1:2013, "
			"[::]:2013, или systemd:ИМЯ",
			v->s->value.p);
		return false;
	}
	listen->activated = NULL;
	listen->address = zv_config_text(v->r, "%.*s", ZV_ARG(address));
	if (port >= 0)
		listen->port = (int)port;
	return true;
}

static bool
store_nothing(const struct value *v)
{
	if (v->s->value.n)
		zv_config_warn(v->r, ZV_AT(v->s), "%s is not used: %s",
			       "%s не используется: %s", v->option->key,
			       v->option->sentence);
	return true;
}

static bool (*const stores[ZV_OPTION_TYPES])(const struct value *v) = {
	[ZV_OPTION_TEXT] = store_text,	     [ZV_OPTION_VIEW] = store_view,
	[ZV_OPTION_WORD] = store_word,	     [ZV_OPTION_NAME] = store_name,
	[ZV_OPTION_NUMBER] = store_number,   [ZV_OPTION_SIZE] = store_size,
	[ZV_OPTION_FACTOR] = store_factor,   [ZV_OPTION_YES] = store_yes,
	[ZV_OPTION_CHOICE] = store_choice,   [ZV_OPTION_FLAGS] = store_flags,
	[ZV_OPTION_TEXTS] = store_texts,     [ZV_OPTION_NETWORKS] = store_networks,
	[ZV_OPTION_DIAL] = store_dial,	     [ZV_OPTION_BIND] = store_bind,
	[ZV_OPTION_SECRET] = store_text,     [ZV_OPTION_SECRETS] = store_texts,
	[ZV_OPTION_NOTHING] = store_nothing,
};

bool
zv_config_store(struct zv_config_reader *r, struct zv_config_object *o,
		const struct zv_option *option, const struct zv_conf_setting *s)
{
	const struct value v = { r, o, option, s, (char *)o->at + option->at };

	return stores[option->type](&v);
}
