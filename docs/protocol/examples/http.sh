#!/bin/sh
# http.sh URL USER [TO] - zvon over HTTP with nothing but curl: signs in, shows what is
# going on, makes a call and waits for its outcome, then follows the events.
#
#   ZVON_PASSWORD=demo ./http.sh http://127.0.0.1:2013 demo 204
#
# EVENTS=N ends it after N messages; else it follows until Ctrl-C. Secrets go through standard
# input and a file of its own, never through the command line, where `ps` shows them.
set -eu
url=$1 user=$2 to=${3:-}

header=$(mktemp)
trap 'rm -f "$header"' EXIT INT TERM

# A session token: {"token":"…","expires_s":43200}
printf '{"user":"%s","password":"%s"}' "$user" "$ZVON_PASSWORD" |
	curl -sS --fail-with-body -H 'Content-Type: application/json' --data-binary @- "$url/v1/login" |
	sed -n 's/.*"token":"\([^"]*\)".*/Authorization: Bearer \1/p' >"$header"
[ -s "$header" ] || exit 1

# Who am I, and what is going on?
curl -sS -H "@$header" "$url/v1/me"
echo
curl -sS -H "@$header" "$url/v1/calls"
echo

# A command answers when its outcome was seen: {"ok":true,"call":"…","result":"answered"}
if [ -n "$to" ]; then
	printf '{"to":"%s"}' "$to" |
		curl -sS -H "@$header" -H 'Content-Type: application/json' --data-binary @- \
			"$url/v1/commands/call.make"
	echo
fi

# Events as they come (Server-Sent Events): lines `id: NUMBER@STREAM`, `data: {…}`. After a loss
# `-H 'Last-Event-ID: …'` with the last id goes on behind it, nothing missed.
follow() {
	curl -sN -H "@$header" -H 'Accept: text/event-stream' "$url/v1/events" |
		sed -un 's/^data: //p'
}
if [ -n "${EVENTS:-}" ]; then
	follow | head -n "$EVENTS"
else
	follow
fi

curl -sS -H "@$header" -X POST "$url/v1/logout"
echo
