#!/usr/bin/env bash
# Starts a Ceph of one machine, with S3, IAM and STS, on 127.0.0.1, in memory, for tests. Prints one line of JSON:
# endpoint, region, account, admin and caller with their keys. Run again, it prints that line of what already runs.
#
#   up.sh [--dir DIR] [--port PORT] [--owner PID]
#
#   --dir    holds everything; down.sh removes it (default: $TMPDIR/data-universe-ceph)
#   --port   of S3 and STS (default: a free one)
#   --owner  when this process ends, so does the cluster
#   TENANT           the account, as in ARNs (default: 123456789012)
#   STS_MIN_SESSION  seconds of the shortest session that STS gives (default: 900, as in AWS)

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/ceph/common.sh
. "$here/common.sh"
parse_options "$@"
tenant=${TENANT:-123456789012}
umask 077

for program in ceph ceph-mon ceph-osd radosgw radosgw-admin curl; do
  command -v $program >/dev/null || {
    echo "ceph/up.sh: $program is not installed: run $here/install.sh" >&2
    exit 2
  }
done

mkdir -p "$dir"
require_own_dir
exec 9>"$dir/lock"
flock 9

answers() { curl -s -o /dev/null --max-time 5 "$(cat "$dir/url")"; }

if [ -s "$dir/ready.json" ] && alive mon && alive osd && alive rgw && answers; then
  cat "$dir/ready.json"
  exit 0
fi

# What is kept in memory died with its process: a cluster that is not whole begins anew.
for name in watch rgw osd mon; do stop $name; done
find "$dir" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
mkdir -p "$dir"/{mon,osd,run,log}

# Below the range from which the kernel gives ports away, so that nobody gets ours by chance.
free_port() {
  local candidate
  while :; do
    candidate=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null || break
  done
  echo $candidate
}

fail() { # message, log...
  echo "ceph/up.sh: $1" >&2
  shift
  tail -n 20 "$@" >&2 || true
  for name in rgw osd mon; do stop $name; done
  exit 1
}

start() { # name, command...
  local name=$1
  shift
  setsid "$@" >"$dir/log/$name.out" 2>&1 </dev/null 9>&- &
  echo $! >"$dir/run/$name.pid"
}

fsid=$(cat /proc/sys/kernel/random/uuid)
mon_port=$(free_port)
port=${port:-$(free_port)}
conf=$dir/ceph.conf
echo "http://127.0.0.1:$port" >"$dir/url"

cat >"$conf" <<CONF
[global]
fsid = $fsid
mon_initial_members = a
mon_host = v2:127.0.0.1:$mon_port/0
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv6 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
auth_allow_insecure_global_id_reclaim = false
run_dir = $dir/run
admin_socket =
log_file = $dir/log/\$name.log
crash_dir = $dir/log
keyring = $dir/keyring
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 1000

[mon.a]
mon_data = $dir/mon
mon_data_avail_warn = 1
mon_data_avail_crit = 1
mon_osd_initial_require_min_compat_client = luminous
paxos_propose_interval = 0.05
paxos_min_wait = 0.01

[osd]
osd_data = $dir/osd
osd_objectstore = memstore
memstore_device_bytes = 8589934592
osd_class_load_list = *
osd_class_default_list = *

[client.rgw]
# radosgw asks for "secure" by itself, which goes with authentication alone.
ms_mon_client_mode = crc
# Without tcp_nodelay each answer with a body waits 40 ms for an acknowledgement.
rgw_frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw_dns_name = localhost
rgw_thread_pool_size = 64
rgw_s3_auth_use_sts = true
rgw_sts_key = $(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
rgw_sts_min_session_duration = ${STS_MIN_SESSION:-900}
rgw_enable_usage_log = false
rgw_enable_lc_threads = false
CONF

rados() { timeout 60 ceph -c "$conf" "$@" 9>&-; }
admin() { radosgw-admin -c "$conf" -n client.rgw "$@" 2>>"$dir/log/radosgw-admin.err" 9>&-; }

monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon_port]" "$dir/monmap" >"$dir/log/mkfs.out"
ceph-authtool -C "$dir/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool "$dir/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' >/dev/null
ceph-mon -c "$conf" --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring" >>"$dir/log/mkfs.out" 2>&1 9>&-
start mon ceph-mon -c "$conf" -i a -f
rados mon stat >/dev/null || fail 'the monitor does not answer' "$dir/log/mon.out"

osd=$(cat /proc/sys/kernel/random/uuid)
rados osd new "$osd" 0 >/dev/null
ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$osd" >>"$dir/log/mkfs.out" 2>&1 9>&-
start osd ceph-osd -c "$conf" -i 0 -f
start rgw radosgw -c "$conf" -n client.rgw -f

for _ in $(seq 600); do
  answers && break
  sleep 0.1
  if ! { alive mon && alive osd && alive rgw; }; then
    fail 'a daemon ended' "$dir"/log/{mon,osd,rgw}.out
  fi
done
answers || fail 'the gateway does not answer' "$dir/log/rgw.out"

key() { od -An -N10 -tx1 /dev/urandom | tr -d ' \n' | tr a-f A-F; }
secret() { od -An -N20 -tx1 /dev/urandom | tr -d ' \n'; }
# The admin owns buckets and makes roles; the caller may do nothing until a role trusts it.
admin_key=$(key) admin_secret=$(secret) caller_key=$(key) caller_secret=$(secret)
create_user() { # name, key, secret, option...
  admin user create --tenant "$tenant" --uid "$1" --display-name "$1" --access-key "$2" --secret-key "$3" "${@:4}" >/dev/null
}
create_user admin "$admin_key" "$admin_secret" --caps='roles=*;user-policy=*' ||
  fail 'no user could be made' "$dir/log/radosgw-admin.err"
create_user caller "$caller_key" "$caller_secret" || fail 'no user could be made' "$dir/log/radosgw-admin.err"

user() { # name, key, secret
  printf '{"arn":"arn:aws:iam::%s:user/%s","accessKeyId":"%s","secretAccessKey":"%s"}' "$tenant" "$@"
}
printf '{"endpoint":"%s","region":"us-east-1","account":"%s","admin":%s,"caller":%s}\n' \
  "$(cat "$dir/url")" "$tenant" \
  "$(user admin "$admin_key" "$admin_secret")" "$(user caller "$caller_key" "$caller_secret")" >"$dir/ready.json"

if [ -n "$owner" ]; then
  # shellcheck disable=SC2016 # The watcher expands its own arguments.
  start watch bash -c 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$2" --dir "$3"' watch "$owner" "$here/down.sh" "$dir"
fi
cat "$dir/ready.json"
