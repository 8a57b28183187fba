/** One run at a time. */
export const lock = String.raw`# ---- one run at a time: the name of a container that is never started, which Docker gives only once. Its label tells
# who has it, so that the lock of a run that was killed is taken over.

# lock IMAGE
lock() {
  me="$(uname -n) $$ $(started_at $$)"
  tries=0
  until error=$(docker create --name "$instance-lock" --pull never --network none --label "waybill.dev/instance=$instance" \
    --label "waybill.dev/lock=$me" "$1" lock 2>&1); do
    tries=$((tries + 1))
    [ "$tries" -le 5 ] || fail "cannot take the lock: $error"
    found=$(docker container inspect --format '{{.Id}} {{index .Config.Labels "waybill.dev/lock"}}' "$instance-lock" 2>/dev/null) ||
      continue
    holder=${'${found#* }'}
    # shellcheck disable=SC2086 # host, process and its start are three words
    if lives $holder; then
      fail "another run is under way (process ${'${holder#* }'} on ${'${holder%% *}'}), and changes nothing at the same time. If that run is gone for sure: docker rm $instance-lock"
    fi
    docker rm "${'${found%% *}'}" >/dev/null 2>&1 || :
  done
  locked=$error
  trap unlock EXIT
}
unlock() { docker rm "$locked" >/dev/null 2>&1 || :; }

# lives HOST PROCESS START: whether a run is still there; of another machine's it cannot be known
lives() {
  [ "$1" = "$(uname -n)" ] || return 0
  kill -0 "$2" 2>/dev/null || ps -p "$2" >/dev/null 2>&1 || return 1
  [ "$(started_at "$2")" = "${'${3:-}'}" ]
}

# started_at PROCESS: tells a process from a later one with its number
started_at() {
  if [ -r "/proc/$1/stat" ]; then
    sed 's/.*) //' "/proc/$1/stat" | awk '$1 != "Z" { print $20 }' # one that has ended and waits for its parent is gone
  else
    ps -o lstart= -p "$1" 2>/dev/null | tr -s ' \n' '_' || :
  fi
}

`
