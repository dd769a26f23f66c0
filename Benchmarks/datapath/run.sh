#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
# shellcheck disable=SC2034 # measure.sh uses what is set here.
#
# Measures the data engine (librbd behind FUSE behind a loop device) beside others on the same image: the FUSE exports of
# qemu-storage-daemon and of rbd-fuse behind a loop device, which are the same path by other hands, and fio's own use of
# librbd, which has no kernel in between and so is the ceiling. They take turns; the tables have the median of the rounds.
set -euo pipefail
export LC_ALL=C

usage() {
    cat <<'TEXT'
Benchmarks/datapath/run.sh [CEPH-DIR]: prints tables of fio's results

  CEPH-DIR   a running cluster of dev/ceph's; without it one is started and ended

Environment: PROGRAM (the datapath-benchmark to measure; a release build of this clone is made without it), ROUNDS (3),
SECONDS_PER_RUN (5), IMAGE_MIB (2048), ROWS (a pattern of rows to measure), WAYS (locker qsd rbd_fuse rbd),
OPTIONS (librbd's, for the data engine only).
Needs root, fio, qemu-storage-daemon with qemu-block-extra, rbd-fuse, and the packages of dev/ceph.
TEXT
}

[ "${1:-}" != --help ] || { usage; exit 0; }
[ "$(id -u)" = 0 ] || { echo "run.sh: needs root, for mounts and loop devices" >&2; exit 1; }
# Mounts of its own: another process' copy of them would keep a loop device busy.
[ -n "${LOCKER_PRIVATE_MOUNTS:-}" ] || LOCKER_PRIVATE_MOUNTS=1 exec unshare -m --propagation slave "$0" "$@"

readonly ROUNDS=${ROUNDS:-3} SECONDS_PER_RUN=${SECONDS_PER_RUN:-5} IMAGE_MIB=${IMAGE_MIB:-2048} OPTIONS=${OPTIONS:-}
read -ra ways <<<"${WAYS:-locker qsd rbd_fuse rbd}"
for word in fio:fio qemu-storage-daemon:qemu-system-common rbd-fuse:rbd-fuse; do
    command -v "${word%%:*}" >/dev/null || { echo "run.sh: ${word%%:*} is missing (apt-get install ${word##*:})" >&2; exit 1; }
done
ROOT=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
WORK=$(mktemp -d /tmp/locker-bench-XXXX)
readonly ROOT WORK IMAGE=datapath
# shellcheck source=SCRIPTDIR/measure.sh
. "$ROOT/Benchmarks/datapath/measure.sh"

finish() {
    local code=$?
    take_down
    [ -z "$OWN_CEPH" ] || "$ROOT/dev/ceph" down "$CEPH" --purge
    rm -rf "$WORK"
    exit $code
}

# --- the ways ---------------------------------------------------------------------------------------------------------

SERVER='' LOOP='' DEVICE='' POOL_MOUNT=''

wait_for() { # LOG CONDITION…
    local log=$1
    shift
    until "$@"; do
        kill -0 "$SERVER" || { cat "$log" >&2; return 1; }
        sleep 0.05
    done
}
serve_with_locker() { # IMAGE…
    : >"$WORK/device"
    CEPH_KEY=$(awk '/key/ {print $NF}' "$CEPH/client.csi.keyring") "$PROGRAM" serve --directory "$WORK/engine" \
        --monitors "$MONITORS" --pool students ${OPTIONS:+--options "$OPTIONS"} "$@" >"$WORK/device" 2>"$WORK/locker.log" &
    SERVER=$!
    served() { [ "$(wc -l <"$WORK/device")" = $# ]; }
    wait_for "$WORK/locker.log" served "$@"
}
start_locker() {
    serve_with_locker "$IMAGE"
    DEVICE=$(cut -d' ' -f1 "$WORK/device")
    TARGET=(--ioengine=libaio --direct=1 --filename="$DEVICE")
}
on_loop() { # FILE
    LOOP=$(losetup --direct-io=on --find --show "$1")
    DEVICE=$LOOP
    TARGET=(--ioengine=libaio --direct=1 --filename="$LOOP")
}
start_qsd() {
    : >"$WORK/qsd-file"
    qemu-storage-daemon \
        --blockdev "driver=rbd,node-name=n,pool=students,image=$IMAGE,conf=$WORK/ceph.conf,user=csi,discard=unmap,auto-read-only=off" \
        --export "type=fuse,id=e,node-name=n,mountpoint=$WORK/qsd-file,writable=on,growable=off,allow-other=off" \
        >"$WORK/qsd.log" 2>&1 &
    SERVER=$!
    wait_for "$WORK/qsd.log" mountpoint -q "$WORK/qsd-file"
    on_loop "$WORK/qsd-file"
}
# Knows no user but the configuration's own: client.admin, in a configuration of its own.
start_rbd_fuse() {
    POOL_MOUNT=$WORK/pool
    mkdir -p "$POOL_MOUNT"
    rbd-fuse -f -c "$WORK/admin.conf" -p students "$POOL_MOUNT" >"$WORK/rbd-fuse.log" 2>&1 &
    SERVER=$!
    wait_for "$WORK/rbd-fuse.log" test -e "$POOL_MOUNT/$IMAGE"
    on_loop "$POOL_MOUNT/$IMAGE"
}
start_rbd() {
    TARGET=(--ioengine=rbd --clientname=csi --pool=students --rbdname="$IMAGE")
}

take_down() {
    [ -z "$LOOP" ] || losetup --detach "$LOOP"
    [ -z "$POOL_MOUNT" ] || umount "$POOL_MOUNT"
    [ -z "$SERVER" ] || { kill "$SERVER" 2>/dev/null || true; wait "$SERVER" || true; }
    SERVER='' LOOP='' DEVICE='' POOL_MOUNT=''
    rm -f "$WORK/device"
}

# --- the run ----------------------------------------------------------------------------------------------------------

CEPH=${1:-} OWN_CEPH=''
trap finish EXIT
if [ -z "$CEPH" ]; then
    CEPH=$WORK/ceph OWN_CEPH=1
    "$ROOT/dev/ceph" up "$CEPH" --store bluestore >"$WORK/up.log"
fi
if [ -z "${PROGRAM:-}" ]; then
    (cd "$ROOT" && swift build -c release --scratch-path .build-release --product datapath-benchmark >&2)
    PROGRAM=$ROOT/.build-release/release/datapath-benchmark
fi
MONITORS=$(awk '/^mon_host/ {print $3}' "$CEPH/ceph.conf")
# A client's configuration and nothing of the cluster's daemons.
for user in csi admin; do
    printf '[global]\nmon_host = %s\nkeyring = %s\n' "$MONITORS" "$CEPH/client.$user.keyring" >"$WORK/$user.conf"
done
mv "$WORK/csi.conf" "$WORK/ceph.conf"
export CEPH_CONF=$WORK/ceph.conf
rbd --id csi create "students/$IMAGE" --size "${IMAGE_MIB}M"
start_rbd
# Every object exists before anything is measured.
fio --name=fill "${TARGET[@]}" --rw=write --bs=4M --iodepth=4 --size="${IMAGE_MIB}M" --output="$WORK/fill"

take_turns "${ways[@]}"

# Resident memory: what a server has after it has served one image with 16 requests at once, and with twenty idle ones.
memory() {
    local way name
    for way in "${ways[@]}"; do
        [ "$way" != rbd ] || continue
        "start_$way"
        measure memory-run "$way" --rw=randrw --bs=4k --iodepth=16
        echo "$way: $(resident "$SERVER") MiB resident after random reads and writes on one volume"
        take_down
    done
    for ((name = 1; name <= 20; name++)); do rbd --id csi create "students/idle-$name" --size 1G; done
    # shellcheck disable=SC2046 # One word an image.
    serve_with_locker $(printf 'idle-%d ' {1..20})
    echo "locker: $(resident "$SERVER") MiB resident with twenty volumes that were only mapped"
    take_down
}
memory >"$WORK/memory"
throughput_table "${PEER:-qsd}" "${ways[@]}"
echo
cpu_table 5 "${ways[@]}"
echo
cat "$WORK/memory"
