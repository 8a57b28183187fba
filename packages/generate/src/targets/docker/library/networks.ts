/** Networks and volumes. */
export const networks = String.raw`# ---- networks and volumes

# The customer's own, from custom/arguments.sh, have these names, too.
container_arguments() { :; }
network_arguments() { :; }
volume_arguments() { :; }

# add WORD…: adds arguments of the customer's
add() {
  for word in "$@"; do
    extra="$extra '$(printf '%s.' "$word" | sed "s/'/'\\\\''/g")"
    extra="${'${extra%.}'}'"
  done
}

# network NAME OPTION…
network() {
  full=${'${instance}'}_$1 short=$1
  extra=''
  network_arguments "$1"
  shift
  eval "set -- \"\$@\" $extra"
  definition=$(printf '%s\000' "$@" | digest)
  found=$(docker network inspect \
    --format '{{.Id}} {{index .Labels "waybill.dev/target"}}/{{index .Labels "waybill.dev/instance"}} {{index .Labels "waybill.dev/definition"}}' \
    "$full" 2>/dev/null) || found=''
  case $found in
    '') make_network "$@" ;;
    *" docker/$instance $definition") id=${'${found%% *}'} ;;
    *" docker/$instance "*)
      id=${'${found%% *}'}
      # shellcheck disable=SC2046 # ids are words
      remove $(docker ps --all --quiet --filter "network=$id" --filter "label=waybill.dev/instance=$instance" --filter label=waybill.dev/target=docker)
      docker network rm "$id" >/dev/null || fail "the network $full has changed and cannot be removed"
      make_network "$@"
      ;;
    *) fail "there is a network $full that these scripts have not made for $instance. If nobody needs it: docker network rm $full" ;;
  esac
  network_ids="$network_ids $short=$id"
}

make_network() {
  id=$(docker network create --label "waybill.dev/definition=$definition" "$@" "$full") || fail "cannot make the network $full"
  say "network $short: made"
  changes=$((changes + 1))
}

# volume NAME OPTION…: what is there stays as it is
volume() {
  [ "$mode" != check ] || return 0
  full=${'${instance}'}_$1 short=$1
  owner=$(docker volume inspect --format '{{index .Labels "waybill.dev/instance"}}' "$full" 2>/dev/null) || owner=none
  case $owner in
    none) ;;
    "$instance" | '' | '<no value>') return 0 ;;
    *) fail "the volume $full belongs to the instance $owner" ;;
  esac
  extra=''
  volume_arguments "$1"
  shift
  eval "set -- \"\$@\" $extra"
  docker volume create "$@" "$full" >/dev/null || fail "cannot make the volume $full"
  say "volume $short: made"
  changes=$((changes + 1))
}

# existing_volume NAME: one that the site has; nothing is ever done to it
existing_volume() {
  [ "$mode" != check ] || docker volume inspect "$1" >/dev/null 2>&1 || unclaimed="$unclaimed
  $1"
}

`
