#!/bin/sh
# build.sh DIR [linux|x64|x86|com-x64|com-x86]... - makes the hosts for tests (README.md) in
# DIR; default: all.
# Windows: the loop by MinGW, the platform's interfaces by clang for Microsoft's C++ ABI, as a
# DLL that imports nothing: MinGW's g++ lays out tables of functions in another way.
# CC, CFLAGS, CXX, CXXFLAGS: of the Linux one (sanitizers).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
shift
[ $# -gt 0 ] || set -- linux x64 x86 com-x64 com-x86
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

common='host.c host_objects.c host_calls.c host_events.c order.c input.c object.c events.c
	memory.c values.c text.c'
warn='-Wall -Wextra -Werror -Wno-unused-parameter'

build_linux() {
	cd "$here"
	for part in native native_values; do
		# shellcheck disable=SC2086
		${CXX:-g++} -std=c++17 -O1 -g $warn ${CXXFLAGS:-} -c $part.cpp -o "$dir/$part.o"
	done
	# shellcheck disable=SC2086
	${CC:-gcc} -std=gnu11 -O1 -g $warn ${CFLAGS:-} $common system_posix.c "$dir/native.o" \
		"$dir/native_values.o" -o "$dir/host" -lstdc++ -lpthread -ldl -lm
	rm "$dir/native.o" "$dir/native_values.o"
}

# build_windows x64 x86_64-w64-mingw32 x86_64-pc-windows-msvc
build_windows() {
	cd "$here"
	for part in native native_values; do
		clang --target="$3" -std=c++17 -O1 -DFACE_IS_DLL -ffreestanding -fno-exceptions \
			-fno-rtti -fno-stack-protector -mno-stack-arg-probe \
			-fno-threadsafe-statics -Wall -Wextra -Werror -Wno-unused-parameter \
			-Wno-delete-non-abstract-non-virtual-dtor -c $part.cpp \
			-o "$dir/$part-$1.obj"
	done
	lld-link /nologo /dll /noentry /nodefaultlib "/out:$dir/face-$1.dll" \
		"/implib:$dir/face-$1.lib" "$dir/native-$1.obj" "$dir/native_values-$1.obj"
	# shellcheck disable=SC2086
	"$2-gcc" -std=gnu11 -O1 -g $warn -D__USE_MINGW_ANSI_STDIO=1 -static $common system_win.c \
		"$dir/face-$1.lib" -o "$dir/host-$1.exe" -lpthread -lntdll
	rm "$dir/native-$1.obj" "$dir/native_values-$1.obj" "$dir/face-$1.lib"
}

# build_com x64 x86_64-w64-mingw32: and the rig of its queue of events
build_com() {
	cd "$here"
	# shellcheck disable=SC2086
	"$2-gcc" -std=gnu11 -O1 -g $warn -D__USE_MINGW_ANSI_STDIO=1 -I../../../src -static \
		$common system_win.c com.c com_connection.c com_values.c \
		../../../src/onec/com_abi.c -o "$dir/host-com-$1.exe" \
		-lpthread -lntdll -lole32 -loleaut32 -luuid
	cd ../../../src
	"$2-gcc" -std=gnu11 -O1 -g -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused-parameter \
		-Wno-missing-field-initializers -I. -I../include -static \
		../tests/onec/com_events_rig.c onec/com_abi.c onec/com_events.c onec/com_module.c \
		onec/com_variant.c onec/text16.c onec/value.c onec/win/pin.c base/*.c \
		-o "$dir/com-events-$1.exe" -lole32 -loleaut32 -luser32
}

for abi; do
	case $abi in
	linux) build_linux ;;
	x64) build_windows x64 x86_64-w64-mingw32 x86_64-pc-windows-msvc ;;
	x86) build_windows x86 i686-w64-mingw32 i686-pc-windows-msvc ;;
	com-x64) build_com x64 x86_64-w64-mingw32 ;;
	com-x86) build_com x86 i686-w64-mingw32 ;;
	*) echo "build.sh: no such host: $abi" >&2; exit 2 ;;
	esac
done
