#!/usr/bin/env bash
# Stops what up.sh started and removes its folder. Nothing to stop is no error.
#
#   down.sh [--dir DIR]

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/ceph/common.sh
. "$here/common.sh"
parse_options "$@"

[ -d "$dir" ] || exit 0
require_own_dir
exec 9>"$dir/lock"
flock 9
for name in watch rgw osd mon; do stop $name; done
rm -rf "$dir"
