# fish completion for zvon(1)

set -l commands listen action command originate calls parse filter probe capture serve history \
    import help
set -l connecting listen action command originate calls probe capture history
set -l events Newchannel Newstate Hangup DialBegin DialEnd BridgeEnter BridgeLeave Hold \
    Unhold QueueCallerJoin QueueCallerLeave QueueCallerAbandon AgentConnect AgentComplete \
    DeviceStateChange ExtensionStatus UserEvent VarSet Cdr
set -l classes on off system call log verbose command agent user config dtmf reporting cdr \
    dialplan originate agi cc aoc test security message
set -l actions Ping CoreShowChannels CoreStatus CoreSettings Status ListCommands Hangup \
    Originate Redirect Getvar Setvar QueueStatus QueueSummary QueuePause DeviceStateList \
    ExtensionStateList PJSIPShowEndpoints ParkedCalls UserEvent

# Files are offered only where one is meant.
complete -c zvon -f

# The command.
set -l first "not __fish_seen_subcommand_from $commands"
complete -c zvon -n $first -a listen -d 'print events as they come'
complete -c zvon -n $first -a action -d 'send an action, print the answer'
complete -c zvon -n $first -a command -d 'run a command of Asterisk\'s own command line'
complete -c zvon -n $first -a originate -d 'call a line, then a number'
complete -c zvon -n $first -a calls -d 'show calls instead of packets'
complete -c zvon -n $first -a parse -d 'show the packets of a recording'
complete -c zvon -n $first -a filter -d 'why packets are kept or dropped'
complete -c zvon -n $first -a probe -d 'find out why it does not work'
complete -c zvon -n $first -a capture -d 'record a connection into files'
complete -c zvon -n $first -a serve -d 'be a PBX to try things on'
complete -c zvon -n $first -a history -d 'finished calls, of a store or of a zvond'
complete -c zvon -n $first -a import -d 'a PBX\'s own records into the call history'
complete -c zvon -n $first -a help -d 'show what a command does'
complete -c zvon -n '__fish_seen_subcommand_from help' -a "$commands"

# Options of all commands.
complete -c zvon -s h -l help -d 'show help'
complete -c zvon -l version -d 'show the version'
complete -c zvon -s v -l verbose -d 'tell what happens'
complete -c zvon -s q -l quiet -d 'only errors'
complete -c zvon -l color -x -a 'auto always never' -d 'colors'
complete -c zvon -l lang -x -a 'en ru' -d 'language of messages'

# Options of commands that connect.
set -l connects "__fish_seen_subcommand_from $connecting"
complete -c zvon -n $connects -a 'ami:// amis:// http:// https://'
complete -c zvon -n "$connects serve" -l secret-file -r -F -d 'read the secret from a file'
complete -c zvon -n $connects -l plain-login -d 'send the secret itself'
complete -c zvon -n $connects -l ca -r -F -d 'amis, https: trust the CA certificates in a file'
complete -c zvon -n $connects -l pin -x -a 'sha256//' -d 'amis, https: public key of the server'
complete -c zvon -n $connects -l insecure -d 'amis, https: do not check the certificate'
complete -c zvon -n $connects -l proxy -x -a 'http:// socks5://' -d 'connect through a proxy'
complete -c zvon -n $connects -l timeout -x -d 'seconds for an answer'
complete -c zvon -n $connects -l connect-timeout -x -d 'seconds to connect and to log in'
complete -c zvon -n $connects -l no-reconnect -d 'end when the connection is lost'

# Filters and formats.
set -l filters '__fish_seen_subcommand_from listen parse filter'
complete -c zvon -n $filters -l event -x -a "$events" -d 'only these events'
complete -c zvon -n $filters -l filter -x -d 'only packets that contain a text'
complete -c zvon -n $filters -l regex -x -d 'only packets in which it is found'
complete -c zvon -n $filters -l field -x -d 'only packets with Key=value, Key~RE'
complete -c zvon -n $filters -l newlines -x -a 'kept dashed' -d 'how line ends are seen'
set -l views '__fish_seen_subcommand_from listen parse'
complete -c zvon -n $views -l view -x -a 'native legacy' -d 'how events are shown'
complete -c zvon -n $views -l unlink-as-bridge -d 'legacy: Unlink as in Asterisk 11'
complete -c zvon -n $views -l sip-names -d 'legacy: PJSIP/200 reads SIP/200'
complete -c zvon -n $views -l keep-new -d 'legacy: new events too'
complete -c zvon -n '__fish_seen_subcommand_from listen action parse' -l format -x \
    -a 'json ami xml' -d 'format of the output'
complete -c zvon -n '__fish_seen_subcommand_from originate calls probe filter' -l format -x \
    -a 'json text' -d 'format of the output'

# listen, capture
set -l records '__fish_seen_subcommand_from listen capture calls'
set -l masks '__fish_seen_subcommand_from listen capture'
complete -c zvon -n '__fish_seen_subcommand_from listen' -l no-push-down \
    -d 'filter here only'
complete -c zvon -n '__fish_seen_subcommand_from listen calls' -l count -x \
    -d 'end after N events'
complete -c zvon -n $records -l for -x -d 'end after so many seconds'
complete -c zvon -n $masks -l events -x -a "$classes" -d 'classes the server shall send'
complete -c zvon -n '__fish_seen_subcommand_from capture' -s o -l output -r -F \
    -d 'write these files'
complete -c zvon -n '__fish_seen_subcommand_from capture' -l force \
    -d 'replace files that exist'

