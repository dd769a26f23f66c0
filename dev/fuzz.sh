#!/usr/bin/env bash
# Fuzzes the decoder of every message, with AddressSanitizer and its search for leaks.
#   dev/fuzz.sh [RUNS]   RUNS inputs (default 1000000) from the seeds in Fuzz/corpus; fails on a crash, a leak, a value
#                        that changes on a round trip. The input that did it stays in .build-fuzz/.
#                        $LOCKER_FUZZ_SEED repeats a run.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-1000000}
out=$PWD/.build-fuzz

for tool in swiftc pkg-config; do
    command -v "$tool" >/dev/null || { echo "fuzz: $tool is missing" >&2; exit 1; }
done
# clang of the same toolchain: its sanitizers must be those that swiftc links.
clang=$(dirname "$(readlink -f "$(command -v swiftc)")")/clang
resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": *"\(.*\)".*/\1/p')
compgen -G "$resources/clang/lib/linux/libclang_rt.fuzzer-*.a" >/dev/null || {
    echo "fuzz: this Swift toolchain has no libFuzzer under $resources/clang/lib/linux" >&2
    exit 1
}

rm -rf "$out"
mkdir -p "$out/modules" "$out/found"
read -r -a protobuf_c <<<"$(pkg-config --cflags --libs libprotobuf-c)"

# c TARGET: its C sources, and a module map as SwiftPM would make it.
objects=()
include=()
c() {
    local target=$1 source
    include+=(-I "Sources/$target/include")
    mkdir -p "$out/modules/$target"
    printf 'module %s {\n    umbrella "%s"\n    export *\n}\n' "$target" "$PWD/Sources/$target/include" \
        >"$out/modules/$target/module.modulemap"
    while read -r source; do
        local object
        object=$out/$target-$(basename "$source").o
        "$clang" -c -g -O1 -fsanitize=address,fuzzer-no-link "${include[@]}" "$source" -o "$object"
        objects+=("$object")
    done < <(find "Sources/$target" -name '*.c')
}

# swift NAME ARGUMENT…: compiles a module; `package` access wants one package name for all.
compile() {
    local module=$1
    shift
    swiftc -module-name "$module" -package-name locker -parse-as-library -wmo -O -g -swift-version 6 \
        -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
        -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature NonisolatedNonsendingByDefault \
        -sanitize=address -sanitize=fuzzer -I "$out/modules" -I Sources/CProtobufC "${modules[@]}" "$@"
}
modules=()
# module NAME FILE…: a library module.
module() {
    local module=$1
    shift
    compile "$module" -emit-module -emit-module-path "$out/modules/$module.swiftmodule" \
        -emit-object -o "$out/$module.o" "$@"
    objects+=("$out/$module.o")
}
# messages FOLDER: the generated files but the services, which would take all of grpc-swift along.
messages() {
    grep -L 'import GRPCCore' "$1"/*.swift
}

echo "fuzz: building" >&2
for target in GoogleWire CSIWire LockerWire; do
    c "$target"
    modules+=(-Xcc "-fmodule-map-file=$out/modules/$target/module.modulemap" -Xcc -I -Xcc "Sources/$target/include")
done
mapfile -t csi < <(messages Sources/CSI/Generated)
mapfile -t locker < <(messages Sources/LockerProto/Generated)
module Redaction Sources/Redaction/*.swift
module ProtobufC Sources/ProtobufC/*.swift
module CSI "${csi[@]}"
module LockerProto "${locker[@]}"
compile Fuzz Fuzz/*.swift Tests/CSITests/MessageCatalogue.swift "${objects[@]}" "${protobuf_c[@]}" -o "$out/fuzz"

echo "fuzz: $runs inputs" >&2
arguments=(-runs="$runs" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$out/")
if [ -n "${LOCKER_FUZZ_SEED:-}" ]; then arguments+=(-seed="$LOCKER_FUZZ_SEED"); fi
# The sanitizer reports a crash; Swift's own backtrace would get in its way.
export SWIFT_BACKTRACE=enable=no
# What it finds goes to the first folder, and the seeds stay as they are.
"$out/fuzz" "${arguments[@]}" "$out/found" Fuzz/corpus
