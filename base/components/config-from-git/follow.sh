#!/bin/sh
# Keeps $1/current a link to the newest commit of branch CONFIG_BRANCH of CONFIG_REPOSITORY, looking every CONFIG_PERIOD
# seconds; the link is turned in one step, so that a reader never sees half a commit. What fails is said and tried again.
set -eu
folder=$1
clone=$folder/repository
export HOME=/tmp GIT_TERMINAL_PROMPT=0

# As the container's first process it would otherwise not hear SIGTERM.
trap 'exit 0' TERM INT

# A token, where the repository is private: the secret config-git-token, decrypted like the others.
token=/run/secrets/schemawatch/config-git-token
if [ -r "$token" ]; then
  git config --global credential.helper "!f() { echo username=x-access-token; echo \"password=\$(cat $token)\"; }; f"
fi

follow() {
  [ -d "$clone" ] || { git init --quiet --bare "$clone.new" && mv "$clone.new" "$clone"; } || return 1
  timeout 60 git -C "$clone" fetch --quiet --depth=1 --no-tags "$CONFIG_REPOSITORY" "$CONFIG_BRANCH" || return 1
  commit=$(git -C "$clone" rev-parse FETCH_HEAD) || return 1
  [ "$(readlink "$folder/current" 2>/dev/null)" = "$commit" ] && return 0

  rm -rf "$folder/new" && mkdir "$folder/new" || return 1
  git --git-dir="$clone" --work-tree="$folder/new" checkout --quiet --force "$commit" -- . || return 1
  rm -rf "${folder:?}/$commit" && mv "$folder/new" "$folder/$commit" || return 1
  ln -s "$commit" "$folder/link" && mv -T "$folder/link" "$folder/current" || return 1
  echo "config: $CONFIG_BRANCH is at $commit"
  # The one before may still be read; older ones are not.
  for old in "$folder"/????????????????????????????????????????; do
    [ "$old" = "$folder/$commit" ] || [ "$old" = "$folder/${before:-}" ] || rm -rf "$old"
  done
  before=$commit
}

while true; do
  follow || echo "config: $CONFIG_REPOSITORY, $CONFIG_BRANCH cannot be read; the reason is above. Trying again in $CONFIG_PERIOD s." >&2
  sleep "$CONFIG_PERIOD" &
  wait $! # a trap waits for a sleep in the foreground, not for this
done
