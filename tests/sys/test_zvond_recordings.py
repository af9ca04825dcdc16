"""Recordings over HTTP: whole, in ranges, as WAV, by links; and whatever names, files and disks
do."""

import atexit
import contextlib
import functools
import os
import re
import shutil
import socket
import stat
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from recordings_common import Shelf, gsm, recordings_config, wav
from zvond_common import ROOT, SLOW, TOKENS, Zvond, token_hash

IVANOV, BOSS, PETROV = (TOKENS[name] for name in ("ivanov", "boss", "petrov"))


@functools.lru_cache(None)
def otherwise():
    """hang.c, as LD_PRELOAD takes it."""
    folder = tempfile.mkdtemp(prefix="zvond-test-")
    atexit.register(shutil.rmtree, folder)
    library = Path(folder) / "hang.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", library,
                    str(ROOT / "tests/sys/hang.c"), "-ldl"], check=True)
    return str(library)


class RecordingsTest(unittest.TestCase):
    """A daemon and its shelf; ivanov hears his own, boss's role of config() his own too."""

    recordings, more, how = "", "", {}

    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        try:
            cls.z = cls.stack.enter_context(
                Zvond(recordings_config(recordings=cls.recordings, more=cls.more), **cls.how))
            cls.shelf = Shelf(cls.z)
        except BaseException:
            cls.stack.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def get(self, id_, path="", token=IVANOV, method="GET", **headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.z.ask(method, "/v1/recordings/%s%s" % (id_, path), token=token,
                          headers=fields)


class Whole(RecordingsTest):
    """What comes, and what it says of itself."""

    def test_wav_as_it_is(self):
        data = wav(20000)
        id_ = self.shelf.add("a.wav", data)
        answer = self.get(id_)
        self.assertEqual((answer.status, answer.body), (200, data))
        self.assertEqual(answer.headers["content-type"], "audio/wav")
        self.assertEqual(answer.headers["accept-ranges"], "bytes")
        self.assertEqual(answer.headers["content-length"], str(len(data)))
        self.assertEqual(answer.headers["content-disposition"],
                         "inline; filename=\"a.wav\"; filename*=UTF-8''a.wav")
        self.assertRegex(answer.headers["last-modified"], r"^\w{3}, \d\d \w{3} \d{4} .* GMT$")
        self.assertTrue(self.z.saw("audit: recording given user=ivanov id=%s bytes=%d of=%d"
                                   % (id_, len(data), len(data))), self.z.log[-5:])

    def test_head(self):
        id_ = self.shelf.add("head.wav", wav(500))
        answer = self.get(id_, method="HEAD", Range="bytes=0-1")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.headers["content-length"], "1044")

    def test_gsm_becomes_wav(self):
        """The length is known before; each range is what stands there in the whole."""
        id_ = self.shelf.add("2026/11/21/b.gsm", gsm(700))
        whole = self.get(id_)
        self.assertEqual(whole.headers["content-type"], "audio/wav")
        self.assertIn('filename="b.wav"', whole.headers["content-disposition"])
        self.assertEqual(len(whole.body), 44 + 700 * 320)
        self.assertEqual(struct.unpack("<I", whole.body[40:44])[0], 700 * 320)
        for first, last in ((0, 0), (40, 50), (44, 44), (79999, 80100), (150000, 224043),
                            (224043, 224043), (1, 224043)):
            part = self.get(id_, Range="bytes=%d-%d" % (first, last))
            self.assertEqual(part.status, 206)
            self.assertEqual(part.headers["content-range"], "bytes %d-%d/224044" % (first, last))
            self.assertEqual(part.body, whole.body[first:last + 1])
        as_it_is = self.get(id_, "?format=original&download=1")
        self.assertEqual(as_it_is.body, gsm(700))
        self.assertEqual(as_it_is.headers["content-type"], "audio/x-gsm")
        self.assertTrue(as_it_is.headers["content-disposition"].startswith("attachment; "))
        self.assertNotEqual(as_it_is.headers["etag"], whole.headers["etag"])

    def test_other_forms(self):
        for name, data, length, type_ in (
                ("c.ulaw", bytes(range(256)) * 2, 44 + 1024, "audio/wav"),
                ("c.sln16", bytes(512), 44 + 512, "audio/wav"),
                ("c.mp3", b"ID3" + bytes(500), 503, "audio/mpeg"),
                ("c.webm", bytes(99), 99, "audio/webm"),
                ("c.WAV", b"RIFF\0\0\0\0WAVEfmt " + struct.pack(
                    "<IHHIIHHHHIIII", 20, 0x31, 1, 8000, 1625, 65, 0, 2, 320, 0x74636166, 4, 640,
                    0x61746164) + struct.pack("<I", 130) + bytes(130), 44 + 1280, "audio/wav")):
            answer = self.get(self.shelf.add(name, data))
            self.assertEqual((answer.status, len(answer.body), answer.headers["content-type"]),
                             (200, length, type_), name)

    def test_known_already(self):
        id_ = self.shelf.add("known.wav", wav(400))
        first = self.get(id_)
        etag, date = first.headers["etag"], first.headers["last-modified"]
        for fields in ({"If_None_Match": etag}, {"If_None_Match": '"x", W/' + etag},
                       {"If_None_Match": "*"}, {"If_Modified_Since": date}):
            answer = self.get(id_, **fields)
            self.assertEqual((answer.status, answer.body), (304, b""), fields)
            self.assertEqual(answer.headers["etag"], etag)
        self.assertEqual(self.get(id_, If_None_Match='"x"', If_Modified_Since=date).status, 200)
        for condition, status in ((etag, 206), (date, 206), ('"x"', 200), ("W/" + etag, 200),
                                  ("Thu, 01 Jan 1970 00:00:00 GMT", 200)):
            answer = self.get(id_, Range="bytes=0-9", If_Range=condition)
            self.assertEqual(answer.status, status, condition)

    def test_name_in_russian(self):
        id_ = self.shelf.add("запись \"1\".wav", wav(400))
        self.assertEqual(self.get(id_).headers["content-disposition"],
                         "inline; filename=\"____________ _1_.wav\"; filename*=UTF-8''%D0%B7%D0%B0"
                         "%D0%BF%D0%B8%D1%81%D1%8C%20%221%22.wav")

    def test_arguments(self):
        id_ = self.shelf.add("args.wav", wav(400))
        for path in ("?format=mp3", "?download=2", "/peaks?buckets=0", "/peaks?buckets=4001"):
            answer = self.get(id_, path)
            self.assertEqual((answer.status, answer.error), (400, "bad_argument"), path)
        self.assertEqual(self.get(id_, method="POST").status, 405)

    def test_big_file_needs_no_memory(self):
        """What a client does not read stays on the disk."""
        path = self.shelf.put("big.wav", wav(100))
        os.truncate(path, 200 << 20)
        id_ = self.shelf.call("big.wav")
        before = self.z.resident_bytes()
        with socket.create_connection(("127.0.0.1", self.z.port)) as s:
            s.sendall(b"GET /v1/recordings/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                      b"Bearer %s\r\n\r\n" % (id_.encode(), IVANOV.encode()))
            self.assertTrue(s.recv(1000).startswith(b"HTTP/1.1 200 OK"))
            time.sleep(0.5)
            self.check_memory(before, 8 << 20)
        got = 0
        connection = self.z.connection(30)
        connection.request("GET", "/v1/recordings/" + id_, headers={
            "Authorization": "Bearer " + IVANOV})
        response = connection.getresponse()
        while piece := response.read(1 << 20):
            got += len(piece)
        connection.close()
        self.assertEqual(got, 200 << 20)
        self.check_memory(before, 16 << 20)

    def check_memory(self, before, most):
        """A sanitizer keeps what was freed: there it says nothing."""
        if "ASAN_OPTIONS" not in os.environ:
            self.assertLess(self.z.resident_bytes() - before, most)

    def test_connection_goes_on(self):
        id_ = self.shelf.add("keep.wav", wav(60000))
        connection = self.z.connection()
        for fields in ({}, {"Range": "bytes=5-9"}, {"Range": "bytes=0-1,5-6"}, {}):
            connection.request("GET", "/v1/recordings/" + id_,
                               headers={"Authorization": "Bearer " + IVANOV, **fields})
            response = connection.getresponse()
            self.assertIn(response.status, (200, 206))
            self.assertGreater(len(response.read()), 0)
        connection.close()

    def test_peaks(self):
        data = b"".join(struct.pack("<h", value) for value in [100, -100] * 400 + [9, -3000] * 400)
        id_ = self.shelf.add("p.sln", data)
        answer = self.get(id_, "/peaks?buckets=4").json
        self.assertEqual(answer, {"duration_ms": 200, "rate": 8000, "channels": 1, "buckets": 4,
                                  "low": [-100, -100, -3000, -3000], "high": [100, 100, 9, 9]})
        self.assertEqual(len(self.get(self.shelf.add("p.gsm", gsm(900)), "/peaks").json["low"]), 800)
        answer = self.get(self.shelf.add("p.mp3", bytes(99)), "/peaks")
        self.assertEqual((answer.status, answer.error), (415, "no_waveform"))


class Finding(RecordingsTest):
    """Where the file lies, by what the PBX told."""

    def test_places(self):
        name = "external-101-5551234-20240131-101500-1706688900.12.wav"
        for file, told in ((name, name), ("2024/01/31/" + name, name),
                           ("2026/11/21/x1.wav", "x1.wav"),
                           ("deep/x2.wav", "/var/spool/asterisk/monitor/deep/x2.wav"),
                           ("2026-11/21/in_x3.gsm", "2026-11/21/in_x3.gsm"),
                           ("2026/11/21/02/mikopbx-1.mp3",
                            "/storage/usbdisk1/mikopbx/astspool/monitor/2026/11/21/02/"
                            "mikopbx-1.mp3")):
            path = self.shelf.put(file, wav(len(file)))
            self.assertEqual(self.get(self.shelf.call(told), "?format=original").body,
                             wav(len(file)), file)
            path.unlink()

    def test_converted_later(self):
        """Another suffix than the PBX told; the one that it told goes before."""
        id_ = self.shelf.add("conv.mp3", b"ID3" + bytes(90), told="conv.wav")
        self.assertEqual(self.get(id_).headers["content-type"], "audio/mpeg")
        self.shelf.put("conv.wav", wav(100))
        self.assertEqual(self.get(id_).headers["content-type"], "audio/wav")

    def test_empty(self):
        """A WAV's head alone is no recording."""
        id_ = self.shelf.add("empty.wav", wav(0))
        answer = self.get(id_)
        self.assertEqual((answer.status, answer.error), (404, "no_file"))
        self.shelf.put("empty.wav", wav(1))
        self.assertEqual(self.get(id_).status, 200)


class Fault055(RecordingsTest):
    """Ranges; a file that changes while it is sent."""

    def test_fault_055_ranges(self):
        data = wav(500)
        id_ = self.shelf.add("r.wav", data)
        for value, status, wanted in (
                ("bytes=0-", 206, data), ("bytes=-1", 206, data[-1:]),
                ("bytes=10-19", 206, data[10:20]), ("bytes=1000-99999", 206, data[1000:]),
                ("bytes=-99999", 206, data), ("bytes=5-2", 200, data),
                ("bytes=1044-", 416, None), ("bytes=99999-999999", 416, None),
                ("bytes=-0", 416, None), ("lines=0-1", 200, data), ("bytes=x", 200, data),
                ("bytes=" + ",".join("%d-%d" % (i * 2, i * 2) for i in range(1000)), 200, data),
                ("bytes=" + ",".join("%d-%d" % (i * 2, i * 2) for i in range(9)), 200, data),
                ("bytes=0-5,3-9", 206, data[:10])):
            answer = self.get(id_, Range=value)
            self.assertEqual(answer.status, status, value[:40])
            if wanted is not None:
                self.assertEqual(answer.body, wanted, value[:40])
            else:
                self.assertEqual(answer.headers["content-range"], "bytes */1044")

    def test_fault_055_parts(self):
        data = wav(500)
        id_ = self.shelf.add("m.wav", data)
        for count in (2, 8):
            spans = [(i * 100, i * 100 + 9) for i in range(count)]
            answer = self.get(id_, Range="bytes=" + ",".join("%d-%d" % span for span in spans))
            boundary = re.match(r"multipart/byteranges; boundary=(\S+)$",
                                answer.headers["content-type"]).group(1)
            parts = answer.body.split(b"\r\n--" + boundary.encode())
            self.assertEqual((answer.status, parts[0], parts[-1]), (206, b"", b"--\r\n"))
            for part, (first, last) in zip(parts[1:-1], spans, strict=True):
                self.assertEqual(part, b"\r\nContent-Type: audio/wav\r\nContent-Range: bytes "
                                 b"%d-%d/1044\r\n\r\n" % (first, last) + data[first:last + 1])

    def begin(self, id_):
        """A download whose first bytes have come, and nothing more was read."""
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20000)
        s.settimeout(20 * SLOW)
        s.connect(("127.0.0.1", self.z.port))
        self.addCleanup(s.close)
        s.sendall(b"GET /v1/recordings/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                  b"%s\r\n\r\n" % (id_.encode(), IVANOV.encode()))
        first = s.recv(2000)
        self.assertTrue(first.startswith(b"HTTP/1.1 200 OK"), first)
        return s, first

    @staticmethod
    def finish(s, got):
        """The body, until the length that was told, or the end of the connection; both."""
        length = int(re.search(rb"Content-Length: (\d+)", got).group(1))
        got = bytearray(got[got.index(b"\r\n\r\n") + 4:])
        while len(got) < length:
            try:
                more = s.recv(1 << 16)
            except ConnectionResetError:
                break
            if not more:
                break
            got += more
        return bytes(got), length

    def test_fault_055_grows(self):
        """As long as it was when it was asked for; then more."""
        path = self.shelf.put("grows.wav", wav(3000000, told=0))
        id_ = self.shelf.call("grows.wav")
        s, first = self.begin(id_)
        with open(path, "ab") as file:
            file.write(b"\7" * 100000)
        got, length = self.finish(s, first)
        self.assertEqual(got, wav(3000000)[:44] + wav(3000000)[44:])
        self.assertEqual(length, 6000044)
        self.assertEqual(self.get(id_, method="HEAD").headers["content-length"], "6100044")

    def test_fault_055_shrinks(self):
        """The connection ends: nothing is made up."""
        data = wav(5000000)
        path = self.shelf.put("shrinks.wav", data)
        s, first = self.begin(self.shelf.call("shrinks.wav"))
        os.truncate(path, 1000)
        got, length = self.finish(s, first)
        self.assertLess(len(got), length)
        self.assertEqual(got, data[:len(got)])
        self.assertTrue(self.z.saw("cut short id="))

    def test_fault_055_vanishes(self):
        """What is open stays whole; the next one is told."""
        data = wav(3000000)
        path = self.shelf.put("vanishes.wav", data)
        id_ = self.shelf.call("vanishes.wav")
        s, first = self.begin(id_)
        path.unlink()
        self.assertEqual(self.finish(s, first)[0], data)
        self.assertEqual(self.get(id_).status, 404)

    def test_client_goes_away(self):
        """Nothing stays behind: descriptors as before."""
        self.shelf.put("away.wav", wav(3000000))
        id_ = self.shelf.call("away.wav")
        self.get(id_, method="HEAD")
        before = self.z.descriptors()
        for _ in range(20):
            self.begin(id_)[0].close()
        end = time.monotonic() + 10 * SLOW
        while self.z.descriptors() > before and time.monotonic() < end:
            time.sleep(0.02)
        self.assertLessEqual(self.z.descriptors(), before)


class Fault056(RecordingsTest):
    """Names that lead elsewhere."""

    def test_fault_056_paths(self):
        outside = self.z.folder / "outside"
        outside.mkdir()
        (outside / "secret.wav").write_bytes(wav(1000))
        rec = self.shelf.folder
        os.symlink(outside, rec / "link")
        os.symlink(outside / "secret.wav", rec / "linked.wav")
        os.symlink("/proc/self/root", rec / "magic")
        os.mkfifo(rec / "fifo.wav")
        os.mkdir(rec / "folder.wav")
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(str(rec / "socket.wav"))
        try:
            os.mknod(rec / "device.wav", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        except PermissionError:
            pass  # not root: there is no such file, which is refused too
        told = ["../../etc/passwd", "../outside/secret.wav", "link/secret.wav", "linked.wav",
                "%2e%2e/outside/secret.wav", "..%2foutside/secret.wav", "//outside/secret.wav",
                str(outside / "secret.wav"), str(rec / "../outside/secret.wav"),
                "/var/spool/asterisk/monitor/../../outside/secret.wav", "magic/etc/passwd",
                "/proc/self/" + "root/etc/passwd", "fifo.wav", "device.wav", "socket.wav",
                "folder.wav", ".", "..", "/", "a\nb.wav", "a\0b.wav", "/dev/zero", "/etc/passwd",
                "x" * 2000 + ".wav", "a/" * 600 + "b.wav", ""]
        for name in told:
            id_ = self.shelf.call(name)
            began = time.monotonic()
            answer = self.get(id_)
            took = time.monotonic() - began
            self.assertEqual((answer.status, answer.error), (404, "no_file"), name[:60])
            self.assertLess(took, 0.5 * SLOW, name[:60])

    def test_fault_056_in_the_path(self):
        """The client names ids, never files."""
        for path in ("../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a%00b", "..%5c..",
                     "x" * 65, "", "ABCDEF", "1.wav", "%0a"):
            status = self.z.get("/v1/recordings/" + path, token=BOSS).status
            self.assertIn(status, (400, 404, 429), path)
        self.assertFalse([line for line in self.z.log if "passwd" in line])

    def test_fault_056_fifo_is_quick(self):
        """Nobody writes into it, and nobody waits for that."""
        if not (self.shelf.folder / "quick.wav").exists():
            os.mkfifo(self.shelf.folder / "quick.wav")
        id_ = self.shelf.call("quick.wav")
        times = []
        for _ in range(10):
            began = time.monotonic()
            self.assertEqual(self.get(id_).status, 404)
            times.append(time.monotonic() - began)
        self.assertLess(sorted(times)[2], 0.01 * SLOW, times)


class Fault056OldKernel(Fault056):
    """The same where the kernel has no openat2; and what is good is found."""

    @classmethod
    def setUpClass(cls):
        cls.how = {"env": {"LD_PRELOAD": otherwise(), "ZVON_OLD_KERNEL": "1"}}
        super().setUpClass()

    def test_good(self):
        id_ = self.shelf.add("2026/11/21/old.wav", wav(400))
        self.assertEqual(self.get(id_).status, 200)


class Rights(RecordingsTest):
    """Whose recordings somebody may hear, and how far he may guess."""

    recordings = "misses = 5"
    more = ("[role group]\nmay = view\nsee = queues\nrecordings = queues\n"
            "[role all]\nmay = view\nsee = all\nrecordings = all\n"
            "[role none]\nmay = view\nsee = all\nrecordings = none\n")
    more += "".join("[user %s]\nrole = %s\ntoken = %s\nlines = 109\nqueues = sales\n"
                    % (name, name, token_hash(name)) for name in ("group", "all", "none"))

    def test_own(self):
        id_ = self.shelf.add("own.wav", wav(400), line="101")
        self.assertEqual(self.get(id_).status, 200)
        answer = self.get(id_, token=PETROV)
        self.assertEqual((answer.status, answer.error), (404, "not_found"))
        self.assertEqual(self.z.ask("GET", "/v1/recordings/" + id_).status, 401)

    def test_reach(self):
        """own, queues, all, none."""
        own = self.shelf.add("r1.wav", wav(400), line="109")
        queue = self.shelf.add("r2.wav", wav(400), line="102", queue="sales")
        other = self.shelf.add("r3.wav", wav(400), line="102", queue="support")
        for name, statuses in (("group", (200, 200, 404)), ("all", (200, 200, 200)),
                               ("none", (403, 403, 403))):
            self.assertEqual(tuple(self.get(id_, token=name).status
                                   for id_ in (own, queue, other)), statuses, name)

    def test_fault_071_guessing(self):
        """Ids have 128 bits of chance; who guesses is slowed, and logged in or not."""
        own = self.shelf.add("guess.wav", wav(400), line="102")
        ids = {self.shelf.call("guess.wav") for _ in range(3)}
        self.assertEqual(len(ids), 3)
        statuses = [self.get("%044x" % i, token=PETROV).status for i in range(8)]
        self.assertEqual(statuses[:5], [404] * 5)
        self.assertEqual(statuses[-1], 429)
        answer = self.get(own, token=PETROV)
        self.assertEqual((answer.status, answer.error), (429, "limit"))
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        mine = self.shelf.add("mine.wav", wav(400))
        self.assertEqual(self.get(mine).status, 200, "others at that address do not wait")
        end = time.monotonic() + 60
        while (answer := self.get(own, token=PETROV)).status == 429 and time.monotonic() < end:
            time.sleep(answer.json["error"]["retry_ms"] / 1000)
        self.assertEqual(answer.status, 200)


class Links(RecordingsTest):
    """They play without a login, until they expire."""

    recordings = "misses = 1000\nlink_s = 100"

    def link(self, id_, path="", token=IVANOV):
        return self.get(id_, "/link" + path, token=token, method="POST")

    def test_link(self):
        id_ = self.shelf.add("l.gsm", gsm(300))
        answer = self.link(id_)
        self.assertEqual((answer.status, answer.json["expires_s"]), (200, 100))
        url = answer.json["url"]
        self.assertTrue(url.startswith("/v1/recordings/%s?user=ivanov&until=" % id_), url)
        played = self.z.get(url)
        self.assertEqual((played.status, len(played.body)), (200, 44 + 300 * 320))
        self.assertEqual(self.z.get(url, headers={"Range": "bytes=44-45"}).status, 206)
        self.assertEqual(self.z.get(url + "&format=original").body, gsm(300))
        self.assertEqual(self.z.get(url.replace("?", "/peaks?")).status, 200)
        self.assertEqual(self.z.post(url.replace("?", "/link?")).status, 401)
        self.assertTrue(self.z.saw("by=link"))
        signature = url.partition("sig=")[2]
        self.assertFalse([line for line in self.z.log if signature in line])

    def test_changed(self):
        """No other recording, user, time."""
        id_ = self.shelf.add("m.wav", wav(400))
        other = self.shelf.add("n.wav", wav(400))
        url = self.link(id_).json["url"]
        until = re.search(r"until=(\d+)", url).group(1)
        for wrong in (url.replace(id_, other), url.replace("user=ivanov", "user=boss"),
                      url.replace(until, str(int(until) + 1)), url[:-1],
                      url[:-1] + ("0" if url[-1] != "0" else "1"), url.replace("sig=", "sig=0"),
                      re.sub("sig=.*", "sig=", url), re.sub("user=[a-z]*", "user=%0a", url),
                      re.sub("sig=.*", "sig=" + "g" * 64, url), re.sub("until=[0-9]*", "until=", url)):
            answer = self.z.get(wrong)
            self.assertEqual((answer.status, answer.error), (403, "link"), wrong)

    def test_expires(self):
        id_ = self.shelf.add("o.wav", wav(400))
        url = self.link(id_, "?seconds=1").json["url"]
        self.assertEqual(self.z.get(url).status, 200)
        time.sleep(2.1)
        self.assertEqual(self.z.get(url).status, 403)
        for seconds in ("0", "101", "x"):
            self.assertEqual(self.link(id_, "?seconds=" + seconds).status, 400)

    def test_guessing_and_expired(self):
        """Links that never were are guesses, of that address; one that has expired is none."""
        text = recordings_config(recordings="misses = 3")
        with Zvond(text) as z:
            shelf = Shelf(z)
            path = "/v1/recordings/" + shelf.add("g.wav", wav(400))
            old = z.post(path + "/link?seconds=1", token=IVANOV).json["url"]
            time.sleep(2.1)
            self.assertEqual([z.get(old).status for _ in range(8)], [403] * 8)
            bad = path + "?user=ivanov&until=9999999999&sig=" + "0" * 64
            self.assertEqual([z.get(bad).status for _ in range(5)], [403] * 4 + [429])
            self.assertEqual(z.get(path, token=IVANOV).status, 200)

    def test_not_his(self):
        id_ = self.shelf.add("q.wav", wav(400), line="102")
        self.assertEqual(self.link(id_).status, 404)
        self.assertEqual(self.link("%044x" % 1).status, 404)

    def test_after_restart_and_without_user(self):
        """The key stays; the right of whoever made it is looked at each time."""
        with Zvond(recordings_config()) as z:
            shelf = Shelf(z)
            id_ = shelf.add("s.wav", wav(400))
            url = z.post("/v1/recordings/%s/link" % id_, token=IVANOV).json["url"]
            z.restart()
            self.assertEqual(z.get(url).status, 200)
            self.assertEqual(stat.S_IMODE(os.stat(z.folder / "state/links").st_mode), 0o600)
            self.assertTrue(z.reload(recordings_config().replace("[user ivanov]",
                                                                 "[user sidorov]")))
            self.assertEqual(z.get(url).status, 403)
            self.assertTrue(z.reload(recordings_config(recordings="links = no")))
            self.assertEqual(z.get(url).status, 403)
            answer = z.post("/v1/recordings/%s/link" % id_, token=IVANOV)
            self.assertEqual((answer.status, answer.error), (403, "denied"))


class Real(unittest.TestCase):
    """What Asterisk 22 told of a recording, from its events to the sound."""

    def test_mixmonitor(self):
        capture = ROOT / "tests/wire/captures/22.10.1/recording-mixmonitor.ami"
        text = recordings_config(recordings="from = /var/spool/asterisk/monitor").replace(
            "demo = yes\ndemo_rate = 0\n", "replay = %s\nreplay_speed = 20\n" % capture)
        with Zvond(text) as z:
            shelf = Shelf(z)
            shelf.put("1795225359.227.wav", wav(800))
            calls = []
            end = time.monotonic() + 20 * SLOW
            while not calls and time.monotonic() < end:
                answer = z.get("/v1/history?recorded=1", token=IVANOV)
                calls = answer.json["calls"] if answer.status == 200 else []
                time.sleep(0.05)
            recordings = calls[0]["recordings"]
            self.assertEqual(recordings[0]["file"].rpartition("/")[2], "1795225359.227.wav")
            url = "/v1/recordings/" + recordings[0]["id"]
            self.assertEqual(z.get(url, token=IVANOV).body, wav(800))
            self.assertEqual(z.get(url, token=PETROV).status, 200)
            self.assertEqual(z.get(url, token=BOSS).status, 404)
            self.assertEqual(z.get("/v1/recordings/" + recordings[1]["id"], token=IVANOV).error,
                             "no_file")


class Off(unittest.TestCase):
    """Without a root, without a history."""

    def test_off(self):
        for text, code in ((recordings_config().replace("root =", ";root ="), "no_recordings"),
                           (recordings_config(more="[history]\nstore = no\n"), "no_history")):
            with Zvond(text) as z:
                answer = z.get("/v1/recordings/" + "0" * 44, token=IVANOV)
                self.assertEqual((answer.status, answer.error), (404, code))


class Fault104(unittest.TestCase):
    """A file server that does not answer."""

    def test_fault_104_hanging_disk(self):
        """503 after wait_ms, the loop goes on; more than all threads hang, the rest is refused;
        then it answers again."""
        with tempfile.TemporaryDirectory() as folder:
            sign = Path(folder) / "sign"
            sign.touch()
            with Zvond(recordings_config(recordings="wait_ms = 1000"),
                       env={"LD_PRELOAD": otherwise(), "ZVON_HANG": str(sign)}) as z:
                shelf = Shelf(z)
                slow = shelf.add("nfs.hang.wav", wav(400))
                good = shelf.add("good.wav", wav(400))
                path = "/v1/recordings/"
                began = time.monotonic()
                answer = z.get(path + slow, token=IVANOV)
                self.assertEqual((answer.status, answer.error), (503, "busy"))
                self.assertTrue(0.9 < time.monotonic() - began < 2.5 * SLOW)
                self.assertEqual(z.get(path + good, token=IVANOV).status, 200)
                waiting = []
                for _ in range(10):
                    c = z.connection()
                    c.request("GET", path + slow, headers={"Authorization": "Bearer " + IVANOV})
                    waiting.append(c)
                slowest = 0
                for _ in range(20):
                    began = time.monotonic()
                    self.assertEqual(z.get("/v1/me", token=IVANOV).status, 200)
                    slowest = max(slowest, time.monotonic() - began)
                self.assertLess(slowest, 0.2 * SLOW)
                self.assertEqual([c.getresponse().status for c in waiting], [503] * 10)
                for c in waiting:
                    c.close()
                self.assertTrue(z.saw("the file system does not answer"))
                self.assertGreaterEqual(z.metrics()["zvond_recordings_hung_total"], 8)
                self.assertEqual(z.get(path + good, token=IVANOV).status, 503)
                sign.unlink()
                end = time.monotonic() + 10 * SLOW
                while (z.get(path + slow, token=IVANOV).status != 200
                       and time.monotonic() < end):
                    time.sleep(0.05)
                self.assertEqual(z.get(path + slow, token=IVANOV).status, 200)

    def test_fault_104_stops_all_the_same(self):
        """SIGTERM while the disk hangs: it ends, and keeps what is to be kept."""
        with tempfile.TemporaryDirectory() as folder:
            sign = Path(folder) / "sign"
            sign.touch()
            with Zvond(recordings_config(recordings="wait_ms = 300"),
                       env={"LD_PRELOAD": otherwise(), "ZVON_HANG": str(sign),
                            "ASAN_OPTIONS": "detect_leaks=0"}) as z:
                shelf = Shelf(z)
                slow = shelf.add("nfs.hang.wav", wav(400))
                self.assertEqual(z.get("/v1/recordings/" + slow, token=IVANOV).status, 503)
                self.assertEqual(z.stop(10), 0)


if __name__ == "__main__":
    unittest.main()
