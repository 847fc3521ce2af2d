#!/bin/sh
# Installs ipv6ddns from a release, upgrades it, removes it: `sh install.sh --help`. For any POSIX shell, busybox's too.
set -eu

usage() {
  cat <<'TEXT'
install.sh: installs ipv6ddns from a release, or upgrades it; starts nothing.

  sh install.sh [OPTION]... RELEASE   RELEASE: the folder of the release, https://..., file:///... or a path
  sh install.sh --uninstall           removes what this script installed, and keeps settings and token

  --prefix DIR   install below DIR, not below /usr/local
  --arch NAME    take the executable for NAME; default: what this machine's programs are made for
  --init NAME    systemd, openrc, procd or none; default: what this machine has
  --help         this text
TEXT
}

say() { printf '%s\n' "$@"; }

# fail WHAT [LINE…]: says what happened and what to do; nothing has been changed.
fail() {
  printf 'install.sh: %s\n' "$1" >&2
  shift
  for line; do printf '  %s\n' "$line" >&2; done
  exit 1
}

misuse() {
  printf 'install.sh: %s\n' "$1" >&2
  usage >&2
  exit 64
}

has() { command -v "$1" >/dev/null 2>&1; }
