# Completion of ipv6ddns for fish.

set -l commands run once check addresses status setup
complete -c ipv6ddns -f
complete -c ipv6ddns -n "not __fish_seen_subcommand_from $commands" -a run -d 'Keep the records right, in the foreground (default)'
complete -c ipv6ddns -n "not __fish_seen_subcommand_from $commands" -a once -d 'Bring every record in line once'
complete -c ipv6ddns -n "not __fish_seen_subcommand_from $commands" -a check -d 'Try everything that is needed, write nothing'
complete -c ipv6ddns -n "not __fish_seen_subcommand_from $commands" -a addresses -d 'Show every address and why it is published or not'
complete -c ipv6ddns -n "not __fish_seen_subcommand_from $commands" -a status -d 'Show the state of the running daemon'
complete -c ipv6ddns -n "not __fish_seen_subcommand_from $commands" -a setup -d 'Ask for token and name, try them, start the service'

complete -c ipv6ddns -s c -l config -r -F -d 'Settings'
complete -c ipv6ddns -l env-file -r -F -d 'Variables'
complete -c ipv6ddns -s v -l verbose -d 'Log what it sees and decides as well'
complete -c ipv6ddns -l log-format -x -a 'text json' -d 'Form of the log'
complete -c ipv6ddns -n 'not __fish_seen_subcommand_from check addresses status setup' -l dry-run -d 'Print writes instead of sending them'
complete -c ipv6ddns -n '__fish_seen_subcommand_from check addresses status' -l json -d 'Print one JSON document'
complete -c ipv6ddns -n '__fish_seen_subcommand_from setup' -l token-file -r -F -d 'File whose first line is the token'
complete -c ipv6ddns -n '__fish_seen_subcommand_from setup' -l name -x -d 'Name to keep right'
complete -c ipv6ddns -n '__fish_seen_subcommand_from setup' -l yes -d 'Ask nothing'
complete -c ipv6ddns -n '__fish_seen_subcommand_from setup' -l force -d 'Replace what is there'
complete -c ipv6ddns -s h -l help -d 'Print the help'
complete -c ipv6ddns -s V -l version -d 'Print the version'
