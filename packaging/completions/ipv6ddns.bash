# Completion of ipv6ddns for bash, loaded by bash-completion when it is first needed.

_ipv6ddns() {
  local commands='run once check addresses status setup' word command=run value=
  local options='-c --config --env-file -v --verbose --log-format -h --help -V --version'
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()

  # "--option=value" comes as three words.
  [[ $current == '=' ]] && current=
  [[ $previous == '=' ]] && previous=${COMP_WORDS[COMP_CWORD - 2]}
  case $previous in
    -c | --config | --env-file | --token-file)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --name) return ;;
    --log-format)
      mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$current")
      return
      ;;
  esac

  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ " $commands " == *" $word "* && ! $value ]]; then
      command=$word commands=
    fi
    [[ $word == @(-c|--config|--env-file|--token-file|--name|=) ]] && value=1 || value=
  done
  case $command in
    run | once) options+=' --dry-run' ;;
    setup) options+=' --token-file --name --yes --force' ;;
    *) options+=' --json' ;;
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
  fi
}

complete -F _ipv6ddns ipv6ddns
