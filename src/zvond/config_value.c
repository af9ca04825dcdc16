/* config_value.c - one value by its type. */
#include "zvond/config_value.h"

#include "base/num.h"
#include "base/str.h"

static bool
store_text(const struct zv_config_value *v)
{
	const char *text = v->s->value.n ? v->s->value.p : NULL;

	memcpy(v->to, &text, sizeof text);
	return true;
}

static bool
store_view(const struct zv_config_value *v)
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
check_word(const struct zv_config_value *v)
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
store_word(const struct zv_config_value *v)
{
	return check_word(v) && store_text(v);
}

/* "PJSIP/" is PJSIP: so it stands in Creatio's `protocol`. */
static bool
store_name(const struct zv_config_value *v)
{
	struct zv_conf_setting s = *v->s;
	struct zv_config_value without = *v;

	without.s = &s;
	if (zv_str_ends(s.value, ZV_STR("/"))) {
		s.value.n--;
		s.value = zv_conf_keep(v->r->text, s.value);
		if (!s.value.p)
			return zv_config_no_memory(v->r);
	}
	return check_word(&without) && store_view(&without);
}

static bool
parse_number(const struct zv_config_value *v, long long *number)
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
store_number(const struct zv_config_value *v)
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
store_size(const struct zv_config_value *v)
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
store_factor(const struct zv_config_value *v)
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
store_yes(const struct zv_config_value *v)
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
find_word(const struct zv_config_value *v, struct zv_str word)
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
store_choice(const struct zv_config_value *v)
{
	int choice = find_word(v, v->s->value);

	if (choice < 0)
		return false;
	choice += (int)v->option->least;
	memcpy(v->to, &choice, sizeof choice);
	return true;
}

static bool
store_flags(const struct zv_config_value *v)
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
store_nothing(const struct zv_config_value *v)
{
	if (v->s->value.n)
		zv_config_warn(v->r, ZV_AT(v->s), "%s is not used: %s",
			       "%s не используется: %s", v->option->key,
			       v->option->sentence);
	return true;
}

static bool (*const stores[ZV_OPTION_TYPES])(const struct zv_config_value *v) = {
	[ZV_OPTION_TEXT] = store_text,
	[ZV_OPTION_VIEW] = store_view,
	[ZV_OPTION_WORD] = store_word,
	[ZV_OPTION_NAME] = store_name,
	[ZV_OPTION_NUMBER] = store_number,
	[ZV_OPTION_SIZE] = store_size,
	[ZV_OPTION_FACTOR] = store_factor,
	[ZV_OPTION_YES] = store_yes,
	[ZV_OPTION_CHOICE] = store_choice,
	[ZV_OPTION_FLAGS] = store_flags,
	[ZV_OPTION_TEXTS] = zv_config_store_texts,
	[ZV_OPTION_NETWORKS] = zv_config_store_networks,
	[ZV_OPTION_DIAL] = zv_config_store_dial,
	[ZV_OPTION_BIND] = zv_config_store_bind,
	[ZV_OPTION_SECRET] = store_text,
	[ZV_OPTION_SECRETS] = zv_config_store_texts,
	[ZV_OPTION_NOTHING] = store_nothing,
};

bool
zv_config_store(struct zv_config_reader *r, struct zv_config_object *o,
		const struct zv_option *option, const struct zv_conf_setting *s)
{
	const struct zv_config_value v = { r, o, option, s,
					   (char *)o->at + option->at };

	return stores[option->type](&v);
}
