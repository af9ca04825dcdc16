"""The class Zvon of the component on real servers: the same script over ami and over ws (a
zvond with the token of a user), in the Linux host of tests/onec."""

import itertools
import json
import sys

from desk import A, B, C, D, DaemonTest
from lab import HERE, both_versions

_path = list(sys.path)
sys.path.insert(0, str(HERE.parent / "onec"))
import host as onec  # noqa: E402
sys.path[:] = _path

QUEUE = "support"
MAY_COME_LATER = ("line.state", "queue.state", "queue.member", "server.state",
                  "connection.state", "resync", "agent")


class Script:
    """An object of class Zvon, connected; its events are read as they come."""

    def __init__(self, url, user, secret, line="", asynchronous=False, **options):
        self.host = onec.Host()
        self.host.load()
        self.thing = self.host.new("Zvon", depth=1000)
        self.thing.taking("print")
        self.taken = []
        self.thing.set("ВремяОтвета", 15000)
        self.thing.set("Линия", line)
        for name, value in options.items():
            self.thing.call("УстановитьПараметр", name, value)
        self.thing.call("Подключить", url, user, secret)
        self.thing.set("Асинхронно", asynchronous)

    def all(self):
        """(name, data) of all events so far."""
        while not self.host.events.empty():
            _, source, name, data = self.host.events.get()
            assert source == "Zvon", (source, name)
            self.taken.append((name, data))
        return self.taken

    def events(self):
        """(name, what is told) so far, without packets."""
        return [(name, json.loads(data)) for name, data in self.all() if name != "packet"]

    def do(self, name, *arguments):
        """A command: its result."""
        return json.loads(self.thing.call(name, *arguments))

    def close(self):
        """Done is soon over, and all memory of the host was given back."""
        self.thing.done()
        self.thing.free()
        left = self.host.memory()
        self.host.quit()
        assert not any(left), left


