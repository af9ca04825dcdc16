/* The reader of configuration: what it gives, what it says, and every allocation failed. */
#include "helper.h"

#include <stdio.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "heap.h"

#define MAX_TEXT 4096

static const struct file {
	const char *name, *text;
} files[] = {
	{ "one.conf", "[x]\na = 1\n" },
	{ "self.conf", "#include self.conf\n" },
	{ "two.conf", "#include three.conf\n" },
	{ "three.conf", "#include two.conf\n" },
	{ "bad.conf", "[x]\n\n nothing" },
};

static int
include(void *context, struct zv_str name, struct zv_str from, zv_conf_add_fn add,
	void *reader, struct zv_error *err)
{
	(void)context;
	(void)from;
	(void)err;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (zvon_str_equal(zvon_str(files[i].name), name))
			return add(reader, name, zvon_str(files[i].text));
	return ZV_ENOTFOUND;
}

/* "[name] key=value …" of all sections. */
static void
show(const struct zv_conf *c, char out[MAX_TEXT])
{
	size_t n = 0;

	out[0] = '\0';
	for (const struct zv_conf_section *s = zv_conf_sections(c); s; s = s->next) {
		n += (size_t)snprintf(out + n, MAX_TEXT - n, "[%s]", s->name.p);
		for (const struct zv_conf_setting *x = s->settings; x; x = x->next)
			n += (size_t)snprintf(out + n, MAX_TEXT - n, " %s=%s%s",
					      x->key.p, x->value.p,
					      x->inherited ? "^" : "");
		n += (size_t)snprintf(out + n, MAX_TEXT - n, "\n");
	}
}

static const struct {
	const char *text, *is;
} good[] = {
	{ "", "" },
	{ "[a]\n", "[a]\n" },
	{ "[a]\nx=1\ny => 2\n z = a b \n", "[a] x=1 y=2 z=a b\n" },
	{ "[a] ; c\nx = 1 ; c\ny = 1\\;2\n;x=2\n", "[a] x=1 y=1;2\n" },
	{ "[a]\nx = 1;-- long\n[b]\n--;y = 2\n", "[a] x=1 y=2\n" },
	{ "[a]\nx = 1 ;-- o ;-- i --; o --; 2\n", "[a] x=1  2\n" },
	{ "[a]\n;--- short\nx = 1\n", "[a] x=1\n" },
	{ "[t](!)\nx = 1\n[a](t)\ny = 2\n[b](t)\nx = 3\n",
	  "[a] x=1^ y=2\n[b] x=1^ x=3\n" },
	{ "[t](!)\nx=1\n[u](!,t)\ny=2\n[a](t , u)\n", "[a] x=1^ x=1^ y=2^\n" },
	{ "[a]\nx = 1\n[b]\n[a](+)\ny = 2\n", "[a] x=1^ y=2\n[b]\n" },
	{ "[a]\nx = 1\n[a](+,a)\n", "[a] x=1^ x=1^\n" },
	{ "[a]\nx = 1\nx += ,2\n", "[a] x=1 x=1,2\n" },
	{ "\xef\xbb\xbf[a]\r\nx = 1\r\n", "[a] x=1\n" },
	{ "[a]\nx =\n", "[a] x=\n" },
	{ "[a]\nx = y = z\n", "[a] x=y = z\n" },
	{ "#include \"one.conf\"\ny=2\n", "[x] a=1 y=2\n" },
	{ "#include <one.conf>\n#tryinclude none\n", "[x] a=1\n" },
	{ "[имя]\nключ = Ёж\n", "[имя] ключ=Ёж\n" },
};

static void
gives_sections(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct zv_error err = { 0 };
		char shown[MAX_TEXT];
		struct zv_conf *c = zv_conf_parse(ZV_STR("f"), zvon_str(good[i].text),
						  include, NULL, false, &err);

		if (!c)
			fail_msg("%s: %s", good[i].text, err.text);
		show(c, shown);
		assert_string_equal(shown, good[i].is);
		zv_conf_free(c);
	}
}

