#!/bin/sh
# check-shell.sh - shellcheck has nothing to say about any shell script of the tree.
set -eu
cd "$(dirname "$0")/.."
# shellcheck disable=SC2046 # no script has a blank in its name
set -- .ci/run $(find tools tests -name '*.sh')
shellcheck -x "$@"
echo "check-shell: $# scripts"
