#!/usr/bin/env bash
# Installs what others wrote and our formats and servers are tried with, from Debian: S3 clients, and Python's Fernet.
# Does nothing where they are.
set -euo pipefail

missing() {
  local package
  for package in aws:awscli s3cmd:s3cmd rclone:rclone restic:restic; do
    [ -x "/usr/bin/${package%:*}" ] || echo "${package#*:}"
  done
  python3 -c 'import cryptography' 2>/dev/null || echo python3-cryptography
}

mapfile -t packages < <(missing)
[ ${#packages[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null; then
  echo "clients/install.sh: this is no Debian: install ${packages[*]} by your system's own means" >&2
  exit 2
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "clients/install.sh: Debian's packages need root: run sudo $0" >&2
  exit 2
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
mapfile -t packages < <(missing)
[ ${#packages[@]} -eq 0 ] && exit 0
echo "clients/install.sh: still missing after the installation: ${packages[*]}" >&2
exit 1
