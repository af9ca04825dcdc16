#!/bin/sh
# calls-with.sh NUMBER [PARAMETER=VALUE...] - calls with a number, from zvond over HTTP, as CSV.
#
#   export ZVON_URL=http://127.0.0.1:2013 ZVON_TOKEN=...       # zvond token USER
#   calls-with.sh '+7 (916) 123-45-67'
#   calls-with.sh 89161234567 from=2026-11-01 missed=yes
#
# The number may be written in any way. Parameters: docs/history/http.md. The token is given to
# curl on its standard input, where ps does not show it.
set -eu

[ $# -ge 1 ] || {
	sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
	exit 2
}
number=$1
shift
fields=started,direction,result,from,to,talk_s
set -- "format=csv" "fields=$fields" "number=$number" "$@"
for parameter in "$@"; do
	set -- "$@" --data-urlencode "$parameter"
	shift
done
exec curl -sS --fail-with-body --get --config - "$@" "${ZVON_URL:-http://127.0.0.1:2013}/v1/history" <<EOF
header = "Authorization: Bearer ${ZVON_TOKEN:?a token of zvond is needed: zvond token USER}"
EOF
