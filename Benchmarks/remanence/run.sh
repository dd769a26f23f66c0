#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
#
# What an OSD's disk still has of deleted volumes: 64 MiB of a random marker through a mounted plain and a mounted encrypted
# volume, which are deleted and erased with receipts. The markers, the wrapped key, the data key and the key-encryption key
# are looked for in every object and in every byte of the disk, before and after the OSD has compacted its database.
# Prints a table of how often each was found; docs/erasure.md has it. No timing, so the build is the tests' own.
set -euo pipefail
cd "$(dirname "$0")/../.."
swift build --build-tests
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export LOCKER_REMANENCE=1
if ! bash dev/test '^DriverTests\.RemanenceReport/' >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
sed -n 's/^.*remanence: //p' "$log"
