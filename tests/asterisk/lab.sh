#!/usr/bin/env bash
# lab.sh - two real Asterisk servers in folders of their own, on loopback addresses only.
#
#   lab.sh install 16|22|all     fetch and unpack (once; needs root or sudo)
#   lab.sh conf    16|22|all     write the configuration from conf/ (start does it too)
#   lab.sh start | stop | restart | kill | freeze | thaw  16|22|all
#   lab.sh status [16|22|all]
#   lab.sh cli     16|22 'core show channels'
#   lab.sh set     16|22 manager.conf httptimeout 15   until the next conf or start
#
# 16 is at 127.0.0.16, 22 at 127.0.0.22: AMI 5038, AMI over TLS 5039, HTTP 8088,
# HTTPS 8089, SIP 5060/UDP. Their phones live on 127.16.1.N and 127.22.1.N.
# The servers are kept in $ZVON_LAB, by default ~/.cache/zvon/asterisk.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SAMPLE=$HERE/../../packaging/asterisk/manager.conf.sample
LAB=${ZVON_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/zvon/asterisk}
export LC_ALL=C

# shellcheck source=tests/asterisk/install.sh
. "$HERE/install.sh"
# shellcheck source=tests/asterisk/configure.sh
. "$HERE/configure.sh"

say() {
	printf 'lab: %s\n' "$*"
}

die() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

usage() {
	sed -n '4,9s/^# *//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# Everything that differs between the two servers, and the files of the chosen one.
select_server() {
	VERSION=$1
	case $VERSION in
	16)
		SOURCES='bullseye+security bullseye'
		IP=127.0.0.16
		PHONES=127.16.1
		;;
	22)
		SOURCES='sid forky'
		IP=127.0.0.22
		PHONES=127.22.1
		;;
	*)
		usage
		;;
	esac
	ROOT=$LAB/$VERSION
	STAMP=$LAB/$VERSION.installed
	LOG=$LAB/$VERSION.log
	PID_FILE=$LAB/$VERSION.pid
}

# One change at a time per server, whoever asks for it.
lock_server() {
	exec {LOCK}>"$LAB/$VERSION.lock"
	flock -n "$LOCK" && return
	say "$VERSION: waiting for another lab.sh to finish"
	flock -w 900 "$LOCK" || die "$VERSION: another lab.sh holds $LAB/$VERSION.lock"
}

# The number in the pid file counts only if that process lives in our folder.
running() {
	[ -s "$PID_FILE" ] || return 1
	[ "$(readlink "/proc/$(<"$PID_FILE")/root" 2>/dev/null)" = "$(realpath "$ROOT")" ]
}

frozen() {
	running && grep -q '^State:[[:space:]]*T' "/proc/$(<"$PID_FILE")/status"
}

signal_server() {
	running || die "$VERSION is not running"
	kill "-$1" "$(<"$PID_FILE")"
}

# wait_until SECONDS COMMAND...
wait_until() {
	local tries=$(($1 * 20))
	shift
	while ! "$@"; do
		[ $((tries--)) -gt 0 ] || return 1
		sleep 0.05
	done
}

gone() {
	! running
}

ask_server() {
	chroot "$ROOT" /usr/sbin/asterisk -rx "$*" </dev/null
}

booted() {
	running || return 0
	ask_server 'core waitfullybooted' >/dev/null 2>&1
}

# A server that was just killed keeps its port until its last thread has gone.
port_is_free() {
	! (exec 3<>"/dev/tcp/$IP/5038") 2>/dev/null
}

configured_since_start() {
	[ -n "$(find "$HERE/conf" "$HERE/configure.sh" "$SAMPLE" -newer "$PID_FILE" -print -quit)" ]
}

