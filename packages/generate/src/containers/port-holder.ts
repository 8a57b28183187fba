/**
 * A shell function that prints the name of a running container that has a port of the machine, those of the instance
 * apart. Two containers share a number where each has an address of its own; programs beside Docker are not seen.
 */
export const portHolder = String.raw`# port_holder ADDRESS PORT PROTOCOL INSTANCE; no address means all of them
port_holder() {
  address=${'${1#"["}'}
  address=${'${address%"]"}'}
  others=$(docker ps --quiet --filter "publish=$2/$3")
  [ -n "$others" ] || return 0
  # shellcheck disable=SC2086 # ids are words
  docker container inspect --format '{{range $inside, $all := .NetworkSettings.Ports}}{{range $all}}[{{.HostIp}}]:{{.HostPort}} {{$inside}} {{$.Name}} {{index $.Config.Labels "waybill.dev/instance"}}
{{end}}{{end}}' $others 2>/dev/null | while read -r where inside holder instance_of_holder; do
    case $inside in
      */"$3") ;;
      *) continue ;;
    esac
    case $address in
      '' | 0.0.0.0 | ::) where="[]:${'${where##*:}'}" ;;
    esac
    case $where in
      "[$address]:$2" | "[]:$2" | "[0.0.0.0]:$2" | "[::]:$2")
        [ "$instance_of_holder" = "$4" ] || { printf '%s' "${'${holder#/}'}"; break; }
        ;;
    esac
  done
}
`
