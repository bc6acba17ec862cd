#!/bin/sh
# Runs one of Dagster's programs (the arguments) with its storage in the database that the file DAGSTER_URL_FILE names.
set -eu
url=$(cat "${DAGSTER_URL_FILE:-/run/secrets/schemawatch/dagster-url}")
# SQLAlchemy's name of the driver that dagster-postgres brings.
export DAGSTER_STORAGE="postgresql+psycopg2://${url#*://}"
mkdir -p "$DAGSTER_HOME"
cp "$(dirname -- "$0")/dagster.yaml" "$DAGSTER_HOME/dagster.yaml"
exec "$@"