# A table that has other columns than the configuration names would not be written.
begin_logs() {
	local log=$ROOT/var/log/asterisk
	: >"$log/full"
	rm -f "$log/master.db" "$log"/c{dr,el}-*/*.csv
}

start_server() {
	[ -s "$STAMP" ] || die "$VERSION is not installed: run lab.sh install $VERSION"
	if running && configured_since_start; then
		say "$VERSION runs with an older configuration, so it is started anew"
		stop_server
	elif running; then
		kill -CONT "$(<"$PID_FILE")"
		say "$VERSION is running already"
		return
	fi
	wait_until 2 port_is_free ||
		die "$VERSION: another program listens on $IP:5038; stop it first"
	configure_server
	rm -f "$ROOT/run/asterisk/asterisk.ctl"
	begin_logs
	setsid chroot "$ROOT" /usr/sbin/asterisk -f -n \
		>"$LAB/$VERSION.out" 2>&1 </dev/null {LOCK}>&- &
	echo $! >"$PID_FILE"
	wait_until 2 running || die "$VERSION did not start: see $LAB/$VERSION.out"
	wait_until 30 booted || die "$VERSION did not boot in 30 s: see $ROOT/var/log/asterisk/full"
	running || die "$VERSION ended while starting: see $LAB/$VERSION.out"
	say "$VERSION is up at $IP, pid $(<"$PID_FILE")"
}

stop_server() {
	if running; then
		kill -CONT "$(<"$PID_FILE")"
		ask_server 'core stop now' >/dev/null 2>&1 || true
		wait_until 5 gone || kill_server
	fi
	rm -f "$PID_FILE"
	say "$VERSION is stopped"
}

kill_server() {
	signal_server KILL
	wait_until 5 gone || die "$VERSION does not die"
	rm -f "$PID_FILE"
}

restart_server() {
	stop_server
	start_server
}

freeze_server() {
	signal_server STOP
	wait_until 2 frozen || die "$VERSION does not freeze"
}

thaw_server() {
	signal_server CONT
}

show_status() {
	select_server "$1"
	if [ ! -s "$STAMP" ]; then
		echo "$VERSION is not installed"
	elif frozen; then
		echo "$VERSION is frozen, pid $(<"$PID_FILE"), at $IP: $(<"$STAMP")"
	elif running; then
		echo "$VERSION is running, pid $(<"$PID_FILE"), at $IP: $(<"$STAMP")"
	else
		echo "$VERSION is stopped: $(<"$STAMP")"
	fi
}

# One setting in the server's own copy of a file; the server is to be told to reload it.
set_option() {
	local file=$ROOT/etc/asterisk/$1
	grep -q "^$2 = " "$file" || die "$VERSION: $1 has no line '$2 ='"
	sed -i "s#^$2 = .*#$2 = $3#" "$file"
}

# locked COMMAND VERSION: one server, under its lock
locked() {
	select_server "$2"
	mkdir -p "$LAB"
	lock_server
	"$1"
}

# both COMMAND 16|22|all: the two servers side by side
both() {
	local pids=() failed=0 pid version
	case ${2:-} in
	16 | 22)
		locked "$1" "$2"
		;;
	all)
		for version in 16 22; do
			locked "$1" "$version" &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do
			wait "$pid" || failed=1
		done
		return $failed
		;;
	*)
		usage
		;;
	esac
}

# Entering the servers' folders and signalling them takes root.
as_root() {
	[ "$(id -u)" = 0 ] && return
	command -v sudo >/dev/null || die "needs root: run it as root, or install sudo"
	exec sudo ZVON_LAB="$LAB" ZVON_LAB_MIRROR="${ZVON_LAB_MIRROR:-}" \
		ZVON_LAB_SECURITY="${ZVON_LAB_SECURITY:-}" "$BASH" "$HERE/lab.sh" "$@"
}

main() {
	[ $# -gt 0 ] || usage
	as_root "$@"
	case $1 in
	install)
		install_tools
		both install_server "${2:-}"
		;;
	conf)
		both configure_server "${2:-}"
		;;
	start | stop | restart | kill | freeze | thaw)
		both "${1}_server" "${2:-}"
		;;
	status)
		if [ "${2:-all}" = all ]; then
			show_status 16
			show_status 22
		else
			show_status "$2"
		fi
		;;
	cli)
		[ $# -ge 3 ] || usage
		select_server "$2"
		running || die "$VERSION is not running"
		shift 2
		ask_server "$@"
		;;
	set)
		[ $# -eq 5 ] || usage
		select_server "$2"
		set_option "$3" "$4" "$5"
		;;
	*)
		usage
		;;
	esac
}

main "$@"
