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

/// The process that serves is killed, and the next one goes on: the filesystem above sees no error.
@Suite(.timeLimit(.minutes(5)), .enabled(if: EngineFixture.mappers.contains { $0 != .fuse }, "neither ublk nor nbd"))
struct ResumeTests {
    /// The front ends whose devices wait for a successor.
    static let mappers = EngineFixture.mappers.filter { $0 != .fuse }

    @Test("A mounted volume is served on after kill -9 in the middle of synchronous writes", arguments: Self.mappers)
    func mounted(mapper: MapperName) async throws {
        try await RecoveryPlace.with(mapper) { place in
            let process = try await place.serve()
            try await Filesystems.make(.ext4, on: process.device, uuid: UUID().uuidString, extraOptions: [])
            let target = place.directory.appending("mnt")
            try await place.threads.run {
                try MountTarget.makeDirectory(target)
                try Mounts.mount(
                    process.device,
                    at: target,
                    type: "ext4",
                    options: MountOptions(data: ["errors=remount-ro"])
                )
            }
            let log = target.appending("log")
            let writer = try await SyncedWriter.start(log, threads: place.threads)
            try await writer.waitForMore(than: 20)

            await process.kill()
            let successor = place.successor()
            let clock = ContinuousClock()
            let start = clock.now
            try await successor.engine.start()
            while try await successor.engine.device(volumeID: "v", imageID: "")?.trouble != "" {
                try await Task.sleep(for: .milliseconds(10))
            }
            print("resume: \(mapper.rawValue): served again \(clock.now - start) after the start")
            try await writer.waitForMore(than: writer.count + 5)
            print("resume: \(mapper.rawValue): written again \(clock.now - start) after the start")
            try await writer.waitForMore(than: writer.count + 20)
            let written = try await writer.stop()

            let device = try await successor.onlyDevice()
            #expect(device.device == process.device && device.clientAddress != process.clientAddress)
            #expect(device.counters.errors == 0)
            let admin = try await place.cluster.connect(as: place.cluster.admin)
            #expect(try await admin.yearsOfFence(process.clientAddress) == 5)
            await admin.close()
            let mount = try #require(try MountTable.read().entry(at: target))
            #expect(!mount.options.contains("ro"), "\(mount.options)")
            // Everything that was synced is there, also for another client after a clean unmount.
            try await place.threads.run { try Mounts.unmount(target) }
            try await command("e2fsck", "-f", "-n", "\(device.device)")
            try await place.threads.run {
                try Mounts.mount(device.device, at: target, type: "ext4", options: MountOptions())
                let text = String(decoding: try HostFile.read(log), as: UTF8.self)
                let lines = text.split(separator: "\n").map { Int($0) }
                #expect(lines == Array(0..<written).map { $0 })
                try Mounts.unmount(target)
            }
            await successor.engine.close()
            #expect(HostFile.names(in: place.directory.appending("records")).isEmpty)
        }
    }

    @Test(
        "Mapping again is answered with the device that was taken over; unmapping takes it away",
        arguments: Self.mappers
    )
    func mapped(mapper: MapperName) async throws {
        try await RecoveryPlace.with(mapper) { place in
            let process = try await place.serve()
            let bytes = randomBytes(1 << 20)
            let device = try await place.threads.run {
                try RawDevice(process.device, readOnly: false, threads: place.threads)
            }
            try await device.write(bytes, at: 1 << 20)
            try await device.flush()
            await process.kill()
            async let read = device.read(at: 1 << 20, count: bytes.count)
            let successor = place.successor()
            try await successor.engine.start()
            var request = try await successor.request()
            request.volumeID = "v"
            let again = try await successor.map(request)
            #expect(again.device == process.device)
            #expect(try await read == bytes)
            try device.close()
            try await successor.unmap(request)
            #expect(try await successor.engine.mapped().isEmpty)
            await successor.engine.close()
        }
    }

    @Test(
        "A device that nobody uses any more goes with its volume's unmap, without having been served on",
        arguments: Self.mappers
    )
    func dropped(mapper: MapperName) async throws {
        try await RecoveryPlace.with(mapper) { place in
            let process = try await place.serve()
            await process.kill()
            let threads = BlockingPool(threads: 4, name: "keyless test")
            let engine = DataEngine(
                directory: place.directory,
                pool: threads,
                keys: { _ in nil },
                logger: .init(label: "test")
            )
            try await engine.start()
            let waiting = try #require(try await engine.mapped().first)
            #expect(waiting.device == process.device && waiting.trouble.contains("waits"), "\(waiting.trouble)")
            try await engine.unmap(volumeID: "v", imageID: "")
            #expect(try await engine.mapped().isEmpty)
            await engine.close()
            await threads.shutdown()
            // Its client could not be fenced without the key, and is when the image is mapped here again.
            #expect(HostFile.names(in: place.directory.appending("records")).count == 1)
        }
    }

    @Test("Twenty volumes of a killed process are all served on", arguments: Self.mappers)
    func many(mapper: MapperName) async throws {
        try await RecoveryPlace.with(mapper) { place in
            let names = (0..<20).map { "many-\($0)" }
            for name in names { try await place.context.createImage(name, size: 8 << 20) }
            let process = try await place.threads.run {
                try ServingProcess(
                    images: names,
                    of: place.context,
                    cluster: place.cluster,
                    directory: place.directory,
                    mapper: mapper
                )
            }
            await process.kill()
            let successor = place.successor()
            let start = ContinuousClock.now
            try await successor.engine.start()
            while try await successor.engine.mapped().contains(where: { !$0.trouble.isEmpty }) {
                try await Task.sleep(for: .milliseconds(20))
            }
            print("resume: \(mapper.rawValue): twenty volumes served again in \(ContinuousClock.now - start)")
            #expect(try await successor.engine.mapped().count == 20)
            await successor.engine.close()
            #expect(HostFile.names(in: place.directory.appending("records")).isEmpty)
        }
    }
}
