#!/bin/sh
# install-packages.sh LIST... - installs the Debian packages that are named in the
# lists and missing. Nothing missing: does nothing, needs neither network nor root.
#
# A line of a list is a package and, behind it, what the package is for.
set -eu
export LC_ALL=C

# Also what an installed package stands for: the nodejs of others than Debian brings npm.
installed_names() {
	dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' |
		sed -n 's/^installed //p' | tr ',' '\n' | sed 's/^ *//; s/ .*//; /^$/d'
}

is_installed() {
	echo "$installed" | grep -qxF -- "$1"
}

# Prints the lines of the lists whose package is missing.
missing_lines() {
	installed=$(installed_names)
	sed 's/#.*//' "$@" | while read -r package purpose; do
		[ -z "$package" ] || is_installed "$package" ||
			printf '  %-22s %s\n' "$package" "$purpose"
	done
}

if ! command -v dpkg-query >/dev/null; then
	echo "This is not Debian: if the build misses something, install what these" \
		"packages hold:" >&2
	sed 's/#.*//; s/^./  &/' "$@" >&2
	exit 0
fi

missing=$(missing_lines "$@")
[ -n "$missing" ] || exit 0
packages=$(echo "$missing" | awk '{ print $1 }')

echo "Installing with apt-get:"
echo "$missing"
if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null; then
	as_root=sudo
else
	echo "install-packages: needs root or sudo. As root run:" >&2
	echo "  apt-get install $(echo "$packages" | paste -s -d ' ')" >&2
	exit 1
fi
# shellcheck disable=SC2086 # lists of words
{
	$as_root apt-get update -q
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends $packages
} </dev/null
still=$(missing_lines "$@")
[ -z "$still" ] || {
	echo "install-packages: apt-get did not install:" >&2
	echo "$still" >&2
	exit 1
}
