#!/bin/sh
# What the postgres component uses of the official image's entrypoint: the first start makes the data folder, with the
# superuser's password from POSTGRES_PASSWORD_FILE, passwords over TCP and none on the local socket; then the server is
# process 1. https://github.com/docker-library/docs/blob/master/postgres/README.md
set -eu
[ "${1:-}" = postgres ] || exec "$@"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # In a folder beside it, so that a start that was killed in between leaves no half of a database behind.
  new=$(dirname "$PGDATA")/new
  rm -rf "$new"
  mkdir -p "$new"
  initdb --pgdata="$new" --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256
  echo "host all all all scram-sha-256" >>"$new/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$new/postgresql.conf"
  mv "$new" "$PGDATA"
fi
exec "$@"
