# fish completion for zvond(8)

complete -c zvond -f
complete -c zvond -n __fish_is_first_token -a passwd -d 'hash a password for a user'
complete -c zvond -n __fish_is_first_token -a token -d 'make a token for a program'
complete -c zvond -s h -l help -d 'show help'
complete -c zvond -l version -d 'show the version'
complete -c zvond -l lang -x -a 'en ru' -d 'language of messages'
complete -c zvond -s c -l config -r -F -d 'the configuration'
complete -c zvond -l check -d 'check the configuration and end'
complete -c zvond -l print-config -d 'print it with all defaults'
complete -c zvond -l print-keys -d 'print all keys of the configuration'
complete -c zvond -l demo -d 'a simulated office, without configuration'
complete -c zvond -s p -l port -x -d 'demo: port on 127.0.0.1, 0: any'
complete -c zvond -l state -x -a '(__fish_complete_directories)' -d 'demo: keep numbering and sessions there'
complete -c zvond -l rate -x -d 'demo: calls a minute that come by themselves'
