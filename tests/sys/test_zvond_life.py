"""The life of zvond: start, stop, reload, restart; faults 087, 089, 090 and 091."""

import os
import re
import signal
import socket
import time
import unittest

from zvond_common import SLOW, TOKENS, Zvond, config
from pbx import Account, Pbx  # found by zvond_common


def office():
    return Pbx(accounts={"crm": Account("secret")})


class Stop(unittest.TestCase):
    def test_fault_087_sigterm(self):
        with Zvond(config()) as z:
            z.wait_synced()
            clients = [z.websocket(name) for name in ("ivanov", "petrov", "boss")]
            for client in clients:
                client.start()
            idle = socket.create_connection(("127.0.0.1", z.port))
            port, begin = z.port, time.monotonic()
            z.process.send_signal(signal.SIGTERM)
            refused = None
            while refused is None and time.monotonic() - begin < 3 * SLOW:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                except ConnectionError:
                    refused = time.monotonic() - begin
            closed = [client.socket.wait_closed() for client in clients]
            code = z.wait_end()
            took = time.monotonic() - begin
            idle.close()
            self.assertEqual(code, 0)
            self.assertLess(refused, 0.05 * SLOW + 0.05)
            self.assertLess(took, 3 * SLOW)
            for end in closed:
                self.assertEqual(end.code, 1001)
                self.assertRegex(end.reason, r"\d")
            print("stops accepting after %.0f ms, ends after %.0f ms"
                  % (refused * 1000, took * 1000))

    def test_who_does_not_answer_the_close_does_not_hold_it_up(self):
        with Zvond(config()) as z:
            client = z.websocket("boss")  # reads nothing any more
            begin = time.monotonic()
            self.assertEqual(z.stop(6), 0)
            self.assertLess(time.monotonic() - begin, 3 * SLOW)
            client.socket.drop()

    def test_a_command_that_is_waited_for_is_answered_or_closed(self):
        with Zvond(config()) as z:
            z.wait_synced()
            connection = z.connection()
            connection.request("GET", "/v1/events?after=%d&wait=30"
                               % z.get("/v1/state", token=TOKENS["boss"]).json["seq"],
                               headers={"Authorization": "Bearer " + TOKENS["boss"]})
            time.sleep(0.2)
            z.process.send_signal(signal.SIGTERM)
            self.assertEqual(connection.getresponse().status, 200)
            self.assertEqual(z.wait_end(), 0)


class Restart(unittest.TestCase):
    def test_numbers_and_tokens_go_on(self):
        with office() as pbx, Zvond(config(pbx=pbx, kept=True)) as z:
            z.wait_synced()
            token = z.post("/v1/login", {"user": "boss", "password": "demo"}).json["token"]
            before = z.get("/v1/state", token=token).json["seq"]
            stream = z.websocket("boss").hello["stream"]
            z.restart()
            z.wait_synced()
            answer = z.get("/v1/state", token=token)
            self.assertEqual(answer.status, 200, answer.body)
            self.assertGreater(answer.json["seq"], before)
            with z.websocket("boss") as client:
                self.assertEqual(client.hello["stream"], stream)
                client.say({"type": "resume", "seq": before, "stream": stream})
                first = client.wait(lambda m: m["type"] in ("resumed", "resync"))
                # what happened meanwhile nobody knows: the truth comes instead
                self.assertEqual((first["type"], first["reason"]), ("resync", "restart"))
                self.assertGreater(first["seq"], before)

    def test_after_kill_no_number_comes_twice(self):
        with office() as pbx, Zvond(config(pbx=pbx, kept=True)) as z:
            z.wait_synced()
            with z.websocket("boss") as client:
                stream = client.hello["stream"]
                before = client.start()["seq"]
            z.restart(kill=True)
            z.wait_synced()
            with z.websocket("boss") as client:
                self.assertEqual(client.hello["stream"], stream)
                client.say({"type": "resume", "seq": before, "stream": stream})
                first = client.wait(lambda m: m["type"] in ("resumed", "resync"))
                self.assertEqual(first["type"], "resync")
                self.assertGreater(first["seq"], before)


