"""What a person can get wrong, told in Russian: what, where, what to do, and no English sentence.
One table of command lines for zvon, one for zvond."""

import os
import re
import sqlite3
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import common  # noqa: F401  (finds the fakes)

import cli
from cli import CliTest
from pbx import Pbx
from zvond_common import TOKENS, Zvond, config, program

RUSSIAN = {"LANG": "ru_RU.UTF-8"}
# Words that no name, option or value here has.
ENGLISH = re.compile(r"\b(?:the|is|are|was|not|there|this|that|check|cannot|with|and|for|wants|"
                     r"missing|unknown|refused|file|folder|such|error|warning|out of|no)\b")
PATH = "проверьте путь"

# Command line, exit code, words. {t}: a folder of files that are made below. {port}: nobody
# listens there. {pbx}: an Asterisk that knows the secret "secret". {zvond}: a daemon without history.
ZVON = (
    # options
    ("", 2, "не указана команда; см. zvon --help"),
    ("hystory", 2, "неизвестная команда 'hystory'; может быть, history?"),
    ("qqqqqq", 2, "неизвестная команда 'qqqqqq'; см. zvon --help"),
    ("history --nosuch", 2, "неизвестная опция --nosuch; см. --help"),
    ("history --formt json", 2, "неизвестная опция --formt; может быть, --format?"),
    ("history -x", 2, "неизвестная опция -x; см. --help"),
    ("history --db", 2, "--db требует значение: URL"),
    ("history --all=1", 2, "--all не принимает значения"),
    ("history --format xml", 2, "--format: 'xml' не подходит, нужно table|json|csv"),
    ("history --limit 0", 2, "--limit: '0' — не целое число от 1 до"),
    ("history --timeout soon", 2, "--timeout: 'soon' — не число секунд от"),
    ("history", 2, "нужно одно из двух: --db или --server"),
    ("action", 2, "не хватает аргумента; вызов: zvon action"),
    ("import /no/such.csv", 2, "слишком много аргументов; вызов: zvon import --from URL"),
    ("help hystory", 2, "может быть, history?"),
    # what is asked of the history
    ("history --db {t}/h.db --from tomorrow", 2, "from: 'tomorrow' — не время: пишите 2026-11-21"),
    ("history --db {t}/h.db --direction side", 2, "неизвестное значение direction: 'side'; бывают"),
    ("history --db {t}/h.db --result good", 2, "неизвестное значение result: 'good'; бывают"),
    ("history --db {t}/h.db --fields moon", 2, "fields: нет поля moon; есть call"),
    ("history --db {t}/h.db --tz +99:00", 2, "tz: часовой пояс вроде Europe/Berlin, или часы"),
    ("history --db {t}/h.db --tz moon", 2, "--tz: нет часового пояса 'moon'"),
    # stores
    ("history --db {t}/none.db", 3, "{t}/none.db: нет такого файла или папки: " + PATH +
     "; его создаёт zvond"),
    ("history --db sqlite:{t}/folder", 3, "folder: это папка: укажите файл в ней"),
    ("history --db {t}/empty.db", 3, "в этом файле или базе нет хранилища zvond; его создаёт"),
    ("history --db {t}/text.db", 5, "text.db: это не база SQLite: укажите файл хранилища"),
    ("history --db {t}/newer.db", 5, "схема 99 новее, чем знает этот zvon"),
    ("history --db {t}/text.csv", 2, "это не URL базы данных: sqlite:/ФАЙЛ.db"),
    ("history --db foo://x", 2, "неизвестный вид базы данных; бывают sqlite, mysql"),
    ("history --db mysql://u@127.0.0.1:{port}/x", 3, "проверьте, запущен ли сервер"),
    ("history --db postgresql://u@127.0.0.1:{port}/x", 3,
     "в соединении отказано: проверьте узел, порт и запущен ли сервер"),
    # a daemon
    ("history --server http://127.0.0.1:{port}", 3,
     "127.0.0.1:{port}: в соединении отказано: запущен ли zvond; в [listen] файла zvond.conf"),
    ("history --server 127.0.0.1", 2, "--server: пишите http://host:2013"),
    ("history --server http://127.0.0.1:{port} --token-file {t}/none", 2,
     "не прочитать секрет из {t}/none: нет такого файла или папки: " + PATH),
    ("history --server http://127.0.0.1:{port} --token-file {t}/folder", 2, "это папка: укажите"),
    ("history --server http://127.0.0.1:{port} --token-file {t}/open", 2, "chmod 600 {t}/open"),
    ("history --server http://127.0.0.1:{port} --token-file {t}/empty", 2,
     "первая строка пуста: запишите в неё секрет"),
    ("history --server http://127.0.0.1:{pbx}", 5, "там отвечает не zvond: проверьте узел и порт"),
    ("history --server http://127.0.0.1:{zvond}", 4, "этот токен неизвестен или истёк"),
    ("history --server http://127.0.0.1:{zvond} --token-file {t}/token", 3,
     "история не ведётся: её включает store"),
    # records of a PBX
    ("import --dry-run", 2, "не указан --from URL: где лежат CDR"),
    ("import --from csv:{t}/text.csv", 2, "не указан --to URL: база истории"),
    ("import --dry-run --from csv:/no/such.csv", 2,
     "--from: csv:/no/such.csv: нет такого файла или папки: " + PATH),
    ("import --dry-run --from csv:{t}/folder", 3, "--from: csv:{t}/folder: это папка: укажите"),
    ("import --dry-run --from sqlite:{t}/text.db", 5, "это не база SQLite"),
    ("import --dry-run --from sqlite:{t}/h.db", 2, "нет таблицы cdr; может быть, таблица"),
    ("import --dry-run --from csv:{t}/text.csv --preset moon", 2, "нет набора 'moon'; есть asterisk"),
    ("import --dry-run --from csv:{t}/text.csv --timezone Moon/Base", 2,
     "нет часового пояса 'Moon/Base'"),
    ("import --dry-run --from csv:{t}/text.csv --since moon", 2, "--since: 'moon' — не время"),
    ("import --dry-run --from csv:{t}/text.csv --column x=y", 2, "у Asterisk нет столбца 'x'"),
    ("import --from csv:{t}/text.csv --to {t}/none/h.db", 3, "проверьте, есть ли папка"),
    ("import --dry-run --from mysql://u@127.0.0.1:{port}/x --secret-file {t}/none", 2,
     "не прочитать секрет из {t}/none"),
    # files of captures
    ("parse /no/such.ami", 2, "не открыть /no/such.ami: нет такого файла или папки: " + PATH),
    ("parse {t}/folder", 2, "это папка: укажите файл в ней"),
    ("calls /no/such.ami", 2, "не открыть /no/such.ami: нет такого файла"),
    ("serve /no/such.ami --port 0", 2, "не прочитать /no/such.ami: нет такого файла"),
    ("capture ami://u@127.0.0.1:{port} -o {t}/none/x", 2, "не создать {t}/none/x.ami: нет такого"),
    # Asterisk
    ("action ami://crm@127.0.0.1:{port} Ping", 3,
     "127.0.0.1:{port}: в соединении отказано: запущен ли Asterisk; в [general] файла manager.conf"),
    ("action http://crm@127.0.0.1:{port}/asterisk/rawman Ping", 3, "[general] файла http.conf"),
    ("action ami://crm@no-such-host.invalid Ping", 3, "неизвестный узел: проверьте имя"),
    ("action crm@127.0.0.1 Ping", 2, "неверный URL: пишите ami://user@host:5038"),
    ("action ami://127.0.0.1 Ping", 2, "нет имени пользователя: напишите его в URL"),
    ("action ami://crm@127.0.0.1:{pbx} Ping x", 2, "'x' — не поле: пишите Key=Value"),
    ("action ami://crm@127.0.0.1:{pbx} Ping", 4, "проверьте secret, deny и permit"),
    ("action amis://crm@127.0.0.1:{pbx} Ping --ca /no/such.pem", 2, "не прочитать файл центра"),
    ("listen ami://crm@127.0.0.1:{pbx}", 4, "вход пользователя 'crm' отклонён"),
    ("probe crm@127.0.0.1", 2, "неверный URL: пишите ami://"),
    ("filter --regex [ {t}/text.csv", 2, "закройте класс скобкой ]"),
)

