"""Fault 116: AJAM is not reached. `zvon probe` names the cause, and what to write into which
section of which file, in English, in Russian and as JSON."""

import json
import re
import sys
import tempfile
import unittest
from dataclasses import dataclass

from common import TESTS

from ajam_common import DIGEST, KINDS, AjamTest, url

import ajam_faults as faults
import cli
from ajam_http import Reply
from cli import SLOW
from pbx import Account, Pbx
from peers import RawPeer, ScriptPeer, ssh

sys.path.append(str(TESTS / "lib"))
import tls_peer  # noqa: E402 (its folder was not in the path before)

SECRET = "vErY-sEcReT"
BUDGET = 4.7  # seconds up to the login, when it fails
HTTP_CONF = "http.conf [general]: "
MANAGER_CONF = "manager.conf [general]: "
RELOAD_HTTP = "asterisk -rx 'module reload http'"
RELOAD_MANAGER = "asterisk -rx 'manager reload'"


def page(status, reason, *fields, body=b"<html>no</html>", server="nginx/1.22.1"):
    """A web server that gives the same answer to everybody."""
    head = [f"HTTP/1.1 {status} {reason}", f"Server: {server}", "Content-Type: text/html",
            f"Content-Length: {len(body)}", *fields]
    answer = "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + body

    def script(session):
        data = b""
        while True:
            more = session.receive()
            if not more:
                return
            data += more
            while b"\r\n\r\n" in data:
                data = data.partition(b"\r\n\r\n")[2]
                session.send(answer)

    return lambda: ScriptPeer(script)


def at(peer, path="/asterisk/rawman", scheme="http", host="127.0.0.1"):
    return f"{scheme}://crm@{host}:{peer.port}{path}"


def hidden_cache():
    """A cache that does not say what it is: the first answer, again and again."""
    kept = []

    def again(ajam, request):
        kept.append(ajam.reply(request))
        return Reply(kept[0].status, kept[0].reason, list(kept[0].fields), kept[0].body)

    return faults.Page(again)


@dataclass
class Row:
    """One cause: what to set up, and what is to be said."""

    name: str
    cause: str
    step: str
    code: int
    words: tuple     # in the advice, in both languages
    english: str     # in what was found
    russian: str


class ProbeTest(AjamTest):
    """Runs the probe in both languages and in both forms."""

    def ajam(self, version="22", **options):
        options.setdefault("accounts", {"crm": Account(SECRET)})
        return super().ajam(version, **options)

    def spoiled(self, *spoilers, **options):
        ajam = self.ajam(**options)
        for fault in spoilers:
            ajam.fault(fault)
        return url(ajam)

    def probe(self, where, *options, secret=SECRET):
        result = cli.run("probe", *options, where, secret=secret)
        self.assertNotIn(secret, result.stdout.decode() + result.stderr, result)
        return result

    def lines(self, where, *options, secret=SECRET):
        result = self.probe(where, "--format", "json", *options, secret=secret)
        return result, [json.loads(line) for line in result.lines]

    def failed(self, lines, result):
        """The one step that failed, before the summary."""
        found = [line for line in lines if line["status"] == "failed"]
        self.assertEqual([line["step"] for line in found[1:]], ["summary"], result)
        return found[0]

    def check(self, row, where, *options, secret=SECRET):
        result, lines = self.lines(where, *options, secret=secret)
        line = self.failed(lines, result)
        self.assertEqual((line["step"], line.get("cause")), (row.step, row.cause), result)
        self.assert_code(result, row.code)
        self.assertLessEqual(result.seconds, (BUDGET + 1) * SLOW, result)
        self.assertIn(row.english, line["text"], result)
        self.check_text(row, line, where, *options, secret=secret)

    def check_text(self, row, line, where, *options, secret=SECRET):
        """For people: the same in both languages."""
        english = self.probe(where, "--lang", "en", *options, secret=secret)
        russian = self.probe(where, "--lang", "ru", *options, secret=secret)
        self.assert_code(english, row.code)
        self.assert_code(russian, row.code)
        for advice in line["advice"]:
            self.assertIn("-> " + advice, english.stdout.decode())
        self.assertIn(row.english, english.stdout.decode())
        self.assertIn(row.russian, russian.stdout.decode())
        for word in row.words:
            self.assertIn(word, english.stdout.decode(), row.name)
            self.assertIn(word, russian.stdout.decode(), row.name)
        for text in russian.stdout.decode().splitlines():
            self.assertRegex(text, "[а-яё]|TLS|HTTP", "not Russian")


