# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
#
# What to do about tests that hang; sourced by dev/test and dev/guest/tests. $NO_DEBUGGER leaves gdb's backtraces out.

descendants() { # PID
    local child
    for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
        echo "$child"
        descendants "$child"
    done
}
# Where every thread of a process waits, for whoever finds this in a log. Without a process for each thread: in an emulated
# machine those would take minutes.
explain() { # PID
    local task name state rest line calls
    echo "test: process $1: $(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null)"
    for task in "/proc/$1/task/"*; do
        read -r name <"$task/comm" || continue
        read -r rest <"$task/stat" || continue
        state=${rest##*) }
        calls=
        while read -r _ line; do calls+=" ${line%%+*}"; done <"$task/stack"
        echo "test:   thread ${task##*/} ($name), ${state%% *}:$calls"
    done 2>/dev/null
    if [ -z "${NO_DEBUGGER:-}" ] && command -v gdb >/dev/null; then
        timeout 120 gdb -p "$1" -batch -ex 'thread apply all backtrace 24' 2>/dev/null </dev/null || true
    fi
}
# A test that blocks for ever has no time limit: Swift Testing's ends a test's task, which cannot end a blocked thread.
watch() { # PID SECONDS
    local sleeper
    sleep "$2" &
    sleeper=$!
    trap 'kill "$sleeper"; exit 0' TERM
    wait "$sleeper"
    echo "test: not done after $2 s; where everything waits:"
    local id all
    all="$1 $(descendants "$1")"
    for id in $all; do explain "$id"; done
    cat /proc/"$1"/mountinfo | grep -E ' (/tmp|/run)' || true
    for id in $all; do kill -KILL "$id" || true; done
}
