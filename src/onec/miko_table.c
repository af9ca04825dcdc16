#include "onec/miko_table.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/printf.h"
#include "base/utf.h"
#include "onec/text16.h"

struct text {
	struct zv_node node;
	char bytes[];
};

/* Where in a text we are. */
struct reader {
	struct zv_miko_table *table;
	const char *where;
	size_t line;
	bool in_russian;
	struct zv_error *err;
};

/* ---- errors ------------------------------------------------------------------------------ */

static int fail_at(struct reader *r, int code, const char *format, ...) ZV_PRINTF(3, 4);

static int
fail_at(struct reader *r, int code, const char *format, ...)
{
	char text[ZV_ERROR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return zv_fail(r->err, code,
		       r->in_russian ? "%s, строка %zu: %s" : "%s, line %zu: %s",
		       r->where, r->line, text);
}

/* Both are checked against the arguments. */
#define FAIL(r, code, russian, english, ...)                                           \
 fail_at(r, code, (r)->in_russian ? (russian) : (english), __VA_ARGS__)

/* What of a text stands in a message. */
#define SHOWN(s) (int)((s).n < 60 ? (s).n : 60), (s).p

/* ---- names --------------------------------------------------------------------------------- */

static bool
is_letter(unsigned char c)
{
	return (zv_lower(c) >= 'a' && zv_lower(c) <= 'z') || c == '_';
}

static bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* The bytes of a name's next letter, digit or underscore; 0: it is none. Of other alphabets
 * Cyrillic: U+0400 to U+047F, in UTF-8 D0 80 to D1 BF. */
static size_t
name_char(struct zv_str s, bool is_first)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t bad;

	if (is_letter(c) || (is_digit(c) && !is_first))
		return 1;
	return (c == 0xd0 || c == 0xd1) && zv_utf8_char(s, &bad) == 2 ? 2 : 0;
}

/* One that a script may write. */
static int
check_name(struct reader *r, struct zv_str name)
{
	size_t i = 0, n = 1;

	if (name.n == 0)
		return FAIL(r, ZV_EINVAL,
			    "нет имени: пишите %s = заголовки через запятую",
			    "a name is missing: write %s = headers with commas",
			    "method ИМЯ");
	if (name.n > ZV_MIKO_NAME_MAX)
		return FAIL(r, ZV_ETOOBIG, "имя длиннее %d байт",
			    "a name is longer than %d bytes", ZV_MIKO_NAME_MAX);
	for (; n && i < name.n; i += n)
		n = name_char(zv_str_from(name, i), i == 0);
	if (n)
		return 0;
	return FAIL(r, ZV_EINVAL,
		    "«%.*s» не может быть именем в языке 1С: только буквы, цифры и _",
		    "\"%.*s\" cannot be a name in 1C: letters, digits and _ only",
		    SHOWN(name));
}

/* A key of AMI, as far as we know them. */
static int
check_header(struct reader *r, struct zv_str name)
{
	size_t i = 0;

	if (name.n > ZV_MIKO_NAME_MAX)
		return FAIL(r, ZV_ETOOBIG, "заголовок длиннее %d байт",
			    "a header is longer than %d bytes", ZV_MIKO_NAME_MAX);
	while (i < name.n &&
	       (is_letter((unsigned char)name.p[i]) ||
		is_digit((unsigned char)name.p[i]) || strchr("-()", name.p[i])))
		i++;
	if (name.n && i == name.n)
		return 0;
	return FAIL(r, ZV_EINVAL,
		    "«%.*s» не может быть заголовком AMI: латинские буквы, цифры, - _ "
		    "( ), и "
		    "между заголовками запятая",
		    "\"%.*s\" cannot be a header of AMI: Latin letters, digits, - _ ( "
		    "), and "
		    "commas between headers",
		    SHOWN(name));
}

/* Room for one more name in the table. */
static int
count_name(struct reader *r)
{
	if (r->table->n_names == ZV_MIKO_NAMES_MAX)
		return FAIL(r, ZV_ETOOBIG, "имён методов больше %d",
			    "there are more than %d names of methods",
			    ZV_MIKO_NAMES_MAX);
	r->table->n_names++;
	return 0;
}

/* ---- headers --------------------------------------------------------------------------------- */

