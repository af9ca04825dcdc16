/* reason_net.c - the network, TLS, HTTP, and what zvond answers. */
#include <stddef.h>

#include "term/reason.h"

const struct zv_text zv_reasons_net[] = {
	/* the URL and the options: client/url.c, client.c */
	{ "bad URL: {1}", "неверный URL: <1>" },
	{ "the port must be 1…65535; {1}", "порт — от 1 до 65535; <1>" },
	{ "what follows the last '@' is no name and no address; {1}",
	  "после последнего '@' не имя и не адрес; <1>" },
	{ "host '{1}' is no name and no address; {2}",
	  "узел '{1}' — не имя и не адрес; <2>" },
	{ "behind the host stands no path of AJAM; write "
	  "http://user@host:8088/asterisk/rawman, with the prefix of http.conf instead "
	  "of asterisk",
	  "после узла нет пути AJAM; пишите http://user@host:8088/asterisk/rawman, "
	  "вместо asterisk — prefix из http.conf" },
	{ "the path must end with rawman, mxml, manager, arawman, amxml or amanager; "
	  "write {1}",
	  "путь должен кончаться на rawman, mxml, manager, arawman, amxml или "
	  "amanager; пишите {1}" },
	{ "write ami://user@host:5038, amis://user@host:5039 for TLS, or {1}",
	  "пишите ami://user@host:5038, для TLS amis://user@host:5039 или {1}" },
	{ "no user name: write it into the URL, {1}",
	  "нет имени пользователя: напишите его в URL, {1}" },
	{ "no URL given", "не указан URL" },
	{ "option {1} is negative", "параметр {1} отрицателен" },
	{ "option pin must be \"sha256//\" and the hash of the server's public key in "
	  "base64",
	  "pin — это \"sha256//\" и хеш открытого ключа сервера в base64" },
	{ "the client is closing", "соединение закрывается" },
	{ "the client is closed", "соединение закрыто" },
	{ "the client is not open", "соединение не открыто" },
	{ "the client is running already", "клиент уже работает" },
	{ "the connection is not open", "соединение не открыто" },
	{ "zvon_client_request from inside a handler: use zvon_client_send",
	  "zvon_client_request внутри обработчика: нужен zvon_client_send" },
	{ "{1} actions wait to be sent (max_pending)",
	  "ждут отправки {1} действий (max_pending)" },
	{ "{1} actions wait for an answer (max_pending)",
	  "ждут ответа {1} действий (max_pending)" },
	{ "ActionID '{1}' is in use", "ActionID '{1}' уже занят" },

	/* the way there: io/fault.c */
	{ "unknown host: check the name, or use the address",
	  "неизвестный узел: проверьте имя или укажите адрес" },
	{ "the proxy's host is unknown: check --proxy",
	  "узел прокси неизвестен: проверьте --proxy" },
	{ "the proxy cannot be reached ({1}): check --proxy",
	  "прокси недоступен (<1>): проверьте --proxy" },
	{ "it is not one we know", "такого вида мы не знаем" },
	{ "connection refused: is {1} running, with {2}",
	  "в соединении отказано: запущен ли {1}; <2>" },
	{ "enabled = yes, this port and a reachable bindaddr in [general] of "
	  "manager.conf?",
	  "в [general] файла manager.conf нужны enabled = yes, этот порт и доступный "
	  "bindaddr" },
	{ "enabled = yes, this bindport and a reachable bindaddr in [general] of "
	  "http.conf? After changes: `module reload http`, or restart it",
	  "в [general] файла http.conf нужны enabled = yes, этот bindport и доступный "
	  "bindaddr; после правки — `module reload http` или перезапуск" },
	{ "enabled = yes, tlsenable = yes, this port in tlsbindaddr, and tlscertfile "
	  "in [general] of http.conf? After changes: `module reload http`, or restart "
	  "it",
	  "в [general] файла http.conf нужны enabled = yes, tlsenable = yes, этот "
	  "порт в tlsbindaddr и tlscertfile; после правки — `module reload http` или "
	  "перезапуск" },
	{ "this port and a reachable address in bind of a [listen] of zvond.conf?",
	  "в [listen] файла zvond.conf нужны этот порт и доступный адрес (bind)" },
	{ "cannot connect ({1}): check the address and the route to it",
	  "нет соединения (<1>): проверьте адрес и маршрут до него" },
	{ "the name was not resolved within {1} s: check the name servers of this "
	  "machine, or use the address",
	  "имя не разрешилось за {1} с: проверьте DNS этой машины или укажите адрес" },
	{ "the port is open but does not speak TLS within {1} s: {2}",
	  "порт открыт, но за {1} с не ответил по TLS: <2>" },
	{ "no answer within {1} s: wrong address, or a firewall drops the packets",
	  "нет ответа за {1} с: неверный адрес, или пакеты отбрасывает межсетевой "
	  "экран" },
	{ "a plain port wants ami://; see tlsenable and tlsbindaddr in manager.conf",
	  "порту без TLS нужен ami://; см. tlsenable и tlsbindaddr в manager.conf" },
	{ "a plain port wants http://; https:// wants tlsenable = yes, tlsbindaddr and "
	  "tlscertfile in [general] of http.conf",
	  "порту без TLS нужен http://; для https:// нужны tlsenable = yes, "
	  "tlsbindaddr и tlscertfile в [general] файла http.conf" },
	{ "a plain port wants http://; https:// wants tls_certificate in its [listen]",
	  "порту без TLS нужен http://; для https:// нужен tls_certificate в его "
	  "[listen]" },
	{ "a plain port wants ws://; wss:// wants tls_certificate in its [listen]",
	  "порту без TLS нужен ws://; для wss:// нужен tls_certificate в его "
	  "[listen]" },
	{ "closed by the server", "соединение закрыл сервер" },
	{ "connection lost: {1}", "соединение потеряно: <1>" },
	{ "exchange {1} still runs", "прежний запрос ({1}) ещё идёт" },
	{ "Could not connect to server", "соединиться не удалось" },

	/* TLS */
	{ "the certificate is not to be trusted: {1}",
	  "сертификату нельзя доверять: <1>" },
	{ "it has expired: renew the file that tlscertfile in [general] of http.conf "
	  "names, then `module reload http`",
	  "срок его истёк: обновите файл из tlscertfile в [general] файла http.conf, "
	  "затем `module reload http`" },
	{ "it is not valid yet: set the clocks of both machines by NTP, or renew the "
	  "file that tlscertfile in [general] of http.conf names",
	  "он ещё не действует: сверьте часы обеих машин по NTP или замените файл из "
	  "tlscertfile в [general] файла http.conf" },
	{ "it is for another name: write the certificate's name into the URL, or have "
	  "one made for this name (tlscertfile in [general] of http.conf)",
	  "он выдан на другое имя: укажите в URL имя из сертификата или выпустите "
	  "сертификат на это имя (tlscertfile в [general] файла http.conf)" },
	{ "it is signed by itself or by a CA that is not known here: give that CA's "
	  "file (--ca), for a self-signed one the certificate itself",
	  "он самоподписанный или от неизвестного здесь центра: укажите файл этого "
	  "центра (--ca), для самоподписанного — сам сертификат" },
	{ "its CA is not known here: give the CA's file (--ca); certificates between "
	  "CA and server belong into the file of tlscertfile in http.conf",
	  "его центр здесь неизвестен: укажите файл центра (--ca); промежуточные "
	  "сертификаты должны лежать в файле из tlscertfile в http.conf" },
	{ "{1}; give its CA file, or pin the server's key",
	  "<1>; укажите файл центра сертификации (--ca) или закрепите ключ сервера "
	  "(--pin)" },
	{ "SSL certificate problem: certificate has expired",
	  "срок сертификата истёк" },
	{ "SSL certificate problem: certificate is not yet valid",
	  "сертификат ещё не действует" },
	{ "SSL certificate problem: unable to get local issuer certificate",
	  "центр, выдавший сертификат, здесь неизвестен" },
	{ "SSL certificate problem: self-signed certificate in certificate chain",
	  "в цепочке самоподписанный сертификат" },
	{ "SSL certificate problem: self-signed certificate",
	  "сертификат самоподписанный" },
	{ "SSL: no alternative certificate subject name matches target host name {1}",
	  "сертификат выдан не на имя {1}" },
	{ "the server's key is not the pinned one: it was changed, or this is not your "
	  "server",
	  "ключ сервера — не закреплённый: его сменили, или это не ваш сервер" },
	{ "cannot read the CA file: error setting certificate file: {1}: {2}",
	  "не прочитать файл центра сертификации {1}: <2>" },
	{ "cannot read the CA file: {1}: {2}",
	  "не прочитать файл центра сертификации (--ca): <2> [{1}]" },
	{ "check its path, its rights, and that certificates in PEM are in it",
	  "проверьте путь, права и что в нём сертификаты PEM" },
	{ "no TLS there: {1}", "там нет TLS: <1>" },
	{ "closed during the TLS handshake: {1}; or sessionlimit there (100 "
	  "connections) is used up",
	  "закрыто при установке TLS: <1>; или исчерпан sessionlimit (100 "
	  "соединений)" },
	{ "TLS handshake failed: {1}", "TLS не установлен: {1}" },

	/* certificates of one's own: io/tls.c */
	{ "the key {1} is not a file", "ключ {1} — не файл" },
	{ "the key {1} may be read or changed by others (mode {2}): chmod 0600, or "
	  "0640 for a group of its own",
	  "ключ {1} могут читать или менять другие (права {2}): chmod 0600 или 0640 "
	  "для своей группы" },
	{ "the key {1} has {2} bytes", "в ключе {1} {2} байт: это не ключ" },
	{ "cannot read the key {1}: {2}", "не прочитать ключ {1}: <2>" },
	{ "cannot read the certificate {1}: {2}", "не прочитать сертификат {1}: <2>" },
	{ "the key {1} wants a password: store it without one",
	  "ключ {1} под паролем: сохраните его без пароля" },
	{ "the certificate {1} has expired on {2}: renew it, then reload",
	  "срок сертификата {1} истёк {2}: обновите его и перечитайте настройки" },
	{ "the key {1} does not belong to the certificate {2}",
	  "ключ {1} не от сертификата {2}" },
	{ "no key can be read from {1}: {2}",
	  "в {1} нет ключа, нужен PEM (BEGIN PRIVATE KEY) [{2}]" },
	{ "no certificate can be read from {1}: {2}",
	  "в {1} нет сертификата, нужен PEM (BEGIN CERTIFICATE) [{2}]" },
	{ "OpenSSL does not start: {1}", "OpenSSL не запускается: {1}" },
	{ "cannot listen on {1} port {2}: {3}",
	  "не удаётся слушать {1}, порт {2}: <3>" },
	{ "'{1}' is not an IP address to listen on", "'{1}' — не адрес IP" },
	{ "descriptor {1} is not a socket that listens: check the socket unit "
	  "(ListenStream=)",
	  "дескриптор {1} — не слушающий сокет: проверьте юнит сокета "
	  "(ListenStream=)" },
	{ "{1} is no TCP socket; ListenStream= with a port is needed",
	  "{1} — не сокет TCP; нужен ListenStream= с портом" },
	{ "{1} does not listen; Accept=no is needed",
	  "{1} не слушает; нужен Accept=no" },

	/* HTTP: io/fault.c, fetch_exchange.c, http/head.c */
	{ "closed without an answer: Asterisk was stopped, or {1}",
	  "закрыто без ответа: Asterisk остановлен, или <1>" },
	{ "closed without an answer: a TLS port wants https://; or {1}",
	  "закрыто без ответа: порту с TLS нужен https://; или <1>" },
	{ "closed without an answer: the server may have done what was asked, or not",
	  "закрыто без ответа: сервер мог выполнить просьбу, а мог и нет" },
	{ "closed without an answer: {1}", "закрыто без ответа: <1>" },
	{ "sessionlimit in [general] of http.conf (100 connections) is used up",
	  "исчерпан sessionlimit в [general] файла http.conf (100 соединений)" },
	{ "the proxy does not let us through, see --proxy ({1})",
	  "прокси не пропускает, см. --proxy ({1})" },
	{ "the answer is damaged, is there a proxy between? ({1})",
	  "ответ повреждён, нет ли на пути прокси? ({1})" },
	{ "connection lost ({1}): Asterisk was stopped, or the line was cut",
	  "соединение потеряно (<1>): Asterisk остановлен, или связь оборвалась" },
	{ "answer cut: {1} of {2} bytes: {3}", "ответ оборван: {1} байт из {2}: <3>" },
	{ "answer cut after {1} bytes: {2}", "ответ оборван после {1} байт: <2>" },
	{ "answer cut in its head: {1}", "ответ оборван в заголовке: <1>" },
	{ "Asterisk was stopped, or the line was cut",
	  "Asterisk остановлен, или связь оборвалась" },
	{ "what answers there is not HTTP ({1}): bindport in [general] of http.conf is "
	  "the port, usually 8088; AMI's own (5038) wants ami://, a TLS port https://",
	  "там отвечает не HTTP ({1}): порт — это bindport в [general] файла "
	  "http.conf, обычно 8088; порту AMI (5038) нужен ami://, порту с TLS — "
	  "https://" },
	{ "what answers there is no zvond ({1}): check host and port (bind of a "
	  "[listen] of zvond.conf)",
	  "там отвечает не zvond: проверьте узел и порт (bind в [listen] файла "
	  "zvond.conf)" },
	{ "the head of the answer is longer than {1} bytes: this is not Asterisk",
	  "заголовок ответа длиннее {1} байт: это не Asterisk" },
	{ "a line in the head of the answer is too long: this is not Asterisk",
	  "строка в заголовке ответа слишком длинная: это не Asterisk" },
	{ "the answer comes packed, which was not asked for: is there a proxy between?",
	  "ответ пришёл сжатым, хотя об этом не просили: нет ли на пути прокси?" },
	{ "the path must begin with / and have no spaces and control characters",
	  "путь должен начинаться с / и быть без пробелов и управляющих символов" },
	{ "no answer within {1} s: Asterisk hangs, or the line does not carry the "
	  "answer",
	  "нет ответа за {1} с: Asterisk завис, или ответ не доходит" },
	{ "the answer was not whole within {1} s, only {2} bytes: the line is slow, or "
	  "Asterisk hangs",
	  "за {1} с ответ пришёл не весь, только {2} байт: связь медленная, или "
	  "Asterisk завис" },
	{ "the head of the HTTP answer is longer than {1} bytes",
	  "заголовок ответа HTTP длиннее {1} байт" },
	{ "the head of the HTTP answer has more than {1} fields",
	  "в заголовке ответа HTTP больше {1} полей" },
	{ "bad HTTP answer, line {1} of its head: {2}",
	  "неверный ответ HTTP, строка {1} заголовка: {2}" },
	{ "bad HTTP answer: empty head", "неверный ответ HTTP: пустой заголовок" },

	/* what zvond answers: zvond/auth.c, rights.c, historian_read.c, history_faces.c */
	{ "this token is not known, or has expired",
	  "этот токен неизвестен или истёк: новый делает `zvond token`" },
	{ "wrong user name or password", "неверное имя пользователя или пароль" },
	{ "too many failed logins from this address: wait",
	  "слишком много неудачных входов с этого адреса: подождите" },
	{ "too many logins at once: try again",
	  "слишком много входов сразу: повторите" },
	{ "out of memory: try again", "нет памяти: повторите" },
	{ "there is no history: set store in [history]",
	  "истории нет: укажите store в [history] файла zvond.conf" },
	{ "the history is asked too much at once",
	  "слишком много вопросов к истории сразу: повторите" },
	{ "no history is kept: the administrator turns it on with store = in [history] "
	  "of zvond.conf",
	  "история не ведётся: её включает store = в [history] файла zvond.conf" },
	{ "your role sees no history: the administrator sets history = in [role {1}]",
	  "вашей роли история не видна: её открывает history = в [role {1}]" },
	{ "this is no name of this server: add it to hosts of the listen section if it "
	  "should be",
	  "у этого сервера нет такого имени: если нужно, добавьте его в hosts раздела "
	  "[listen]" },
	{ "this needs Authorization: Bearer TOKEN; POST /v1/login gives one",
	  "нужен токен: --token-file FILE или ZVON_TOKEN; его делает `zvond token`" },
	{ "there is no such call, or it is not yours",
	  "такого звонка нет, или он не ваш" },
	{ "the answer is longer than {1} bytes: ask with a smaller limit, or for fewer "
	  "fields",
	  "ответ длиннее {1} байт: возьмите меньше limit или меньше полей" },

	{ "cannot read {1}: {2}", "не прочитать {1}: <2>" },
	{ NULL, NULL },
};
