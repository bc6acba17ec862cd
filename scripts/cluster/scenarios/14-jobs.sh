# Runs in busybox as the container of a Job: what it is told of says how it goes.
trap 'exit 143' TERM
if [ -e /var/run/secrets/kubernetes.io/serviceaccount/token ]; then echo "begun with a token"; else echo "begun without a token"; fi
change=$(cat "$SCHEMAWATCH_CHANGE")
case "$change" in
  *.fails\"*) echo "it cannot go on"; exit 3 ;;
  *.waits_*)
    n=0
    while [ "$n" -lt "$TICKS" ]; do
      echo "tick $n"
      n=$((n + 1))
      sleep 1
    done
    ;;
esac
touch /forbidden 2>/dev/null && echo "its root can be written"
read=false
case "$change" in *'"database":"shop"'*) read=true ;; esac
printf '{"database": "shop", "user": %s, "read": %s}' "$(id -u)" "$read" >"$SCHEMAWATCH_RESULT"
