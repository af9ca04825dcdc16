/* What went wrong, and what to do about it, in the language of the script. What libzvon says
 * of it, with names and numbers, stands behind it in English. */
#include "onec/zvon_script.h"

#include "base/err.h"

static const struct {
	int code;
	const char *russian, *english;
} words[] = {
	{ ZV_EAUTH,
	  "вход отклонён: проверьте имя и секрет (manager.conf: [имя], secret, permit; "
	  "zvond: токен пользователя)",
	  "login refused: check the name and the secret (manager.conf: [name], secret, "
	  "permit; zvond: the user's token)" },
	{ ZV_EIO,
	  "нет соединения: проверьте адрес и порт, включён ли AMI (manager.conf: "
	  "enabled, bindaddr; http.conf для AJAM) и пускает ли межсетевой экран",
	  "no connection: check address and port, that AMI is on (manager.conf: "
	  "enabled, "
	  "bindaddr; http.conf for AJAM) and that the firewall lets it through" },
	{ ZV_ETLS,
	  "TLS не установлен: проверьте сертификат и имя сервера; свой центр "
	  "сертификации — УстановитьПараметр(\"ca_file\", файл)",
	  "no TLS: check the server's certificate and name; a CA of your own: "
	  "SetOption(\"ca_file\", file)" },
	{ ZV_ETIMEOUT, "нет ответа вовремя: проверьте адрес, порт и межсетевой экран",
	  "no answer in time: check address, port and firewall" },
	{ ZV_ECLOSED, "соединение закрыто другой стороной",
	  "the other side has closed the connection" },
	{ ZV_EPROTO,
	  "там отвечает не Asterisk и не zvond: проверьте порт и начало адреса "
	  "(ami, amis, http, https, ws, wss)",
	  "what answers there is neither Asterisk nor zvond: check the port and the "
	  "beginning of the URL (ami, amis, http, https, ws, wss)" },
	{ ZV_EINVAL,
	  "не принято: проверьте параметры. Адрес — ami://имя@узел:5038, "
	  "amis://…:5039, "
	  "http://имя@узел:8088/asterisk/rawman, https://…:8089/…, ws://узел:2013, "
	  "wss://…",
	  "refused: check the arguments. A URL is ami://user@host:5038, amis://…:5039, "
	  "http://user@host:8088/asterisk/rawman, https://…:8089/…, ws://host:2013, "
	  "wss://…" },
	{ ZV_ETOOBIG, "слишком много данных", "too much data" },
	{ ZV_EBUSY, "слишком много начатых действий: дождитесь их конца",
	  "too many actions are going on: wait for them to end" },
	{ ZV_ENOMEM, "не хватает памяти", "out of memory" },
};

void
zv_script_explain(struct zv_component *c, const struct zv_error *why,
		  struct zv_error *out)
{
	int code = why ? why->code : ZV_ECLOSED;
	const char *detail = why ? why->text : "";
	const char *text = ZV_SCRIPT_SAY(c, "ошибка", "error");

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].code == code)
			text = ZV_SCRIPT_SAY(c, words[i].russian, words[i].english);
	*out = (struct zv_error){ 0 };
	if (*detail)
		zv_fail(out, code, "%s [%s]", text, detail);
	else
		zv_fail(out, code, "%s", text);
	out->system = why ? why->system : 0;
}

int
zv_script_fail_nomem(struct zv_component *c, struct zv_error *err)
{
	return zv_fail(err, ZV_ENOMEM, "%s",
		       ZV_SCRIPT_SAY(c, "не хватает памяти", "out of memory"));
}

int
zv_script_fail_closed(struct zv_component *c, struct zv_error *err)
{
	return zv_fail(err, ZV_ECLOSED, "%s",
		       ZV_SCRIPT_SAY(c, "нет соединения: вызовите Подключить()",
				     "not connected: call Connect()"));
}
