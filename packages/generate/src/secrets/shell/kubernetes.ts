/** The store of a cluster: immutable Secrets in the instance's namespace. */
export const kubernetesFunctions = String.raw`
kube() { ${'${KUBECTL:-kubectl}'} "$@"; } # KUBECTL may hold words, such as "k3s kubectl"

open_store() {
  context=$(kube config current-context 2>/dev/null) || context='of this pod or the default'
  printf 'context %s, namespace %s\n' "$context" "$namespace"
  if [ -n "${'${TMPDIR:-}'}" ]; then
    make_work "$TMPDIR"
  elif [ -d /dev/shm ] && [ -w /dev/shm ]; then
    make_work /dev/shm
  else
    make_work /tmp
  fi
  if kube get namespace "$namespace" --ignore-not-found -o name >"$work/namespace" 2>"$work/log"; then
    [ -s "$work/namespace" ] || no_namespace
  elif ! grep -qi forbidden "$work/log"; then # without the right to ask, the first write tells
    cat "$work/log" >&2
    fail 'kubectl does not reach the cluster'
  fi
}
no_namespace() {
  fail "the namespace $namespace is missing. Make it with: ${'${KUBECTL:-kubectl}'} create namespace $namespace"
}

# how the list of a Secret is written: "found", then "= INSTANCE PRODUCT" if it has such labels ("=" is no key), then
# every key with its value
format='go-template=found{{"\n"}}'
format=$format'{{with .metadata.labels}}{{$product := index . "waybill.dev/product"}}'
format=$format'{{with index . "waybill.dev/instance"}}= {{.}} {{with $product}}{{.}}{{end}}{{"\n"}}{{end}}{{end}}'
format=$format'{{range $key, $value := .data}}{{$key}} {{$value}}{{"\n"}}{{end}}'

# look OBJECT: whether it is there. Its keys and values (base64) are in $work/live/OBJECT.list from then on.
look() {
  list=$work/live/$1.list
  [ ! -e "$list" ] || [ ! -s "$list" ] || return 0
  kube get secret "$1" --namespace "$namespace" --ignore-not-found -o "$format" >"$list" 2>"$work/log" ||
    { cat "$work/log" >&2; fail "cannot read the Secret $1"; }
  [ -s "$list" ] || return 1
  owner=$(awk '$1 == "=" { print $2, $3 }' "$list")
  case $owner in
    '' | "$instance $product" | "$instance ") ;; # made by hand, or ours
    *) fail "the Secret $1 in the namespace $namespace belongs to the instance \"${'${owner%% *}'}\" of \"${'${owner#* }'}\". Two instances need two namespaces: set \"namespace\" in instance.yaml and render again." ;;
  esac
}

# live OBJECT KEY: sets live to a file with the value. Lines are folded, because some openssl cannot read long ones.
live() {
  live=$work/live/$1.$2
  [ ! -e "$live" ] || return 0
  awk -v "key=$2" '$1 == key && NF == 2 { print $2 }' "$work/live/$1.list" >"$work/base64"
  [ -s "$work/base64" ] || return 1
  fold -w 64 "$work/base64" | openssl base64 -d >"$work/decoded" || fail "cannot decode $2 of $1"
  mv -f "$work/decoded" "$live"
}
# oversize FOLDER: says so when its values are too large for a Secret
oversize() {
  size=$(cat "$1"/* | wc -c)
  [ "$size" -le 1048576 ] || printf 'takes %s bytes; Kubernetes keeps at most 1,048,576 in a Secret' "$((size))"
}

operated='' # Secrets that operators keep

# existing NAME OBJECT KEY USE READER: a value that the site has in a Secret of its own
existing() {
  if ! look "$2"; then
    case $operated in
      *" $2 "*) whose='an operator of the cluster makes it; see what it says about its custom resource' ;;
      *) whose='secrets.existing in instance.yaml' ;;
    esac
    problem "$1: the Secret $2 is missing in the namespace $namespace ($whose)."
  elif ! awk -v "key=$3" '$1 == key { found = 1 } END { exit !found }' "$work/live/$2.list"; then
    keys=$(awk 'NR > 1 && $1 != "=" { printf "%s\"%s\"", separator, $1; separator = ", " }' "$work/live/$2.list")
    problem "$1: the Secret $2 has no key \"$3\"; its keys: ${'${keys:-none}'} (secrets.existing in instance.yaml)."
  else
    live "$2" "$3" || { live=$work/empty; : >"$live"; }
    why=$(flaw "$live" "$4")
    if [ -n "$why" ]; then
      case $5 in '') ;; *) why="$why (read as $5)" ;; esac
      problem "$1: \"$3\" of the Secret $2 $why."
    elif [ -z "$check" ]; then
      say found "$2/$3"
    fi
  fi
}

# operators LABEL OBJECT…: asks the operators of the cluster for what they run, and waits for the Secrets that they keep
operators() {
  chosen=$1
  shift
  operated=" $* "
  [ -z "$check" ] || return 0
  seconds=${'${WAYBILL_WAIT:-120}'} folder=$(dirname "$0")/.. asked=
  for name in "$@"; do
    while ! look "$name"; do
      [ -f "$folder/kustomization.yaml" ] || return 0 # inside of the Job: whoever applies the rest asks
      if [ -z "$asked" ] && ! kube apply -k "$folder" -l "$chosen" >"$work/log" 2>&1; then
        cat "$work/log" >&2
        fail 'cannot ask for what operators of the cluster run. Are they installed?'
      fi
      asked=yes
      [ "$seconds" -gt 0 ] || break
      sleep 1
      seconds=$((seconds - 1))
    done
  done
}

# deliver FILE OBJECT…: asks the External Secrets Operator for what it has to make, and waits for it
deliver() {
  [ -z "$check" ] || return 0
  file=$(dirname "$0")/$1
  shift
  if [ -f "$file" ] && ! kube apply -f "$file" >"$work/log" 2>&1; then
    cat "$work/log" >&2
    fail 'cannot ask the External Secrets Operator (external-secrets.io/v1). Is it installed in this cluster?'
  fi
  for name in "$@"; do
    kube wait "externalsecrets.external-secrets.io/$name" --namespace "$namespace" --for=condition=Ready \
      "--timeout=${'${WAYBILL_WAIT:-120}'}s" >"$work/log" 2>&1 || return 0 # what is missing is told one by one
  done
}

# delivered OBJECT KEY…: a Secret that the operator makes
delivered() {
  object=$1
  shift
  if ! look "$object"; then
    say missing "$object"
    state=$(kube get "externalsecrets.external-secrets.io/$object" --namespace "$namespace" --ignore-not-found \
      -o 'jsonpath={.status.conditions[?(@.type=="Ready")].message}' 2>/dev/null) || state=''
    problem "$object is not there yet; the operator says: ${'${state:-nothing}'}. What the store has to hold is in external-secrets.yaml."
    return 0
  fi
  for key in "$@"; do
    if ! live "$object" "$key" || [ ! -s "$live" ]; then
      problem "$object is there, but its \"$key\" is missing or empty. Correct the value in the store, then remove the Secret to have it made again: ${'${KUBECTL:-kubectl}'} delete secret $object --namespace $namespace"
      return 0
    fi
  done
  [ -n "$check" ] || say found "$object"
}

removal() {
  printf 'If nothing runs with it, remove it and run this again: %s delete secret %s --namespace %s' "${'${KUBECTL:-kubectl}'}" "$1" "$namespace"
}

# put OBJECT TYPE: creates the Secret from $work/new/OBJECT; "no" when somebody else was first
put() {
  {
    printf 'apiVersion: v1\nkind: Secret\ntype: %s\nimmutable: true\n' "$2"
    printf 'metadata:\n  name: %s\n  namespace: %s\n  labels:\n' "$1" "$namespace"
    printf '    app.kubernetes.io/managed-by: waybill\n'
    printf '    waybill.dev/product: "%s"\n    waybill.dev/instance: "%s"\ndata:\n' "$product" "$instance"
    for made in "$work/new/$1"/*; do
      printf '  "%s": "' "${'${made##*/}'}"
      openssl base64 -in "$made" -out "$work/base64" || fail "cannot encode $1"
      tr -d '\n' <"$work/base64"
      printf '"\n'
    done
  } >"$work/manifest.yaml"
  kube create -f "$work/manifest.yaml" >"$work/log" 2>&1 && return 0
  if grep -q "namespaces \"$namespace\" not found" "$work/log"; then no_namespace; fi
  look "$1" && return 1
  cat "$work/log" >&2
  fail "cannot create the Secret $1"
}
`
