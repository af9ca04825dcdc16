#!/usr/bin/env bash
# deps.sh - static libraries for the component for 1C, from Debian's source packages.
#
#   deps.sh make  linux-x64|win-x64|win-x86...   builds what is missing
#   deps.sh where linux-x64|win-x64|win-x86      prints the folder it is in
#
# PCRE2, jansson and curl: on Linux with mbedTLS, so that the component depends on
# neither the system's curl nor its OpenSSL (1C brings its own, and other distributions
# have other versions); on Windows with Schannel. They are kept outside of the repository,
# in $ZVON_ONEC_CACHE or ~/.cache/zvon/onec, one folder for each target and each state of
# deps.txt and of these scripts, and made once.
set -euo pipefail
export LC_ALL=C

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
CACHE=${ZVON_ONEC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/zvon/onec}
LIST=$HERE/deps.txt

say() {
	printf 'deps: %s\n' "$*" >&2
}

die() {
	printf 'deps: %s\n' "$*" >&2
	exit 1
}

# shellcheck source=tools/onec/sources.sh
. "$HERE/sources.sh"
# shellcheck source=tools/onec/libraries.sh
. "$HERE/libraries.sh"

usage() {
	sed -n '4,5s/^# *//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# What the libraries of a target depend on, in ten letters.
key() {
	local files
	case $1 in
	linux-x64) files=$HERE/old-glibc.h ;;
	win-*) files=$ROOT/cross/mingw-${1#win-}.cmake ;;
	esac
	cat "$LIST" "$HERE/libraries.sh" "$HERE"/patches/* "$files" | sha256sum | cut -c1-10
}

folder_of() {
	case $1 in
	linux-x64 | win-x64 | win-x86) printf '%s/%s-%s\n' "$CACHE" "$1" "$(key "$1")" ;;
	*) usage ;;
	esac
}

# Where it is made, before it is moved to its place as a whole.
make_target() {
	local work
	PREFIX=$2
	work=$(mktemp -d "$CACHE/work-$1.XXXXXX")
	STAGE=$work/stage
	LOG=$CACHE/$1.log
	: >"$LOG"
	# shellcheck disable=SC2064 # that folder, whatever the variable says later
	trap "rm -rf '$work'" EXIT
	build_libraries "$1" "$work"
	mv "$STAGE$PREFIX" "$PREFIX"
	rm -rf "$work"
	trap - EXIT
}

# In a process of its own, so that two targets can be made at once.
ensure() {
	local target=$1 folder begun=$SECONDS
	folder=$(folder_of "$target")
	[ ! -d "$folder" ] || return 0
	exec {lock}>"$CACHE/$target.lock"
	flock -n "$lock" || {
		say "$target: waiting for another deps.sh"
		flock -w 1800 "$lock" || die "$target: another deps.sh holds $CACHE/$target.lock"
	}
	[ ! -d "$folder" ] || return 0
	make_target "$target" "$folder"
	say "$target: done in $((SECONDS - begun)) s: $folder"
}

make_all() {
	local target missing=() pids=() failed=0
	for target; do
		[ -d "$(folder_of "$target")" ] || missing+=("$target")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	mkdir -p "$CACHE"
	say "libraries for ${missing[*]}: a few minutes, once"
	fetch_sources
	for target in "${missing[@]}"; do
		(ensure "$target") &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=1
	done
	[ $failed = 0 ] || die "not made: see $CACHE/*.log"
}

[ $# -ge 2 ] || usage
command=$1
shift
for target; do
	folder_of "$target" >/dev/null
done
case $command in
make) make_all "$@" ;;
where) folder_of "$1" ;;
*) usage ;;
esac
