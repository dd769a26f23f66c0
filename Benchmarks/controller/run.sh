#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
#
# The controller's calls, on one cluster of its own.
#   run.sh               CreateVolume and DeleteVolume beside librbd alone: sequential and 16 at a time, alternating
#   run.sh every-call    every call, one at a time, beside each number of volumes in VOLUMES (10 10000)
#   run.sh erase         COUNT volumes (1000) of 1 GiB with 8 written objects each, deleted and erased with receipts: how
#                        many a second, the memory, and CreateVolume meanwhile beside without
#   run.sh class         COUNT students (100) whose class has a template of 2 GiB that holds 512 MiB: volumes made at once,
#                        mounted at once (through FUSE), beside plain volumes, beside COPIES full copies (10) by rbd, and
#                        ENCRYPTED of an encrypted class (3); as root
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
cc -O2 -Wall -o "$work/write" Benchmarks/controller/write.c -lrbd -lrados
dev/ceph up "$work/ceph" --store "${STORE:-bluestore}"
monitors=$(sed -n 's/^ *mon[ _]host *= *//p' "$work/ceph/ceph.conf")
key=$(sed -n 's/^[[:space:]]*key *= *//p' "$work/ceph/client.csi.keyring")
printf '[{"clusterID":"bench","monitors":["%s"]}]' "$monitors" >"$work/config.json"
head -c 24 /dev/urandom | base64 >"$work/instance.key"
port=${PORT:-19809}
start=$EPOCHREALTIME
role=(controller)
if [ "$mode" = class ]; then
    mkdir -p "$work/kubelet"
    role=(serve --node-id n1 --state-dir "$work/state" --kubelet-dir "$work/kubelet")
fi
"$build/locker" "${role[@]}" --endpoint "unix://$work/csi.sock" --config "$work/config.json" \
    --instance-key "$work/instance.key" --http-endpoint "127.0.0.1:$port" --log-level warning &
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
erase)
    metric() { # NAME
        exec 3<>"/dev/tcp/127.0.0.1/$port"
        printf 'GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&3
        awk -v name="$1" '$1 == name { print int($2) }' <&3
        exec 3>&-
    }
    count=${COUNT:-1000} calls=${CALLS:-100}
    benchmark() { "$build/controller-benchmark" "$1" --socket "$work/csi.sock" --key "$key" "${@:2}"; }
    benchmark fill --count "$count" --concurrency 16 >"$work/filled"
    grep '^{' "$work/filled"
    "$work/write" "$monitors" csi "$key" students "${OBJECTS:-8}"
    benchmark fill --count "$calls" --prefix quiet --note "no erasures" | grep '^{'
    memory "before the erasures"
    start=$EPOCHREALTIME
    grep -v '^{' "$work/filled" | benchmark delete
    printf '{"what":"erasures pending when all are deleted","count":%s}\n' "$(metric locker_erasures_pending)"
    benchmark fill --count "$calls" --prefix busy --note "erasures going on" | grep '^{'
    printf '{"what":"erasures pending after these","count":%s}\n' "$(metric locker_erasures_pending)"
    until [ "$(metric locker_erasures_pending)" = 0 ]; do sleep 0.2; done
    awk -v a="$start" -v b="$EPOCHREALTIME" -v n="$(metric locker_erasures_total)" \
        -v f="$(metric locker_erasure_failures_total)" 'BEGIN {
            printf "{\"what\":\"erasures with receipts, from the first deletion\",\"count\":%d,\"failures\":%d,", n, f
            printf "\"seconds\":%.1f,\"per_second\":%.1f}\n", b - a, n / (b - a) }'
    memory "after the erasures"
    printf '{"what":"controller resident memory at its highest","kib":%s}\n' \
        "$(awk '/VmHWM/ { print $2 }' "/proc/${pids[0]}/status")"
    ;;
class)
    count=${COUNT:-100}
    ceph=(--conf "$work/ceph/ceph.conf" --keyring "$work/ceph/client.csi.keyring" --id csi)
    truncate -s 2G "$work/template"
    mkdir "$work/files"
    head -c 512M /dev/urandom >"$work/files/material"
    mkfs.ext4 -q -d "$work/files" "$work/template"
    rm -r "$work/files"
    rbd "${ceph[@]}" import --no-progress --dest-pool students "$work/template" base
    rm "$work/template"
    rbd "${ceph[@]}" snap create --no-progress students/base@term
    rbd "${ceph[@]}" du students/base >&2
    students() { # NAME COUNT OPTION…
        "$build/controller-benchmark" class --socket "$work/csi.sock" --key "$key" --mounts "$work/kubelet" \
            --prefix "$1" --count "$2" "${@:3}"
        sleep "${SETTLE:-10}"
    }
    students warm-up 2
    students plain "$count"
    students template "$count" --template /base@term
    copies=${COPIES:-10}
    start=$EPOCHREALTIME
    seq "$copies" | xargs -P "$copies" -I{} rbd "${ceph[@]}" cp --no-progress students/base@term "students/copy-{}"
    awk -v a="$start" -v b="$EPOCHREALTIME" -v n="$copies" \
        'BEGIN { printf "{\"what\":\"full copies by rbd\",\"count\":%d,\"seconds\":%.1f}\n", n, b - a }'
    seq "$copies" | xargs -I{} rbd "${ceph[@]}" rm --no-progress "students/copy-{}"
    [ "${ENCRYPTED:-3}" = 0 ] || students encrypted "${ENCRYPTED:-3}" --template /base@term --encrypted
    memory "after the run"
    ;;
*)
    sed -n 's/^#   //p' "$0"
    exit 1
    ;;
esac
