"""Who is it? Passwords, tokens, signed tokens; faults 076 to 079 and 081."""

import base64
import hashlib
import hmac
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from zvond_common import HASHES, PASSWORDS, SLOW, TOKENS, Zvond, config, ws
from pbx import Account, Pbx  # found by zvond_common


def login(z, user, password, source=None):
    """(status, seconds)"""
    connection = z.connection()
    if source:
        connection.source_address = (source, 0)
    begin = time.monotonic()
    connection.request("POST", "/v1/login", json.dumps({"user": user, "password": password}))
    response = connection.getresponse()
    body = response.read()
    took = time.monotonic() - begin
    connection.close()
    return response.status, took, body


class Passwords(unittest.TestCase):
    def test_fault_076_guessing(self):
        with Zvond(config()) as z:
            answers = [login(z, "ivanov", "wrong%d" % n) for n in range(12)]
            self.assertEqual([a[0] for a in answers[:4]], [401] * 4)
            self.assertIn(429, [a[0] for a in answers])
            refused = next(a for a in answers if a[0] == 429)
            self.assertLess(refused[1], 0.05 * SLOW)
            self.assertGreater(json.loads(refused[2])["error"]["retry_ms"], 0)
            # a colleague behind the same address, and the owner from another one, come in
            status, took, _ = login(z, "petrov", PASSWORDS["petrov"])
            self.assertEqual(status, 200)
            self.assertLess(took, 5 * SLOW)
            status, took, _ = login(z, "ivanov", PASSWORDS["ivanov"], source="127.0.0.9")
            self.assertEqual(status, 200)
            self.assertLess(took, 5 * SLOW)
            self.assertGreaterEqual(z.metrics()["zvond_logins_failed_total"], 4)

    def test_fault_076_a_thousand_tries(self):
        with Zvond(config()) as z:
            begin, cpu = time.monotonic(), z.cpu_seconds()
            for n in range(1000):
                login(z, "ivanov", "wrong")
            took = time.monotonic() - begin
            checked = z.metrics()["zvond_logins_failed_total"]
            print("1000 tries in %.1f s: %d were checked, %.2f s CPU"
                  % (took, checked, z.cpu_seconds() - cpu))
            self.assertLess(checked, 5 + took / 1.0)

    def test_fault_076_unknown_users_cost_the_same(self):
        with Zvond(config()) as z:
            known, unknown = [], []
            for n in range(12):
                # each from an address and for an account that are not slowed yet
                known.append(login(z, ("ivanov", "petrov", "boss", "viewer")[n % 4], "wrong",
                                   "127.0.1.%d" % (n + 1))[1])
                unknown.append(login(z, "nobody%d" % n, "wrong", "127.0.2.%d" % (n + 1))[1])
                z.get("/healthz")
            one, other = statistics.median(known), statistics.median(unknown)
            print("known %.1f ms, unknown %.1f ms" % (one * 1000, other * 1000))
            self.assertLess(abs(one - other), 0.1 * max(one, other) + 0.02 * SLOW)

    def test_fault_078_login_storm(self):
        with Zvond(config()) as z, z.websocket("boss") as client:
            got, lock = [], threading.Lock()

            def one(n):
                result = login(z, "nobody%d" % n, "wrong", "127.0.%d.%d" % (3 + n // 200,
                                                                           n % 200 + 1))
                with lock:
                    got.append(result[0])

            before = z.resident_bytes()
            most, slowest = before, 0.0
            threads = [threading.Thread(target=one, args=[n]) for n in range(200)]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                begin = time.monotonic()
                client.say({"type": "ping", "id": "x"})
                client.wait("pong")
                slowest = max(slowest, time.monotonic() - begin)
                most = max(most, z.resident_bytes())
                time.sleep(0.15)
            print("of 200 at once %d were checked, %d told to come back; %.0f MiB more; a ping "
                  "took %.0f ms at most" % (got.count(401), got.count(503),
                                            (most - before) / 2 ** 20, slowest * 1000))
            self.assertEqual(set(got), {401, 503})
            self.assertGreaterEqual(got.count(401), 60)
            self.assertLess(most - before, (2 * 64 + 24) * 2 ** 20 * SLOW)
            self.assertLess(slowest, 2.0 * SLOW)  # of which most is Python's

    def test_another_password_ends_session_tokens(self):
        """His own only; also those given before a restart."""
        text = config(kept=True)
        changed = text.replace(HASHES["demo"], HASHES["supervisor"], 1)
        self.assertNotEqual(text, changed)
        with Zvond(text) as z:
            ivanov, boss = (json.loads(login(z, user, PASSWORDS[user])[2])["token"]
                            for user in ("ivanov", "boss"))
            z.stop()
            z.start()
            for token in (ivanov, boss):
                self.assertEqual(z.get("/v1/me", token=token).status, 200)
            self.assertTrue(z.reload(changed))
            self.assertEqual(z.get("/v1/me", token=ivanov).status, 401)
            self.assertEqual(z.get("/v1/me", token=boss).status, 200)

    def test_first_message(self):
        # without a short login_timeout_ms: a loaded machine takes longer for a password
        with Zvond(config()) as z:
            own = {"origin": "http://127.0.0.1:%d" % z.port}
            for message in ({"type": "login", "user": "ivanov", "password": "demo"},
                            {"type": "login", "token": TOKENS["ivanov"]}):
                socket = z.open(**own)
                socket.send_text(json.dumps(message))
                self.assertEqual(json.loads(socket.recv())["type"], "hello")
                socket.drop()

    def test_first_message_wrong(self):
        with Zvond(config(listen="login_timeout_ms = 1000")) as z:
            own = {"origin": "http://127.0.0.1:%d" % z.port}
            for message in ('{"type":"login","user":"ivanov","password":"x"}', "{", "[]", "1",
                            '{"type":"start"}', '{"type":"login"}', '{"type":"login","token":1}',
                            '{"type":"login","token":"x"}'):
                with self.subTest(message=message):
                    socket = z.open(**own)
                    socket.send_text(message)
                    closed = socket.wait_closed()
                    self.assertEqual(closed.code, 1008)
                    self.assertTrue(closed.reason)
            socket = z.open(**own)
            self.assertEqual(socket.wait_closed(20).code, 1008)  # it said nothing

    def test_tokens_elsewhere(self):
        with Zvond(config()) as z:
            own = {"origin": "http://127.0.0.1:%d" % z.port}
            socket = z.open(protocol=["zvon.v1", "bearer." + TOKENS["ivanov"]], **own)
            self.assertEqual(socket.protocol, "zvon.v1")
            self.assertEqual(json.loads(socket.recv())["user"], "ivanov")
            socket.drop()
            socket = z.open(protocol=["zvon.v1", "bearer.wrong"], **own)
            self.assertEqual(socket.wait_closed().code, 1008)
            with self.assertRaises(ws.Refused) as refused:
                z.open(token="wrong", **own)
            self.assertEqual(refused.exception.status, 401)
            socket = z.open("/v1/events?token=" + TOKENS["ivanov"], **own)  # not allowed here
            socket.send_text('{"type":"start"}')
            self.assertEqual(socket.wait_closed().code, 1008)


