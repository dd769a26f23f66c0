// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Foundation
internal import Host
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A namespace with the image `v`, a directory and threads; the engine is another process' first.
struct RecoveryPlace: Sendable {
    let cluster: TestCluster
    let context: IOContext
    let directory: FilePath
    let threads: BlockingPool
    let mapper: MapperName

    /// Starts a process that serves the image.
    func serve(selfReading: Bool = false) async throws -> ServingProcess {
        try await self.threads.run {
            try ServingProcess(
                image: "v",
                of: self.context,
                cluster: self.cluster,
                directory: self.directory,
                mapper: self.mapper,
                selfReading: selfReading
            )
        }
    }

    /// An engine of this process on the same directory, not started yet.
    func successor(_ succession: any DeviceSuccession = AnyDeviceSuccession()) -> EngineFixture {
        EngineFixture(
            cluster: self.cluster,
            context: self.context,
            engine: EngineFixture.engine(self.directory, self.threads, self.cluster, succession: succession),
            mapper: self.mapper,
            directory: self.directory,
            threads: self.threads
        )
    }

    /// Lends a place and removes it.
    static func with(_ mapper: MapperName = .fuse, _ body: (RecoveryPlace) async throws -> Void) async throws {
        let cluster = try await TestCluster.shared()
        let directory = FilePath("/tmp/locker-data-\(UInt64.random(in: 0...UInt64.max))")
        let threads = BlockingPool(threads: 16, name: "recovery test")
        try await cluster.withNamespace { context in
            try await context.createImage("v", size: 512 << 20)
            try await body(
                RecoveryPlace(
                    cluster: cluster,
                    context: context,
                    directory: directory,
                    threads: threads,
                    mapper: mapper
                )
            )
        }
        try FileManager.default.removeItem(atPath: directory.string)
        await threads.shutdown()
    }
}
