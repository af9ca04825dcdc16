#!/bin/sh
# build.sh [--tests] [linux-x64|win-x64|win-x86...] - the component for 1C as it is given
# to users, its libraries within it (deps.sh), stripped: build/onec/zvon_1c_VERSION_*.
# --tests: also what the tests need: the component with classes of their own, dial, and the
# hosts for Windows.
set -eu
cd "$(dirname "$0")/../.."
root=$(pwd)
out=build/onec

tests=false
if [ "${1:-}" = --tests ]; then
	tests=true
	shift
fi
[ $# -gt 0 ] || set -- linux-x64 win-x64 win-x86

version=$(sed -n "s/^\tversion: '\(.*\)',/\1/p" meson.build)

# configure TARGET: in $out/TARGET, anew when the libraries are others
configure() {
	libraries=$(tools/onec/deps.sh where "$1")
	machine=$out/$1.ini
	kind=--native-file
	cross=
	case $1 in
	win-*)
		kind=--cross-file
		cross="--cross-file cross/mingw-${1#win-}.ini"
		;;
	esac
	flags="'-ffunction-sections', '-fdata-sections'"
	links=
	if [ "$1" = linux-x64 ]; then
		flags="$flags, '-include', '$root/tools/onec/old-glibc.h'"
		# where threads were, before 2.34
		links="'-Wl,--no-as-needed', '-l:libpthread.so.0', '-l:libdl.so.2'"
	fi
	cat >"$machine.new" <<-END
		[properties]
		pkg_config_libdir = '$libraries/lib/pkgconfig'
		[built-in options]
		c_args = [$flags]
		c_link_args = [$links]
	END
	if [ -f "$out/$1/build.ninja" ] && cmp -s "$machine" "$machine.new"; then
		rm "$machine.new"
		meson configure "$out/$1" -Dtests=$tests
		return
	fi
	mv "$machine.new" "$machine"
	rm -rf "${out:?}/$1"
	# shellcheck disable=SC2086
	meson setup "$out/$1" $cross $kind "$machine" -Dcomponent=only -Dtests=$tests \
		-Ddebug=false -Doptimization=2 -Db_pie=false -Ddefault_library=static >"$out/$1.log" || {
		cat "$out/$1.log"
		return 1
	}
}

# What differs between the targets: the end of the name, the name of the tests, strip.
describe() {
	case $1 in
	linux-x64) echo 'lin64.so .so zvon-1c.so strip' ;;
	win-x64) echo 'win64.dll .dll zvon-1c-win64.dll x86_64-w64-mingw32-strip' ;;
	win-x86) echo 'win32.dll .dll zvon-1c-win32.dll i686-w64-mingw32-strip' ;;
	esac
}

# build TARGET END SUFFIX NAME STRIP
build() {
	configure "$1"
	ninja -C "$out/$1" "src/onec/zvon-1c$3"
	product=$out/zvon_1c_${version}_$2
	"$5" --strip-all -o "$product.new" "$out/$1/src/onec/zvon-1c$3"
	mv "$product.new" "$product"
	ln -sfn "$(basename "$product")" "$out/$4"
	tools/onec/check.py "$1" "$product"
}

build_tests() {
	case $1 in
	win-x64) what='x64 com-x64' ;;
	win-x86) what='x86 com-x86' ;;
	*)
		ninja -C "$out/$1" tests/onec/dial tests/onec/zvon-1c-echo.so
		cp "$out/$1/tests/onec/zvon-1c-echo.so" "$out/"
		return
		;;
	esac
	ninja -C "$out/$1" tests/onec/zvon-1c-echo.dll tests/onec/dial.exe
	cp "$out/$1/tests/onec/zvon-1c-echo.dll" "$out/$(echo "$4" | sed 's/1c-/1c-echo-/')"
	# shellcheck disable=SC2086
	tests/onec/host/build.sh "$out" $what
}

tools/onec/deps.sh make "$@"
mkdir -p "$out"
for target; do
	# shellcheck disable=SC2046
	build "$target" $(describe "$target")
	# shellcheck disable=SC2046
	! $tests || build_tests "$target" $(describe "$target")
done