# The same for zvond: its arguments, or the configuration they are to read.
ZVOND = (
    ("--nosuch", 2, "неизвестная опция --nosuch; см. --help"),
    ("tokken", 2, "неизвестная команда 'tokken'; может быть, token?"),
    ("--check --config /no/such.conf", 2, "/no/such.conf: нет такого файла или папки: " + PATH),
    ("--check --config {t}/folder", 2, "{t}/folder: это папка: укажите файл в ней"),
    ("--check --config {t}/empty", 2, "нет [server ИМЯ]: какой Asterisk?"),
    ("--check --config {t}/secret.conf", 2,
     "secret.conf:3: secret_file: {t}/none: нет такого файла или папки: " + PATH),
    ("--check --config {t}/url.conf", 2, "url.conf:2: url: неверный URL: пишите ami://"),
    ("--check --config {t}/zone.conf", 2, "cdr_timezone: нет часового пояса 'Moon/Base'"),
    ("--config {t}/key.conf", 1, "не прочитать ключ {t}/none: нет такого файла или папки: " + PATH),
    ("--config {t}/certificate.conf", 1, "не прочитать сертификат {t}/none: нет такого файла"),
    ("--config {t}/nokey.conf", 1, "нет ключа, нужен PEM (BEGIN PRIVATE KEY)"),
)

