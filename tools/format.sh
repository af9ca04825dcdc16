#!/bin/sh
# format.sh [--check] - applies .clang-format to all C files; --check changes nothing and
# fails when a file would change. Version 14 only: each version formats in its own way.
set -eu
cd "$(dirname "$0")/.."
mode=-i
[ "${1:-}" != --check ] || mode="--dry-run -Werror"

for program in clang-format-14 clang-format; do
	if $program --version 2>/dev/null | grep -q 'version 14\.'; then
		# shellcheck disable=SC2086 # two words on purpose
		find include src tests examples \( -name '*.[ch]' -o -name '*.[ch]pp' \) -print0 |
			xargs -0 "$program" $mode
		exit
	fi
done
echo "format: clang-format 14 is missing: apt install clang-format-14" >&2
exit 2
