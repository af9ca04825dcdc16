#!/bin/sh
# run.sh [URL] - starts zvond until Ctrl-C: before a simulated office, or with a URL
# (ami://user@host) before a real Asterisk, with a configuration made for the occasion. What
# it keeps is in a temporary folder, gone afterwards.
#
# PORT: where it listens (2013, or any that is free if that is taken). RATE: calls a minute in
# the office. LINE, CONTEXT: your line at the real Asterisk, and where its dialplan takes calls
# of phones.
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

# say ENGLISH RUSSIAN: in the language of the environment.
say() {
	case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
	ru*) printf '%s\n' "$2" >&2 ;;
	*) printf '%s\n' "$1" >&2 ;;
	esac
}

# The usual port if nobody has it.
choose_port() {
	python3 - 2013 <<-'END' 2>/dev/null && echo 2013 || echo 0
		import socket, sys
		with socket.socket() as probe:
		    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		    probe.bind(("127.0.0.1", int(sys.argv[1])))
	END
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
		say "The secret of the manager user of $url (manager.conf):" \
			"Пароль пользователя AMI для $url (manager.conf):"
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
		bind = 127.0.0.1:$port
		[server asterisk]
		url = $url
		secret_file = $folder/secret
		context = ${CONTEXT:-from-internal}
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
port=${PORT:-$(choose_port)}
if [ -n "$url" ]; then
	ask_secret
	write_config
	$zvond --config "$folder/zvond.conf" >"$folder/said" &
else
	$zvond --demo --port "$port" --rate "${RATE:-12}" --state "$folder/state" \
		>"$folder/said" &
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
	user=me:$password line=${LINE:-100}
	say "
zvon is open at $page/ before $url.
Sign in as me, password $password: your line is $line (LINE=… CONTEXT=… for others)." "
zvon открыт: $page/ перед $url.
Вход: me, пароль $password; ваша линия $line (другая: LINE=… CONTEXT=…)."
else
	user=demo:demo line=200
	say "
zvon is open at $page/ before a simulated office: calls come by themselves.
Sign in as demo, password demo (line 200), or as supervisor, password supervisor (line 201).
To see a call arrive at line 200 at once, if it is free, type in another terminal:" "
zvon открыт: $page/ перед учебным офисом; звонки там идут сами.
Вход: demo, пароль demo (линия 200), или supervisor, пароль supervisor (линия 201).
Чтобы звонок сразу пришёл на линию 200, если она свободна, наберите в другом терминале:"
	echo "  curl -u supervisor:supervisor $page/v1/commands/call.make -d '{\"to\":\"200\"}'" >&2
fi
say "What goes on at line $line, and what happens, as JSON:" \
	"Что сейчас на линии $line и что происходит, в JSON:"
echo "  curl -u $user $page/v1/calls" >&2
echo "  curl -N -u $user -H 'Accept: text/event-stream' $page/v1/events" >&2
say "Ctrl-C closes it." "Закрыть: Ctrl-C."
wait "$daemon"
