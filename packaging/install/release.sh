sha256() {
  if has sha256sum; then
    sha256sum "$1"
  elif has openssl; then
    openssl dgst -sha256 -r "$1"
  else
    fail 'neither sha256sum nor openssl is here to check what was brought.'
  fi | cut -c 1-64
}

# Brings a file of the release to the working folder.
bring() {
  case $release in
    https://*)
      if has curl; then
        curl --proto '=https' --fail --silent --show-error --location --output "$work/$1" "$release/$1"
      elif has wget; then
        wget -q -O "$work/$1" "$release/$1"
      else
        fail 'neither curl nor wget is here to bring the release.' \
          'Bring its files some other way, and name the folder that they are in.'
      fi || fail "$release/$1 could not be brought." \
        'Is that the address of a release, and is the network up? Certificates are trusted by those of the package' \
        'ca-certificates (OpenWrt: ca-bundle).'
      ;;
    *)
      cp "${release#file://}/$1" "$work/$1" || fail "$1 is not in ${release#file://}, which should be a release."
      ;;
  esac
}

# Unpacks an archive of xz into the working folder.
unpack() {
  tar -C "$work" -xJf "$1" 2>/dev/null && return
  for xz in xz unxz 'busybox unxz'; do
    # shellcheck disable=SC2086 # a command and its applet
    if has ${xz%% *} && $xz -dc <"$1" | tar -C "$work" -xf -; then return; fi
  done
  fail 'nothing here unpacks xz.' 'Install xz-utils (Debian), xz (Alpine, OpenWrt), or take the package for this system.'
}

# Sets `tree` to the files of the release for this machine, as checked.
bring_tree() {
  bring SHA256SUMS
  # 64 hex digits, two blanks, a name without a slash.
  of_kind="^[0-9a-f]\{64\}  ipv6ddns-[0-9A-Za-z.+~-]*-linux-"
  line=$(sed -n "/$of_kind$arch\.tar\.xz$/p" "$work/SHA256SUMS")
  case $line in
    '') fail "the release has nothing for this machine, $arch." \
      "It has: $(sed -n "s/${of_kind}\([a-z0-9_]*\)\.tar\.xz$/\1/p" "$work/SHA256SUMS" | tr '\n' ' ')" \
      'If one of these is right, name it (--arch NAME). The source archive builds on others.' ;;
    *"
"*) fail "$release has several releases in it: name the folder of one." ;;
  esac
  archive=${line#*  }
  bring "$archive"
  [ "$(sha256 "$work/$archive")" = "${line%% *}" ] ||
    fail "$archive is not the file that SHA256SUMS lists: it is damaged, or somebody changed it." 'Nothing was installed.'
  unpack "$work/$archive"
  tree=$work/${archive%.tar.xz}
}
