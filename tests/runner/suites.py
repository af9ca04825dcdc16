"""The suites of the project, in the order they begin: one row each."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from work import (Counts, Step, Suite, by_closing_line, by_exit_code, by_tap, by_unittest,
                  distrust)

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "build" / "test-logs"
FUZZ_SECONDS = os.environ.get("FUZZ", "5")


# ---- builds ---------------------------------------------------------------------


def build(folder, compiler, *options):
    """Steps that build everything with -Werror (set in meson.build)."""
    def steps():
        return [Step(["tools/build.sh", folder, "-Dtests=true", *options], by_exit_code,
                     {"CC": compiler}, ROOT)]
    return steps


# ---- checks ---------------------------------------------------------------------


def checks():
    """One command, one test; those with --self-test show that the check can fail."""
    commands = (
        ["tools/check-includes.py"],
        ["tools/check-includes.py", "--self-test"],
        ["tools/check-purity.sh", "build"],
        ["tools/check-purity.sh", "--self-test"],
        ["tools/check-headers.sh"],
        ["tools/check-headers.sh", "--self-test"],
        ["tools/check-products.sh", "build"],
        ["tools/check-shell.sh"],
        ["tools/format.sh", "--check"],
    )
    return [Step([ROOT / command[0], *command[1:]], by_exit_code, {}, ROOT,
                 name=" ".join(command)) for command in commands]


# ---- programs of the build -------------------------------------------------------


def sanitizer(suite):
    """Environment of a sanitized program: an exit code of its own, findings to a file."""
    common = "exitcode=99:log_path=%s" % (LOGS / (suite + ".report"))
    return {
        "ZVON_SLOW": "3",
        "ASAN_OPTIONS": common + ":detect_leaks=1:detect_stack_use_after_return=1:"
                        "allocator_may_return_null=1",
        "UBSAN_OPTIONS": common + ":halt_on_error=1:print_stacktrace=1",
        "TSAN_OPTIONS": common + ":halt_on_error=0:second_deadlock_stack=1",
    }


def meson_tests(folder, wanted=lambda test: True, env=None):
    """Steps that run the test programs that Meson knows in that build folder."""
    def steps():
        told = subprocess.run(["meson", "introspect", "--tests", str(ROOT / folder)],
                              check=True, stdout=subprocess.PIPE).stdout
        found = []
        for test in json.loads(told):
            if wanted(test):
                count = by_tap if test["protocol"] == "tap" else by_exit_code
                found.append(Step(test["cmd"], count, {**test["env"], **(env or {})},
                                  test["workdir"] or ROOT / folder, name=test["name"]))
        return found
    return steps


def is_of_panel(test):
    """The transcripts of tests/panel."""
    return any(suite.endswith(":panel") for suite in test["suite"])


def is_not_of_panel(test):
    return not is_of_panel(test)


def is_threaded(test):
    """The tests that ThreadSanitizer is for."""
    return any(word in test["name"] for word in ("client", "fetch", "thread", "queue", "pipe",
                                              "onec_bridge", "onec_component", "onec_rom"))


def by_fuzzer(code, output):
    """One line per fuzzer: `fuzz_NAME: … nothing found` or `fuzz_NAME: … FOUND …`."""
    good = re.findall(r"^fuzz_\w+: .* nothing found$", output, re.M)
    bad = re.findall(r"^fuzz_\w+: .*\bFOUND\b", output, re.M)
    return distrust(Counts(len(good), len(bad), 0), code)


def fuzz():
    """Each fuzzer for a while."""
    return [Step(["tests/fuzz/run.sh", FUZZ_SECONDS, "build-fuzz"], by_fuzzer, {}, ROOT)]


# ---- Python ----------------------------------------------------------------------


def python_tests(where, folder="build", env=None, only=(), but=()):
    """Steps that run the test modules of a folder, or those of `only` (module or
    module.Class), and not those of `but`, against the program of that build."""
    def steps():
        program = {"ZVON": str(ROOT / folder / "zvon"), "ZVON_BUILD": str(ROOT / folder),
                   "PYTHONDONTWRITEBYTECODE": "1"}
        names = only or sorted({path.stem for path in (ROOT / where).glob("test_*.py")} - set(but))
        return [Step([sys.executable, "-m", "unittest", "-v", name], by_unittest,
                     {**program, **(env or {})}, ROOT / where, name=name) for name in names]
    return steps


def valgrind_script(program):
    """A script that runs the program under valgrind; its path."""
    script = LOGS / ("valgrind-" + program)
    script.write_text(
        "#!/bin/sh\nexec valgrind -q --error-exitcode=99 --leak-check=full "
        "--errors-for-leak-kinds=definite,indirect --log-file='%s.%%p' '%s' \"$@\"\n"
        % (LOGS / "valgrind.report", ROOT / "build" / program), encoding="utf-8")
    script.chmod(0o755)
    return str(script)


def under_valgrind():
    """A chosen part of the system tests, the programs replaced by such scripts."""
    LOGS.mkdir(parents=True, exist_ok=True)
    env = {"ZVON": valgrind_script("zvon"), "ZVOND": valgrind_script("zvond"),
           "ZVON_SLOW": "15"}
    return python_tests("tests/sys", env=env, only=VALGRIND_TESTS)()


# Not among them: what measures CPU or memory, what looks at /proc (valgrind is in the way),
# and what mostly waits.
VALGRIND_TESTS = (
    "test_error_table.ErrorTableTest", "test_faults_connection.BootingTest",
    "test_faults_connection.LifeCycleTest", "test_faults_injection.FromThePbxTest",
    "test_faults_answers.ListTest", "test_faults_answers.CommandTest",
    "test_faults_stream.StrangeTest", "test_faults_stream.HugeTest",
    "test_faults_stream.PiecesTest", "test_calls.WrongTest",
    "test_zvond_life", "test_zvond_panel",
)


def web():
    """The page in Chromium and the examples, one Node for each file, the longest first;
    TAP counts them."""
    program = {"ZVON": str(ROOT / "build/zvon"), "ZVON_BUILD": str(ROOT / "build")}
    return [Step(["node", "--test-reporter=tap", path], by_tap, program, ROOT,
                 name=path.name) for path in sorted((ROOT / "tests/web").glob("*.test.mjs"),
                                                    key=lambda path: -path.stat().st_size)]


def asterisk(part):
    """The live tests; they start and stop the servers themselves."""
    return lambda: [Step([sys.executable, ROOT / "tests/asterisk/run.py", "--part", part],
                         by_closing_line,
                         {"ZVON": str(ROOT / "build/zvon"), "ZVON_BUILD": str(ROOT / "build")},
                         ROOT)]


# ---- the component for 1C ------------------------------------------------------------

ONEC_TARGETS = ("linux-x64", "win-x64", "win-x86")

# What looks at the component as it is given to users, and at that for Windows …
ONEC_PRODUCTS = ("test_bundle", "test_com", "test_com_life", "test_reach", "test_windows")
# … and what must be the same everywhere. (Fault 125.)
ONEC_ALIKE = ("test_talks", "test_native")
ONEC_EVERYWHERE = {"ZVON_ONEC_ABIS": "linux x64 x86 com-x64 com-x86", "ZVON_ONEC_PRODUCT": "1"}


def onec_build():
    """Each file is looked at by tools/onec/check.py when it is built."""
    commands = (["tools/onec/build.sh", "--tests", *ONEC_TARGETS], ["tools/onec/bundle.py"])
    return [Step([ROOT / command[0], *command[1:]], by_exit_code, {}, ROOT,
                 name=" ".join(command)) for command in commands]


SUITES = (
    # the download goes on beside everything else
    Suite("asterisk-lab", "Asterisk 16 and 22 into folders of their own",
          lambda: [Step([ROOT / "tests/asterisk/lab.sh", "install", "all"], by_exit_code)],
          900, weight=0, files=("tests/asterisk/lab.sh",)),
    Suite("build", "gcc, -Werror", build("build", "gcc"), 600,
          tools=("gcc", "meson", "ninja")),
    Suite("onec-libs", "static libraries for the component, on three systems",
          lambda: [Step([ROOT / "tools/onec/deps.sh", "make", *ONEC_TARGETS], by_exit_code)],
          1500, tools=("cmake", "x86_64-w64-mingw32-gcc-posix", "i686-w64-mingw32-gcc-posix")),
    # the download goes on beside everything else
    Suite("onec-wine", "wine64, and wine32 in a tree of its own",
          lambda: [Step([ROOT / "tools/onec/wine.sh", "install", "all"], by_exit_code)],
          900, weight=0, tools=("wine", "debootstrap")),
    Suite("onec-build", "the component as it is given to users, and the bundle", onec_build, 600,
          after=("onec-libs",), tools=("clang", "lld-link")),
    # it mostly waits: for Wine to start, and for what may take a second
    Suite("onec-win", "the component for Windows under Wine, 64 and 32 bit, and for Linux",
          python_tests("tests/onec", env=ONEC_EVERYWHERE, only=ONEC_PRODUCTS + ONEC_ALIKE), 900,
          after=("onec-build", "onec-wine", "build"), weight=0, jobs=2,
          tools=("wine", "openssl")),
    Suite("build-asan", "clang, -Werror, address and undefined sanitizers",
          build("build-asan", "clang", "-Db_sanitize=address,undefined", "-Db_lundef=false"),
          600, tools=("clang",)),
    Suite("build-tsan", "clang, -Werror, thread sanitizer",
          build("build-tsan", "clang", "-Db_sanitize=thread", "-Db_lundef=false"),
          600, tools=("clang",)),
    Suite("build-fuzz", "clang, -Werror, libFuzzer",
          build("build-fuzz", "clang", "-Dfuzz=true", "-Db_lundef=false"),
          600, tools=("clang",)),
    Suite("checks", "layers, purity, headers, exported names, hardening, format",
          checks, 300,
          after=("build",), tools=("gcc", "g++", "clang", "nm", "shellcheck", "clang-format-14")),
    Suite("asterisk-waits", "what two real Asterisk do in a minute of silence",
          asterisk("waits"), 480, after=("asterisk-lab", "build"), weight=0,
          files=("tests/asterisk/run.py",)),
    Suite("runner", "the counting of this runner", python_tests("tests/runner"), 30),
    Suite("unit", "unit tests", meson_tests("build", is_not_of_panel), 600, after=("build",),
          jobs=2),
    Suite("unit-asan", "unit tests with sanitizers",
          meson_tests("build-asan", is_not_of_panel, sanitizer("unit-asan")), 600,
          after=("build-asan",), jobs=2, reports=True),
    Suite("panel", "transcripts of panels and of zvon.v1", meson_tests("build", is_of_panel),
          120, after=("build",)),
    Suite("panel-asan", "the same with sanitizers",
          meson_tests("build-asan", is_of_panel, sanitizer("panel-asan")), 240,
          after=("build-asan",), reports=True),
    Suite("unit-tsan", "the library's threads under ThreadSanitizer",
          meson_tests("build-tsan", is_threaded, sanitizer("unit-tsan")), 600,
          after=("build-tsan",), reports=True),
    Suite("fuzz", "each fuzzer for %s s" % FUZZ_SECONDS, fuzz, 600, after=("build-fuzz",),
          files=("tests/fuzz/run.sh",)),
    Suite("fakes", "the fake servers of the tests", python_tests("tests/fake"), 120,
          tools=("openssl",)),
    Suite("wire", "captures through zvon parse", python_tests("tests/wire"), 600,
          after=("build",), jobs=2),
    Suite("ws", "WebSocket and HTTP codecs over sockets, beside Python's and node's",
          python_tests("tests/ws"), 120, after=("build",), tools=("node",)),
    Suite("ws-asan", "the same with sanitizers",
          python_tests("tests/ws", "build-asan", {**sanitizer("ws-asan"), "ZVON_SLOW": "5"}), 240,
          after=("build-asan",), tools=("node",), reports=True),
    Suite("calls", "recorded scenes as calls, and what faults make of them",
          python_tests("tests/calls"), 240, after=("build",), jobs=2),
    Suite("calls-asan", "the same with sanitizers",
          python_tests("tests/calls", "build-asan", sanitizer("calls-asan")), 480,
          after=("build-asan",), jobs=2, reports=True),
    Suite("hist", "call history: the three databases, set-ups, scenes",
          python_tests("tests/hist"), 600, after=("build",), jobs=2,
          tools=("mariadbd", "psql", "openssl")),
    Suite("hist-asan", "the databases with sanitizers",
          python_tests("tests/hist", "build-asan", {**sanitizer("hist-asan"), "ZVON_SLOW": "5"},
                       ("test_db", "test_db_faults")), 300,
          after=("build-asan",), jobs=2, tools=("mariadbd", "psql", "openssl"), reports=True),
    Suite("hist-tsan", "a database interrupted from another thread, under ThreadSanitizer",
          python_tests("tests/hist", "build-tsan", {**sanitizer("hist-tsan"), "ZVON_SLOW": "5"},
                       ("test_db.Conformance",)), 180,
          after=("build-tsan",), tools=("mariadbd", "psql"), reports=True),
    Suite("legacy", "the legacy view of 16 and 22 beside Asterisk 11", python_tests("tests/legacy"),
          240, after=("build",)),
    Suite("onec", "the component before a host of our own: Native API, talks, faults",
          python_tests("tests/onec", env={"ZVON_ONEC_ABIS": "linux"}, but=ONEC_PRODUCTS), 900,
          after=("build",), jobs=2, tools=("g++",)),
    Suite("onec-asan", "the same with sanitizers",
          python_tests("tests/onec", "build-asan",
                       {**sanitizer("onec-asan"), "ZVON_ONEC_ABIS": "linux"}, ONEC_ALIKE), 480,
          after=("build-asan",), jobs=2, reports=True),
    Suite("onec-tsan", "the component's threads before a host, under ThreadSanitizer",
          python_tests("tests/onec", "build-tsan",
                       {**sanitizer("onec-tsan"), "ZVON_ONEC_ABIS": "linux", "ZVON_SLOW": "5"},
                       ("test_native.Life", "test_native.Events", "test_talks.Talks")), 480,
          after=("build-tsan",), jobs=2, reports=True),
    Suite("sys", "zvon against fakes and faults", python_tests("tests/sys"), 900,
          after=("build",), jobs=5, tools=("openssl", "mariadbd", "psql")),
    Suite("sys-asan", "the same with sanitizers",
          python_tests("tests/sys", "build-asan", sanitizer("sys-asan"),
                       but=("test_faults_clock", "test_zvond_failures",
                            "test_zvond_history_clock", "test_zvond_kills")), 900,
          after=("build-asan",), jobs=4, tools=("openssl", "mariadbd", "psql"), reports=True),
    Suite("sys-tsan", "zvond's threads under ThreadSanitizer",
          python_tests("tests/sys", "build-tsan", {**sanitizer("sys-tsan"), "ZVON_SLOW": "5"},
                       ("test_zvond_life.Stop", "test_zvond_life.Restart", "test_zvond_troubles",
                        "test_zvond_recordings.Fault055", "test_zvond_recordings.Fault104",
                        "test_zvond_history_http.LargeTest")),
          120, after=("build-tsan",), jobs=2, reports=True),
    Suite("wire-asan", "captures with sanitizers",
          python_tests("tests/wire", "build-asan", sanitizer("wire-asan")), 600,
          after=("build-asan",), jobs=2, reports=True),
    Suite("valgrind", "a part of the system tests under valgrind", under_valgrind, 600,
          after=("build",), jobs=3, tools=("valgrind",), reports=True),
    Suite("web", "the page in Chromium, zvon.js, the examples of the protocol", web, 600,
          after=("build",), jobs=2, tools=("node", "chromium", "curl"),
          files=("tests/npm/node_modules/.installed",)),
    Suite("docs", "manuals, links, tables, examples", python_tests("tests/docs"), 180,
          after=("build",), tools=("mandoc", "bash", "zsh", "fish")),
    Suite("docs-tsan", "the examples under ThreadSanitizer",
          python_tests("tests/docs", "build-tsan", sanitizer("docs-tsan"),
                       ("test_examples.Examples", "test_examples.Readme")),
          180, after=("build-tsan",), reports=True),
    # alone: the servers must get their processor when they emit at their maximum
    Suite("asterisk", "zvon, zvond and two real Asterisk", asterisk("works"), 720,
          after=("asterisk-lab", "build", "asterisk-waits"), needs_success=False, weight=2,
          files=("tests/asterisk/run.py",)),
)