def row(name, cause, step, code, words, english, russian):
    return Row(name, cause, step, code, words, english, russian)


# ---- somebody else answers -----------------------------------------------------------------

FRONT = (HTTP_CONF + "bindport",)

PAGES = (
    (row("401 by a server in front", "stranger-asks", "http", cli.REFUSED,
         ("bindport", "/asterisk/rawman"), "asks for a login of its own (HTTP 401, nginx",
         "требует свой вход (HTTP 401, nginx"),
     page(401, "Unauthorized", 'WWW-Authenticate: Basic realm="x"')),
    (row("403 by a server in front", "stranger-forbids", "http", cli.REFUSED, FRONT,
         "not Asterisk, it forbids /asterisk/rawman (HTTP 403, nginx",
         "не Asterisk, он не пускает к /asterisk/rawman"),
     page(403, "Forbidden")),
    (row("404 by another server", "stranger-not-found", "http", cli.PROTOCOL, FRONT,
         "not Asterisk, it has no /asterisk/rawman (HTTP 404, nginx",
         "это не Asterisk, у него нет /asterisk/rawman"),
     page(404, "Not Found")),
    (row("405", "method", "http", cli.PROTOCOL, FRONT, "the request was not understood",
         "запрос не понят"),
     page(405, "Method Not Allowed")),
    (row("redirect", "redirect", "http", cli.PROTOCOL, FRONT,
         "sends us elsewhere, which Asterisk does not do for AJAM (HTTP 302, "
         "pbx.example/x)", "отправляет в другое место"),
     page(302, "Found", "Location: http://me:hush@pbx.example/x?query=1")),
    (row("redirect to HTTPS", "needs-tls", "http", cli.PROTOCOL,
         ("https://", "tlsbindaddr", "http.conf [general]"), "wants HTTPS", "требует HTTPS"),
     page(301, "Moved", "Location: https://pbx.example/asterisk/rawman")),
    (row("HTTPS port of nginx", "needs-tls", "http", cli.PROTOCOL, ("https://",),
         "wants HTTPS", "требует HTTPS"),
     page(400, "Bad Request",
          body=b"<html>The plain HTTP request was sent to HTTPS port</html>")),
    (row("502", "upstream", "http", cli.NO_CONNECTION,
         (HTTP_CONF + "enabled, bindaddr, bindport",),
         "the server in front does not reach Asterisk (HTTP 502, nginx",
         "сервер впереди не достаёт до Asterisk"),
     page(502, "Bad Gateway")),
    (row("500", "server-failed", "http", cli.NO_CONNECTION, ("/var/log/asterisk",),
         "the server failed (HTTP 500", "сервер дал сбой (HTTP 500"),
     page(500, "Internal Server Error")),
    (row("portal", "portal", "http", cli.PROTOCOL, ("captive portal",),
         "a web page with a form instead of Asterisk's answer (HTTP 200, Guests)",
         "веб-страница с формой вместо ответа Asterisk (HTTP 200, Guests)"),
     page(200, "OK", body=b"<html><title>Guests</title><form action=/login></form></html>")),
    (row("another site", "wrong-type", "http", cli.PROTOCOL, FRONT,
         "content of another kind", "содержимое не того вида"),
     page(200, "OK")),
    (row("what Asterisk never says", "other-status", "http", cli.PROTOCOL, FRONT,
         "Asterisk never answers so (HTTP 418", "Asterisk так не отвечает (HTTP 418"),
     page(418, "I'm a teapot")),
)