static const struct {
	const char *suffix;
	enum zv_miko_how how;
} hows[] = {
	{ "%", ZV_MIKO_PERCENT }, { "?yes", ZV_MIKO_YES },  { "?", ZV_MIKO_BOOLEAN },
	{ "*", ZV_MIKO_EACH },	  { "+", ZV_MIKO_HEADERS }, { "", ZV_MIKO_PLAIN },
};

static const char *
suffix_of(enum zv_miko_how how)
{
	size_t i = 0;

	while (hows[i].how != how)
		i++;
	return hows[i].suffix;
}

/* Cuts the mark off. */
static enum zv_miko_how
take_how(struct zv_str *name)
{
	size_t i = 0;

	while (!zv_str_ends(*name, zvon_str(hows[i].suffix)))
		i++;
	name->n -= strlen(hows[i].suffix);
	*name = zv_str_trim(*name);
	return hows[i].how;
}

/* Its line is not looked at again: the byte behind it may go. */
static const char *
seal(struct zv_str s)
{
	char *p = (char *)(uintptr_t)s.p;

	p[s.n] = '\0';
	return p;
}

static int
add_header(struct reader *r, struct zv_miko_function *f, struct zv_str name,
	   enum zv_miko_how how)
{
	int rc = check_header(r, name);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < f->n_headers; i++)
		if (zvon_str_equal_nocase(zvon_str(f->headers[i].name), name))
			return FAIL(r, ZV_EINVAL, "заголовок %.*s назван дважды",
				    "header %.*s is named twice", SHOWN(name));
	if (f->n_headers == ZV_MIKO_HEADERS_MAX)
		return FAIL(r, ZV_ETOOBIG, "заголовков больше %d",
			    "more than %d headers", ZV_MIKO_HEADERS_MAX);
	f->headers[f->n_headers++] = (struct zv_miko_header){ seal(name), how };
	return 0;
}

/* "Channel, Variable, Value%"; each has its own comma or the line's end behind it. */
static int
read_headers(struct reader *r, struct zv_miko_function *f, struct zv_str list)
{
	struct zv_str part;
	int rc = 0;

	if (zv_str_trim(list).n == 0)
		return 0;
	while (rc == 0 && zv_str_split(&list, ',', &part)) {
		struct zv_str name = zv_str_trim(part);
		enum zv_miko_how how = take_how(&name);

		rc = add_header(r, f, name, how);
	}
	return rc;
}

static void
fill_arguments(struct zv_miko_function *f)
{
	for (size_t i = 0; i < f->n_headers; i++)
		f->arguments[i] = (struct zv_argument_row){ f->headers[i].name,
							    ZV_WANT_TEXT, "" };
	f->arguments[f->n_headers] =
		(struct zv_argument_row){ "ActionID", ZV_WANT_TEXT, "" };
	f->arguments[f->n_headers + 1] =
		(struct zv_argument_row){ "Result", ZV_WANT_OUT, "" };
}

/* ---- methods --------------------------------------------------------------------------------- */

static void
free_function(struct zv_miko_function *f)
{
	if (!f)
		return;
	zv_free(f->headers);
	zv_free(f->arguments);
	zv_free(f);
}

static struct zv_miko_function *
new_function(size_t most_headers)
{
	struct zv_miko_function *f = zv_calloc(1, sizeof *f);

	if (!f)
		return NULL;
	f->headers = zv_calloc(most_headers, sizeof *f->headers);
	f->arguments = zv_calloc(most_headers + 2, sizeof *f->arguments);
	if (f->headers && f->arguments)
		return f;
	free_function(f);
	return NULL;
}

static size_t
count_parts(struct zv_str list)
{
	size_t n = 1;

	for (size_t i = 0; i < list.n; i++)
		n += list.p[i] == ',';
	return n < ZV_MIKO_HEADERS_MAX ? n : ZV_MIKO_HEADERS_MAX;
}

