#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf.h"

const char *
zvon_err_name(int code)
{
	static const struct {
		int code;
		const char *name;
	} table[] = {
		{ 0, "OK" },
		{ ZV_ENOMEM, "ENOMEM" },
		{ ZV_EPROTO, "EPROTO" },
		{ ZV_ETOOBIG, "ETOOBIG" },
		{ ZV_EAUTH, "EAUTH" },
		{ ZV_ECLOSED, "ECLOSED" },
		{ ZV_ETIMEOUT, "ETIMEOUT" },
		{ ZV_EBUSY, "EBUSY" },
		{ ZV_EINVAL, "EINVAL" },
		{ ZV_ENOTFOUND, "ENOTFOUND" },
		{ ZV_EIO, "EIO" },
		{ ZV_ETLS, "ETLS" },
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].code == code)
			return table[i].name;
	return "unknown error";
}

int
zv_fail(struct zv_error *err, int code, const char *format, ...)
{
	va_list args;
	int n;

	if (!err || err->code != 0)
		return code;
	err->code = code;
	va_start(args, format);
	n = vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	if (n < 0)
		err->text[0] = '\0';
	zv_utf8_make_line(err->text); /* it may quote a server or a user */
	return code;
}

int
zv_fail_nomem(struct zv_error *err)
{
	return zv_fail(err, ZV_ENOMEM, "out of memory");
}
