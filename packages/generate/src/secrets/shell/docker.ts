/**
 * The store of a Docker host: `$folder/<object>/<key>`, and env files in `$folder/env`. Files are readable for every user
 * of a container that they are mounted into, and the folder around them for its owner only.
 */
export const dockerFunctions = String.raw`
open_store() {
  case $folder in
    /*) ;;
    *) fail "the folder of the secrets has to be absolute, not \"$folder\" (WAYBILL_SECRETS)" ;;
  esac
  if [ -n "$check" ]; then
    printf 'folder %s\n' "$folder"
    if [ -d "$folder" ]; then make_work "$folder"; else make_work "${'${TMPDIR:-/tmp}'}"; fi
    return 0
  fi
  printf 'folder %s\n' "$folder"
  mkdir -p "$folder/env" || fail "cannot make $folder"
  chmod 0700 "$folder" || fail "$folder belongs to somebody else"
  make_work "$folder"
}

oversize() { :; } # FOLDER: files may be of any size

# offered OBJECT PART FILE: a value that instance.yaml says is in a file of this machine. It is copied, because its mode
# may keep it from a container's user, and because a version never changes. What is given with --from comes first.
offered() {
  id=${'${1%-v*}'}
  [ ! -e "$work/given/$id/$2" ] || return 0
  if [ -f "$3" ] && [ -r "$3" ]; then
    mkdir -p "$work/given/$id"
    cat <"$3" >"$work/given/$id/$2" || fail "cannot read $3"
    [ "$2" != value ] || drop_line_end "$work/given/$id/$2"
  elif ! look "$1"; then
    if [ -e "$3" ]; then why='cannot be read by this user, or is no file'; else why='is missing'; fi
    problem "$id: $3 $why (secrets.existing in instance.yaml)."
  fi
}

copy() { wanted "$1" "$2" "$3" "$4"; } # KIND OBJECT USE READER: what "offered" found

look() { [ -d "$folder/$1" ]; } # OBJECT: whether it is there
live() { live=$folder/$1/$2; [ -f "$live" ]; } # OBJECT KEY: sets live to a file with the value
removal() { printf 'If nothing runs with it, remove it and run this again: rm -r %s' "$folder/$1"; }

# put OBJECT TYPE: stores $work/new/OBJECT in one step; "no" when somebody else was first. mv into the parent, because
# the object as the destination would take a second run's folder inside of the first one's.
put() {
  { chmod 0444 "$work/new/$1"/* && chmod 0755 "$work/new/$1"; } || fail "cannot prepare $1"
  mv -f "$work/new/$1" "$folder/" 2>"$work/log" && return 0
  look "$1" || { cat "$work/log" >&2; fail "cannot write $folder/$1"; }
  return 1
}

# env_file FILE SERVICE, then pairs of VARIABLE and OBJECT/KEY: raw lines, as "env_file" with "format: raw" reads them
env_file() {
  object=env/$1 service=$2 target=$work/env waits='' broken=''
  shift 2
  : >"$target"
  while [ $# -gt 1 ]; do
    if ! find_value "$2"; then
      waits=${'${2%%/*}'}
    else
      why=$(flaw "$live" line)
      [ -z "$why" ] || { problem "The value of $1 of $service $why."; broken=1; }
      { printf '%s=' "$1"; cat "$live"; printf '\n'; } >>"$target"
    fi
    shift 2
  done
  if [ -n "$broken" ]; then
    :
  elif [ -f "$folder/$object" ]; then
    [ -n "$waits" ] || same_file
  elif [ -n "$check" ]; then
    lacks "$object"
  elif [ -n "$waits" ]; then
    say waits "$object (for $waits)"
    missing=1
  else
    chmod 0400 "$target"
    if ln "$target" "$folder/$object" 2>"$work/log"; then
      say composed "$object"
    elif [ -f "$folder/$object" ]; then
      same_file
    else
      cat "$work/log" >&2
      fail "cannot write $folder/$object"
    fi
    rm -f "$target"
  fi
}

same_file() {
  if cmp -s "$target" "$folder/$object"; then
    [ -n "$check" ] || say kept "$object"
  else
    problem "$object does not hold what its secrets hold now. $(removal "$object")"
  fi
}
`
