#!/bin/sh
# Restores database $2 of the server that PGHOST names from its newest dump in folder $1 (or from $3, a dump in it). What
# the dump holds is replaced, what came since stays beside it; in one transaction, so it is all or nothing.
set -eu
folder=$1
database=$2
PGPASSWORD=$(cat /run/secrets/schemawatch/postgres-password)
PGUSER=postgres
export PGPASSWORD PGUSER

file=${3:+$folder/$3}
[ -n "$file" ] || file=$(find "$folder" -name "$database-????????T??????Z.dump" | sort | tail -n 1)
if [ -z "$file" ] || [ ! -r "$file" ]; then
  echo "restore: $folder holds no dump of $database that can be read." >&2
  exit 1
fi
pg_restore --clean --if-exists --exit-on-error --single-transaction --dbname="$database" "$file"
echo "restore: $database is as in $file"
