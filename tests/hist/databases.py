#!/usr/bin/env python3
"""Real databases for the tests: MariaDB and PostgreSQL of this system, started in folders of
their own, and SQLite with the same face.

    base = databases.get("mariadb")      # or "postgresql", "sqlite": started once a process,
                                         # stopped at its end
    url = base.fresh("calls")            # an empty database of that name -> URL with account
    base.secret, base.secret_file()      # … its password, which is not in the URL
    base.url("calls", user="reader")     # may only SELECT; the same password
    base.sql("CREATE TABLE …", "calls")  # by the server's own client, as administrator ->
                                         # rows as lists of texts
    for base in databases.every(): …     # sqlite, mariadb, postgresql

    with databases.MariaDB() as own: …   # one that may be killed: own.kill(), own.start()

    databases.py shell KIND              # starts one, prints its URL, waits for Enter

A first start makes a template below build/ (5 s); later ones copy it (1 s). No file is
synchronised to the disk: this is for tests. As root, the servers run as mysql and postgres.
"""

import atexit
import contextlib
import ctypes
import fcntl
import glob
import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(os.environ.get("ZVON_BUILD", ROOT / "build")) / "databases"
SLOW = float(os.environ.get("ZVON_SLOW", "1"))
START_SECONDS = 30 * SLOW
SECRET = "s3cret of\u00a0zvon'\"\\%"
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def plain_environment():
    """Without what would point clients at another server."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def send(pid, number):
    """A signal to a process that may be gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def states(pid):
    """Letters of proc(5), one for each of its threads; of what is gone X."""
    found = ""
    for path in glob.glob("/proc/%d/task/*/stat" % pid):
        with contextlib.suppress(OSError), open(path, encoding="ascii", errors="replace") as file:
            found += file.read().rpartition(")")[2].split()[0]
    return found or "X"


def is_alive(pid):
    """Not gone, and no zombie either, which holds nothing."""
    return not set(states(pid)) <= set("ZX")


def wait_while(condition, seconds=START_SECONDS):
    """Until it is so no more, or that time is over."""
    end = time.monotonic() + seconds
    while condition() and time.monotonic() < end:
        time.sleep(0.01)


