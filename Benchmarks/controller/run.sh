#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
#
# The controller's calls, on one cluster of its own.
#   run.sh               CreateVolume and DeleteVolume beside librbd alone: sequential and 16 at a time, alternating
#   run.sh every-call    every call, one at a time, beside each number of volumes in VOLUMES (10 10000)
# Prints one JSON object a measurement, and the driver's start and memory. COUNT sets how many calls (200, or 50).
set -euo pipefail
cd "$(dirname "$0")/../.."
mode=${1:-create-delete}
build=.build-release/release
swift build -c release --scratch-path .build-release --product locker
swift build -c release --scratch-path .build-release --product controller-benchmark
work=$(mktemp -d /tmp/locker-bench-XXXXXX)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
    dev/ceph down "$work/ceph" --purge || true
    rm -rf "$work"
}
trap finish EXIT
cc -O2 -Wall -o "$work/bare" Benchmarks/controller/bare.c -lrbd -lrados -lpthread
dev/ceph up "$work/ceph" --store "${STORE:-bluestore}"
monitors=$(sed -n 's/^ *mon[ _]host *= *//p' "$work/ceph/ceph.conf")
key=$(sed -n 's/^[[:space:]]*key *= *//p' "$work/ceph/client.csi.keyring")
printf '[{"clusterID":"bench","monitors":["%s"]}]' "$monitors" >"$work/config.json"
head -c 24 /dev/urandom | base64 >"$work/instance.key"
start=$EPOCHREALTIME
"$build/locker" controller --endpoint "unix://$work/csi.sock" --config "$work/config.json" \
    --instance-key "$work/instance.key" --log-level warning &
pids+=($!)
until [ -S "$work/csi.sock" ]; do sleep 0.005; done
awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "{\"what\":\"start to socket\",\"ms\":%.0f}\n", (b - a) * 1000 }'
memory() { # WHAT
    printf '{"what":"controller resident memory, %s","kib":%s}\n' "$1" \
        "$(awk '/VmRSS/ { print $2 }' "/proc/${pids[0]}/status")"
}
case $mode in
create-delete)
    count=${COUNT:-200}
    for lanes in 1 16; do
        for round in 1 2; do
            "$work/bare" "$monitors" csi "$key" students "" "$count" "$lanes"
            "$build/controller-benchmark" create-delete --socket "$work/csi.sock" --key "$key" --count "$count" \
                --concurrency "$lanes" --prefix "r$lanes-$round"
            # The background's erasures would slow down whoever comes next.
            sleep "${SETTLE:-10}"
        done
    done
    memory "after the run"
    ;;
every-call)
    memory "no volume yet"
    for volumes in ${VOLUMES:-10 10000}; do
        "$build/controller-benchmark" every-call --socket "$work/csi.sock" --key "$key" --count "${COUNT:-50}" \
            --volumes "$volumes"
        memory "beside $volumes volumes"
        sleep "${SETTLE:-10}"
    done
    ;;
*)
    sed -n 's/^#   //p' "$0"
    exit 1
    ;;
esac
