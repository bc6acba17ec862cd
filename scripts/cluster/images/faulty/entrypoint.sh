#!/bin/sh
# A release that is bad in the way that FAULT names, in every role that serves; its commands (migrate, healthcheck) work,
# as they would in a release whose fault lies in serving.
set -eu
program=/usr/local/bin/schemawatch
if [ -z "${ROLE:-}" ] || [ $# -gt 0 ]; then exec "$program" "$@"; fi

if [ "$FAULT" = crash ]; then
  echo "This release crashes at its start." >&2
  exit 1
fi
# The compiled program holds Bun itself, which runs the proxy.
BUN_BE_BUN=1 exec "$program" run /faulty/proxy.ts
