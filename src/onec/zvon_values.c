/* Values of properties. */
#include "onec/zvon_script.h"

#include "base/err.h"
#include "base/str.h"

int
zv_script_give(struct zv_component *c, struct zv_str text, struct zv_value *out,
	       struct zv_error *err)
{
	return zv_value_set_text(out, text) < 0 ? zv_script_fail_nomem(c, err) : 0;
}

static int
check_text(struct zv_component *c, struct zv_str text, size_t most,
	   struct zv_error *err)
{
	if (text.n > most)
		return zv_fail(err, ZV_ETOOBIG,
			       ZV_SCRIPT_SAY(c, "текст длиннее %zu байт",
					     "a text of more than %zu bytes"),
			       most);
	if (text.n && memchr(text.p, '\0', text.n))
		return zv_fail(err, ZV_EINVAL, "%s",
			       ZV_SCRIPT_SAY(c, "в тексте есть символ с кодом 0",
					     "the text has a character of code 0"));
	return 0;
}

int
zv_script_set_text(struct zv_component *c, struct zv_buf *to, const struct zv_value *in,
		   size_t most, struct zv_error *err)
{
	struct zv_buf text = { 0 }, trimmed = { 0 };
	int rc = zv_value_as_text(in, &text);

	if (rc == ZV_EINVAL)
		zv_fail(err, rc, "%s",
			ZV_SCRIPT_SAY(c, "здесь нужна строка", "a string is wanted"));
	if (rc == 0)
		rc = check_text(c, zv_buf_str(&text), most, err);
	if (rc == 0)
		rc = zv_buf_add(&trimmed, zv_str_trim(zv_buf_str(&text)));
	zv_buf_deinit(&text);
	if (rc < 0) {
		zv_buf_deinit(&trimmed);
		return rc == ZV_ENOMEM ? zv_script_fail_nomem(c, err) : rc;
	}
	zv_buf_deinit(to);
	*to = trimmed;
	return 0;
}

int
zv_script_read_switch(struct zv_component *c, const struct zv_value *in, bool *on,
		      struct zv_error *err)
{
	bool value;

	if (!zv_value_as_bool(in, &value))
		return zv_fail(err, ZV_EINVAL, "%s",
			       ZV_SCRIPT_SAY(c, "здесь нужно Истина или Ложь",
					     "true or false is wanted"));
	if (value && zv_component_app(c) == ZV_APP_SERVER)
		return zv_fail(
			err, ZV_EINVAL, "%s",
			ZV_SCRIPT_SAY(c,
				      "на сервере 1С внешних событий нет: подключайте "
				      "на клиенте, здесь — только синхронные методы",
				      "a server of 1C has no external events: connect "
				      "on a client; here only synchronous methods"));
	*on = value;
	return 0;
}

int
zv_script_read_int(struct zv_component *c, const struct zv_value *in, long long *out,
		   struct zv_error *err)
{
	if (zv_value_as_int(in, out))
		return 0;
	return zv_fail(err, ZV_EINVAL, "%s",
		       ZV_SCRIPT_SAY(c, "здесь нужно целое число",
				     "a whole number is wanted"));
}