/* May this text say what that method is? */
static int
check_place(struct reader *r, size_t i, struct zv_str name)
{
	struct zv_miko_table *t = r->table;

	if (i < t->n_own)
		return FAIL(r, ZV_EINVAL,
			    "%.*s есть у самой компоненты: дайте методу другое имя",
			    "%.*s is the component's own: give the method another name",
			    SHOWN(name));
	if (!zv_name_equal(zvon_str(t->methods[i].name), name))
		return FAIL(r, ZV_EINVAL, "%.*s уже другое имя метода %s",
			    "%.*s is another name of method %s already", SHOWN(name),
			    t->methods[i].name);
	if (t->functions[i]->text == t->n_texts)
		return FAIL(
			r, ZV_EINVAL, "метод %.*s описан дважды: оставьте одну строку",
			"method %.*s is described twice: leave one line", SHOWN(name));
	return 0;
}

/* Its number: that of the one it replaces, or the next one. */
static long
find_place(struct reader *r, struct zv_str name)
{
	struct zv_miko_table *t = r->table;
	long i = zv_methods_find(t->methods, t->n, name);
	int rc;

	if (i >= 0)
		rc = check_place(r, (size_t)i, name);
	else if (t->n == ZV_MIKO_METHODS_MAX)
		rc = FAIL(r, ZV_ETOOBIG, "методов больше %d", "more than %d methods",
			  ZV_MIKO_METHODS_MAX);
	else
		rc = count_name(r);
	return rc < 0 ? rc : i >= 0 ? i : (long)t->n;
}

static void
put_method(struct zv_miko_table *t, size_t i, struct zv_str name,
	   struct zv_miko_function *f)
{
	struct zv_method *m = &t->methods[i];

	if (i == t->n)
		t->n++;
	free_function(t->functions[i]);
	t->functions[i] = f;
	m->name = seal(name);
	m->arguments = f->arguments;
	m->n_arguments = f->n_headers + 2;
	m->call = t->call;
	m->data = f;
}

/* "NAME as ACTION" in front of the '='. */
static int
take_names(struct reader *r, struct zv_str left, struct zv_str *name,
	   struct zv_str *action)
{
	size_t at = zv_str_find(left, ZV_STR(" as "));
	int rc;

	*name = zv_str_trim((struct zv_str){ left.p, at });
	*action = *name;
	if ((rc = check_name(r, *name)) < 0 || at == left.n)
		return rc;
	*action = zv_str_trim(zv_str_from(left, at + strlen(" as ")));
	return check_header(r, *action);
}

static int
read_method(struct reader *r, enum zv_miko_mark mark, struct zv_str left,
	    struct zv_str right)
{
	struct zv_miko_function *f = NULL;
	struct zv_str name, action;
	long i = 0;
	int rc;

	if ((rc = take_names(r, left, &name, &action)) < 0 ||
	    (rc = (int)(i = find_place(r, name))) < 0)
		return rc;
	if (!(f = new_function(count_parts(right))))
		return zv_fail_nomem(r->err);
	if ((rc = read_headers(r, f, right)) < 0) {
		free_function(f);
		return rc;
	}
	fill_arguments(f);
	f->mark = mark;
	f->text = r->table->n_texts;
	f->action = seal(action);
	put_method(r->table, (size_t)i, name, f);
	return 0;
}

/* ---- aliases --------------------------------------------------------------------------------- */

static int
add_alias(struct reader *r, size_t i, struct zv_str alias)
{
	struct zv_miko_table *t = r->table;
	const char *before = t->methods[i].aliases;
	struct zv_buf joined = { 0 };
	int rc = check_name(r, alias);

	if (rc == 0 && zv_methods_find(t->methods, t->n, alias) >= 0)
		rc = FAIL(r, ZV_EINVAL, "%.*s уже имя метода: выберите другое",
			  "%.*s is the name of a method already: choose another one",
			  SHOWN(alias));
	if (rc == 0)
		rc = count_name(r);
	if (rc < 0)
		return rc;
	zv_buf_printf(&joined, "%s%s%.*s", before ? before : "", before ? "|" : "",
		      ZV_ARG(alias));
	zv_buf_cstr(&joined);
	if (zv_buf_failed(&joined)) {
		zv_buf_deinit(&joined);
		return zv_fail_nomem(r->err);
	}
	zv_free(t->aliases[i]);
	t->methods[i].aliases = t->aliases[i] = joined.p;
	return 0;
}

static int
read_alias(struct reader *r, enum zv_miko_mark mark, struct zv_str left,
	   struct zv_str right)
{
	struct zv_str name = zv_str_trim(left), alias;
	long i;
	int rc = check_name(r, name);

