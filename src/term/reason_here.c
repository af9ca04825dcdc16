/* reason_here.c - files, memory, options and what is asked of the history. */
#include <stddef.h>

#include "term/reason.h"

const struct zv_text zv_reasons_here[] = {
	/* the system: base/file_error.c, strerror */
	{ "out of memory", "нет памяти" },
	{ "there is no such file or folder: check its path",
	  "нет такого файла или папки: проверьте путь" },
	{ "no right to it, or to a folder on the way: run as its owner, or change "
	  "owner "
	  "or rights (ls -l shows them)",
	  "нет прав на него или на папку по пути к нему: запустите от имени владельца "
	  "или смените владельца или права (их покажет ls -l)" },
	{ "no right to it: run as its owner, or change owner or rights (ls -l shows "
	  "them)",
	  "нет прав на него: запустите от имени владельца или смените владельца или "
	  "права (их покажет ls -l)" },
	{ "this is a folder: name a file in it", "это папка: укажите файл в ней" },
	{ "a part of its path is a file and no folder: check the path",
	  "часть пути — файл, а не папка: проверьте путь" },
	{ "this is no file: a pipe or a device is not taken here",
	  "это не файл: канал или устройство здесь не подходит" },
	{ "it is larger than what is taken here: name another file, or take a part of "
	  "it",
	  "он больше, чем здесь принимается: укажите другой файл или возьмите его "
	  "часть" },
	{ "it is there already: name another one, or move it away",
	  "такой уже есть: укажите другой или уберите этот" },
	{ "its links lead in a circle: name the file itself",
	  "ссылки ведут по кругу: укажите сам файл" },
	{ "its name is too long", "имя слишком длинное" },
	{ "the disk is full: make room", "диск полон: освободите место" },
	{ "this disk can only be read: name a file on another one",
	  "с этого диска можно только читать: укажите файл на другом" },
	{ "too many files are open: raise the limit (ulimit -n)",
	  "открыто слишком много файлов: увеличьте предел (ulimit -n)" },
	{ "reading or writing the file failed; check the disk",
	  "не удалось прочитать или записать файл; проверьте диск" },
	{ "Connection refused", "в соединении отказано" },
	{ "Connection reset by peer", "соединение сброшено другой стороной" },
	{ "Connection timed out", "время ожидания истекло" },
	{ "Network is unreachable", "сеть недоступна" },
	{ "No route to host", "нет маршрута до узла" },
	{ "Permission denied", "нет прав" },
	{ "Operation not permitted", "действие не разрешено" },
	{ "Broken pipe", "другая сторона больше не читает" },
	{ "Invalid argument", "недопустимое значение" },
	{ "Resource temporarily unavailable", "система не даёт ресурса; повторите" },
	{ "Input/output error", "сбой ввода-вывода" },
	{ "No space left on device", "диск полон" },
	{ "ENOMEM", "нет памяти" },
	{ "ETOOBIG", "слишком большой" },
	{ "EIO", "не читается" },
	{ "ECLOSED", "соединение закрыто" },
	{ "ETIMEOUT", "нет ответа вовремя" },
	{ "no thread could be started",
	  "не удалось запустить поток: проверьте предел процессов (ulimit -u)" },
	{ "cannot make a pipe: {1}", "не удалось создать канал: <1>" },
	{ "cannot make an event loop: {1}", "не удалось создать цикл событий: <1>" },
	{ "cannot start {1} threads: {2}", "не удалось запустить потоки ({1}): <2>" },
	{ "cannot start a thread: {1}", "не удалось запустить поток: <1>" },
	{ "no random bytes: {1}", "нет случайных чисел: <1>" },

	/* the start of zvond: daemon.c, statefile.c, auth.c, notify.c */
	{ "another zvond{1} runs with this state ({2} is locked); stop it, or give "
	  "this one a folder of its own: state = ... in [general]",
	  "с этими данными уже работает другой zvond{1} (занят {2}); остановите его "
	  "или дайте этому свою папку: state = ... в [general]" },
	{ "{1} is damaged or cut off; it is now {2}, and a new one is begun",
	  "{1} повреждён или оборван; теперь он {2}, начат новый" },
	{ "no temporary folder {1}: {2}", "нет временной папки {1}: <2>" },
	{ "libsodium could not begin", "libsodium не запускается" },
	{ "cannot listen to signals", "не удаётся ждать сигналов" },
	{ "WATCHDOG_USEC={1} is no time", "WATCHDOG_USEC={1} — не время" },
	{ "NOTIFY_SOCKET={1} is no socket", "NOTIFY_SOCKET={1} — не сокет" },

	/* dial = of a role: hub/number.c */
	{ "pattern {1}, character {2}: {3}", "шаблон {1}, знак {2}: <3>" },
	{ "a pattern of more than {1} characters", "шаблон длиннее {1} знаков" },
	{ "an empty pattern", "пустой шаблон" },
	{ "an empty set of characters", "пустой набор знаков" },
	{ "only digits, letters, '*', '#', '+' and ranges can be in a set",
	  "в наборе могут быть только цифры, буквы, '*', '#', '+' и диапазоны" },
	{ "this range goes backwards", "диапазон идёт назад" },
	{ "this '[' is not closed", "скобка '[' не закрыта" },
	{ "none of 0-9 * # + X Z N [ ] . ! and letters",
	  "не из 0-9 * # + X Z N [ ] . ! и букв" },

	/* sockets of systemd: zvond/activation.c */
	{ "LISTEN_FDNAMES has more names than LISTEN_FDS={1} sockets, or one that is "
	  "too long",
	  "в LISTEN_FDNAMES имён больше, чем сокетов (LISTEN_FDS={1}), или одно "
	  "слишком длинное" },
	{ "LISTEN_FDNAMES has {1} names for {2} sockets",
	  "в LISTEN_FDNAMES имён {1}, а сокетов {2}" },
	{ "LISTEN_PID={1} is no process", "LISTEN_PID={1} — не процесс" },
	{ "LISTEN_FDS={1}: 0 to {2} are taken",
	  "LISTEN_FDS={1}: принимается от 0 до {2}" },
	{ "LISTEN_FDS={1}, but descriptor {2} is not open",
	  "LISTEN_FDS={1}, но дескриптор {2} не открыт" },

	/* time zones: io/zone_file.c, hist/zone.c */
	{ "no time zone '{1}' in {2}: a name such as Europe/Moscow is wanted, and the "
	  "package tzdata",
	  "нет часового пояса '{1}' в {2}: нужно имя вроде Europe/Moscow и пакет "
	  "tzdata" },
	{ "'{1}' is no time zone: {2} is no file",
	  "'{1}' — не часовой пояс: {2} — не файл" },
	{ "'{1}' is no time zone; write a name such as Europe/Moscow, or UTC, or local",
	  "'{1}' — не часовой пояс; напишите имя вроде Europe/Moscow, или UTC, или "
	  "local" },
	{ "the time zone's file is no TZif (RFC 8536): take one of /usr/share/zoneinfo",
	  "файл часового пояса не в формате TZif (RFC 8536): возьмите файл из "
	  "/usr/share/zoneinfo" },

	/* what is asked of the history: hist/asked.c, query.c, fields.c */
	{ "longer than {1} bytes", "длиннее {1} байт" },
	{ "more than {1} in one query",
	  "больше {1} в одном запросе: спросите несколько раз" },
	{ "limit: a number from 1 to {1}", "limit: число от 1 до {1}" },
	{ "offset: the id of the last call that you have, or 0",
	  "offset: номер последнего полученного звонка или 0" },
	{ "unknown '{1}'; there are {2}", "неизвестный параметр '{1}'; бывают {2}" },
	{ "offset goes without cursor and order: it is both",
	  "offset указывают без cursor и order: он заменяет оба" },
	{ "tz: a zone as Europe/Berlin, or hours and minutes from UTC, as +03:00 (in a "
	  "URL %2B03:00), or Z",
	  "tz: часовой пояс вроде Europe/Berlin, или часы и минуты от UTC, например "
	  "+03:00 (в "
	  "URL %2B03:00), или Z" },
	{ "fields: there is no {1}; there are {2}", "fields: нет поля {1}; есть {2}" },
	{ "fields: {1} stands there twice", "fields: поле {1} указано дважды" },
	{ "{1} {2} in one query, at most {3} are allowed: ask several times",
	  "в одном запросе {2}: {1}, допустимо не больше {3}: спросите несколько "
	  "раз" },
	{ "limit is {1}: it is 1…{2}, go on with the cursor",
	  "limit равен {1}: допустимо 1…{2}, дальше — по cursor" },
	{ "cursor has {1} bytes, it is none of ours: begin without",
	  "cursor в {1} байт — не наш: начните без него" },
	{ "cursor: it is none of this history and order; give the one of the page "
	  "before, or none",
	  "cursor: он не от этой истории и порядка; дайте тот, что пришёл с прошлой "
	  "страницей, или никакого" },
	{ "from is not before to: nothing can be in between",
	  "from не раньше to: между ними ничего не может быть" },
	{ "unknown {1} '{2}'; there are: {3}",
	  "неизвестное значение {1}: '{2}'; бывают: {3}" },
	{ "'{1}' is no time: write 2026-11-21, 2026-11-21 10:00, 2026-11-21T10:00:00Z "
	  "or seconds since 1970",
	  "'{1}' — не время: пишите 2026-11-21, 2026-11-21 10:00, "
	  "2026-11-21T10:00:00Z или секунды с 1970 года" },
	{ "'{1}' is before 1970", "'{1}' — раньше 1970 года" },
	{ "{1} is before 1970", "{1} — раньше 1970 года" },
	{ "'{1}' is none of {2}", "'{1}' не подходит, нужно одно из: {2}" },

	/* where recordings lie: hist/recording.c */
	{ "behind % stands one of Y y m d H M S %",
	  "после % стоит одна из букв Y y m d H M S или %" },
	{ "its last part must have {file}",
	  "в последней части пути должно быть {file}" },
	{ "it is a path beneath the root: no / at its beginning, no '..'",
	  "это путь от корня записей: без / в начале и без '..'" },

	/* answers and captures: json/reader.c, office */
	{ "\"{1}\" of a call {2}", "\"{1}\" звонка: {2}" },
	{ "bad JSON, byte {1}, line {2}: nested deeper than {3}",
	  "неверный JSON, байт {1}, строка {2}: вложенность больше {3}" },
	{ "bad JSON, byte {1}, line {2}: {3}",
	  "неверный JSON, байт {1}, строка {2}: {3}" },
	{ "not a capture: it does not begin with \"Asterisk Call Manager/…\"",
	  "это не запись обмена: она не начинается с \"Asterisk Call Manager/…\"" },
	{ "not a capture: {1}", "это не запись обмена: <1>" },
	{ ".idx, line {1}: not \"ms < offset length\"",
	  ".idx, строка {1}: не \"ms < offset length\"" },

	/* sound: audio */
	{ "it is longer than a WAV can be", "он длиннее, чем может быть WAV" },
	{ "WAV: its fmt chunk has {1} bytes, not 16",
	  "WAV: в части fmt {1} байт, а не 16" },
	{ "WAV: it does not begin with RIFF…WAVE",
	  "WAV: он не начинается с RIFF…WAVE" },
	{ "WAV: data before fmt", "WAV: data раньше fmt" },
	{ "WAV: no samples within its first {1} bytes",
	  "WAV: в первых {1} байтах нет отсчётов" },
	{ NULL, NULL },
};