# action
complete -c zvon -n '__fish_seen_subcommand_from action' -a "$actions"

# parse, filter, serve
complete -c zvon -n '__fish_seen_subcommand_from calls parse filter serve' -F

# originate
set -l origs '__fish_seen_subcommand_from originate'
complete -c zvon -n $origs -l from -x -d 'the line that rings first'
complete -c zvon -n $origs -l to -x -d 'the number that is called then'
complete -c zvon -n $origs -l channel -x -d 'the channel of the line'
complete -c zvon -n $origs -l context -x -d 'context of the dialplan'
complete -c zvon -n $origs -l priority -x -d 'priority or label'
complete -c zvon -n $origs -l caller-id -x -d 'what both phones show'
complete -c zvon -n $origs -l ring-timeout -x -d 'the own phone rings so long'
complete -c zvon -n $origs -l variable -x -d 'set a channel variable'
complete -c zvon -n $origs -l account -x -d 'account code'
complete -c zvon -n $origs -l early-media -d 'connect at the first sound'
complete -c zvon -n $origs -l allow-letters -d 'allow letters in numbers'
complete -c zvon -n $origs -l wait -d 'wait for the end of the conversation'

# calls
set -l calls '__fish_seen_subcommand_from calls'
complete -c zvon -n $calls -l summary -d 'one object for each call'
complete -c zvon -n $calls -l ladder -d 'draw a ladder of each call'
complete -c zvon -n $calls -l ascii -d 'ladders of ASCII characters only'
complete -c zvon -n $calls -l call -x -d 'only this call'
complete -c zvon -n $calls -l trunk -x -d 'this peer is a trunk'
complete -c zvon -n $calls -l line -x -d 'this one is a line'

# serve
set -l serves '__fish_seen_subcommand_from serve'
complete -c zvon -n $serves -l demo -d 'a simulated office'
complete -c zvon -n $serves -l port -x -d 'port to listen on'
complete -c zvon -n $serves -l bind -x -a '127.0.0.1 ::1 0.0.0.0' -d 'address to listen on'
complete -c zvon -n $serves -l seed -x -d 'start of the chance'
complete -c zvon -n $serves -l speed -x -d 'let time go so many times as fast'
complete -c zvon -n $serves -l rate -x -d 'calls a minute, or events a second'
complete -c zvon -n $serves -l loop -d 'begin again when a capture is through'
complete -c zvon -n $serves -l once -d 'end when the first client has had everything'

# history
set -l history '__fish_seen_subcommand_from history'
complete -c zvon -n $history -l db -r -F -d 'the store that zvond keeps'
complete -c zvon -n $history -l server -x -a 'http:// https://' -d 'ask this zvond'
complete -c zvon -n $history -l token-file -r -F -d 'the token for it'
complete -c zvon -n $history -l number -x -d 'who took part'
complete -c zvon -n $history -l line -x -d 'a line that took part'
complete -c zvon -n $history -l queue -x -d 'it was in this queue'
complete -c zvon -n $history -l pbx -x -d 'of this server of zvond.conf'
complete -c zvon -n $history -l from -x -d 'started then or later'
complete -c zvon -n $history -l to -x -d 'started before then'
complete -c zvon -n $history -l direction -x -a 'in out internal' -d 'which way'
complete -c zvon -n $history -l result -x -d 'how it ended' \
    -a 'answered busy no_answer cancelled rejected congestion failed abandoned'
complete -c zvon -n $history -l missed -d 'only missed ones'
complete -c zvon -n $history -l recorded -d 'only those with a recording'
complete -c zvon -n $history -l limit -x -d 'at most so many'
complete -c zvon -n $history -l all -d 'all there are'
complete -c zvon -n $history -l oldest -d 'the oldest first'
complete -c zvon -n $history -l fields -x -d 'only these'
complete -c zvon -n $history -l tz -x -d 'time zone'
complete -c zvon -n $history -l statistics -x -a 'hour day line queue result direction' \
    -d 'numbers instead of calls'
complete -c zvon -n $history -l format -x -a 'table json csv' -d 'format of the output'
complete -c zvon -n $history -l bom -d 'CSV with the mark of UTF-8'

# import
set -l import '__fish_seen_subcommand_from import'
complete -c zvon -n $import -l from -x -a 'csv: sqlite: mysql:// postgresql://' -d 'where the CDRs are'
complete -c zvon -n $import -l to -r -F -d 'zvond\'s history'
complete -c zvon -n $import -l cel -x -a 'csv: sqlite: mysql:// postgresql://' -d 'CEL of the same PBX'
complete -c zvon -n $import -l preset -x -a 'asterisk freepbx mikopbx pt1c issabel csv' \
    -d 'whose table it is'
complete -c zvon -n $import -l table -x -d 'its name'
complete -c zvon -n $import -l column -x -d 'where a column of Asterisk stands'
complete -c zvon -n $import -l timezone -x -d 'of the times there'
complete -c zvon -n $import -l server -x -d 'as in zvond.conf'
complete -c zvon -n $import -l trunk -x -d 'this peer is a trunk'
complete -c zvon -n $import -l line -x -d 'this one is a line'
complete -c zvon -n $import -l number-rule -x -d 'how numbers are written'
complete -c zvon -n $import -l since -x -d 'only what began then or later'
complete -c zvon -n $import -l again -d 'from the beginning'
complete -c zvon -n $import -l dry-run -d 'write nothing'
complete -c zvon -n $import -l secret-file -r -F -d 'the password of --from'
complete -c zvon -n $import -l to-secret-file -r -F -d 'the password of --to'
