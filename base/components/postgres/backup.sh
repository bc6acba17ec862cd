#!/bin/sh
# Dumps each database of the server that PGHOST names into the folder $1 and proves each dump by restoring it: into a
# scratch database, where it must have as many relations as the one it came from. Only a proven dump gets its name. Keeps
# the last $2 of each database.
set -eu
folder=$1
keep=$2
PGPASSWORD=$(cat /run/secrets/schemawatch/postgres-password)
PGUSER=postgres
export PGPASSWORD PGUSER PGOPTIONS='-c client_min_messages=warning'
scratch=backup_check
stamp=$(date -u +%Y%m%dT%H%M%SZ)

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$1" --command="$2"; }
count="select count(*) from pg_class where relnamespace not in (select oid from pg_namespace where nspname like 'pg\\_%')"

for database in $(ask postgres "select datname from pg_database where not datistemplate and datname not in ('postgres', '$scratch')"); do
  file="$folder/$database-$stamp.dump"
  pg_dump --format=custom --dbname="$database" --file="$file.part"
  ask postgres "drop database if exists $scratch with (force)"
  ask postgres "create database $scratch"
  pg_restore --exit-on-error --no-owner --no-acl --dbname="$scratch" "$file.part"
  was=$(ask "$database" "$count")
  is=$(ask "$scratch" "$count")
  ask postgres "drop database $scratch with (force)"
  if [ "$was" != "$is" ]; then
    echo "backup: the dump of $database restores to $is relations, not $was. If its schema changed meanwhile, the next run mends it." >&2
    exit 1
  fi
  mv "$file.part" "$file"
  echo "backup: $file, $was relations, restored and compared"
  # Newest first; the names sort by time.
  find "$folder" -name "$database-????????T??????Z.dump" | sort -r | tail -n "+$((keep + 1))" | xargs -r rm --
done
