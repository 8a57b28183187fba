/** What every script starts with. */
export const common = String.raw`# shellcheck shell=sh disable=SC2154  # instance.sh has what is not assigned here
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

`
