#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
# shellcheck disable=SC2034 # measure.sh uses what is set here.
#
# The part of Benchmarks/datapath/vm that runs in the guest: measures the ways to a block device that this kernel has.
#   guest.sh FOLDER    has ceph.conf (a client's) and key (client.csi's); gets results
# Environment: PROGRAM (a datapath-benchmark), ROUNDS, SECONDS_PER_RUN, IMAGE_MIB, ROWS (a pattern), WAYS, MEMORY=no.
set -euo pipefail
export LC_ALL=C
readonly FOLDER=$1 IMAGE=datapath
readonly ROUNDS=${ROUNDS:-3} SECONDS_PER_RUN=${SECONDS_PER_RUN:-4} IMAGE_MIB=${IMAGE_MIB:-512}
WORK=$(mktemp -d /tmp/bench-XXXX)
export CEPH_CONF=$FOLDER/ceph.conf
. "$(dirname "$0")/measure.sh"
MONITORS=$(awk '/^mon_host/ {print $3}' "$CEPH_CONF")

SERVER='' DEVICE='' MAPPED=''

block() { TARGET=(--ioengine=libaio --direct=1 --filename="$DEVICE"); }
start_krbd() {
    DEVICE=$(rbd --id csi map -o noudev,noshare,ms_mode=prefer-crc "students/$IMAGE")
    MAPPED=rbd
    block
}
start_rbd_nbd() {
    DEVICE=$(timeout 60 rbd-nbd --id csi map --try-netlink "students/$IMAGE")
    MAPPED=rbd-nbd
    SERVER=$(pgrep -n -x rbd-nbd)
    block
}
serve() { # MAPPER IMAGE…
    local mapper=$1
    shift
    : >"$WORK/device"
    CEPH_KEY=$(cat "$FOLDER/key") "$PROGRAM" serve --directory "$WORK/engine" --monitors "$MONITORS" --pool students \
        --mapper "$mapper" "$@" >"$WORK/device" 2>"$WORK/locker.log" &
    SERVER=$!
    until [ "$(wc -l <"$WORK/device")" = $# ]; do
        kill -0 $SERVER || { cat "$WORK/locker.log" >&2; return 1; }
        sleep 0.1
    done
    DEVICE=$(head -n 1 "$WORK/device" | cut -d' ' -f1)
    MAPPED=own
}
start_nbd() { serve nbd "$IMAGE" && block; }
start_ublk() { serve ublk "$IMAGE" && block; }

take_down() {
    case $MAPPED in
        rbd) rbd unmap -o noudev "$DEVICE" ;;
        rbd-nbd) timeout 60 rbd-nbd unmap "$DEVICE" ;;
        own) kill "$SERVER" && wait "$SERVER" || true ;;
    esac
    SERVER='' DEVICE='' MAPPED=''
}

# --- which ways there are ----------------------------------------------------------------------------------------------

modprobe rbd
# One partition a device and few devices: each is a device file that devtmpfs makes, emulated.
modprobe nbd nbds_max=24 max_part=0
modprobe ublk_drv || true
ways=()
for way in ${WAYS:-krbd rbd_nbd nbd ublk}; do
    case $way in
        rbd_nbd) command -v rbd-nbd >/dev/null || { echo "rbd-nbd is not installed: left out" >&2; continue; } ;;
        ublk)
            [ -e /dev/ublk-control ] || { echo "this kernel has no ublk: left out" >&2; continue; }
            # A build without the front end says so at once.
            if ! (start_ublk && take_down) >"$WORK/ublk" 2>&1; then
                echo "ublk: left out: $(tail -n 1 "$WORK/ublk")" >&2
                continue
            fi
            ;;
    esac
    ways+=("$way")
done

take_turns "${ways[@]}"

# --- memory ------------------------------------------------------------------------------------------------------------

memory() {
    local way number total devices=() process
    for way in "${ways[@]}"; do
        "start_$way"
        measure memory-run "$way" --rw=randrw --bs=4k --iodepth=16
        [ -z "$SERVER" ] || echo "$way: $(resident "$SERVER") MiB resident after random reads and writes on one volume"
        take_down
    done
    for way in nbd ublk; do
        [[ " ${ways[*]} " == *" $way "* ]] || continue
        # shellcheck disable=SC2046 # One word an image.
        serve $way $(printf 'idle-%d ' {1..20})
        echo "$way: $(resident "$SERVER") MiB resident with twenty volumes that were only mapped"
        take_down
    done
    [[ " ${ways[*]} " == *" rbd_nbd "* ]] || return 0
    for number in {1..20}; do devices+=("$(timeout 60 rbd-nbd --id csi map --try-netlink "students/idle-$number")"); done
    total=0
    for process in $(pgrep -x rbd-nbd); do total=$((total + $(awk '/^VmRSS/ {print $2}' "/proc/$process/status"))); done
    echo "rbd_nbd: $((total / 1024)) MiB resident in twenty processes with twenty volumes that were only mapped"
    for number in "${devices[@]}"; do rbd-nbd unmap "$number"; done
}
throughput_table rbd_nbd "${ways[@]}" >"$FOLDER/tables"
{
    printf '\nOf the guest as a whole, fio included:\n\n'
    cpu_table 6 "${ways[@]}"
    printf '\nOf the serving process:\n\n'
    cpu_table 5 "${ways[@]}"
    echo
} >>"$FOLDER/tables"
cp "$WORK/results" "$FOLDER/results"
[ "${MEMORY:-yes}" = no ] || memory >>"$FOLDER/tables"
