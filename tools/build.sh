#!/bin/sh
# build.sh [DIR [-Doption=value...]] - builds into DIR (default: build), which is set up
# first if it is new, and links the products: DIR/zvon, DIR/zvond, DIR/libzvon.so,
# DIR/libzvon.a.
# The compiler is the one named by CC when DIR is set up; TARGETS of it are built, all by
# default.
set -eu
cd "$(dirname "$0")/.."
dir=${1:-build}
[ $# = 0 ] || shift

if [ ! -f "$dir/build.ninja" ]; then
	meson setup "$dir" "$@"
elif [ $# -gt 0 ] && [ "$*" != "$(cat "$dir/options" 2>/dev/null)" ]; then
	meson configure "$dir" "$@"
fi
[ $# = 0 ] || echo "$*" >"$dir/options"
# shellcheck disable=SC2086 # words
ninja -C "$dir" ${TARGETS:-}

link() {
	[ -e "$dir/$1/$2" ] || return 0
	ln -sfn "$1/$2" "$dir/$2"
}
link src/cli zvon
link src/zvond zvond
link src/client libzvon.so
link src/client libzvon.a
