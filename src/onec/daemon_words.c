#include "onec/daemon_words.h"

#include "base/err.h"
#include "base/utf.h"

/* Together with a place and a quote a sentence has to fit ZV_ERROR_TEXT_MAX bytes, and a
 * Russian letter takes two. */
#define QUOTE_MAX 90

static const struct {
	const char *english, *russian;
} words[ZV_N_DAEMON_WORDS] = {
	[ZV_SAY_URL_SCHEME] = { "bad URL: write ws://host:2013 or wss://host:2013",
				"неверный адрес: нужно ws://узел:2013 или "
				"wss://узел:2013" },
	[ZV_SAY_URL_HOST] = { "bad URL: behind ws:// a name or an address is needed, "
			      "and a port of 1…65535: ws://host:2013",
			      "неверный адрес: после ws:// нужны имя или IP-адрес и "
			      "порт 1…65535: ws://узел:2013" },
	[ZV_SAY_URL_PATH] = { "bad URL: the path must end with /v1/events, or be left "
			      "out: ws://host:2013",
			      "неверный адрес: путь должен кончаться на /v1/events, "
			      "или его не надо: ws://узел:2013" },
	[ZV_SAY_NO_TOKEN] = { "a token is needed, or user and password: zvond token "
			      "USER makes one",
			      "нужен токен либо имя и пароль: токен выдаёт команда "
			      "zvond token ИМЯ" },
	[ZV_SAY_TOKEN_CHARS] = { "the token has a blank, a line end or another sign "
				 "that no token has: was it copied whole?",
				 "в токене есть пробел, конец строки или иной "
				 "недопустимый знак: верно ли он скопирован?" },
	[ZV_SAY_SUBSCRIPTION] = { "the subscription must be a JSON object with lists "
				  "events, lines, queues, numbers",
				  "подписка должна быть объектом JSON со списками "
				  "events, lines, queues, numbers" },

	[ZV_SAY_NO_LINK] = { "no connection to zvond", "нет связи с zvond" },
	[ZV_SAY_NO_TLS] = { "no TLS with zvond: see ca_file, pin and the name in the "
			    "URL",
			    "TLS с zvond не установлен: проверьте сертификат, ca_file, "
			    "pin и имя в адресе" },
	[ZV_SAY_SILENT_PORT] = { "the port is open, but zvond does not answer: is it "
				 "its port, and does it not hang?",
				 "порт открыт, но zvond не отвечает: тот ли это порт, "
				 "не завис ли он?" },
	[ZV_SAY_NOT_HTTP] = { "no zvond answers there: check the port (bind of its "
			      "[listen], 2013)",
			      "там отвечает не zvond: проверьте порт (bind в [listen], "
			      "обычно 2013)" },
	[ZV_SAY_IS_AMI] = { "that is Asterisk's AMI: write ami://, or zvond's port "
			    "(2013)",
			    "это порт AMI: пишите ami:// либо порт zvond (2013)" },
	[ZV_SAY_IS_TLS] = { "that port speaks TLS: write wss://",
			    "этот порт говорит по TLS: пишите wss://" },
	[ZV_SAY_BAD_HTTP] = { "what answers there is no HTTP as it should be",
			      "ответ не является правильным HTTP" },
	[ZV_SAY_LOGIN_REFUSED] = { "zvond refused user and password: check them; if "
				   "it is a token, leave the user empty",
				   "zvond отверг имя и пароль: проверьте их; если это "
				   "токен, имя не указывайте" },
	[ZV_SAY_LOGIN_ANSWER] = { "the answer to the login has no token: is it zvond?",
				  "в ответе на вход нет токена: zvond ли это?" },
	[ZV_SAY_TOKEN_REFUSED] = { "zvond refused the token: its hash must stand in "
				   "token = of [user] (zvond token USER); with a "
				   "password give the user too",
				   "zvond отверг токен: его хеш должен стоять в token "
				   "= секции [user] (zvond token ИМЯ); к паролю нужно "
				   "и имя" },
	[ZV_SAY_FORBIDDEN] = { "refused (403): is that zvond, or a proxy in between "
			       "that "
			       "lets only some addresses or logins through?",
			       "отказ (403): zvond ли это, или прокси по пути пускает "
			       "не "
			       "все адреса и имена?" },
	[ZV_SAY_NOT_FOUND] = { "no zvon.v1 there (404): is it zvond's port, with zvon "
			       "in faces of [listen]? Behind a proxy write "
			       "wss://host/PREFIX/v1/events",
			       "там нет zvon.v1 (404): порт ли это zvond, есть ли zvon "
			       "в faces? За прокси: wss://узел/ПУТЬ/v1/events" },
	[ZV_SAY_WRONG_HOST] = { "zvond does not know that name of its own (421): add "
				"it to hosts of [listen], or use the address",
				"zvond не знает этого своего имени (421): добавьте его "
				"в hosts секции [listen] или пишите IP-адрес" },
	[ZV_SAY_LIMIT] = { "too many wrong logins from here (429): zvond wants us to "
			   "wait",
			   "слишком много неудачных входов (429): zvond просит "
			   "подождать" },
	[ZV_SAY_BUSY] = { "zvond is busy or is being restarted (503)",
			  "zvond занят или перезапускается (503)" },
	[ZV_SAY_GATEWAY] = { "the proxy there does not reach zvond: does it run?",
			     "прокси не может соединиться с zvond: работает ли он?" },
	[ZV_SAY_REDIRECT] = { "the server sends us elsewhere: write that address",
			      "сервер отсылает по другому адресу: укажите его" },
	[ZV_SAY_NO_UPGRADE] = { "no WebSocket there: it is another server, or a proxy "
				"that does not pass on Upgrade (nginx: "
				"proxy_http_version 1.1, proxy_set_header Upgrade)",
				"там нет WebSocket: это другой сервер или прокси не "
				"передаёт Upgrade (nginx: proxy_http_version 1.1, "
				"proxy_set_header Upgrade)" },
	[ZV_SAY_BAD_UPGRADE] = { "the answer to the handshake is wrong: a proxy that "
				 "remembers answers, or no zvond?",
				 "ответ на рукопожатие неверен: прокси с кешем или не "
				 "zvond?" },
	[ZV_SAY_NO_EVENTS] = { "zvond refused the subscription: see its lists events, "
			       "lines, queues, numbers",
			       "zvond отклонил подписку: проверьте её списки events, "
			       "lines, queues, numbers" },

	[ZV_SAY_SILENT] = { "nothing came any more, and zvond does not answer a ping",
			    "связь молчит, zvond не отвечает на ping" },
	[ZV_SAY_ENDED] = { "zvond ended the session: see the user, his token and "
			   "sessions_of_a_user in zvond.conf",
			   "zvond завершил сеанс: см. пользователя, его токен и "
			   "sessions_of_a_user в zvond.conf" },
	[ZV_SAY_BEHIND] = { "zvond has cut the connection because it was read too "
			    "slowly; nothing is lost",
			    "zvond разорвал связь: её читали слишком медленно; ничего "
			    "не потеряно" },
	[ZV_SAY_LEAVING] = { "zvond is ending or being restarted",
			     "zvond завершается или перезапускается" },
	[ZV_SAY_CLOSED] = { "closed by the server", "соединение закрыто сервером" },
	[ZV_SAY_BAD_FRAME] = { "what came is no WebSocket any more: a proxy in "
			       "between?",
			       "поток WebSocket испорчен: прокси по пути?" },
	[ZV_SAY_TOO_LARGE] = { "a message is longer than allowed here "
			       "(max_message_bytes)",
			       "сообщение длиннее допустимого (max_message_bytes)" },
	[ZV_SAY_BAD_MESSAGE] = { "what came is no message of zvon.v1: are both sides "
				 "of one version?",
				 "получено не сообщение zvon.v1: совпадают ли "
				 "версии?" },
	[ZV_SAY_OTHER_PROTOCOL] = { "the server speaks another protocol than zvon.v1",
				    "сервер говорит не на zvon.v1" },

	[ZV_SAY_NOT_READY] = { "not connected to zvond now", "сейчас нет связи с "
							     "zvond" },
	[ZV_SAY_LONG_COMMAND] = { "the command is longer than the 65536 bytes that "
				  "zvond takes",
				  "команда длиннее 65536 байт, которые принимает "
				  "zvond" },
	[ZV_SAY_UNREAD] = { "zvond does not read: more than 1 MiB waits to be sent",
			    "zvond не читает: отправки ждёт больше 1 МиБ" },
	[ZV_SAY_NOT_TEXT] = { "the command is not UTF-8", "команда не в UTF-8" },
};