# ---- signed tokens --------------------------------------------------------------------------


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(claims, head):
    return b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())


def hs256(claims, key, head=None):
    text = unsigned(claims, {"alg": "HS256", "typ": "JWT"} if head is None else head)
    return text + "." + b64(hmac.new(key, text.encode(), hashlib.sha256).digest())


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def rs256(claims, key_file, head=None):
    text = unsigned(claims, head or {"alg": "RS256"})
    return text + "." + b64(openssl("dgst", "-sha256", "-sign", key_file, data=text.encode()))


def raw_ecdsa(der):
    """The two numbers of a signature in DER, 32 bytes each."""
    def number(at):
        size = der[at + 1]
        return der[at + 2:at + 2 + size].lstrip(b"\0").rjust(32, b"\0"), at + 2 + size
    r, at = number(2)
    return r + number(at)[0]


def es256(claims, key_file):
    text = unsigned(claims, {"alg": "ES256"})
    return text + "." + b64(raw_ecdsa(openssl("dgst", "-sha256", "-sign", key_file,
                                              data=text.encode())))


SECRET = b"0123456789abcdef0123456789abcdef-key"


def jwt_config(algorithm):
    return config(general="jwt_algorithm = %s\njwt_key_file = {folder}/key\n"
                          "jwt_audience = zvon\njwt_issuer = crm\n" % algorithm)


def good(**more):
    now = int(time.time())
    claims = {"sub": "ivanov", "aud": "zvon", "iss": "crm", "exp": now + 300, "iat": now, **more}
    return {k: v for k, v in claims.items() if v is not None}


