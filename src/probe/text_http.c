#include "probe/text.h"

const struct zv_text_probe_entry zv_text_probe_http[] = {
	{ ZV_PT_STEP_HTTP, "HTTP", "HTTP" },
	{ ZV_PT_STEP_PATH, "path", "путь" },

	/* what is there */
	{ ZV_PT_HTTP_SERVER, "{1}", "{1}" },
	{ ZV_PT_HTTP_OLD, "{1}, to judge by its answers 1.8 to 11",
	  "{1}, судя по ответам 1.8–11" },
	{ ZV_PT_HTTP_NEW, "{1}, to judge by its answers 13 or newer",
	  "{1}, судя по ответам 13 или новее" },
	{ ZV_PT_HTTP_FRONT, "{1}, in front of Asterisk", "{1}, перед Asterisk" },
	{ ZV_PT_HTTP_UNNAMED, "a server that does not give its name",
	  "сервер, который не называет себя" },
	{ ZV_PT_PATH_OK, "{1} is AJAM", "{1} — это AJAM" },
	{ ZV_PT_PATH_DIGEST, "{1} is AJAM with digest access",
	  "{1} — это AJAM с доступом digest" },
	{ ZV_PT_HTTP_NO_TLS,
	  "not used: everything, the session's cookie too, crosses the net readable",
	  "не используется: всё, и cookie сеанса, идёт по сети открыто" },

	/* the port */
	{ ZV_PT_HTTP_CURE_LISTEN,
	  "http.conf [general]: enabled = yes, bindport = {1}, bindaddr = 0.0.0.0 "
	  "(127.0.0.1 admits only programs on the server itself); then `asterisk -rx "
	  "'module reload http'`",
	  "http.conf [general]: enabled = yes, bindport = {1}, bindaddr = 0.0.0.0 "
	  "(127.0.0.1 пускает только программы на самом сервере); затем `asterisk -rx "
	  "'module reload http'`" },
	{ ZV_PT_HTTP_CURE_LISTEN_TLS,
	  "http.conf [general]: enabled = yes, tlsenable = yes, tlsbindaddr = "
	  "0.0.0.0:{1}, tlscertfile = file with certificate and key; then `asterisk "
	  "-rx 'module reload http'`",
	  "http.conf [general]: enabled = yes, tlsenable = yes, tlsbindaddr = "
	  "0.0.0.0:{1}, tlscertfile = файл с сертификатом и ключом; затем `asterisk "
	  "-rx 'module reload http'`" },
	{ ZV_PT_HTTP_CURE_PORT,
	  "http.conf [general]: bindport (usually 8088) and tlsbindaddr (usually 8089) "
	  "tell where Asterisk's web server listens: write that port into the URL",
	  "http.conf [general]: bindport (обычно 8088) и tlsbindaddr (обычно 8089) "
	  "говорят, где слушает веб-сервер Asterisk: укажите этот порт в URL" },
	{ ZV_PT_HTTP_PROXY, "{1}: the proxy does not carry us there",
	  "{1}: прокси не доставляет туда" },

	/* TLS */
	{ ZV_PT_HTTP_IS_PLAIN, "{1} speaks HTTP without TLS",
	  "{1} говорит на HTTP без TLS" },
	{ ZV_PT_HTTP_TLS_EXPIRED, "{1}: the server's certificate has expired",
	  "{1}: срок действия сертификата сервера истёк" },
	{ ZV_PT_HTTP_TLS_FUTURE, "{1}: the server's certificate is not valid yet",
	  "{1}: срок действия сертификата сервера ещё не начался" },
	{ ZV_PT_HTTP_TLS_OTHER_NAME, "{1}: the certificate is for another name",
	  "{1}: сертификат выдан на другое имя" },
	{ ZV_PT_HTTP_TLS_UNKNOWN_CA,
	  "{1}: the certificate is signed by itself or by a CA that is not known here",
	  "{1}: сертификат подписан сам собой или CA, неизвестным здесь" },
	{ ZV_PT_HTTP_TLS_CA_FILE, "{1}: the file of --ca cannot be read",
	  "{1}: файл из --ca не читается" },
	{ ZV_PT_HTTP_CURE_PLAIN,
	  "a port without TLS (bindport in http.conf [general], usually 8088) wants "
	  "http:// in the URL",
	  "порту без TLS (bindport в http.conf [general], обычно 8088) нужен в URL "
	  "http://" },
	{ ZV_PT_HTTP_CURE_TLS,
	  "http.conf [general]: tlsenable = yes, tlsbindaddr = 0.0.0.0:8089, "
	  "tlscertfile; then `asterisk -rx 'module reload http'` and https:// with "
	  "that "
	  "port in the URL",
	  "http.conf [general]: tlsenable = yes, tlsbindaddr = 0.0.0.0:8089, "
	  "tlscertfile; затем `asterisk -rx 'module reload http'` и https:// с этим "
	  "портом в URL" },
	{ ZV_PT_HTTP_CURE_HTTPS,
	  "write https:// in the URL, with the port of HTTPS (tlsbindaddr in http.conf "
	  "[general], usually 8089)",
	  "пишите в URL https:// и порт HTTPS (tlsbindaddr в http.conf [general], "
	  "обычно 8089)" },
	{ ZV_PT_HTTP_CURE_RENEW,
	  "renew the file that tlscertfile in http.conf [general] names; then "
	  "`asterisk -rx 'module reload http'`",
	  "обновите файл, на который указывает tlscertfile в http.conf [general]; "
	  "затем `asterisk -rx 'module reload http'`" },
	{ ZV_PT_HTTP_CURE_CLOCKS,
	  "set the clocks of both machines by NTP (chrony, systemd-timesyncd)",
	  "сверьте часы обеих машин по NTP (chrony, systemd-timesyncd)" },
	{ ZV_PT_HTTP_CURE_NAME,
	  "write the name from the certificate into the URL: `openssl x509 -noout "
	  "-ext subjectAltName -in` the file of tlscertfile in http.conf [general]",
	  "укажите в URL имя из сертификата: `openssl x509 -noout -ext subjectAltName "
	  "-in` с файлом из tlscertfile в http.conf [general]" },
	{ ZV_PT_HTTP_CURE_CA,
	  "give the file of the CA (PEM) that signed tlscertfile of http.conf "
	  "[general]: --ca FILE; for a self-signed one that file itself",
	  "укажите файл CA (PEM), подписавшего tlscertfile из http.conf [general]: "
	  "--ca FILE; для самоподписанного — его сам" },
	{ ZV_PT_HTTP_CURE_PIN,
	  "or hold to the server's key, whoever signed it: --insecure --pin "
	  "sha256//...",
	  "или держитесь ключа сервера, кто бы его ни подписал: --insecure --pin "
	  "sha256//..." },

	/* who answers */
	{ ZV_PT_HTTP_CLOSED, "{1}: accepted, and closed without a byte",
	  "{1}: соединение принято и закрыто без единого байта" },
	{ ZV_PT_HTTP_CURE_SESSIONLIMIT,
	  "http.conf [general]: sessionlimit (100 unless set) connections are admitted "
	  "at a time: who holds them? `ss -tn` on the server shows it; raise it, then "
	  "`asterisk -rx 'module reload http'`",
	  "http.conf [general]: одновременно допускается sessionlimit (по умолчанию "
	  "100) соединений: кто их держит? `ss -tn` на сервере покажет; увеличьте, "
	  "затем `asterisk -rx 'module reload http'`" },
	{ ZV_PT_HTTP_CURE_STOPPING,
	  "is Asterisk starting or stopping? `asterisk -rx 'core show uptime'` on the "
	  "server tells",
	  "Asterisk запускается или останавливается? `asterisk -rx 'core show uptime'` "
	  "на сервере скажет" },
	{ ZV_PT_HTTP_SILENT, "{1}: takes the request and does not answer",
	  "{1}: принимает запрос и не отвечает" },
	{ ZV_PT_HTTP_DAMAGED, "{1}: the answer comes cut or damaged",
	  "{1}: ответ приходит обрезанным или испорченным" },
	{ ZV_PT_HTTP_IS_AMI, "{1} is AMI's own port, not HTTP: {2}",
	  "{1} — порт самого AMI, не HTTP: {2}" },
	{ ZV_PT_HTTP_CURE_AMI,
	  "write ami:// in the URL instead of http://, without a path",
	  "пишите в URL ami:// вместо http://, без пути" },
	{ ZV_PT_HTTP_STRANGER, "{1}: what answers there is not HTTP: {2}",
	  "{1}: там отвечает не HTTP: {2}" },
	{ ZV_PT_HTTP_STRANGER_ASKS,
	  "{1}: a server in front of Asterisk asks for a login of its own ({2})",
	  "{1}: сервер перед Asterisk требует свой вход ({2})" },
	{ ZV_PT_HTTP_CURE_LET_THROUGH,
	  "let {3} through in the configuration of that server, or go around it: "
	  "Asterisk's own port is bindport in http.conf [general]",
	  "пропустите {3} в настройках того сервера или обойдите его: порт самого "
	  "Asterisk — bindport в http.conf [general]" },
	{ ZV_PT_HTTP_PROXY_ASKS, "{1}: the proxy asks for a login ({2})",
	  "{1}: прокси требует вход ({2})" },
	{ ZV_PT_HTTP_CURE_PROXY_LOGIN,
	  "--proxy http://user:secret@host:port, or go around it",
	  "--proxy http://user:secret@host:port или обойдите его" },
	{ ZV_PT_HTTP_FORBIDDEN, "{1}: Asterisk forbids {3} ({2})",
	  "{1}: Asterisk не пускает к {3} ({2})" },
	{ ZV_PT_HTTP_CURE_ACL,
	  "manager.conf [user]: deny, permit and acl must admit this machine's "
	  "address; then `asterisk -rx 'manager reload'`; newer Asterisk: restrict in "
	  "http.conf [general], too",
	  "manager.conf [user]: deny, permit и acl должны пускать адрес этой машины; "
	  "затем `asterisk -rx 'manager reload'`; в новых Asterisk также restrict в "
	  "http.conf [general]" },
	{ ZV_PT_HTTP_CURE_PATH,
	  "the path of the URL is /PREFIX/rawman, mxml, manager, arawman, amxml or "
	  "amanager, with prefix from http.conf [general]",
	  "путь в URL: /PREFIX/rawman, mxml, manager, arawman, amxml или amanager, где "
	  "PREFIX — prefix из http.conf [general]" },
	{ ZV_PT_HTTP_STRANGER_FORBIDS, "{1}: not Asterisk, it forbids {3} ({2})",
	  "{1}: это не Asterisk, он не пускает к {3} ({2})" },
	{ ZV_PT_HTTP_STRANGER_NOT_FOUND, "{1}: not Asterisk, it has no {3} ({2})",
	  "{1}: это не Asterisk, у него нет {3} ({2})" },
	{ ZV_PT_HTTP_CURE_PASS_ON,
	  "if that server stands in front of Asterisk: let it pass {3} on",
	  "если тот сервер стоит перед Asterisk: пусть передаёт {3} дальше" },
	{ ZV_PT_HTTP_NEEDS_TLS, "{1} wants HTTPS ({2})", "{1} требует HTTPS ({2})" },
	{ ZV_PT_HTTP_BAD_REQUEST, "{1}: the request was not understood ({2})",
	  "{1}: запрос не понят ({2})" },
	{ ZV_PT_HTTP_CURE_CHANGES,
	  "does a proxy in between change requests or answers? go around it",
	  "прокси по пути меняет запросы или ответы? обойдите его" },
	{ ZV_PT_HTTP_REDIRECT,
	  "{1}: sends us elsewhere, which Asterisk does not do for AJAM ({2})",
	  "{1}: отправляет в другое место, чего Asterisk для AJAM не делает ({2})" },
	{ ZV_PT_HTTP_CURE_REDIRECT,
	  "write the address where AJAM really is into the URL",
	  "укажите в URL адрес, где AJAM находится на самом деле" },
	{ ZV_PT_HTTP_BUSY, "{1}: Asterisk takes no more ({2})",
	  "{1}: Asterisk больше не принимает ({2})" },
	{ ZV_PT_HTTP_UPSTREAM, "{1}: the server in front does not reach Asterisk ({2})",
	  "{1}: сервер впереди не достаёт до Asterisk ({2})" },
	{ ZV_PT_HTTP_CURE_UPSTREAM,
	  "http.conf [general]: enabled, bindaddr, bindport; and the address that the "
	  "server in front has for it",
	  "http.conf [general]: enabled, bindaddr, bindport; и адрес, который записан "
	  "для него у сервера впереди" },
	{ ZV_PT_HTTP_SERVER_FAILED, "{1}: the server failed ({2})",
	  "{1}: сервер дал сбой ({2})" },
	{ ZV_PT_HTTP_CURE_LOGS,
	  "look at the log of that server, and at full/messages in /var/log/asterisk",
	  "посмотрите журнал того сервера и full/messages в /var/log/asterisk" },
	{ ZV_PT_HTTP_OTHER_STATUS, "{1}: Asterisk never answers so ({2})",
	  "{1}: Asterisk так не отвечает ({2})" },
	{ ZV_PT_HTTP_COMPRESSED, "{1}: the answer is compressed ({2})",
	  "{1}: ответ сжат ({2})" },
	{ ZV_PT_HTTP_CURE_COMPRESSED,
	  "switch compression off for {3} in the proxy; Asterisk sends none",
	  "выключите сжатие для {3} на прокси; Asterisk не сжимает" },
	{ ZV_PT_HTTP_CACHED,
	  "{1}: the answer comes from a cache, not from Asterisk ({2})",
	  "{1}: ответ приходит из кэша, а не от Asterisk ({2})" },
	{ ZV_PT_HTTP_CURE_CACHED,
	  "switch caching off for {3} in the proxy, or go around it",
	  "выключите кэширование {3} на прокси или обойдите его" },
	{ ZV_PT_HTTP_PORTAL,
	  "{1}: a web page with a form instead of Asterisk's answer ({2})",
	  "{1}: веб-страница с формой вместо ответа Asterisk ({2})" },
	{ ZV_PT_HTTP_CURE_PORTAL,
	  "the login page of a network (captive portal)? log in there with a browser",
	  "страница входа в сеть (captive portal)? войдите там браузером" },
	{ ZV_PT_HTTP_WRONG_TYPE, "{1}: content of another kind than AJAM's ({2})",
	  "{1}: содержимое не того вида, что у AJAM ({2})" },
	{ ZV_PT_HTTP_NO_SESSION,
	  "{1}: Set-Cookie and Pragma of Asterisk are missing ({2})",
	  "{1}: нет Set-Cookie и Pragma от Asterisk ({2})" },
	{ ZV_PT_HTTP_CURE_NO_SESSION,
	  "a proxy takes them away: let it pass Set-Cookie for {3}, or use the digest "
	  "twin (arawman, amxml, amanager)",
	  "их убирает прокси: пусть пропускает Set-Cookie для {3}; или берите путь с "
	  "digest (arawman, amxml, amanager)" },
	{ ZV_PT_HTTP_WRONG_BODY, "{1}: the content is not AJAM's ({2})",
	  "{1}: содержимое не от AJAM ({2})" },

	/* 404 by Asterisk */
	{ ZV_PT_PATH_NONE, "{1}: Asterisk answers, but has no {3} (HTTP 404)",
	  "{1}: Asterisk отвечает, но {3} у него нет (HTTP 404)" },
	{ ZV_PT_PATH_OFF,
	  "{1}: Asterisk answers and the prefix is right, but AJAM is off (HTTP 404 "
	  "for {3})",
	  "{1}: Asterisk отвечает и prefix верен, но AJAM выключен (HTTP 404 на {3})" },
	{ ZV_PT_PATH_OTHER, "{1}: no {3} (HTTP 404), AJAM is at {2}",
	  "{1}: нет {3} (HTTP 404), AJAM находится в {2}" },
	{ ZV_PT_PATH_OTHER_PREFIX,
	  "{1}: no {3} (HTTP 404): prefix is {2}, and AJAM is off there",
	  "{1}: нет {3} (HTTP 404): prefix — {2}, и AJAM там выключен" },
	{ ZV_PT_PATH_CURE_OTHER,
	  "write {2} into the URL instead of {3} (or change prefix in http.conf "
	  "[general])",
	  "укажите в URL {2} вместо {3} (или измените prefix в http.conf [general])" },
	{ ZV_PT_PATH_CURE_WEB,
	  "manager.conf [general]: webenabled = yes; then `asterisk -rx 'manager "
	  "reload'`",
	  "manager.conf [general]: webenabled = yes; затем `asterisk -rx 'manager "
	  "reload'`" },
	{ ZV_PT_PATH_CURE_MANAGER,
	  "manager.conf [general]: enabled = yes and webenabled = yes, both are "
	  "needed; then `asterisk -rx 'manager reload'`",
	  "manager.conf [general]: enabled = yes и webenabled = yes, нужны оба; затем "
	  "`asterisk -rx 'manager reload'`" },
	{ ZV_PT_PATH_CURE_PREFIX,
	  "http.conf [general]: prefix is the first part of the path in the URL "
	  "(prefix = pbx: /pbx/rawman; empty: /rawman); then `asterisk -rx 'module "
	  "reload http'`",
	  "http.conf [general]: prefix — первая часть пути в URL (prefix = pbx: "
	  "/pbx/rawman; пустой: /rawman); затем `asterisk -rx 'module reload http'`" },
	{ ZV_PT_PATH_CURE_STATUS,
	  "`asterisk -rx 'http show status'` on the server lists all paths",
	  "`asterisk -rx 'http show status'` на сервере перечислит все пути" },

	/* the login */
	{ ZV_PT_HTTP_LOGIN_CLOSED,
	  "{1}: a connection is closed without a byte during the login",
	  "{1}: при входе соединение закрыто без единого байта" },
	{ ZV_PT_HTTP_LOGIN_FORBIDDEN, "{1}: this machine's address is not admitted",
	  "{1}: адрес этой машины не допущен" },
	{ ZV_PT_HTTP_BOOTED_UNSEEN,
	  "cannot be seen over AJAM: `asterisk -rx 'core waitfullybooted'` tells",
	  "через AJAM не видно: скажет `asterisk -rx 'core waitfullybooted'`" },
	{ ZV_PT_PATH_SHORT, "a session ends after {2} s without a request",
	  "сеанс кончается через {2} с без запросов" },
	{ ZV_PT_PATH_CURE_SHORT,
	  "manager.conf [general]: httptimeout = 60; a shorter session loses events in "
	  "a short stall of the net; then `asterisk -rx 'manager reload'`",
	  "manager.conf [general]: httptimeout = 60; более короткий сеанс теряет "
	  "события при "
	  "короткой заминке сети; затем `asterisk -rx 'manager reload'`" },
};

const size_t zv_text_probe_http_n =
	sizeof zv_text_probe_http / sizeof *zv_text_probe_http;
