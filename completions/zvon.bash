# bash completion for zvon(1)                                    -*- shell-script -*-

_zvon_commands='listen action command originate calls parse filter probe capture serve history import help'
_zvon_general='--help --version --verbose --quiet --color --lang'
_zvon_connection='--secret-file --plain-login --ca --pin --insecure --proxy --timeout
	--connect-timeout --no-reconnect'
_zvon_filters='--event --filter --regex --field --newlines'
_zvon_view='--view --unlink-as-bridge --sip-names --keep-new'
_zvon_events='Newchannel Newstate Hangup DialBegin DialEnd BridgeEnter BridgeLeave Hold
	Unhold QueueCallerJoin QueueCallerLeave QueueCallerAbandon AgentConnect
	AgentComplete DeviceStateChange ExtensionStatus UserEvent VarSet Cdr'
_zvon_classes='on off system call log verbose command agent user config dtmf reporting cdr
	dialplan originate agi cc aoc test security message'
_zvon_actions='Ping CoreShowChannels CoreStatus CoreSettings Status ListCommands Hangup
	Originate Redirect Getvar Setvar QueueStatus QueueSummary QueuePause
	DeviceStateList ExtensionStateList PJSIPShowEndpoints ParkedCalls UserEvent'

# The options of command $1.
_zvon_options() {
	case $1 in
	listen) echo "$_zvon_filters $_zvon_view --no-push-down --format --count --for --events $_zvon_connection" ;;
	action) echo "--format $_zvon_connection" ;;
	command) echo "$_zvon_connection" ;;
	originate) echo "--from --to --channel --context --priority --caller-id
		--ring-timeout --timeout --variable --account --early-media --allow-letters
		--wait --format $_zvon_connection" ;;
	calls) echo "--summary --ladder --ascii --call --trunk --line --format --count --for
		$_zvon_connection" ;;
	parse) echo "$_zvon_filters $_zvon_view --format" ;;
	filter) echo "$_zvon_filters --format" ;;
	probe) echo "--format $_zvon_connection" ;;
	capture) echo "--output --force --for --events $_zvon_connection" ;;
	history) echo "--db --server --token-file --number --line --queue --pbx --from --to
		--direction --result --missed --recorded --limit --all --oldest --fields --tz
		--statistics --format --bom $_zvon_connection" ;;
	import) echo '--from --to --cel --preset --table --column --timezone --server --trunk
		--line --number-rule --since --again --dry-run --secret-file --to-secret-file' ;;
	serve) echo '--demo --port --bind --seed --speed --rate --loop --once --secret-file' ;;
	esac
	echo "$_zvon_general"
}

# The values of option $2 of command $1, starting with $3; fails if it takes none.
_zvon_values() {
	local words
	case $2 in
	--color) words='auto always never' ;;
	--lang) words='en ru' ;;
	--format)
		case $1 in
		originate | calls | probe | filter) words='json text' ;;
		history) words='table json csv' ;;
		*) words='json ami xml' ;;
		esac
		;;
	--event) words=$_zvon_events ;;
	--events) words=$_zvon_classes ;;
	--newlines) words='kept dashed' ;;
	--view) words='native legacy' ;;
	--proxy) words='http:// socks5://' ;;
	--bind) words='127.0.0.1 ::1 0.0.0.0' ;;
	--direction) words='in out internal' ;;
	--result)
		words='answered busy no_answer cancelled rejected congestion failed abandoned'
		;;
	--from | --to | --cel)
		[[ $1 == import ]] && words='csv: sqlite: mysql:// postgresql://' || words=''
		;;
	--preset) words='asterisk freepbx mikopbx pt1c issabel csv' ;;
	--column | --table | --timezone | --number-rule | --since) words='' ;;
	--statistics) words='hour day line queue result direction' ;;
	--server) [[ $1 == import ]] && words='' || words='http:// https://' ;;
	--secret-file | --to-secret-file | --token-file | --db | --ca | --output | -o)
		mapfile -t COMPREPLY < <(compgen -f -- "$3")
		compopt -o filenames 2>/dev/null
		return 0
		;;
	--pin) words='sha256//' ;;
	--timeout | --connect-timeout | --ring-timeout | --count | --for | --filter | --regex | --field | --from | \
		--to | --channel | --context | --priority | --caller-id | --variable | \
		--account | --call | --trunk | --line | --number | --queue | --pbx | --limit | --fields | --tz | --port | --seed | --speed | --rate) words='' ;;
	*) return 1 ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$3")
}

# An argument of command $1, starting with $2; $3 arguments stand before it.
_zvon_arguments() {
	case $1/$3 in
	help/0) mapfile -t COMPREPLY < <(compgen -W "$_zvon_commands" -- "$2") ;;
	parse/0 | filter/0 | serve/*)
		mapfile -t COMPREPLY < <(compgen -f -- "$2")
		compopt -o filenames 2>/dev/null
		;;
	action/1) mapfile -t COMPREPLY < <(compgen -W "$_zvon_actions" -- "$2") ;;
	calls/0)
		mapfile -t COMPREPLY < <(compgen -W 'ami:// amis:// http:// https://' -- "$2"
			compgen -f -- "$2")
		compopt -o filenames -o nospace 2>/dev/null
		;;
	listen/0 | action/0 | command/0 | originate/0 | probe/0 | capture/0)
		mapfile -t COMPREPLY < <(compgen -W 'ami:// amis:// http:// https://' -- "$2")
		compopt -o nospace 2>/dev/null
		;;
	esac
}

# Options whose value is the next word.
_zvon_takes_value() {
	local COMPREPLY=()
	_zvon_values '' "$1" '' 2>/dev/null
}

_zvon() {
	local words cur prev command='' arguments=0 i n
	COMPREPLY=()
	# COMP_WORDS is cut at ':', '@' and '=' too, which belong to words here
	read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
	[[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=('')
	n=$((${#words[@]} - 1))
	for ((i = 1; i < n; i++)); do
		if [[ ${words[i]} == -* ]]; then
			_zvon_takes_value "${words[i]}" && ((i++))
		elif [[ -z $command ]]; then
			command=${words[i]}
		else
			((arguments++))
		fi
	done
	cur=${words[n]}
	prev=${words[n - 1]}
	if [[ $cur == --*=* ]]; then
		prev=${cur%%=*}
		cur=${cur#*=}
	fi
	if [[ $prev == -* ]] && _zvon_values "$command" "$prev" "$cur"; then
		return
	fi
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_zvon_options "$command")" -- "$cur")
	elif [[ -z $command ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$_zvon_commands" -- "$cur")
	else
		_zvon_arguments "$command" "$cur" "$arguments"
		# readline replaces only what is behind the last of its separators
		[[ $cur == *[:@]* ]] && COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*[:@]}"}"}")
	fi
	return 0
}

complete -F _zvon zvon