static const struct {
	const char *text, *en, *ru;
} bad[] = {
	{ "x = 1", "f:1: 'x' stands before", "f:1: 'x' стоит" },
	{ "[a]\nx", "f:2: no '=' in 'x'", "f:2: нет '='" },
	{ "[a]\n= x", "f:2: nothing stands", "f:2: перед '='" },
	{ "[a", "f:1: a ']' or ')'", "f:1: не хватает" },
	{ "[a](b", "f:1: a ']' or ')'", "f:1: не хватает" },
	{ "[]", "f:1: the section has no name", "f:1: у раздела" },
	{ "[a] b", "f:1: 'b' behind", "f:1: 'b' после" },
	{ "[a](!) b", "f:1: 'b' behind", "f:1: 'b' после" },
	{ "[phone](!)\n[a](phnoe)",
	  "f:2: there is no template or section [phnoe] above; is "
	  "[phone] meant?",
	  "f:2: выше нет шаблона" },
	{ "[a](+)", "f:1: (+) goes on", "f:1: (+) продолжает" },
	{ "[a]\nx += 1", "f:2: 'x +=' adds", "f:2: 'x +=' дополняет" },
	{ "[a]\n;-- x\n\n", "f:2: the comment", "f:2: комментарий" },
	{ "#exec x", "f:1: #exec", "f:1: #exec" },
	{ "#foo x", "f:1: unknown directive '#foo'", "f:1: неизвестная" },
	{ "#include", "f:1: which file?", "f:1: какой файл?" },
	{ "#include none", "f:1: there is no file none", "f:1: нет файла none" },
	{ "#include self.conf", "self.conf:1: self.conf includes itself",
	  "self.conf:1: " },
	{ "#include two.conf", "three.conf:1: two.conf includes itself",
	  "three.conf:1: " },
	{ "\n#include bad.conf", "bad.conf:3: no '='", "bad.conf:3: нет" },
	{ "[a]\nx = \xff\n", "f:2: not UTF-8", "f:2: это не UTF-8" },
	{ "\xff\xfe[", "f:1: the file is UTF-16", "f:1: файл в UTF-16" },
};

static void
says_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		for (int russian = 0; russian < 2; russian++) {
			struct zv_error err = { 0 };
			const char *words = russian ? bad[i].ru : bad[i].en;

			assert_null(zv_conf_parse(ZV_STR("f"), zvon_str(bad[i].text),
						  include, NULL, russian, &err));
			if (!strstr(err.text, words))
				fail_msg("'%s' is not in '%s'", words, err.text);
		}
	}
}

static void
lets_no_allocation_fail_unseen(void **state)
{
	static const char text[] = "#include one.conf\n[t](!)\nx = 1\n[a](t)\ny = 2\n"
				   "y += 3\n[a](+)\nz = 4\n[bb](aa)\n";

	(void)state;
	for (unsigned long n = 1;; n++) {
		size_t blocks = heap_blocks();
		struct zv_error err = { 0 };
		struct zv_conf *c;

		zv_mem_fail_at(n);
		c = zv_conf_parse(ZV_STR("f"), zvon_str(text), include, NULL, false,
				  &err);
		zv_mem_fail_at(0);
		assert_null(c); /* the last line is wrong */
		assert_int_equal(heap_blocks(), blocks);
		if (err.code == ZV_EINVAL)
			break;
		assert_int_equal(err.code, ZV_ENOMEM);
	}
}

/* A line of exactly the limit, and one byte more; settings that templates multiply. */
static void
has_limits(void **state)
{
	char *text = zv_malloc(ZV_CONF_MAX_BYTES + 2);
	struct zv_error err = { 0 };
	struct zv_conf *c;
	size_t n = 0;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		n = (size_t)snprintf(text, 16, "[a]\nx=");
		memset(text + n, 'y', ZV_CONF_MAX_LINE);
		n = 4 + ZV_CONF_MAX_LINE + more;
		c = zv_conf_parse(ZV_STR("f"), (struct zv_str){ text, n }, NULL, NULL,
				  false, &err);
		assert_int_equal(!c, more);
		zv_conf_free(c);
	}
	n = (size_t)snprintf(text, 64, "[a0](!)\nx=1\nx=2\n");
	for (int i = 1; i < 40; i++)
		n += (size_t)snprintf(text + n, 64, "[a%d](a%d,a%d)\n", i, i - 1,
				      i - 1);
	memset(&err, 0, sizeof err);
	assert_null(zv_conf_parse(ZV_STR("f"), (struct zv_str){ text, n }, NULL, NULL,
				  false, &err));
	assert_non_null(strstr(err.text, "more than 100000 settings"));
	memset(text, '\n', ZV_CONF_MAX_BYTES + 1);
	for (size_t more = 0; more < 2; more++) {
		c = zv_conf_parse(ZV_STR("f"),
				  (struct zv_str){ text, ZV_CONF_MAX_BYTES + more },
				  NULL, NULL, false, NULL);
		assert_int_equal(!c, more);
		zv_conf_free(c);
	}
	zv_free(text);
}

static void
suggests(void **state)
{
	static const char *const names[] = { "context", "recordings", "trunks", "may",
					     NULL };
	static const struct {
		const char *wrong, *meant;
	} rows[] = {
		{ "contxet", "context" }, { "Recording", "recordings" },
		{ "trunk", "trunks" },	  { "mya", "may" },
		{ "zzz", NULL },	  { "", NULL },
		{ "rec", "recordings" },  { "queues", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *meant = zv_conf_suggest(zvon_str(rows[i].wrong), names);

		if (!rows[i].meant)
			assert_null(meant);
		else
			assert_string_equal(meant ? meant : "nothing", rows[i].meant);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_sections),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(lets_no_allocation_fail_unseen),
		cmocka_unit_test(has_limits),
		cmocka_unit_test(suggests),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