SPOILED = (
    (row("503 by Asterisk", "busy", "http", cli.NO_CONNECTION,
         (HTTP_CONF, "sessionlimit", RELOAD_HTTP), "Asterisk takes no more (HTTP 503",
         "Asterisk больше не принимает (HTTP 503"), faults.busy),
    (row("403 by Asterisk", "forbidden", "path", cli.REFUSED,
         ("deny, permit", RELOAD_MANAGER), "Asterisk forbids /asterisk/rawman (HTTP 403",
         "Asterisk не пускает к /asterisk/rawman"),
     lambda: faults.status(403, "Access Denied")),
    (row("cache", "cached", "http", cli.PROTOCOL, ("/asterisk/rawman",),
         "the answer comes from a cache", "ответ приходит из кэша"), faults.Cache),
    (row("cache that hides", "cached", "http", cli.PROTOCOL, ("/asterisk/rawman",),
         "the answer comes from a cache", "ответ приходит из кэша"), hidden_cache),
    (row("captive portal", "portal", "http", cli.PROTOCOL, ("captive portal",),
         "Welcome to the hotel", "Welcome to the hotel"), faults.portal),
    (row("compressed", "compressed", "http", cli.PROTOCOL, ("/asterisk/rawman",),
         "the answer is compressed (HTTP 200, gzip)", "ответ сжат (HTTP 200, gzip)"),
     faults.gzipped),
    (row("cookie taken away", "no-session", "http", cli.PROTOCOL,
         ("Set-Cookie", "arawman"), "Set-Cookie and Pragma of Asterisk are missing",
         "нет Set-Cookie и Pragma от Asterisk"),
     lambda: faults.Change(lambda _request, reply: (reply.replace("Set-Cookie", None),
                                                    reply.replace("Pragma", None)))),
    (row("cut", "damaged", "http", cli.PROTOCOL, ("/var/log/asterisk",),
         "the answer comes cut or damaged", "обрезанным или испорченным"),
     lambda: faults.cut(10)),
)


class AnswersTest(ProbeTest):
    def test_fault_116_somebody_else_answers(self):
        for wanted, make in PAGES:
            with self.subTest(wanted.name):
                self.check(wanted, at(self.start(make())))

    def test_fault_116_redirect_without_secrets(self):
        result = self.probe(at(self.start(PAGES[4][1]())))
        self.assertNotRegex(result.stdout.decode(), "hush|query")

    def test_fault_116_answers_spoiled(self):
        for wanted, make in SPOILED:
            with self.subTest(wanted.name):
                self.check(wanted, self.spoiled(make()))

    def test_fault_116_cache_before_digest(self):
        """The same nonce twice."""
        ajam = self.ajam()
        ajam.fault(hidden_cache())
        result, lines = self.lines(url(ajam, "arawman"))
        self.assertEqual(self.failed(lines, result)["cause"], "cached", result)


# ---- the wrong port --------------------------------------------------------------------------

