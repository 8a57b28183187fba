#!/bin/bash
# The original's contract: options or a configuration file alone are arguments of redis-server; root gives its rights up.
set -e
case ${1:-} in -* | *.conf) set -- redis-server "$@" ;; esac

if [[ $1 == redis-server && $(id -u) == 0 ]]; then
  find . ! -user redis -exec chown redis '{}' +
  exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
fi

# the original is compiled to start in open mode; Debian's asks for a password unless it is told so
if [[ $1 == redis-server && "$*" != *protected-mode* ]] && ! { [[ -r ${2:-} ]] && grep -q '^protected-mode' "$2"; }; then
  set -- "$@" --protected-mode no
fi
[[ $(umask) == 0022 ]] && umask 0077
exec "$@"
