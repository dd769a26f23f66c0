#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Locker authors
#
# Runs the tests of the Ceph rooms (Rados, RBD) under ThreadSanitizer, against a real cluster.
#
#   dev/tsan.sh [FILTER]      FILTER picks tests as `swift test --filter` does; all of both rooms without one
#
# Only these rooms and what they need are built, in .build-tsan: with everything else of the package a build takes many
# times as long, and it is here that C threads call back into Swift.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

readonly PACKAGE=.build-tsan/package
mkdir -p "$PACKAGE"
ln -sfn ../../Sources ../../Tests ../../dev "$PACKAGE/"

# The same settings as Package.swift's, without warnings as errors, which are that manifest's business.
cat >"$PACKAGE/Package.swift" <<'SWIFT'
// swift-tools-version: 6.2
import PackageDescription

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "locker-tsan",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CRados"),
        .systemLibrary(name: "CRBD"),
        .target(name: "Redaction"),
        .target(
            name: "Rados",
            dependencies: ["CRados", "Redaction", system, .product(name: "NIOPosix", package: "swift-nio")]
        ),
        .target(name: "RBD", dependencies: ["CRBD", "Rados", system]),
        .target(
            name: "TestSupport",
            dependencies: ["RBD", "Rados", "Redaction", system, .product(name: "Subprocess", package: "swift-subprocess")],
            path: "Tests/TestSupport"
        ),
        .testTarget(name: "RadosTests", dependencies: ["Rados", "Redaction", "TestSupport", system]),
        .testTarget(name: "RBDTests", dependencies: ["RBD", "Rados", "Redaction", "TestSupport", system]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
SWIFT

# swift-subprocess guards a global with a Mutex, a futex within the Swift runtime that the sanitizer does not see.
echo 'race:swift-subprocess' >.build-tsan/suppressions

# Ceph's libraries are not instrumented: the sanitizer sees their locks but not their atomics, and would report what they
# do among themselves. Our own code is instrumented, its side of every callback included.
TSAN_OPTIONS="suppressions=$PWD/.build-tsan/suppressions ${TSAN_OPTIONS:-}"
export TSAN_OPTIONS="ignore_noninstrumented_modules=1 halt_on_error=0 exitcode=66 $TSAN_OPTIONS"

# Leaks are counted in processes of their own and in bytes, both of which the sanitizer changes.
exec swift test --package-path "$PACKAGE" --scratch-path .build-tsan/build --sanitize=thread \
    --skip LeakTests --filter "${1:-RadosTests|RBDTests}"