class Signed(unittest.TestCase):
    def status(self, z, token):
        return z.get("/v1/me", token=token).status

    def test_fault_077_hs256(self):
        now = int(time.time())
        with Zvond(jwt_config("HS256"), files={"key": SECRET.decode()}) as z:
            for claims in (good(), good(aud=["x", "zvon"]), good(exp=now - 50),
                           good(nbf=now + 50), good(iat=now + 50), good(exp=now + 10.5)):
                with self.subTest(claims=claims):
                    self.assertEqual(self.status(z, hs256(claims, SECRET)), 200)
            for claims in (good(exp=now - 61), good(exp=None), good(exp="soon"), good(exp=-1),
                           good(nbf=now + 65), good(iat=now + 65), good(aud="other"),
                           good(aud=None), good(iss="x"), good(iss=None), good(sub=None),
                           good(sub="nobody"), good(sub=""), good(sub=5), good(jti=7),
                           good(jti="x" * 500), good(sub="y" * 5000), good(exp=1e300)):
                with self.subTest(claims=str(claims)[:200]):
                    self.assertEqual(self.status(z, hs256(claims, SECRET)), 401)
            once = hs256(good(jti="one"), SECRET)
            self.assertEqual([self.status(z, once), self.status(z, once)], [200, 401])
            right = hs256(good(), SECRET)
            head, body, signature = right.split(".")
            for token in (hs256(good(), SECRET, {"alg": "none"}),
                          unsigned(good(), {"alg": "none"}) + ".",
                          hs256(good(), SECRET, {"alg": "hs256"}), hs256(good(), SECRET, {}),
                          hs256(good(), SECRET, {"alg": "HS256", "crit": ["exp"]}),
                          hs256(good(), SECRET, {"alg": "HS512"}), hs256(good(), b"x" * 36),
                          hs256(good(), b""), head + "." + body, head + "." + body + ".",
                          right + ".", right + "=", right[:-2], head + "." +
                          b64(json.dumps(good(sub="boss")).encode()) + "." + signature,
                          "." + body + "." + signature, right.replace(".", ".."),
                          "eyJ" + "A" * 9000 + ".." ):
                with self.subTest(token=token[:60]):
                    self.assertEqual(self.status(z, token), 401)
            for kid in ("../../../../dev/null", "/dev/null", "http://127.0.0.1:1/key"):
                with self.subTest(kid=kid):
                    token = hs256(good(), b"", {"alg": "HS256", "kid": kid, "jku": kid})
                    self.assertEqual(self.status(z, token), 401)
                    token = hs256(good(), SECRET, {"alg": "HS256", "kid": kid})
                    self.assertEqual(self.status(z, token), 200)  # kid is not looked at

    def with_keys(self, algorithm, *make):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        private = os.path.join(folder.name, "private.pem")
        Path(private).write_bytes(openssl(*make))
        public = openssl("pkey", "-in", private, "-pubout").decode()
        return private, public

    def test_fault_077_rs256_and_the_public_key_as_secret(self):
        private, public = self.with_keys("RS256", "genrsa", "2048")
        with Zvond(jwt_config("RS256"), files={"key": public}) as z:
            self.assertEqual(self.status(z, rs256(good(), private)), 200)
            for key in (public.encode(), public.strip().encode()):
                self.assertEqual(self.status(z, hs256(good(), key)), 401)
                self.assertEqual(self.status(z, hs256(good(), key, {"alg": "RS256"})), 401)
            other, _ = self.with_keys("RS256", "genrsa", "2048")
            self.assertEqual(self.status(z, rs256(good(), other)), 401)
            self.assertEqual(self.status(z, rs256(good(exp=1), private)), 401)
            for head in ({"alg": "none"}, {"alg": "None"}, {"alg": ""}, {"alg": None}, {},
                         {"alg": "RS512"}, {"alg": "PS256"}, {"alg": ["RS256"]}):
                self.assertEqual(self.status(z, unsigned(good(), head) + "."), 401)
                self.assertEqual(self.status(z, rs256(good(), private, head or {"a": 1})), 401)
            # a key that the token brings along is nobody's
            public = {"kty": "RSA", "n": "AQAB", "e": "AQAB"}
            for head in ({"alg": "RS256", "jwk": public}, {"alg": "RS256", "kid": "/dev/null"},
                         {"alg": "RS256", "x5u": "http://127.0.0.1:1/", "jku": "file:///x"}):
                self.assertEqual(self.status(z, rs256(good(), other, head)), 401)

    def test_fault_077_es256(self):
        private, public = self.with_keys("ES256", "ecparam", "-name", "prime256v1", "-genkey",
                                         "-noout")
        with Zvond(jwt_config("ES256"), files={"key": public}) as z:
            for _ in range(20):  # numbers with leading zeros among them, now and then
                token = es256(good(), private)
                self.assertEqual(self.status(z, token), 200)
            zero = token.rpartition(".")[0] + "." + b64(bytes(64))
            self.assertEqual(self.status(z, zero), 401)
            self.assertEqual(self.status(z, token.rpartition(".")[0] + "." + b64(b"x" * 63)), 401)
            self.assertEqual(self.status(z, hs256(good(), public.encode(), {"alg": "ES256"})), 401)
            self.assertEqual(self.status(z, hs256(good(), public.encode())), 401)


