#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
#
# Measures the data engine (librbd behind FUSE behind a loop device) beside two others on the same image:
# qemu-storage-daemon's FUSE export behind a loop device, which is the same path by another hand, and fio's own use of
# librbd, which has no kernel in between and so is the ceiling. They take turns, so that a busy moment of the machine
# hits all three; the table has the median of the rounds.
set -euo pipefail
export LC_ALL=C

usage() {
    cat <<'TEXT'
Benchmarks/datapath/run.sh [CEPH-DIR]: prints a table of fio's results

  CEPH-DIR   a running cluster of dev/ceph's; without it one is started and ended

Environment: PROGRAM (the datapath-benchmark to measure; a release build of this clone is made without it), ROUNDS (3),
SECONDS_PER_RUN (5), IMAGE_MIB (2048), ROWS (a pattern of rows to measure), OPTIONS (librbd's, for the data engine only).
Needs root, fio, qemu-storage-daemon with qemu-block-extra, and the packages of dev/ceph.
TEXT
}

[ "${1:-}" != --help ] || { usage; exit 0; }
[ "$(id -u)" = 0 ] || { echo "run.sh: needs root, for mounts and loop devices" >&2; exit 1; }
# Mounts of its own: another process' copy of them would keep a loop device busy.
[ -n "${LOCKER_PRIVATE_MOUNTS:-}" ] || LOCKER_PRIVATE_MOUNTS=1 exec unshare -m --propagation slave "$0" "$@"

readonly ROUNDS=${ROUNDS:-3} SECONDS_PER_RUN=${SECONDS_PER_RUN:-5} IMAGE_MIB=${IMAGE_MIB:-2048} OPTIONS=${OPTIONS:-}
ROOT=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
WORK=$(mktemp -d /tmp/locker-bench-XXXX)
readonly ROOT WORK IMAGE=datapath

# Name, fio's rw, block size, depth.
rows() {
    cat <<'TABLE'
4k-randread-1 randread 4k 1
4k-randread-16 randread 4k 16
4k-randwrite-1 randwrite 4k 1
4k-randwrite-16 randwrite 4k 16
1M-read-4 read 1M 4
1M-write-4 write 1M 4
TABLE
}

finish() {
    local code=$?
    take_down
    [ -z "$OWN_CEPH" ] || "$ROOT/dev/ceph" down "$CEPH" --purge
    rm -rf "$WORK"
    exit $code
}

# --- the three ways ---------------------------------------------------------------------------------------------------

SERVER='' LOOP=''

start_locker() {
    local key
    key=$(awk '/key/ {print $NF}' "$CEPH/client.csi.keyring")
    CEPH_KEY=$key "$PROGRAM" serve --directory "$WORK/engine" --monitors "$MONITORS" --pool students \
        ${OPTIONS:+--options "$OPTIONS"} "$IMAGE" >"$WORK/device" 2>"$WORK/locker.log" &
    SERVER=$!
    until [ -s "$WORK/device" ]; do
        kill -0 $SERVER || { cat "$WORK/locker.log" >&2; return 1; }
        sleep 0.05
    done
    TARGET=(--ioengine=libaio --direct=1 --filename="$(cut -d' ' -f1 "$WORK/device")")
}

start_qsd() {
    : >"$WORK/qsd-file"
    qemu-storage-daemon \
        --blockdev "driver=rbd,node-name=n,pool=students,image=$IMAGE,conf=$WORK/ceph.conf,user=csi,discard=unmap,auto-read-only=off" \
        --export "type=fuse,id=e,node-name=n,mountpoint=$WORK/qsd-file,writable=on,growable=off,allow-other=off" \
        >"$WORK/qsd.log" 2>&1 &
    SERVER=$!
    until mountpoint -q "$WORK/qsd-file"; do
        kill -0 $SERVER || { cat "$WORK/qsd.log" >&2; return 1; }
        sleep 0.05
    done
    LOOP=$(losetup --direct-io=on --find --show "$WORK/qsd-file")
    TARGET=(--ioengine=libaio --direct=1 --filename="$LOOP")
}

start_rbd() {
    TARGET=(--ioengine=rbd --clientname=csi --pool=students --rbdname="$IMAGE")
}

take_down() {
    [ -z "$LOOP" ] || losetup --detach "$LOOP"
    LOOP=''
    [ -z "$SERVER" ] || { kill "$SERVER" && wait "$SERVER" || true; }
    SERVER=''
    rm -f "$WORK/device"
}

# Runs one row on what is up and appends "way row IOPS MiB/s" to the results.
measure() {
    local way=$1 name=$2 rw=$3 size=$4 depth=$5
    fio --name=m "${TARGET[@]}" --rw="$rw" --bs="$size" --iodepth="$depth" --size="${IMAGE_MIB}M" --time_based \
        --runtime="$SECONDS_PER_RUN" --ramp_time=1 --randrepeat=0 --norandommap --output-format=terse --terse-version=3 \
        >"$WORK/fio.out" 2>"$WORK/fio.err" || { cat "$WORK/fio.err" >&2; return 1; }
    # Fields of fio's terse format 3: read bandwidth (KiB/s) and IOPS are 7 and 8, write's 48 and 49.
    awk -F';' -v way="$way" -v row="$name" '/^3;/ {print way, row, $8 + $49, ($7 + $48) / 1024}' "$WORK/fio.out" \
        >>"$WORK/results"
}

median() {
    awk -v way="$1" -v row="$2" -v field="$3" '$1 == way && $2 == row {print $field}' "$WORK/results" | sort -n |
        awk '{v[NR] = $1} END {if (NR) printf "%.0f", v[int((NR + 1) / 2)]; else print "-"}'
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
cat >"$WORK/ceph.conf" <<TEXT
[global]
mon_host = $MONITORS
keyring = $CEPH/client.csi.keyring
TEXT
export CEPH_CONF=$WORK/ceph.conf
rbd --id csi create "students/$IMAGE" --size "${IMAGE_MIB}M"
start_rbd
# Every object exists before anything is measured.
fio --name=fill "${TARGET[@]}" --rw=write --bs=4M --iodepth=4 --size="${IMAGE_MIB}M" --output="$WORK/fill"

for ((round = 1; round <= ROUNDS; round++)); do
    for way in locker qsd rbd; do
        "start_$way"
        while read -r name rw size depth; do
            [[ $name == ${ROWS:-*} ]] || continue
            measure $way "$name" "$rw" "$size" "$depth" </dev/null
        done < <(rows)
        take_down
    done
    echo "round $round of $ROUNDS is done" >&2
done
rbd --id csi rm --no-progress "students/$IMAGE"

echo "| fio row | Locker, IOPS (MiB/s) | qemu-storage-daemon | fio's librbd | Locker / qsd |"
echo "|---|---|---|---|---|"
while read -r name _; do
    [[ $name == ${ROWS:-*} ]] || continue
    printf '| %s |' "$name"
    for way in locker qsd rbd; do printf ' %s (%s) |' "$(median $way "$name" 3)" "$(median $way "$name" 4)"; done
    awk -v a="$(median locker "$name" 4)" -v b="$(median qsd "$name" 4)" 'BEGIN {printf " %.2f |\n", b ? a / b : 0}'
done < <(rows)
