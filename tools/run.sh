#!/bin/sh
# run.sh [URL] - starts zvond until Ctrl-C: before a simulated office, or with a URL
# (ami://user@host) before a real Asterisk, with a configuration made for the occasion. What
# it keeps is in a temporary folder, gone afterwards.
#
# PORT: where it listens, 0: any that is free. LINE: your line at the real Asterisk.
set -u
cd "$(dirname "$0")/.." || exit
zvond=build/zvond
url=${1:-}
daemon=

close_all() {
	trap - EXIT INT TERM HUP
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null
	[ -z "$daemon" ] || wait "$daemon" 2>/dev/null
	rm -rf "$folder"
}

folder=$(mktemp -d) || exit
trap close_all EXIT
trap 'close_all; exit 0' INT TERM HUP

fail() {
	echo "run: $*" >&2
	exit 1
}

# ---- a real Asterisk -------------------------------------------------------------------

# The secret of the manager user, into a file: ps and the configuration do not show it.
ask_secret() {
	user_part=${url#*://}
	user_part=${user_part%@*}
	case $user_part in
	*:*)
		secret=${user_part#*:}
		url="${url%%://*}://${user_part%%:*}@${url##*@}"
		;;
	*)
		secret=${ZVON_SECRET:-}
		;;
	esac
	if [ -z "$secret" ]; then
		[ -t 0 ] || fail "the secret of $url is needed: set ZVON_SECRET"
		printf 'Secret of %s: ' "$url" >&2
		stty -echo
		read -r secret
		stty echo
		echo >&2
	fi
	printf '%s\n' "$secret" >"$folder/secret"
	unset secret ZVON_SECRET
}

write_config() {
	password=$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')
	hash=$(printf '%s\n' "$password" | $zvond passwd) || fail "no password for the page"
	cat >"$folder/zvond.conf" <<-CONF
		[general]
		state = $folder/state
		[listen]
		bind = 127.0.0.1:${PORT:-0}
		[server asterisk]
		url = $url
		secret_file = $folder/secret
		[role everything]
		may = view,dial,control,transfer,pickup,conference,record,agent
		see = all
		control = all
		[user me]
		role = everything
		password_hash = $hash
		lines = ${LINE:-100}
	CONF
}

# ---- zvond -----------------------------------------------------------------------------

umask 077
mkdir "$folder/state"
if [ -n "$url" ]; then
	ask_secret
	write_config
	$zvond --config "$folder/zvond.conf" >"$folder/said" &
else
	$zvond --demo --port "${PORT:-0}" --state "$folder/state" >"$folder/said" &
fi
daemon=$!

tries=100
page=
while [ -z "$page" ] && [ $tries -gt 0 ]; do
	kill -0 "$daemon" 2>/dev/null || break
	sleep 0.1
	page=$(sed -n 's|.*listening on \(http://[0-9.:]*\).*|\1|p' "$folder/said")
	tries=$((tries - 1))
done
[ -n "$page" ] || fail "zvond did not start"

if [ -n "$url" ]; then
	cat >&2 <<-END
		zvon is open at $page/ before $url. Ctrl-C closes it.
		Sign in as me, password $password: your line is ${LINE:-100} (LINE=… for another one).
	END
else
	cat >&2 <<-END
		zvon is open at $page/ with a simulated office. Ctrl-C closes it.
		Sign in as demo, password demo (line 200), or as supervisor, password supervisor (line 201).
		Calls come by themselves. To see one arrive at once, type in another terminal:
		  curl -u supervisor:supervisor $page/v1/commands/call.make -d '{"to":"200"}'
		What happens, as JSON:
		  curl -N -u demo:demo -H 'Accept: text/event-stream' $page/v1/events
		A simulated office with a manager port, for zvon listen: build/zvon serve --demo --port 5038
	END
fi
wait "$daemon"