# ---- secrets --------------------------------------------------------------------------------


class Secrets(unittest.TestCase):
    def test_fault_081_nothing_of_them_is_seen(self):
        marks = {"pbx": "marker-of-the-pbx-7731", "password": "marker-password-5512",
                 "token": "marker-token-9914"}
        with Pbx(accounts={"crm": Account(marks["pbx"])}) as pbx:
            text = config(pbx=pbx, secret=marks["pbx"], general="log = trace", kept=True)
            with Zvond(text.replace("log = debug\n", "")) as z:
                z.wait_synced()
                login(z, "ivanov", marks["password"])
                login(z, marks["password"], "x")
                z.get("/v1/me", token=marks["token"])
                z.get("/v1/me?token=" + marks["token"])
                z.get("/" + marks["token"])
                for path in ("/v1/events?token=" + marks["token"], "/?token=" + marks["token"]):
                    try:
                        z.open(path, origin="http://127.0.0.1:%d" % z.port).drop()
                    except ws.Refused:
                        pass
                own = "http://127.0.0.1:%d" % z.port
                pair = base64.b64encode(("ivanov:" + marks["password"]).encode()).decode()
                z.get("/v1/me", headers={"Authorization": "Basic " + pair})
                z.get("/v1/me", headers={"Cookie": "token=" + marks["token"]})
                z.get("/v1/me", headers={"Authorization": "Digest " + marks["token"]})
                z.open(protocol=["zvon.v1", "bearer." + marks["token"]], origin=own).drop()
                for message in ({"type": "login", "user": "petrov", "password": marks["password"]},
                                {"type": "login", "token": marks["token"]},
                                {"type": "Login", "token": marks["token"]}):
                    with z.open(origin=own) as socket:
                        socket.send_text(json.dumps(message))
                        socket.wait_closed(10 * SLOW)
                z.post("/v1/login", '{"user":"a","password":"%s"' % marks["password"])
                z.get("/v1/me", token=hs256(good(), marks["token"].encode()))
                real = z.post("/v1/login", {"user": "ivanov", "password": "demo"}).json["token"]
                self.assertEqual(z.get("/v1/me", token=real).status, 200)
                time.sleep(1.5)  # tokens are written
                proc = Path("/proc/%d" % z.pid)
                seen = {
                    "log": "\n".join(z.log),
                    "metrics": z.get("/metrics").body.decode(),
                    "command line": proc.joinpath("cmdline").read_bytes().decode(),
                    "environment": proc.joinpath("environ").read_bytes().decode(),
                    "health": z.get("/healthz").body.decode(),
                    "users": z.get("/v1/users", token=TOKENS["boss"]).body.decode(),
                    "sessions": z.get("/v1/sessions", token=TOKENS["boss"]).body.decode(),
                }
                self.assertEqual(z.stop(), 0)
                for file in (z.folder / "state").iterdir():
                    seen[file.name] = file.read_text(encoding="utf-8", errors="replace")
                    self.assertEqual(file.stat().st_mode & 0o077, 0, file)
                seen["log"] = "\n".join(z.log)
            for where, text in seen.items():
                for mark in (*marks.values(), real, TOKENS["boss"], "$argon2id"):
                    if where == "log" and mark == marks["password"]:
                        # a user name that somebody typed is told, whatever it is
                        text = text.replace("user=" + mark, "")
                    self.assertNotIn(mark, text, where)


if __name__ == "__main__":
    unittest.main()
