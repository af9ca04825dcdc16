#!/bin/sh
# install-npm.sh - installs what the tests take from npm, exactly as package-lock.json
# names it, into tests/npm/node_modules. Already there: does nothing, needs no network.
set -eu
cd "$(dirname "$0")/../tests/npm"

if cmp -s package-lock.json node_modules/.installed; then
	exit 0
fi
if ! command -v npm >/dev/null; then
	echo "install-npm: npm is missing: apt-get install nodejs npm" >&2
	exit 1
fi
echo "Installing with npm: $(sed -n 's/^\t\t"\([a-z-]*\)": "\([0-9.]*\)".*/\1 \2/p' package.json |
	paste -s -d ',')"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
cp package-lock.json node_modules/.installed
