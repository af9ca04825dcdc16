#!/bin/sh
# check-products.sh [BUILDDIR] - the built files themselves: libzvon.so shows the names
# of the public headers and no others; inside, every name has our prefix and is defined
# once; program and library are hardened.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/.."
build=${1:-build}
failed=0

complain() {
	echo "check-products: $*"
	failed=1
}

for file in "$build/zvon" "$build/libzvon.so"; do
	[ -e "$file" ] || {
		echo "check-products: $file is not built"
		exit 1
	}
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Names that the headers promise: ZVON_API ... zvon_name(
cat include/zvon/*.h | tr '\n' ' ' | grep -oE 'ZVON_API[^;]*' |
	grep -oE 'zvon_[a-z0-9_]+\(' | tr -d '(' | sort -u >"$tmp/promised"
nm -D --defined-only "$build/libzvon.so" | awk '$2 != "A" { print $3 }' |
	sed 's/@.*//' | sort -u >"$tmp/shown"
for name in $(comm -23 "$tmp/promised" "$tmp/shown"); do
	complain "$name is in a public header, but libzvon.so does not show it"
done
for name in $(comm -13 "$tmp/promised" "$tmp/shown"); do
	complain "libzvon.so shows $name, which no public header names"
done

# Two folders that define the same name cannot be linked together. (db-shared is a part of db.)
find "$build/src" -name '*.a' ! -name 'libzvon.a' ! -name 'libdb-shared.a' -exec nm -g --defined-only {} + |
	awk 'NF == 3 { print $3 }' | sort >"$tmp/inside"
for name in $(uniq -d "$tmp/inside"); do
	complain "$name is defined in two places below src/"
done
while read -r name; do
	case $name in
	zv_* | zvon_*) ;;
	*) complain "$name, seen by all of src/, begins with neither zv_ nor zvon_" ;;
	esac
done <"$tmp/inside"

# hardened FILE
hardened() {
	readelf -W -l -d -h -s "$1" >"$tmp/elf"
	grep -q 'Type:.*DYN' "$tmp/elf" || complain "$1 is not position independent"
	grep -q 'GNU_RELRO' "$tmp/elf" || complain "$1 has no RELRO"
	grep -qE '\(FLAGS_1\).*NOW|BIND_NOW' "$tmp/elf" || complain "$1 binds lazily"
	grep -qE 'GNU_STACK.* RW ' "$tmp/elf" || complain "$1 has an executable stack"
	grep -q '__stack_chk_fail' "$tmp/elf" || complain "$1 has no stack protector"
	! grep -qE '\(R(UN)?PATH\).*/' "$tmp/elf" || complain "$1 names a library folder"
}
hardened "$build/zvon"
hardened "$build/libzvon.so"

echo "check-products: $(wc -l <"$tmp/promised") public names," \
	"$(wc -l <"$tmp/inside") inside, 2 files looked at"
[ -s "$tmp/promised" ] && [ -s "$tmp/inside" ] && [ $failed = 0 ]