class Reload(unittest.TestCase):
    def test_fault_089_broken_configuration(self):
        with Zvond(config()) as z:
            with z.websocket("ivanov") as client:
                client.start()
                self.assertFalse(z.reload(z.text + "\n[user x]\nrole = nosuch\n"))
                self.assertTrue(z.saw("zvond.conf:"))
                line = next(l for l in z.log if "zvond.conf:" in l and "nosuch" in l)
                self.assertRegex(line, r"zvond\.conf:\d+: ")
                client.say({"type": "ping", "id": "1"})
                client.wait("pong")
                self.assertEqual(z.metrics()["zvond_reloads_failed_total"], 1)

    def test_users_change_without_dropping_the_others(self):
        with Zvond(config()) as z:
            ivanov, petrov = z.websocket("ivanov"), z.websocket("petrov")
            without = re.sub(r"\[user petrov\].*?(?=\[user)", "", z.text, flags=re.S)
            self.assertTrue(z.reload(without))
            self.assertEqual(petrov.socket.wait_closed().code, 1008)
            ivanov.say({"type": "ping", "id": "1"})
            ivanov.wait("pong")
            self.assertEqual(z.get("/v1/me", token=TOKENS["petrov"]).status, 401)
            ivanov.socket.drop()

    def test_listeners_come_and_go(self):
        with Zvond(config()) as z:
            kept = z.websocket("ivanov")
            second = "[listen second]\nbind = 127.0.0.1:0\n"
            self.assertTrue(z.reload(z.text.replace("[server", second + "[server", 1)))
            self.assertTrue(z.saw("listen=second"))
            url = next(l for l in z.log if "listen=second" in l)
            port = int(re.search(r":(\d+) listen=second", url).group(1))
            z.ports["second"] = port
            self.assertEqual(z.get("/v1/me", listen="second",
                                   token=TOKENS["ivanov"]).status, 200)
            through = z.websocket("petrov", listen="second")
            self.assertTrue(z.reload(z.text))
            with self.assertRaises(ConnectionError):
                socket.create_connection(("127.0.0.1", port), 2)
            for client in (kept, through):  # who came through it stays
                client.say({"type": "ping", "id": "1"})
                client.wait("pong")
                client.socket.drop()

    def test_a_server_is_added_and_taken_away(self):
        with office() as one, office() as two, Zvond(config(pbx=one)) as z:
            z.wait_synced()
            more = ("[server branch]\nurl = ami://crm@127.0.0.1:%d\n"
                    "secret_file = {folder}/secret\n" % two.port)
            with z.websocket("boss") as client:
                client.start()
                self.assertTrue(z.reload(z.text.replace("[role agent]", more + "[role agent]")))
                up = client.wait(lambda m: m.get("event") == "server.state"
                                 and m["server"] == "branch")
                self.assertEqual(up["state"], "up")
                self.assertTrue(z.reload(z.text))
                now = client.wait("resync")
                self.assertEqual([one["server"] for one in now["servers"]], ["office"])
            self.assertEqual(len(one.ledger.packets("Login")), 1)


class Degraded(unittest.TestCase):
    def test_fault_090_the_pbx_comes_later(self):
        with office() as pbx:
            port = pbx.port
        with Zvond(config().replace("demo = yes\ndemo_rate = 0\n",
                                    "url = ami://crm@127.0.0.1:%d\nsecret_file = "
                                    "{folder}/secret\n" % port)) as z:
            self.assertEqual(z.get("/readyz").status, 503)
            health = z.get("/healthz")
            self.assertEqual((health.status, health.json["ok"]), (200, False))
            self.assertTrue(health.json["degraded"])
            self.assertEqual(z.metrics()['zvond_server_up{server="office"}'], 0)
            with Pbx(accounts={"crm": Account("secret")}, port=port):
                begin = time.monotonic()
                while z.get("/readyz").status != 200:
                    self.assertLess(time.monotonic() - begin, 10 * SLOW)
                    time.sleep(0.05)
            print("up %.1f s after the PBX" % (time.monotonic() - begin))


if __name__ == "__main__":
    unittest.main()
