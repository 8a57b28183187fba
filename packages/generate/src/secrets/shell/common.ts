/**
 * The functions that every `secrets.sh` has. A store adds `open_store`, `look`, `live` and `put` (see `docker.ts` and
 * `kubernetes.ts`). Values are only ever in files below `$work` and in the store: a shell variable or an argument could
 * be seen with `ps` or `sh -x`, and `$(…)` would drop line breaks at the end.
 */
export const commonFunctions = String.raw`
say() { printf '%-9s %s\n' "$1" "$2"; }
fail() { printf 'secrets.sh: %s\n' "$1" >&2; exit 1; }
wrong_usage() { printf 'secrets.sh: %s\nSee --help.\n' "$1" >&2; exit 2; }
problem() { printf '%s\n' "$1" >>"$work/problems"; } # all of them are shown at the end

# make_work FOLDER: a new folder that only this run knows, removed at the end
make_work() {
  remove_leftovers "$1"
  random=$(openssl rand -hex 8) || fail 'openssl does not work'
  work=$1/.waybill-secrets-$$-$random-$(uname -n)
  mkdir "$work" || fail "cannot write in $1"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  mkdir "$work/given" "$work/new" "$work/live"
  touch "$work/problems" "$work/absent" "$work/options"
}

# what a killed run has left in FOLDER; a run that is still alive keeps its own
remove_leftovers() {
  for leftover in "$1"/.waybill-secrets-*; do
    owner=${'${leftover##*/.waybill-secrets-}'}
    if [ -d "$leftover" ] && [ "${'${owner#*-*-}'}" = "$(uname -n)" ] && ! kill -0 "${'${owner%%-*}'}" 2>/dev/null; then
      rm -rf "$leftover" 2>/dev/null || : # another user's
    fi
  done
}

# ---- what the command line says

start() {
  check='' gives='' expects='' missing=''
  for word in "$@"; do
    if [ -n "$expects" ]; then
      expects='' gives=1
      split "$word"
      continue
    fi
    case $word in
      --from) expects=1 ;;
      --check) check=1 ;;
      -h | --help) usage; exit 0 ;;
      *) wrong_usage "\"$word\" is not an option" ;;
    esac
  done
  [ -z "$expects" ] || wrong_usage '--from needs ID=FILE'
  [ -z "$check" ] || [ -z "$gives" ] || wrong_usage '--check only looks; give values without it'
  open_store
  for word in "$@"; do
    case $word in
      --from | --check) ;;
      *) take "$word" ;;
    esac
  done
}

# split ID[/PART]=FILE: sets id, part and file
split() {
  case $1 in
    *=?*) name=${'${1%%=*}'} file=${'${1#*=}'} ;;
    *) wrong_usage "\"$1\" is not ID=FILE" ;;
  esac
  case $name in
    */*) id=${'${name%%/*}'} part=${'${name#*/}'} ;;
    *) id=$name part=value ;;
  esac
  case " $known " in
    '  ') wrong_usage '--from has no place here: secrets.source in instance.yaml says where the values come from' ;;
    *" $id/$part "*) ;;
    *) wrong_usage "\"$name\" is none of: $(printf '%s' "$known" | sed 's|/value||g')" ;;
  esac
}

# take ID[/PART]=FILE: copies a value that is brought
take() {
  split "$1"
  mkdir -p "$work/given/$id"
  brought=$work/given/$id/$part
  [ ! -e "$brought" ] || wrong_usage "\"$name\" is given twice"
  if [ "$file" = - ]; then
    cat >"$brought" || fail "cannot read standard input for $name"
  else
    cat <"$file" >"$brought" || fail "cannot read $file for $name"
  fi
  [ "$part" != value ] || drop_line_end "$brought"
}

# drop_line_end FILE: the line end that an editor leaves behind a single line is not part of the value
drop_line_end() {
  [ "$(tr -dc '\n' <"$1" | wc -c)" -eq 1 ] || return 0
  case $(tail -c 2 "$1" | od -An -tx1 | tr -d ' \n')/$(tr -dc '\r' <"$1" | wc -c | tr -d ' ') in
    0d0a/1) tr -d '\r\n' <"$1" >"$work/line" ;;
    *0a/*) tr -d '\n' <"$1" >"$work/line" ;;
    *) return 0 ;;
  esac
  mv -f "$work/line" "$1"
}

# ---- checks and encodings: bytes in, text out

# flaw FILE USE: says what keeps a value from its use: bytes, text (without NUL), variable (of a process), or line (of an
# env file)
flaw() {
  [ -s "$1" ] || { printf 'is empty'; return 0; }
  [ "$2" != bytes ] || return 0
  od -An -v -tx1 "$1" | awk -v "use=$2" '
    function found(what) { if (!said) printf "%s", what; said = 1; exit }
    BEGIN { for (i = 0; i < 256; i++) number[sprintf("%02x", i)] = i }
    {
      for (i = 1; i <= NF; i++) {
        byte = number[$i]; size++
        if (byte == 0) found("holds a NUL byte")
        if (use == "line" && byte == 10) found("holds a line break, which an env file cannot carry")
        if (left > 0) {
          if (byte < low || byte > high) found("is not UTF-8")
          low = 128; high = 191; left--
        } else if (byte >= 128) {
          if (byte < 194 || byte > 244) found("is not UTF-8")
          left = 1 + (byte > 223) + (byte > 239)
          low = byte == 224 ? 160 : byte == 240 ? 144 : 128
          high = byte == 237 ? 159 : byte == 244 ? 143 : 191
        }
      }
    }
    END {
      if (left > 0) found("is not UTF-8")
      if (use == "line" && byte == 13) found("ends in a carriage return, which an env file cannot carry")
      if (use == "variable" && size > 131000) found("is longer than the 131,000 bytes that a variable can carry")
      if (use == "line" && size > 65000) found("is longer than the 65,000 bytes that an env file can carry")
    }'
}

# percent: every byte but the unreserved of RFC 3986 as %XX
percent() {
  od -An -v -tx1 | awk '
    BEGIN { for (i = 33; i < 127; i++) if ((c = sprintf("%c", i)) ~ /[A-Za-z0-9._~-]/) keep[sprintf("%02x", i)] = c }
    { for (i = 1; i <= NF; i++) printf "%s", ($i in keep) ? keep[$i] : "%" toupper($i) }'
}

# json: as it stands between the quotes of a JSON string
json() {
  od -An -v -tx1 | awk '
    BEGIN {
      for (i = 0; i < 256; i++) out[sprintf("%02x", i)] = i < 32 ? sprintf("\\u%04x", i) : sprintf("%c", i)
      out["08"] = "\\b"; out["09"] = "\\t"; out["0a"] = "\\n"; out["0c"] = "\\f"; out["0d"] = "\\r"
      out["22"] = "\\\""; out["5c"] = "\\\\"
    }
    { for (i = 1; i <= NF; i++) printf "%s", out[$i] }'
}

# ---- base secrets

parts_of() {
  case $1 in
    keyPair) echo 'private.pem public.pem' ;;
    certificate) echo 'tls.crt tls.key' ;;
    *) echo value ;;
  esac
}
type_of() { case $1 in certificate) echo kubernetes.io/tls ;; *) echo Opaque ;; esac; }

# wanted KIND OBJECT USE READER: keeps what is there and stores what is brought; what is left has absent=1 (and, where it
# may be made, the folder $work/new/OBJECT)
wanted() {
  object=$2 id=${'${2%-v*}'} version=${'${2##*-v}'} absent=''
  given=$work/given/$id
  if [ -d "$given" ]; then
    fits "$@" || return 0
  fi
  if look "$object"; then
    kept "$1"
  elif [ -d "$given" ] && [ -z "$check" ]; then
    why=$(oversize "$given")
    if [ -n "$why" ]; then
      problem "$id: the value $why."
      absent=1
      mkdir "$work/new/$object"
      return 0
    fi
    mv -f "$given" "$work/new/$object"
    if put "$object" "$(type_of "$1")"; then
      say made "$object (brought)"
    else
      mv -f "$work/new/$object" "$given"
      kept "$1"
    fi
  else
    absent=1
    [ -z "$check" ] || lacks "$object"
    mkdir "$work/new/$object"
  fi
}

# lacks OBJECT: it is not there, and this run only looks
lacks() {
  if [ -n "$later" ]; then
    say later "$1 (made by $later)"
  else
    say missing "$1"
    missing=1
  fi
}

# kept KIND: an object that is there has every part, and what was brought for it is the same
kept() {
  for part in $(parts_of "$1"); do
    if ! live "$object" "$part" || [ ! -s "$live" ]; then
      problem "$object is there, but its \"$part\" is missing or empty. Complete it, or remove it to have it made again."
      return 0
    fi
    if [ -d "$given" ] && ! cmp -s "$live" "$given/$part"; then
      problem "$object is there with another value, which stays. For a new value raise secrets.versions.$id to $((version + 1)) in instance.yaml, render again, and give it to the new secrets.sh."
      return 0
    fi
  done
  [ -n "$check" ] || say kept "$object"
}

# fits KIND OBJECT USE READER: whether what is brought can be stored
fits() {
  for part in $(parts_of "$1"); do
    if [ ! -e "$given/$part" ]; then
      problem "$id: \"$part\" is missing; give all parts at once: --from $id/$part=FILE"
      return 1
    fi
    case $part in value) use=$3 ;; *) use=text ;; esac
    why=$(flaw "$given/$part" "$use")
    if [ -n "$why" ]; then
      case $4 in '') ;; *) why="$why (read as $4)" ;; esac
      problem "$id: the value $why."
      return 1
    fi
  done
  case $1 in
    keyPair) openssl pkey -pubin -in "$given/public.pem" -pubout >"$work/public" 2>/dev/null || : >"$work/public"; pair=private.pem ;;
    certificate) openssl x509 -in "$given/tls.crt" -noout -pubkey >"$work/public" 2>/dev/null || : >"$work/public"; pair=tls.key ;;
    *) return 0 ;;
  esac
  openssl pkey -in "$given/$pair" -passin pass: -pubout >"$work/public-of-private" 2>/dev/null || : >"$work/public-of-private"
  if [ ! -s "$work/public" ] || ! cmp -s "$work/public" "$work/public-of-private"; then
    problem "$id: the two parts are not PEM, need a pass phrase, or do not belong together."
    return 1
  fi
}

# store TYPE: stores what was made
store() { if put "$object" "$1"; then say made "$object"; else say kept "$object"; fi }

# run COMMAND…: silent unless it fails
run() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "$1 $2 did not work"; } }

# sized BYTES: whether all of the random value came
sized() { [ "$(wc -c <"$work/new/$object/value")" -eq "$1" ] || fail 'openssl gave too few random bytes'; }

password() { # OBJECT LENGTH USE READER
  wanted password "$1" "$3" "$4"
  [ -n "$absent" ] && [ -z "$check" ] || return 0
  openssl rand -base64 $(($2 * 2 + 32)) | tr -dc 'A-Za-z0-9' | dd bs=1 "count=$2" >"$work/new/$1/value" 2>/dev/null
  sized "$2"
  store Opaque
}

hex() { # OBJECT BYTES USE READER
  wanted hex "$1" "$3" "$4"
  [ -n "$absent" ] && [ -z "$check" ] || return 0
  openssl rand -hex "$2" | tr -d '\n' >"$work/new/$1/value"
  sized $(($2 * 2))
  store Opaque
}

key_pair() { # OBJECT
  wanted keyPair "$1" text ''
  [ -n "$absent" ] && [ -z "$check" ] || return 0
  run openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$work/new/$1/private.pem"
  run openssl pkey -in "$work/new/$1/private.pem" -pubout -out "$work/new/$1/public.pem"
  store Opaque
}

certificate() { # OBJECT HOST…
  wanted certificate "$1" text ''
  [ -n "$absent" ] && [ -z "$check" ] || return 0
  shift
  {
    printf '[req]\nprompt = no\ndistinguished_name = subject\nx509_extensions = extensions\n'
    printf '[subject]\nCN = %s\n[extensions]\nbasicConstraints = critical, CA:FALSE\n' "$object"
    printf 'subjectKeyIdentifier = hash\nextendedKeyUsage = serverAuth\nsubjectAltName = @hosts\n[hosts]\n'
    for host in "$@"; do
      case $host in
        *[!A-Za-z0-9.:*_-]* | '') fail "$object: \"$host\" is not a host name" ;;
        *:* | *[!0-9.]*) ;;
        *) printf 'IP.%s = %s\n' "$#" "$host"; shift; continue ;;
      esac
      case $host in *:*) printf 'IP.%s = %s\n' "$#" "$host" ;; *) printf 'DNS.%s = %s\n' "$#" "$host" ;; esac
      shift
    done
  } >"$work/certificate.conf"
  run openssl ecparam -name prime256v1 -genkey -noout -out "$work/curve.pem"
  run openssl pkcs8 -topk8 -nocrypt -in "$work/curve.pem" -out "$work/new/$object/tls.key"
  run openssl req -x509 -new -sha256 -days 825 -config "$work/certificate.conf" \
    -key "$work/new/$object/tls.key" -out "$work/new/$object/tls.crt"
  store kubernetes.io/tls
}

bring() { # KIND OBJECT USE READER TITLE
  maker=$later later=''
  wanted "$1" "$2" "$3" "$4"
  later=$maker
  [ -n "$absent" ] || return 0
  printf '  %s: %s\n' "$id" "$5" >>"$work/absent"
  for part in $(parts_of "$1"); do
    case $part in value) name=$id ;; *) name=$id/$part ;; esac
    printf ' --from %s=FILE' "$name" >>"$work/options"
  done
}

# ---- composed secrets

compose() { # OBJECT, then its entries, then "composed"
  object=$1 waits='' broken=''
  mkdir "$work/new/$object"
}

# entry KEY USE READER PIECE…: a piece is "text LITERAL", or "exact", "percent", "json" or "json+percent" and OBJECT/KEY
entry() {
  target=$work/new/$object/$1 use=$2 reader=$3
  shift 3
  : >"$target"
  while [ $# -gt 1 ]; do
    case $1 in
      text) printf '%s' "$2" >>"$target" ;;
      *) piece "$1" "$2" ;;
    esac
    shift 2
  done
  [ -z "$waits" ] || return 0
  why=$(flaw "$target" "$use")
  [ -z "$why" ] || { problem "$object: the value of $reader $why."; broken=1; }
}

piece() { # ENCODINGS OBJECT/KEY
  if ! find_value "$2"; then
    waits=${'${2%%/*}'}
    return 0
  fi
  cat "$live" >"$work/piece"
  encodings=$1+
  while [ -n "$encodings" ]; do
    case ${'${encodings%%+*}'} in
      percent) percent <"$work/piece" >"$work/encoded"; mv -f "$work/encoded" "$work/piece" ;;
      json) json <"$work/piece" >"$work/encoded"; mv -f "$work/encoded" "$work/piece" ;;
    esac
    encodings=${'${encodings#*+}'}
  done
  cat "$work/piece" >>"$target"
}

# find_value OBJECT/KEY: sets live to a file that holds the value; not there or empty is "no"
find_value() { look "${'${1%%/*}'}" && live "${'${1%%/*}'}" "${'${1#*/}'}" && [ -s "$live" ]; }

composed() {
  if [ -n "$broken" ]; then
    :
  elif look "$object"; then
    [ -n "$waits" ] || same_as_stored
  elif [ -n "$check" ]; then
    lacks "$object"
  elif [ -n "$waits" ]; then
    say waits "$object (for $waits)"
    missing=1
  elif why=$(oversize "$work/new/$object") && [ -n "$why" ]; then
    problem "$object $why."
  elif put "$object" Opaque; then
    say composed "$object"
  else
    same_as_stored
  fi
}

same_as_stored() {
  for made in "$work/new/$object"/*; do
    if ! live "$object" "${'${made##*/}'}" || ! cmp -s "$live" "$made"; then
      problem "$object does not hold what the secrets that it is made of hold now. $(removal "$object")"
      return 0
    fi
  done
  [ -n "$check" ] || say kept "$object"
}

# ---- the end

finish() {
  if [ -s "$work/problems" ]; then
    cat "$work/problems" >&2
    missing=1
  fi
  if [ -s "$work/absent" ]; then
    printf '\nTo be brought:\n' >&2
    cat "$work/absent" >&2
    printf 'Put each value into a file that only you can read ("-" is standard input), and run:\n  sh %s%s\n' "$0" "$(cat "$work/options")" >&2
    missing=1
  fi
  [ -z "$missing" ] || exit 1
}
`
