# zvon's front door. Meson does the work; `make help` tells what there is.

DESTDIR  =
PREFIX   = /usr/local
ASTERISK =
PORT     =
LINE     = 100
CONTEXT  = from-internal
TIME     = 60
FUZZ     = 5
ONLY     =
export PORT LINE CONTEXT FUZZ

.DEFAULT_GOAL = help
.PHONY: help build programs component run test check bench asan fuzz format ladders shape man-lint install clean win packages-build packages-onec packages-test

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-18s %s\n", $$1, $$2 }'
	@echo 'Variables: ASTERISK=ami://user@host (run), PORT=N LINE=N CONTEXT=NAME (run), TIME=SECONDS for each fuzzer (fuzz),'
	@echo '  FUZZ=SECONDS for each fuzzer (test), ONLY=unit,wire suites (test), PREFIX=/usr/local DESTDIR= (install)'

build: programs component ## build/zvon, build/zvond, build/libzvon.so, build/libzvon.a, build/zvon-1c.zip

programs: packages-build ## the same without the component for 1C, which wants compilers for Windows
	@tools/build.sh build

component: packages-build packages-onec ## build/zvon-1c.zip: Windows 32 and 64 bit, Linux
	@tools/onec/build.sh
	@tools/onec/bundle.py

run: programs ## zvond and its page before a simulated office, until Ctrl-C; ASTERISK=ami://user@host: a real one
	@tools/run.sh $(ASTERISK)

test: packages-build packages-onec packages-test ## everything: checks, units, fuzzers, fakes and faults, sanitizers, two real Asterisk
	@python3 tests/run.py $(if $(ONLY),--only $(ONLY))

check: packages-build packages-test ## the quick part of the tests
	@python3 tests/run.py --only checks,runner,unit,calls --skip unit-asan,unit-tsan,calls-asan

bench: programs ## measures parser, library and zvond beside the simplest programs that do as much
	@ninja -C build $$(ninja -C build -t targets all | sed -n 's/^\(tests.bench.bench-[a-z-]*\):.*/\1/p')
	@python3 tests/bench/run.py build

win: packages-build packages-onec packages-test ## the component for Windows and its tests under Wine, 64 and 32 bit
	@python3 tests/run.py --only onec-win

asan: packages-build packages-test ## unit and system tests with address and undefined sanitizers, in build-asan
	@python3 tests/run.py --only unit-asan,wire-asan,ws-asan,calls-asan,sys-asan

fuzz: packages-build packages-test ## each fuzzer for TIME seconds, in build-fuzz
	@CC=clang TARGETS=fuzzers tools/build.sh build-fuzz -Dtests=true -Dfuzz=true -Db_lundef=false
	@tests/fuzz/run.sh $(TIME) build-fuzz

format: packages-test ## applies .clang-format
	@tools/format.sh

ladders: programs ## draws the charts of docs/ladders again
	@tools/ladders.py

shape: ## length of functions and files, share of comments: a mirror, not a gate
	@tools/shape.sh

man-lint: packages-test ## checks the manual pages
	@mandoc -T lint -W warning man/*.[1-9]

install: programs ## into $(DESTDIR)$(PREFIX), by default /usr/local
	@meson configure build -Dprefix=$(PREFIX)
	@DESTDIR=$(DESTDIR) meson install -C build

clean: ## removes build and build-*
	rm -rf build build-asan build-tsan build-fuzz

packages-build:
	@tools/install-packages.sh tools/debian-packages-build.txt

packages-onec:
	@tools/install-packages.sh tools/debian-packages-onec.txt

packages-test:
	@tools/install-packages.sh tools/debian-packages-test.txt
	@tools/install-npm.sh
