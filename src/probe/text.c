#include "probe/text.h"

static const struct zv_text_probe_entry rows[] = {
	{ ZV_PT_STEP_NAME, "name", "имя" },
	{ ZV_PT_STEP_PORT, "port", "порт" },
	{ ZV_PT_STEP_TLS, "TLS", "TLS" },
	{ ZV_PT_STEP_GREETING, "greeting", "приветствие" },
	{ ZV_PT_STEP_LOGIN, "login", "вход" },
	{ ZV_PT_STEP_VERSION, "version", "версия" },
	{ ZV_PT_STEP_WRITE, "may write", "может писать" },
	{ ZV_PT_STEP_READ, "may read", "может читать" },
	{ ZV_PT_STEP_BOOTED, "booted", "загрузка" },
	{ ZV_PT_STEP_EVENT, "events", "события" },
	{ ZV_PT_STEP_CLOCK, "clock", "часы" },
	{ ZV_PT_STEP_SUMMARY, "summary", "итог" },

	{ ZV_PT_OK, "ok", "ок" },
	{ ZV_PT_WARNING, "warning", "внимание" },
	{ ZV_PT_FAILED, "FAILED", "ОШИБКА" },
	{ ZV_PT_SKIPPED, "skipped", "пропуск" },

	{ ZV_PT_NAME_IS, "{1} is {2}", "{1} — это {2}" },
	{ ZV_PT_NAME_IS_ADDRESS, "{1} is an address", "{1} — уже адрес" },
	{ ZV_PT_NAME_UNKNOWN, "{1}: unknown name ({2})", "{1}: имя неизвестно ({2})" },
	{ ZV_PT_NAME_LATE, "{1}: the name service does not answer",
	  "{1}: служба имён не отвечает" },
	{ ZV_PT_NAME_PROXY, "{1}: left to the proxy", "{1}: найдёт прокси" },
	{ ZV_PT_NAME_CURE,
	  "check the spelling in the URL, or give the address: {1}://user@192.0.2.1",
	  "проверьте имя в URL или укажите адрес: {1}://user@192.0.2.1" },
	{ ZV_PT_NAME_LATE_CURE,
	  "check nameserver in /etc/resolv.conf, or give the address in the URL",
	  "проверьте nameserver в /etc/resolv.conf или укажите в URL адрес" },

	{ ZV_PT_PORT_OPEN, "{1} takes connections", "{1} принимает соединения" },
	{ ZV_PT_PORT_PROXY, "{1}: through the proxy", "{1}: через прокси" },
	{ ZV_PT_PORT_REFUSED, "{1}: connection refused", "{1}: в соединении отказано" },
	{ ZV_PT_PORT_LATE, "{1}: no answer", "{1}: нет ответа" },
	{ ZV_PT_PORT_CURE_ENABLED,
	  "manager.conf [general]: enabled = yes, port = {1}; then `manager reload`",
	  "manager.conf [general]: enabled = yes, port = {1}; затем `manager reload`" },
	{ ZV_PT_PORT_CURE_BINDADDR,
	  "manager.conf [general]: bindaddr = 0.0.0.0 (127.0.0.1 admits only programs "
	  "on the server itself)",
	  "manager.conf [general]: bindaddr = 0.0.0.0 (127.0.0.1 пускает только "
	  "программы на самом сервере)" },
	{ ZV_PT_PORT_CURE_TLS,
	  "manager.conf [general]: tlsenable = yes, tlsbindaddr = 0.0.0.0:{1}, "
	  "tlscertfile = file with certificate and key; then `manager reload`",
	  "manager.conf [general]: tlsenable = yes, tlsbindaddr = 0.0.0.0:{1}, "
	  "tlscertfile = файл с сертификатом и ключом; затем `manager reload`" },
	{ ZV_PT_PORT_CURE_FIREWALL,
	  "firewall of the server, and those on the way: open TCP port {1} for this "
	  "machine; check the address and the route, too",
	  "файрвол сервера и файрволы по пути: откройте TCP-порт {1} для этой машины; "
	  "проверьте также адрес и маршрут" },
	{ ZV_PT_PORT_CURE_PROXY, "check --proxy: the proxy must admit port {1}",
	  "проверьте --proxy: прокси должен пускать на порт {1}" },

	{ ZV_PT_TLS_OK, "the handshake is done and the certificate accepted",
	  "рукопожатие прошло, сертификат принят" },
	{ ZV_PT_TLS_UNTRUSTED, "{1}: the certificate is not to be trusted: {3}",
	  "{1}: сертификату нельзя доверять: {3}" },
	{ ZV_PT_TLS_OTHER_KEY, "{1}: the server's key is not the pinned one",
	  "{1}: ключ сервера — не тот, что указан в --pin" },
	{ ZV_PT_TLS_ABSENT, "{1}: no TLS there", "{1}: там нет TLS" },
	{ ZV_PT_TLS_CURE_SERVER,
	  "manager.conf [general]: tlsenable = yes, tlsbindaddr = 0.0.0.0:5039, "
	  "tlscertfile and tlsprivatekey readable by Asterisk; then `manager reload`",
	  "manager.conf [general]: tlsenable = yes, tlsbindaddr = 0.0.0.0:5039, "
	  "tlscertfile и tlsprivatekey доступны Asterisk для чтения; затем "
	  "`manager reload`" },
	{ ZV_PT_TLS_CURE_PLAIN,
	  "if this is the port without TLS (usually 5038): write ami:// in the URL",
	  "если это порт без TLS (обычно 5038): пишите в URL ami://" },
	{ ZV_PT_TLS_CURE_TRUST,
	  "give the CA file that signed tlscertfile: --ca FILE; the name in the URL "
	  "must "
	  "be the certificate's",
	  "укажите файл CA, подписавшего tlscertfile: --ca FILE; имя в URL должно "
	  "совпадать с именем в сертификате" },
	{ ZV_PT_TLS_CURE_PIN,
	  "if the server got a new key on purpose: give its new pin, --pin sha256//...",
	  "если ключ сервера сменили намеренно: укажите новый, --pin sha256//..." },
	{ ZV_PT_TLS_NONE,
	  "not used: everything, the secret's answer too, crosses the net readable",
	  "не используется: всё, и ответ на запрос секрета, идёт по сети открыто" },
	{ ZV_PT_TLS_NONE_CURE,
	  "manager.conf [general]: tlsenable = yes, tlsbindaddr, tlscertfile; then "
	  "amis:// in the URL",
	  "manager.conf [general]: tlsenable = yes, tlsbindaddr, tlscertfile; затем "
	  "amis:// в URL" },

	{ ZV_PT_GREETING_IS, "{1}", "{1}" },
	{ ZV_PT_GREETING_SILENT, "{1}: connected, but nobody says anything",
	  "{1}: соединение есть, но в ответ тишина" },
	{ ZV_PT_GREETING_CLOSED, "{1}: closed at once, without a word",
	  "{1}: закрыто сразу, без единого слова" },
	{ ZV_PT_GREETING_TLS, "{1} speaks TLS", "{1} говорит на TLS" },
	{ ZV_PT_GREETING_CURE_PORT,
	  "manager.conf [general]: port tells where the manager listens (usually "
	  "5038); "
	  "write that port into the URL",
	  "manager.conf [general]: port говорит, где слушает менеджер (обычно 5038); "
	  "укажите этот порт в URL" },
	{ ZV_PT_GREETING_CURE_HTTP,
	  "this is a web server; Asterisk's own (http.conf, usually port 8088) carries "
	  "AJAM, the manager itself is on port 5038",
	  "это веб-сервер; на собственном веб-сервере Asterisk (http.conf, обычно порт "
	  "8088) живёт AJAM, а сам менеджер — на порту 5038" },
	{ ZV_PT_GREETING_CURE_SSH, "this is the port of SSH, usually 22",
	  "это порт SSH, обычно 22" },
	{ ZV_PT_GREETING_CURE_MAIL, "this is the port of a mail or FTP server",
	  "это порт почтового или FTP-сервера" },
	{ ZV_PT_GREETING_CURE_TLS,
	  "this port speaks TLS: write amis:// in the URL (tlsbindaddr in manager.conf "
	  "[general], usually 5039)",
	  "этот порт говорит на TLS: пишите в URL amis:// (tlsbindaddr в manager.conf "
	  "[general], обычно 5039)" },
	{ ZV_PT_GREETING_CURE_HANGS,
	  "if it is the right port, Asterisk hangs: try `asterisk -rx 'core show "
	  "uptime'` on the server",
	  "если порт верен, Asterisk завис: попробуйте на сервере `asterisk -rx 'core "
	  "show uptime'`" },
	{ ZV_PT_GREETING_CURE_AUTHLIMIT,
	  "manager.conf [general]: authlimit (50) connections that have not logged in "
	  "are "
	  "admitted, authtimeout (30 s) clears them: look for programs that connect "
	  "and "
	  "do not log in",
	  "manager.conf [general]: допускается authlimit (50) соединений без входа, "
	  "authtimeout (30 с) их очищает: ищите программы, которые соединяются и не "
	  "входят" },

	{ ZV_PT_LOGIN_OK, "user {1} is logged in", "пользователь {1} вошёл" },
	{ ZV_PT_LOGIN_REFUSED, "{1}: login refused for user {2}",
	  "{1}: пользователю {2} во входе отказано" },
	{ ZV_PT_LOGIN_IN_USE, "{1}: user {2} is logged in already, once is allowed",
	  "{1}: пользователь {2} уже вошёл, а можно только один раз" },
	{ ZV_PT_LOGIN_CLOSED, "{1}: closed during the login",
	  "{1}: закрыто во время входа" },
	{ ZV_PT_LOGIN_LATE, "{1}: no answer to the login", "{1}: нет ответа на вход" },
	{ ZV_PT_LOGIN_CURE_SECRET,
	  "manager.conf [{1}]: is secret the one you gave? `manager reload` after "
	  "changes",
	  "manager.conf [{1}]: тот ли secret? после правки — `manager reload`" },
	{ ZV_PT_LOGIN_CURE_ACL,
	  "manager.conf [{1}]: deny and permit must admit this machine's address, as "
	  "in "
	  "deny = 0.0.0.0/0, permit = 192.0.2.7/32; acl names a section of acl.conf",
	  "manager.conf [{1}]: deny и permit должны пускать адрес этой машины, "
	  "например "
	  "deny = 0.0.0.0/0, permit = 192.0.2.7/32; acl указывает на раздел acl.conf" },
	{ ZV_PT_LOGIN_CURE_USER,
	  "is there a section [{1}] at all? `manager show users` on the server lists "
	  "them; "
	  "Asterisk gives one and the same answer to all of these",
	  "есть ли вообще раздел [{1}]? `manager show users` на сервере перечислит "
	  "всех; "
	  "на все эти ошибки Asterisk отвечает одинаково" },
	{ ZV_PT_LOGIN_CURE_MULTI,
	  "manager.conf [{1}]: allowmultiplelogin = yes, or an account of its own for "
	  "each "
	  "program",
	  "manager.conf [{1}]: allowmultiplelogin = yes, или своя учётная запись "
	  "каждой "
	  "программе" },
	{ ZV_PT_LOGIN_CURE_AUTHLIMIT,
	  "manager.conf [general]: authlimit, authtimeout: too many connections that "
	  "have "
	  "not logged in",
	  "manager.conf [general]: authlimit, authtimeout: слишком много соединений "
	  "без "
	  "входа" },
	{ ZV_PT_LOGIN_CURE_HANGS,
	  "the server greeted, then hung: look at its load, and at full/messages in "
	  "/var/log/asterisk",
	  "сервер поздоровался и замолчал: проверьте его загрузку и журналы "
	  "full/messages "
	  "в /var/log/asterisk" },

	{ ZV_PT_VERSION_IS, "Asterisk {1}, AMI {2}", "Asterisk {1}, AMI {2}" },
	{ ZV_PT_VERSION_BY_AMI, "Asterisk {1}, to judge by AMI {2}",
	  "Asterisk {1}, судя по AMI {2}" },
	{ ZV_PT_VERSION_UNKNOWN, "AMI {2}, of an Asterisk not known here",
	  "AMI {2}, такой Asterisk здесь неизвестен" },

	{ ZV_PT_RIGHTS_ARE, "{1}", "{1}" },
	{ ZV_PT_RIGHTS_NONE, "nothing", "ничего" },
	{ ZV_PT_RIGHTS_UNSEEN,
	  "cannot be seen from here: {1}; look at {2} in manager.conf [{3}]",
	  "отсюда не видно: {1}; посмотрите {2} в manager.conf [{3}]" },
	{ ZV_PT_RIGHTS_MISSING, "missing: {1}", "не хватает: {1}" },
	{ ZV_PT_RIGHTS_CURE, "manager.conf [{1}]: {2} = {3}; then `manager reload`",
	  "manager.conf [{1}]: {2} = {3}; затем `manager reload`" },
	{ ZV_PT_RIGHTS_ALL, "everything: more than any program needs",
	  "всё: больше, чем нужно какой-либо программе" },
	{ ZV_PT_RIGHTS_NO_ANSWER, "the server does not answer: {1}",
	  "сервер не отвечает: {1}" },

	{ ZV_PT_NO_READ_CALL, "call: no calls and channels are seen at all",
	  "call: звонки и каналы не видны вовсе" },
	{ ZV_PT_NO_READ_AGENT, "agent: queues and their agents are not seen",
	  "agent: не видны очереди и их операторы" },
	{ ZV_PT_NO_READ_DIALPLAN,
	  "dialplan: names of recordings and channel variables are not seen",
	  "dialplan: не видны имена записей разговоров и переменные каналов" },
	{ ZV_PT_NO_READ_REPORTING, "reporting: quality reports (RTCP) are not seen",
	  "reporting: не видны отчёты о качестве (RTCP)" },
	{ ZV_PT_NO_READ_CDR, "cdr: the history of calls gets no CDR events",
	  "cdr: в историю звонков не приходят события CDR" },
	{ ZV_PT_NO_READ_USER, "user: UserEvent of the dialplan is not seen",
	  "user: не видны UserEvent из диалплана" },

	{ ZV_PT_NO_WRITE_CALL, "call: no hang-up, transfer, parking",
	  "call: нельзя повесить трубку, перевести, припарковать" },
	{ ZV_PT_NO_WRITE_ORIGINATE, "originate: no calls can be made",
	  "originate: нельзя позвонить" },
	{ ZV_PT_NO_WRITE_AGENT, "agent: agents cannot enter, leave and pause in queues",
	  "agent: операторы не могут войти в очередь, выйти и взять паузу" },
	{ ZV_PT_NO_WRITE_REPORTING,
	  "reporting: after a loss of connection the calls in progress cannot be "
	  "listed",
	  "reporting: после потери связи нельзя получить список текущих звонков" },

	{ ZV_PT_EXCESS_SYSTEM,
	  "write = system is not needed: it loads modules and writes Asterisk's "
	  "database",
	  "write = system не нужен: он загружает модули и пишет в базу Asterisk" },
	{ ZV_PT_EXCESS_COMMAND,
	  "write = command is not needed: it runs any command of Asterisk's console",
	  "write = command не нужен: он выполняет любую команду консоли Asterisk" },
	{ ZV_PT_EXCESS_CONFIG,
	  "write = config is not needed: it rewrites the configuration, accounts too",
	  "write = config не нужен: он переписывает настройки и учётные записи" },
	{ ZV_PT_EXCESS_AGI, "write = agi is not needed: it runs programs for a call",
	  "write = agi не нужен: он запускает программы для звонка" },
	{ ZV_PT_EXCESS_ORIGINATE,
	  "write = originate together with system: Originate may run shell commands",
	  "write = originate вместе с system: Originate может выполнить команды "
	  "оболочки" },
	{ ZV_PT_EXCESS_READ_CONFIG, "read = config is not needed",
	  "read = config не нужен" },
	{ ZV_PT_EXCESS_READ_SECURITY,
	  "read = security is not needed: it shows addresses and names of all logins",
	  "read = security не нужен: он показывает адреса и имена всех входов" },

	{ ZV_PT_BOOTED_YES, "fully booted", "полностью загружен" },
	{ ZV_PT_BOOTED_STILL,
	  "still starting: calls may be refused until it says FullyBooted",
	  "ещё запускается: до FullyBooted звонки могут не приниматься" },
	{ ZV_PT_BOOTED_UNSEEN,
	  "cannot be seen from here: FullyBooted needs read = system, which is not "
	  "needed "
	  "otherwise",
	  "отсюда не видно: для FullyBooted нужен read = system, больше ни для чего не "
	  "нужный" },
	{ ZV_PT_EVENT_IS, "the first one: {1}", "первое: {1}" },
	{ ZV_PT_EVENT_NONE, "none within {1} s", "ни одного за {1} с" },
	{ ZV_PT_EVENT_NONE_CURE,
	  "a quiet PBX, or no read classes: make a call and look with `zvon listen`; "
	  "manager.conf [{1}]: read",
	  "на АТС тихо, или нет классов чтения: позвоните и посмотрите `zvon listen`; "
	  "manager.conf [{1}]: read" },
	{ ZV_PT_CLOCK_NEAR, "the server's clock differs by {1} s",
	  "часы сервера расходятся на {1} с" },
	{ ZV_PT_CLOCK_FAR,
	  "the server's clock differs by {1} s: times of calls will be wrong",
	  "часы сервера расходятся на {1} с: время звонков будет неверным" },
	{ ZV_PT_CLOCK_CURE, "set both clocks by NTP (chrony, systemd-timesyncd)",
	  "сверьте часы обоих по NTP (chrony, systemd-timesyncd)" },
	{ ZV_PT_CLOCK_UNSEEN,
	  "cannot be seen from here: events carry no time (timestampevents = yes in "
	  "manager.conf [general] adds it)",
	  "отсюда не видно: в событиях нет времени (его добавляет timestampevents = "
	  "yes в "
	  "manager.conf [general])" },

	{ ZV_PT_SUMMARY_GOOD, "all is well", "всё в порядке" },
	{ ZV_PT_SUMMARY_WARNINGS, "it works; see the warnings above ({1})",
	  "работает; см. предупреждения выше ({1})" },
	{ ZV_PT_SUMMARY_MISSING, "it works in part: rights are missing",
	  "работает частично: не хватает прав" },
	{ ZV_PT_SUMMARY_FAILED, "it does not work: see above",
	  "не работает: см. выше" },
	{ ZV_PT_ADVICE_WRITETIMEOUT,
	  "manager.conf [{1}]: writetimeout = 5000; with the default of 100 ms "
	  "Asterisk "
	  "closes the connection in a short stall of the net",
	  "manager.conf [{1}]: writetimeout = 5000; при 100 мс по умолчанию Asterisk "
	  "закрывает соединение при короткой заминке сети" },
	{ ZV_PT_ADVICE_LOST, "the connection was lost meanwhile: {1}",
	  "соединение тем временем потеряно: {1}" },
};

