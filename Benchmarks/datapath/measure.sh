# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
#
# What the measurements of the data path share: the rows, one measurement, and the table. Sourced; wants $WORK, $ROUNDS,
# $SECONDS_PER_RUN, $IMAGE_MIB. Each way has a function start_WAY that sets TARGET (fio's options), DEVICE (or nothing)
# and SERVER (the process that serves, or nothing); take_down ends what is up.

# Name, fio's options.
rows() {
    cat <<'TABLE'
4k-randread-1 --rw=randread --bs=4k --iodepth=1
4k-randread-16 --rw=randread --bs=4k --iodepth=16
4k-randwrite-1 --rw=randwrite --bs=4k --iodepth=1
4k-randwrite-16 --rw=randwrite --bs=4k --iodepth=16
4k-randrw-1 --rw=randrw --rwmixread=70 --bs=4k --iodepth=1
4k-randrw-16 --rw=randrw --rwmixread=70 --bs=4k --iodepth=16
4k-fsync-1 --rw=randwrite --bs=4k --iodepth=1 --fsync=1
1M-read-4 --rw=read --bs=1M --iodepth=4
1M-write-4 --rw=write --bs=1M --iodepth=4
TABLE
}

# Clock ticks (of 10 ms) of user and system time: of a process with all its threads, and of the whole machine.
process_ticks() { [ -z "$1" ] && echo 0 || sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'; }
machine_ticks() { awk '/^cpu / {print $2 + $3 + $4 + $7 + $8}' /proc/stat; }
# Reads and writes that a block device has completed.
device_count() { [ -z "$1" ] && echo 0 || awk '{print $1 + $5}' "/sys/class/block/${1##*/}/stat"; }

# Runs one row on what is up; adds "way row IOPS MiB/s, microseconds of the server's and of the machine's CPU per I/O".
measure() { # WAY ROW FIO-OPTION…
    local way=$1 name=$2 server machine count
    shift 2
    server=$(process_ticks "$SERVER") machine=$(machine_ticks) count=$(device_count "$DEVICE")
    fio --name=m "${TARGET[@]}" "$@" --size="${IMAGE_MIB}M" --time_based --runtime="$SECONDS_PER_RUN" --ramp_time=1 \
        --randrepeat=0 --norandommap --output-format=terse --terse-version=3 >"$WORK/fio.out" 2>"$WORK/fio.err" ||
        { cat "$WORK/fio.err" >&2; return 1; }
    server=$(($(process_ticks "$SERVER") - server)) machine=$(($(machine_ticks) - machine))
    count=$(($(device_count "$DEVICE") - count))
    # Fields of fio's terse format 3: read bandwidth (KiB/s) and IOPS are 7 and 8, write's 48 and 49.
    awk -F';' -v way="$way" -v row="$name" -v server="$server" -v machine="$machine" -v count="$count" '/^3;/ {
        print way, row, $8 + $49, ($7 + $48) / 1024, count ? server * 10000 / count : 0, count ? machine * 10000 / count : 0
    }' "$WORK/fio.out" >>"$WORK/results"
}

median() { # WAY ROW FIELD
    awk -v way="$1" -v row="$2" -v field="$3" '$1 == way && $2 == row {print $field}' "$WORK/results" | sort -n |
        awk '{v[NR] = $1} END {if (NR) printf "%.0f", v[int((NR + 1) / 2)]; else print "-"}'
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a + 0 && b + 0) printf "%.2f", a / b; else printf "-" }'; }

# Takes turns: each way, all rows, then the next way, so that a busy moment of the machine hits all of them.
take_turns() { # WAY…
    local round way name options
    for ((round = 1; round <= ROUNDS; round++)); do
        for way in "$@"; do
            "start_$way"
            while read -r name options; do
                [[ $name == ${ROWS:-*} ]] || continue
                # shellcheck disable=SC2086 # Options are words.
                measure "$way" "$name" $options </dev/null
            done <<<"$(rows)"
            take_down
        done
        echo "round $round of $ROUNDS is done" >&2
    done
}

# A table of IOPS, with the ratio to a peer behind every other way.
throughput_table() { # PEER WAY…
    local peer=$1 way name theirs ours
    shift
    printf '| IOPS |'; printf ' %s |' "$@"; echo
    printf '|---|'; printf -- '---:|%.0s' "$@"; echo
    while read -r name _; do
        [[ $name == ${ROWS:-*} ]] || continue
        theirs=$(median "$peer" "$name" 3)
        printf '| %s |' "$name"
        for way in "$@"; do
            ours=$(median "$way" "$name" 3)
            if [ "$way" = "$peer" ]; then printf ' %s |' "$ours"; else printf ' %s (%s) |' "$ours" "$(ratio "$ours" "$theirs")"; fi
        done
        echo
    done <<<"$(rows)"
}

# A table of microseconds of CPU per I/O: the serving process', and the machine's where that says something.
cpu_table() { # FIELD WAY…
    local field=$1 way name
    shift
    printf '| µs of CPU per I/O |'; printf ' %s |' "$@"; echo
    printf '|---|'; printf -- '---:|%.0s' "$@"; echo
    while read -r name _; do
        [[ $name == ${ROWS:-*} ]] || continue
        printf '| %s |' "$name"
        for way in "$@"; do printf ' %s |' "$(median "$way" "$name" "$field")"; done
        echo
    done <<<"$(rows)"
}

resident() { awk '/^VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }
