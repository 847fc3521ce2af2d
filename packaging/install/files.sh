# What the manifest, SHA-256 and path of every file that was installed, says of a path.
noted() {
  [ ! -e "$manifest" ] || sed -n "s,^\([0-9a-f]*\)  $1\$,\1,p" "$manifest"
}

# A file of /etc that is no longer as it was installed is the administrator's.
is_changed() { [ -e "$1" ] && [ "$(sha256 "$1")" != "$(noted "$1")" ]; }

# stage MODE SOURCE TARGET: lays it beside its place, to be renamed when all the others lie beside theirs. What others have
# put or changed in /etc is kept.
stage() {
  case $3 in
    /etc/*)
      if is_changed "$3"; then
        say "$3 is there: kept"
        [ ! "$(noted "$3")" ] || say "$(noted "$3")  $3" >>"$work/manifest"
        return
      fi
      ;;
  esac
  folder=${3%/*} beside=${3%/*}/.${3##*/}.new
  mkdir -p "$folder"
  say "$beside $3" >>"$work/staged"
  rm -f "$beside"
  case $3 in
    */bin/ipv6ddns) cp "$2" "$beside" ;;
    *) sed "s,/usr/local/\([a-z/]*\)/ipv6ddns,$prefix/\1/ipv6ddns,g" "$2" >"$beside" ;;
  esac
  chmod "$1" "$beside"
  say "$(sha256 "$beside")  $3" >>"$work/manifest"
}

stage_all() {
  : >"$work/staged"
  : >"$work/manifest"
  for file in $(cd "$tree" && find share -type f | sort); do stage 644 "$tree/$file" "$prefix/$file"; done
  stage 755 "$tree/bin/ipv6ddns" "$prefix/bin/ipv6ddns"
  case $init in
    systemd) stage 644 "$tree/lib/systemd/system/ipv6ddns.service" "$unit" ;;
    openrc | procd) stage 755 "$tree/init.d/ipv6ddns.$init" /etc/init.d/ipv6ddns ;;
  esac
  stage 644 "$tree/share/doc/ipv6ddns/examples/config.toml" /etc/ipv6ddns/config.toml
}

place_all() {
  mkdir -p "${manifest%/*}"
  [ ! -e "$manifest" ] || cp "$manifest" "$work/before"
  cp "$work/manifest" "$manifest.new"
  mv -f "$manifest.new" "$manifest"
  while read -r beside target; do mv -f "$beside" "$target"; done <"$work/staged"
  : >"$work/staged"
  # What the version before had, and this one has not.
  [ -e "$work/before" ] || return 0
  while read -r _ file; do
    case $file in /etc/*) continue ;; esac
    grep -qF "  $file" "$manifest" || rm -f "$file"
  done <"$work/before"
}

# Whatever happens on the way: no file lies about.
clean_up() {
  [ ! -e "$work/staged" ] || while read -r beside _; do rm -f "$beside"; done <"$work/staged"
  rm -rf "$work"
}
