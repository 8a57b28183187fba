/** The scripts themselves. */
export const scripts = String.raw`# ---- the scripts

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
