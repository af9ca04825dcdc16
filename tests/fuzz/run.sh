#!/bin/sh
# run.sh SECONDS BUILDDIR [NAME...] - runs each fuzzer (or those named) for that long, from
# its seeds and what earlier runs found worth keeping in BUILDDIR/fuzz. One line each; ends
# with 1 when one found something, and says where the input is.
set -eu
if [ $# -lt 2 ]; then
	echo "usage: run.sh SECONDS BUILDDIR [NAME...]" >&2
	exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
seconds=$1
build=$(cd "$2" && pwd)
shift 2
[ $# -gt 0 ] || set -- parser redact request session text
status=0

# The number behind a word in the statistics that libFuzzer prints at its end.
number() {
	sed -n "s/^stat::$1: *//p" "$log"
}

for name in "$@"; do
	program=$build/tests/fuzz/fuzz_$name
	corpus=$build/fuzz/$name
	log=$build/fuzz/$name.log
	if [ ! -x "$program" ]; then
		echo "run.sh: $program is missing: build with clang and -Dfuzz=true" >&2
		exit 2
	fi
	mkdir -p "$corpus"
	if "$program" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -dict="$here/ami.dict" -artifact_prefix="$build/fuzz/$name-" \
		"$corpus" "$here/seeds/$name" >"$log" 2>&1; then
		echo "fuzz_$name: $(number average_exec_per_sec) executions/s," \
			"$(number number_of_executed_units) in $seconds s, nothing found"
	else
		status=1
		echo "fuzz_$name: FOUND $(sed -n 's/.*Test unit written to //p' "$log")"
		grep -m 5 -E 'SUMMARY|runtime error|fuzz_[a-z]+\.c:[0-9]+|deadly|timeout' "$log" || :
		echo "fuzz_$name: the whole story is in $log"
	fi
done
exit $status