static const struct zv_text_probe_entry *
find(const struct zv_text_probe_entry *table, size_t n, enum zv_probe_text id)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].id == id)
			return &table[i];
	return NULL;
}

struct zv_text_probe_entry
zv_text_probe_row(enum zv_probe_text id)
{
	static const struct zv_text_probe_entry none = { ZV_PT_NOTHING, "", "" };
	const struct zv_text_probe_entry *row =
		find(rows, sizeof rows / sizeof *rows, id);

	if (!row)
		row = find(zv_text_probe_http, zv_text_probe_http_n, id);
	return row ? *row : none;
}

const char *
zv_text_probe(enum zv_probe_text id, bool in_russian)
{
	struct zv_text_probe_entry row = zv_text_probe_row(id);

	return in_russian && row.ru ? row.ru : row.en;
}

void
zv_text_probe_fill(struct zv_buf *out, enum zv_probe_text id, bool in_russian,
		   const struct zv_str *args, size_t n)
{
	for (const char *c = zv_text_probe(id, in_russian); *c; c++) {
		if (c[0] == '{' && c[1] >= '1' && c[1] <= '9' && c[2] == '}') {
			size_t i = (size_t)(c[1] - '1');

			if (i < n)
				zv_buf_add(out, args[i]);
			c += 2;
		} else {
			zv_buf_add_char(out, *c);
		}
	}
}
