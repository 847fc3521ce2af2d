#compdef ipv6ddns
# Completion of ipv6ddns for zsh: lies as _ipv6ddns in a folder of $fpath.

local context state state_descr line
local -a options=(
  '(-c --config)'{-c+,--config=}'[settings]:file:_files -g "*.toml(-.)"'
  '--env-file=[variables]:file:_files'
  '(-v --verbose)'{-v,--verbose}'[log what it sees and decides as well]'
  '--log-format=[form of the log]:format:(text json)'
  '(- *)'{-h,--help}'[print the help]'
  '(- *)'{-V,--version}'[print the version]'
)
local -a commands=(
  'run:keep the records right, in the foreground (default)'
  'once:bring every record in line once'
  'check:try everything that is needed, write nothing'
  'addresses:show every address and why it is published or not'
  'status:show the state of the running daemon'
  'setup:ask for token and name, try them, start the service'
)

case ${words[(r)(run|once|check|addresses|status|setup)]} in
  '' | run | once) options+=('--dry-run[print writes instead of sending them]') ;;
  setup)
    options+=(
      '--token-file=[file whose first line is the token]:file:_files'
      '--name=[name to keep right]:name:'
      '--yes[ask nothing]'
      '--force[replace what is there]'
    )
    ;;
  *) options+=('--json[print one JSON document]') ;;
esac

_arguments -s : $options '1:command:->command' && return
[[ $state == command ]] && _describe -t commands command commands
