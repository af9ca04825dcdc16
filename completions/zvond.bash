# bash completion for zvond(8)                                   -*- shell-script -*-

_zvond() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	case $prev in
	--config | -c)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
		return 0
		;;
	--state)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		compopt -o filenames 2>/dev/null
		return 0
		;;
	--lang)
		mapfile -t COMPREPLY < <(compgen -W 'en ru' -- "$cur")
		return 0
		;;
	--port | -p | --rate | passwd | token) return 0 ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W '--config --check --print-config --print-keys
			--demo --port --state --rate --lang --help --version' -- "$cur")
	elif ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W 'passwd token' -- "$cur")
	fi
	return 0
}

complete -F _zvond zvond
