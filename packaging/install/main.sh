# Status 0: the daemon will find root certificates (CA_FILES in src/core/cloudflare/transport.ts).
has_certificates() {
  for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem \
    /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/cert.pem; do
    [ ! -s "$bundle" ] || return 0
  done
  return 1
}

install_release() {
  [ "$arch" ] || arch=$(architecture)
  work=$(mktemp -d) tree=
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' HUP TERM
  bring_tree
  before=$("$prefix/bin/ipv6ddns" --version 2>/dev/null) || before=
  stage_all
  now=$("$prefix/bin/.ipv6ddns.new" --version 2>&1) ||
    fail "the executable for $arch does not run on this machine: $now" 'Nothing was installed. Is another one right (--arch NAME)?'
  place_all

  if [ "$before" ]; then say "$now is installed below $prefix, in place of $before."; else say "$now is installed below $prefix."; fi
  [ "$init" != systemd ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload
  case $init in
    systemd) enable='systemctl enable --now ipv6ddns' restart='systemctl restart ipv6ddns' ;;
    openrc) enable='rc-update add ipv6ddns && rc-service ipv6ddns start' restart='rc-service ipv6ddns restart' ;;
    procd) enable='/etc/init.d/ipv6ddns enable && /etc/init.d/ipv6ddns start' restart='/etc/init.d/ipv6ddns restart' ;;
    *) enable="$prefix/bin/ipv6ddns run" restart= ;;
  esac
  if is_active; then
    say 'The version before is still running. Restart it with:' "  $restart"
  elif [ "$before" ]; then
    say "It is not running. Start it with:" "  $enable"
  else
    say 'It is not running. The first steps, which ask for a token and a name and can start it:' "  $prefix/bin/ipv6ddns setup" \
      'Or write /etc/ipv6ddns/token and /etc/ipv6ddns/config.toml, and start it with:' "  $enable"
  fi
  has_certificates || say 'There are no root certificates here, without which Cloudflare is not trusted: install the package' \
    '  ca-certificates (OpenWrt: ca-bundle).'
  say_what_is_in_the_way "$prefix/bin/ipv6ddns" "$unit"
}

uninstall() {
  [ -e "$manifest" ] || fail "this script has installed nothing below $prefix." \
    'A package is removed by the program that installed it, what was installed elsewhere with --prefix DIR.'
  case $init in
    systemd) [ ! -d /run/systemd/system ] || systemctl --quiet disable --now ipv6ddns || true ;;
    openrc)
      ! is_active || rc-service ipv6ddns stop
      rc-update -q delete ipv6ddns >/dev/null 2>&1 || true
      ;;
    procd)
      /etc/init.d/ipv6ddns stop || true
      /etc/init.d/ipv6ddns disable || true
      ;;
  esac
  while read -r _ file; do
    case $file in
      /etc/*) if is_changed "$file"; then say "$file was changed: it stays"; else rm -f "$file"; fi ;;
      *) rm -f "$file" ;;
    esac
  done <"$manifest"
  rm -f "$manifest"
  for folder in "${manifest%/*}" "$prefix/share/doc/ipv6ddns/examples" "$prefix/share/doc/ipv6ddns" /etc/ipv6ddns; do
    rmdir "$folder" 2>/dev/null || true
  done
  [ "$init" != systemd ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload
  say "ipv6ddns is removed from $prefix."
  [ ! -d /etc/ipv6ddns ] || say 'Settings and token stay in /etc/ipv6ddns; to remove them, too: rm -r /etc/ipv6ddns'
}

main() {
  prefix=/usr/local arch='' init='' release='' action=install_release
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) usage && exit ;;
      --uninstall) action=uninstall ;;
      --prefix | --arch | --init)
        [ $# -ge 2 ] || misuse "$1 needs a value."
        eval "${1#--}=\$2" && shift
        ;;
      --prefix=* | --arch=* | --init=*) option=${1%%=*} && eval "${option#--}=\${1#*=}" ;;
      -*) misuse "there is no option $1." ;;
      *) [ ! "$release" ] || misuse "one release at a time: $release or $1." && release=${1%/} ;;
    esac
    shift
  done
  case $prefix in
    /*[!A-Za-z0-9_./+@-]* | *[!/]/ | [!/]* | / | '') misuse "--prefix has to be a path from the root, of letters, digits and _./+@- only." ;;
  esac
  case ${init:=$(init_system)} in
    systemd | openrc | procd | none) ;;
    *) misuse "--init is systemd, openrc, procd or none, not $init." ;;
  esac
  case $action-$release in
    install_release-) misuse 'where is the release? Name its folder or its address.' ;;
    uninstall-?*) misuse "--uninstall needs no release." ;;
    *-https://* | *-file:///*) ;;
    *-*://*) fail "$release: a release comes by https, or from a folder." \
      'On any other way somebody could change its files, and the checksums with them.' ;;
  esac
  [ "$(id -u)" = 0 ] || fail 'only root can install: run it with sudo, or as root.'
  umask 022
  manifest=$prefix/share/ipv6ddns/installed
  # Where systemd looks for units.
  case $init-$prefix in
    systemd-/usr | systemd-/usr/local) unit=$prefix/lib/systemd/system/ipv6ddns.service ;;
    systemd-*) unit=/etc/systemd/system/ipv6ddns.service ;;
    *) unit='' ;;
  esac
  $action
}

# The last line: a script of which only a part has arrived does nothing.
main "$@"
