#!/bin/sh
# build_com_test.sh DIR - makes DIR/onec-com-test-{x64,x86}.dll: the COM face and the core with
# the classes of test_classes.c, without any library but Windows' own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)

warn='-Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wshadow
	-Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-format -Werror'
core='arguments ask bridge call class component queue text16 value win/pin'
com='abi clsid events factory host language module object register variant'
io='clock win/clock win/cond win/thread win/wait'
base=$(cd "$root/src/base" && echo ./*.c)
rc='onec-com-test.rc'

list() {
	for name in $core; do
		echo "src/onec/$name.c"
	done
	for name in $com; do
		echo "src/onec/com_$name.c"
	done
	for name in $io; do
		[ ! -e "src/io/$name.c" ] || echo "src/io/$name.c"
	done
	for name in $base; do
		echo "src/base/$name"
	done
	[ ! -e src/onec/win/thread.c ] || echo src/onec/win/thread.c
	echo tests/onec/test_classes.c tests/onec/com_test_clsids.c
}

# build x64 x86_64-w64-mingw32
build() {
	sed -e 's/^\(\t100 \).*/\1"ZvonEcho|ZvonEchoFalse"/' src/onec/zvon-1c.rc >"$dir/$rc"
	"$2-windres" '-DZVON_RC_VERSION=0,1,0,0' '-DZVON_RC_VERSION_TEXT=\"0.1.0\"' \
		"$dir/$rc" "$dir/rc-$1.o"
	grep -v 'Class\(Names\|Object\)$\|Destroy\|Set\|GetAttach' src/onec/zvon-1c.def \
		>"$dir/test.def"
	# shellcheck disable=SC2046,SC2086
	"$2-gcc" -std=gnu11 -O2 -g -D_GNU_SOURCE -fvisibility=hidden $warn -Isrc -Iinclude \
		-shared -static -Wl,--enable-stdcall-fixup $(list) "$dir/rc-$1.o" \
		"$dir/test.def" -o "$dir/onec-com-test-$1.dll" \
		-lpthread -lws2_32 -lole32 -loleaut32 -ladvapi32 -luser32
	rm -f "$dir/rc-$1.o" "$dir/$rc" "$dir/test.def"
}

cd "$root"
build x64 x86_64-w64-mingw32
build x86 i686-w64-mingw32
