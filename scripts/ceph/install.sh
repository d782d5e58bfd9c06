#!/usr/bin/env bash
# Installs what up.sh needs from Debian: a monitor, an object store daemon and the RADOS gateway. Does nothing where they are.
set -euo pipefail

installed() {
  command -v radosgw && command -v radosgw-admin && command -v ceph-mon && command -v ceph-osd && command -v ceph && command -v curl
} >/dev/null

installed && exit 0
if ! command -v apt-get >/dev/null; then
  echo "ceph/install.sh: this is no Debian: install radosgw, ceph-mon, ceph-osd and curl by your system's own means" >&2
  exit 2
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "ceph/install.sh: Debian's packages need root: run sudo $0" >&2
  exit 2
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends radosgw ceph-mon ceph-osd curl >&2
installed || {
  echo "ceph/install.sh: the packages are installed and their commands are not there" >&2
  exit 1
}