class PortsTest(ProbeTest):
    def test_fault_116_refused(self):
        peer = self.start(RawPeer())
        peer.stop()
        plain = row("refused", None, "port", cli.NO_CONNECTION,
                    (HTTP_CONF + f"enabled = yes, bindport = {peer.port}, bindaddr = 0.0.0.0",
                     RELOAD_HTTP), "connection refused", "в соединении отказано")
        self.check(plain, at(peer))
        tls = row("refused", None, "port", cli.NO_CONNECTION,
                  (HTTP_CONF + "enabled = yes, tlsenable = yes, tlsbindaddr = "
                   f"0.0.0.0:{peer.port}, tlscertfile", RELOAD_HTTP),
                  "connection refused", "в соединении отказано")
        self.check(tls, at(peer, scheme="https"))

    def test_fault_116_sessions_used_up(self):
        ajam = self.ajam(session_limit=0)
        wanted = row("100 sessions", "closed", "http", cli.NO_CONNECTION,
                     (HTTP_CONF, "sessionlimit", RELOAD_HTTP),
                     "accepted, and closed without a byte",
                     "принято и закрыто без единого байта")
        self.check(wanted, url(ajam))

    def test_fault_116_port_of_ami(self):
        wanted = row("AMI", "ami-port", "http", cli.PROTOCOL,
                     ("ami://", HTTP_CONF + "bindport"),
                     "is AMI's own port, not HTTP: Asterisk Call Manager/",
                     "порт самого AMI, не HTTP: Asterisk Call Manager/")
        self.check(wanted, at(self.start(Pbx())))

    def test_fault_116_port_of_ssh(self):
        wanted = row("SSH", "not-http", "http", cli.PROTOCOL, (HTTP_CONF + "bindport",),
                     "not HTTP: SSH-2.0-OpenSSH", "не HTTP: SSH-2.0-OpenSSH")
        self.check(wanted, at(self.start(ssh())))

    def test_fault_116_silence(self):
        wanted = row("silent", "silent", "http", cli.TIMEOUT, ("core show uptime",),
                     "takes the request and does not answer",
                     "принимает запрос и не отвечает")
        self.check(wanted, at(self.start(RawPeer())))

    def test_fault_116_proxy(self):
        peer = self.start(RawPeer())
        peer.stop()
        wanted = row("proxy", "proxy", "port", cli.NO_CONNECTION, ("--proxy",),
                     "the proxy does not carry us there", "прокси не доставляет туда")
        self.check(wanted, url(self.ajam()), "--proxy", f"http://me:hush@127.0.0.1:{peer.port}")
        result = self.probe(url(self.ajam()), "--proxy",
                            f"http://me:hush@127.0.0.1:{peer.port}")
        self.assertNotIn("hush", result.stdout.decode() + result.stderr)


# ---- 404 by Asterisk -------------------------------------------------------------------------

class PathTest(ProbeTest):
    AMI_HOST = "127.0.0.116"

    def test_fault_116_other_prefix(self):
        for version in ("11", "22"):
            for prefix, there in (("ami", "/ami/mxml"), ("manager", "/manager/mxml")):
                with self.subTest(version=version, prefix=prefix):
                    ajam = self.ajam(version, prefix=prefix)
                    wanted = row("prefix", "other-path", "path", cli.PROTOCOL,
                                 (there, "prefix", "http.conf [general]"),
                                 f"no /asterisk/mxml (HTTP 404), AJAM is at {there}",
                                 f"AJAM находится в {there}")
                    self.check(wanted, at(ajam, "/asterisk/mxml"))

    def test_fault_116_unknown_prefix(self):
        """webenabled, enabled or prefix: it cannot be seen from here."""
        wanted = row("prefix?", "no-ajam", "path", cli.PROTOCOL,
                     (MANAGER_CONF, "webenabled = yes", HTTP_CONF + "prefix",
                      "http show status", RELOAD_MANAGER, RELOAD_HTTP),
                     "Asterisk answers, but has no /asterisk/rawman (HTTP 404)",
                     "Asterisk отвечает, но /asterisk/rawman у него нет")
        self.check(wanted, at(self.ajam(prefix="telephony-of-ours")))

    def test_fault_116_webenabled_or_enabled(self):
        """The prefix is seen to be right: 1.8 and 11 have files there."""
        ajam = self.ajam("11", enabled=False, host=self.AMI_HOST)
        wanted = row("manager", "manager-off", "path", cli.PROTOCOL,
                     (MANAGER_CONF + "enabled = yes", "webenabled = yes", RELOAD_MANAGER),
                     "the prefix is right, but AJAM is off", "prefix верен, но AJAM выключен")
        self.check(wanted, url(ajam, host=self.AMI_HOST))

    def test_fault_116_webenabled(self):
        """AMI itself greets: enabled = yes."""
        ajam = self.ajam("11", enabled=False, host=self.AMI_HOST)
        self.start(Pbx(host=self.AMI_HOST, port=5038))
        wanted = row("webenabled", "webenabled", "path", cli.PROTOCOL,
                     (MANAGER_CONF + "webenabled = yes", RELOAD_MANAGER),
                     "the prefix is right, but AJAM is off", "prefix верен, но AJAM выключен")
        self.check(wanted, url(ajam, host=self.AMI_HOST))

    def test_fault_116_other_prefix_without_ajam(self):
        ajam = self.ajam("1.8", enabled=False, prefix="ami", host=self.AMI_HOST)
        wanted = row("both", "other-prefix", "path", cli.PROTOCOL,
                     (MANAGER_CONF, HTTP_CONF + "prefix"), "prefix is ami, and AJAM is off",
                     "prefix — ami, и AJAM там выключен")
        self.check(wanted, at(ajam, host=self.AMI_HOST))

    def test_fault_116_few_questions(self):
        """What is asked to find it out is bounded, and has no secret."""
        ajam = self.ajam(prefix="telephony-of-ours")
        self.probe(at(ajam))
        asked = ajam.requests()
        self.assertLessEqual(len(asked), 30)
        self.assertEqual({request.method for request in asked}, {"GET"})
        self.assertNotIn(SECRET.encode(), ajam.ledger.received())


