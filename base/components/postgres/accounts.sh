#!/bin/sh
# Makes the secrets in folder $1 true on this server: for each file *-url that names the host "postgres", its role with its
# password and its database, owned by that role; and the superuser's password. Run at each start, as often as one likes.
set -eu
secrets=$1

# Only the real server listens on TCP: the one that initdb's script starts for itself does not.
until pg_isready --host=127.0.0.1 --quiet; do sleep 0.2; done

# By the local socket, as the superuser; values are handed over as variables, so that psql quotes them.
run() { psql --username=postgres --dbname=postgres --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "$@"; }

password=$(cat "$secrets/postgres-password")
echo "alter role postgres password :'password'" | run --set=password="$password"

for file in "$secrets"/*-url; do
  [ -e "$file" ] || continue
  # user:password@host[:port]/database; made by scripts/secrets.ts, so nothing in it is percent-encoded.
  parts=$(sed -nE 's#^postgres(ql)?://([^:/@]+):([^@]+)@postgres(:5432)?/([^?]+).*$#\2 \3 \5#p' "$file")
  [ -n "$parts" ] || continue
  # shellcheck disable=SC2086 # no part holds a blank
  set -- $parts
  run --set=role="$1" --set=password="$2" --set=database="$3" <<'SQL'
select format('create role %I login', :'role') where not exists (select from pg_roles where rolname = :'role') \gexec
alter role :"role" login password :'password';
select format('create database %I owner %I', :'database', :'role')
 where not exists (select from pg_database where datname = :'database') \gexec
SQL
done
