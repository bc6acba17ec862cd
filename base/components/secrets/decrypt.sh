#!/bin/sh
# Writes each value of the sops file $1 into a file of its key's name in the folder $2, readable by this user alone.
# Keys are plain text in a sops file, values are not. Nothing that was decrypted is ever printed.
set -eu
umask 077
encrypted=$1
folder=$2

fail() {
  echo "secrets: $1" >&2
  exit 1
}

keys=$(sed -n 's/^\([A-Za-z0-9][A-Za-z0-9._-]*\):.*/\1/p' "$encrypted" | grep -vx sops) || keys=
[ -n "$keys" ] || fail "this environment has no secrets yet. Make them and commit the file: scripts/secrets.ts create ENVIRONMENT"
grep -q '^sops:' "$encrypted" || fail "$(basename "$encrypted") is not encrypted by sops, so it is not taken."

for key in $keys; do
  sops decrypt --extract "[\"$key\"]" --output "$folder/$key.new" "$encrypted" ||
    fail "$key cannot be decrypted: the key that this cluster holds is none of the file's recipients, or it cannot be reached. The reason is above."
  mv "$folder/$key.new" "$folder/$key"
done
echo "secrets: decrypted $(echo "$keys" | wc -l | tr -d ' ') values"
