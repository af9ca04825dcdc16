#!/bin/sh
# run.sh [URL] - shows events until Ctrl-C: those of the simulated office, which is
# started for it, or with a URL those of a real Asterisk.
set -u
cd "$(dirname "$0")/.." || exit
zvon=build/zvon

if [ -n "${1:-}" ]; then
	exec $zvon listen "$1"
fi

said=$(mktemp)
$zvon serve --demo --port "${PORT:-0}" >"$said" &
office=$!

close_office() {
	trap - EXIT INT TERM HUP
	kill "$office" 2>/dev/null
	wait "$office" 2>/dev/null
	rm -f "$said"
}
trap close_office EXIT
trap 'close_office; exit 0' INT TERM HUP

tries=50
address=
while [ -z "$address" ] && [ $tries -gt 0 ]; do
	kill -0 "$office" 2>/dev/null || break
	sleep 0.1
	address=$(sed -n 's/^listening on //p' "$said")
	tries=$((tries - 1))
done
[ -n "$address" ] || {
	echo "run: the simulated office did not start" >&2
	exit 1
}

cat >&2 <<END
A simulated office is open at ami://demo@$address (password: demo).
Its events follow; Ctrl-C closes it. In another terminal try:
  export ZVON_SECRET=demo
  $zvon probe ami://demo@$address
  $zvon originate ami://demo@$address --from 200 --to 201
END
ZVON_SECRET=demo $zvon listen "ami://demo@$address"
