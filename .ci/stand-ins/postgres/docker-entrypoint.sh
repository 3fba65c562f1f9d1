#!/usr/bin/env bash
# The way of the image that this stands in for: at the first start make the cluster, user and database that the POSTGRES_*
# variables name, with a server on the socket alone; then run the command. Left out: what this project does not use
# (POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD, compressed scripts).
set -Eeuo pipefail

# An option alone is one for the server.
[ "${1:0:1}" != - ] || set -- postgres "$@"

if [ "$1" = postgres ] && [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "${BASH_SOURCE[0]}" "$@"
fi

make_cluster() {
  local user=${POSTGRES_USER:-postgres} password=${POSTGRES_PASSWORD:-}
  [ -z "${POSTGRES_PASSWORD_FILE:-}" ] || password=$(< "$POSTGRES_PASSWORD_FILE")
  if [ -z "$password" ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
  fi
  chmod 0700 "$PGDATA"
  initdb --username="$user" --pwfile=<(printf '%s\n' "$password")
  printf '\nhost all all all scram-sha-256\n' >> "$PGDATA/pg_hba.conf"

  pg_ctl --pgdata="$PGDATA" --options="-c listen_addresses=''" --wait start
  export PGPASSWORD=$password PGHOST='' PGHOSTADDR=''
  local database=${POSTGRES_DB:-$user}
  local -a client=(psql --set=ON_ERROR_STOP=1 --no-psqlrc --username="$user")
  if [ "$database" != postgres ]; then
    "${client[@]}" --dbname=postgres --set=name="$database" <<< 'CREATE DATABASE :"name";'
  fi
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    case "$script" in
      *.sql) "${client[@]}" --dbname="$database" --file="$script" ;;
      *.sh) bash "$script" ;;
    esac
  done
  pg_ctl --pgdata="$PGDATA" --mode=fast --wait stop
  unset PGPASSWORD PGHOST PGHOSTADDR
  echo
  echo 'PostgreSQL init process complete; ready for start up.'
  echo
}

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  make_cluster
fi
exec "$@"
