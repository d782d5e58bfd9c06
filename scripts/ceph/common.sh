# shellcheck shell=bash
# Sourced by up.sh and down.sh: their options, and the processes of a cluster, found by pid file alone.

usage() {
  sed -n '1d; /^#/!q; s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

# Sets dir, port and owner from the command line.
# shellcheck disable=SC2034 # up.sh reads them.
parse_options() {
  dir=${TMPDIR:-/tmp}/data-universe-ceph port='' owner=''
  while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage
    case $1 in
      --dir) dir=$2 ;;
      --port) port=$2 ;;
      --owner) owner=$2 ;;
      *) usage ;;
    esac
    shift 2
  done
  case $dir in
    /*) ;;
    *) dir=$PWD/$dir ;;
  esac
}

# up.sh empties the folder and down.sh removes it, so it has to be theirs.
require_own_dir() {
  if [ -n "$(ls -A "$dir")" ] && [ ! -e "$dir/lock" ]; then
    echo "$0: $dir holds something that up.sh did not make: name another folder" >&2
    exit 2
  fi
}

# A pid may have gone to another process since: only one that was started for this folder counts.
pid_of() { # name
  local file=$dir/run/$1.pid pid
  [ -s "$file" ] || return 1
  pid=$(cat "$file")
  tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$dir" || return 1
  echo "$pid"
}

alive() { pid_of "$1" >/dev/null; }

stop() { # name
  local pid
  if pid=$(pid_of "$1") && [ "$pid" != $$ ]; then
    kill -TERM "$pid" 2>/dev/null || true
    for _ in $(seq 100); do
      alive "$1" || break
      sleep 0.05
    done
    alive "$1" && kill -KILL "$pid" 2>/dev/null
  fi
  rm -f "$dir/run/$1.pid"
}
