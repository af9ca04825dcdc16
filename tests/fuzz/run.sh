#!/bin/sh
# run.sh SECONDS BUILDDIR [NAME...] - runs each fuzzer (or those named) for that long, two
# at a time, from its seeds and what earlier runs found worth keeping, which stays in
# BUILDDIR/corpus. One line each; ends with 1 when one found something, and says where the
# input is.
set -eu
usage() {
	echo "usage: run.sh SECONDS BUILDDIR [NAME...]" >&2
	exit 2
}
case ${1:-} in '' | 0* | *[!0-9]*) usage ;; esac
[ -d "${2:-}" ] || usage
here=$(cd "$(dirname "$0")" && pwd)
seconds=$1
build=$(cd "$2" && pwd)
shift 2
# one a line between "fuzzers = [" and "]"
# shellcheck disable=SC2046 # words
[ $# -gt 0 ] || set -- $(sed -n "/^fuzzers = /,/^]/s/^[^']*'\(.*\)',\$/\1/p" "$here/meson.build")

if [ $# -gt 1 ]; then
	printf '%s\n' "$@" | xargs -P 2 -n 1 "$here/run.sh" "$seconds" "$build" || exit 1
	exit
fi

name=$1
program=$build/tests/fuzz/fuzz_$name
corpus=$build/corpus/$name
log=$build/corpus/$name.log
if [ ! -x "$program" ]; then
	echo "run.sh: $program is missing: build with clang and -Dfuzz=true" >&2
	exit 2
fi

# The number behind a word in the statistics that libFuzzer prints at its end.
number() {
	sed -n "s/^stat::$1: *//p" "$log"
}

case $name in
html | mxml) words=ajam.dict ;;
http_request | range) words=http.dict ;;
json) words=json.dict ;;
*) words=ami.dict ;;
esac
mkdir -p "$corpus"
status=0
"$program" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
	-print_final_stats=1 -dict="$here/$words" -artifact_prefix="$corpus-" \
	"$corpus" "$here/seeds/$name" >"$log" 2>&1 || status=1
covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
echo "fuzz_$name: $(number number_of_executed_units) inputs," \
	"$(number average_exec_per_sec)/s, $covered places covered," \
	"$([ $status = 0 ] && echo nothing found || echo FOUND something)"
[ $status = 1 ] || exit 0
sed -n 's/.*Test unit written to /the input: /p' "$log"
grep -m 5 -E 'SUMMARY|runtime error|fuzz_[a-z]+\.c:[0-9]+|deadly|timeout' "$log" || :
echo "the whole story: $log"
exit 1
