import { portHolder } from '../../../containers/port-holder.ts'

/** Checks before anything starts. */
export const checks = String.raw`# ---- checks before anything starts

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

`
