#!/bin/sh
# openwrt.sh SCRIPT ACTION: runs an init script as OpenWrt's rc.common does, over stand-ins of its libraries: UCI is read
# as config_load reads it, users are lines of /etc/passwd, and what procd is told is printed.

user_exists() { grep -qs "^$1:" /etc/passwd; }
group_add_next() { echo "$1:x:$OWNER:" >>/etc/group && echo "$OWNER"; }
user_add() { echo "$1:x:$OWNER:$3:::" >>/etc/passwd; }

get_bool() {
  case $1 in
    1 | on | true | yes | enabled) echo 1 ;;
    0 | off | false | no | disabled) echo 0 ;;
    *) echo "${2-}" ;;
  esac
}

reset_cb() {
  config_cb() { :; }
  option_cb() { :; }
  list_cb() { :; }
}
reset_cb
package() { :; }
config() { config_cb "$@"; }
option() { option_cb "$@"; }
list() { list_cb "$@"; }
# What "uci export" prints is what the file has.
config_load() {
  . "/etc/config/$1"
  config_cb
}

procd_open_instance() { :; }
procd_close_instance() { :; }
procd_set_param() { echo "$@"; }
procd_send_signal() { echo signal "$@"; }
procd_add_reload_trigger() { echo trigger "$@"; }
procd_running() { [ -e /running ]; }

. "$1"
start() {
  start_service
  service_triggers
}
stop() { echo stop; }
reload() { reload_service; }
"$2"
