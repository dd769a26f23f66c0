#!/usr/bin/env bash
# Generates the C and the Swift of everything in proto/.
#   dev/proto.sh           writes Sources/{CSIWire,GoogleWire,LockerWire} and the Generated folders
#   dev/proto.sh --check   writes them elsewhere and fails when they differ from what is committed
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in protoc protoc-c swift; do
    command -v "$tool" >/dev/null || { echo "proto: $tool is missing (dev/setup installs it)" >&2; exit 1; }
done
google=/usr/include/google/protobuf
[ -e "$google/compiler/plugin.proto" ] || { echo "proto: libprotoc-dev is missing (dev/setup installs it)" >&2; exit 1; }

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

echo "proto: building the plugin" >&2
swift build --product protoc-gen-locker >"$out/build.log" 2>&1 || { cat "$out/build.log" >&2; exit 1; }
plugin=$(swift build --show-bin-path)/protoc-gen-locker

# c TARGET INCLUDE FILE…: what protoc-c writes, headers under include/ as SwiftPM wants them.
c() {
    local target=$1 include=$2; shift 2
    mkdir -p "$out/c" "$out/Sources/$target/include"
    (cd "$include" && protoc-c -I. --c_out="$out/c" "$@")
    (cd "$out/c" && find . -name '*.h' -exec cp --parents {} "$out/Sources/$target/include" \;)
    (cd "$out/c" && find . -name '*.c' -exec cp --parents {} "$out/Sources/$target" \;)
    rm -rf "$out/c"
}
# generate TARGET OPTIONS FILE…: what our plugin writes, formatted.
generate() {
    local target=$1 options=$2; shift 2
    mkdir -p "$out/Sources/$target/Generated"
    protoc -Iproto --plugin=protoc-gen-locker="$plugin" --locker_opt="$options" \
        --locker_out="$out/Sources/$target/Generated" "$@"
    swift format format --configuration .swift-format --in-place --recursive "$out/Sources/$target/Generated"
}

echo "proto: generating" >&2
c GoogleWire /usr/include google/protobuf/{descriptor,timestamp,wrappers}.proto google/protobuf/compiler/plugin.proto
c CSIWire "$PWD/proto" csi.proto
c LockerWire "$PWD/proto" record.proto data.proto registration.proto
generate CSI wire=CSIWire csi.proto
generate LockerProto wire=LockerWire data.proto registration.proto
# What is stored may have been written by a newer version, and is changed by this one.
generate LockerProto wire=LockerWire,unknown=keep record.proto

differs=0
for folder in GoogleWire CSIWire LockerWire CSI/Generated LockerProto/Generated; do
    if [ "${1:-}" = --check ]; then
        diff -ru "Sources/$folder" "$out/Sources/$folder" || differs=1
    else
        rm -rf "Sources/$folder"
        mkdir -p "$(dirname "Sources/$folder")"
        cp -r "$out/Sources/$folder" "Sources/$folder"
    fi
done
[ "$differs" = 0 ] || { echo "proto: the generated files are out of step: run make proto" >&2; exit 1; }
