import { portHolder } from '../../containers/port-holder.ts'

/**
 * The functions of all scripts of the target: POSIX, with nothing but the docker program and what every Unix has. Each file
 * of a service calls them, once in every pass: to list, to check, to start.
 */
export const library = String.raw`# shellcheck shell=sh disable=SC2154  # instance.sh has what is not assigned here
# The functions of the scripts. Written by Waybill and written again at each render: changes belong into custom/arguments.sh.

# ---- what every script starts with

say() { printf '%s\n' "$1"; }
warn() { printf '%s\n' "$1" >&2; }
fail() { printf '%s: %s\n' "$program" "$1" >&2; exit 1; }
wrong_usage() { printf '%s: "%s" is not an option. See --help.\n' "$program" "$1" >&2; exit 2; }

# begin PROGRAM
begin() {
  program=$1
  folder=$(pwd -P)
  base=$folder/base
  secrets=${'${WAYBILL_SECRETS:-}'}
  [ -n "$secrets" ] || secrets=$usual_secrets
  [ -n "$secrets" ] || fail 'HOME is not set: say where the secrets are with WAYBILL_SECRETS=FOLDER'
  plain_path 'this folder' "$folder"
  plain_path 'the folder of the secrets' "$secrets"
  command -v docker >/dev/null || fail 'the program docker is not here'
  docker version >/dev/null 2>&1 || fail "the Docker engine cannot be reached: $(docker version 2>&1 | tail -n 1)"
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [ -f custom/arguments.sh ]; then
    # shellcheck source=/dev/null
    . ./custom/arguments.sh
  fi
}

# plain_path WHAT PATH: the option --mount of docker reads a list with commas
plain_path() {
  case $2 in
    *[,\"]* | *'
'*) fail "$1 must not have a comma, a quote or a line break in its path: $2" ;;
    /*) ;;
    *) fail "$1 has to be an absolute path, not \"$2\" (WAYBILL_SECRETS)" ;;
  esac
}

# digest: of standard input
digest() {
  if command -v sha256sum >/dev/null; then
    sha256sum
  elif command -v shasum >/dev/null; then
    shasum -a 256
  else
    openssl dgst -sha256 -r
  fi | cut -c 1-16
}

# ---- what the files of services call, in this order; every pass over them does something else with it ($mode)

# service NAME: reads the file of a service
service() {
  networks=none aliases=''
  # shellcheck source=/dev/null
  . "./base/services/$1.sh"
}

# needs started|healthy|completed NAME: waits for all containers of a service
needs() {
  [ "$mode" = start ] || return 0
  for other in $containers $jobs; do
    case ${'${other#"$instance-$2-"}'} in
      "$other" | *[!0-9]*) ;;
      *) await "$1" "$other" ;;
    esac
  done
}

# attach NETWORK…: "none" and "host" are Docker's own
attach() { networks=$*; }

# known_as NAME…: further names in these networks
known_as() { aliases=$*; }

# container NAME REPLICA OPTION… -- IMAGE WORD…: stays up. An option is one word, so that the first "--" ends them.
container() {
  kind=container unit=$1 replica=$2 name=$instance-$1-$2
  shift 2
  each "$@"
}

# job NAME OPTION… -- IMAGE WORD…: runs to its end
job() {
  kind=job unit=$1 replica=1 name=$instance-$1-1
  shift
  each "$@"
}

# task NAME OPTION… -- IMAGE WORD…: runs when somebody says run.sh NAME
task() {
  kind=task unit=$1 replica=1 name=$instance-$1-run-$$
  shift
  each "$@"
}

# each OPTION… -- IMAGE WORD…
each() {
  case $mode/$kind in
    list/container | check/container) containers="$containers $name" ;;
    list/job | check/job) jobs="$jobs $name" ;;
    run/container) fail "$unit stays up all the time: up.sh starts it" ;;
  esac
  case $mode/$kind in
    check/*) check_one "$@" ;;
    start/container | start/job) with_customs start_one "$@" ;;
    run/*) with_customs run_one "$@" ;;
  esac
}

# with_customs FUNCTION OPTION… -- IMAGE WORD…: the customer's arguments come last, so that they win
with_customs() {
  then=$1 rest='' image=''
  shift
  count=$#
  while [ "$count" -gt 0 ]; do
    if [ -z "$rest" ] && [ "$1" = -- ]; then
      rest=1 image=$2 extra=''
      container_arguments "$unit" "$replica"
      eval "set -- \"\$@\" $extra"
    fi
    set -- "$@" "$1"
    shift
    count=$((count - 1))
  done
  "$then" "$@"
}

# pass MODE NAME…: over the files of these services
pass() {
  mode=$1
  shift
  for each_service in "$@"; do service "$each_service"; done
}

# ---- checks before anything starts

# check_one OPTION… -- IMAGE WORD…
check_one() {
  while [ "$1" != -- ]; do
    case $1 in
      --env-file=*) check_file "${'${1#*=}'}" ;;
      --mount=type=bind,source=*)
        path=${'${1#*,source=}'}
        path=${'${path%%,target=*}'}
        check_file "${'${path%%,\\"target=*}'}" # quoted, if the path inside has a quote
        ;;
      --publish=*) check_port "${'${1#*=}'}" ;;
    esac
    shift
  done
  case " $images " in
    *" $2 "*) ;;
    *) images="$images $2" ;;
  esac
}

check_file() {
  case $1 in
    "$secrets"/*)
      case $missing in
        *"$1 (for $unit)"*) ;;
        *) [ -e "$1" ] || missing="$missing
  $1 (for $unit)" ;;
      esac
      ;;
    "$base"/*)
      [ -e "$1" ] || fail "$1 is missing: render this folder again"
      # a copy that was made under a strict umask
      [ -n "$(find "$1" -perm -004)" ] || chmod a+r "$1" || fail "the users of containers may not read $1"
      ;;
    *) [ -e "$1" ] || fail "nothing was started, because $1 (for $unit) is missing on this machine" ;;
  esac
}

# check_port [ADDRESS:]PORT:PORT/PROTOCOL: of another container; programs beside Docker are found when it starts
check_port() {
  port=${'${1%:*}'} address=''
  case $port in
    *:*) address=${'${port%:*}'} port=${'${port##*:}'} ;;
  esac
  holder=$(port_holder "$address" "$port" "${'${1##*/}'}" "$instance")
  [ -z "$holder" ] || taken="$taken
  $port (for $unit) belongs to the container $holder"
}

${portHolder}
check() {
  containers='' jobs='' images='' missing='' taken='' unclaimed=''
  pass check "$@"
  declare_volumes
  if [ -n "$missing" ]; then
    [ ! -d "$secrets" ] || [ -x "$secrets" ] || fail "you may not look into $secrets"
    fail "nothing was started, because secrets are missing:$missing
Make them with: sh base/secrets.sh"
  fi
  [ -z "$unclaimed" ] || fail "nothing was started, because volumes that site.claims names are not here:$unclaimed
Make them with docker volume create, or name others in instance.yaml and render again."
  [ -z "$taken" ] || fail "nothing was started, because ports of this machine are taken:$taken
Set other ports with site.publish in instance.yaml and render again, or stop what has them."
  pull
}

pull() {
  absent=''
  for image in $images; do
    docker image inspect "$image" >/dev/null 2>&1 || {
      say "pulling $image"
      docker pull --quiet "$image" >/dev/null || absent="$absent
  $image"
    }
  done
  [ -z "$absent" ] || fail "nothing was started, because images are neither here nor can be pulled:$absent
Log in to their registry with docker login, or bring them with docker load."
}

# ---- one run at a time: the name of a container that is never started, which Docker gives only once. Its label tells
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

# ---- networks and volumes

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

# ---- starting

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

# ---- waiting

# await started|healthy|completed CONTAINER
await() {
  [ "$1" != started ] || return 0
  seconds=0 told=''
  while :; do
    state=$(docker container inspect \
      --format '{{.State.Status}} {{.State.ExitCode}} {{with .State.Health}}{{.Status}}{{else}}unchecked{{end}} {{index .Config.Labels "waybill.dev/healthy-within"}}' \
      "$2") || fail "$2 is gone"
    within=${'${state##* }'}
    case $1/$state in
      completed/'exited 0 '* | healthy/'running '*' healthy '* | healthy/'running '*' unchecked '*) return 0 ;;
      completed/'exited '* | */'dead '* | healthy/'exited '*) failed "$1" "$2" "has ended: ${'${state%% [a-z]*}'}" ;;
      completed/'created '* | healthy/'created '* | */'paused '*) failed "$1" "$2" "is ${'${state%% *}'}" ;;
      healthy/*)
        [ "$seconds" -lt "${'${within:-60}'}" ] || failed "$1" "$2" "is not healthy after $seconds seconds (${'${state% *}'})"
        ;;
    esac
    if [ -z "$told" ]; then
      told=1
      case $1 in
        healthy) say "waiting for ${'${2#"$instance-"}'} to be healthy (at most ${'${within:-60}'} seconds)" ;;
        *) say "waiting for ${'${2#"$instance-"}'} to complete" ;;
      esac
    fi
    sleep 1
    seconds=$((seconds + 1))
  done
}

# failed STATE CONTAINER WHY
failed() {
  warn "$2 $3. Its last lines:"
  docker logs --tail 20 "$2" 2>&1 | sed 's/^/  | /' >&2
  if [ "$1" = healthy ]; then
    warn 'What its health check said last:'
    docker container inspect --format '{{with .State.Health}}{{range .Log}}{{.ExitCode}} {{.Output}}
{{end}}{{end}}' "$2" | grep -v '^$' | tail -n 3 | sed 's/^/  | /' >&2
  fi
  fail 'what has started so far stays; run this again when the cause is gone'
}

# ---- the scripts

up_usage() {
  cat <<'END'
Starts what does not run and changes what is new; ends when everything is healthy and every one-shot has completed.
Safe to run again, also after it was killed: containers whose definition is the same are left alone.

  up.sh              start, or change
  up.sh --recreate   make every container anew, one-shots included; volumes stay

WAYBILL_SECRETS=FOLDER  where the secrets are, if secrets.sh was told so
Exit codes: 0 everything runs, 1 something does not, for a reason shown, 2 wrong usage.
END
}

up() {
  recreate=''
  for word in "$@"; do
    case $word in
      --recreate) recreate='anew ' ;;
      -h | --help) up_usage; exit 0 ;;
      *) program=up.sh; wrong_usage "$word" ;;
    esac
  done
  begin up.sh
  changes=0 network_ids=''
  [ -z "$(docker ps --all --quiet --filter "label=com.docker.compose.project=$instance")" ] ||
    fail "$instance runs under Docker Compose. Stop it there with docker compose down, which leaves the volumes, and run this again: it takes them over."
  [ -z "$(docker ps --all --quiet --filter "name=^$instance-single\$" --filter "label=waybill.dev/instance=$instance")" ] ||
    fail "$instance runs in one container, $instance-single. Stop it with base/down.sh of the target single, which leaves the volumes, and run this again: it takes them over."
  # shellcheck disable=SC2086 # lists of names
  check $start_order $tasks
  lock "${'${images##* }'}"
  mode=declare
  remove_undeclared
  declare_networks
  declare_volumes
  # shellcheck disable=SC2086
  pass start $start_order
  for each_job in $jobs; do await completed "$each_job"; done
  for each_container in $containers; do await healthy "$each_container"; done
  remove_undeclared_networks
  if [ "$changes" -eq 0 ]; then say 'Everything runs; nothing was changed.'; else say 'Everything runs.'; fi
}

# ours: "ID NAME" of each container of the instance that these scripts have made, runs of tasks apart
ours() {
  docker ps --all --no-trunc --filter "label=waybill.dev/instance=$instance" --filter label=waybill.dev/target=docker \
    --format '{{.ID}} {{.Names}} {{.Label "waybill.dev/task"}}' | while read -r id name task; do
    [ -n "$task" ] || printf '%s %s\n' "$id" "$name"
  done
}

remove_undeclared() {
  gone=$(ours | while read -r id name; do
    case " $containers $jobs " in
      *" $name "*) ;;
      *) printf '%s ' "$id"; warn "$name: removed, because it is no longer declared" ;;
    esac
  done)
  # shellcheck disable=SC2086
  remove $gone
  [ -z "$gone" ] || changes=$((changes + 1))
}

remove_undeclared_networks() {
  for found in $(our_networks); do
    case " $network_ids " in
      *"=$found "*) ;;
      *) docker network rm "$found" >/dev/null || fail "the network $found is no longer declared and cannot be removed" ;;
    esac
  done
}

our_networks() {
  docker network ls --quiet --no-trunc --filter "label=waybill.dev/instance=$instance" --filter label=waybill.dev/target=docker
}

down_usage() {
  cat <<'END'
Stops and removes the containers and networks; volumes stay.

  down.sh             stop and remove
  down.sh --volumes   the same, and remove all data: says what is lost, and asks where there is a terminal
  down.sh --volumes --yes   without asking

Exit codes: 0 done, 1 not done for a reason shown, 2 wrong usage.
END
}

down() {
  volumes='' yes=''
  for word in "$@"; do
    case $word in
      --volumes) volumes=1 ;;
      --yes) yes=1 ;;
      -h | --help) down_usage; exit 0 ;;
      *) program=down.sh; wrong_usage "$word" ;;
    esac
  done
  begin down.sh
  [ -z "$volumes" ] || announce_loss
  any=$(docker ps --all --filter "label=waybill.dev/instance=$instance" --format '{{.ID}}' | head -n 1)
  # an image that is here for sure; without a container nothing runs that the lock would keep out
  [ -z "$any" ] || lock "$(docker container inspect --format '{{.Image}}' "$any")"
  containers='' jobs=''
  # shellcheck disable=SC2086
  pass list $start_order
  stop_backwards
  for found in $(our_networks); do
    docker network rm "$found" >/dev/null || fail "cannot remove the network $found"
  done
  [ -z "$volumes" ] || remove_volumes
  say "$instance is down."
}

# what is not declared and runs of tasks first, then line by line from the end of the order, so that whoever needs
# something is gone before it
stop_backwards() {
  changes=0
  remove_undeclared
  # shellcheck disable=SC2046
  remove $(docker ps --all --quiet --filter "label=waybill.dev/instance=$instance" --filter label=waybill.dev/task)
  backwards=''
  while read -r line; do
    backwards="$line
$backwards"
  done <<END
$start_order
END
  printf '%s' "$backwards" | while read -r line; do
    some=$(ours | while read -r id name; do
      for each_unit in $line; do
        case ${'${name#"$instance-$each_unit-"}'} in
          "$name" | *[!0-9]*) ;;
          *) printf '%s ' "$id" ;;
        esac
      done
    done)
    # shellcheck disable=SC2086
    remove $some
  done
}

our_volumes() { docker volume ls --quiet --filter "label=waybill.dev/instance=$instance"; }

announce_loss() {
  lost=$(our_volumes)
  [ -n "$lost" ] || return 0
  warn 'These volumes are removed with everything in them:'
  for each_volume in $lost; do
    warn "  $each_volume ($(docker volume inspect --format '{{index .Labels "waybill.dev/data"}}' "$each_volume"))"
  done
  if [ -t 0 ] && [ -z "$yes" ]; then
    printf 'Type the name of the instance to go on: ' >&2
    read -r answer
    [ "$answer" = "$instance" ] || fail 'nothing was done'
  fi
}

remove_volumes() {
  for each_volume in $(our_volumes); do
    docker volume rm "$each_volume" >/dev/null || fail "cannot remove the volume $each_volume"
  done
}

status() {
  begin status.sh
  docker ps --all --filter "label=waybill.dev/instance=$instance" --filter label=waybill.dev/target=docker \
    --format 'table {{.Names}}\t{{.Status}}\t{{.Image}}\t{{.Ports}}'
}

logs() {
  begin logs.sh
  case ${'${1:-}'} in
    '' | -*) fail "which container? sh logs.sh NAME [options of docker logs], NAME being one of: $(ours | while read -r id name; do printf '%s ' "${'${name#"$instance-"}'}"; done)" ;;
  esac
  name=$instance-$1
  shift
  docker container inspect "$name" >/dev/null 2>&1 || name=$name-1
  exec docker logs "$@" "$name"
}

# run NAME: a task or a job once more, in front of us, with its exit code
run() {
  begin run.sh
  case " $tasks $(printf '%s' "$start_order" | tr '\n' ' ') " in
    *" ${'${1:-}'} "*) ;;
    *) fail "which task? One of: $tasks" ;;
  esac
  check "$1"
  pass run "$1"
}

run_one() {
  name=$instance-$unit-run-$$
  trap 'docker rm --force --volumes "$name" >/dev/null 2>&1 || :' EXIT
  make --label waybill.dev/task=run "$@"
  code=0
  docker start --attach "$name" || code=$?
  exit "$code"
}
`
