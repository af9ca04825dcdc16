# install.sh - part of lab.sh: an Asterisk with its base system, from the packages of
# the Debian mirror that this machine's own apt uses. Read by lab.sh, not run alone.
# shellcheck shell=bash

APT_HELPER=/usr/lib/apt/apt-helper

install_tools() {
	local missing=() tool
	for tool in debootstrap openssl flock realpath; do
		command -v "$tool" >/dev/null || missing+=("$tool")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null || die "missing ${missing[*]}, and no apt-get to install them"
	say "installing debootstrap, debian-archive-keyring, openssl, util-linux"
	mkdir -p "$LAB"
	{
		apt-get update &&
			DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
				debootstrap debian-archive-keyring openssl util-linux
	} >"$LAB/tools.log" 2>&1 || die "cannot install debootstrap: see $LAB/tools.log"
}

# The folders that apt would read on this machine, one a line, both for one-line
# sources and for deb822 ones: apt itself is asked, so that options, disabled entries
# and continuation lines mean what they mean to apt.
apt_sources() {
	apt-get update --print-uris 2>/dev/null |
		sed -n "s#^'\(https\{0,1\}://.*/dists/.*\)/InRelease' .*#\1#p"
}

# serves BASE SUITE: does the mirror hold that suite for this architecture?
serves() {
	local probe arch
	arch=$(dpkg --print-architecture)
	probe=$(mktemp)
	"$APT_HELPER" download-file "$1/dists/$2/main/binary-$arch/Release" "$probe" \
		>>"$LOG" 2>&1
	local answer=$?
	rm -f "$probe"
	return $answer
}

# first_serving SUITE BASE...: prints the first mirror that holds the suite
first_serving() {
	local suite=$1 base
	shift
	for base in "$@"; do
		if serves "$base" "$suite"; then
			echo "$base"
			return
		fi
	done
	return 1
}

# find_mirrors SUITE [security]: sets MIRROR, and SECURITY if it is asked for
find_mirrors() {
	local plain security
	plain=$(apt_sources | sed -e '/-security$/d' -e '/\/updates$/d' -e 's#/dists/.*##' | sort -u)
	security=$(apt_sources | sed -n 's#/dists/.*-security$##p' | sort -u)
	# shellcheck disable=SC2086
	if ! MIRROR=$(first_serving "$1" ${ZVON_LAB_MIRROR:-$plain}); then
		echo "no mirror in apt's sources holds $1; ZVON_LAB_MIRROR can name one" >>"$LOG"
		return 1
	fi
	SECURITY=
	[ -n "${2:-}" ] || return 0
	# shellcheck disable=SC2086
	SECURITY=$(first_serving "$1-security" ${ZVON_LAB_SECURITY:-$security})
}

# A debootstrap that was killed can leave /proc mounted below the folder.
remove_root() {
	local mount
	while read -r mount; do
		umount "$mount" || return 1
	done < <(awk -v root="$(realpath "$ROOT")/" 'index($2, root) == 1 {print $2}' /proc/mounts |
		sort -r)
	rm -rf --one-file-system -- "$ROOT"
}

# debootstrap fetches with wget, which reads its proxy from the environment.
export_apt_proxy() {
	local http='' https=''
	eval "$(apt-config shell http Acquire::http::Proxy https Acquire::https::Proxy)"
	[ -z "$http" ] || [ "$http" = DIRECT ] || export http_proxy=$http
	[ -z "$https" ] || [ "$https" = DIRECT ] || export https_proxy=$https
}

