/** Making and starting containers. */
export const starting = String.raw`# ---- starting

# start_one OPTION… -- IMAGE WORD…
start_one() {
  image_id=$(docker image inspect --format '{{.Id}}' "$image") || fail "the image $image is gone"
  definition=$({
    printf '%s\000' "$unit" "$image_id" "$aliases" "$@"
    for network in $networks; do network_id "$network"; done
  } | digest)
  found=$(docker container inspect \
    --format '{{index .Config.Labels "waybill.dev/target"}}/{{index .Config.Labels "waybill.dev/instance"}} {{index .Config.Labels "waybill.dev/definition"}} {{.State.Status}} {{.State.ExitCode}}' \
    "$name" 2>/dev/null) || found=''
  case $found in
    '' | "docker/$instance "*) ;;
    *) fail "there is a container $name already, of ${'${found%% *}'} (target/instance). It was left as it is" ;;
  esac
  case $recreate$kind\ ${'${found#* }'} in
    "container $definition running "* | "container $definition restarting "*) return 0 ;;
    "job $definition running "* | "job $definition exited 0") return 0 ;;
    "container $definition exited "*)
      say "$unit $replica: started again"
      run_it
      return 0
      ;;
  esac
  if [ -n "$found" ]; then
    say "$unit $replica: made anew"
    remove "$name"
  else
    say "$unit $replica: made"
  fi
  make "$@"
  run_it
}

network_id() {
  id=${'${network_ids#*" $1="}'}
  printf ' %s' "$1" "${'${id%% *}'}"
}

# make OPTION… -- IMAGE WORD…: a container with its networks, not started. One that is killed before its start is made anew.
make() {
  first=${'${networks%% *}'}
  case $first in
    none | host) set -- --network "$first" "$@" ;;
    *)
      for alias in "$unit" $aliases; do set -- --network-alias "$alias" "$@"; done
      set -- --network "${'${instance}'}_$first" "$@"
      ;;
  esac
  error=$(docker create --pull never --name "$name" --label "waybill.dev/definition=${'${definition:-}'}" "$@" 2>&1 >/dev/null) ||
    fail "$name cannot be made: $error"
  for network in ${'${networks#"$first"}'}; do
    set --
    for alias in "$unit" $aliases; do set -- "$@" --alias "$alias"; done
    docker network connect "$@" "${'${instance}'}_$network" "$name" || fail "$name cannot be attached to $network"
  done
}

run_it() {
  changes=$((changes + 1))
  error=$(docker start "$name" 2>&1 >/dev/null) && return 0
  case $error in
    *'already allocated'* | *'address already in use'*)
      error="$error
A port that it publishes is taken by something else on this machine. Stop that, or set another port with site.publish in instance.yaml and render again." ;;
  esac
  fail "$name does not start: $error"
}

# remove CONTAINER…: stops them at once, each with the time that it is given
remove() {
  [ $# -gt 0 ] || return 0
  docker stop "$@" >/dev/null || fail "cannot stop $*"
  docker rm --volumes "$@" >/dev/null || fail "cannot remove $*"
}

`
