/* Where to connect, and why that did not work, for the person at the script. */
#include "base/err.h"
#include "base/num.h"
#include "base/str.h"
#include "onec/rom.h"

static const struct {
	struct zv_str word;
	bool tls;
} schemes[] = {
	{ { "ami://", 6 }, false },  { { "amis://", 7 }, true },
	{ { "tls:", 4 }, true },     { { "http://", 7 }, false },
	{ { "https://", 8 }, true },
};

static struct zv_str
cut_scheme(struct zv_str text, bool *tls)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (zv_str_starts_nocase(text, schemes[i].word)) {
			*tls = schemes[i].tls;
			return zv_str_from(text, schemes[i].word.n);
		}
	return text;
}

/* [::1] */
static struct zv_str
cut_brackets(struct zv_str host)
{
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		return (struct zv_str){ host.p + 1, host.n - 2 };
	return host;
}

/* Nothing that would make another address of it. */
static bool
is_host(struct zv_str host)
{
	for (size_t i = 0; i < host.n; i++) {
		unsigned char ch = (unsigned char)host.p[i];

		if (ch <= ' ' || ch == 0x7f || strchr("/?#@\\[]<>\"'|^`{}", ch))
			return false;
	}
	return host.n > 0 && host.n <= ZV_ROM_HOST_MAX;
}

int
zv_rom_read_address(struct zv_str text, bool russian, struct zv_rom_target *out,
		    struct zv_error *err)
{
	struct zv_str host = cut_scheme(zv_str_trim(text), &out->tls);

	if (zv_str_ends(host, ZV_STR("/")))
		host.n--;
	host = cut_brackets(host);
	if (!is_host(host))
		return zv_fail(err, ZV_EINVAL,
			       russian ? "адрес сервера \"%.*s\" неверен: укажите имя "
					 "или IP-адрес, порт - вторым параметром"
				       : "bad server address \"%.*s\": give a name or "
					 "an IP address, and the port as the second "
					 "parameter",
			       (int)(text.n < 80 ? text.n : 80), text.p ? text.p : "");
	memcpy(out->host, host.p, host.n);
	out->host[host.n] = '\0';
	return 0;
}

/* ---- why not ---------------------------------------------------------------------------------- */

/* libcurl's numbers (curl.h), as io/fault.h leaves them in zv_error.system. */
enum {
	CANNOT_RESOLVE = 6,
	CANNOT_CONNECT = 7,
	TIMED_OUT = 28,
};

static const char *
cause_of(const struct zv_error *why)
{
	if (why->code == ZV_ETLS)
		return "соединение TLS не состоялось, проверьте сертификат и порт "
		       "(tlsenable, tlsbindaddr в manager.conf или http.conf)";
	if (why->code == ZV_ETIMEOUT || why->system == TIMED_OUT)
		return "сервер не ответил вовремя, проверьте адрес, порт и сетевой "
		       "экран";
	if (why->system == CANNOT_RESOLVE)
		return "имя сервера не найдено, проверьте имя и DNS или укажите "
		       "IP-адрес";
	if (why->system == CANNOT_CONNECT)
		return "в соединении отказано, проверьте, что Asterisk запущен, "
		       "enabled=yes, port и bindaddr в manager.conf (для HTTP - в "
		       "http.conf), и сетевой экран";
	if (why->code == ZV_ECLOSED)
		return "подключение отменено";
	return NULL;
}

void
zv_rom_explain(const struct zv_rom_target *t, const struct zv_error *why, bool russian,
	       struct zv_error *err)
{
	const char *cause = russian ? cause_of(why) : NULL;

	if (cause)
		zv_fail(err, why->code, "нет соединения с %.100s:%d: %s", t->host,
			t->port, cause);
	else if (russian)
		zv_fail(err, why->code, "нет соединения с %.100s:%d: %s", t->host,
			t->port, why->text);
	else
		zv_fail(err, why->code, "%s", why->text);
	if (err)
		err->system = why->system;
}
