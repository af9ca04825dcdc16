/* What of the packets passes: the text must be in it and the expression must be found in it
 * (AND: the original is not known to have combined them). */
#include "base/err.h"
#include "base/str.h"
#include "onec/rom.h"

void
zv_rom_filter_deinit(struct zv_rom_filter *f)
{
	zvon_filter_free(f->filter);
	zv_buf_deinit(&f->text);
	zv_buf_deinit(&f->regex);
	*f = (struct zv_rom_filter){ 0 };
}

static struct zv_filter *
compile(const struct zv_rom_kind *kind, struct zv_buf *text, struct zv_buf *regex,
	struct zv_error *err)
{
	const char *texts[1] = { zv_buf_cstr(text) };
	struct zv_filter_options options = {
		.texts = texts,
		.n_texts = text->n ? 1 : 0,
		.regex = regex->n ? zv_buf_cstr(regex) : NULL,
		.newlines = kind->newlines,
	};

	return zvon_filter_new(&options, err);
}

/* 0; *filter may be NULL. An expression of plain_regex that is none is only a text. */
static int
compile_both(const struct zv_rom_kind *kind, struct zv_rom_filter *f,
	     struct zv_error *err)
{
	struct zv_error why = { 0 };
	struct zv_buf none = { 0 };

	if (!f->text.n && !f->regex.n)
		return 0;
	f->filter = compile(kind, &f->text, &f->regex, &why);
	if (!f->filter && kind->plain_regex && why.code == ZV_EINVAL) {
		f->is_plain = true;
		why = (struct zv_error){ 0 };
		f->filter = compile(kind, &f->text, &none, &why);
	}
	if (!f->filter && err && !err->code)
		*err = why;
	return f->filter ? 0 : why.code;
}

int
zv_rom_filter_set(struct zv_rom_filter *f, const struct zv_rom_kind *kind,
		  bool is_regex, struct zv_str text, struct zv_error *err)
{
	struct zv_rom_filter next = { 0 };
	int rc;

	if (text.n && memchr(text.p, 0, text.n))
		return zv_fail(err, ZV_EINVAL, "a NUL character in the filter");
	zv_buf_add(&next.text, is_regex ? zv_buf_str(&f->text) : text);
	zv_buf_add(&next.regex, is_regex ? text : zv_buf_str(&f->regex));
	if (zv_buf_failed(&next.text) || zv_buf_failed(&next.regex))
		rc = zv_fail_nomem(err);
	else
		rc = compile_both(kind, &next, err);
	if (rc < 0) {
		zv_rom_filter_deinit(&next);
		return rc;
	}
	zv_rom_filter_deinit(f);
	*f = next;
	return 0;
}

enum zv_filter_verdict
zv_rom_filter_judge(struct zv_rom_filter *f, const struct zv_rom_kind *kind,
		    struct zv_str shown, int64_t now_ms)
{
	const struct zv_packet packet = { .kind = ZV_PACKET_OTHER, .text = shown };
	enum zv_filter_verdict verdict;
	bool has_text;

	if (!f->filter)
		return ZV_FILTER_PASSES;
	verdict = zvon_filter_judge(f->filter, &packet, now_ms);
	if (!kind->plain_regex || !f->regex.n)
		return verdict;
	has_text = zv_str_find(shown, zv_buf_str(&f->regex)) < shown.n;
	if (verdict == ZV_FILTER_REGEX || verdict == ZV_FILTER_LIMIT)
		return has_text ? ZV_FILTER_PASSES : verdict;
	if (verdict == ZV_FILTER_PASSES && f->is_plain && !has_text)
		return ZV_FILTER_REGEX;
	return verdict;
}

/* PCRE2's numbers (pcre2.h, 10.34 and later) that have a name there. */
static const struct {
	int pcre2;
	const char *name;
} errors[] = {
	{ 101, "error_escape" },    /* \ at the end */
	{ 102, "error_escape" },    /* \c at the end */
	{ 103, "error_escape" },    /* unknown behind \ */
	{ 104, "error_badbrace" },  /* {3,1} */
	{ 105, "error_badbrace" },  /* {99999} */
	{ 106, "error_brack" },	    /* [ without ] */
	{ 107, "error_escape" },    /* in a class */
	{ 108, "error_range" },	    /* [z-a] */
	{ 109, "error_badrepeat" }, /* * at the start */
	{ 112, "error_ctype" },	    /* [:x:] outside of a class */
	{ 113, "error_collate" },   /* [.x.], [=x=] */
	{ 114, "error_paren" },	    /* ( without ) */
	{ 115, "error_backref" },    { 119, "error_stack" }, /* groups within groups */
	{ 120, "error_complexity" },			     /* too large */
	{ 122, "error_paren" },				     /* ) without ( */
	{ 130, "error_ctype" },				     /* [[:x:]] */
	{ 150, "error_range" },				     /* [a-\d] */
	{ 186, "error_complexity" }, { 187, "error_complexity" },
};

const char *
zv_rom_regex_error(int system)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i].pcre2 == system)
			return errors[i].name;
	return "error_complexity";
}
