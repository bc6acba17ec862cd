#!/bin/sh
# Restores database $2 of the server that PGHOST names from its newest dump in folder $1 (or from $3, a dump in it). The
# schemas that the dump makes (the store's) are replaced whole; in those that are always there (public) what the dump holds
# is replaced, and what came since stays beside it. In one transaction, so it is all or nothing.
set -eu
folder=$1
database=$2
PGPASSWORD=$(cat /run/secrets/schemawatch/postgres-password)
PGUSER=postgres
export PGPASSWORD PGUSER PGOPTIONS='-c client_min_messages=warning'

file=${3:+$folder/$3}
[ -n "$file" ] || file=$(find "$folder" -name "$database-????????T??????Z.dump" | sort | tail -n 1)
if [ -z "$file" ] || [ ! -r "$file" ]; then
  echo "restore: $folder holds no dump of $database that can be read." >&2
  exit 1
fi

# pg_restore --clean alone drops object by object, which PostgreSQL refuses for what partitions have from their parent:
# pg-boss makes such partitions by itself, also in the new store that this one replaces.
schemas=$(pg_restore --list "$file" | sed -nE 's/^[0-9]+; [0-9]+ [0-9]+ SCHEMA - ([a-z_][a-z0-9_]*) .*/\1/p')
{
  echo "begin;"
  for schema in $schemas; do
    [ "$schema" = public ] || echo "drop schema if exists $schema cascade;"
  done
  # Whether the dump could be read to its end decides whether what was read is kept; it may have ended amid a table's rows.
  if pg_restore --clean --if-exists --file=- "$file"; then
    echo "commit;"
  else
    printf '%s\n' '\.' "do 'begin raise ''the dump cannot be read''; end';"
  fi
} | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$database" --output=/dev/null
echo "restore: $database is as in $file"
