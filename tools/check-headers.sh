#!/bin/sh
# check-headers.sh - each header compiles alone: the public ones as C11 and as C++11,
# with gcc and clang, those of src/ as C11; those for Windows alone (COM) with MinGW, if it
# is there. With --self-test it shows that it notices.
set -eu
cd "$(dirname "$0")/.."

warnings='-Wall -Wextra -Werror -pedantic'
inside='-Isrc -Iinclude -D_GNU_SOURCE'

mingw=x86_64-w64-mingw32-gcc

# alone "COMPILER AND OPTIONS" HEADER
alone() {
	# an include and a name of our own: an empty unit is an error by itself
	# shellcheck disable=SC2086 # words on purpose
	printf '#include "%s"\nextern int zv_alone;\n' "$2" | $1 -fsyntax-only - || {
		echo "check-headers: $2 does not compile alone with: $1"
		return 1
	}
}

check() {
	checked=0
	failed=0
	for header in include/zvon/*.h; do
		name=zvon/${header##*/}
		for compiler in "gcc -std=c11 -x c" "clang -std=c11 -x c" \
			"g++ -std=c++11 -x c++" "clang++ -std=c++11 -x c++"; do
			alone "$compiler $warnings -Iinclude" "$name" || failed=1
			checked=$((checked + 1))
		done
	done
	databases=$(pkg-config --cflags libpq libmariadb 2>/dev/null || true)
	for header in $(find src -name '*.h' | sed 's/^src.//'); do
		compiler=${CC:-cc}
		case $header in
		onec/com_*) compiler=$mingw ;;
		db/pgsql.h | db/maria.h) compiler="$compiler $databases" ;;
		esac
		command -v "${compiler%% *}" >/dev/null || continue
		alone "$compiler -std=gnu11 -Wall -Werror $inside -x c" "$header" || failed=1
		checked=$((checked + 1))
	done
	echo "check-headers: $checked compilations"
	[ $checked -gt 0 ] && [ $failed = 0 ]
}

self_test() {
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	wrong=0
	printf 'size_t f(void);\n' >"$tmp/needs.h"
	printf 'static inline void *f(void *p) { char *c = p; return c; }\n' >"$tmp/cast.h"
	printf 'static inline int g(void) { return 0; }\n' >"$tmp/good.h"
	if alone "gcc -std=c11 -x c -I$tmp" needs.h >/dev/null 2>&1; then wrong=1; fi
	if alone "g++ -std=c++11 -x c++ -I$tmp" cast.h >/dev/null 2>&1; then wrong=1; fi
	alone "g++ -std=c++11 -x c++ -I$tmp" good.h || wrong=1
	[ $wrong = 0 ] && echo "check-headers: each example judged as it should be"
}

case ${1:-} in
--self-test) self_test ;;
*) check ;;
esac
