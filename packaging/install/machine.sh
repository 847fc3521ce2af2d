# The bytes FIRST to FIRST+COUNT-1 of a file, in decimal.
bytes() {
  if has od; then
    od -A n -t u1 -j "$2" -N "$3" "$1"
  else
    hexdump -v -s "$2" -n "$3" -e '1/1 "%u "' "$1"
  fi
}

# The CPU has the floating point unit that the executable for ARMv7 is made for. In vain on a 64-bit kernel, which every
# such CPU has by definition.
is_armv7() {
  case $(uname -m) in
    aarch64 | armv8*) return 0 ;;
    armv7*) grep -qs '^Features.*vfpv[34]' /proc/cpuinfo ;;
    *) return 1 ;;
  esac
}

# What the shell is made for, by its ELF header: the kernel may be one of 64 bits below programs of 32, and `uname -m`
# does not know the byte order of a MIPS.
architecture() {
  # shellcheck disable=SC2046 # a word each
  set -- $(bytes /bin/sh 0 52)
  [ "${2-} ${3-} ${4-}" = '69 76 70' ] || fail '/bin/sh is no ELF file, so that it does not tell what this machine is.' \
    'Name it: --arch NAME.'
  # e_machine, and the highest byte of e_flags, which lies behind three addresses of the class's size.
  case $5-$6 in
    1-1) machine=$((${19} + ${20} * 256)) flags=${40} ;;
    1-2) machine=$((${19} * 256 + ${20})) flags=${37} ;;
    2-1) machine=$((${19} + ${20} * 256)) flags=${52} ;;
    *) machine=$((${19} * 256 + ${20})) flags=${49} ;;
  esac
  case $6-$machine in
    1-62) echo x86_64 ;;
    1-3) echo i686 ;;
    1-183) echo aarch64 ;;
    1-40) if is_armv7; then echo armv7; else echo armv5; fi ;;
    1-243) if [ "$5" = 2 ]; then echo riscv64; else echo riscv32; fi ;;
    *-8)
      # Release 6 took instructions away. 64-bit kernels run the programs of 32 bits.
      if [ $((flags / 16)) -ge 9 ]; then echo mips-r6; elif [ "$6" = 1 ]; then echo mipsel; else echo mips; fi ;;
    *) echo "$(uname -m) (ELF $machine)" ;;
  esac
}

init_system() {
  if [ -d /run/systemd/system ]; then
    echo systemd
  elif [ -x /sbin/procd ]; then
    echo procd
  elif [ -x /sbin/openrc-run ] || [ -x /usr/sbin/openrc-run ]; then
    echo openrc
  elif has systemctl; then
    echo systemd
  else
    echo none
  fi
}

# Status 0: the daemon runs as a service.
is_active() {
  case $init in
    systemd) systemctl is-active --quiet ipv6ddns ;;
    openrc) rc-service ipv6ddns status ;;
    procd) [ -x /etc/init.d/ipv6ddns ] && /etc/init.d/ipv6ddns running ;;
    *) false ;;
  esac >/dev/null 2>&1
}
