# say_what_is_in_the_way EXECUTABLE [UNIT]: names what is used in place of what was just installed, and what to do. For
# `make install`, and for the Debian package's postinst, which takes this text in.
say_what_is_in_the_way() (
  executable=$1 unit=$2 name=${2##*/}
  which='If it is of another version (the one in Rust, or an earlier "make install"), remove it'
  # From the strongest on, up to the folder of the unit itself.
  for folder in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system; do
    other=$folder/$name
    if [ -z "$unit" ] || [ "$other" = "$unit" ]; then break; fi
    # A link is a unit that was masked, or put there on purpose.
    if [ ! -f "$other" ] || [ -L "$other" ]; then continue; fi
    printf '%s\n' "ipv6ddns: $other is in force in place of $unit." \
      "  $which; what you had set in it goes into a drop-in, \"systemctl edit ipv6ddns\":" \
      "    rm $other" \
      '    systemctl daemon-reload && systemctl reenable ipv6ddns && systemctl restart ipv6ddns' >&2
  done
  # sudo and dpkg have a PATH of their own: two usual places as well.
  folders=$PATH:/usr/local/bin:/root/.cargo/bin
  IFS=:
  for folder in $folders; do
    other=$folder/${executable##*/}
    if [ ! -x "$other" ] || [ "$other" -ef "$executable" ]; then continue; fi
    printf '%s\n' "ipv6ddns: there is another one, $other, beside $executable. The shell runs what is first in PATH." \
      "  $which:" "    rm $other" >&2
    break
  done
)
