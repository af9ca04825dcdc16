/* reason_ami.c - Asterisk's manager, actions, filters, AJAM. */
#include <stddef.h>

#include "term/reason.h"

const struct zv_text zv_reasons_ami[] = {
	/* the manager: ami/login.c, session.c, client/core.c */
	{ "this is not Asterisk's manager port: it greets with something else; see "
	  "port in manager.conf (usually 5038)",
	  "это не порт AMI: приветствие не то; см. port в manager.conf (обычно "
	  "5038)" },
	{ "this is not Asterisk's manager port: {1} answers there; see port in "
	  "manager.conf (usually 5038)",
	  "это не порт AMI: там отвечает <1>; см. port в manager.conf (обычно 5038)" },
	{ "an SSH server", "сервер SSH" },
	{ "an HTTP server (AJAM is reached by http://)",
	  "сервер HTTP (для AJAM нужен http://)" },
	{ "a mail or FTP server", "почтовый сервер или FTP" },
	{ "a mail server", "почтовый сервер" },
	{ "a VNC server", "сервер VNC" },
	{ "a TLS server (use amis:// for AMI over TLS)",
	  "сервер TLS (для AMI по TLS нужен amis://)" },
	{ "the server refused the MD5 challenge ({1}): plain login must be asked for",
	  "сервер отказал в запросе MD5 ({1}): нужен вход с самим секретом "
	  "(--plain-login)" },
	{ "login refused for user '{1}' ({2}): {3}",
	  "вход пользователя '{1}' отклонён ({2}): <3>" },
	{ "check secret, deny and permit of that user in manager.conf",
	  "проверьте secret, deny и permit этого пользователя в manager.conf" },
	{ "that user is logged in already and allowmultiplelogin = no in manager.conf",
	  "этот пользователь уже вошёл, а в manager.conf allowmultiplelogin = no" },
	{ "no answer to the login within {1} s: the server hangs or is overloaded",
	  "нет ответа на вход за {1} с: сервер завис или перегружен" },
	{ "no greeting within {1} s: not Asterisk's manager port; a TLS port wants "
	  "amis://, an HTTP port http://; see port and tlsbindaddr in manager.conf",
	  "нет приветствия за {1} с: это не порт AMI; порту с TLS нужен amis://, "
	  "порту HTTP — http://; см. port и tlsbindaddr в manager.conf" },
	{ "nothing received for {1} s, a Ping was not answered: the connection is dead "
	  "or the server is frozen",
	  "{1} с ничего не приходит, на Ping нет ответа: соединение мертво или "
	  "сервер завис" },
	{ "closed during login: too many connections that are not logged in (authlimit "
	  "in manager.conf), a proxy, or not Asterisk's manager port",
	  "закрыто при входе: слишком много соединений без входа (authlimit в "
	  "manager.conf), прокси, или это не порт AMI" },
	{ "broken stream: {1}", "поток испорчен: {1}" },
	{ "{1}; once more, without a filter at the server",
	  "<1>; ещё раз, без фильтра на сервере" },
	{ "no answer to the action Filter", "нет ответа на действие Filter" },
	{ "the server took only a part of the filter and would withhold events",
	  "сервер принял только часть фильтра и скрывал бы события" },
	{ "the action Events was refused: {1}", "в действии Events отказано: {1}" },
	{ "no answer to the action Events", "нет ответа на действие Events" },

	/* actions: ami/request.c */
	{ "{1} holds {2}: what follows could be read as a line of its own; nothing was "
	  "sent",
	  "в {1} есть <2>: остальное было бы прочитано как отдельная строка; ничего "
	  "не отправлено" },
	{ "a CR", "CR" },
	{ "a LF", "LF" },
	{ "a NUL", "NUL" },
	{ "a %0d (CR)", "%0d (CR)" },
	{ "a %0a (LF)", "%0a (LF)" },
	{ "a %00 (NUL)", "%00 (NUL)" },
	{ "a line separator (U+2028)", "разделитель строк (U+2028)" },
	{ "a paragraph separator (U+2029)", "разделитель абзацев (U+2029)" },
	{ "action name is empty or has spaces at its ends; nothing was sent",
	  "имя действия пустое или с пробелами по краям; ничего не отправлено" },
	{ "action name is longer than {1} bytes", "имя действия длиннее {1} байт" },
	{ "empty field name; nothing was sent",
	  "пустое имя поля; ничего не отправлено" },
	{ "field name '{1}' has a colon, or a space at its ends; nothing was sent",
	  "в имени поля '{1}' двоеточие или пробел с краю; ничего не отправлено" },
	{ "field {1} makes a line of {2} bytes, Asterisk takes {3}; nothing was sent",
	  "с полем {1} строка длиной {2} байт, Asterisk принимает {3}; ничего не "
	  "отправлено" },
	{ "more than {1} fields, Asterisk takes {2} lines in all; nothing was sent",
	  "больше {1} полей, Asterisk принимает всего {2} строк; ничего не "
	  "отправлено" },
	{ "more than {1} fields Variable; nothing was sent",
	  "больше {1} полей Variable; ничего не отправлено" },
	{ "field ActionID given twice", "поле ActionID указано дважды" },
	{ "field ActionID begins with a blank; nothing was sent",
	  "поле ActionID начинается с пробела; ничего не отправлено" },
	{ "field Action: an action has one name; nothing was sent",
	  "поле Action: у действия одно имя; ничего не отправлено" },

	/* filters: ami/filter*.c */
	{ "{1} in one filter, at most {2}", "в одном фильтре: {1}, допустимо {2}" },
	{ "{1} in one subscription, at most {2}: make two of it",
	  "в одной подписке: {1}, допустимо {2}: сделайте две" },
	{ "newlines: {1} is no way to show them",
	  "newlines: {1} — так их не показать" },
	{ "field condition \"{1}\": write Key=value, Key!=value, Key~regex or "
	  "Key!~regex",
	  "условие \"{1}\": пишите Key=value, Key!=value, Key~regex или Key!~regex" },
	{ "no name of an event is given; write Hangup,Newstate",
	  "не указано ни одного события; пишите Hangup,Newstate" },
	{ "{1} names, at most {2}; all but a few is better said by the event mask",
	  "имён {1}, допустимо {2}; «все, кроме нескольких» задают маской событий" },
	{ "{1}, at byte {2}, behind \"{3}\": {4}",
	  "<1>, байт {2}, после \"{3}\": <4>" },
	{ "missing terminating ] for character class", "нет закрывающей скобки ]" },
	{ "missing closing parenthesis", "нет закрывающей скобки )" },
	{ "unmatched closing parenthesis", "лишняя скобка )" },
	{ "quantifier does not follow a repeatable item", "повторять нечего" },
	{ "range out of order in character class", "диапазон идёт назад" },
	{ "\\ at end of pattern", "\\ в конце" },
	{ "repeats, written out, take {1} bytes, at most {2}: {3}",
	  "повторы займут {1} байт, допустимо {2}: <3>" },
	{ "{1} bytes, at most {2}: make two filters of it",
	  "{1} байт, допустимо {2}: сделайте два фильтра" },
	{ "write \\\\ for a backslash", "обратная косая черта пишется \\\\" },
	{ "write {least,most}", "пишите {меньшее,большее}" },
	{ "write a smaller number", "возьмите число поменьше" },
	{ "close the class with ], or write \\[ for the bracket",
	  "закройте класс скобкой ] или пишите саму скобку как \\[" },
	{ "write the smaller letter first, or \\- for the dash",
	  "сначала меньшая буква; сам дефис пишется \\-" },
	{ "write \\ before * + ? to mean the character itself",
	  "сами знаки * + ? пишутся с \\ впереди" },
	{ "close the group with ), or write \\( for the bracket",
	  "закройте группу скобкой ) или пишите саму скобку как \\(" },
	{ "use fewer groups within groups", "меньше групп внутри групп" },
	{ "repeat less, or leave the counts away: + instead of {1,1000}",
	  "меньше повторов или без счёта: + вместо {1,1000}" },
	{ "open the group with (, or write \\) for the bracket",
	  "откройте группу скобкой ( или пишите саму скобку как \\)" },
	{ "leave (*UTF) away", "уберите (*UTF)" },
	{ "write . for any character", "любой знак — это ." },
	{ "use fewer groups, or repeat less", "меньше групп или повторов" },
	{ "look behind over less text", "смотрите назад на меньший текст" },
	{ "see pcre2pattern(3)", "см. pcre2pattern(3)" },

	/* AJAM: ajam */
	{ "the server's digest challenge has two {1}",
	  "в запросе digest сервера два {1}" },
	{ "{1} in the server's digest challenge is longer than {2} bytes",
	  "{1} в запросе digest сервера длиннее {2} байт" },
	{ "the server's WWW-Authenticate cannot be understood from '{1}' on",
	  "WWW-Authenticate сервера непонятен начиная с '{1}'" },
	{ "the server's digest challenge cannot be answered: {1}",
	  "на запрос digest сервера не ответить: <1>" },
	{ "it has no nonce", "в нём нет nonce" },
	{ "it has no realm", "в нём нет realm" },
	{ "its algorithm is not MD5 and not MD5-sess, the only ones that Asterisk "
	  "knows: a proxy asks, not Asterisk",
	  "его algorithm — не MD5 и не MD5-sess, других Asterisk не знает: "
	  "спрашивает прокси" },
	{ "its qop is not auth (auth-int is not supported): a proxy asks, not Asterisk",
	  "его qop — не auth (auth-int не поддерживается): спрашивает прокси" },
	{ "the server asks for a login, but not for a digest: Asterisk would; a proxy "
	  "in between asks",
	  "сервер просит войти, но не по digest, как Asterisk: спрашивает прокси" },
	{ "the answer to the login is empty: a proxy in between, or not Asterisk",
	  "ответ на вход пуст: на пути прокси, или это не Asterisk" },
	{ "the answer to the login brings no cookie mansession_id: a proxy in between "
	  "takes it away; let Set-Cookie and Cookie through for this path",
	  "в ответе на вход нет cookie mansession_id: его убирает прокси; пропустите "
	  "Set-Cookie и Cookie для этого пути" },
	{ "WaitEvent was refused: {1}", "в WaitEvent отказано: {1}" },
	{ "an answer was cut: a proxy in between, or the server was stopped",
	  "ответ оборван: на пути прокси, или сервер остановлен" },
	{ "no POST is taken there, and in a GET the secret would stand in the URL, for "
	  "every log to keep: log in with the MD5 challenge instead of plain login, or "
	  "find out who refuses the POST; Asterisk 1.8 and later take it",
	  "POST там не принимают, а в GET секрет стоял бы в URL и попал бы в журналы: "
	  "входите по запросу MD5, а не с самим секретом, или найдите, кто не "
	  "пропускает POST; Asterisk 1.8 и новее его принимает" },
	{ "the action is too long for this server: it takes no POST of that length, "
	  "and a request line of at most {1} bytes; use AMI (ami://), or a newer "
	  "Asterisk",
	  "действие слишком длинно для этого сервера: POST такой длины он не примет, "
	  "а строку запроса — не длиннее {1} байт; нужен AMI (ami://) или более новый "
	  "Asterisk" },
	{ "the user name cannot be written into a digest answer: use rawman, mxml or "
	  "manager",
	  "такое имя пользователя не записать в ответ digest: нужен путь rawman, mxml "
	  "или manager" },
	{ "the server refuses without asking for a digest: a proxy in between, or not "
	  "Asterisk",
	  "сервер отказывает, не запросив digest: на пути прокси, или это не "
	  "Asterisk" },
	{ "the server calls each nonce stale: a proxy in between that repeats "
	  "requests, or several servers behind one address",
	  "сервер считает каждый nonce устаревшим: прокси повторяет запросы, или за "
	  "адресом несколько серверов" },
	{ "the server has forgotten the session: it was restarted, or nothing was "
	  "asked for longer than httptimeout of manager.conf",
	  "сервер забыл сеанс: его перезапустили, или запросов не было дольше "
	  "httptimeout из manager.conf" },
	{ "this is no {1} answer of Asterisk: it begins with '{2}'; check host, port "
	  "and path of the URL (prefix in http.conf)",
	  "это не ответ Asterisk ({1}): он начинается с '{2}'; проверьте узел, порт и "
	  "путь в URL (prefix в http.conf)" },
	{ "the {1} answer was cut off behind {2} whole packets; check the connection "
	  "and the proxies on the way",
	  "ответ {1} оборван, целых пакетов {2}; проверьте связь и прокси на пути" },

	/* what answers instead of AJAM: ajam/explain.c */
	{ "a compressed answer, for which nobody asked; Asterisk sends none: switch "
	  "compression off for this path in the proxy",
	  "ответ сжат, хотя об этом не просили, и Asterisk сжатых не шлёт: отключите "
	  "в прокси сжатие для этого пути" },
	{ "the answer comes from a cache, not from Asterisk: switch caching off for "
	  "this path in the proxy, or go around it",
	  "ответ из кеша, а не от Asterisk: отключите в прокси кеш для этого пути или "
	  "обойдите прокси" },
	{ "a cache answers, not Asterisk: switch caching off for this path in the "
	  "proxy, or go around it",
	  "отвечает кеш, а не Asterisk: отключите в прокси кеш для этого пути или "
	  "обойдите прокси" },
	{ "a web page with a form instead of Asterisk's answer, such as the login page "
	  "of a network (captive portal): log in there with a browser, or correct host "
	  "and port of the URL",
	  "вместо ответа Asterisk — страница с формой, как при входе в сеть (captive "
	  "portal): войдите там браузером или исправьте узел и порт в URL" },
	{ "another kind of content than AJAM sends here: correct host, port and path "
	  "of the URL",
	  "содержимое не такое, какое шлёт AJAM: исправьте узел, порт и путь в URL" },
	{ "Set-Cookie and Pragma of Asterisk are missing: a proxy takes them away or "
	  "answers from a cache; switch that off for this path",
	  "нет Set-Cookie и Pragma от Asterisk: их убирает прокси, или отвечает кеш; "
	  "отключите это для этого пути" },
	{ "the content is not AJAM's: correct host, port and path of the URL",
	  "содержимое не от AJAM: исправьте узел, порт и путь в URL" },
	{ "this server wants HTTPS: begin the URL with https:// and give the port of "
	  "HTTPS (tlsbindaddr in http.conf, usually 8089)",
	  "серверу нужен HTTPS: начните URL с https:// и укажите порт HTTPS "
	  "(tlsbindaddr в http.conf, обычно 8089)" },
	{ "the server sends us elsewhere, which Asterisk never does: put the right "
	  "address into the URL",
	  "сервер отсылает по другому адресу, чего Asterisk не делает: укажите в URL "
	  "верный адрес" },
	{ "this port speaks HTTPS: begin the URL with https://",
	  "на этом порту HTTPS: начните URL с https://" },
	{ "the action is too long for a GET, Asterisk takes 4096 bytes: use POST, or "
	  "fewer and shorter fields",
	  "действие слишком длинно для GET, Asterisk принимает 4096 байт: нужен POST "
	  "или поля короче" },
	{ "the action is too long for a GET: use POST, or fewer and shorter fields",
	  "действие слишком длинно для GET: нужен POST или поля короче" },
	{ "the action is too long for a POST: Asterisk 1.8 and 11 take 1024 bytes, 13 "
	  "takes 4096, 16 and later take 40960; send fewer or shorter fields",
	  "действие слишком длинно для POST: Asterisk 1.8 и 11 принимают 1024 байта, "
	  "13 — 4096, 16 и новее — 40960; нужны поля короче" },
	{ "the request was not understood: is this the HTTP port of Asterisk (bindport "
	  "in http.conf, usually 8088), or does a proxy change requests?",
	  "запрос не понят: это порт HTTP Asterisk (bindport в http.conf, обычно "
	  "8088)? не меняет ли запросы прокси?" },
	{ "user or secret is wrong: compare them with the user's section in "
	  "manager.conf",
	  "неверное имя или секрет: сверьте их с разделом пользователя в "
	  "manager.conf" },
	{ "a server in front of Asterisk asks for a login of its own (Asterisk asks "
	  "for a digest, on arawman, amxml and amanager only): let this path through "
	  "there, or go around it",
	  "войти просит сервер перед Asterisk (сам Asterisk просит digest, и только "
	  "на arawman, amxml и amanager): пропустите в нём этот путь или обойдите "
	  "его" },
	{ "Asterisk does not let this address in: see deny, permit and acl of the "
	  "user's section in manager.conf",
	  "Asterisk не пускает с этого адреса: см. deny, permit и acl в разделе "
	  "пользователя в manager.conf" },
	{ "another server than Asterisk forbids this path or address: see its access "
	  "rules, or correct host and port of the URL",
	  "путь или адрес запрещает не Asterisk, а другой сервер: см. его правила "
	  "доступа или исправьте узел и порт в URL" },
	{ "Asterisk has no AJAM there: set enabled = yes and webenabled = yes in "
	  "[general] of manager.conf, begin the URL's path with prefix of [general] in "
	  "http.conf; `http show status` in its console lists the paths",
	  "AJAM там нет: нужны enabled = yes и webenabled = yes в [general] файла "
	  "manager.conf, а путь в URL начинается с prefix из [general] файла "
	  "http.conf; пути покажет `http show status` в консоли" },
	{ "another server than Asterisk answers: correct host and port of the URL "
	  "(bindport in http.conf, usually 8088), or let that server pass this path "
	  "on",
	  "отвечает не Asterisk, а другой сервер: исправьте узел и порт в URL "
	  "(bindport в http.conf, обычно 8088) или велите ему передавать этот путь" },
	{ "the proxy asks for a login: give it user and secret, or go around it",
	  "войти просит прокси: дайте ему имя и пароль или обойдите его" },
	{ "GET or POST is not allowed there, Asterisk takes both: correct the URL, or "
	  "see the rules of the proxy",
	  "GET или POST там запрещён, Asterisk принимает оба: исправьте URL или см. "
	  "правила прокси" },
	{ "the server does not know the method, Asterisk takes GET and POST: does a "
	  "proxy change requests?",
	  "сервер не знает метода, Asterisk принимает GET и POST: не меняет ли "
	  "запросы прокси?" },
	{ "Asterisk is stopping, or its connections are used up: see sessionlimit in "
	  "[general] of http.conf (100 unless set) and who holds them",
	  "Asterisk останавливается, или исчерпаны соединения: см. sessionlimit в "
	  "[general] файла http.conf (обычно 100) и кто их держит" },
	{ "the server in front does not reach Asterisk: see that it runs, enabled, "
	  "bindaddr and sessionlimit (100 unless set) in its http.conf, and the "
	  "address that the server in front has for it",
	  "сервер перед Asterisk не достаёт до него: проверьте, что он запущен, "
	  "enabled, bindaddr и sessionlimit (обычно 100) в http.conf и адрес, по "
	  "которому к нему обращается тот сервер" },
	{ "the server failed: see its log, and Asterisk's",
	  "сбой на сервере: см. его журнал и журнал Asterisk" },
	{ "Asterisk never sends this status: correct host and port of the URL",
	  "такого кода Asterisk не шлёт: исправьте узел и порт в URL" },
	{ NULL, NULL },
};