class Server:
    """What both have in common: a folder, a process, a template."""

    kind = account = ""
    death = signal.SIGKILL

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="zvon-%s-" % self.kind))
        self.data = self.folder / "data"
        self.socket = self.folder / "run"
        self.port = free_port()
        self.process = None
        self.secret = SECRET
        self.options = []

    # ---- life ------------------------------------------------------------------------

    def as_user(self):
        """As root: the arguments of Popen that make it somebody else."""
        if os.getuid() != 0:
            return {}
        who = pwd.getpwnam(self.account)
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}

    def give(self, path):
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", "%s:" % self.account, path], check=True)

    def command(self, words, **more):
        """A command as the server's user, its output thrown away unless it fails."""
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=plain_environment(), cwd="/", **self.as_user(), **more)
        if done.returncode != 0:
            raise RuntimeError("%s: %s" % (words[0], done.stdout.decode(errors="replace")))

    def template(self):
        """The folder that is copied; made once."""
        path = TEMPLATES / self.kind
        TEMPLATES.mkdir(parents=True, exist_ok=True)
        with open(TEMPLATES / (self.kind + ".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            mark = path / "template-is-whole"
            version = self.version() + " " + str(Path(__file__).stat().st_mtime_ns)
            if not mark.exists() or mark.read_text() != version:
                shutil.rmtree(path, ignore_errors=True)
                self.make(self.data)
                shutil.copytree(self.data, path)
                mark.write_text(version)
                shutil.rmtree(self.data)
        return path

    def start(self):
        """Starts it, with the data that it had."""
        if not self.data.exists():
            os.chmod(self.folder, 0o755)
            self.socket.mkdir(exist_ok=True)
            self.give(self.socket)
            self.give(self.folder)
            shutil.copytree(self.template(), self.data)
            (self.data / "template-is-whole").unlink()
            os.chmod(self.data, 0o700)
            self.give(self.data)
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            self.daemon() + self.options, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=plain_environment(), cwd="/", preexec_fn=self.die_with_us, **self.as_user())
        log.close()
        self.wait()
        return self

    def die_with_us(self):
        os.setsid()
        LIBC.prctl(PR_SET_PDEATHSIG, self.death)

    def wait(self):
        end = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("%s did not start: %s" % (
                    self.kind, (self.folder / "log").read_text(errors="replace")[-3000:]))
            time.sleep(0.02)

    def kill(self):
        """At once and without a word, as a power cut: its children, too, which have groups of
        their own, and would hold its memory for a while."""
        if self.process:
            pids = self.freeze() if self.process.poll() is None else []
            for pid in pids:
                send(pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
            wait_while(lambda: any(map(is_alive, pids)))
        self.after_kill()

    def freeze(self):
        """SIGSTOP to all its processes, the parent first, that it has no more of them; their
        numbers, when they stand still."""
        parent = self.process.pid
        self.hold(parent)
        with open("/proc/%d/task/%d/children" % (parent, parent), encoding="ascii") as file:
            pids = [parent, *map(int, file.read().split())]
        for pid in pids[1:]:
            self.hold(pid)
        return pids

    @staticmethod
    def hold(pid):
        """SIGSTOP; a thread that is about to answer may do so before."""
        send(pid, signal.SIGSTOP)
        wait_while(lambda: not set(states(pid)) <= set("TZX"))

    def after_kill(self):
        pass

    def stop(self):
        """Ends it and removes everything."""
        if self.process:
            self.process.send_signal(self.gentle)
            try:
                self.process.wait(10 * SLOW)
            except subprocess.TimeoutExpired:
                pass
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self, *options):
        """A new process with these options, on the same data and port."""
        self.process.send_signal(self.gentle)
        self.process.wait(20 * SLOW)
        self.options = list(options)
        return self.start()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # ---- use -------------------------------------------------------------------------

    def secret_file(self):
        """A file with the password, as programs want it."""
        path = self.folder / "secret"
        if not path.exists():
            path.touch(0o600)
            path.write_text(self.secret + "\n", encoding="utf-8")
        return str(path)

    def fresh(self, name, **how):
        """An empty database of that name."""
        self.drop(name)
        self.create(name, **how)
        return self.url(name)


class MariaDB(Server):
    kind, account, scheme = "mariadb", "mysql", "mysql"
    gentle = signal.SIGTERM

    def version(self):
        return subprocess.run(["mariadbd", "--version"], check=True,
                              stdout=subprocess.PIPE).stdout.decode()

    def make(self, data):
        self.give(self.folder)
        self.command(["mariadb-install-db", "--no-defaults", "--datadir=%s" % data,
                      "--skip-test-db", "--auth-root-authentication-method=normal",
                      "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=0",
                      "--innodb-flush-method=nosync"])

    def daemon(self):
        return ["mariadbd", "--no-defaults", "--datadir=%s" % self.data,
                "--socket=%s" % (self.socket / "s"), "--pid-file=%s" % (self.socket / "pid"),
                "--bind-address=127.0.0.1", "--port=%d" % self.port, "--skip-name-resolve",
                "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=0",
                "--innodb-flush-method=nosync", "--innodb-buffer-pool-size=32M",
                "--performance-schema=OFF", "--skip-log-bin", "--tmpdir=%s" % self.socket]

    def is_ready(self):
        done = subprocess.run(self.client() + ["-e", "SELECT 1"], env=plain_environment(),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode == 0

    def client(self):
        return ["mariadb", "--no-defaults", "-uroot", "--socket=%s" % (self.socket / "s"),
                "--default-character-set=utf8mb4", "-N", "-B", "--raw"]

    def sql(self, text, database=""):
        done = subprocess.run(self.client() + ([database] if database else []),
                              input=text.encode(), env=plain_environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise RuntimeError("mariadb: " + done.stderr.decode(errors="replace"))
        return [line.split("\t") for line in done.stdout.decode(errors="replace").splitlines()]

    def start(self):
        is_new = not self.data.exists()
        super().start()
        if is_new:
            for user in ("zvon", "reader"):
                self.sql("CREATE OR REPLACE USER %s IDENTIFIED BY '%s'" % (
                    user, self.secret.replace("\\", "\\\\").replace("'", "\\'")))
        return self

    def drop(self, name):
        self.sql("DROP DATABASE IF EXISTS `%s`" % name)

    def create(self, name, charset="utf8mb4"):
        self.sql("CREATE DATABASE `%s` CHARACTER SET %s;"
                 "GRANT ALL ON `%s`.* TO zvon; GRANT SELECT ON `%s`.* TO reader"
                 % (name, charset, name, name))

    def url(self, name, user="zvon", tcp=False, words=""):
        if tcp:
            return "mysql://%s@127.0.0.1:%d/%s%s" % (user, self.port, name,
                                                     "?" + words if words else "")
        return "mysql://%s@/%s?socket=%s%s" % (user, name, quote(str(self.socket / "s")),
                                               "&" + words if words else "")


class PostgreSQL(Server):
    kind, account, scheme = "postgresql", "postgres", "postgresql"
    gentle = signal.SIGINT  # "fast"
    death = signal.SIGQUIT  # SIGKILL would leave its children

    @staticmethod
    def program(name):
        """Debian keeps those of the server in a folder of each version."""
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/" + name),
                       key=lambda path: float(path.split("/")[4]))
        return found[-1] if found else name

    def version(self):
        return subprocess.run([self.program("postgres"), "--version"], check=True,
                              stdout=subprocess.PIPE).stdout.decode()

    def make(self, data):
        self.give(self.folder)
        self.command([self.program("initdb"), "-D", str(data), "-N", "-E", "UTF8",
                      "--no-locale", "-U", "postgres", "--auth=trust"])
        (data / "pg_hba.conf").write_text(
            "local all postgres trust\nlocal all all scram-sha-256\n"
            "host all all 127.0.0.1/32 scram-sha-256\n")

    def daemon(self):
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port,
            "unix_socket_directories": self.socket, "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB",
            "max_connections": 40, "autovacuum": "off", "dynamic_shared_memory_type": "mmap",
            "max_wal_senders": 0, "wal_level": "minimal",
        }
        words = [self.program("postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            words += ["-c", "%s=%s" % (name, value)]
        return words

    def after_kill(self):
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def is_ready(self):
        done = subprocess.run(self.client() + ["-c", "SELECT 1"], env=plain_environment(),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode == 0

    def client(self, database="postgres"):
        return ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                "-U", "postgres", "-h", str(self.socket), "-p", str(self.port), database]

    def sql(self, text, database="postgres"):
        done = subprocess.run(self.client(database), input=text.encode(),
                              env=plain_environment(), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise RuntimeError("psql: " + done.stderr.decode(errors="replace"))
        return [line.split("\t") for line in done.stdout.decode(errors="replace").splitlines()]

    def start(self):
        is_new = not self.data.exists()
        super().start()
        if is_new:
            for user in ("zvon", "reader"):
                self.sql("CREATE ROLE %s LOGIN PASSWORD '%s'" % (
                    user, self.secret.replace("'", "''")))
        return self

    def drop(self, name):
        self.sql('DROP DATABASE IF EXISTS "%s" WITH (FORCE)' % name)

    def create(self, name, charset="UTF8"):
        self.sql('CREATE DATABASE "%s" OWNER zvon ENCODING \'%s\' TEMPLATE template0'
                 % (name, charset))
        self.sql("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader;"
                 "ALTER DEFAULT PRIVILEGES FOR ROLE zvon GRANT SELECT ON TABLES TO reader;"
                 "GRANT CREATE ON SCHEMA public TO zvon", name)

    def url(self, name, user="zvon", tcp=False, words=""):
        if tcp:
            return "postgresql://%s@127.0.0.1:%d/%s%s" % (user, self.port, name,
                                                          "?" + words if words else "")
        return "postgresql://%s@/%s?socket=%s&port=%d%s" % (
            user, name, quote(str(self.socket)), self.port, "&" + words if words else "")


class SQLite:
    kind, scheme, secret = "sqlite", "sqlite", None

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="zvon-sqlite-"))

    def start(self):
        return self

    def stop(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def path(self, name):
        return self.folder / (name + ".db")

    def url(self, name, user=None):
        return "sqlite:%s" % self.path(name)

    def fresh(self, name):
        for path in self.folder.glob(name + ".db*"):
            path.unlink()
        sqlite3.connect(self.path(name)).close()
        return self.url(name)

    def sql(self, text, database):
        """One statement with rows, or a script."""
        connection = sqlite3.connect(self.path(database), isolation_level=None)
        try:
            if ";" in text.strip().rstrip(";"):
                connection.executescript(text)
                return []
            return [["" if value is None else str(value) for value in row]
                    for row in connection.execute(text)]
        finally:
            connection.close()


KINDS = {"sqlite": SQLite, "mariadb": MariaDB, "postgresql": PostgreSQL}
running = {}


def get(kind):
    """The one of this process."""
    if kind not in running:
        base = KINDS[kind]()
        atexit.register(base.stop)
        running[kind] = base.start()
    return running[kind]


def every():
    return [get(kind) for kind in KINDS]


def main():
    if len(sys.argv) != 3 or sys.argv[1] != "shell" or sys.argv[2] not in KINDS:
        sys.exit(__doc__)
    with KINDS[sys.argv[2]]() as base:
        print(base.fresh("zvon"), "secret:", base.secret, flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