DEMO = "[general]\nstate =\n[server a]\ndemo = yes\ndemo_rate = 0\n[listen]\nbind = 127.0.0.1:0\n"
FILES = {
    "empty": "", "empty.db": "", "text.db": "hello\n" * 400, "text.csv": "hello\n", "open": "s\n",
    "token": TOKENS["boss"] + "\n",
    "secret.conf": "[server a]\nurl = ami://u@h\nsecret_file = none\n",
    "url.conf": "[server a]\nurl = ftp://u@h\nsecret_file = token\n",
    "zone.conf": DEMO + "[server b]\ndemo = yes\ncdr = csv:/x\ncdr_timezone = Moon/Base\n",
    "key.conf": DEMO + "tls_certificate = token\ntls_key = none\n",
    "certificate.conf": DEMO + "tls_certificate = none\ntls_key = key\n",
    "nokey.conf": DEMO + "tls_certificate = token\ntls_key = token\n",
}


def make_files(folder):
    """All that the command lines name."""
    (folder / "folder").mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o644 if name == "open" else 0o600)
    (folder / "text.csv").write_text('"","101","102"\n', encoding="utf-8")
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-out", folder / "key"], check=True, capture_output=True)
    (folder / "key").chmod(0o600)
    for name in ("h.db", "newer.db"):
        done = cli.run("import", "--from", "csv:%s" % (folder / "text.csv"), "--to", folder / name)
        assert done.code == 0, str(done)
    with closing(sqlite3.connect(folder / "newer.db")) as db:
        db.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")
        db.commit()


class Russian(CliTest):
    """One folder, one Asterisk and one zvond for all."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="zvon-ru-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        make_files(cls.folder)
        gone = Pbx().start()
        gone.stop()
        cls.pbx = Pbx().start()
        cls.addClassCleanup(cls.pbx.stop)
        cls.zvond = Zvond(config())
        cls.zvond.__enter__()
        cls.addClassCleanup(cls.zvond.__exit__)
        cls.places = {"{t}": str(cls.folder), "{port}": str(gone.port), "{pbx}": str(cls.pbx.port),
                      "{zvond}": str(cls.zvond.port)}

    def fill(self, text):
        for place, value in self.places.items():
            text = text.replace(place, value)
        return text

    def assert_russian(self, code, stderr, wanted, words, line):
        with self.subTest(line=line):
            self.assertEqual(code, wanted, stderr)
            self.assertIn(self.fill(words), stderr)
            self.assertRegex(stderr, "[а-яё]{3}")
            told = re.sub(r"[\w.:/-]*/[\w.:/-]*|no-such-host\S*|\w+=\S+", "", stderr)
            self.assertIsNone(ENGLISH.search(told), "English: %s" % told)

    def run_zvon(self, line):
        return cli.run(*self.fill(line).split(), secret="wrong",
                       env={**RUSSIAN, "ZVON_TOKEN": "wrong"})

    def test_command_lines(self):
        with ThreadPoolExecutor(2) as pool:
            results = pool.map(self.run_zvon, [line for line, _, _ in ZVON])
            for (line, code, words), result in zip(ZVON, results):
                self.assert_russian(result.code, result.stderr, code, words, line)

    def test_option_of_language(self):
        """Without an environment, and the other way round."""
        line = ["history", "--db", self.folder / "none.db", "--lang"]
        self.assertIn(PATH, cli.run(*line, "ru").stderr)
        self.assertIn("there is no such file or folder: check its path",
                      cli.run(*line, "en", env=RUSSIAN).stderr)

    def test_zvond(self):
        env = {**os.environ, **RUSSIAN}
        env.pop("LC_ALL", None)
        for line, code, words in ZVOND:
            done = subprocess.run([program(), *self.fill(line).split()], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, check=False, env=env,
                                  timeout=60 * cli.SLOW)
            stderr = re.sub(r"(?m)^.*Z (?:error|warn|info) \w+: ", "", done.stderr)
            self.assert_russian(done.returncode, stderr, code, words, line)

    def test_no_driver(self):
        """What is missing is a package, not the store."""
        done = cli.run("history", "--db", "mysql://u@h/x", secret="x",
                       env={**RUSSIAN, "ZVON_DB_MODULES": str(self.folder)})
        self.assertEqual(done.code, 3, str(done))
        self.assertIn("не загрузить модуль для этой базы данных: ", done.stderr)
        self.assertNotIn("его создаёт zvond", done.stderr)
        self.assertNotIn("zvond makes it", done.stderr)

    def test_no_rights(self):
        """Not even root may, without its capability to pass by."""
        shut = self.folder / "shut"
        shut.mkdir(mode=0o000)
        self.addCleanup(shut.chmod, 0o700)
        bare = (["setpriv", "--bounding-set=-dac_override,-dac_read_search",
                 "--inh-caps=-dac_override,-dac_read_search"] if os.geteuid() == 0 else [])
        for line, code in (("history --db {t}/shut/h.db", 3), ("parse {t}/shut/x.ami", 2),
                           ("import --dry-run --from csv:{t}/shut/x.csv", 4)):
            done = subprocess.run([*bare, cli.program(), *self.fill(line).split()],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  check=False, env=cli.environment("x", RUSSIAN),
                                  timeout=60 * cli.SLOW)
            self.assert_russian(done.returncode, done.stderr, code,
                                "нет прав на него или на папку по пути к нему: запустите", line)


if __name__ == "__main__":
    unittest.main()
