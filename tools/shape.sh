#!/bin/sh
# shape.sh - the shape of the C code as a mirror, not as a gate: how long functions and
# files are, how much is conditional, how much is comment.
set -eu
cd "$(dirname "$0")/.."

files=$(find include src examples -name '*.[ch]' | sort)
code=$(find src examples -name '*.c' | sort)

# share "WHAT" FILE...: comment lines per hundred lines that are not empty.
comments() {
	what=$1
	shift
	awk -v what="$what" '
		/^[ \t]*$/ { next }
		{ lines++ }
		inside || /^[ \t]*(\/\*|\/\/)/ { comments++ }
		/\/\*/ { inside = 1 }
		/\*\// { inside = 0 }
		END { if (lines) printf "comments, %-17s %5.1f %% of %d lines\n",
			what, 100 * comments / lines, lines }' "$@"
}

# shellcheck disable=SC2046,SC2086 # lists of files
{
	echo "$(echo $code | wc -w) .c files, $(echo $files | wc -w) in all," \
		"$(cat $files | wc -l) lines"
	comments "public headers" include/zvon/*.h
	comments "other headers" $(find src -name '*.h')
	comments ".c files" $code
	cat $files | awk '/^[ \t]*#[ \t]*(if|elif)/ && !/ZV[A-Z_]*_H$/ { n++ }
		END { printf "#if, without guards         %5.1f per 1000 lines\n", 1000 * n / NR }'
}

if ctags --version 2>/dev/null | grep -q Universal; then
	# shellcheck disable=SC2086
	ctags -f - --kinds-C=f --excmd=number --fields=+ne --languages=C $code |
		awk -F '\t' '{
			first = last = 0
			for (i = 4; i <= NF; i++) {
				if ($i ~ /^line:/) first = substr($i, 6)
				if ($i ~ /^end:/) last = substr($i, 5)
			}
			if (last >= first && first) print last - first + 1, $2 ": " $1
		}' | sort -n | awk '
			{ length_of[NR] = $1; name[NR] = $2 " " $3; if ($1 > 60) long++ }
			END {
				if (!NR) exit
				printf "functions: %d, median %d lines, p95 %d, over 60 lines %.1f %%\n",
					NR, length_of[int((NR + 1) / 2)],
					length_of[int(NR * .95 + .999)], 100 * long / NR
				for (i = NR; i > NR - 5 && i > 0; i--)
					printf "  %4d %s\n", length_of[i], name[i]
			}'
else
	echo "functions: not counted, universal-ctags is missing"
fi

echo "longest files:"
# shellcheck disable=SC2086
wc -l $files | grep -v ' total$' | sort -rn | head -8 | sed 's/^/ /'
