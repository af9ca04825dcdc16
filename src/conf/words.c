#include "conf/words.h"

static const struct {
	const char *en, *ru;
} words[ZV_CONF_WORDS] = {
	[ZV_CONF_NOT_UTF8] = { "not UTF-8; save the file as UTF-8 (iconv -f CP1251 -t "
			       "UTF-8, if it is in that code page)",
			       "это не UTF-8; сохраните файл в UTF-8 (iconv -f CP1251 "
			       "-t UTF-8, если он в этой кодировке)" },
	[ZV_CONF_UTF16] = { "the file is UTF-16; save it as UTF-8",
			    "файл в UTF-16; сохраните его в UTF-8" },
	[ZV_CONF_NUL] = { "a NUL byte; this is no text", "байт NUL; это не текст" },
	[ZV_CONF_LONG_LINE] = { "the line is longer than {1} bytes",
				"строка длиннее {1} байт" },
	[ZV_CONF_TOO_MANY_BYTES] = { "more than {1} bytes in all files together",
				     "больше {1} байт во всех файлах вместе" },
	[ZV_CONF_TOO_MANY_SETTINGS] = { "more than {1} settings, those of templates "
					"counted each time",
					"больше {1} параметров, считая шаблонные "
					"каждый раз" },
	[ZV_CONF_OPEN_COMMENT] = { "the comment that begins here with ;-- never ends; "
				   "write --; behind it",
				   "комментарий, начатый здесь с ;--, не закончен; "
				   "поставьте после него --;" },
	[ZV_CONF_NO_EQUAL] = { "no '=' in '{1}'; write KEY = VALUE",
			       "нет '=' в '{1}'; пишите КЛЮЧ = ЗНАЧЕНИЕ" },
	[ZV_CONF_NO_KEY] = { "nothing stands before the '='", "перед '=' ничего нет" },
	[ZV_CONF_NO_SECTION_YET] = { "'{1}' stands before the first section; put a "
				     "line such as [general] above it",
				     "'{1}' стоит до первого раздела; поставьте выше "
				     "строку вроде [general]" },
	[ZV_CONF_NO_BRACKET] = { "a ']' or ')' is missing in '{1}'",
				 "не хватает ']' или ')' в '{1}'" },
	[ZV_CONF_NO_NAME] = { "the section has no name", "у раздела нет имени" },
	[ZV_CONF_BEHIND_SECTION] = { "'{1}' behind the section's name; only (!), (+) "
				     "and (TEMPLATE) may follow",
				     "'{1}' после имени раздела; там могут быть только "
				     "(!), (+) и (ШАБЛОН)" },
	[ZV_CONF_NO_TEMPLATE] = { "there is no template or section [{1}] above",
				  "выше нет шаблона или раздела [{1}]" },
	[ZV_CONF_NO_TEMPLATE_NEAR] = { "there is no template or section [{1}] above; "
				       "is "
				       "[{2}] meant?",
				       "выше нет шаблона или раздела [{1}]; может "
				       "быть, "
				       "[{2}]?" },
	[ZV_CONF_NO_SECTION] = { "(+) goes on with a section, but there is no [{1}] "
				 "above",
				 "(+) продолжает раздел, но выше нет [{1}]" },
	[ZV_CONF_NO_SECTION_NEAR] = { "(+) goes on with a section, but there is no "
				      "[{1}] above; is [{2}] meant?",
				      "(+) продолжает раздел, но выше нет [{1}]; может "
				      "быть, [{2}]?" },
	[ZV_CONF_APPEND_NOTHING] = { "'{1} +=' adds to a value, but '{1}' has none "
				     "here",
				     "'{1} +=' дополняет значение, но у '{1}' его "
				     "здесь нет" },
	[ZV_CONF_DIRECTIVE] = { "unknown directive '{1}'; there are #include and "
				"#tryinclude, and comments begin with ';'",
				"неизвестная директива '{1}'; есть #include и "
				"#tryinclude, а комментарии начинаются с ';'" },
	[ZV_CONF_EXEC] = { "#exec runs programs; that is not done here",
			   "#exec запускает программы; здесь этого не делают" },
	[ZV_CONF_INCLUDE_NAME] = { "which file? write #include \"FILE\"",
				   "какой файл? пишите #include \"ФАЙЛ\"" },
	[ZV_CONF_INCLUDE_NONE] = { "#include is not possible here",
				   "#include здесь невозможен" },
	[ZV_CONF_INCLUDE_MISSING] = { "there is no file {1}; #tryinclude would go on "
				      "without it",
				      "нет файла {1}; #tryinclude продолжил бы без "
				      "него" },
	[ZV_CONF_INCLUDE_MANY] = { "more than {1} files are included",
				   "включается больше {1} файлов" },
	[ZV_CONF_INCLUDE_DEEP] = { "files include each other more than {1} deep",
				   "файлы включают друг друга глубже {1}" },
	[ZV_CONF_INCLUDE_CYCLE] = { "{1} includes itself",
				    "файл {1} включает сам себя" },
};

void
zv_conf_say(char *out, size_t size, enum zv_conf_word word, bool russian,
	    struct zv_str one, struct zv_str two)
{
	size_t n = 0;

	for (const char *p = russian ? words[word].ru : words[word].en; *p; p++) {
		struct zv_str part = { p, 1 };

		if (p[0] == '{' && (p[1] == '1' || p[1] == '2') && p[2] == '}') {
			part = p[1] == '1' ? one : two;
			p += 2;
		}
		part.n = part.n < size - 1 - n ? part.n : size - 1 - n;
		if (part.n)
			memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	out[n] = '\0';
}