# ---- TLS ---------------------------------------------------------------------------------------

TLS_ROWS = (
    ("expired", ("tlscertfile", RELOAD_HTTP), "the server's certificate has expired",
     "срок действия сертификата сервера истёк"),
    ("not-valid-yet", ("NTP",), "is not valid yet", "ещё не начался"),
    ("other-name", ("tlscertfile", "openssl x509"), "is for another name", "на другое имя"),
    ("unknown-ca", ("--ca FILE", "http.conf [general]", "--pin"),
     "signed by itself or by a CA that is not known here", "неизвестным здесь"),
)


class TlsTest(ProbeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory()
        cls.made = made = tls_peer.Certificates(cls.folder.name)
        made.make_ca("ca")
        made.make_ca("other")
        made.make("right", "ca", "127.0.0.1", "IP:127.0.0.1")
        made.make("other-name", "ca", "pbx.example.org", "DNS:pbx.example.org")
        made.make_dated("expired", "ca", "20190101000000Z", "20200101000000Z")
        made.make_dated("not-valid-yet", "ca", "21200101000000Z", "21210101000000Z")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()
        super().tearDownClass()

    def tls_ajam(self, name, **options):
        context = tls_peer.ssl.SSLContext(tls_peer.ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.made.path(name + ".pem"))
        return self.ajam(tls=context, **options)

    def ca(self, name="ca"):
        return ("--ca", self.made.path(name + ".crt"))

    def test_fault_116_certificates(self):
        for cause, words, english, russian in TLS_ROWS:
            unknown = cause == "unknown-ca"
            with self.subTest(cause):
                ajam = self.tls_ajam("right" if unknown else cause)
                wanted = row(cause, cause, "tls", cli.NO_CONNECTION, words, english, russian)
                self.check(wanted, url(ajam, scheme="https"),
                           *self.ca("other" if unknown else "ca"))

    def test_fault_116_key_and_ca_file(self):
        where = url(self.tls_ajam("right"), scheme="https")
        key = row("key", "other-key", "tls", cli.NO_CONNECTION, ("--pin",),
                  "the server's key is not the pinned one", "ключ сервера — не тот")
        self.check(key, where, *self.ca(), "--pin", "sha256//" + "A" * 43 + "=")
        file = row("file", "ca-file", "tls", cli.USAGE, ("--ca FILE",),
                   "the file of --ca cannot be read", "файл из --ca не читается")
        self.check(file, where, "--ca", "/nowhere/ca.pem")

    def test_fault_116_plain_to_tls(self):
        wanted = row("TLS", "tls-port", "http", cli.PROTOCOL,
                     ("https://", "tlsbindaddr", "http.conf [general]"), "speaks TLS",
                     "говорит на TLS")
        self.check(wanted, url(self.tls_ajam("right")))

    def test_fault_116_tls_to_plain(self):
        wanted = row("plain", "plain-port", "tls", cli.NO_CONNECTION,
                     ("http://", HTTP_CONF + "tlsenable = yes", RELOAD_HTTP),
                     "speaks HTTP without TLS", "говорит на HTTP без TLS")
        self.check(wanted, url(self.ajam(), scheme="https"))

    def test_fault_116_tls_to_what_is_neither(self):
        wanted = row("neither", "no-tls", "tls", cli.NO_CONNECTION,
                     (HTTP_CONF + "tlsenable = yes",), "no TLS there", "там нет TLS")
        self.check(wanted, at(self.start(ssh()), scheme="https"))

    def test_fault_116_https_is_well(self):
        for kind in ("rawman", "amxml"):
            result, lines = self.lines(url(self.tls_ajam("right"), kind, "https"), *self.ca())
            self.assert_code(result, cli.DONE)
            status = {line["step"]: line["status"] for line in lines}
            self.assertEqual((status["tls"], status["path"], status["login"]),
                             ("ok", "ok", "ok"), result)


# ---- from the path on --------------------------------------------------------------------------

class LoginTest(ProbeTest):
    def test_fault_116_all_is_well(self):
        """Every encoder, an old and a new server: up to the first event."""
        for version in ("1.8", "22"):
            for kind in KINDS:
                with self.subTest(version=version, kind=kind):
                    result, lines = self.lines(url(self.ajam(version), kind))
                    self.assert_code(result, cli.DONE)
                    status = {line["step"]: line["status"] for line in lines}
                    self.assertNotIn("failed", status.values(), result)
                    for step in ("port", "http", "path", "login", "version", "event"):
                        self.assertEqual(status.get(step), "ok", result)

    def test_fault_116_server_is_named(self):
        _, lines = self.lines(url(self.ajam("11")))
        server = next(line for line in lines if line["step"] == "http")
        self.assertEqual(server["server"], "Asterisk/11.25.3")

    def test_fault_116_wrong_secret(self):
        for kind in ("rawman", "mxml", *DIGEST):
            with self.subTest(kind=kind):
                where = url(self.ajam(), kind)
                wanted = row("secret", None, "login", cli.REFUSED,
                             ("manager.conf [crm]: ", "permit", "manager reload"),
                             "login refused for user crm", "пользователю crm во входе отказано")
                self.check(wanted, where, secret="not-that-one")

    def test_fault_116_short_sessions_warn(self):
        result, lines = self.lines(url(self.ajam(http_timeout=15)))
        path = next(line for line in lines if line["step"] == "path")
        self.assertEqual(path["status"], "warning", result)
        self.assertIn("ends after 15 s", path["text"])
        self.assertIn("httptimeout = 60", path["advice"][0])
        result, lines = self.lines(url(self.ajam(http_timeout=60)))
        path = next(line for line in lines if line["step"] == "path")
        self.assertEqual(path["status"], "ok", result)

    def test_fault_116_no_tls_warns(self):
        """Not on loopback: here it is a name that leads to it."""
        ajam = self.ajam(host="0.0.0.0")
        result, lines = self.lines(url(ajam, host="[::ffff:127.0.0.1]"))
        tls = next((line for line in lines if line["step"] == "tls"), None)
        self.assertIsNotNone(tls, result)
        self.assertEqual(tls["status"], "warning")
        self.assertTrue(any(HTTP_CONF + "tlsenable = yes" in a for a in tls["advice"]))

    def test_fault_116_secret_is_not_in_a_line(self):
        """No request line holds it, of whatever version."""
        for version in ("11", "22"):
            for kind in ("rawman", "arawman"):
                ajam = self.ajam(version)
                self.probe(url(ajam, kind))
                lines = re.findall(rb"^(?:GET|POST) [^\r\n]*", ajam.ledger.received(), re.M)
                self.assertTrue(lines)
                self.assertFalse([line for line in lines if SECRET.encode() in line])


if __name__ == "__main__":
    unittest.main()