	if (rc < 0)
		return rc;
	i = zv_methods_find(r->table->methods, r->table->n, name);
	if (i < 0)
		return FAIL(r, ZV_EINVAL,
			    "нет метода %.*s: опишите его выше строкой method",
			    "there is no method %.*s: describe it above with method",
			    SHOWN(name));
	while (rc == 0 && zv_str_split(&right, ',', &alias))
		rc = add_alias(r, (size_t)i, zv_str_trim(alias));
	return rc;
}

/* ---- the class -------------------------------------------------------------------------- */

static int
add_class(struct reader *r, struct zv_str name)
{
	struct zv_miko_table *t = r->table;
	int rc = check_name(r, name);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < t->n_classes; i++)
		if (zv_name_equal(zvon_str(t->classes[i]), name))
			return 0; /* an earlier text has said so */
	if (t->n_classes == ZV_MIKO_CLASSES_MAX)
		return FAIL(r, ZV_ETOOBIG, "имён класса больше %d",
			    "there are more than %d names of the class",
			    ZV_MIKO_CLASSES_MAX);
	t->classes[t->n_classes++] = seal(name);
	return 0;
}

static int
read_class(struct reader *r, enum zv_miko_mark mark, struct zv_str left,
	   struct zv_str right)
{
	struct zv_str name;
	int rc = 0;

	if (zv_str_trim(left).n)
		return FAIL(r, ZV_EINVAL, "перед = ничего не нужно: пишите %s",
			    "nothing belongs in front of the =: write %s",
			    "class = NAME");
	while (rc == 0 && zv_str_split(&right, ',', &name))
		rc = add_class(r, zv_str_trim(name));
	return rc;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	int (*read)(struct reader *r, enum zv_miko_mark mark, struct zv_str left,
		    struct zv_str right);
	enum zv_miko_mark mark;
} kinds[] = {
	{ "method", read_method, ZV_MIKO_METHOD },
	{ "documented", read_method, ZV_MIKO_DOCUMENTED },
	{ "guessed", read_method, ZV_MIKO_GUESSED },
	{ "alias", read_alias, ZV_MIKO_METHOD },
	{ "class", read_class, ZV_MIKO_METHOD },
};

static size_t
word_length(struct zv_str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t' && line.p[n] != '=')
		n++;
	return n;
}

static int
check_line(struct reader *r, struct zv_str line)
{
	if (line.n > ZV_MIKO_LINE_MAX)
		return FAIL(r, ZV_ETOOBIG, "строка длиннее %d байт",
			    "the line is longer than %d bytes", ZV_MIKO_LINE_MAX);
	if (zv_utf8_valid(line) < line.n)
		return FAIL(r, ZV_EINVAL, "не %s: сохраните файл в этой кодировке",
			    "not %s: save the file in that encoding", "UTF-8");
	if (memchr(line.p, '\0', line.n))
		return FAIL(r, ZV_EINVAL, "байт %d: это не текст",
			    "a byte %d: this is no text", 0);
	return 0;
}

static int
read_line(struct reader *r, struct zv_str line)
{
	struct zv_str word = { line.p, word_length(line) };
	struct zv_str left = zv_str_from(line, word.n);
	size_t equal = zv_str_find(left, ZV_STR("=")), i = 0;

	while (i < sizeof kinds / sizeof *kinds &&
	       !zvon_str_equal_nocase(word, zvon_str(kinds[i].word)))
		i++;
	if (i == sizeof kinds / sizeof *kinds)
		return FAIL(
			r, ZV_EINVAL,
			"«%.*s»: строка начинается словом method, documented, guessed, "
			"alias или class",
			"\"%.*s\": a line begins with method, documented, guessed, "
			"alias or class",
			SHOWN(word));
	if (equal == left.n)
		return FAIL(r, ZV_EINVAL, "нет знака =: пишите %s ИМЯ = …",
			    "there is no =: write %s NAME = …", kinds[i].word);
	return kinds[i].read(r, kinds[i].mark, (struct zv_str){ left.p, equal },
			     zv_str_from(left, equal + 1));
}

