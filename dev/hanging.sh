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
# Where every thread of a process waits, for whoever finds this in a log.
explain() { # PID
    local task
    echo "test: process $1: $(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null)"
    for task in "/proc/$1/task/"*; do
        echo "test:   thread ${task##*/} ($(cat "$task/comm")), $(awk '/^State/ { print $2 }' "$task/status"):" \
            "$(awk '{ print $2 }' "$task/stack" 2>/dev/null | head -n 6 | tr '\n' ' ')"
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