@both_versions
class OnecZvon(DaemonTest):
    """A's desk; phones beside it. The boss of the daemon is the witness."""

    account = "zvond-more"
    more = {"notify_hold": "yes"}
    seconds = 60
    maxDiff = None

    def direct(self, **how):
        """Over AMI."""
        return self.keep(Script(
            "ami://%s:5038" % self.server.ip, self.account, "zvond-secret", context="internal",
            trunks="trunk,trunk1,trunk2", conference_context="internal", notify_hold=True,
            recordings="/var/spool/asterisk/monitor", **{"line": A, **how}))

    def by_daemon(self, **how):
        """Over zvond, as its user A, who may see more than his line: raw packets."""
        return self.keep(Script("ws://127.0.0.1:%d" % self.daemon.port, "", A,
                                **{"line": A, **how}))

    def told_to(self, script, name, **members):
        """Waits for an event; leg: its line."""
        def find():
            for event, data in script.events():
                flat = {**data, "leg": (data.get("leg") or {}).get("line")}
                if event == name and all(flat.get(k) == v for k, v in members.items()):
                    return data
            return None
        return self.until(find, "%s %s in %s" % (name, members, [n for n, _ in script.events()]))

    def good(self, result):
        self.assertTrue(result.get("ok"), result)
        return result

    # ---- one scene, by either connection -----------------------------------------------

    def pop(self, script):
        """C calls A: a card pops up, A answers, and hangs up from the card."""
        mine = self.phone(A, "ring")
        self.phone(C).call(A, self.server.ip)
        ring = self.told_to(script, "leg.ringing", leg=A)
        self.assertEqual((ring["from"]["number"], ring["leg"]["role"]), (C, "callee"))
        self.assertEqual(json.loads(script.thing.call("Звонки"))[0]["call"], ring["call"])
        mine.last().answer()
        self.told_to(script, "call.answered", call=ring["call"])
        self.good(script.do("Завершить", ring["call"]))
        end = self.told_to(script, "call.ended", call=ring["call"])
        self.assertEqual(end["result"], "answered")

    def click(self, script):
        """A calls B; hold, record, transfer to D."""
        mine = self.phone(A)
        mine.obeys = True
        self.phone(B), self.phone(D)
        made = self.good(script.do("Позвонить", B))
        call = made["call"]
        self.assertEqual((made["result"], made["side"]), ("answered", "far"))
        self.together(A, B)
        self.good(script.do("Удержать", call))
        self.told_to(script, "leg.held", leg=A, call=call)
        self.good(script.do("СнятьСУдержания", call))
        self.told_to(script, "leg.resumed", leg=A, call=call)
        file = self.good(script.do("Записать", call, "start"))["file"]
        self.assertEqual(json.loads(script.thing.call("Запись", call)), [file])
        self.good(script.do("Записать", call, "stop"))
        self.good(script.do("Перевести", call, D))
        self.told_to(script, "call.transferred", call=call, kind="blind", by=A)
        self.together(B, D)
        self.opened[-1].last().bye()
        self.told_to(script, "call.ended", call=call)
        kept = json.loads(script.thing.call("История", B))
        self.assertEqual([(one["call"], one["recordings"]) for one in kept], [(call, [file])])
        self.assertTrue(kept[0]["started"] < kept[0]["answered"] < kept[0]["ended"])

    def queue(self, script):
        """A joins a queue, pauses, leaves."""
        self.good(script.do("ВойтиВОчередь", QUEUE))
        self.good(script.do("ПриостановитьОчередь", True, QUEUE, "обед"))
        self.assertEqual(self.member(A).get("Paused"), "1")
        self.told_to(script, "queue.member", line=A, paused=True)
        self.good(script.do("ПокинутьОчередь", QUEUE))
        self.until(lambda: self.member(A) is None, "A has left")

    def raw(self, script):
        """What Asterisk lists, in each format."""
        answer = script.thing.call("Действие", "CoreShowChannels")
        self.assertTrue(answer.startswith("Response: Success\r\n"), answer)
        script.thing.set("Формат", "xml")
        self.assertIn("<generic response='Success'", script.thing.call("Действие",
                                                                         "CoreShowChannels"))
        script.thing.set("Формат", "json")
        found = json.loads(script.thing.call("Действие", "CoreShowChannels"))
        self.assertEqual(found["response"]["name"], "Success")

    def scene(self, script):
        """All of it; the events of calls, in their order, as (name, line of the leg)."""
        self.pop(script)
        self.until(self.is_idle, "idle")
        self.click(script)
        self.queue(script)
        self.raw(script)
        told = [(name, (data.get("leg") or {}).get("line"), data.get("result"))
                for name, data in script.events()
                if name not in MAY_COME_LATER and not name.startswith("command.")]
        return [one for many, group in itertools.groupby(told, lambda one: one[0] == "leg.ended")
                for one in (sorted(group) if many else group)]  # of two, either may be first

    def test_direct_and_by_daemon(self):
        """The same script gives the same events."""
        direct = self.scene(self.direct())
        self.until(self.is_idle, "idle")
        for phone in self.opened:
            phone.close()
        by_daemon = self.scene(self.by_daemon())
        self.assertEqual(direct, by_daemon)
        self.assertGreater(len(direct), 10)

    # ---- what only one of them has -------------------------------------------------------

    def test_asynchronous(self):
        """An id at once; the call by command.progress, the outcome by command.done."""
        self.phone(A), self.phone(B, 486)
        script = self.direct(asynchronous=True)
        number = script.thing.call("Позвонить", B)
        call = self.told_to(script, "command.progress", id=number)["call"]
        done = self.told_to(script, "command.done", id=number)
        self.assertEqual((done["call"], done["result"]), (call, "busy"))
        number = script.thing.call("Завершить", "1.2")
        failed = self.told_to(script, "command.failed", id=number)
        self.assertEqual(failed["error"]["code"], "not_found")

    def test_probe(self):
        """Who is there, and what the account may not do; over zvond, which servers it has."""
        script = self.direct()
        script.thing.call("Отключить")
        found = json.loads(script.thing.call("Проверить", "ami://%s" % self.server.ip,
                                             "zvond", "zvond-secret"))
        self.assertTrue(found["ok"], found)
        self.assertTrue(found["asterisk"].startswith(self.server.version + "."), found)
        self.assertEqual(found["missing"], ["MixMonitor", "MuteAudio"])
        found = json.loads(script.thing.call("Проверить", "ws://127.0.0.1:%d" % self.daemon.port,
                                             "", A))
        self.assertEqual([one["server"] for one in found["servers"]], ["lab"])

    def test_packets(self):
        """Only those that the filter lets pass; the legacy view shows Dial as 1.8 sent it."""
        self.phone(A), self.phone(B)
        script = self.direct()
        script.thing.set("Пакеты", True)
        script.thing.set("Вид", "legacy")
        script.thing.call("УстановитьФильтр", "", "Dial,Hangup")
        script.thing.call("УстановитьРегулярноеВыражение", "Dial.{1,}?%s|Hangup.{1,}?%s" % (B, B))
        call = self.good(script.do("Позвонить", B))["call"]
        self.good(script.do("Завершить", call))
        self.told_to(script, "call.ended", call=call)

        def packets():
            return [data for name, data in script.all() if name == "packet"]
        self.until(lambda: any("Event: Hangup" in one for one in packets()), "Hangup")
        self.assertTrue(any("SubEvent: Begin\r\n" in one for one in packets()), packets())
        self.assertTrue(all(one.startswith(("Event: Dial", "Event: Hangup"))
                            for one in packets()), packets())
        self.assertGreater(script.thing.get("Отфильтровано"), 0)