const char *
zv_daemon_text(enum zv_daemon_word word, bool russian)
{
	return russian ? words[word].russian : words[word].english;
}

int
zv_daemon_say(struct zv_error *err, int code, bool russian, enum zv_daemon_word word)
{
	return zv_fail(err, code, "%s", zv_daemon_text(word, russian));
}

int
zv_daemon_tell(struct zv_error *err, int code, bool russian, const char *place,
	       enum zv_daemon_word word, struct zv_str quote)
{
	const char *text = zv_daemon_text(word, russian);

	quote.n = zv_utf8_cut(quote, QUOTE_MAX);
	if (quote.n)
		return zv_fail(err, code, "%s: %s (%.*s)", place, text, ZV_ARG(quote));
	return zv_fail(err, code, "%s: %s", place, text);
}

/* ---- statuses of HTTP ------------------------------------------------------------------- */

static const struct {
	int least, most;
	struct zv_daemon_status means;
} statuses[] = {
	{ 300, 399, { ZV_SAY_REDIRECT, ZV_EPROTO, true } },
	{ 401, 401, { ZV_SAY_TOKEN_REFUSED, ZV_EAUTH, true } },
	{ 403, 403, { ZV_SAY_FORBIDDEN, ZV_EAUTH, true } },
	{ 404, 404, { ZV_SAY_NOT_FOUND, ZV_EPROTO, true } },
	{ 421, 421, { ZV_SAY_WRONG_HOST, ZV_EPROTO, true } },
	{ 429, 429, { ZV_SAY_LIMIT, ZV_EAUTH, false } },
	{ 502, 502, { ZV_SAY_GATEWAY, ZV_EIO, false } },
	{ 503, 503, { ZV_SAY_BUSY, ZV_EIO, false } },
	{ 504, 504, { ZV_SAY_GATEWAY, ZV_EIO, false } },
};

struct zv_daemon_status
zv_daemon_status_of(int status, bool at_login)
{
	static const struct zv_daemon_status login = { ZV_SAY_LOGIN_REFUSED, ZV_EAUTH,
						       true };
	static const struct zv_daemon_status other = { ZV_SAY_NO_UPGRADE, ZV_EPROTO,
						       true };

	if (at_login && status == 401)
		return login;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (status >= statuses[i].least && status <= statuses[i].most)
			return statuses[i].means;
	return other;
}