static int
read_lines(struct reader *r, struct zv_str text)
{
	struct zv_str line;
	int rc = 0;

	if (zv_str_starts(text, ZV_STR("\xef\xbb\xbf"))) /* as Notepad writes it */
		text = zv_str_from(text, 3);
	while (rc == 0 && zv_str_split(&text, '\n', &line)) {
		r->line++;
		if ((rc = check_line(r, line)) < 0)
			break;
		line = zv_str_trim(line);
		if (line.n && line.p[0] != '#' && line.p[0] != ';')
			rc = read_line(r, line);
	}
	return rc;
}

int
zv_miko_table_read(struct zv_miko_table *t, struct zv_str text, const char *where,
		   bool in_russian, struct zv_error *err)
{
	struct reader r = { t, where, 0, in_russian, err };
	struct text *kept;

	if (text.n > ZV_MIKO_TEXT_MAX)
		return zv_fail(
			err, ZV_ETOOBIG,
			in_russian ? "%s: файл больше %zu байт: это не список функций"
				   : "%s: the file is larger than %zu bytes: this is "
				     "no list of functions",
			where, ZV_MIKO_TEXT_MAX);
	kept = zv_malloc(sizeof *kept + text.n + 1);
	if (!kept)
		return zv_fail_nomem(err);
	if (text.n)
		memcpy(kept->bytes, text.p, text.n);
	kept->bytes[text.n] = '\0';
	zv_list_append(&t->texts, &kept->node);
	t->n_texts++;
	return read_lines(&r, (struct zv_str){ kept->bytes, text.n });
}

/* ---- the table -------------------------------------------------------------------------------- */

struct zv_miko_table *
zv_miko_table_new(const struct zv_method *own, size_t n_own, zv_method_fn call)
{
	struct zv_miko_table *t = zv_calloc(1, sizeof *t);

	if (!t)
		return NULL;
	zv_list_init(&t->texts);
	t->methods = zv_calloc(ZV_MIKO_METHODS_MAX, sizeof *t->methods);
	t->functions = zv_calloc(ZV_MIKO_METHODS_MAX, sizeof *t->functions);
	t->aliases = zv_calloc(ZV_MIKO_METHODS_MAX, sizeof *t->aliases);
	if (!t->methods || !t->functions || !t->aliases) {
		zv_miko_table_free(t);
		return NULL;
	}
	memcpy(t->methods, own, n_own * sizeof *own);
	t->n = t->n_own = n_own;
	t->call = call;
	return t;
}

void
zv_miko_table_free(struct zv_miko_table *t)
{
	struct zv_node *node;

	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free_function(t->functions[i]);
		zv_free(t->aliases[i]);
	}
	while ((node = zv_list_first(&t->texts))) {
		zv_list_remove(node);
		zv_free(ZV_OWNER(node, struct text, node));
	}
	zv_free(t->methods);
	zv_free(t->functions);
	zv_free(t->aliases);
	zv_free(t);
}

static void
show_method(const struct zv_method *m, struct zv_buf *out)
{
	const struct zv_miko_function *f = m->data;

	zv_buf_printf(out, "%s %s", kinds[f->mark].word, m->name);
	if (strcmp(m->name, f->action) != 0)
		zv_buf_printf(out, " as %s", f->action);
	zv_buf_add(out, ZV_STR(" ="));
	for (size_t i = 0; i < f->n_headers; i++)
		zv_buf_printf(out, "%s %s%s", i ? "," : "", f->headers[i].name,
			      suffix_of(f->headers[i].how));
	zv_buf_add_char(out, '\n');
}

static void
show_aliases(const struct zv_method *m, struct zv_buf *out)
{
	struct zv_str rest = zvon_str(m->aliases), alias;
	const char *separator = " = ";

	zv_buf_printf(out, "alias %s", m->name);
	while (zv_str_split(&rest, '|', &alias)) {
		zv_buf_printf(out, "%s%.*s", separator, ZV_ARG(alias));
		separator = ", ";
	}
	zv_buf_add_char(out, '\n');
}

int
zv_miko_table_show(const struct zv_miko_table *t, struct zv_buf *out)
{
	for (size_t i = t->n_own; i < t->n; i++)
		show_method(&t->methods[i], out);
	for (size_t i = 0; i < t->n; i++)
		if (t->aliases[i])
			show_aliases(&t->methods[i], out);
	for (size_t i = 0; i < t->n_classes; i++)
		zv_buf_printf(out, "class = %s\n", t->classes[i]);
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}
