#!/bin/bash
# As in the original: the first argument may leave `minio` out, and the root credentials may come from files.
set -e
[[ $1 == minio ]] || set -- minio "$@"
for name in MINIO_ROOT_USER MINIO_ROOT_PASSWORD; do
  file=${name}_FILE
  [[ -z ${!file:-} ]] || export "$name=$(<"${!file}")"
done
exec "$@"
