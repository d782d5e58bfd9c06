#!/usr/bin/env bash
# Builds AWS' runtime interface client, under which the Lambda's bundle is tested, into a folder of this user's cache; outside
# the workspace, since its compilation takes minutes that nobody else needs. Does nothing where it is. Prints the folder.
# `install-ric.sh --find` builds nothing: it prints the folder, or fails.
set -euo pipefail

version=4.0.2
# Its addon is of one Node version.
folder="${XDG_CACHE_HOME:-$HOME/.cache}/data-universe-storage/aws-lambda-ric-$version-node-$(node -p process.versions.modules)-$(uname -m)"

if [ -f "$folder/ready" ]; then
  echo "$folder"
  exit 0
fi

[ "${1:-}" != --find ] || exit 1

tools=(cmake g++ make python3 xz)
missing() {
  for tool in "${tools[@]}"; do command -v "$tool" >/dev/null || return 0; done
  return 1
}
if missing; then
  if ! command -v apt-get >/dev/null; then
    echo "lambda/install-ric.sh: this is no Debian: install ${tools[*]} by your system's own means" >&2
    exit 2
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "lambda/install-ric.sh: Debian's packages need root: run sudo $0" >&2
    exit 2
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends cmake g++ make python3 xz-utils >&2
fi

mkdir -p "$folder"
cd "$folder"
echo '{ "private": true }' >package.json
npm install --no-audit --no-fund --loglevel=error "aws-lambda-ric@$version" >install.log 2>&1 || {
  tail -n 40 install.log >&2
  echo "lambda/install-ric.sh: the build failed; all of it is in $folder/install.log" >&2
  exit 1
}
touch ready
echo "$folder"
