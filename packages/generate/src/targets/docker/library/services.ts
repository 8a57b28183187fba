/** What the files of services call. */
export const services = String.raw`# ---- what the files of services call, in this order; every pass over them does something else with it ($mode)

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

`
