#!/bin/bash
# The original's contract, and one thing more: a database whose making was killed half-way is made again at the next start.
set -Eeo pipefail

die() { printf 'Error: %s\n' "$*" >&2; exit 1; }
file_env() { # NAME DEFAULT: the value of NAME, or of the file that NAME_FILE names
  local file=${1}_FILE
  [[ -z ${!1:-} || -z ${!file:-} ]] || die "both $1 and $file are set (but are exclusive)"
  if [[ -n ${!file:-} ]]; then export "$1=$(<"${!file}")"; else export "$1=${!1:-${2:-}}"; fi
  unset "$file"
}
a_name_for_this_uid() { # Postgres wants one
  local wrapper
  getent passwd "$(id -u)" >/dev/null && return
  wrapper=$(echo /usr/lib/*/libnss_wrapper.so)
  export NSS_WRAPPER_PASSWD=/tmp/passwd NSS_WRAPPER_GROUP=/tmp/group LD_PRELOAD=$wrapper
  printf 'postgres:x:%s:%s:PostgreSQL:%s:/bin/false\n' "$(id -u)" "$(id -g)" "$PGDATA" >/tmp/passwd
  printf 'postgres:x:%s:\n' "$(id -g)" >/tmp/group
}
make_database() { # in a folder of its own; PG_VERSION moves last and makes it valid
  local new=$PGDATA/.making entry
  file_env POSTGRES_PASSWORD
  file_env POSTGRES_USER postgres
  file_env POSTGRES_DB "$POSTGRES_USER"
  file_env POSTGRES_INITDB_ARGS
  : "${POSTGRES_HOST_AUTH_METHOD:=scram-sha-256}"
  [[ -n $POSTGRES_PASSWORD || $POSTGRES_HOST_AUTH_METHOD == trust ]] ||
    die 'Database is uninitialized and superuser password is not specified. Set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE.'
  if [[ -d $new ]]; then
    find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name .making -exec rm -rf {} + && rm -rf "$new"
  fi
  entry=$(find "$PGDATA" -mindepth 1 -maxdepth 1 -print -quit)
  [[ -z $entry ]] || die "$PGDATA is not empty ($entry) and holds no database. Do not use a mount point as data folder; set PGDATA to a folder below it."

  eval "initdb --username='$POSTGRES_USER' --pwfile=<(printf '%s\n' \"\$POSTGRES_PASSWORD\") -D '$new' $POSTGRES_INITDB_ARGS"
  printf '\nhost all all all %s\n' "$POSTGRES_HOST_AUTH_METHOD" >>"$new/pg_hba.conf"
  PGDATA=$new pg_ctl -w -o "-c listen_addresses='' -p 5432" start
  local ask=(psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --no-password)
  if [[ $POSTGRES_DB != postgres ]]; then
    "${ask[@]}" --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db" ;'
  fi
  for entry in /docker-entrypoint-initdb.d/*; do
    case $entry in
      *.sh) bash "$entry" ;;
      *.sql) "${ask[@]}" --dbname "$POSTGRES_DB" -f "$entry" ;;
      *.sql.gz) gunzip -c "$entry" | "${ask[@]}" --dbname "$POSTGRES_DB" ;;
    esac
  done
  PGDATA=$new pg_ctl -m fast -w stop
  find "$new" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -t "$PGDATA" {} +
  sync
  mv "$new/PG_VERSION" "$PGDATA" && rmdir "$new"
  printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

[[ ${1:0:1} != - ]] || set -- postgres "$@"
if [[ $1 == postgres && " $* " != *' --version '* && " $* " != *' --help '* ]]; then
  mkdir -p "$PGDATA" && chmod 0700 "$PGDATA" || :
  if [[ $(id -u) == 0 ]]; then
    find "$PGDATA" ! -user postgres -exec chown postgres '{}' +
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
  fi
  a_name_for_this_uid
  [[ -s $PGDATA/PG_VERSION ]] || make_database
  [[ ! -d $PGDATA/.making ]] || rmdir "$PGDATA/.making"
  unset POSTGRES_PASSWORD PGPASSWORD
fi
exec "$@"
