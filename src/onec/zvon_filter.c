/* SetFilter, SetRegularExpression: which packets come. The filter is made here, where its
 * mistakes can be told, and given to the network thread. */
#include "onec/zvon_script.h"

#include "base/err.h"
#include "zvon/filter.h"

static void
give_filter(struct zv_script *s, struct zv_filter *filter)
{
	struct zv_filter *before;

	zv_component_lock(s->component);
	before = s->shared.next_filter;
	s->shared.next_filter = filter;
	s->shared.has_next_filter = true;
	zv_component_unlock(s->component);
	zvon_filter_free(before);
}

/* Cuts the text at LF: conditions on fields, one a line. */
static size_t
cut_lines(struct zv_buf *text, const char **list, size_t most)
{
	size_t n = 0;
	char *at = text->n ? (char *)(uintptr_t)zv_buf_cstr(text) : NULL, *end;

	for (; at && n < most; at = end) {
		end = strchr(at, '\n');
		if (end)
			*end++ = '\0';
		at[strcspn(at, "\r")] = '\0';
		if (*at)
			list[n++] = at;
	}
	return n;
}

static int
make_filter(struct zv_component *c, struct zv_str names, struct zv_str text,
	    struct zv_str fields, struct zv_str regex, struct zv_error *err)
{
	struct zv_buf copies[4] = { 0 };
	const struct zv_str from[4] = { names, text, fields, regex };
	const char *conditions[ZV_FILTER_MAX_TEXTS + 1], *one_name, *one_text;
	struct zv_filter_options o = { .events = &one_name, .texts = &one_text };
	struct zv_error why = { 0 };
	struct zv_filter *filter = NULL;
	bool failed = false;

	for (size_t i = 0; i < 4; i++)
		failed |= zv_buf_add(&copies[i], from[i]) < 0;
	one_name = zv_buf_cstr(&copies[0]);
	one_text = zv_buf_cstr(&copies[1]);
	o.n_events = names.n > 0;
	o.n_texts = text.n > 0;
	o.fields = conditions;
	o.n_fields = cut_lines(&copies[2], conditions, ZV_FILTER_MAX_TEXTS + 1);
	o.regex = regex.n ? zv_buf_cstr(&copies[3]) : NULL;
	if (!failed && (o.n_events || o.n_texts || o.n_fields || o.regex)) {
		filter = zvon_filter_new(&o, &why);
		failed = !filter;
	}
	for (size_t i = 0; i < 4; i++)
		zv_buf_deinit(&copies[i]);
	if (!failed) {
		give_filter(zv_script_of(c), filter);
		return 0;
	}
	return zv_fail(
		err, why.code ? why.code : ZV_ENOMEM,
		ZV_SCRIPT_SAY(c, "фильтр не принят: %s", "the filter is bad: %s"),
		why.code ? why.text : "out of memory");
}

static int
replace(struct zv_component *c, struct zv_buf *to, const struct zv_buf *from,
	struct zv_error *err)
{
	struct zv_buf text = { 0 };

	if (zv_buf_add(&text, zv_buf_str(from)) < 0)
		return zv_script_fail_nomem(c, err);
	zv_buf_deinit(to);
	*to = text;
	return 0;
}

ZV_SCRIPT_METHOD(set_filter)
{
	struct zv_script *s = zv_script_of(c);
	int rc = make_filter(
		c, zv_buf_str(&arguments[1].bytes), zv_buf_str(&arguments[0].bytes),
		zv_buf_str(&arguments[2].bytes), zv_buf_str(&s->set.regex), err);

	if (rc == 0)
		rc = replace(c, &s->set.text, &arguments[0].bytes, err);
	if (rc == 0)
		rc = replace(c, &s->set.names, &arguments[1].bytes, err);
	if (rc == 0)
		rc = replace(c, &s->set.fields, &arguments[2].bytes, err);
	return rc;
}

ZV_SCRIPT_METHOD(set_regex)
{
	struct zv_script *s = zv_script_of(c);
	int rc = make_filter(c, zv_buf_str(&s->set.names), zv_buf_str(&s->set.text),
			     zv_buf_str(&s->set.fields),
			     zv_buf_str(&arguments[0].bytes), err);

	return rc < 0 ? rc : replace(c, &s->set.regex, &arguments[0].bytes, err);
}