# A suite younger than debootstrap itself is made as sid is.
make_base() {
	local suite=$1 script=/usr/share/debootstrap/scripts/$1
	[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
	export_apt_proxy
	timeout 600 debootstrap --variant=minbase --include=ca-certificates \
		"$suite" "$ROOT" "$MIRROR" "$script" >>"$LOG" 2>&1 </dev/null
}

# No service may start in the folder; no manuals; no waiting for the disk. The clock of
# a test machine may be off, so the age of the index is not held against the mirror.
prepare_apt() {
	local suite=$1 authorities=/etc/ssl/certs/ca-certificates.crt
	printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d"
	chmod +x "$ROOT/usr/sbin/policy-rc.d"
	cat >"$ROOT/etc/dpkg/dpkg.cfg.d/lab" <<-'END'
		path-exclude=/usr/share/doc/*
		path-exclude=/usr/share/man/*
		path-exclude=/usr/share/locale/*
		force-unsafe-io
	END
	cat >"$ROOT/etc/apt/apt.conf.d/99lab" <<-'END'
		Acquire::Check-Valid-Until "false";
		Acquire::Check-Date "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
		APT::Install-Recommends "false";
	END
	apt-config dump | sed -n '/^Acquire::https*::\(.*::\)*Proxy /p' >>"$ROOT/etc/apt/apt.conf.d/99lab"
	cat /etc/resolv.conf >"$ROOT/etc/resolv.conf"
	[ ! -r "$authorities" ] || cat "$authorities" >"$ROOT$authorities"
	echo "deb $MIRROR $suite main" >"$ROOT/etc/apt/sources.list"
	[ -z "$SECURITY" ] || echo "deb $SECURITY $suite-security main" >>"$ROOT/etc/apt/sources.list"
}

in_root() {
	timeout 900 chroot "$ROOT" env DEBIAN_FRONTEND=noninteractive "$@" >>"$LOG" 2>&1 </dev/null
}

major_version() {
	chroot "$ROOT" /usr/sbin/asterisk -V 2>>"$LOG" | sed -n 's/^Asterisk \([0-9]*\)\..*/\1/p'
}

install_packages() {
	in_root apt-get update || return 1
	in_root apt-get install -y asterisk || return 1
	local major
	major=$(major_version)
	if [ "${major:-0}" -lt "$VERSION" ]; then
		echo "this suite has Asterisk ${major:-of no version}, wanted $VERSION" >>"$LOG"
		return 1
	fi
	in_root apt-get clean
}

# In 16 voicemail is a package of its own, and the security suite may list a build that
# its mirror lacks: the module is taken from the oldest build of the same version. The
# servers work without it, so a failure here is no failure of the installation.
add_voicemail() {
	[ "$VERSION" = 16 ] || return 0
	# shellcheck disable=SC2016
	in_root sh -ec '
		cd /tmp
		oldest=$(apt-cache madison asterisk-voicemail | awk "{print \$3}" | tail -n 1)
		apt-get download "asterisk-voicemail=$oldest"
		dpkg -x asterisk-voicemail_*.deb voicemail
		cp voicemail/usr/lib/asterisk/modules/app_voicemail.so /usr/lib/asterisk/modules/
		rm -rf voicemail asterisk-voicemail_*.deb' ||
		say "$VERSION: no voicemail module, going on without"
}

# build_root SUITE[+security]
build_root() {
	local suite=${1%+*} security=
	[ "$suite" = "$1" ] || security=yes
	echo "== $1" >>"$LOG"
	remove_root && find_mirrors "$suite" $security && make_base "$suite" &&
		prepare_apt "$suite" && install_packages && add_voicemail
}

# A folder without its stamp is a half installation: it is thrown away and made anew.
install_server() {
	local source
	if [ -s "$STAMP" ]; then
		say "$VERSION is installed already: $(<"$STAMP")"
		return
	fi
	[ -x "$APT_HELPER" ] || die "$VERSION cannot be installed: this machine has no apt"
	say "installing Asterisk $VERSION into $ROOT (a minute or two, log $LOG)"
	: >"$LOG"
	for source in $SOURCES; do
		if build_root "$source"; then
			configure_server
			printf '%s from %s\n' "$(chroot "$ROOT" /usr/sbin/asterisk -V)" "$source" >"$STAMP.new"
			mv "$STAMP.new" "$STAMP"
			say "$VERSION: $(<"$STAMP")"
			return
		fi
		say "$VERSION cannot be had from $source"
	done
	die "Asterisk $VERSION was not installed: see the end of $LOG"
}
