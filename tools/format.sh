#!/bin/sh
# format.sh [--check] - applies .clang-format (version 14) to all C files.
set -eu
cd "$(dirname "$0")/.."
mode=-i
if [ "${1:-}" = --check ]; then mode="--dry-run -Werror"; fi
# shellcheck disable=SC2086 # two words on purpose
find include src tests examples -name '*.[ch]' -print0 | xargs -0 clang-format $mode
