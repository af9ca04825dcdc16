#!/usr/bin/env bash
# wine.sh - Windows for the tests: 64-bit programs under the system's wine64, 32-bit ones
# under wine32 in a Debian tree of its own (its 32-bit libraries would not fit beside newer
# 64-bit ones of the machine).
#
#   wine.sh install x64|x86|all           once; x86 needs root or sudo
#   wine.sh run     x64|x86 PROGRAM [ARGUMENT...]
#   wine.sh remove  x64|x86|all
#
# Paths are those of this machine: Z:\home\me\zvon\… under both. What is mounted for the tree
# is mounted in a namespace of the program's own and goes with it. All is kept in
# ~/.cache/zvon/wine and ~/.cache/zvon/wine32, or below $ZVON_WINE.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${ZVON_WINE:-${XDG_CACHE_HOME:-$HOME/.cache}/zvon}
PREFIX=$CACHE/wine
TREE=$CACHE/wine32
SUITE=bookworm
export LC_ALL=C.UTF-8 WINEDEBUG=${WINEDEBUG:--all}
# neither .NET nor a browser are asked for when a prefix is made
export WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-mscoree,mshtml=}

say() {
	printf 'wine: %s\n' "$*" >&2
}

die() {
	printf 'wine: %s\n' "$*" >&2
	exit 1
}

usage() {
	sed -n '6,8s/^# *//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# ---- x64 -----------------------------------------------------------------------------

install_x64() {
	[ ! -f "$PREFIX.installed" ] || return 0
	command -v wine >/dev/null || die "there is no wine: see tools/debian-packages-onec.txt"
	say "x64: making a prefix (20 s)"
	rm -rf "$PREFIX"
	mkdir -p "$PREFIX"
	WINEPREFIX=$PREFIX timeout 300 wine wineboot -i >"$CACHE/wine.log" 2>&1 </dev/null ||
		die "x64: the prefix was not made: see $CACHE/wine.log"
	touch "$PREFIX.installed"
	say "x64: done"
}

run_x64() {
	[ -f "$PREFIX.installed" ] || die "x64 is not installed: run wine.sh install x64"
	WINEPREFIX=$PREFIX exec wine "$@"
}

remove_x64() {
	rm -rf "$PREFIX" "$PREFIX.installed"
}

# ---- x86: a tree -----------------------------------------------------------------------

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo --preserve-env=WINEDEBUG,WINEDLLOVERRIDES,LC_ALL "$@"
	else
		die "x86 needs root or sudo"
	fi
}

# The folders that apt would read on this machine, without those of security updates:
# their 32-bit and 64-bit packages are not always of one version.
mirror() {
	apt-get update --print-uris 2>/dev/null |
		sed -n "s#^'\(https\{0,1\}://.*\)/dists/$SUITE/InRelease' .*#\1#p" | head -1
}

# Runs in the mount namespace: mounts, then the command in the tree.
# shellcheck disable=SC2016 # expanded there
ENTER='
set -e
mount -t proc proc "$TREE/proc"
mount --rbind /dev "$TREE/dev"
mount --bind /tmp "$TREE/tmp"
mkdir -p "$TREE$SHARED"
mount --rbind "$SHARED" "$TREE$SHARED"
exec chroot "$TREE" /usr/bin/env -C "$PLACE" HOME=/root WINEPREFIX=/prefix "$@"
'

# What the tree sees of this machine: the whole folder in / that the repository lies in, or,
# where the tree has one of that name, the repository.
shared() {
	local top
	top=/$(cut -d/ -f2 <<<"$ROOT")
	case $top in
	/bin | /boot | /dev | /etc | /lib* | /opt | /proc | /run | /sbin | /sys | /tmp | /usr | /var)
		echo "$ROOT"
		;;
	*) echo "$top" ;;
	esac
}

in_tree() {
	as_root env TREE="$TREE" SHARED="$(shared)" PLACE="${PLACE:-/}" \
		unshare --mount --propagation private sh -c "$ENTER" tree "$@"
}

make_tree() {
	local from
	from=$(mirror)
	[ -n "$from" ] || die "x86: apt knows no mirror that holds $SUITE"
	as_root debootstrap --variant=minbase --include=ca-certificates,wine64,wine \
		"$SUITE" "$TREE" "$from" &&
		in_tree sh -ec "
			dpkg --add-architecture i386
			apt-get -q update
			DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
				install wine32:i386
			apt-get clean
			timeout 300 wine wineboot -i
			wineserver -w" </dev/null
}

install_x86() {
	[ ! -f "$TREE.installed" ] || return 0
	command -v debootstrap >/dev/null || die "there is no debootstrap"
	remove_x86
	say "x86: a Debian tree with wine32 (2 minutes, 250 MB to fetch, 3.4 GB on disk)"
	make_tree >"$TREE.log" 2>&1 ||
		die "x86: wine32 was not installed (is the network there?): see $TREE.log"
	touch "$TREE.installed"
	say "x86: done"
}

run_x86() {
	[ -f "$TREE.installed" ] || die "x86 is not installed: run wine.sh install x86"
	PLACE=$PWD
	case $PWD in
	"$(shared)"/* | /tmp | /tmp/*) ;;
	*) PLACE=/ ;;
	esac
	in_tree wine "$@"
}

# One that was killed while debootstrap ran left its mounts there.
remove_x86() {
	local mount
	rm -f "$TREE.installed"
	[ -d "$TREE" ] || return 0
	while read -r mount; do
		as_root umount "$mount" || die "x86: $mount cannot be unmounted"
	done < <(awk -v tree="$(realpath "$TREE")/" 'index($2, tree) == 1 { print $2 }' \
		/proc/mounts | sort -r)
	as_root rm -rf --one-file-system -- "$TREE"
}

# ---- -----------------------------------------------------------------------------------------

# each COMMAND x64|x86|all
each() {
	case $2 in
	x64 | x86) "$1_$2" ;;
	all)
		"$1_x64"
		"$1_x86"
		;;
	*) usage ;;
	esac
}

[ $# -ge 2 ] || usage
mkdir -p "$CACHE"
case $1 in
install | remove)
	exec {lock}>"$CACHE/wine.lock"
	flock -w 900 "$lock" || die "another wine.sh holds $CACHE/wine.lock"
	each "$1" "$2" {lock}>&-
	;;
run)
	case $2 in
	x64 | x86) ;;
	*) usage ;;
	esac
	bits=$2
	shift 2
	[ $# -gt 0 ] || usage
	"run_$bits" "$@"
	;;
*) usage ;;
esac
