/** Waiting for containers. */
export const waiting = String.raw`# ---- waiting

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

`
