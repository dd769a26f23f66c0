// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Foundation
internal import Host
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A running data engine in a directory of its own, and a RADOS namespace for its images.
struct EngineFixture: Sendable {
    let cluster: TestCluster
    /// Where images are made, on a connection that is not the engine's.
    let context: IOContext
    let engine: DataEngine
    /// The front end that ``map(_:)`` takes.
    let mapper: MapperName
    let directory: FilePath
    let threads: BlockingPool

    /// Every front end that this machine's kernel has, or those of them that LOCKER_TEST_MAPPERS names: what is tested
    /// on one machine need not be tested again on an emulated one.
    static let mappers: [MapperName] = {
        let wanted = ProcessInfo.processInfo.environment["LOCKER_TEST_MAPPERS"]?.split(separator: ",").map(String.init)
        return MapperChoice.userSpace.filter { mapper in
            DataEngine.available().contains(mapper) && wanted?.contains(mapper.rawValue) ?? true
        }
    }()

    /// Lends a running engine to `body`, closes it and makes sure that it left no device and no mount.
    static func with(
        _ mapper: MapperName = .fuse,
        _ cluster: TestCluster? = nil,
        _ body: (EngineFixture) async throws -> Void
    ) async throws {
        let cluster = if let cluster { cluster } else { try await TestCluster.shared() }
        let threads = BlockingPool(threads: 16, name: "engine test")
        let directory = FilePath("/tmp/locker-data-\(UInt64.random(in: 0...UInt64.max))")
        try await cluster.withNamespace { context in
            let engine = Self.engine(directory, threads, cluster)
            try await engine.start()
            let fixture = EngineFixture(
                cluster: cluster,
                context: context,
                engine: engine,
                mapper: mapper,
                directory: directory,
                threads: threads
            )
            do {
                try await body(fixture)
            } catch {
                await engine.close()
                throw error
            }
            await engine.close()
            #expect(!LoopDevice.attached().contains(where: fixture.isShown(by:)), "loop devices are left")
            let mounts = try MountTable.read().entries.filter { $0.mountPoint.starts(with: directory) }
            #expect(mounts.isEmpty, "mounts are left")
        }
        try FileManager.default.removeItem(atPath: directory.string)
        await threads.shutdown()
    }

    static func engine(
        _ directory: FilePath,
        _ threads: BlockingPool,
        _ cluster: TestCluster,
        looks: BlockingPool? = nil,
        succession: any DeviceSuccession = AnyDeviceSuccession()
    ) -> DataEngine {
        let key = cluster.csi.key
        return DataEngine(
            directory: directory,
            pool: threads,
            looks: looks,
            keys: { _ in key },
            succession: succession,
            logger: Logger(label: "test")
        )
    }

    /// Maps by the fixture's front end.
    func map(_ request: MapRequest) async throws -> MappedDevice {
        try await self.engine.map(request, by: self.mapper)
    }

    /// Makes an image and says how it is to be mapped.
    func image(_ name: String = "v", size: UInt64 = 64 << 20) async throws -> MapRequest {
        try await self.context.createImage(name, size: size)
        return try await self.request(name)
    }

    /// How an image that exists is to be mapped.
    func request(_ name: String = "v", readOnly: Bool = false) async throws -> MapRequest {
        MapRequest(
            volumeID: "volume-\(name)-\(self.context.namespace)",
            target: self.cluster.csi,
            fsid: self.cluster.fsid,
            poolID: self.context.poolID,
            namespace: self.context.namespace,
            imageName: name,
            imageID: try await self.context.withImage(.name(name), readOnly: true) { try $0.id },
            isReadOnly: readOnly,
            ioTimeout: nil,
            mapOptions: ""
        )
    }

    /// What an image has, read by another client than the engine's.
    func bytes(of name: String = "v", at offset: UInt64, count: Int) async throws -> [UInt8] {
        try await self.context.withImage(.name(name), readOnly: true) { try $0.read(offset: offset, count: count) }
    }

    func unmap(_ request: MapRequest) async throws {
        try await self.engine.unmap(volumeID: request.volumeID, imageID: request.imageID)
    }

    /// Whether a device shows a volume of this engine's. A loop device's number may be another test's as soon as it is
    /// free, so what counts is the file it shows.
    func isShown(at device: FilePath) -> Bool {
        let name = device.lastComponent?.string ?? ""
        guard name.hasPrefix("loop"), let number = Int(name.dropFirst(4)) else {
            return (try? BlockDevice(device).size()) ?? 0 != 0
        }
        return self.isShown(by: LoopDevice(number: number))
    }

    /// Whether a loop device shows a volume of this engine's.
    func isShown(by device: LoopDevice) -> Bool {
        device.backingFile?.starts(with: self.directory) ?? false
    }

    /// Opens a mapped device for direct I/O.
    func open(_ device: MappedDevice, readOnly: Bool = false) async throws -> RawDevice {
        try await self.threads.run { try RawDevice(device.device, readOnly: readOnly, threads: self.threads) }
    }

    /// The one device that the engine says it has.
    func onlyDevice() async throws -> MappedDevice {
        let devices = try await self.engine.mapped()
        return try #require(devices.count == 1 ? devices.first : nil)
    }

    /// The code of the ``MapError`` that `body` throws, and its text.
    func failure(_ body: () async throws -> Void) async throws -> (code: MapError.Code, text: String) {
        do {
            try await body()
        } catch let error as MapError {
            return (error.code, error.description)
        }
        throw SetUpError("nothing was thrown")
    }
}
