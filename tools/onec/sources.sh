# sources.sh - part of deps.sh: Debian's source packages, fetched and unpacked. Read by
# deps.sh, not run alone.
# shellcheck shell=bash disable=SC2154

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The machine's own Debian sources, as apt understands them, as sources of source
# packages; the machine's apt itself stays as it is.
source_lines() {
	apt-get indextargets --format "\$(ORIGIN) deb-src [signed-by=$KEYRING] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
		'Created-By: Packages' | sed -n 's/^Debian //p' | sort -u
}

# apt_state FOLDER LINES: a state of apt of our own, in that folder
apt_state() {
	mkdir -p "$1/state/lists/partial" "$1/cache/archives/partial"
	printf '%s\n' "$2" >"$1/sources.list"
	cat >"$1/apt.conf" <<-END
		Dir::State "$1/state";
		Dir::Cache "$1/cache";
		Dir::Etc::SourceList "$1/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		APT::Sandbox::User "root";
		Acquire::Retries "2";
	END
	APT_CONFIG=$1/apt.conf apt-get -qq update >>"$LOG" 2>&1
}

# fetch_package STATE PACKAGE: the whole source package into the current folder. apt
# compares what it fetches with the signed index.
fetch_package() {
	APT_CONFIG=$1/apt.conf apt-get -qq source --download-only "$2" >>"$LOG" 2>&1
}

is_fetched() {
	compgen -G "$CACHE/sources/$1/*.dsc" >/dev/null
}

# Security's revision; where a mirror does not hold that whole, the release's own.
fetch_one() {
	local package=$1 file=$2 sum=$3 at
	at=$(mktemp -d "$CACHE/sources/new.XXXXXX")
	cd "$at" || return 1
	if ! fetch_package "$apt/all" "$package"; then
		rm -f ./*
		say "$package: its newest revision cannot be fetched, the release's own is taken"
		fetch_package "$apt/plain" "$package" ||
			die "$package: cannot be fetched: see $LOG; is the network there?"
	fi
	echo "$sum  $file" | sha256sum --check --status ||
		die "$package: $file is not the one that deps.txt means: has Debian a newer one?"
	cd "$CACHE" || return 1
	chmod 755 "$at"
	rm -rf "$CACHE/sources/$package"
	mv "$at" "$CACHE/sources/$package"
}

fetch_sources() {
	local package file sum apt='' lines
	LOG=$CACHE/sources.log
	exec {sources_lock}>"$CACHE/sources.lock"
	flock -w 600 "$sources_lock"
	mkdir -p "$CACHE/sources"
	while read -r package file sum _; do
		[ -f "$CACHE/sources/$package/$file" ] && is_fetched "$package" && continue
		if [ -z "$apt" ]; then
			: >"$LOG"
			say "fetching sources from Debian (11 MB)"
			apt=$(mktemp -d "$CACHE/apt.XXXXXX")
			# shellcheck disable=SC2064 # that folder; the lock is ours
			trap "rm -rf '$apt' '$CACHE'/sources/new.*" EXIT
			lines=$(source_lines)
			[ -n "$lines" ] || die "apt knows no source of Debian packages: apt-get update?"
			apt_state "$apt/all" "$lines" || die "apt-get update failed: see $LOG"
			apt_state "$apt/plain" "$(grep -v -e '-security ' <<<"$lines")" ||
				die "apt-get update failed: see $LOG"
		fi
		fetch_one "$package" "$file" "$sum"
	done < <(sed 's/#.*//; /^$/d' "$LIST")
	[ -z "$apt" ] || rm -rf "$apt"
	trap - EXIT
	exec {sources_lock}>&-
}

# unpack PACKAGE FOLDER: with Debian's patches, and our own
unpack() {
	rm -rf "$2"
	dpkg-source --no-check -x "$CACHE/sources/$1"/*.dsc "$2" >>"$LOG" 2>&1 ||
		die "$1: cannot be unpacked: see $LOG"
	[ ! -e "$HERE/patches/$1.patch" ] ||
		patch -d "$2" -p1 -s --no-backup-if-mismatch <"$HERE/patches/$1.patch" >>"$LOG" 2>&1 ||
		die "$1: tools/onec/patches/$1.patch does not fit: see $LOG"
}

# "curl 7.88.1-10+deb12u15"
revision() {
	sed -n "s/^Version: \([0-9]*:\)\{0,1\}/$1 /p" "$CACHE/sources/$1"/*.dsc
}
