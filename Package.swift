// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import PackageDescription

// Order: the C below, then the rooms from the innermost out, then the programs, then the tests, one target each.
// A target's list is what it may import; `make verify` checks the imports against the rules in docs/design.md.

let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcTransport = Target.Dependency.product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "locker",
    products: [
        .executable(name: "locker", targets: ["locker"]),
        .executable(name: "lockerctl", targets: ["lockerctl"]),
        .executable(name: "protoc-gen-locker", targets: ["protoc-gen-locker"]),
        // For tests alone, which preload it into the programs.
        .library(name: "CephCallKiller", type: .dynamic, targets: ["CephCallKiller"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // C: system libraries, shims, and what protoc-c generates.
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CRados", providers: [.apt(["librados-dev"])]),
        .systemLibrary(name: "CRBD", providers: [.apt(["librbd-dev"])]),
        .systemLibrary(name: "CCryptsetup", providers: [.apt(["libcryptsetup-dev"])]),
        .target(name: "CLinux", linkerSettings: [.linkedLibrary("uring")]),
        .target(name: "CSIWire", dependencies: ["CProtobufC", "GoogleWire"]),
        .target(name: "GoogleWire", dependencies: ["CProtobufC"]),
        .target(name: "LockerWire", dependencies: ["CProtobufC"]),

        // The wire.
        .target(name: "Redaction"),
        .target(name: "ProtobufC", dependencies: ["CProtobufC", "Redaction"]),
        .target(name: "GRPCWire", dependencies: ["ProtobufC", grpcCore]),
        .target(name: "CSI", dependencies: ["CSIWire", "GRPCWire", "GoogleWire", "ProtobufC", "Redaction", grpcCore]),
        .target(name: "LockerProto", dependencies: ["GRPCWire", "LockerWire", "ProtobufC", "Redaction", grpcCore]),

        // Ceph.
        .target(name: "Rados", dependencies: ["CRados", "Redaction", nioPosix, system]),
        .target(name: "RBD", dependencies: ["CRBD", "Rados", system]),

        // The host.
        .target(name: "Host", dependencies: ["CCryptsetup", "CLinux", subprocess, system]),
        .target(
            name: "BlockMap",
            dependencies: ["CLinux", "Host", "RBD", "Rados", "Redaction", crypto, logging, metrics, system]
        ),

        // The domain and the driver.
        .target(
            name: "Locker",
            dependencies: [
                "BlockMap", "Host", "LockerProto", "ProtobufC", "RBD", "Rados", "Redaction", crypto, logging, metrics,
                system,
            ]
        ),
        .target(
            name: "Vault",
            dependencies: ["Host", "Locker", "Redaction", httpClient, nioCore, nioHTTP1, nioSSL, system]
        ),
        .target(
            name: "Kubernetes",
            dependencies: ["Host", "Redaction", httpClient, nioCore, nioHTTP1, nioSSL, system]
        ),
        .target(
            name: "Telemetry",
            dependencies: [coreMetrics, logging, metrics, nioCore, nioHTTP1, nioPosix, lifecycle]
        ),
        .target(name: "StatusPage", dependencies: ["Locker", "Telemetry", crypto]),
        .target(
            name: "Driver",
            dependencies: [
                "BlockMap", "CSI", "GRPCWire", "Host", "Kubernetes", "Locker", "LockerProto", "ProtobufC", "RBD",
                "Rados", "Redaction", "Vault",
                crypto, grpcCore, grpcTransport, lifecycle, logging, metrics, nioCore, nioPosix, system,
            ]
        ),

        // The programs.
        .executableTarget(
            name: "locker",
            dependencies: [
                "BlockMap", "Driver", "Host", "Kubernetes", "Locker", "Rados", "StatusPage", "Telemetry", arguments,
                coreMetrics, lifecycle, logging, metrics, system,
            ]
        ),
        .executableTarget(
            name: "lockerctl",
            dependencies: [
                "Host", "Locker", "LockerProto", "ProtobufC", "Rados", "Redaction", "Vault", arguments, logging, system,
            ]
        ),
        .executableTarget(name: "protoc-gen-locker", dependencies: ["GoogleWire", "ProtobufC"]),
        .executableTarget(
            name: "locker-demo",
            dependencies: [
                "CSI", "Host", "RBD", "Rados", "Redaction", arguments, grpcCore, grpcTransport, subprocess, system,
            ]
        ),

        // Benchmarks share the rooms' `package` access, so they are targets of this package.
        .executableTarget(
            name: "controller-benchmark",
            dependencies: ["CSI", "Redaction", arguments, grpcCore, grpcTransport],
            path: "Benchmarks/controller/Sources"
        ),
        .executableTarget(
            name: "datapath-benchmark",
            dependencies: ["BlockMap", "Host", "RBD", "Rados", "Redaction", arguments, logging, system],
            path: "Benchmarks/datapath/Sources"
        ),

        // Tests: one target a room; TestSupport starts real clusters and finds the built programs.
        .target(name: "CSpawn", path: "Tests/CSpawn"),
        .target(name: "CephCallKiller", path: "Tests/CephCallKiller"),
        .executableTarget(name: "nbd-victim", dependencies: ["Host", system], path: "Tests/NBDVictim"),
        .target(
            name: "TestSupport",
            dependencies: ["CSpawn", "RBD", "Rados", "Redaction", subprocess, system],
            path: "Tests/TestSupport"
        ),
        .target(
            name: "HTTPStandIn",
            dependencies: ["TestSupport", nioCore, nioHTTP1, nioPosix, nioSSL, system],
            path: "Tests/HTTPStandIn"
        ),
        .target(
            name: "VaultStandIn",
            dependencies: ["HTTPStandIn", "TestSupport", crypto, httpClient, nioCore, nioHTTP1],
            path: "Tests/VaultStandIn"
        ),
        .target(name: "KubernetesStandIn", dependencies: ["HTTPStandIn", nioHTTP1], path: "Tests/KubernetesStandIn"),
        .testTarget(
            name: "ProtobufCTests",
            dependencies: [
                "CProtobufC", "CSI", "CSIWire", "GoogleWire", "LockerProto", "ProtobufC", "Redaction", "TestSupport",
            ]
        ),
        .testTarget(
            name: "CSITests",
            dependencies: [
                "CProtobufC", "CSI", "CSIWire", "GRPCWire", "GoogleWire", "LockerProto", "ProtobufC", "Redaction",
                "TestSupport", grpcCore, grpcTransport, subprocess, system,
            ],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(name: "RadosTests", dependencies: ["Rados", "Redaction", "TestSupport", system]),
        .testTarget(name: "RBDTests", dependencies: ["RBD", "Rados", "Redaction", "TestSupport", system]),
        .testTarget(
            name: "HostTests",
            dependencies: ["CLinux", "CSpawn", "Host", "Rados", "TestSupport", subprocess, system]
        ),
        .testTarget(
            name: "BlockMapTests",
            dependencies: ["BlockMap", "Host", "RBD", "Rados", "Redaction", "TestSupport", logging, subprocess, system]
        ),
        .testTarget(
            name: "LockerTests",
            dependencies: [
                "Host", "Locker", "LockerProto", "ProtobufC", "RBD", "Rados", "Redaction", "TestSupport", crypto,
                logging, system,
            ]
        ),
        .testTarget(
            name: "VaultTests",
            dependencies: [
                "HTTPStandIn", "Host", "Locker", "Redaction", "TestSupport", "Vault", "VaultStandIn", system,
            ]
        ),
        .testTarget(
            name: "KubernetesTests",
            dependencies: ["HTTPStandIn", "Kubernetes", "KubernetesStandIn", "TestSupport", system]
        ),
        .testTarget(
            name: "TelemetryTests",
            dependencies: ["Redaction", "Telemetry", coreMetrics, logging, metrics, nioCore, nioPosix]
        ),
        .testTarget(name: "StatusPageTests", dependencies: ["Locker", "StatusPage", "Telemetry"]),
        .testTarget(
            name: "DriverTests",
            dependencies: [
                "BlockMap", "CSI", "Driver", "GRPCWire", "HTTPStandIn", "Host", "Kubernetes", "KubernetesStandIn",
                "Locker", "LockerProto", "ProtobufC", "RBD", "Rados", "Redaction", "Telemetry", "TestSupport",
                "VaultStandIn", grpcCore, grpcTransport, logging, metrics, subprocess, system,
            ]
        ),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "CSI", "Host", "ProtobufC", "RBD", "Rados", "Redaction", "TestSupport", grpcCore, grpcTransport,
                subprocess, system,
            ],
            path: "Tests/Conformance",
            exclude: ["Fixtures"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system && target.type != .plugin {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .swiftLanguageMode(.v6),
            .treatAllWarnings(as: .error),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        ]
}
